"""Tokens of Entra ID through azure-identity, over our own network options.

azure-identity is imported where it is first needed. Its errors become errors of ours whose code says what to
do; its long explanations are kept, redacted, as the service's words.
"""

import asyncio
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, Literal

from providers.errors import ProviderError, ServiceAnswer, Unauthorised, Unavailable
from providers.network import NetworkOptions
from providers.redact import shown

if TYPE_CHECKING:
    from azure.core.credentials_async import AsyncTokenCredential

CredentialKind = Literal[
    "default", "managed_identity", "workload_identity", "cli", "client_secret", "environment"
]
TOKEN_SECONDS: Final = 60.0

# Entra ID's own numbers inside its messages, see the AADSTS error reference.
AADSTS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "7000215": "client_secret_invalid",
        "7000222": "client_secret_expired",
        "700016": "application_unknown",
        "90002": "tenant_unknown",
        "900023": "tenant_unknown",
        "500011": "scope_unknown",
        "70011": "scope_unknown",
        "1002012": "scope_unknown",
    }
)
_AADSTS: Final = re.compile(r"AADSTS(\d{4,8})")


@dataclass(frozen=True, slots=True, kw_only=True)
class EntraSettings:
    """Which identity is used, and for what.

    Attributes:
        kind: `default` tries several in azure-identity's order; the others are exactly one.
        scope: differs by service and cloud (contracts/azure_openai.md 1.0), therefore configuration.
        client_id: of a user-assigned managed identity, a workload identity or an application.
        authority: host of the identity service in sovereign clouds; None = public.
    """

    kind: CredentialKind
    scope: str
    client_id: str | None = None
    tenant_id: str | None = None
    client_secret: str | None = field(default=None, repr=False)
    authority: str | None = None


class TokenSource:
    """One credential of azure-identity."""

    def __init__(self, kind: str, credential: "AsyncTokenCredential", secrets: tuple[str, ...]) -> None:
        self._kind = kind
        self._credential = credential
        self._secrets = secrets

    async def token(self, scope: str) -> tuple[str, float]:
        """A token and its end as unix time.

        Raises:
            Unauthorised: with a code that says what to do.
            Unavailable: the identity service does not answer.
        """
        from azure.core.exceptions import AzureError

        try:
            async with asyncio.timeout(TOKEN_SECONDS):
                token = await self._credential.get_token(scope)
        except TimeoutError as error:
            raise Unavailable("timed_out", {"operation": "token"}) from error
        except AzureError as error:
            raise self._problem(error) from None
        except (KeyError, TypeError) as error:
            # azure-identity reads the fields of an answer without a look: one of something else ends so.
            answer = ServiceAnswer(message="the identity endpoint's answer holds no token")
            raise Unavailable("server_error", {"operation": "token"}, answer) from error
        except ValueError as error:
            raise self._problem(error) from None
        return token.token, float(token.expires_on)

    async def aclose(self) -> None:
        """Close the credential's connections."""
        await self._credential.close()

    def _problem(self, error: Exception) -> ProviderError:
        from azure.core.exceptions import ClientAuthenticationError, ServiceRequestError, ServiceResponseError
        from azure.identity import CredentialUnavailableError

        words = str(error)
        answer = ServiceAnswer(message=shown(words, self._secrets))
        if isinstance(error, ServiceRequestError | ServiceResponseError):
            return Unavailable("unreachable", {"operation": "token"}, answer)
        for number in _AADSTS.findall(words):
            if number in AADSTS:
                return Unauthorised(AADSTS[number], {"kind": self._kind}, answer)
        if isinstance(error, CredentialUnavailableError):
            return Unauthorised("credential_missing", {"kind": self._kind}, answer)
        if isinstance(error, ClientAuthenticationError | ValueError):
            return Unauthorised("credential_refused", {"kind": self._kind}, answer)
        return Unavailable("server_error", {"operation": "token"}, answer)


def open_token_source(settings: EntraSettings, network: NetworkOptions) -> TokenSource:
    """Make the credential that the settings ask for; nothing is sent yet.

    Raises:
        Unauthorised: `credential_incomplete` when a setting that this kind needs is missing.
    """
    secrets = (settings.client_secret,) if settings.client_secret else ()
    try:
        credential = _BUILDERS[settings.kind](settings, _options(settings, network))
    except ValueError as error:
        answer = ServiceAnswer(message=shown(str(error), secrets))
        raise Unauthorised("credential_missing", {"kind": settings.kind}, answer) from None
    return TokenSource(settings.kind, credential, secrets)


def _options(settings: EntraSettings, network: NetworkOptions) -> dict[str, Any]:
    """What every credential that talks HTTP is given; few retries, because our own policy stands above."""
    from providers.entra_transport import RoutedAioHttpTransport

    options: dict[str, Any] = {
        "transport": RoutedAioHttpTransport(network),
        "retry_total": 2,
        "retry_backoff_factor": 0.2,
    }
    if settings.authority:
        options["authority"] = settings.authority
    return options


def _need(settings: EntraSettings, *names: str) -> None:
    for name in names:
        if not getattr(settings, name):
            raise Unauthorised("credential_incomplete", {"kind": settings.kind, "setting": name})


def _default(settings: EntraSettings, options: dict[str, Any]) -> "AsyncTokenCredential":
    from azure.identity.aio import DefaultAzureCredential

    named = {}
    if settings.client_id:
        named["managed_identity_client_id"] = settings.client_id
        named["workload_identity_client_id"] = settings.client_id
    return DefaultAzureCredential(**named, **options)


def _managed_identity(settings: EntraSettings, options: dict[str, Any]) -> "AsyncTokenCredential":
    from azure.identity.aio import ManagedIdentityCredential

    return ManagedIdentityCredential(client_id=settings.client_id, **options)


def _workload_identity(settings: EntraSettings, options: dict[str, Any]) -> "AsyncTokenCredential":
    from azure.identity.aio import WorkloadIdentityCredential

    named = {}
    if settings.client_id:
        named["client_id"] = settings.client_id
    if settings.tenant_id:
        named["tenant_id"] = settings.tenant_id
    return WorkloadIdentityCredential(**named, **options)


def _cli(settings: EntraSettings, _options: dict[str, Any]) -> "AsyncTokenCredential":
    from azure.identity.aio import AzureCliCredential

    return AzureCliCredential(tenant_id=settings.tenant_id or "")


def _client_secret(settings: EntraSettings, options: dict[str, Any]) -> "AsyncTokenCredential":
    from azure.identity.aio import ClientSecretCredential

    _need(settings, "tenant_id", "client_id", "client_secret")
    return ClientSecretCredential(
        settings.tenant_id or "", settings.client_id or "", settings.client_secret or "", **options
    )


def _environment(_settings: EntraSettings, options: dict[str, Any]) -> "AsyncTokenCredential":
    from azure.identity.aio import EnvironmentCredential

    return EnvironmentCredential(**options)


_Builder = Callable[[EntraSettings, dict[str, Any]], "AsyncTokenCredential"]
_BUILDERS: Final[Mapping[str, _Builder]] = MappingProxyType(
    {
        "default": _default,
        "managed_identity": _managed_identity,
        "workload_identity": _workload_identity,
        "cli": _cli,
        "client_secret": _client_secret,
        "environment": _environment,
    }
)
