"""Who we are to a workspace: a personal access token, a service principal by OAuth, or Entra ID (contract 8)."""

import asyncio
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlsplit

import httpx

from providers.auth import RENEW_BEFORE, Auth, EntraAuth, EntraSettings
from providers.clock import Clock
from providers.databricks.settings import DatabricksSettings
from providers.errors import ProviderError, ServiceAnswer, Unauthorised, Unavailable
from providers.mlflow.reading import UnreadableAnswerError, number, read_object, text
from providers.network import NetworkOptions, make_client
from providers.redact import shown
from providers.transport_errors import after_sending, never_sent

DISCOVERY: Final = "/oidc/.well-known/oauth-authorization-server"
TOKEN: Final = "/oidc/v1/token"  # noqa: S105 - a path
TOKEN_SECONDS: Final = 30.0
LIFETIME: Final = 3600.0
"""Seconds that a token lives when the answer does not say (contract 8: one hour)."""
WORKSPACE_HEADER: Final = "X-Databricks-Azure-Workspace-Resource-Id"
MANAGEMENT_HEADER: Final = "X-Databricks-Azure-SP-Management-Token"


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenAuth:
    """A personal access token."""

    token: str = field(repr=False)

    @property
    def renewable(self) -> bool:
        """A token of this kind is what it is."""
        return False

    async def headers(self) -> Mapping[str, str]:
        """The one header."""
        return {"Authorization": f"Bearer {self.token}"}

    def forget(self) -> None:
        """Nothing to forget."""

    def secrets(self) -> tuple[str, ...]:
        """The token."""
        return (self.token,)

    async def aclose(self) -> None:
        """Nothing to close."""


@dataclass(frozen=True, slots=True)
class _Token:
    text: str = field(repr=False)
    renew_at: datetime


class OAuthAuth:
    """Bearer tokens of a service principal by the client-credentials flow, kept until shortly before they end.

    Many requests at once wait for one renewal. The token endpoint is looked up in the workspace's own metadata, and
    the secret is sent nowhere but to the workspace's host.
    """

    def __init__(
        self, host: str, client_id: str, secret: str, *, client: httpx.AsyncClient, clock: Clock
    ) -> None:
        self._host = host
        self._client_id = client_id
        self._secret = secret
        self._client = client
        self._clock = clock
        self._endpoint: str | None = None
        self._token: _Token | None = None
        self._renewing = asyncio.Lock()

    def __repr__(self) -> str:
        return f"OAuthAuth({self._host!r}, {self._client_id!r})"

    @property
    def renewable(self) -> bool:
        """A refused token may have been revoked; a new one can work."""
        return True

    async def headers(self) -> Mapping[str, str]:
        """`Authorization: Bearer …`. Raises Unauthorised or Unavailable when there is no token to be had."""
        token = self._token
        if token is None or self._clock.now() >= token.renew_at:
            async with self._renewing:
                token = self._token
                if token is None or self._clock.now() >= token.renew_at:
                    token = self._token = await self._renewed()
        return {"Authorization": f"Bearer {token.text}"}

    def forget(self) -> None:
        """Drop the token."""
        self._token = None

    def secrets(self) -> tuple[str, ...]:
        """The token in use and the client secret."""
        return ((self._token.text,) if self._token else ()) + (self._secret,)

    async def aclose(self) -> None:
        """Close connections."""
        await self._client.aclose()

    async def _renewed(self) -> _Token:
        endpoint = self._endpoint or await self._discovered()
        asked_at = self._clock.now()
        answer = await self._sent(
            self._client.build_request(
                "POST",
                endpoint,
                data={"grant_type": "client_credentials", "scope": "all-apis"},
                headers={"Authorization": _basic(self._client_id, self._secret)},
                timeout=TOKEN_SECONDS,
            )
        )
        token = text(answer.get("access_token"))
        if not token:
            told = ServiceAnswer(message="the token endpoint's answer holds no token")
            raise Unavailable("server_error", {"operation": "token"}, told)
        self._endpoint = endpoint
        lives = number(answer.get("expires_in"))
        lifetime = timedelta(seconds=LIFETIME if lives is None or lives <= 0 else lives)
        # A token that lives for less than twice the margin is used for half of its life instead of never.
        margin = min(RENEW_BEFORE, lifetime / 2)
        return _Token(token, asked_at + lifetime - margin)

    async def _discovered(self) -> str:
        """The token endpoint by the metadata (RFC 8414), the usual path where they name none of this host."""
        usual = self._host + TOKEN
        try:
            request = self._client.build_request("GET", self._host + DISCOVERY, timeout=TOKEN_SECONDS)
            answer = await self._sent(request)
        except Unauthorised:
            return usual
        found = text(answer.get("token_endpoint"))
        here, there = urlsplit(self._host), urlsplit(found)
        return found if (there.scheme, there.netloc) == (here.scheme, here.netloc) else usual

    async def _sent(self, request: httpx.Request) -> Mapping[str, Any]:
        try:
            response = await self._client.send(request)
        except httpx.HTTPError as error:
            code = never_sent(error) or after_sending(error)
            raise Unavailable(code, {"operation": "token"}) from error
        if not response.is_success:
            raise self._problem(response)
        try:
            return read_object(response.content)
        except UnreadableAnswerError as error:
            raise Unavailable("unreadable_answer", {"operation": "token"}) from error

    def _problem(self, response: httpx.Response) -> ProviderError:
        try:
            told = read_object(response.content)
        except UnreadableAnswerError:
            told = {}
        words = text(told.get("error_description")) or text(told.get("error"))
        answer = ServiceAnswer(
            status=response.status_code,
            code=shown(text(told.get("error")), self.secrets(), 100),
            message=shown(words, self.secrets()),
        )
        if response.status_code == 429 or response.status_code >= 500:
            return Unavailable("server_error", {"operation": "token"}, answer)
        return Unauthorised("oauth_refused", {"client": self._client_id}, answer)


class AzureAuth:
    """Entra tokens; for an application that is no user of the workspace, with the two headers that stand in for it."""

    def __init__(self, workspace: EntraAuth, management: EntraAuth, resource_id: str) -> None:
        self._workspace = workspace
        self._management = management
        self._resource_id = resource_id

    @property
    def renewable(self) -> bool:
        """Both tokens are."""
        return True

    async def headers(self) -> Mapping[str, str]:
        """The workspace's token, the management token and the workspace's ARM id."""
        workspace = await self._workspace.headers()
        management = await self._management.headers()
        return {
            **workspace,
            WORKSPACE_HEADER: self._resource_id,
            MANAGEMENT_HEADER: management["Authorization"].removeprefix("Bearer "),
        }

    def forget(self) -> None:
        """Drop both tokens."""
        self._workspace.forget()
        self._management.forget()

    def secrets(self) -> tuple[str, ...]:
        """Both tokens and the client secret."""
        return self._workspace.secrets() + self._management.secrets()

    async def aclose(self) -> None:
        """Close both credentials."""
        await self._workspace.aclose()
        await self._management.aclose()


def _basic(client_id: str, secret: str) -> str:
    """HTTP Basic of both (RFC 6749 wants them form-encoded first, which changes neither a UUID nor a hex secret)."""
    return "Basic " + b64encode(f"{client_id}:{secret}".encode()).decode()


def open_auth(settings: DatabricksSettings, network: NetworkOptions, clock: Clock) -> Auth:
    """The credential that the settings name; nothing is sent yet."""
    secret = settings.client_secret.get_secret_value() if settings.client_secret else ""
    if settings.auth == "key":
        return TokenAuth(token=settings.key.get_secret_value() if settings.key else "")
    if settings.auth == "oauth":
        return OAuthAuth(
            settings.endpoint, settings.client_id or "", secret, client=make_client(network), clock=clock
        )

    def entra(scope: str) -> EntraAuth:
        named = EntraSettings(
            kind=settings.credential,
            scope=scope,
            client_id=settings.client_id,
            tenant_id=settings.tenant_id,
            client_secret=secret or None,
            authority=settings.authority,
        )
        return EntraAuth(named, network=network, clock=clock)

    workspace = entra(settings.scope)
    if settings.resource_id is None:
        return workspace
    return AzureAuth(workspace, entra(settings.management_scope), settings.resource_id)
