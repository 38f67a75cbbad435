"""Events: the Home tab, mentions, and messages to the bot. Bolt acks them before the listener runs."""

from collections.abc import Mapping
from typing import Any

from slack_bolt.async_app import AsyncApp
from sqlalchemy import Connection

from bot.people import Actor
from bot.store import small
from bot.work import card_rows
from bot.work.cards import HOME
from bot.work.outbox_rows import Target
from handlers.call import Call, of_message
from handlers.command_line import Command, parse
from handlers.desk import Desk
from handlers.listeners.commands import immediate, leak, run
from handlers.listeners.shortcuts import take_files
from providers.azure_blob.address import has_signature

READ = (None, "", "file_share", "thread_broadcast")


def register(app: AsyncApp, desk: Desk) -> None:
    """Listen to what the manifest subscribes to."""

    @app.event("app_home_opened")
    async def on_home(body: dict[str, Any], event: dict[str, Any]) -> None:
        user = str(event.get("user", ""))
        if event.get("tab") != "home" or not user:
            return
        key = f"event:{body.get('event_id', '')}"
        call = Call(
            actor=Actor(team_id=str(body.get("team_id", "")), user_id=user),
            key=key,
            via="home",
            corr=desk.deps.new_id(),
        )
        desk.later(call, lambda: show_home(desk, user), "home")

    @app.event("app_mention")
    async def on_mention(body: dict[str, Any], event: dict[str, Any]) -> None:
        await _message(desk, body, event, mentioned=True)

    @app.event("message")
    async def on_message(body: dict[str, Any], event: dict[str, Any]) -> None:
        text = event.get("text")
        mentioned = isinstance(text, str) and f"<@{desk.bot_user}" in text
        await _message(desk, body, event, mentioned=mentioned)


async def show_home(desk: Desk, user: str) -> None:
    """Read who this is, then have the Home tab painted and kept up to date."""
    member = await desk.deps.people.refresh(user)
    now = desk.deps.clock.now()

    def work(connection: Connection) -> None:
        card_rows.place(connection, f"{HOME}:{user}", HOME, user, member.team_id, Target(user=user), now=now)

    await desk.deps.store.write(work)


async def _message(desk: Desk, body: Mapping[str, Any], event: Mapping[str, Any], *, mentioned: bool) -> None:
    call = of_message(body, event, desk.deps.new_id())
    own = event.get("bot_id") or call.actor.user_id == desk.bot_user
    if own or event.get("subtype") not in READ or not call.actor.user_id:
        return
    direct = event.get("channel_type") == "im"
    if not (direct or mentioned):
        return
    text = event.get("text")
    if event.get("files"):
        await take_files(desk, call, dict(event), None)
        if isinstance(text, str) and has_signature(text):
            await _leak(desk, call)
        return
    command = parse(text if isinstance(text, str) else "", desk.bot_user)
    first = await desk.deps.store.write(lambda c: small.first_time(c, call.key, now=desk.deps.clock.now()))
    if not first:
        return
    at_once = immediate(command, "en", text)
    if at_once is not None:
        desk.later(call, lambda: desk.reply(call, at_once), "answer")
    elif isinstance(command, Command):
        known = command
        desk.later(call, lambda: run(desk, call, known), f"@{known.word}")


async def _leak(desk: Desk, call: Call) -> None:
    """The files of this message are taken in; that its text holds a signature is told beside, once."""
    now, key = desk.deps.clock.now(), f"{call.key}:signature"
    if await desk.deps.store.write(lambda c: small.first_time(c, key, now=now)):
        desk.later(call, lambda: desk.reply(call, leak("en")), "leak")
