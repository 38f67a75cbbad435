"""Slack: do the tokens work, are the scopes the manifest's, is the bot in its channels?"""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Final

import httpx

from bot.commands.findings import Looked, fine, wrong
from bot.config.handover import network_options
from bot.config.settings import Settings
from bot.manifest.render import needed_scopes
from providers.network import make_client

SECONDS = 15
MOST_SKEW = 60
_REINSTALL = (
    "Paste the output of `tunesmith manifest` into the app's App Manifest page, save, and reinstall the app."
)
_BOT_TOKEN = "Copy the bot token again from OAuth & Permissions; reinstall the app if there is none."  # noqa: S105  # words
_REMEDIES: Final[Mapping[str, str]] = {
    "invalid_auth": _BOT_TOKEN,
    "not_authed": _BOT_TOKEN,
    "account_inactive": "The app was removed from the workspace: install it again and take the new token.",
    "token_revoked": _BOT_TOKEN,
    "token_expired": "Switch token rotation off: make the app anew from the manifest.",
    "missing_scope": _REINSTALL,
    "channel_not_found": "Check the id; a private channel is found only once the bot is invited: /invite @{app}.",
    "ratelimited": "Try again in a minute.",
}


@dataclass(frozen=True, slots=True)
class Answer:
    """Slack's answer to one call. `error` is empty when it was `ok`; `fault` tells why none came."""

    body: Mapping[str, Any]
    scopes: frozenset[str]
    at: datetime | None
    error: str = ""
    fault: str = ""


async def slack(settings: Settings) -> AsyncIterator[Looked]:
    """All looks at Slack. When the bot token does not work, what depends on it is not asked."""
    config = settings.slack
    async with make_client(network_options(settings.network)) as client:
        bot = config.bot_token.get_secret_value()
        who = await _call(client, config.api_base, bot, "auth.test")
        yield _token(who, {config.home_team, *config.allowed_teams})
        if who.error or who.fault:
            return
        yield _scopes(who)
        yield _clock(who)
        if config.mode == "socket" and config.app_token is not None:
            token = config.app_token.get_secret_value()
            yield _socket(await _call(client, config.api_base, token, "apps.connections.open"))
        for key, channel in (("channel", config.channel), ("approvals_channel", config.approvals_channel)):
            if channel is not None:
                answer = await _call(client, config.api_base, bot, "conversations.info", channel=channel)
                yield _channel(f"slack.{key} ({channel})", answer, config.app_name)


async def _call(client: httpx.AsyncClient, base: str, token: str, method: str, **form: str) -> Answer:
    headers = {"Authorization": f"Bearer {token}"}
    try:
        reply = await client.post(f"{base}{method}", data=form, headers=headers, timeout=SECONDS)
    except httpx.HTTPError as broken:
        return Answer({}, frozenset(), None, fault=f"no answer ({type(broken).__name__})")
    try:
        body = reply.json()
    except ValueError:
        body = None
    if not isinstance(body, dict):
        return Answer(
            {}, frozenset(), None, fault=f"an answer that is not Slack's (HTTP {reply.status_code})"
        )
    scopes = {one.strip() for one in reply.headers.get("x-oauth-scopes", "").split(",")} - {""}
    error = "" if body.get("ok") else str(body.get("error", "unknown"))
    return Answer(body, frozenset(scopes), _date(reply.headers.get("date", "")), error)


def _date(text: str) -> datetime | None:
    try:
        return parsedate_to_datetime(text)
    except ValueError:
        return None


def _failed(what: str, answer: Answer, app_name: str = "") -> Looked | None:
    if answer.fault:
        remedy = (
            "Check slack.api_base, the proxy (network.proxy), its CA (network.ca_bundle) and the firewall."
        )
        return wrong(what, answer.fault, remedy)
    if answer.error:
        needed = f", needs {answer.body['needed']}" if answer.body.get("needed") else ""
        return wrong(
            what, f"Slack says {answer.error}{needed}", _REMEDIES.get(answer.error, "").format(app=app_name)
        )
    return None


def _token(answer: Answer, teams: set[str]) -> Looked:
    what = "Slack bot token"
    failed = _failed(what, answer)
    if failed is not None:
        return failed
    team = str(answer.body.get("team_id", ""))
    if team not in teams:
        remedy = f'Set home_team = "{team}", or take the token of the right workspace.'
        return wrong(what, f"belongs to workspace {team}, which is not slack.home_team", remedy)
    return fine(what, f"{answer.body.get('user', '')} in {answer.body.get('team', '')} ({team})")


def _scopes(answer: Answer) -> Looked:
    missing = sorted(set(needed_scopes()) - answer.scopes)
    if missing:
        return wrong("Slack scopes", f"missing: {', '.join(missing)}", _REINSTALL)
    more = sorted(answer.scopes - set(needed_scopes()))
    return fine(
        "Slack scopes", f"all there; not needed: {', '.join(more)}" if more else "exactly the manifest's"
    )


def _clock(answer: Answer) -> Looked:
    if answer.at is None:
        return fine("clock", "Slack sent no date to compare with")
    skew = (datetime.now(UTC) - answer.at).total_seconds()
    if abs(skew) > MOST_SKEW:
        return wrong("clock", f"{skew:+.0f} s against Slack's", "Set the machine's clock by NTP.")
    return fine("clock", "within a minute of Slack's")


def _socket(answer: Answer) -> Looked:
    what = "Slack app-level token"
    if answer.error in {"invalid_auth", "not_authed", "missing_scope", "not_allowed_token_type"}:
        remedy = "Make an app-level token with the scope connections:write under Basic Information."
        return wrong(what, f"Slack says {answer.error}", remedy)
    if answer.error == "socket_mode_not_enabled":
        return wrong(
            what, "Socket Mode is off in the app", "Switch it on under Socket Mode, or paste the manifest."
        )
    return _failed(what, answer) or fine(what, "opens Socket Mode")


def _channel(what: str, answer: Answer, app_name: str) -> Looked:
    failed = _failed(what, answer, app_name)
    if failed is not None:
        return failed
    channel = answer.body.get("channel", {})
    name = f"#{channel.get('name', '')}"
    if channel.get("is_archived"):
        return wrong(what, f"{name} is archived", "Name another channel, or take it out of the archive.")
    if not channel.get("is_member"):
        remedy = f"Type /invite @{app_name} there: without it the bot can neither read files nor answer."
        return wrong(what, f"the bot is not in {name}", remedy)
    return fine(what, name)
