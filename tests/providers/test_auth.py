"""Credentials: a key, and tokens of Entra ID from endpoints on loopback."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest
from aiohttp import web

from providers.auth import EntraAuth, KeyAuth
from providers.entra import EntraSettings
from providers.errors import ProviderError, Unauthorised, Unavailable
from providers.network import NetworkOptions
from tests.providers.authority import Authority
from tests.providers.helpers import StandingClock, refusing_tunnels, serving

SCOPE = "https://cognitiveservices.azure.com/.default"
ENVIRONMENT = (
    "IDENTITY_ENDPOINT", "IDENTITY_HEADER", "MSI_ENDPOINT", "IMDS_ENDPOINT", "AZURE_CLIENT_ID", "AZURE_TENANT_ID",
    "AZURE_CLIENT_SECRET", "AZURE_FEDERATED_TOKEN_FILE", "AZURE_AUTHORITY_HOST",
)  # fmt: skip


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ENVIRONMENT:
        monkeypatch.delenv(name, raising=False)


class IdentityEndpoint:
    """Hands out tokens as App Service does."""

    def __init__(self, clock: StandingClock) -> None:
        self.clock = clock
        self.asked: list[dict[str, str]] = []
        self.lives = timedelta(hours=1)
        self.broken = False
        self.instead: object = None

    async def __call__(self, request: web.Request) -> web.Response:
        self.asked.append(dict(request.query))
        if self.instead is not None:
            return web.json_response(self.instead)
        if self.broken:
            return web.json_response(
                {"statusCode": 400, "message": "No identity for secret-of-ours"}, status=400
            )
        expires = int((self.clock.now() + self.lives).timestamp())
        token = f"identity-token-{len(self.asked)}"
        body = {"access_token": token, "expires_on": str(expires), "resource": "x", "token_type": "Bearer"}
        return web.json_response(body)


@pytest.fixture
async def identity(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[IdentityEndpoint]:
    endpoint = IdentityEndpoint(StandingClock())
    async with serving(endpoint.__call__) as url:
        monkeypatch.setenv("IDENTITY_ENDPOINT", f"{url}/token")
        monkeypatch.setenv("IDENTITY_HEADER", "header-of-this-test")
        yield endpoint


def managed(clock: StandingClock, **changes: Any) -> EntraAuth:
    settings = EntraSettings(**{"kind": "managed_identity", "scope": SCOPE, **changes})
    return EntraAuth(settings, network=NetworkOptions(), clock=clock)


async def test_key_stands_in_its_header_and_nowhere_else() -> None:
    auth = KeyAuth(header="api-key", key="0123456789abcdef")
    assert await auth.headers() == {"api-key": "0123456789abcdef"}
    assert "0123456789abcdef" not in repr(auth)
    assert auth.secrets() == ("0123456789abcdef",)


async def test_token_is_kept_until_shortly_before_its_end(identity: IdentityEndpoint) -> None:
    # azure-identity has a cache of its own that looks at the machine's clock: a short life passes it by.
    identity.clock.at = identity.clock.at.replace(year=2100)
    auth = managed(identity.clock, client_id="11111111-2222-3333-4444-555555555555")
    first = await auth.headers()
    assert first == {"Authorization": "Bearer identity-token-1"}
    identity.clock.move(54 * 60)
    assert await auth.headers() == first
    assert len(identity.asked) == 1
    assert identity.asked[0]["resource"] == "https://cognitiveservices.azure.com"
    assert identity.asked[0]["client_id"] == "11111111-2222-3333-4444-555555555555"
    assert "identity-token-1" not in repr(auth)
    assert "identity-token-1" in auth.secrets()
    await auth.aclose()


async def test_refused_token_is_really_replaced(identity: IdentityEndpoint) -> None:
    identity.clock.at = identity.clock.at.replace(year=2100)
    auth = managed(identity.clock)
    await auth.headers()
    auth.forget()
    assert await auth.headers() == {"Authorization": "Bearer identity-token-2"}
    await auth.aclose()


async def test_many_requests_at_once_ask_for_one_token(identity: IdentityEndpoint) -> None:
    identity.clock.at = identity.clock.at.replace(year=2100)
    auth = managed(identity.clock)
    await asyncio.gather(*(auth.headers() for _ in range(20)))
    assert len(identity.asked) == 1
    await auth.aclose()


async def test_default_credential_finds_the_managed_identity(identity: IdentityEndpoint) -> None:
    identity.clock.at = identity.clock.at.replace(year=2100)
    auth = managed(identity.clock, kind="default", client_id="11111111-2222-3333-4444-555555555555")
    assert (await auth.headers())["Authorization"].startswith("Bearer identity-token-")
    await auth.aclose()


@pytest.mark.parametrize(
    "answer", [{}, {"access_token": "t"}, {"expires_on": "1"}, {"error": "no"}, [], "words"]
)
async def test_an_answer_without_a_token_is_an_error_of_ours(
    identity: IdentityEndpoint, answer: object
) -> None:
    identity.instead = answer
    auth = managed(identity.clock)
    with pytest.raises(ProviderError):
        await auth.headers()
    await auth.aclose()


async def test_identity_that_does_not_exist(identity: IdentityEndpoint) -> None:
    identity.broken = True
    auth = managed(identity.clock)
    with pytest.raises(Unauthorised) as told:
        await auth.headers()
    assert told.value.params["kind"] == "managed_identity"
    await auth.aclose()


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        ("workload_identity", "credential_missing"),
        ("environment", "credential_missing"),
        ("cli", "credential_missing"),
        ("client_secret", "credential_incomplete"),
    ],
)
async def test_credential_that_this_machine_does_not_have(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, kind: str, code: str
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    auth = managed(StandingClock(), kind=kind)
    with pytest.raises(Unauthorised) as told:
        await auth.headers()
    assert (told.value.code, told.value.params["kind"]) == (code, kind)
    await auth.aclose()


class Entra:
    """The token endpoint of Entra ID over TLS of a company's authority."""

    def __init__(self) -> None:
        self.forms: list[dict[str, list[str]]] = []
        self.refusal: str | None = None

    async def __call__(self, request: web.Request) -> web.Response:
        self.forms.append(parse_qs(await request.text()))
        if self.refusal:
            return web.json_response(
                {"error": "invalid_client", "error_description": self.refusal}, status=401
            )
        return web.json_response({"access_token": "entra-token", "expires_in": 3600, "token_type": "Bearer"})


def application(url: str, network: NetworkOptions) -> EntraAuth:
    settings = EntraSettings(
        kind="client_secret",
        scope=SCOPE,
        tenant_id="aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee",
        client_id="11111111-2222-3333-4444-555555555555",
        client_secret="secret-of-the-application",
        authority=url.replace("127.0.0.1", "localhost"),
    )
    return EntraAuth(settings, network=network, clock=StandingClock())


async def test_application_behind_a_company_authority(tmp_path: Path) -> None:
    authority, entra = Authority(tmp_path), Entra()
    async with serving(entra.__call__, ssl_context=authority.server_context()) as url:
        auth = application(url, NetworkOptions(ca_bundle=authority.bundle))
        assert await auth.headers() == {"Authorization": "Bearer entra-token"}
        assert entra.forms[0]["scope"] == [SCOPE]
        assert "secret-of-the-application" not in repr(auth)
        assert "secret-of-the-application" in auth.secrets()
        await auth.aclose()

        untrusting = application(url, NetworkOptions())
        with pytest.raises(Unavailable):
            await untrusting.headers()
        await untrusting.aclose()


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("AADSTS7000215: Invalid client secret provided.", "client_secret_invalid"),
        ("AADSTS7000222: The provided client secret keys for app are expired.", "client_secret_expired"),
        ("AADSTS700016: Application was not found in the directory.", "application_unknown"),
        ("AADSTS90002: Tenant not found.", "tenant_unknown"),
        ("AADSTS500011: The resource principal was not found.", "scope_unknown"),
        ("AADSTS53003: Access has been blocked by Conditional Access.", "credential_refused"),
    ],
)
async def test_entras_refusals_say_what_to_do(tmp_path: Path, words: str, code: str) -> None:
    authority, entra = Authority(tmp_path), Entra()
    entra.refusal = f"{words} client_secret=secret-of-the-application"
    async with serving(entra.__call__, ssl_context=authority.server_context()) as url:
        auth = application(url, NetworkOptions(ca_bundle=authority.bundle))
        with pytest.raises(ProviderError) as told:
            await auth.headers()
        assert told.value.code == code
        assert words.partition(":")[0] in told.value.answer.message
        assert "secret-of-the-application" not in json.dumps([told.value.answer.message, repr(told.value)])
        await auth.aclose()


async def test_tokens_are_fetched_through_the_proxy() -> None:
    async with refusing_tunnels() as (proxy_url, lines):
        auth = application("https://login.service.test", NetworkOptions(proxy=proxy_url))
        with pytest.raises(Unavailable):
            await auth.headers()
        await auth.aclose()
        assert lines[0].startswith("CONNECT login.service.test:443")
        lines.clear()

        network = NetworkOptions(proxy=proxy_url, no_proxy=("127.1.1.1",))
        direct = application("https://127.1.1.1:9", network)
        with pytest.raises(Unavailable):
            await direct.headers()
        await direct.aclose()
        assert lines == []
