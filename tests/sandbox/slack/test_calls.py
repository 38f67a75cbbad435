"""Every call: tokens, scopes, argument forms, unknown methods, rate limits."""

import httpx
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.server import Sandbox
from sandbox.slack.options import SlackOptions
from tests.sandbox.slack.conftest import ManualClock
from tests.sandbox.slack.people import FINE, RIN, error_of


async def test_auth_test_says_who_the_app_is(slack: AsyncWebClient, sandbox: Sandbox) -> None:
    answer = await slack.auth_test()
    assert answer["user_id"] == "U0TUNESMTH"
    assert answer["bot_id"] == "B0TUNESMTH"
    assert answer["team_id"] == "T0SANDBOX"
    assert set(answer.headers["x-oauth-scopes"].split(",")) == sandbox.slack.options.scopes


@pytest.mark.parametrize(
    ("headers", "error"),
    [
        ({}, "not_authed"),
        ({"Authorization": "Bearer xoxb-other"}, "invalid_auth"),
        ({"Authorization": "Bearer xapp-sandbox-app"}, "not_allowed_token_type"),
    ],
)
async def test_calls_need_the_bots_token(sandbox: Sandbox, headers: dict[str, str], error: str) -> None:
    async with httpx.AsyncClient(base_url=sandbox.url) as client:
        response = await client.post("/slack/api/auth.test", headers=headers)
    assert response.status_code == 200
    assert response.json() == {"ok": False, "error": error}


async def test_connections_need_the_apps_token(http: httpx.AsyncClient) -> None:
    assert (await http.post("/slack/api/apps.connections.open")).json()["error"] == "not_allowed_token_type"
    app = {"Authorization": "Bearer xapp-sandbox-app"}
    answer = (await http.post("/slack/api/apps.connections.open", headers=app)).json()
    assert answer["url"].startswith("ws://127.0.0.1")


@pytest.mark.parametrize(
    "request_of",
    [
        lambda http: http.get("/slack/api/users.info", params={"user": RIN}),
        lambda http: http.post("/slack/api/users.info", params={"user": RIN}),
        lambda http: http.post("/slack/api/users.info", data={"user": RIN}),
        lambda http: http.post("/slack/api/users.info", json={"user": RIN}),
        lambda http: http.post("/slack/api/users.info", files={"user": (None, RIN)}),
    ],
    ids=["get", "post with query", "form", "json", "multipart"],
)
async def test_arguments_come_in_every_form(http: httpx.AsyncClient, request_of: object) -> None:
    assert callable(request_of)
    answer = (await request_of(http)).json()
    assert answer["user"]["real_name"] == "Rin Okada"


async def test_the_token_may_be_a_field(sandbox: Sandbox) -> None:
    async with httpx.AsyncClient(base_url=sandbox.url) as client:
        answer = await client.post("/slack/api/auth.test", data={"token": "xoxb-sandbox-bot"})
    assert answer.json()["ok"]


async def test_bodies_that_are_no_arguments_are_refused(http: httpx.AsyncClient) -> None:
    json_type = {"Content-Type": "application/json"}
    path = "/slack/api/users.info"
    assert (await http.post(path, content="{", headers=json_type)).json()["error"] == "invalid_json"
    assert (await http.post(path, content="[]", headers=json_type)).json()["error"] == "json_not_object"
    text = {"Content-Type": "text/plain"}
    assert (await http.post(path, content="x", headers=text)).json()["error"] == "invalid_post_type"


async def test_unknown_and_retired_methods(http: httpx.AsyncClient) -> None:
    unknown = (await http.post("/slack/api/chat.shout")).json()
    assert unknown == {"ok": False, "error": "unknown_method", "req_method": "chat.shout"}
    assert (await http.post("/slack/api/files.upload")).json()["error"] == "method_deprecated"


async def test_a_missing_scope_names_what_is_needed(slack: AsyncWebClient, sandbox: Sandbox) -> None:
    sandbox.slack.configure({"scopes": ["chat:write"]})
    refused = await error_of(slack.users_info(user=RIN))
    assert refused == {
        "ok": False,
        "error": "missing_scope",
        "needed": "users:read",
        "provided": "chat:write",
    }
    refused = await error_of(slack.conversations_history(channel=FINE))
    assert refused["needed"] == "channels:history"


@pytest.mark.parametrize("state", ["account_inactive", "token_expired", "token_revoked", "invalid_auth"])
async def test_states_of_the_token(slack: AsyncWebClient, sandbox: Sandbox, state: str) -> None:
    sandbox.slack.configure({"token_state": state})
    assert (await error_of(slack.auth_test()))["error"] == state
    sandbox.slack.configure({"token_state": "ok"})
    assert (await slack.auth_test())["ok"]


class TestRateLimits:
    """Switched on, which is the default."""

    @pytest.fixture
    def slack_options(self) -> SlackOptions:
        return SlackOptions()

    async def test_a_tier_2_method_takes_twenty_calls_a_minute(
        self, http: httpx.AsyncClient, clock: ManualClock
    ) -> None:
        async def call() -> httpx.Response:
            return await http.get("/slack/api/usergroups.users.list", params={"usergroup": "S0MLLEADS"})

        for _ in range(20):
            assert (await call()).json()["ok"]
            clock.advance(0.5)
        refused = await call()
        assert refused.status_code == 429
        assert refused.json() == {"ok": False, "error": "ratelimited"}
        assert refused.headers["Retry-After"] == "50"
        clock.advance(50)
        assert (await call()).json()["ok"]

    async def test_one_method_does_not_slow_another(self, http: httpx.AsyncClient) -> None:
        for _ in range(21):
            await http.get("/slack/api/users.list")
        assert (await http.get("/slack/api/users.list")).status_code == 429
        assert (await http.get("/slack/api/users.info", params={"user": RIN})).status_code == 200

    async def test_one_message_a_second_for_each_channel(
        self, http: httpx.AsyncClient, clock: ManualClock
    ) -> None:
        async def post(channel: str) -> httpx.Response:
            return await http.post("/slack/api/chat.postMessage", json={"channel": channel, "text": "x"})

        statuses = [(await post(FINE)).status_code for _ in range(6)]
        assert statuses == [200, 200, 200, 200, 429, 429]
        assert (await post("C0APPROVAL")).status_code == 200
        assert (await post(FINE)).headers["Retry-After"] == "1"
        clock.advance(1)
        assert (await post(FINE)).status_code == 200
        assert (await post(FINE)).status_code == 429

    async def test_a_refused_message_costs_nothing(self, http: httpx.AsyncClient) -> None:
        for _ in range(6):
            await http.post("/slack/api/chat.postMessage", json={"channel": FINE, "text": ""})
        answer = await http.post("/slack/api/chat.postMessage", json={"channel": FINE, "text": "x"})
        assert answer.status_code == 200

    async def test_the_panel_switches_them_off(self, http: httpx.AsyncClient) -> None:
        await http.post("/panel/api/service", json={"service": "slack", "set": {"rate_limits": False}})
        for _ in range(30):
            answer = await http.post("/slack/api/chat.postMessage", json={"channel": FINE, "text": "x"})
            assert answer.status_code == 200
