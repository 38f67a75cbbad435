"""What stands before every operation of the workspace: credentials, error bodies, request ids."""

import json
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final

from aiohttp import web

from sandbox.common.ids import Ids
from sandbox.databricks.errors import ApiError, invalid, no_endpoint
from sandbox.databricks.identity import Caller, Identity
from sandbox.databricks.switches import Switches

_LOGIN: Final = (
    "<!DOCTYPE html><html><head><title>Databricks - Sign In</title></head>"
    '<body><div id="login-page"><form action="/login.html" method="post"></form></div></body></html>'
)
_TOKEN: Final = re.compile(r"p[0-9]{1,9}")


@dataclass(frozen=True, slots=True)
class Call:
    """One admitted request."""

    request: web.Request
    caller: Caller

    def item(self, name: str) -> str:
        """A part of the path, decoded."""
        return self.request.match_info[name]

    def asked(self, name: str, default: str = "") -> str:
        """A parameter of the query."""
        return self.request.query.get(name, default)

    async def body(self) -> dict[str, Any]:
        """The JSON object in the body. Raises ApiError (MALFORMED_REQUEST)."""
        try:
            body = json.loads(await self.request.read())
        except (ValueError, RecursionError) as error:
            raise ApiError(400, "MALFORMED_REQUEST", "Could not parse request object.") from error
        if not isinstance(body, dict):
            raise ApiError(400, "MALFORMED_REQUEST", "Could not parse request object: expected an object.")
        return body


Operation = Callable[[Call], Awaitable[web.StreamResponse]]


class Gateway:
    """Registers operations at the root of the application and stands before each of them."""

    def __init__(self, app: web.Application, ids: Ids, switches: Switches, identity: Identity) -> None:
        self._app = app
        self._ids = ids
        self._switches = switches
        self._identity = identity

    def add(self, method: str, path: str, operation: Operation) -> None:
        """Serve `method path`."""

        async def handle(request: web.Request) -> web.StreamResponse:
            return await self._answer(request, operation)

        self._app.router.add_route(method, path, handle)

    def close(self) -> None:
        """Answer 404 for all other paths under `/api/` and `/serving-endpoints/`. Call it last."""

        async def unknown(call: Call) -> web.StreamResponse:
            raise no_endpoint(call.request.method, call.request.path)

        self.add("*", "/api/{path:.*}", unknown)
        self.add("*", "/serving-endpoints/{path:.*}", unknown)

    async def _answer(self, request: web.Request, operation: Operation) -> web.StreamResponse:
        request_id = self._ids.uuid()
        response: web.StreamResponse
        try:
            if self._switches.login_page:
                return web.Response(text=_LOGIN, content_type="text/html")
            caller = self._identity.caller(request)
            self._throttle()
            response = await operation(Call(request, caller))
        except ApiError as error:
            body = None if request.method == "HEAD" else json.dumps(error.body(request_id))
            response = web.Response(text=body, status=error.status, content_type="application/json")
            if error.retry_after:
                response.headers["Retry-After"] = error.retry_after
        if not response.prepared:
            response.headers.setdefault("x-request-id", request_id)
        return response

    def _throttle(self) -> None:
        switches = self._switches
        if switches.throttle_next >= 1:
            switches.throttle_next -= 1
            raise ApiError(
                429,
                "REQUEST_LIMIT_EXCEEDED",
                "REQUEST_LIMIT_EXCEEDED: Your request was rejected since your organization has exceeded the "
                "rate limit.",
                retry_after=switches.retry_after,
            )


def page(call: Call, name: str, default: int, most: int) -> tuple[int, int]:
    """Where a page begins and how long it may be. Raises ApiError for a bad size or token."""
    return page_of(call.asked("page_token"), call.asked(name, str(default)), name, most)


def page_of(token: str, size: str, name: str, most: int) -> tuple[int, int]:
    """The same from the two texts of a request."""
    if not size.isascii() or not size.isdigit() or int(size) > most:
        raise ApiError(400, "INVALID_PARAMETER_VALUE", f"Invalid value for {name}: must be from 0 to {most}.")
    if token and not _TOKEN.fullmatch(token):
        raise invalid("The page token is invalid.")
    # Zero asks for the service's own length.
    return int(token[1:] or 0) if token else 0, int(size) or most


def next_token(first: int, count: int, total: int) -> dict[str, str]:
    """The key of the next page, if there is one."""
    return {"next_page_token": f"p{first + count}"} if first + count < total else {}
