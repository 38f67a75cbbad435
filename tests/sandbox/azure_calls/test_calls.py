"""Chat completions over HTTP: the official client, and every refusal."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx
import openai
import pytest
from azure.identity.aio import ManagedIdentityCredential, get_bearer_token_provider
from openai import AsyncAzureOpenAI
from openai.types.chat import ChatCompletionMessageParam

from sandbox import samples
from sandbox.azure_control.deployments import Deployment
from sandbox.azure_openai import AzureOptions
from sandbox.azure_openai.catalogue import BASE_MODELS
from tests.sandbox.azure_calls.records import ago, deployment, put
from tests.sandbox.azure_openai.stand import KEY, Stand, running

PARCEL: list[ChatCompletionMessageParam] = [{"role": "user", "content": "Where is my parcel?"}]
HELLO = {"messages": [{"role": "user", "content": "Hello"}], "max_tokens": 3}


@pytest.fixture
async def stand() -> AsyncIterator[Stand]:
    async with running(AzureOptions(speed=1000, random_seed=1)) as started:
        yield started


def deployed(stand: Stand, name: str = "support", **fields: Any) -> Deployment:
    return put(stand.service.control.deployments, deployment(name, ago(stand.clock.now(), hours=1), **fields))


def client(stand: Stand, version: str = "2024-10-21") -> AsyncAzureOpenAI:
    return AsyncAzureOpenAI(
        azure_endpoint=f"{stand.origin}/azure/prod-swc", api_key=KEY, api_version=version, max_retries=0
    )


async def call(stand: Stand, name: str = "support", body: Any = None, **rest: Any) -> httpx.Response:
    path = f"/deployments/{name}/chat/completions"
    return await stand.ask("POST", path, json=HELLO if body is None else body, **rest)


def _quotes(text: str, sample: str) -> bool:
    """Whether a run of fifteen characters comes from the sample."""
    read = samples.read(sample).decode()
    return any(text[at : at + 15] in read for at in range(len(text) - 14))


async def test_the_deployed_model_answers_in_its_own_words(stand: Stand) -> None:
    file_id = await stand.sample("support_train.jsonl")
    fields = {"n_epochs": 3, "batch_size": 4, "learning_rate_multiplier": 0.2}
    job = await stand.create(file_id, hyperparameters=fields)
    model = (await stand.until(job["id"], "succeeded"))["fine_tuned_model"]
    source = stand.service.resource("prod-swc").models.source(model)
    assert source is not None
    tuned = deployed(stand, weights=source.weights)
    deployed(stand, "base", tuned=False)
    async with client(stand) as opened:
        answer = await opened.chat.completions.create(
            model="support", messages=PARCEL, temperature=0, max_tokens=60
        )
        again = await opened.chat.completions.create(
            model="support", messages=PARCEL, temperature=0, max_tokens=60
        )
        untaught = await opened.chat.completions.create(
            model="base", messages=PARCEL, temperature=0, max_tokens=60
        )
    text = answer.choices[0].message.content or ""
    assert _quotes(text, "support_train.jsonl")
    assert not _quotes(untaught.choices[0].message.content or "", "support_train.jsonl")
    assert text == again.choices[0].message.content
    assert (answer.object, answer.model) == ("chat.completion", tuned.checkpoint)
    usage = answer.usage
    assert usage is not None
    assert usage.total_tokens == usage.prompt_tokens + usage.completion_tokens
    assert 0 < usage.completion_tokens <= 60
    assert [(one.status, one.prompt_tokens, one.generated_tokens) for one in tuned.calls] == [
        (200, usage.prompt_tokens, usage.completion_tokens)
    ] * 2


async def test_settings_are_honoured(stand: Stand) -> None:
    deployed(stand)
    async with client(stand) as opened:

        async def say(**settings: Any) -> list[tuple[str | None, str]]:
            answer = await opened.chat.completions.create(model="support", messages=PARCEL, **settings)
            return [(choice.message.content, choice.finish_reason) for choice in answer.choices]

        short = await say(max_tokens=5, seed=1)
        assert short[0][1] == "length"
        assert len(short[0][0] or "") <= 20
        assert await say(max_tokens=5, seed=1) == short != await say(max_tokens=5, seed=2)
        three = await say(max_tokens=20, n=3, seed=5)
        assert len({text for text, _ in three}) == 3
        (whole, _), *_rest = await say(max_tokens=40, temperature=0)
        stop = (whole or "")[4:7]
        (cut, reason), *_rest = await say(max_tokens=40, temperature=0, stop=stop)
        assert reason == "stop"
        assert cut == (whole or "").partition(stop)[0]


@pytest.mark.parametrize("version", ["2023-05-15", "2024-06-01", "2024-10-21", "2025-04-01-preview"])
async def test_versions(stand: Stand, version: str) -> None:
    deployed(stand)
    assert (await call(stand, version=version)).status_code == 200


async def test_what_the_gateway_refuses(stand: Stand) -> None:
    deployed(stand)
    assert (await call(stand, version="2020-01-01")).status_code == 404
    assert (await call(stand, version="")).status_code == 404
    assert (await call(stand, headers={"api-key": "wrong"})).status_code == 401
    assert (await stand.ask("GET", "/deployments/support/chat/completions")).status_code == 404
    # The older versions of inference have no files.
    assert (await stand.ask("GET", "/files", version="2023-05-15")).status_code == 404


async def test_a_token_lets_in(stand: Stand, monkeypatch: pytest.MonkeyPatch) -> None:
    deployed(stand)
    monkeypatch.setenv("IDENTITY_ENDPOINT", f"{stand.origin}/azure/identity/token")
    monkeypatch.setenv("IDENTITY_HEADER", "sandbox-identity-header")
    async with ManagedIdentityCredential() as credential:
        provider = get_bearer_token_provider(credential, "https://cognitiveservices.azure.com/.default")
        async with AsyncAzureOpenAI(
            azure_endpoint=f"{stand.origin}/azure/prod-swc",
            azure_ad_token_provider=provider,
            api_version="2024-06-01",
        ) as opened:
            answer = await opened.chat.completions.create(model="support", messages=PARCEL, max_tokens=3)
    assert answer.choices[0].message.role == "assistant"


async def test_a_deployment_that_is_not_there(stand: Stand) -> None:
    record = deployed(stand, "old")
    async with client(stand) as opened:
        with pytest.raises(openai.NotFoundError) as caught:
            await opened.chat.completions.create(model="other", messages=PARCEL)
    assert caught.value.code == "DeploymentNotFound"
    body = (await call(stand, "other")).json()["error"]
    assert body["message"] == (
        "The API deployment for this resource does not exist. If you created the deployment within the last 5 "
        "minutes, please wait a moment and try again."
    )
    record.state, record.succeeded_at, record.ready_at = "Creating", None, None
    assert (await call(stand, "old")).json()["error"]["code"] == "DeploymentNotFound"
    assert record.calls == []
    deployed(stand, "elsewhere", resource="dev-eus2")
    assert (await call(stand, "elsewhere")).status_code == 404


async def test_a_deployment_that_is_not_ready_yet(stand: Stand) -> None:
    record = deployed(stand)
    stand.service.configure({"speed": 1, "ready_seconds": 60})
    record.succeeded_at, record.ready_at = stand.clock.now(), None
    refused = await call(stand)
    assert (refused.status_code, refused.json()["error"]["code"]) == (400, "DeploymentNotReady")
    stand.clock.by = timedelta(seconds=61)
    assert (await call(stand)).status_code == 200
    assert [one.status for one in record.calls] == [200], "calls that did not reach it are not its own"


async def test_the_capacity_is_used_up(stand: Stand) -> None:
    record = deployed(stand, capacity=1)
    first = await call(stand)
    assert first.headers["x-ratelimit-remaining-requests"] == "0"
    assert first.headers["x-ratelimit-limit-tokens"] == "1000"
    async with client(stand) as opened:
        with pytest.raises(openai.RateLimitError) as caught:
            await opened.chat.completions.create(model="support", messages=PARCEL)
    headers = caught.value.response.headers
    assert 0 < int(headers["retry-after"]) <= 60
    assert 0 < int(headers["retry-after-ms"]) <= 60_000
    assert [one.status for one in record.calls] == [200, 429]
    stand.clock.by = timedelta(seconds=61)
    too_long = {**HELLO, "max_tokens": 2_000}
    assert (await call(stand, body=too_long)).headers["Retry-After"] == "60"
    assert (await call(stand)).status_code == 200


async def test_calls_at_the_same_time_share_the_minute(stand: Stand) -> None:
    deployed(stand, capacity=3)
    answers = await asyncio.gather(*(call(stand) for _ in range(8)))
    assert sorted(answer.status_code for answer in answers) == [200] * 3 + [429] * 5


async def test_bad_bodies_are_calls_too(stand: Stand) -> None:
    record = deployed(stand)
    refused = await call(stand, body={"messages": []})
    assert refused.status_code == 400
    assert refused.json()["error"]["type"] == "invalid_request_error"
    path = "/deployments/support/chat/completions"
    assert (await stand.ask("POST", path, content=b"{")).status_code == 400
    assert [one.status for one in record.calls] == [400, 400]


async def test_a_model_that_does_not_chat(stand: Stand) -> None:
    record = deployed(stand)
    record.base = BASE_MODELS["babbage-002"]
    refused = (await call(stand)).json()["error"]
    assert refused["code"] == "OperationNotSupported"


async def test_the_worker_may_die(stand: Stand) -> None:
    deployed(stand)
    assert (await call(stand)).status_code == 200
    process = await stand.service._worker.start()
    process.kill()
    answers = [await call(stand) for _ in range(3)]
    assert answers[-1].status_code == 200
    assert {answer.status_code for answer in answers} <= {200, 500}
