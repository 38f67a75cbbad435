"""The three ways to sign in to a workspace."""

import asyncio
from base64 import b64encode
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs

import pytest
from aiohttp import web

from providers.auth import EntraAuth, EntraSettings
from providers.databricks.auth import (
    DISCOVERY,
    MANAGEMENT_HEADER,
    WORKSPACE_HEADER,
    AzureAuth,
    OAuthAuth,
    TokenAuth,
    open_auth,
)
from providers.databricks.settings import MANAGEMENT_SCOPE, SCOPE, DatabricksSettings
from providers.errors import ProviderError, Refused, Unauthorised, Unavailable
from providers.network import NetworkOptions, make_client
from providers.registry import build, service
from sandbox.databricks.options import CLIENT_ID, CLIENT_SECRET
from tests.providers.databricks.conftest import Workspace
from tests.providers.helpers import StandingClock, serving

SECRET = "dose-of-this-test-0123456789"
RESOURCE = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Databricks/workspaces/w"
SETTINGS: dict[str, Any] = {
    "endpoint": "https://adb-1.2.azuredatabricks.net/?o=12", "key": "dapi-x", "volume": "dbfs:/Volumes/a/b/c/",
    "register_to": "a.b",
}  # fmt: skip


class Tokens:
    """A workspace's token endpoint."""

    def __init__(self) -> None:
        self.asked: list[web.Request] = []
        self.forms: list[dict[str, list[str]]] = []
        self.endpoint: str | None = "/oidc/v1/token"
        self.answer: tuple[int, object] | None = None
        self.lives: object = 3600

    async def answered(self, request: web.Request) -> web.Response:
        if request.path == DISCOVERY:
            if self.endpoint is None:
                return web.json_response({"error": "none"}, status=404)
            origin = "" if self.endpoint.startswith("http") else f"http://{request.host}"
            return web.json_response({"token_endpoint": origin + self.endpoint})
        self.asked.append(request)
        self.forms.append(parse_qs((await request.read()).decode()))
        await asyncio.sleep(0)
        if self.answer is not None:
            return web.json_response(self.answer[1], status=self.answer[0])
        return web.json_response(
            {"access_token": f"token-{len(self.asked)}-abcdef", "expires_in": self.lives}
        )


def oauth(url: str, clock: StandingClock) -> OAuthAuth:
    return OAuthAuth(url, "client-1", SECRET, client=make_client(NetworkOptions()), clock=clock)


async def test_a_personal_token_is_a_bearer() -> None:
    auth = TokenAuth(token="dapi-1234567890")
    assert await auth.headers() == {"Authorization": "Bearer dapi-1234567890"}
    assert (auth.renewable, auth.secrets()) == (False, ("dapi-1234567890",))
    assert "1234567890" not in repr(auth)


async def test_many_requests_wait_for_one_token_that_is_renewed_early() -> None:
    tokens, clock = Tokens(), StandingClock()
    async with serving(tokens.answered) as url:
        auth = oauth(url, clock)
        given = await asyncio.gather(*(auth.headers() for _ in range(20)))
        assert {one["Authorization"] for one in given} == {"Bearer token-1-abcdef"}
        assert tokens.forms == [{"grant_type": ["client_credentials"], "scope": ["all-apis"]}]
        basic = "Basic " + b64encode(f"client-1:{SECRET}".encode()).decode()
        assert tokens.asked[0].headers["Authorization"] == basic
        clock.move(3600 - 301)
        assert (await auth.headers())["Authorization"] == "Bearer token-1-abcdef"
        clock.move(2)
        assert (await auth.headers())["Authorization"] == "Bearer token-2-abcdef"
        auth.forget()
        assert (await auth.headers())["Authorization"] == "Bearer token-3-abcdef"
        assert set(auth.secrets()) == {"token-3-abcdef", SECRET}
        assert SECRET not in repr(auth)
        await auth.aclose()


@pytest.mark.parametrize(("lives", "good_for"), [(60, 30), (None, 3300), ("600", 300), (-1, 3300)])
async def test_the_life_of_a_token_decides_when_it_is_renewed(lives: object, good_for: float) -> None:
    tokens, clock = Tokens(), StandingClock()
    tokens.lives = lives
    async with serving(tokens.answered) as url:
        auth = oauth(url, clock)
        await auth.headers()
        clock.move(good_for - 1)
        await auth.headers()
        assert len(tokens.asked) == 1
        clock.move(1)
        await auth.headers()
        assert len(tokens.asked) == 2
        await auth.aclose()


@pytest.mark.parametrize("named", [None, "https://elsewhere.example.com/token", "http:///token"])
async def test_the_secret_is_sent_nowhere_but_to_the_workspace(named: str | None) -> None:
    tokens = Tokens()
    tokens.endpoint = named
    async with serving(tokens.answered) as url:
        auth = oauth(url, StandingClock())
        await auth.headers()
        assert [request.path for request in tokens.asked] == ["/oidc/v1/token"]
        await auth.aclose()


@pytest.mark.parametrize(
    ("answer", "kind", "code"),
    [
        (
            (401, {"error": "invalid_client", "error_description": f"no {SECRET}"}),
            Unauthorised,
            "oauth_refused",
        ),
        ((400, {"error": "invalid_request"}), Unauthorised, "oauth_refused"),
        ((503, {}), Unavailable, "server_error"),
        ((200, {"token": "x"}), Unavailable, "server_error"),
        ((200, ["x"]), Unavailable, "unreadable_answer"),
    ],
)
async def test_no_token_is_told_without_the_secret(
    answer: tuple[int, object], kind: type[ProviderError], code: str
) -> None:
    tokens = Tokens()
    tokens.answer = answer
    async with serving(tokens.answered) as url:
        auth = oauth(url, StandingClock())
        with pytest.raises(kind) as told:
            await auth.headers()
        await auth.aclose()
    assert told.value.code == code
    assert SECRET not in f"{told.value!r} {told.value.answer!r}"


async def test_nobody_there() -> None:
    auth = oauth("http://127.0.0.1:9", StandingClock())
    with pytest.raises(Unavailable):
        await auth.headers()
    await auth.aclose()


async def test_the_stand_in_takes_a_service_principal_and_renews_a_revoked_token(
    workspace: Workspace,
) -> None:
    provider = workspace.provider(auth="oauth", client_id=CLIENT_ID, client_secret=CLIENT_SECRET)
    assert (await provider.probe()).capabilities.training
    workspace.service.identity.revoke_all()
    assert (await provider.jobs(None)).jobs == ()
    wrong = workspace.provider(auth="oauth", client_id=CLIENT_ID, client_secret="wrong-secret")
    with pytest.raises(Unauthorised) as told:
        await wrong.probe()
    assert told.value.code == "oauth_refused"


class Identity:
    """App Service's identity endpoint: a token for each resource, named after it."""

    async def answered(self, request: web.Request) -> web.Response:
        resource = request.query["resource"]
        expires = int((StandingClock().now() + timedelta(hours=1)).timestamp())
        body = {
            "access_token": f"for-{resource}",
            "expires_on": str(expires),
            "resource": resource,
            "token_type": "B",
        }
        return web.json_response(body)


async def test_entra_sends_a_second_token_for_an_application_that_is_no_user(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with serving(Identity().answered) as url:
        monkeypatch.setenv("IDENTITY_ENDPOINT", f"{url}/msi/token")
        monkeypatch.setenv("IDENTITY_HEADER", "header-value")

        def entra(scope: str) -> EntraAuth:
            settings = EntraSettings(kind="managed_identity", scope=scope)
            return EntraAuth(settings, network=NetworkOptions(), clock=StandingClock())

        auth = AzureAuth(entra(SCOPE), entra(MANAGEMENT_SCOPE), RESOURCE)
        headers = await auth.headers()
        assert headers == {
            "Authorization": "Bearer for-2ff814a6-3304-4ab8-85cb-cd0e6f879c1d",
            WORKSPACE_HEADER: RESOURCE,
            MANAGEMENT_HEADER: "for-https://management.core.windows.net/",
        }
        assert set(auth.secrets()) == {"for-2ff814a6-3304-4ab8-85cb-cd0e6f879c1d", headers[MANAGEMENT_HEADER]}
        assert auth.renewable
        auth.forget()
        assert auth.secrets() == ()
        await auth.aclose()


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({}, TokenAuth),
        ({"auth": "oauth", "key": None, "client_id": "c", "client_secret": "s"}, OAuthAuth),
        ({"auth": "entra", "key": None}, EntraAuth),
        ({"auth": "entra", "key": None, "resource_id": RESOURCE}, AzureAuth),
    ],
)
async def test_settings_name_the_way(changes: dict[str, Any], kind: type) -> None:
    settings = DatabricksSettings.model_validate({**SETTINGS, **changes})
    assert settings.endpoint == "https://adb-1.2.azuredatabricks.net"
    assert (settings.volume, settings.catalog, settings.schema_name) == ("/Volumes/a/b/c", "a", "b")
    auth = open_auth(settings, NetworkOptions(), StandingClock())
    assert type(auth) is kind
    await auth.aclose()


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"key": None}, "auth"),
        ({"key": "two\nlines"}, "key"),
        ({"auth": "oauth"}, "auth"),
        ({"auth": "magic"}, "auth"),
        ({"endpoint": "adb-1.2.azuredatabricks.net"}, "endpoint"),
        ({"endpoint": "https://host/path"}, "endpoint"),
        ({"volume": None}, "volume"),
        ({"volume": "/Volumes/a/b"}, "volume"),
        ({"volume": "/mnt/data"}, "volume"),
        ({"register_to": "a"}, "register_to"),
        ({"register_to": "a.b.c"}, "register_to"),
        ({"experiment_folder": "Users/me"}, "experiment_folder"),
        ({"experiment_folder": "/Users/{me}"}, "experiment_folder"),
        ({"warehouse_id": "a b"}, "warehouse_id"),
        ({"resource_id": "/subscriptions/x"}, "resource_id"),
    ],
)
def test_wrong_settings_are_named_without_their_values(changes: dict[str, Any], named: str) -> None:
    given = {**SETTINGS, "client_secret": SECRET, **changes}
    assert set(service("databricks").wrong(given)) == {named}
    with pytest.raises(Refused) as told:
        build("databricks", "dbx", given, network=NetworkOptions(), clock=StandingClock())
    assert told.value.code == "settings_invalid"
    assert told.value.params["settings"] == named
    assert SECRET not in repr(told.value)
