"""A managed identity endpoint as in App Service (`IDENTITY_ENDPOINT`, `IDENTITY_HEADER`).

What azure-identity's ManagedIdentityCredential speaks: GET with `api-version=2019-08-01`, `resource` and perhaps
`client_id`, header `X-IDENTITY-HEADER`; the answer carries `expires_on` as a string of seconds.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, Protocol
from uuid import NAMESPACE_URL, uuid5

from aiohttp import web

from sandbox.clock import Clock
from sandbox.common.ids import Ids

DATA_PLANE: Final = frozenset({"https://cognitiveservices.azure.com", "https://ai.azure.com"})
KNOWN_RESOURCES: Final = DATA_PLANE | {
    "https://management.azure.com",
    "https://metrics.monitor.azure.com",
    "https://storage.azure.com",
    "https://ml.azure.com",
    "https://vault.azure.net",
    "https://management.core.windows.net",
    "2ff814a6-3304-4ab8-85cb-cd0e6f879c1d",
}
PREFIX: Final = "sandbox-entra-"
SYSTEM_ASSIGNED: Final = "system-assigned"


class IdentityOptions(Protocol):
    """How the endpoint is set up."""

    @property
    def identity_header(self) -> str:
        """What the header of a request must carry."""
        ...

    @property
    def client_ids(self) -> frozenset[str] | None:
        """The identities that can be asked for; None = any."""
        ...

    @property
    def token_seconds(self) -> int:
        """How long a token is good."""
        ...


@dataclass(frozen=True, slots=True)
class Principal:
    """Who holds a token, by the two ids that Entra knows an application by."""

    client_id: str
    object_id: str


@dataclass(frozen=True, slots=True)
class Token:
    """What a token was issued for (`audience` without a slash at its end), until when, and to whom."""

    audience: str
    expires_at: datetime
    holder: Principal


def principal(name: str) -> Principal:
    """The principal of an identity: its client id stays as it was asked for, the rest is made from it."""
    own = str(uuid5(NAMESPACE_URL, f"client:{name}"))
    return Principal(own if name == SYSTEM_ASSIGNED else name, str(uuid5(NAMESPACE_URL, f"object:{name}")))


class Identity:
    """Issues tokens and knows which of them are good."""

    def __init__(self, clock: Clock, ids: Ids, options: IdentityOptions) -> None:
        self._clock = clock
        self._ids = ids
        self._options = options
        self._issued: dict[str, Token] = {}

    def accepts(self, token: str, audiences: frozenset[str]) -> bool:
        """Whether this token was issued for one of these audiences and has not expired."""
        issued = self._issued.get(token)
        return issued is not None and issued.audience in audiences and issued.expires_at > self._clock.now()

    def issued(self, token: str) -> Token | None:
        """What is known about a token; None for one that was not issued here, or was revoked."""
        return self._issued.get(token)

    def revoke_all(self) -> None:
        """Forget every token, as when a role assignment is taken away."""
        self._issued.clear()

    async def token(self, request: web.Request) -> web.Response:
        """`GET /azure/identity/token`."""
        if request.headers.get("X-IDENTITY-HEADER") != self._options.identity_header:
            return _refused(401, "The identity header is missing or wrong.")
        if request.query.get("api-version") != "2019-08-01":
            return _refused(400, "The api-version is missing or unknown.")
        resource = request.query.get("resource", "").rstrip("/")
        if resource not in KNOWN_RESOURCES:
            return _refused(500, "An unexpected error occured while fetching the AAD Token.")
        client_id = request.query.get("client_id")
        known = self._options.client_ids
        if client_id is not None and known is not None and client_id not in known:
            return _refused(400, "No User Assigned or Delegated Managed Identity found for the specified id.")
        expires = int((self._clock.now() + timedelta(seconds=self._options.token_seconds)).timestamp())
        token = self._ids.hex(PREFIX)
        holder = principal(client_id or SYSTEM_ASSIGNED)
        self._issued[token] = Token(resource, datetime.fromtimestamp(expires, UTC), holder)
        return web.json_response(
            {
                "access_token": token,
                "expires_on": str(expires),
                "resource": resource,
                "token_type": "Bearer",
                "client_id": client_id or SYSTEM_ASSIGNED,
            }
        )


def _refused(status: int, message: str) -> web.Response:
    return web.json_response({"statusCode": status, "message": message}, status=status)
