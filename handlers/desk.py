"""What every listener works with: the application, the client, and the ways to answer a person.

Also the process boundary of everything that follows an ack: an error that we know is worded, any other is answered
with a reference id and logged.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient
from sqlalchemy import Connection

from bot.chat import Member, Rendered
from bot.config.hosts import host_allowed
from bot.deps import Deps
from bot.engine import Engine
from bot.errors import BotError, ChatError, ChatRefused, Denied, translated
from bot.store import people, small
from handlers.background import Background
from handlers.blocks import answers
from handlers.call import Call
from handlers.slack.web import ask
from handlers.wording.errors import explain, explain_error
from providers.errors import ProviderError

log = logging.getLogger(__name__)
NO_PLACE = frozenset(
    {"not_in_channel", "user_not_in_channel", "channel_not_found", "is_archived", "restricted_action"}
)

PUSHED_WITHIN = (0.2, 0.5, 1.0, 2.0)
"""Seconds between looks for a modal that an ack puts there."""


class NotTold(Exception):
    """An answer did not reach the person. What it was about is done, so it must not be told as failed."""


class Desk:
    """Answers people. Made once by the composition root."""

    def __init__(
        self, deps: Deps, engine: Engine, client: AsyncWebClient, bot_user: str, workspace_url: str
    ) -> None:
        self.deps, self.engine, self.client = deps, engine, client
        self.bot_user, self.workspace_url = bot_user, workspace_url
        self.background = Background()

    async def take(self, call: Call) -> str | None:
        """Remember a delivery and ask the cache who this is: `seen`, a code of `Denied`, or None = go on."""

        def work(connection: Connection) -> str | None:
            if not small.first_time(connection, call.key, now=self.deps.clock.now()):
                return "seen"
            return self.deps.people.cached_denial(connection, call.actor)

        return await self.deps.store.write(work)

    async def require_here(self, call: Call) -> Member:
        """The member, when they are of the home team; guests only where the configuration lets them in.

        Raises:
            Denied: `foreign_team`, `guest`.
            ChatError: Slack cannot be asked (fail closed).
        """
        settings, actor = self.deps.settings, call.actor
        home = (settings.slack.home_team, *settings.slack.allowed_teams)
        if actor.team_id not in home:
            raise Denied("foreign_team")
        member = await self.deps.people.refresh(actor.user_id)
        if member.is_foreign or member.team_id not in home:
            raise Denied("foreign_team")
        if (
            member.is_guest
            and not settings.roles.guests
            and member.user_id not in settings.roles.trainers.users
        ):
            raise Denied("guest")
        return member

    def later(
        self, call: Call, work: Callable[[], Awaitable[None]], name: str, *, waits: bool = False
    ) -> None:
        """Do this after the ack, with every error answered; `waits` for what only waits and hurries nobody."""
        self.background.spawn(self._guarded(call, work), name, waits=waits)

    async def _guarded(self, call: Call, work: Callable[[], Awaitable[None]]) -> None:
        try:
            await work()
        except NotTold as trouble:
            log.warning("could not answer %s (%s): %s", call.actor.user_id, call.corr, trouble)
        except (BotError, ProviderError) as error:
            await self.refuse(call, error)
        except Exception:
            log.exception("unexpected, reference %s (%s by %s)", call.corr, call.via, call.actor.user_id)
            await self.refuse(call, BotError("unexpected", {"reference": call.corr}))

    async def refuse(self, call: Call, error: BotError | ProviderError) -> None:
        """Tell the person what did not work; a failure to tell is only logged."""
        known = translated(error) if isinstance(error, ProviderError) else error
        locale = await self.locale(call)
        try:
            await self.reply(call, answers.problem(explain_error(known, locale), locale))
        except NotTold as trouble:
            log.warning("could not answer %s (%s): %s", call.actor.user_id, call.corr, trouble)

    async def locale(self, call: Call) -> str:
        """The language to speak to this person in."""
        person = await self.deps.store.read(lambda c: people.get(c, call.actor.user_id))
        return person.member.locale if person and person.member.locale else "en"

    def denial(self, code: str, locale: str) -> Rendered:
        """Why somebody may not do this."""
        return answers.problem(explain(code, {}, locale), locale)

    async def reply(self, call: Call, message: Rendered, *, replace: bool = False) -> None:
        """Answer the person alone: through the response URL, as an ephemeral message, or in their direct message.

        Raises:
            NotTold: Slack did not take the answer, or nobody knows whether it did.
        """
        try:
            await self._reply(call, message, replace=replace)
        except ChatError as error:
            raise NotTold(str(error)) from error

    async def _reply(self, call: Call, message: Rendered, *, replace: bool) -> None:
        usable = host_allowed(call.response_url, self.deps.settings.slack.response_hosts)
        if usable and await self._respond(call.response_url, message, replace=replace):
            return
        if call.channel.startswith("D"):
            await self.deps.chat.post(
                call.channel, message, key=f"reply:{call.corr}", thread_ts=call.thread_ts or None
            )
            return
        if call.channel:
            try:
                await ask(
                    self.client.chat_postEphemeral(
                        channel=call.channel,
                        user=call.actor.user_id,
                        text=message.text[:3900],
                        blocks=[dict(block) for block in message.blocks],
                        thread_ts=call.thread_ts or None,
                    )
                )
            except ChatError as error:
                if error.code not in NO_PLACE:
                    raise
            else:
                return
        channel = await self.deps.chat.direct(call.actor.user_id)
        await self.deps.chat.post(channel, message, key=f"reply:{call.corr}", thread_ts=None)

    async def _respond(self, url: str, message: Rendered, *, replace: bool) -> bool:
        webhook = AsyncWebhookClient(
            url, timeout=10, ssl=self.client.ssl, proxy=self.client.proxy, trust_env_in_session=False
        )
        try:
            answer = await webhook.send(
                text=message.text[:3900],
                blocks=[dict(block) for block in message.blocks],
                response_type="ephemeral",
                replace_original=replace,
            )
        except (OSError, TimeoutError) as error:
            log.warning("the response URL did not answer: %s", type(error).__name__)
            return False
        return answer.status_code == 200

    async def open_view(self, call: Call, view: Mapping[str, Any]) -> Mapping[str, Any]:
        """Open a modal, on top of the one that was clicked in; the trigger lives three seconds. As Slack has it now."""
        if call.view is not None and call.view.get("type") == "modal":
            answer = await ask(self.client.views_push(trigger_id=call.trigger_id, view=dict(view)))
        else:
            answer = await ask(self.client.views_open(trigger_id=call.trigger_id, view=dict(view)))
        return answer.get("view") or {}

    async def update_view(
        self, view_id: str, view: Mapping[str, Any], view_hash: str | None
    ) -> Mapping[str, Any]:
        """Replace a modal's content, unless it changed in the meantime. As Slack has it now."""
        answer = await ask(self.client.views_update(view_id=view_id, view=dict(view), hash=view_hash))
        return answer.get("view") or {}

    async def update_pushed(self, external_id: str, view: Mapping[str, Any]) -> None:
        """Replace a modal that an ack has just put there. One that was closed meanwhile is let go.

        Raises:
            ChatError: Slack did not do it.
        """
        for wait in (*PUSHED_WITHIN, None):
            try:
                await ask(self.client.views_update(external_id=external_id, view=dict(view)))
            except ChatRefused as error:
                # Slack may not have carried out the ack yet.
                if error.code != "not_found":
                    raise
                if wait is None:
                    log.info("the modal %s is not there any more", external_id)
                    return
                await asyncio.sleep(wait)
            else:
                return

    def permalink(self, channel: str, ts: str) -> str:
        """The address of a message."""
        if not self.workspace_url:
            return ""
        return f"{self.workspace_url.rstrip('/')}/archives/{channel}/p{ts.replace('.', '')}"
