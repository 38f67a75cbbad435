"""What the stand-in never says: links to other hosts, other ways to write the key, bodies that are none."""

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiohttp import web

from providers.azure_ai.client import WorkspaceClient
from providers.azure_ai.endpoints_call import is_address
from providers.azure_ai.hosting import ServerlessHosting
from providers.azure_ai.settings import AzureAISettings
from providers.errors import Conflict, NotFound, Refused, Throttled, Unauthorised, Unavailable
from providers.hosting import Operation
from providers.network import NetworkOptions
from providers.retry import RetryPolicy
from providers.service import Surroundings, checked
from tests.providers.azure_ai.hosts import LLAMA, wanted
from tests.providers.helpers import NotedSleep, StandingClock, half, serving

GUID = "aaaaaaaa-0000-4000-8000-000000000001"
TUNED = f"azureml://locations/westus3/workspaces/{GUID}/models/support/versions/1"
KEY = "the-key-of-the-endpoint-0001"
COMPLETION = {
    "choices": [{"message": {"role": "assistant", "content": "Yes."}}],
    "usage": {"prompt_tokens": 3, "completion_tokens": 2},
}
Reply = tuple[int, Any, dict[str, str]]


@dataclass
class Odd:
    """A workspace that answers as told: by method and end of the path."""

    url: str = ""
    replies: dict[tuple[str, str], Reply | Callable[[web.Request], Reply]] = field(default_factory=dict)
    asked: list[tuple[str, str, str]] = field(default_factory=list)

    async def __call__(self, request: web.Request) -> web.StreamResponse:
        if request.path == "/identity":
            token = {"access_token": "arm-token-0001", "expires_on": "4102444800", "token_type": "Bearer"}
            return web.json_response({**token, "resource": request.query["resource"]})
        self.asked.append((request.method, request.path, request.headers.get("Authorization", "")))
        for (method, tail), reply in self.replies.items():
            if method == request.method and request.path.endswith(tail):
                status, body, headers = reply(request) if callable(reply) else reply
                content = body if isinstance(body, bytes) else json.dumps(body).encode()
                return web.Response(status=status, body=content, headers=headers)
        return web.json_response({"error": {"code": "ResourceNotFound", "message": "Not found."}}, status=404)

    def says(self, method: str, tail: str, body: Any = None, status: int = 200, **headers: str) -> None:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.replies[method, tail] = (status, {} if body is None else body, named)

    def serves(self, uri: str = "") -> None:
        """An endpoint that is online."""
        properties = {
            "provisioningState": "Succeeded", "endpointState": "Online", "modelSettings": {"modelId": TUNED},
            "inferenceEndpoint": {"uri": uri or f"{self.url}/serve/chat"},
        }  # fmt: skip
        self.says("GET", "/serverlessEndpoints/chat", {"name": "chat", "properties": properties})
        self.says("POST", "/listKeys", {"primaryKey": KEY, "secondaryKey": "other"})

    def calls(self) -> list[tuple[str, str]]:
        """The calls of the endpoint: path and how the key was written."""
        return [
            (path, auth)
            for method, path, auth in self.asked
            if method == "POST" and "/chat" in path and "listKeys" not in path
        ]


@asynccontextmanager
async def hosted(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[tuple[Odd, ServerlessHosting]]:
    odd = Odd()
    async with serving(odd.__call__) as url:
        odd.url = url
        for name in ("MSI_ENDPOINT", "IMDS_ENDPOINT", "IDENTITY_SERVER_THUMBPRINT"):
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv("IDENTITY_ENDPOINT", f"{url}/identity")
        monkeypatch.setenv("IDENTITY_HEADER", "x")
        odd.says(
            "GET", "/workspaces/llama-wus3", {"location": "West US 3", "properties": {"workspaceId": GUID}}
        )
        given = {"endpoint": f"{url}/arm", "resource_id": LLAMA, "credential": "managed_identity"}
        clock = StandingClock()
        around = Surroundings(
            network=NetworkOptions(), clock=clock, sleep=NotedSleep(), random=half, policy=RetryPolicy()
        )
        client = WorkspaceClient(checked(AzureAISettings, "x", given), around)
        try:
            yield odd, ServerlessHosting(client, client.settings, clock)
        finally:
            await client.aclose()


@pytest.mark.parametrize("known", ["bare", "bearer"])
async def test_the_key_is_written_in_the_way_that_the_gateway_knows(
    monkeypatch: pytest.MonkeyPatch, known: str
) -> None:
    async with hosted(monkeypatch) as (odd, hosting):
        odd.serves()
        expected = KEY if known == "bare" else f"Bearer {KEY}"

        def answer(request: web.Request) -> Reply:
            right = request.headers["Authorization"] == expected
            return (
                (200, COMPLETION, {})
                if right
                else (401, {"error": {"code": "Unauthorized", "message": "no"}}, {})
            )

        odd.replies["POST", "/v1/chat/completions"] = answer
        told = await hosting.call("chat", "Ready?")
        assert (told.text, told.prompt_tokens, told.completion_tokens) == ("Yes.", 3, 2)
        first = len(odd.calls())
        assert first == (1 if known == "bare" else 2)
        await hosting.call("chat", "Again?")
        assert len(odd.calls()) == first + 1, "what worked is tried first"
        assert odd.calls()[-1] == ("/serve/chat/v1/chat/completions", expected)


async def test_a_key_that_neither_way_opens_is_told_once_each(monkeypatch: pytest.MonkeyPatch) -> None:
    async with hosted(monkeypatch) as (odd, hosting):
        odd.serves()
        odd.says(
            "POST", "/v1/chat/completions", {"error": {"code": "Unauthorized", "message": f"not {KEY}"}}, 401
        )
        with pytest.raises(Unauthorised) as told:
            await hosting.call("chat", "?")
        assert told.value.code == "key_refused"
        assert {auth for _, auth in odd.calls()} == {KEY, f"Bearer {KEY}"}
        assert len(odd.calls()) == 2
        assert KEY not in told.value.answer.message + repr(told.value)


async def test_the_other_path_is_tried_where_the_first_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    async with hosted(monkeypatch) as (odd, hosting):
        odd.serves(f"{odd.url}/serve/chat/")
        odd.replies["POST", "/serve/chat/chat/completions"] = (200, COMPLETION, {})
        assert (await hosting.call("chat", "?")).text == "Yes."
        assert [path for path, _ in odd.calls()] == [
            "/serve/chat/v1/chat/completions",
            "/serve/chat/chat/completions",
        ]


async def test_an_address_that_knows_neither_path_is_not_ready(monkeypatch: pytest.MonkeyPatch) -> None:
    async with hosted(monkeypatch) as (odd, hosting):
        odd.serves()
        with pytest.raises(Unavailable) as told:
            await hosting.call("chat", "?")
        assert told.value.code == "deployment_not_ready"


@pytest.mark.parametrize(("status", "body", "error", "code"), [
    (424, {"error": {"code": "EndpointNotReady", "message": "starting"}}, Unavailable, "deployment_not_ready"),
    (503, {"error": {"message": "no healthy upstream"}}, Unavailable, "deployment_not_ready"),
    (500, {}, Unavailable, "server_error"),
    (429, {"error": {"message": "slow down"}}, Throttled, "throttled"),
    (403, {"error": {"message": "The subscription is Suspended"}}, Conflict, "marketplace_suspended"),
    (403, {"error": {"message": "Public network access is disabled"}}, Unauthorised, "network_refused"),
    (400, {"error": {"code": "content_filter", "message": "filtered"}}, Refused, "content_filtered"),
    (400, {"error": {"code": "bad", "message": "max_tokens"}}, Refused, "request_refused"),
    (200, b"<html>", Unavailable, "unreadable_answer"),
    (200, {"choices": []}, Unavailable, "unreadable_answer"),
    (200, b"[" * 100_000, Unavailable, "unreadable_answer"),
])  # fmt: skip
async def test_what_an_endpoint_says_instead_of_an_answer(
    monkeypatch: pytest.MonkeyPatch, status: int, body: Any, error: type[Exception], code: str
) -> None:
    async with hosted(monkeypatch) as (odd, hosting):
        odd.serves()
        odd.says("POST", "/v1/chat/completions", body, status)
        with pytest.raises(error) as told:
            await hosting.call("chat", "?")
        assert getattr(told.value, "code", "") == code
        assert [path for path, _ in odd.calls()].count("/serve/chat/v1/chat/completions") == 1, "sent once"


async def test_an_answer_without_text_is_an_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    async with hosted(monkeypatch) as (odd, hosting):
        odd.serves()
        odd.says(
            "POST", "/v1/chat/completions", {"choices": [{"message": {"content": None}}], "usage": "odd"}
        )
        told = await hosting.call("chat", "?")
        assert (told.text, told.prompt_tokens, told.completion_tokens) == ("", None, None)


@pytest.mark.parametrize("keys", [{}, [], {"primaryKey": ""}, {"primaryKey": 7}, b"no json"])
async def test_without_a_key_nothing_is_called(monkeypatch: pytest.MonkeyPatch, keys: Any) -> None:
    async with hosted(monkeypatch) as (odd, hosting):
        odd.serves()
        odd.says("POST", "/listKeys", keys)
        with pytest.raises(Unavailable) as told:
            await hosting.call("chat", "?")
        assert (told.value.code, odd.calls()) == ("unreadable_answer", [])


@pytest.mark.parametrize(("uri", "fine"), [
    ("https://chat.westus3.models.ai.azure.com", True),
    ("http://chat.westus3.models.ai.azure.com", False),
    ("https://user@evil.example", False),
    ("ftp://evil.example", False),
    ("https://", False),
    ("http://[", False),
    ("", False),
])  # fmt: skip
def test_a_key_goes_over_https_only(uri: str, fine: bool) -> None:
    assert is_address(uri, "https://management.azure.com") is fine


async def test_a_key_is_not_sent_to_what_is_no_address(monkeypatch: pytest.MonkeyPatch) -> None:
    async with hosted(monkeypatch) as (odd, hosting):
        odd.serves("http://user@127.0.0.1:1/serve")
        with pytest.raises(Unavailable) as told:
            await hosting.call("chat", "?")
        assert told.value.code == "unreadable_answer"


async def test_links_that_lead_elsewhere_are_not_followed(monkeypatch: pytest.MonkeyPatch) -> None:
    came: list[str] = []

    async def elsewhere(request: web.Request) -> web.StreamResponse:
        came.append(request.path)
        return web.json_response({"status": "Succeeded"})

    async with serving(elsewhere) as other, hosted(monkeypatch) as (odd, hosting):
        for link in (
            f"{other}/arm/x",
            "https://management.azure.com/x",
            f"{odd.url}/x",
            f"{odd.url}/arm/../x",
            "http://[",
        ):
            odd.says("GET", "/serverlessEndpoints", {"value": [{"name": "one"}], "nextLink": link})
            with pytest.raises(Unavailable) as told:
                await hosting.deployments()
            assert told.value.code == "unreadable_answer", "half a list would look like deletions"
            odd.says("PUT", "/support-v12", {"name": "support-v12"}, 201, Azure_AsyncOperation=link)
            odd.says(
                "GET",
                "/support-v12",
                {"name": "support-v12", "properties": {"provisioningState": "Creating"}},
            )
            operation = await hosting.apply(wanted(TUNED))
            assert operation.state == {"verb": "apply"}
            assert (await hosting.operation(operation)).raw == "Creating"
    assert came == []


async def test_an_address_without_a_state_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    async with hosted(monkeypatch) as (odd, hosting):
        odd.serves()
        kept = Operation(name="chat", state={"verb": "apply", "kind": "status", "path": "/op", "query": {}})
        for status, body in (
            (200, {}),
            (200, b"no json"),
            (404, {"error": {"code": "NotFound", "message": "x"}}),
        ):
            odd.says("GET", "/op", body, status)
            assert (await hosting.operation(kept)).raw == "Online"
        odd.says("GET", "/op", {"status": "Weird"}, 200, Retry_After="7")
        told = await hosting.operation(kept)
        assert (told.progress, told.raw, told.retry_after) == ("running", "Weird", 7)
        odd.says("GET", "/op", {"status": "Canceled"})
        assert (await hosting.operation(kept)).progress == "failed"


async def test_a_removal_that_is_told_by_its_location(monkeypatch: pytest.MonkeyPatch) -> None:
    async with hosted(monkeypatch) as (odd, hosting):
        odd.says(
            "DELETE",
            "/serverlessEndpoints/chat",
            b"",
            202,
            Location=f"{odd.url}/arm/result?x=1",
            Retry_After="9",
        )
        operation = await hosting.delete("chat")
        assert operation.retry_after == 9
        odd.says("GET", "/arm/result", b"", 202)
        assert (await hosting.operation(operation)).progress == "running"
        odd.says("GET", "/arm/result", b"", 200)
        assert (await hosting.operation(operation)).progress == "succeeded"
        odd.says("GET", "/arm/result", {"error": {"code": "Locked", "message": "It is in use."}}, 400)
        failed = await hosting.operation(operation)
        assert (failed.progress, failed.message) == ("failed", "It is in use.")


async def test_something_without_a_name_is_no_deployment(monkeypatch: pytest.MonkeyPatch) -> None:
    async with hosted(monkeypatch) as (odd, hosting):
        odd.says("GET", "/serverlessEndpoints/chat", {"properties": {}})
        with pytest.raises(Unavailable):
            await hosting.deployment("chat")
        odd.says("GET", "/serverlessEndpoints", {"value": [{"properties": {}}, None, {"name": "real"}]})
        assert [one.name for one in await hosting.deployments()] == ["real"]


async def test_a_workspace_that_is_not_there_has_no_absent_deployments(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with hosted(monkeypatch) as (odd, hosting):
        body = {
            "error": {
                "code": "ResourceGroupNotFound",
                "message": "Resource group 'rg-ai' could not be found.",
            }
        }
        odd.says("GET", "/serverlessEndpoints/chat", body, 404)
        with pytest.raises(NotFound) as told:
            await hosting.deployment("chat")
        assert told.value.code == "group_unknown"
