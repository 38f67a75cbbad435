"""The official `openai` client, and azure-identity, against the stand-in."""

import asyncio
from collections.abc import AsyncIterator

import openai
import pytest
from azure.identity.aio import ManagedIdentityCredential, get_bearer_token_provider
from openai import AsyncAzureOpenAI

from sandbox import samples
from sandbox.azure_openai import AzureOptions
from tests.patience import until
from tests.sandbox.azure_openai.stand import KEY, MODEL, Stand, conversations, running

GLOBAL = {"trainingType": "GlobalStandard"}


def _client(stand: Stand, version: str = "2024-05-01-preview") -> AsyncAzureOpenAI:
    return AsyncAzureOpenAI(
        azure_endpoint=f"{stand.origin}/azure/prod-swc", api_key=KEY, api_version=version, max_retries=0
    )


@pytest.fixture
async def client(stand: Stand) -> AsyncIterator[AsyncAzureOpenAI]:
    async with _client(stand) as opened:
        yield opened


async def _uploaded(client: AsyncAzureOpenAI, name: str) -> str:
    file = await client.files.create(file=(name, samples.read(name)), purpose="fine-tune")
    assert (await client.files.wait_for_processing(file.id, poll_interval=0.01)).status == "processed"
    return file.id


async def test_files(client: AsyncAzureOpenAI) -> None:
    file_id = await _uploaded(client, "support_train.jsonl")
    content = samples.read("support_train.jsonl")
    # Not `async for`: this list has no paging, and the client would ask for a next page for ever.
    listed = (await client.files.list(purpose="fine-tune")).data
    assert [(file.id, file.filename, file.bytes) for file in listed] == [
        (file_id, "support_train.jsonl", len(content))
    ]
    assert (await client.files.content(file_id)).content == content
    await client.files.delete(file_id)
    with pytest.raises(openai.NotFoundError) as caught:
        await client.files.retrieve(file_id)
    assert caught.value.code == "notFound"


async def test_a_job_from_upload_to_results(client: AsyncAzureOpenAI) -> None:
    job = await client.fine_tuning.jobs.create(
        model=MODEL,
        training_file=await _uploaded(client, "support_train.jsonl"),
        validation_file=await _uploaded(client, "support_valid.jsonl"),
        hyperparameters={"n_epochs": 2, "batch_size": 4, "learning_rate_multiplier": 0.2},
        suffix="sdk",
        seed=11,
        extra_body=GLOBAL,
    )
    assert (job.status, job.seed, job.error) == ("pending", 11, None)

    async def ended() -> bool:
        return (await client.fine_tuning.jobs.retrieve(job.id)).status == "succeeded"

    await until(ended)
    job = await client.fine_tuning.jobs.retrieve(job.id)
    assert job.fine_tuned_model == f"{MODEL}.ft-{job.id.removeprefix('ftjob-')}-sdk"
    assert [found.id async for found in client.fine_tuning.jobs.list(limit=1)] == [job.id]
    events = [event async for event in client.fine_tuning.jobs.list_events(job.id, limit=7)]
    assert events[0].message.startswith("Training tokens billed: ")
    assert events[-1].message == "Job enqueued. Waiting for jobs ahead to complete."
    assert len({event.id for event in events}) == len(events) > 14, "paging must neither skip nor repeat"
    assert {event.level for event in events} == {"info"}
    points = [point async for point in client.fine_tuning.jobs.checkpoints.list(job.id, limit=1)]
    assert [point.step_number for point in points] == [60, 30]
    assert points[0].fine_tuned_model_checkpoint == job.fine_tuned_model
    full = [point.metrics.full_valid_loss or 0 for point in points]
    assert 0 < full[0] < full[1], "two epochs on this data still help"
    results = (await client.files.content(job.result_files[0])).text
    assert results.startswith(
        "step,train_loss,train_mean_token_accuracy,valid_loss,valid_mean_token_accuracy,"
    )
    models = {model.id: model async for model in client.models.list()}
    assert models[job.fine_tuned_model].to_dict()["fine_tune"] == job.id
    capabilities = (await client.models.retrieve(MODEL)).to_dict()["capabilities"]
    assert isinstance(capabilities, dict)
    assert capabilities["fine_tune"] is True


async def test_refusals_become_the_clients_errors(client: AsyncAzureOpenAI, stand: Stand) -> None:
    file_id = await _uploaded(client, "support_valid.jsonl")
    with pytest.raises(openai.BadRequestError, match="with Standard TrainingType") as caught:
        await client.fine_tuning.jobs.create(model="gpt-4.1-nano-2025-04-14", training_file=file_id)
    assert caught.value.code == "invalidPayload"
    wrong = client.with_options(api_key="wrong")
    with pytest.raises(openai.AuthenticationError, match="invalid subscription key"):
        await wrong.files.retrieve(file_id)
    async with _client(stand, "2020-01-01") as old:
        with pytest.raises(openai.NotFoundError, match="Resource not found"):
            await old.files.retrieve(file_id)


async def test_cancel(client: AsyncAzureOpenAI, stand: Stand) -> None:
    stand.service.configure({"hold_pending": True})
    file_id = await _uploaded(client, "support_valid.jsonl")
    job = await client.fine_tuning.jobs.create(model=MODEL, training_file=file_id)
    assert (await client.fine_tuning.jobs.cancel(job.id)).status == "cancelled"
    assert (await client.fine_tuning.jobs.retrieve(job.id)).status == "cancelled"


async def test_pause_and_resume() -> None:
    async with running(AzureOptions(speed=40)) as stand, _client(stand, "2025-04-01-preview") as client:
        file_id = await stand.upload(conversations(60))
        job = await client.fine_tuning.jobs.create(model=MODEL, training_file=file_id)

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


async def test_an_upload_in_chunks(stand: Stand) -> None:
    content = samples.read("large_train.jsonl")
    async with _client(stand, "2024-10-21") as client:
        upload = await client.uploads.upload_file_chunked(
            file=content,
            filename="large_train.jsonl",
            bytes=len(content),
            mime_type="application/json",
            purpose="fine-tune",
            part_size=4 << 20,
        )
        assert upload.status == "completed"
        assert upload.file is not None
        assert (await client.files.content(upload.file.id)).content == content


async def test_a_managed_identity_gets_in(stand: Stand, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IDENTITY_ENDPOINT", f"{stand.origin}/azure/identity/token")
    monkeypatch.setenv("IDENTITY_HEADER", "sandbox-identity-header")
    for scope, expected in (
        ("https://cognitiveservices.azure.com/.default", True),
        ("https://ai.azure.com/.default", True),
        ("https://management.azure.com/.default", False),
    ):
        async with ManagedIdentityCredential(client_id="11111111-1111-1111-1111-111111111111") as credential:
            client = AsyncAzureOpenAI(
                azure_endpoint=f"{stand.origin}/azure/prod-swc",
                azure_ad_token_provider=get_bearer_token_provider(credential, scope),
                api_version="2024-06-01",
                max_retries=0,
            )
            async with client:
                if expected:
                    assert (await client.files.list()).data == []
                else:
                    with pytest.raises(openai.AuthenticationError, match="audience is incorrect"):
                        await client.models.retrieve(MODEL)


async def test_many_clients_at_once(stand: Stand) -> None:
    async with _client(stand) as client:
        ids = await asyncio.gather(*(_uploaded(client, "too_few.jsonl") for _ in range(20)))
        assert len(set(ids)) == 20
