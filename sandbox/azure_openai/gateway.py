"""The gateway before the data plane: api-version, credentials, the headers of every answer, error bodies."""

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from sandbox.azure_openai import refusals
from sandbox.azure_openai.errors import (
    GatewayError,
    ServiceError,
    resource_not_found,
    wrong_key,
    wrong_token,
)
from sandbox.azure_openai.options import AzureOptions
from sandbox.azure_openai.versions import DEFAULT_UNDATED, UNDATED, VERSIONS, ApiVersion
from sandbox.clock import Clock
from sandbox.common.entra import DATA_PLANE, Identity
from sandbox.common.ids import Ids

REQUESTS_PER_MINUTE = 600


@dataclass(frozen=True, slots=True)
class Call:
    """One admitted request."""

    request: web.Request
    resource: str
    version: ApiVersion

    def item(self, name: str = "id") -> str:
        """The id in the path."""
        return self.request.match_info[name]

    def location(self, path: str) -> str:
        """The absolute URL of an item, as in `Location` (contract 1.1)."""
        project = f"/api/projects/{self.item('project')}" if self.at_project else ""
        surface = "/openai/v1" if self.version.undated else "/openai"
        return f"{self.request.url.origin()}/azure/{self.resource}{project}{surface}{path}"

    @property
    def at_project(self) -> bool:
        """Whether a project's address was called instead of the resource's."""
        return "project" in self.request.match_info

    def created(self, body: dict[str, Any], path: str) -> web.Response:
        """201 with `Location` on the dated surface, a plain 200 on the undated one."""
        if self.version.undated:
            return web.json_response(body)
        return web.json_response(body, status=201, headers={"Location": self.location(path)})

    async def body(self) -> dict[str, Any]:
        """The JSON object in the body. Raises ServiceError (invalidPayload)."""
        try:
            body = json.loads(await self.request.read())
        except (ValueError, RecursionError) as error:
            raise refusals.body_is_not_an_object() from error
        if not isinstance(body, dict):
            raise refusals.body_is_not_an_object()
        return body

    def page(self, default: int) -> tuple[str | None, int]:
        """The `after` and `limit` of a list. Raises ServiceError (invalidPayload)."""
        query = self.request.query
        raw = query.get("limit", str(default))
        if not raw.isascii() or not raw.isdigit() or not 1 <= int(raw) <= 100:
            raise refusals.out_of_range("limit", "a whole number from 1 to 100")
        return query.get("after") or None, int(raw)


Operation = Callable[[Call], Awaitable[web.StreamResponse]]


class Gateway:
    """Registers operations under `/{resource}/openai` and stands before each of them.

    The undated surface answers under `/{resource}/openai/v1` and, of a project, under
    `/{resource}/api/projects/{project}/openai/v1` (contract 1.0).
    """

    def __init__(
        self, app: web.Application, clock: Clock, ids: Ids, options: AzureOptions, identity: Identity
    ) -> None:
        self._app = app
        self._clock = clock
        self._ids = ids
        self._options = options
        self.identity = identity
        self._minutes: dict[str, tuple[int, int]] = {}

    def add(
        self,
        method: str,
        path: str,
        operation: Operation,
        *,
        has: Callable[[ApiVersion], bool] = lambda _: True,
        versions: Mapping[str, ApiVersion] = VERSIONS,
        undated: Mapping[str, ApiVersion] = UNDATED,
    ) -> None:
        """Serve `method path`; versions that do not have the operation answer as for an unknown path."""
        places = (
            (f"/{{resource}}/openai{path}", versions, ""),
            (f"/{{resource}}/openai/v1{path}", undated, DEFAULT_UNDATED),
            (f"/{{resource}}/api/projects/{{project}}/openai/v1{path}", undated, DEFAULT_UNDATED),
        )
        for place, known, default in places:
            if known:
                handle = self._handler(operation, has, known, default)
                self._app.router.add_route(method, place, handle)

    def _handler(
        self,
        operation: Operation,
        has: Callable[[ApiVersion], bool],
        versions: Mapping[str, ApiVersion],
        default: str,
    ) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def handle(request: web.Request) -> web.StreamResponse:
            resource = request.match_info["resource"]
            try:
                version = versions.get(request.query.get("api-version", default))
                if version is None or not has(version):
                    raise resource_not_found()
                self._admit(request, version)
                response = await operation(Call(request, resource, version))
            except ServiceError as error:
                response = web.json_response(error.body(undated=bool(default)), status=error.status)
            except GatewayError as error:
                response = web.json_response(error.body, status=error.status)
            if not response.prepared:
                for name, value in self._headers(resource).items():
                    response.headers.setdefault(name, value)
            return response

        return handle

    def close(self) -> None:
        """Serve nothing but 404 for what was not added (wrong verbs too). Call it last."""

        async def handle(_: web.Request) -> web.Response:
            error = resource_not_found()
            return web.json_response(error.body, status=error.status, headers=self._headers(""))

        self._app.router.add_route("*", "/{path:.*}", handle)

    def stream_headers(self, call: Call) -> dict[str, str]:
        """The headers for an operation that prepares its answer itself."""
        return self._headers(call.resource)

    def _admit(self, request: web.Request, version: ApiVersion) -> None:
        """Let the request in with the resource's key or an Entra token. Raises GatewayError.

        The undated surface takes the key as a bearer token, too (contract 1.0).
        """
        key = request.headers.get("api-key")
        if key is not None:
            if key != self._options.api_key:
                raise wrong_key()
            return
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if version.undated and scheme.lower() == "bearer" and token.strip() == self._options.api_key:
            return
        if scheme.lower() != "bearer" or not self.identity.accepts(token.strip(), DATA_PLANE):
            raise wrong_token()

    def _headers(self, resource: str) -> dict[str, str]:
        """Request ids, region and the rate counters (counted, not enforced: 429s are injected as faults)."""
        minute = int(self._clock.now().timestamp()) // 60
        last, count = self._minutes.get(resource, (minute, 0))
        count = count + 1 if last == minute else 1
        self._minutes[resource] = (minute, count)
        return {
            "apim-request-id": self._ids.uuid(),
            "x-request-id": self._ids.uuid(),
            "x-ms-region": self._options.region(resource),
            "x-ratelimit-limit-requests": str(REQUESTS_PER_MINUTE),
            "x-ratelimit-remaining-requests": str(max(0, REQUESTS_PER_MINUTE - count)),
            "x-ratelimit-reset-requests": str(60 - int(self._clock.now().timestamp()) % 60),
        }
