"""`/slack/api/{method}`: tokens, scopes, rate limits, arguments in all three forms, Slack's answers."""

import json
from collections.abc import Mapping
from typing import Any, Final

from aiohttp import web

from sandbox.slack import ids
from sandbox.slack.errors import SlackError
from sandbox.slack.web_api import chat, conversations, files, people, views
from sandbox.slack.web_api.method import Args, Context, Method, missing_scope

METHODS: Final[Mapping[str, Method]] = {
    **people.METHODS,
    **chat.METHODS,
    **conversations.METHODS,
    **files.METHODS,
    **views.METHODS,
}
GONE: Final = frozenset({"files.upload"})
APP_SCOPES: Final = frozenset({"connections:write"})
MAX_BODY: Final = 2 * 1024 * 1024
TOKEN_STATES: Final = frozenset(
    {"ok", "invalid_auth", "account_inactive", "token_expired", "token_revoked", "internal_error"}
)


class WebApi:
    """Serves the methods; `token_state` other than `ok` is what every call with the bot's token is told."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self.token_state = "ok"  # noqa: S105 - a state, not a secret

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Carry out one call."""
        name = request.match_info["method"]
        headers: dict[str, str] = {}
        try:
            values = await _arguments(request)
            method = self._method(name)
            headers = self._authorise(request, values, method)
            self._context.pacing.call(name, method.per_minute)
            body = {"ok": True, **await method.run(self._context, Args(values))}
            status = 200
        except SlackError as error:
            body, status = error.body(), error.status
            headers |= error.headers
        return web.Response(
            status=status,
            headers=headers,
            body=json.dumps(body, ensure_ascii=False).encode(),
            content_type="application/json",
            charset="utf-8",
        )

    def _method(self, name: str) -> Method:
        if name in GONE:
            raise SlackError("method_deprecated")
        method = METHODS.get(name)
        if method is None:
            raise SlackError("unknown_method", req_method=name)
        return method

    def _authorise(self, request: web.Request, values: Mapping[str, Any], method: Method) -> dict[str, str]:
        token = token_of(request) or str(values.get("token") or "")
        if not token:
            raise SlackError("not_authed")
        if token not in {ids.BOT_TOKEN, ids.APP_TOKEN}:
            raise SlackError("invalid_auth")
        kind = "app" if token == ids.APP_TOKEN else "bot"
        if kind != method.token:
            raise SlackError("not_allowed_token_type")
        if kind == "bot" and self.token_state != "ok":  # noqa: S105 - a state, not a secret
            raise SlackError(self.token_state)
        options = self._context.options
        granted = APP_SCOPES if kind == "app" else options.scopes
        headers = {"X-OAuth-Scopes": ",".join(sorted(granted))}
        if method.scope is not None:
            headers["X-Accepted-OAuth-Scopes"] = method.scope
            if method.scope not in granted:
                error = missing_scope(method.scope, options)
                error.headers |= headers
                raise error
        return headers


def token_of(request: web.Request) -> str:
    """The bearer token of a request; empty when there is none."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


async def _arguments(request: web.Request) -> dict[str, Any]:
    """Query, form fields and JSON of a call, later ones winning. Raises SlackError."""
    values: dict[str, Any] = dict(request.query)
    if request.method != "POST" or not request.body_exists:
        return values
    if (request.content_length or 0) > MAX_BODY:
        raise SlackError("request_too_large", status=413)
    if request.content_type == "application/json":
        try:
            body = json.loads(await request.read() or b"{}")
        except ValueError:
            raise SlackError("invalid_json") from None
        if not isinstance(body, dict):
            raise SlackError("json_not_object")
        return values | body
    if request.content_type in {"application/x-www-form-urlencoded", "multipart/form-data"}:
        return values | {
            name: value for name, value in (await request.post()).items() if isinstance(value, str)
        }
    if request.content_type == "application/octet-stream":
        return values
    raise SlackError("invalid_post_type")
