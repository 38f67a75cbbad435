"""Resource Manager before its resource providers: token, api-version, throttling, rights, the addressed account."""

import json
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from urllib.parse import quote

from aiohttp import web

from sandbox.azure_control import errors
from sandbox.azure_control.accounts import Accounts, Place
from sandbox.azure_control.errors import ArmError
from sandbox.azure_control.throttle import Throttle
from sandbox.azure_control.versions import VERSIONS, is_date
from sandbox.azure_openai.options import Switches
from sandbox.clock import Clock
from sandbox.common.entra import Identity, Principal
from sandbox.common.ids import Ids

AUDIENCE: Final = "https://management.azure.com"
_PROVIDER: Final = "providers/Microsoft.CognitiveServices"
ACCOUNT: Final = f"/subscriptions/{{subscription}}/resourceGroups/{{group}}/{_PROVIDER}/accounts/{{account}}"
LOCATION: Final = f"/subscriptions/{{subscription}}/{_PROVIDER}/locations/{{location}}"
_GUID: Final = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


@dataclass(frozen=True, slots=True)
class ArmCall:
    """One admitted request; `parts` are the variable parts of its path."""

    request: web.Request
    version: str
    who: Principal
    parts: Mapping[str, str]
    account: Place | None

    @property
    def place(self) -> Place:
        """The addressed account. Only for operations on one: LookupError otherwise."""
        if self.account is None:
            raise LookupError("account")
        return self.account

    @property
    def origin(self) -> str:
        """Where this sandbox is served."""
        return str(self.request.url.origin())

    def url(self, path: str, **query: str) -> str:
        """The absolute URL of an address in Resource Manager, in the version of the call."""
        more = "".join(f"&{quote(name)}={quote(value, safe='')}" for name, value in query.items())
        return f"{self.origin}/arm{path}?api-version={self.version}{more}"

    async def body(self) -> dict[str, Any]:
        """The JSON object in the body. Raises ArmError (InvalidRequestContent)."""
        try:
            body = json.loads(await self.request.read())
        except (ValueError, RecursionError) as error:
            raise errors.unreadable_body() from error
        if not isinstance(body, dict):
            raise errors.unreadable_body()
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


class ArmGateway:
    """Serves operations under `/arm`; fixed words of a path are compared without case."""

    def __init__(
        self,
        *,
        clock: Clock,
        ids: Ids,
        identity: Identity,
        accounts: Accounts,
        switches: Switches,
        throttle: Throttle,
    ) -> None:
        self._clock = clock
        self._ids = ids
        self._identity = identity
        self._accounts = accounts
        self._switches = switches
        self._throttle = throttle
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
            response = await self._answer(request, headers)
        except ArmError as error:
            response = web.json_response(error.body(), status=error.status, headers=error.headers)
        response.headers.update(headers)
        return response

    async def _answer(self, request: web.Request, headers: dict[str, str]) -> web.StreamResponse:
        who = self._authenticate(request)
        path = "/" + re.sub(r"/{2,}", "/", request.match_info["path"]).lstrip("/")
        here = [(route, found) for route in self._routes if (found := route.path.fullmatch(path))]
        if not here:
            raise errors.unknown_path(path)
        version = self._version(request, [route for route, _ in here])
        mine = [one for one in here if one[0].method == request.method and version in one[0].versions]
        if not mine:
            raise errors.wrong_method(request.method, here[0][0].resource_type)
        route, found = mine[0]
        parts = found.groupdict()
        self._subscription(parts["subscription"])
        headers |= self._take(request.method, parts["subscription"], who)
        self._permit(route.action, path, who)
        place = self._place(parts)
        return await route.operation(ArmCall(request, version, who, parts, place))

    def _authenticate(self, request: web.Request) -> Principal:
        scheme, _, value = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not value.strip():
            raise errors.no_credentials()
        token = self._identity.issued(value.strip())
        if token is None:
            raise errors.unknown_token()
        if token.expires_at <= self._clock.now():
            raise errors.expired_token(token.expires_at, self._clock.now())
        if token.audience != AUDIENCE:
            raise errors.wrong_audience(token.audience)
        return token.holder

    def _version(self, request: web.Request, routes: list[_Route]) -> str:
        version = request.query.get("api-version", "").lower()
        known = sorted({name for route in routes for name in route.versions}, reverse=True)
        if not version:
            raise errors.no_version()
        if not is_date(version):
            raise errors.not_a_version(version, known)
        if version not in known:
            locations = sorted({place.account.location for place in self._accounts})
            raise errors.unknown_version(version, routes[0].resource_type, known, locations)
        return version

    def _subscription(self, subscription: str) -> None:
        if not _GUID.fullmatch(subscription):
            raise errors.malformed_subscription(subscription)
        if not self._accounts.has_subscription(subscription):
            raise errors.unknown_subscription(subscription)

    def _take(self, method: str, subscription: str, who: Principal) -> dict[str, str]:
        def refuse(kind: str, seconds: int) -> ArmError:
            return errors.throttled(kind, subscription, who, seconds)

        return self._throttle.take(method, subscription.lower(), who.object_id, refuse)

    def _permit(self, action: str | None, scope: str, who: Principal) -> None:
        rights = self._switches.arm_rights
        allowed = rights == "owner" or (rights == "reader" and (action or "").endswith("/read"))
        if action is not None and not allowed:
            raise errors.not_authorised(who, action, scope)

    def _place(self, parts: Mapping[str, str]) -> Place | None:
        if "account" not in parts:
            return None
        place = self._accounts.find(parts["subscription"], parts["group"], parts["account"])
        if place is None and not self._accounts.has_group(parts["subscription"], parts["group"]):
            raise errors.unknown_group(parts["group"])
        if place is None:
            raise errors.unknown_account(parts["account"], parts["group"])
        return place

    def _headers(self, request: web.Request) -> dict[str, str]:
        now = self._clock.now()
        correlation = request.headers.get("x-ms-correlation-request-id") or self._ids.uuid()
        return {
            "x-ms-request-id": self._ids.uuid(),
            "x-ms-correlation-request-id": correlation,
            "x-ms-routing-request-id": f"SANDBOX:{now:%Y%m%dT%H%M%SZ}:{correlation}",
            "Cache-Control": "no-cache",
        }


def timestamp(at: datetime) -> str:
    """A moment as Resource Manager writes it: seven digits after the second."""
    return f"{at:%Y-%m-%dT%H:%M:%S.%f}0Z"
