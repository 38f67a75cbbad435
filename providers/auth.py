"""Who we are to a service: a key in a header, or a token from Entra ID.

Secrets never appear in a repr, an error or a log line; `secrets()` hands them to the redaction.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, Literal, Protocol

from providers.clock import Clock, from_unix
from providers.entra import CredentialKind, EntraSettings, TokenSource, open_token_source
from providers.network import NetworkOptions

AuthKind = Literal["key", "entra"]
RENEW_BEFORE: Final = timedelta(minutes=5)
"""A token this close to its end is renewed: a large upload must not outlive it."""

__all__ = ["Auth", "AuthKind", "CredentialKind", "EntraAuth", "EntraSettings", "KeyAuth"]


class Auth(Protocol):
    """Puts the credential on a request."""

    @property
    def renewable(self) -> bool:
        """Whether `forget` and asking again can give another credential."""
        ...

    async def headers(self) -> Mapping[str, str]:
        """Headers for one request. Raises ProviderError when there is no credential to be had."""
        ...

    def forget(self) -> None:
        """The service refused the current credential."""
        ...

    def secrets(self) -> tuple[str, ...]:
        """What must not appear in any text."""
        ...

    async def aclose(self) -> None:
        """Close connections."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyAuth:
    """A key in a header (contracts/azure_openai.md 1.0: `api-key`)."""

    header: str
    key: str = field(repr=False)

    @property
    def renewable(self) -> bool:
        """A key is what it is."""
        return False

    async def headers(self) -> Mapping[str, str]:
        """The one header."""
        return {self.header: self.key}

    def forget(self) -> None:
        """Nothing to forget."""

    def secrets(self) -> tuple[str, ...]:
        """The key."""
        return (self.key,)

    async def aclose(self) -> None:
        """Nothing to close."""


@dataclass(frozen=True, slots=True)
class _Token:
    text: str = field(repr=False)
    expires_at: datetime


class EntraAuth:
    """Bearer tokens from Entra ID, cached until shortly before they end.

    The credential itself is made at the first request: importing azure-identity takes a noticeable part of a
    start, and a process that only prints help needs none.
    """

    def __init__(self, settings: EntraSettings, *, network: NetworkOptions, clock: Clock) -> None:
        self._settings = settings
        self._network = network
        self._clock = clock
        self._source: TokenSource | None = None
        self._token: _Token | None = None
        self._renewing = asyncio.Lock()

    def __repr__(self) -> str:
        return f"EntraAuth({self._settings!r})"

    @property
    def renewable(self) -> bool:
        """A refused token may have been revoked; a new one can work."""
        return True

    async def headers(self) -> Mapping[str, str]:
        """`Authorization: Bearer …`; many requests at once wait for one renewal."""
        token = self._token
        if token is None or self._is_ending(token):
            async with self._renewing:
                token = self._token
                if token is None or self._is_ending(token):
                    token = await self._renew()
        return {"Authorization": f"Bearer {token.text}"}

    def forget(self) -> None:
        """Drop the token and the credential, whose own cache would hand the same token out again."""
        self._token = None

    def secrets(self) -> tuple[str, ...]:
        """The token in use and the client secret."""
        token = (self._token.text,) if self._token else ()
        secret = (self._settings.client_secret,) if self._settings.client_secret else ()
        return token + secret

    async def aclose(self) -> None:
        """Close the credential's connections."""
        source, self._source = self._source, None
        if source is not None:
            await source.aclose()

    async def _renew(self) -> _Token:
        if self._token is None:
            await self.aclose()
        if self._source is None:
            self._source = open_token_source(self._settings, self._network)
        text, expires_on = await self._source.token(self._settings.scope)
        self._token = _Token(text, from_unix(expires_on))
        return self._token

    def _is_ending(self, token: _Token) -> bool:
        return token.expires_at - self._clock.now() <= RENEW_BEFORE
