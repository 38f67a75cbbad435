"""Refusals in all their forms as errors of ours, over HTTP and inside GraphQL answers."""

import json
from typing import Any

import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st

from providers.calls import Call
from providers.databricks.errors import DatabricksDialect, read_error
from providers.databricks.training import RemovedError
from providers.errors import (
    Conflict,
    NotFound,
    OutcomeUnknown,
    OverQuota,
    ProviderError,
    Refused,
    ServiceAnswer,
    Throttled,
    Unauthorised,
    Unavailable,
    Unsupported,
)
from providers.network import NetworkOptions
from providers.registry import build
from tests.providers.databricks.conftest import spec
from tests.providers.helpers import NotedSleep, StandingClock, half, serving

TOKEN = "token-of-no-known-shape-0123456789"
DATA = "dbfs:/Volumes/main/ft/data/tunesmith/a/a.jsonl"


def built(url: str, sleep: NotedSleep | None = None) -> Any:
    settings = {
        "endpoint": url, "key": TOKEN, "volume": "/Volumes/main/ft/data",
        "register_to": "main.ft", "experiment_folder": "/Users/me",
    }  # fmt: skip
    return build(
        "databricks", "dbx", settings,
        network=NetworkOptions(), clock=StandingClock(), sleep=sleep or NotedSleep(), random=half,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("body", "code", "message"),
    [
        (
            b'{"error_code":"RESOURCE_DOES_NOT_EXIST","message":"gone","details":[]}',
            "RESOURCE_DOES_NOT_EXIST",
            "gone",
        ),
        (b'{"error":"API 1.2 words"}', "", "API 1.2 words"),
        (
            b'{"schemas":[],"detail":"no such user","status":"404","scimType":"invalid"}',
            "invalid",
            "no such user",
        ),
        (b"INVALID_STATE: cluster is gone", "INVALID_STATE", "cluster is gone"),
        (b"<html><body><pre> Error 403 &amp; more </pre></body></html>", "", "Error 403 & more"),
        (b"<!doctype html><html>login</html>", "", ""),
        (b"plain words", "", "plain words"),
        (b"[1]", "", ""),
        (b"", "", ""),
    ],
)
def test_bodies_of_every_form(body: bytes, code: str, message: str) -> None:
    assert read_error(body) == (code, message)


@given(
    st.binary(max_size=300) | st.text(max_size=100).map(lambda text: json.dumps({"message": text}).encode())
)
def test_any_body_is_read(body: bytes) -> None:
    code, message = read_error(body)
    assert isinstance(code, str)
    assert isinstance(message, str)


REFUSALS: list[tuple[int, str, str, type[ProviderError], str]] = [
    (400, "INVALID_PARAMETER_VALUE", "bad", Refused, "request_refused"),
    (400, "INVALID_STATE", "is being deleted", Conflict, "conflict"),
    (400, "RESOURCE_DOES_NOT_EXIST", "no run", NotFound, "not_found"),
    (401, "UNAUTHENTICATED", "", Unauthorised, "key_refused"),
    (403, "PERMISSION_DENIED", "Invalid access token.", Unauthorised, "key_refused"),
    (403, "PERMISSION_DENIED", "User does not have USE SCHEMA on Schema 'main.ft'", Unauthorised,
     "privilege_missing"),
    (403, "PERMISSION_DENIED", "Source IP address: 1.2.3.4 is blocked by Databricks IP ACL for workspace: 1",
     Unauthorised, "network_refused"),
    (403, "FEATURE_DISABLED", "off", Unsupported, "feature_disabled"),
    (404, "ENDPOINT_NOT_FOUND", "No API found for 'POST /x'", NotFound, "endpoint_not_found"),
    (404, "FEATURE_DISABLED", "off", Unsupported, "feature_disabled"),
    (404, "RESOURCE_DOES_NOT_EXIST", "no", NotFound, "not_found"),
    (409, "RESOURCE_ALREADY_EXISTS", "there", Conflict, "conflict"),
    (400, "ALREADY_EXISTS", "there", Conflict, "conflict"),
    (429, "REQUEST_LIMIT_EXCEEDED", "slow", Throttled, "throttled"),
    (400, "RESOURCE_LIMIT_EXCEEDED", "too many", OverQuota, "quota"),
    (403, "QUOTA_EXCEEDED", "too many", OverQuota, "quota"),
    (405, "", "", Unsupported, "operation_unsupported"),
    (413, "", "", Refused, "too_large"),
    (418, "", "tea", Refused, "request_refused"),
]  # fmt: skip


@pytest.mark.parametrize(("status", "code", "message", "kind", "wanted"), REFUSALS)
def test_refusals(status: int, code: str, message: str, kind: type[ProviderError], wanted: str) -> None:
    call = Call(operation="models.list", method="GET", path="/", repeatable=True, what={"model": "m"})
    problem = DatabricksDialect("key").refusal(ServiceAnswer(status=status, code=code, message=message), call)
    assert (type(problem), problem.code) == (kind, wanted)
    assert problem.params["model"] == "m"
    if wanted == "privilege_missing":
        assert problem.params["privilege"] == "USE SCHEMA"


@pytest.mark.parametrize(
    ("auth", "code"), [("key", "key_refused"), ("oauth", "oauth_refused"), ("entra", "token_refused")]
)
def test_a_refused_token_is_told_by_its_kind(auth: str, code: str) -> None:
    call = Call(operation="whoami", method="GET", path="/", repeatable=True)
    assert DatabricksDialect(auth).refusal(ServiceAnswer(status=401), call).code == code


def graph(code: object, message: str = "no") -> dict[str, Any]:
    return {"errors": [{"message": message, "extensions": {"code": code}}], "data": None}


@pytest.mark.parametrize(
    ("body", "kind", "code"),
    [
        (graph(400, "Model 'x' is not supported."), Refused, "model_not_trainable"),
        (graph(400, "Invalid learning rate 2"), Refused, "hyperparameter_refused"),
        (graph(404, f"The file {DATA} was not found"), NotFound, "file_unknown"),
        (graph(400, "anything else"), Refused, "request_refused"),
        (graph(409, "exists"), Conflict, "conflict"),
        (graph(403, "User lacks CREATE MODEL on Schema"), Unauthorised, "privilege_missing"),
        (graph(401, ""), Unauthorised, "key_refused"),
        (graph(429), Throttled, "throttled"),
        (graph(500), OutcomeUnknown, "no_answer"),
        (graph("?"), OutcomeUnknown, "no_answer"),
        ({"error_code": "FEATURE_DISABLED", "message": "off"}, RemovedError, "training_removed"),
        ({"data": {}}, OutcomeUnknown, "no_answer"),
        ([], OutcomeUnknown, "no_answer"),
    ],
)
async def test_a_creation_is_refused_inside_an_answer_of_200(
    body: object, kind: type[ProviderError], code: str
) -> None:
    asked = 0

    async def handler(_: web.Request) -> web.Response:
        nonlocal asked
        asked += 1
        return web.json_response(body)

    async with serving(handler) as url:
        provider = built(url)
        with pytest.raises(kind) as told:
            await provider.submit(spec(DATA))
        await provider.aclose()
    assert (told.value.code, asked) == (code, 1)


@pytest.mark.parametrize(("code", "kind"), [(500, Unavailable), (503, Unavailable), (429, Throttled)])
async def test_what_may_be_asked_again_says_so(code: int, kind: type[ProviderError]) -> None:
    async def handler(_: web.Request) -> web.Response:
        return web.json_response(graph(code))

    async with serving(handler) as url:
        provider = built(url)
        with pytest.raises(kind):
            await provider.jobs(None)
        await provider.aclose()


async def test_a_login_page_is_no_answer() -> None:
    async def handler(_: web.Request) -> web.Response:
        return web.Response(text="<html>Sign in</html>", content_type="text/html")

    async with serving(handler) as url:
        provider = built(url)
        for ask in (provider.probe, provider.models, lambda: provider.jobs(None), provider.files):
            with pytest.raises(Unavailable) as told:
                await ask()
            assert told.value.code == "unreadable_answer"
        await provider.aclose()


async def test_a_request_to_wait_is_honoured() -> None:
    sleep, asked = NotedSleep(), 0

    async def handler(_: web.Request) -> web.Response:
        nonlocal asked
        asked += 1
        if asked == 1:
            return web.json_response(
                {"error_code": "REQUEST_LIMIT_EXCEEDED"}, status=429, headers={"Retry-After": "3"}
            )
        return web.json_response({"data": {"getFinetunesPaginated": {"finetunes": [], "hasNextPage": False}}})

    async with serving(handler) as url:
        provider = built(url, sleep)
        assert (await provider.jobs(None)).jobs == ()
        await provider.aclose()
    assert sleep.waits == [3.0]


async def test_a_token_in_the_services_words_is_taken_out() -> None:
    secret = TOKEN

    async def handler(request: web.Request) -> web.Response:
        words = f"you sent {request.headers['Authorization']}"
        return web.json_response(graph(400, words))

    async with serving(handler) as url:
        provider = built(url)
        with pytest.raises(Refused) as told:
            await provider.submit(spec(DATA))
        await provider.aclose()
    assert secret not in f"{told.value} {told.value.answer}"
