"""A managed identity endpoint as in App Service (`IDENTITY_ENDPOINT`, `IDENTITY_HEADER`).

What azure-identity's ManagedIdentityCredential speaks: GET with `api-version=2019-08-01`, `resource` and perhaps
`client_id`, header `X-IDENTITY-HEADER`; the answer carries `expires_on` as a string of seconds.
"""

from datetime import timedelta
from typing import Final

from aiohttp import web

from sandbox.azure_openai.ids import Ids
from sandbox.azure_openai.options import AzureOptions
from sandbox.clock import Clock

DATA_PLANE: Final = frozenset({"https://cognitiveservices.azure.com", "https://ai.azure.com"})
KNOWN_RESOURCES: Final = DATA_PLANE | {"https://management.azure.com", "https://metrics.monitor.azure.com"}
PREFIX: Final = "sandbox-entra-"


class Identity:
    """Issues tokens and knows which of them are good."""

    def __init__(self, clock: Clock, ids: Ids, options: AzureOptions) -> None:
        self._clock = clock
        self._ids = ids
        self._options = options
        self._issued: dict[str, tuple[str, int]] = {}

    def accepts(self, token: str, audiences: frozenset[str]) -> bool:
        """Whether this token was issued for one of these audiences and has not expired."""
        resource, expires = self._issued.get(token, ("", 0))
        return resource in audiences and expires > self._clock.now().timestamp()

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
        self._issued[token] = (resource, expires)
        return web.json_response(
            {
                "access_token": token,
                "expires_on": str(expires),
                "resource": resource,
                "token_type": "Bearer",
                "client_id": client_id or "system-assigned",
            }
        )


def _refused(status: int, message: str) -> web.Response:
    return web.json_response({"statusCode": status, "message": message}, status=status)
