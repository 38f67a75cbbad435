"""Resource Manager before Azure ML: token, api-version, rights, the addressed workspace; everything below `/ml/arm`."""

import json
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote

from aiohttp import web

from sandbox.azure_control import errors as arm
from sandbox.azure_control.errors import ArmError
from sandbox.azure_control.versions import is_date
from sandbox.azure_ml import errors, roles
from sandbox.azure_ml.options import PROVIDER, Switches
from sandbox.azure_ml.versions import VERSIONS
from sandbox.azure_ml.workspace import Workspace, Workspaces
from sandbox.clock import Clock
from sandbox.common.entra import Identity, Principal
from sandbox.common.ids import Ids

AUDIENCE: Final = "https://management.azure.com"
ROOT: Final = "/ml/arm"
WORKSPACE: Final = (
    f"/subscriptions/{{subscription}}/resourceGroups/{{group}}/providers/{PROVIDER}/workspaces/{{workspace}}"
)
_GUID: Final = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


@dataclass(frozen=True, slots=True)
class ArmCall:
    """One admitted request; `parts` are the variable parts of its path."""

    request: web.Request
    version: str
    who: Principal
    parts: Mapping[str, str]
    addressed: Workspace | None

    @property
    def workspace(self) -> Workspace:
        """The addressed workspace. Only for operations on one: LookupError otherwise."""
        if self.addressed is None:
            raise LookupError("workspace")
        return self.addressed

    @property
    def origin(self) -> str:
        """Where this sandbox is served."""
        return str(self.request.url.origin())

    def url(self, path: str, **query: str) -> str:
        """The absolute URL of an address in Resource Manager, in the version of the call."""
        more = "".join(f"&{quote(name)}={quote(value, safe='')}" for name, value in query.items())
        return f"{self.origin}{ROOT}{path}?api-version={self.version}{more}"

    async def body(self) -> dict[str, Any]:
        """The JSON object in the body. Raises ArmError (InvalidRequestContent)."""
        try:
            body = json.loads(await self.request.read())
        except (ValueError, RecursionError) as error:
            raise arm.unreadable_body() from error
        if not isinstance(body, dict):
            raise arm.unreadable_body()
        return body


ArmOperation = Callable[[ArmCall], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True)
class _Route:
    method: str
    path: re.Pattern[str]
    resource_type: str
    action: str | None
    versions: tuple[str, ...]
    operation: ArmOperation


class MlGateway:
    """Serves operations; fixed words of a path are compared without case."""

    def __init__(
        self, *, clock: Clock, ids: Ids, identity: Identity, workspaces: Workspaces, switches: Switches
    ) -> None:
        self._clock = clock
        self._ids = ids
        self._identity = identity
        self._workspaces = workspaces
        self._switches = switches
        self._routes: list[_Route] = []

    def add(
        self,
        method: str,
        template: str,
        operation: ArmOperation,
        *,
        resource_type: str,
        action: str | None,
        versions: tuple[str, ...] = VERSIONS,
    ) -> None:
        """Serve `method template` in some api-versions. `action` is the right it takes (None: any caller's)."""
        pattern = "".join(
            f"(?P<{part[1:-1]}>[^/]+)" if part.startswith("{") else re.escape(part)
            for part in re.split(r"(\{\w+\})", template)
        )
        path = re.compile(pattern + "/?", re.IGNORECASE)
        self._routes.append(_Route(method, path, resource_type, action, versions, operation))

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Answer one request."""
        headers = self._headers(request)
        try:
            response = await self._answer(request)
        except ArmError as error:
            response = web.json_response(error.body(), status=error.status, headers=error.headers)
        response.headers.update(headers)
        return response

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        who = self._authenticate(request)
        path = "/" + request.match_info["path"].lstrip("/")
        here = [(route, found) for route in self._routes if (found := route.path.fullmatch(path))]
        if not here:
            raise self._unknown(path, request.query.get("api-version", ""))
        version = self._version(request, [route for route, _ in here])
        mine = [one for one in here if one[0].method == request.method and version in one[0].versions]
        if not mine:
            raise arm.wrong_method(request.method, here[0][0].resource_type)
        route, found = mine[0]
        parts = found.groupdict()
        self._subscription(parts["subscription"])
        if self._switches.other_tenant:
            raise errors.wrong_tenant()
        if route.action is not None and not roles.allows(self._switches, route.action):
            raise arm.not_authorised(who, route.action, path)
        return await route.operation(ArmCall(request, version, who, parts, self._workspace(parts)))

    def _authenticate(self, request: web.Request) -> Principal:
        scheme, _, value = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not value.strip():
            raise arm.no_credentials()
        token = self._identity.issued(value.strip())
        if token is None:
            raise arm.unknown_token()
        if token.expires_at <= self._clock.now():
            raise arm.expired_token(token.expires_at, self._clock.now())
        if token.audience != AUDIENCE:
            raise arm.wrong_audience(token.audience)
        return token.holder

    def _version(self, request: web.Request, routes: list[_Route]) -> str:
        version = request.query.get("api-version", "").lower()
        known = sorted({name for route in routes for name in route.versions}, reverse=True)
        if not version:
            raise arm.no_version()
        if not is_date(version):
            raise arm.not_a_version(version, known)
        if version not in known:
            locations = sorted({one.facts.location for one in self._workspaces})
            raise arm.unknown_version(version, routes[0].resource_type, known, locations)
        return version

    def _unknown(self, path: str, version: str) -> ArmError:
        found = re.fullmatch(rf".*/providers/{PROVIDER}/workspaces/[^/]+/([^/]+).*", path, re.IGNORECASE)
        known = {route.resource_type.rpartition("/")[2].lower() for route in self._routes}
        if found is not None and found.group(1).lower() not in known:
            return errors.no_such_type(f"workspaces/{found.group(1)}", version, sorted(VERSIONS))
        return arm.unknown_path(path)

    def _subscription(self, subscription: str) -> None:
        if not _GUID.fullmatch(subscription):
            raise arm.malformed_subscription(subscription)
        if not self._workspaces.has_subscription(subscription):
            raise arm.unknown_subscription(subscription)

    def _workspace(self, parts: Mapping[str, str]) -> Workspace | None:
        if "workspace" not in parts:
            return None
        found = self._workspaces.find(parts["subscription"], parts["group"], parts["workspace"])
        if found is None and not self._workspaces.has_group(parts["subscription"], parts["group"]):
            raise arm.unknown_group(parts["group"])
        if found is None:
            raise errors.no_workspace(parts["workspace"], parts["group"])
        return found

    def _headers(self, request: web.Request) -> dict[str, str]:
        correlation = request.headers.get("x-ms-correlation-request-id") or self._ids.uuid()
        return {
            "x-ms-request-id": self._ids.uuid(),
            "x-ms-correlation-request-id": correlation,
            "Cache-Control": "no-cache",
        }
