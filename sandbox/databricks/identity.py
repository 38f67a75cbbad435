"""Who may come in: a personal access token, OAuth tokens of a service principal, Entra tokens (contract 8)."""

import base64
import binascii
import hmac
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from aiohttp import web

from sandbox.clock import Clock
from sandbox.common.ids import Ids
from sandbox.databricks.errors import ApiError
from sandbox.databricks.options import WORKSPACE_ID, DatabricksOptions

RESOURCE_HEADER: Final = "X-Databricks-Azure-Workspace-Resource-Id"
MANAGEMENT_HEADER: Final = "X-Databricks-Azure-SP-Management-Token"

# The client id of whom the token was issued to, or None for a token that is no good; the audience is asked for.
Entra = Callable[[str, str], str | None]


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls: the name that grants are made to (an e-mail address, or an application id) and the id."""

    name: str
    id: str
    display_name: str


class Identity:
    """Issues OAuth tokens and knows who holds which token."""

    # The id of Azure Databricks in Entra, and the management plane's.
    DATABRICKS: Final = "2ff814a6-3304-4ab8-85cb-cd0e6f879c1d"
    MANAGEMENT: Final = "https://management.core.windows.net"

    def __init__(self, clock: Clock, ids: Ids, options: DatabricksOptions) -> None:
        self._clock = clock
        self._ids = ids
        self._options = options
        self._issued: dict[str, datetime] = {}
        # Set by whoever mounts the stand-in beside an Entra stand-in.
        self.entra: Entra | None = None
        self.renewals = 0

    def caller(self, request: web.Request) -> Caller:
        """Who sent the request. Raises ApiError: 401 without a good token, 403 for a wrong access token."""
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        token = token.strip()
        if scheme.lower() != "bearer" or not token:
            raise ApiError(
                401, "UNAUTHENTICATED", "Credential was not sent or was of an unsupported type for this API."
            )
        if token.startswith("dapi"):
            if not hmac.compare_digest(token.encode(), self._options.pat.encode()):
                raise ApiError(403, "PERMISSION_DENIED", "Invalid access token.")
            return Caller(self._options.user, "4300000000000001", "Fine-tuning bot")
        expires = self._issued.get(token)
        if expires is not None and expires > self._clock.now():
            return Caller(self._options.client_id, "4300000000000002", "Fine-tuning service")
        return self._from_entra(request, token)

    def revoke_all(self) -> None:
        """Forget every OAuth token."""
        self._issued.clear()

    async def host(self, request: web.Request) -> web.Response:
        """`GET /.well-known/databricks-config`, which newer clients ask first."""
        return web.json_response(
            {
                "oidc_endpoint": f"{request.url.origin()}/oidc",
                "workspace_id": str(WORKSPACE_ID),
                "cloud": "AZURE",
            }
        )

    async def discovery(self, request: web.Request) -> web.Response:
        """`GET /oidc/.well-known/oauth-authorization-server`."""
        base = f"{request.url.origin()}/oidc"
        return web.json_response(
            {
                "issuer": base,
                "authorization_endpoint": f"{base}/v1/authorize",
                "token_endpoint": f"{base}/v1/token",
                "response_types_supported": ["code"],
                "grant_types_supported": ["client_credentials", "authorization_code"],
                "token_endpoint_auth_methods_supported": ["client_secret_basic"],
            }
        )

    async def token(self, request: web.Request) -> web.Response:
        """`POST /oidc/v1/token` with HTTP Basic and a form."""
        if _basic(request) != (self._options.client_id, self._options.client_secret):
            return _refused(401, "invalid_client", "Client authentication failed")
        form = await request.post()
        if form.get("grant_type") != "client_credentials":
            return _refused(400, "unsupported_grant_type", "The grant type is not supported")
        if form.get("scope") != "all-apis":
            return _refused(400, "invalid_scope", "The scope must be all-apis")
        token = self._ids.hex("eyJsandbox.")
        self._issued[token] = self._clock.now() + timedelta(seconds=self._options.token_seconds)
        self.renewals += 1
        return web.json_response(
            {
                "access_token": token,
                "token_type": "Bearer",
                "expires_in": self._options.token_seconds,
                "scope": "all-apis",
            }
        )

    def _from_entra(self, request: web.Request, token: str) -> Caller:
        holder = self.entra(token, self.DATABRICKS) if self.entra else None
        if holder is None:
            raise ApiError(401, "UNAUTHENTICATED", "The access token is not valid or has expired.")
        if (resource := request.headers.get(RESOURCE_HEADER)) is not None:
            management = request.headers.get(MANAGEMENT_HEADER, "")
            if (
                not resource.startswith("/subscriptions/")
                or "/Microsoft.Databricks/workspaces/" not in resource
            ):
                raise ApiError(400, "MALFORMED_REQUEST", "The workspace resource id is malformed.")
            if self.entra is None or self.entra(management, self.MANAGEMENT) != holder:
                raise ApiError(403, "PERMISSION_DENIED", "The management token is missing or not valid.")
        return Caller(holder, "4300000000000003", "Fine-tuning application")


def me(caller: Caller) -> dict[str, Any]:
    """`GET /api/2.0/preview/scim/v2/Me`."""
    return {
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
        "id": caller.id,
        "userName": caller.name,
        "displayName": caller.display_name,
        "active": True,
        "emails": [{"type": "work", "value": caller.name, "primary": True}] if "@" in caller.name else [],
        "groups": [{"display": "users", "type": "direct", "value": "100"}],
        "entitlements": [{"value": "workspace-access"}],
    }


def _basic(request: web.Request) -> tuple[str, str] | None:
    scheme, _, encoded = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        user, _, secret = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return user, secret


def _refused(status: int, code: str, description: str) -> web.Response:
    return web.json_response({"error": code, "error_description": description}, status=status)
