"""Calls of Slack's Web API for `tunesmith check`: one attempt each, the answer whatever it is."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any, Final

import httpx

from bot.commands.findings import Looked, wrong
from bot.config.settings import SlackSettings

SECONDS: Final = 15
REINSTALL: Final = (
    "Paste the output of `tunesmith manifest` into the app's App Manifest page, save, and reinstall the app."
)
_BOT_TOKEN: Final = "Copy the bot token again from OAuth & Permissions; reinstall the app if there is none."  # noqa: S105  # words
_REMEDIES: Final[Mapping[str, str]] = {
    "invalid_auth": _BOT_TOKEN,
    "not_authed": _BOT_TOKEN,
    "account_inactive": "The app was removed from the workspace: install it again and take the new token.",
    "token_revoked": _BOT_TOKEN,
    "token_expired": "Switch token rotation off: make the app anew from the manifest.",
    "missing_scope": REINSTALL,
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

    @property
    def ok(self) -> bool:
        """Whether it is what was asked for."""
        return not (self.error or self.fault)


class SlackCalls:
    """The Web API of one configuration."""

    def __init__(self, client: httpx.AsyncClient, slack: SlackSettings) -> None:
        self._client, self._slack = client, slack

    async def __call__(self, method: str, *, token: str | None = None, **form: str) -> Answer:
        """Call a method, with the bot's token unless another is given."""
        bearer = token or self._slack.bot_token.get_secret_value()
        headers = {"Authorization": f"Bearer {bearer}"}
        url = f"{self._slack.api_base}{method}"
        try:
            reply = await self._client.post(url, data=form, headers=headers, timeout=SECONDS)
        except httpx.HTTPError as broken:
            return Answer({}, frozenset(), None, fault=f"no answer ({type(broken).__name__})")
        try:
            body = reply.json()
        except ValueError:
            body = None
        if not isinstance(body, dict):
            fault = f"an answer that is not Slack's (HTTP {reply.status_code})"
            return Answer({}, frozenset(), None, fault=fault)
        scopes = {one.strip() for one in reply.headers.get("x-oauth-scopes", "").split(",")} - {""}
        error = "" if body.get("ok") else str(body.get("error", "unknown"))
        return Answer(body, frozenset(scopes), _date(reply.headers.get("date", "")), error)


def failed(what: str, answer: Answer, app_name: str = "") -> Looked | None:
    """What is wrong with an answer, None when it is what was asked for."""
    if answer.fault:
        remedy = (
            "Check slack.api_base, the proxy (network.proxy), its CA (network.ca_bundle) and the firewall."
        )
        return wrong(what, answer.fault, remedy)
    if answer.error:
        needed = f", needs {answer.body['needed']}" if answer.body.get("needed") else ""
        remedy = _REMEDIES.get(answer.error, "").format(app=app_name)
        return wrong(what, f"Slack says {answer.error}{needed}", remedy)
    return None


def _date(text: str) -> datetime | None:
    try:
        return parsedate_to_datetime(text)
    except ValueError:
        return None
