"""What the stand-in never says: links to other hosts, states without meaning, bodies that are none."""

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiohttp import web

from providers.errors import NotFound, Unauthorised, Unavailable
from providers.hosting import Hosting, Operation
from providers.network import NetworkOptions
from providers.registry import build
from providers.retry import RetryPolicy
from tests.providers.azure_openai.hosts import BASE, PROD, wanted
from tests.providers.helpers import NotedSleep, StandingClock, half, serving

TUNED = f"{BASE}.ft-{'ab' * 16}-support-v12"
Reply = tuple[int, Any, dict[str, str]]


@dataclass
class Odd:
    """A control plane that answers as told: by method and end of the path."""

    url: str = ""
    replies: dict[tuple[str, str], Reply | Callable[[web.Request], Reply]] = field(default_factory=dict)
    asked: list[tuple[str, str]] = field(default_factory=list)
    sent: list[Any] = field(default_factory=list)

    async def __call__(self, request: web.Request) -> web.StreamResponse:
        self.asked.append((request.method, str(request.rel_url)))
        if request.path == "/identity":
            token = {"access_token": "arm-token-0001", "expires_on": "4102444800", "token_type": "Bearer"}
            return web.json_response({**token, "resource": request.query["resource"]})
        if request.can_read_body:
            self.sent.append(await request.json())
        for (method, tail), reply in self.replies.items():
            if method == request.method and request.path.endswith(tail):
                status, body, headers = reply(request) if callable(reply) else reply
                content = body if isinstance(body, bytes) else json.dumps(body).encode()
                return web.Response(status=status, body=content, headers=headers)
        return web.json_response({"error": {"code": "ResourceNotFound", "message": "Not found."}}, status=404)

    def says(self, method: str, tail: str, body: Any = None, status: int = 200, **headers: str) -> None:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.replies[method, tail] = (status, {} if body is None else body, named)


@asynccontextmanager
async def hosted(odd: Odd, monkeypatch: pytest.MonkeyPatch, base: str = "/arm") -> AsyncIterator[Hosting]:
    async with serving(odd.__call__) as url:
        odd.url = url
        monkeypatch.setenv("IDENTITY_ENDPOINT", f"{url}/identity")
        monkeypatch.setenv("IDENTITY_HEADER", "x")
        settings = {
            "endpoint": url, "key": "k" * 32, "credential": "managed_identity",
            "resource_id": PROD, "management": f"{url}{base}",
        }  # fmt: skip
        provider = build(
            "azure_openai", "x", settings, network=NetworkOptions(), clock=StandingClock(), sleep=NotedSleep(),
            random=half, policy=RetryPolicy(attempts=2),
        )  # fmt: skip
        assert provider.hosting is not None
        try:
            yield provider.hosting
        finally:
            await provider.aclose()


@pytest.fixture(autouse=True)
def app_service(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("MSI_ENDPOINT", "IMDS_ENDPOINT", "IDENTITY_SERVER_THUMBPRINT"):
        monkeypatch.delenv(name, raising=False)


@asynccontextmanager
async def stranger() -> AsyncIterator[tuple[str, list[str]]]:
    """Another host, and the requests that came to it."""
    came: list[str] = []

    async def answer(request: web.Request) -> web.StreamResponse:
        came.append(str(request.rel_url))
        return web.json_response({"value": [], "status": "Succeeded"})

    async with serving(answer) as url:
        yield url, came


async def test_token_goes_to_no_other_host(monkeypatch: pytest.MonkeyPatch) -> None:
    odd = Odd()
    async with stranger() as (foreign, came), hosted(odd, monkeypatch) as hosting:
        for link in (
            f"{foreign}/arm/list",
            f"{odd.url.replace('http', 'https', 1)}/arm/list",
            odd.url.replace("://", "://user@") + "/arm/list",
            f"{odd.url}/list",
            f"{odd.url}/arm/../list",
            f"{odd.url}/arm/%2e%2e/list",
            "/arm/list",
            "http://[",
        ):
            odd.says("GET", "/deployments", {"value": [{"name": "one"}], "nextLink": link})
            with pytest.raises(Unavailable) as told:
                await hosting.deployments()
            assert told.value.code == "unreadable_answer", "half a list would look like deletions"
            odd.says("PUT", "/support-v12", {"name": "support-v12"}, 201, Azure_AsyncOperation=link)
            odd.says("GET", "/support-v12", _body("Creating"))
            operation = await hosting.apply(wanted(TUNED))
            assert operation.state == {"verb": "apply"}
            assert (await hosting.operation(operation)).raw == "Creating"
        assert came == []
        assert {path.partition("?")[0] for _, path in odd.asked} <= {
            "/identity", f"/arm{PROD}/deployments", f"/arm{PROD}/deployments/support-v12",
        }  # fmt: skip


@pytest.mark.parametrize("base", ["", "/arm"])
async def test_kept_state_cannot_name_another_host(monkeypatch: pytest.MonkeyPatch, base: str) -> None:
    """What the store hands back is a path below the configured base, whatever stands in it."""
    odd = Odd()
    async with stranger() as (foreign, came), hosted(odd, monkeypatch, base) as hosting:
        odd.says("GET", "/support-v12", _body("Succeeded"))
        for path in (f"{foreign}/x", f"@{foreign.removeprefix('http://')}/x", "//elsewhere/x", "/x/../../y"):
            kept = Operation(
                name="support-v12", state={"verb": "apply", "kind": "status", "path": path, "query": {}}
            )
            assert (await hosting.operation(kept)).progress == "succeeded"
        assert came == []


async def test_list_that_never_ends_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    odd = Odd()
    async with hosted(odd, monkeypatch) as hosting:
        odd.says("GET", "/deployments", {"value": [], "nextLink": f"{odd.url}/arm{PROD}/deployments?again=1"})
        with pytest.raises(Unavailable):
            await hosting.deployments()


@pytest.mark.parametrize(
    "body", [b"<html>", b"", b"[]", b"7", b'{"value": {}}', b'{"value": null}', b"[" * 9999]
)
async def test_what_is_no_list_is_not_an_empty_one(monkeypatch: pytest.MonkeyPatch, body: bytes) -> None:
    odd = Odd()
    async with hosted(odd, monkeypatch) as hosting:
        odd.says("GET", "/deployments", body)
        with pytest.raises(Unavailable) as told:
            await hosting.deployments()
        assert told.value.code == "unreadable_answer"


@pytest.mark.parametrize("body", [b"<html>", b"{}", b'{"name": ""}', b"[]"])
async def test_what_is_no_deployment_is_not_an_absent_one(
    monkeypatch: pytest.MonkeyPatch, body: bytes
) -> None:
    odd = Odd()
    async with hosted(odd, monkeypatch) as hosting:
        odd.says("GET", "/support-v12", body)
        with pytest.raises(Unavailable):
            await hosting.deployment("support-v12")
        for said in (b"<html>no such page", {"error": {"code": "AccountIsNotFound", "message": "No."}}):
            odd.says("GET", "/support-v12", said, 404)
            with pytest.raises(NotFound) as told:
                await hosting.deployment("support-v12")
            assert told.value.code == "endpoint_not_found"


async def test_accepted_put_counts_though_its_body_cannot_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    odd = Odd()
    async with hosted(odd, monkeypatch) as hosting:
        odd.says("PUT", "/support-v12", b"<html>", 201)
        operation = await hosting.apply(wanted(TUNED))
        odd.says("GET", "/support-v12", _body("Accepted"))
        assert (await hosting.operation(operation)).progress == "running"
        odd.says("GET", "/support-v12", _body("Succeeded"))
        assert (await hosting.operation(operation)).progress == "succeeded"
        odd.says("GET", "/support-v12", _body("Canceled"))
        state = await hosting.operation(operation)
        assert (state.progress, state.raw) == ("failed", "Canceled")


async def test_put_that_is_done_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    odd = Odd()
    async with hosted(odd, monkeypatch) as hosting:
        odd.says("PUT", "/support-v12", _body("Succeeded"))
        operation = await hosting.apply(wanted(TUNED))
        assert operation.state is None
        assert (await hosting.operation(operation)).progress == "succeeded"


@pytest.mark.parametrize(
    ("status", "body", "progress"),
    [
        (200, {"status": "Running"}, "running"),
        (202, {}, "running"),
        (200, {"status": "Resolving"}, "running"),
        (200, {"status": "Succeeded"}, "succeeded"),
        (200, {"status": "canceled"}, "failed"),
        (200, {"status": "Failed", "error": None}, "failed"),
        # These say nothing about the operation: the deployment is looked at, and that is still being made.
        (200, {}, "running"),
        (200, b"", "running"),
        (404, {"error": {"code": "NotFound", "message": "Gone."}}, "running"),
        (403, {"error": {"code": "AuthorizationFailed", "message": "No."}}, "running"),
    ],
)
async def test_words_of_an_operation(
    monkeypatch: pytest.MonkeyPatch, status: int, body: Any, progress: str
) -> None:
    odd = Odd()
    async with hosted(odd, monkeypatch) as hosting:
        link = f"{odd.url}/arm/subscriptions/s/operationStatuses/1?api-version=2025-12-01&t=a%20b"
        odd.says("PUT", "/support-v12", _body("Accepted"), 201, Azure_AsyncOperation=link, Retry_After="7")
        odd.says("GET", "/support-v12", _body("Creating"))
        odd.says("GET", "/operationStatuses/1", body, status)
        operation = await hosting.apply(wanted(TUNED))
        assert operation.retry_after == 7.0
        assert (await hosting.operation(operation)).progress == progress
        followed = [path for _, path in odd.asked if "operationStatuses" in path]
        assert followed == ["/arm/subscriptions/s/operationStatuses/1?api-version=2025-12-01&t=a+b"]


async def test_token_that_is_refused_is_no_word_about_the_operation(monkeypatch: pytest.MonkeyPatch) -> None:
    odd = Odd()
    async with hosted(odd, monkeypatch) as hosting:
        link = f"{odd.url}/arm/subscriptions/s/operationStatuses/1?api-version=2025-12-01"
        odd.says("PUT", "/support-v12", _body("Accepted"), 201, Azure_AsyncOperation=link)
        odd.says(
            "GET",
            "/operationStatuses/1",
            {"error": {"code": "ExpiredAuthenticationToken", "message": ""}},
            401,
        )
        operation = await hosting.apply(wanted(TUNED))
        with pytest.raises(Unauthorised) as told:
            await hosting.operation(operation)
        assert told.value.code == "token_refused"


async def test_deletion_that_fails_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    odd = Odd()
    async with hosted(odd, monkeypatch) as hosting:
        link = f"{odd.url}/arm/subscriptions/s/operationResults/1?api-version=2025-12-01"
        odd.says("DELETE", "/support-v12", b"", 202, Location=link)
        operation = await hosting.delete("support-v12")
        odd.says("GET", "/operationResults/1", b"", 202)
        assert (await hosting.operation(operation)).progress == "running"
        odd.says("GET", "/operationResults/1", {"error": {"code": "InternalError", "message": "Broke."}}, 400)
        state = await hosting.operation(operation)
        assert (state.progress, state.code, state.message) == ("failed", "InternalError", "Broke.")
        odd.says("DELETE", "/support-v12", b"", 202)
        without = await hosting.delete("support-v12")
        odd.says("GET", "/support-v12", _body("Deleting"))
        assert (await hosting.operation(without)).progress == "running"
        del odd.replies["GET", "/support-v12"]
        assert (await hosting.operation(without)).progress == "succeeded"


@pytest.mark.parametrize("body", [b"<html>", b"{}", b'{"choices": []}', b"[]"])
async def test_what_is_no_completion(monkeypatch: pytest.MonkeyPatch, body: bytes) -> None:
    odd = Odd()
    async with hosted(odd, monkeypatch) as hosting:
        odd.says("POST", "/chat/completions", body)
        with pytest.raises(Unavailable) as told:
            await hosting.call("support-v12", "Hello?")
        assert told.value.code == "unreadable_answer"
        assert [path for method, path in odd.asked if method == "POST"] == [
            "/openai/deployments/support-v12/chat/completions?api-version=2024-10-21"
        ]


async def test_limit_by_the_other_name_where_the_model_takes_only_that(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Models that reason refuse `max_tokens`; the refused call was not carried out, so it is made again."""
    odd = Odd()
    message = "'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead."

    def reasons(_: web.Request) -> Reply:
        if "max_tokens" in odd.sent[-1]:
            return 400, {"error": {"code": "unsupported_parameter", "message": message}}, {}
        return 200, {"choices": [{"message": {"content": "Yes."}}]}, {}

    async with hosted(odd, monkeypatch) as hosting:
        odd.replies["POST", "/chat/completions"] = reasons
        assert (await hosting.call("support-v12", "Hello?")).text == "Yes."
    assert [set(body) for body in odd.sent] == [
        {"messages", "max_tokens"},
        {"messages", "max_completion_tokens"},
    ]
    assert all(body["messages"] == [{"role": "user", "content": "Hello?"}] for body in odd.sent)


async def test_answer_without_text_is_an_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    odd = Odd()
    async with hosted(odd, monkeypatch) as hosting:
        odd.says(
            "POST",
            "/chat/completions",
            {"choices": [{"message": {"content": None}}], "usage": {"prompt_tokens": 3}},
        )
        answer = await hosting.call("support-v12", "Hello?")
        assert (answer.text, answer.prompt_tokens, answer.completion_tokens) == ("", 3, None)


def _body(state: str) -> dict[str, Any]:
    return {
        "name": "support-v12",
        "sku": {"name": "GlobalStandard", "capacity": 50},
        "properties": {
            "model": {"format": "OpenAI", "name": TUNED, "version": "1"},
            "provisioningState": state,
        },
    }
