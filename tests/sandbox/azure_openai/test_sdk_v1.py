"""The official `openai` client on `/openai/v1/`: the whole journey with preferences and with reinforcement."""

from collections.abc import AsyncIterator
from typing import Any, cast

import openai
import pytest
from openai import AsyncOpenAI
from openai.types.fine_tuning.job_create_params import Method

from sandbox.azure_openai import AzureOptions
from tests.patience import until
from tests.sandbox.azure_openai.method_data import (
    DPO_MODEL,
    EXACT,
    RFT_MODEL,
    dpo,
    preferences,
    prompts,
    reinforcement,
)
from tests.sandbox.azure_openai.stand import KEY, Stand, conversations, running

GLOBAL = {"trainingType": "GlobalStandard"}


def _client(stand: Stand, path: str = "openai/v1") -> AsyncOpenAI:
    base = f"{stand.origin}/azure/prod-swc/{path}/"
    return AsyncOpenAI(base_url=base, api_key=KEY, max_retries=0)


@pytest.fixture
async def client(stand: Stand) -> AsyncIterator[AsyncOpenAI]:
    async with _client(stand) as opened:
        yield opened


async def _sent(client: AsyncOpenAI, content: bytes, name: str = "train.jsonl") -> str:
    file = await client.files.create(file=(name, content, "application/json"), purpose="fine-tune")
    assert (await client.files.wait_for_processing(file.id, poll_interval=0.01)).status == "processed"
    return file.id


async def _trained(
    client: AsyncOpenAI, model: str, method: dict[str, Any], train: bytes, valid: bytes
) -> Any:
    job = await client.fine_tuning.jobs.create(
        model=model,
        training_file=await _sent(client, train),
        validation_file=await _sent(client, valid),
        method=cast("Method", method),
        metadata={"tunesmith_key": "j142-7f"},
        suffix="sdk",
        seed=11,
        extra_body=GLOBAL,
    )
    assert (job.error, job.fine_tuned_model, job.metadata) == (None, None, {"tunesmith_key": "j142-7f"})

    async def ended() -> bool:
        return (await client.fine_tuning.jobs.retrieve(job.id)).status == "succeeded"

    await until(ended)
    return await client.fine_tuning.jobs.retrieve(job.id)


async def test_files(client: AsyncOpenAI) -> None:
    ids = [await _sent(client, conversations(10), f"{name}.jsonl") for name in "ab"]
    assert [file.id async for file in client.files.list(purpose="fine-tune")] == ids
    assert (await client.files.content(ids[0])).content == conversations(10)
    assert (await client.files.delete(ids[0])).deleted
    with pytest.raises(openai.NotFoundError):
        await client.files.retrieve(ids[0])


async def test_uploads(client: AsyncOpenAI, stand: Stand) -> None:
    content = conversations(4_000)
    order: dict[str, Any] = {
        "file": content, "filename": "a.jsonl", "bytes": len(content), "mime_type": "application/json",
        "purpose": "fine-tune", "part_size": 1 << 16,
    }  # fmt: skip
    upload = await client.uploads.upload_file_chunked(**order)
    assert upload.file is not None
    assert (await client.files.content(upload.file.id)).content == content
    async with _client(stand, "api/projects/mine/openai/v1") as project:
        assert await _sent(project, conversations(10)), "files go as forms there"
        with pytest.raises(openai.NotFoundError, match="Resource not found"):
            await project.uploads.upload_file_chunked(**order)


async def test_preferences(client: AsyncOpenAI) -> None:
    job = await _trained(client, DPO_MODEL, dpo(beta=0.1), preferences(60), preferences(12))
    assert job.method.type == "dpo"
    assert job.method.dpo.hyperparameters.beta == 0.1
    assert [found.id async for found in client.fine_tuning.jobs.list(limit=1)] == [job.id]
    events = [event async for event in client.fine_tuning.jobs.list_events(job.id, limit=7)]
    assert len({event.id for event in events}) == len(events) > 14
    measured = [cast("dict[str, float]", event.data) for event in events if event.type == "metrics"]
    assert measured[0]["train_reward_margin"] > measured[-1]["train_reward_margin"] == 0
    points = [point async for point in client.fine_tuning.jobs.checkpoints.list(job.id, limit=1)]
    assert [point.step_number for point in points] == [30, 15]
    assert points[0].fine_tuned_model_checkpoint == job.fine_tuned_model
    assert job.fine_tuned_model in [model.id async for model in client.models.list()]
    assert (await client.models.retrieve(job.fine_tuned_model)).owned_by == "user"


async def test_reinforcement(client: AsyncOpenAI) -> None:
    method = reinforcement(EXACT, reasoning_effort="medium", n_epochs=2, batch_size=4)
    job = await _trained(client, RFT_MODEL, method, prompts(120), prompts(20))
    assert job.method.type == "reinforcement"
    assert job.method.reinforcement.grader.operation == "eq"
    assert job.method.reinforcement.hyperparameters.reasoning_effort == "medium"
    results = (await client.files.content(job.result_files[0])).text
    assert results.startswith("step,train_mean_reward,valid_mean_reward,full_valid_mean_reward,")


async def test_pause_and_resume() -> None:
    async with running(AzureOptions(speed=40)) as stand, _client(stand) as client:
        file_id = await _sent(client, preferences(60))
        job = await client.fine_tuning.jobs.create(
            model=DPO_MODEL, training_file=file_id, method=cast("Method", dpo()), extra_body=GLOBAL
        )

        async def stepped() -> bool:
            page = await client.fine_tuning.jobs.list_events(job.id)
            return any(event.type == "metrics" for event in page.data)

        await until(stepped)
        stand.service.configure({"speed": 1})
        assert str((await client.fine_tuning.jobs.pause(job.id)).status) == "pausing"
        stand.service.configure({"speed": 1000})
        await stand.until(job.id, "paused")
        assert str((await client.fine_tuning.jobs.resume(job.id)).status) == "resuming"
        await stand.until(job.id, "succeeded")


async def test_refusals_become_the_clients_errors(client: AsyncOpenAI) -> None:
    file_id = await _sent(client, prompts(10))
    with pytest.raises(openai.BadRequestError, match="requires the reinforcement method") as caught:
        await client.fine_tuning.jobs.create(model=RFT_MODEL, training_file=file_id, extra_body=GLOBAL)
    assert (caught.value.code, caught.value.param, caught.value.type) == ("invalidPayload", "method", "error")
    with pytest.raises(openai.NotFoundError):
        await client.chat.completions.create(model="nobody", messages=[{"role": "user", "content": "Hello"}])
