"""Chat completions on v1: the deployment stands in the body."""

from collections.abc import AsyncIterator
from typing import Any

import openai
import pytest
from openai import AsyncOpenAI

from sandbox.azure_openai import AzureOptions
from tests.openapi import validate_response
from tests.sandbox.azure_calls.records import ago, deployment, put
from tests.sandbox.azure_openai.stand import KEY, Stand, running
from tests.sandbox.azure_openai.v1_spec import v1_spec

HELLO = [{"role": "user", "content": "Hello"}]


@pytest.fixture
async def stand() -> AsyncIterator[Stand]:
    async with running(AzureOptions(speed=1000, random_seed=1)) as started:
        put(started.service.control.deployments, deployment("support", ago(started.clock.now(), hours=1)))
        yield started


async def _chat(stand: Stand, **body: Any) -> Any:
    return await stand.ask("POST", "/v1/chat/completions", version="", json={"max_tokens": 3, **body})


async def test_the_official_client_gets_an_answer(stand: Stand) -> None:
    base = f"{stand.origin}/azure/prod-swc/openai/v1/"
    async with AsyncOpenAI(base_url=base, api_key=KEY, max_retries=0) as client:
        answer = await client.chat.completions.create(
            model="support", messages=[{"role": "user", "content": "Hello"}], max_tokens=3
        )
        assert answer.usage is not None
        assert answer.usage.completion_tokens <= 3
        with pytest.raises(openai.NotFoundError) as caught:
            await client.chat.completions.create(
                model="nobody", messages=[{"role": "user", "content": "Hello"}]
            )
    assert caught.value.code == "DeploymentNotFound"


@pytest.mark.parametrize("body", [{}, {"model": ""}, {"model": 5}])
async def test_without_a_model_nothing_is_called(stand: Stand, body: dict[str, Any]) -> None:
    answer = await _chat(stand, messages=HELLO, **body)
    assert (answer.status_code, answer.json()["error"]["param"]) == (400, "model")


async def test_a_body_that_is_no_object_is_refused(stand: Stand) -> None:
    answer = await stand.ask("POST", "/v1/chat/completions", version="", content=b"[1]")
    assert answer.status_code == 400


@pytest.mark.specs
async def test_the_answer_is_as_published(stand: Stand) -> None:
    answer = await _chat(stand, model="support", messages=HELLO)
    assert answer.status_code == 200
    assert validate_response(v1_spec(), "POST", "/chat/completions", 200, answer.json()) == []
