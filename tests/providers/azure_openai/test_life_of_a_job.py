"""A file, a job, its log, its results, its checkpoints: against the stand-in, through the registry's door."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from providers.azure_openai.provider import AzureOpenAIProvider
from providers.base import JobSpec, Ref, RemoteJob
from providers.errors import Conflict, NotFound, OverQuota, Refused, Unauthorised, Unsupported
from sandbox import samples
from tests.patience import until
from tests.providers.azure_openai.conftest import Azure, ended, sent, spec
from tests.providers.helpers import Bytes, quiet


async def trained(provider: AzureOpenAIProvider, **changes: object) -> tuple[JobSpec, RemoteJob]:
    train, valid = await sent(provider, "tiny_overfit_train.jsonl"), await sent(provider, "too_few.jsonl")
    wanted = spec(train.id, valid.id, **changes)
    return wanted, await ended(provider, await provider.submit(wanted))


async def test_from_file_to_trained_model(azure: Azure, provider: AzureOpenAIProvider) -> None:
    noted: list[int] = []

    async def note(sent_bytes: int) -> None:
        noted.append(sent_bytes)

    data = samples.read("support_train.jsonl")
    file = await provider.upload(Bytes(data, piece=10_000), "D61-train.jsonl", None, note)
    assert (file.name, file.purpose, file.state) == ("D61-train.jsonl", "fine-tune", "pending")
    assert noted == sorted(noted)
    assert noted[-1] == len(data)

    wanted, job = await trained(provider)
    assert job.state == job.raw_state == "succeeded"
    assert job.seed == 105
    assert job.training_type == "GlobalStandard"
    assert job.hyperparameters["n_epochs"] == 2
    assert job.result_model is not None
    assert job.result_model.startswith("gpt-4.1-mini-2025-04-14.ft-")
    assert job.trained_tokens
    assert job.finished_at is not None
    assert await provider.find_job(wanted, job.created_at) == [job]

    points = [point async for point in provider.results(Ref(id=job.id))]
    series = {(point.metric, point.split) for point in points}
    assert series == {(m, s) for m in ("loss", "token_accuracy") for s in ("train", "valid", "full_valid")}
    steps = [point.step for point in points if (point.metric, point.split) == ("loss", "train")]
    assert steps == list(range(1, max(steps) + 1))


async def test_log_is_told_oldest_first_and_only_once(azure: Azure, provider: AzureOpenAIProvider) -> None:
    _, job = await trained(provider)
    whole = await provider.events(Ref(id=job.id), None)
    messages = [event.message for event in whole.events if event.kind == "message"]
    assert messages[0].startswith("Job enqueued.")
    assert messages.index("Job succeeded.") < messages.index("Model Evaluation Passed.")
    assert [event.at for event in whole.events] == sorted(event.at for event in whole.events)
    assert whole.cursor == whole.events[-1].id

    middle = whole.events[len(whole.events) // 2].id
    rest = await provider.events(Ref(id=job.id), middle)
    assert [event.id for event in rest.events] == [
        event.id for event in whole.events[len(whole.events) // 2 + 1 :]
    ]
    nothing = await provider.events(Ref(id=job.id), whole.cursor)
    assert nothing.events == ()
    assert nothing.cursor == whole.cursor


async def test_measurements_come_with_the_log(provider: AzureOpenAIProvider) -> None:
    _, job = await trained(provider)
    told = [
        event for event in (await provider.events(Ref(id=job.id), None)).events if event.kind == "metrics"
    ]
    points = {point async for point in provider.results(Ref(id=job.id))}
    live = {point for event in told for point in event.points}
    assert live
    assert {(p.metric, p.split, p.step) for p in live} <= {(p.metric, p.split, p.step) for p in points}


async def test_checkpoints_are_deployable_and_trained_further(provider: AzureOpenAIProvider) -> None:
    wanted, job = await trained(provider, hyperparameters={"n_epochs": 3, "batch_size": 4})
    checkpoints = await provider.checkpoints(Ref(id=job.id))
    assert [checkpoint.deployable for checkpoint in checkpoints] == [True, True, True]
    assert checkpoints[0].model == job.result_model
    assert checkpoints[0].step > checkpoints[1].step > checkpoints[2].step
    assert ":ckpt-step-" in checkpoints[1].model
    assert "full_valid_loss" in checkpoints[1].metrics

    listed = {model.id: model for model in await provider.models()}
    tuned, earlier = listed[checkpoints[0].model], listed[checkpoints[1].model]
    assert (tuned.kind, tuned.job_id, tuned.base, tuned.trainable) == ("tuned", job.id, wanted.model, True)
    assert (earlier.kind, earlier.job_id, earlier.base) == ("checkpoint", job.id, wanted.model)
    assert tuned.short.startswith("support-v12 · gpt-4.1-mini · ")
    assert earlier.short.startswith(f"support-v12 step {checkpoints[1].step} · ")

    again = spec(wanted.training_file, None, model=earlier.id, suffix="v13", hyperparameters={"n_epochs": 1})
    further = await ended(provider, await provider.submit(again))
    assert further.state == "succeeded"


async def test_catalogue_asks_for_the_checkpoints_of_a_finished_job_once(
    azure: Azure, provider: AzureOpenAIProvider
) -> None:
    _, job = await trained(provider)
    path = f"/fine_tuning/jobs/{job.id}/checkpoints"
    await provider.models()
    assert azure.asked("GET", path) == 1
    await provider.models()
    assert azure.asked("GET", path) == 1


async def test_catalogue_says_what_can_be_trained(provider: AzureOpenAIProvider) -> None:
    models = {model.id: model for model in await provider.models()}
    usual = models["gpt-4.1-mini-2025-04-14"]
    assert (usual.trainable, usual.lifecycle) == (True, "generally-available")
    assert usual.training_ends == datetime(2027, 4, 14, tzinfo=UTC)
    assert [one.name for one in usual.parameters("supervised")] == [
        "n_epochs",
        "batch_size",
        "learning_rate_multiplier",
    ]
    assert [one.name for one in usual.parameters("dpo")][3:] == ["beta", "l2_multiplier"]
    assert usual.dates_source == "the service"
    assert models["o4-mini-2025-04-16"].methods == ("reinforcement",)
    assert models["gpt-oss-20b"].trainable, "the service's flag is wrongly false for open models"
    assert models["gpt-oss-20b"].training_types == ("GlobalStandard",)
    assert not models["gpt-35-turbo-0613"].trainable
    assert "text-embedding-3-small" not in models
    assert all(len(model.short) <= 75 for model in models.values())


@pytest.mark.parametrize(
    ("sample", "kind", "categories"),
    [
        ("harmful.jsonl", "data_refused", {"violence", "self_harm"}),
        ("too_few.jsonl", "data_invalid", set()),
        ("faulty.jsonl", "data_invalid", set()),
    ],
)
async def test_refused_data_is_explained(
    provider: AzureOpenAIProvider, sample: str, kind: str, categories: set[str]
) -> None:
    file = await sent(provider, sample)
    job = await ended(provider, await provider.submit(spec(file.id)))
    assert job.state == "failed"
    assert job.failure is not None
    meaning = provider.explain(job.failure)
    assert (meaning.kind, set(meaning.categories), meaning.charged) == (kind, categories, False)
    assert meaning.text == job.failure.message


async def test_refused_model_is_explained(azure: Azure, provider: AzureOpenAIProvider) -> None:
    azure.service.configure({"fail_safety": ["violence", "hate_fairness"]})
    _, job = await trained(provider)
    assert job.state == "failed"
    assert job.failure is not None
    meaning = provider.explain(job.failure)
    assert (meaning.kind, meaning.categories) == ("model_refused", ("violence", "hate_fairness"))


async def test_reason_comes_from_the_log_where_jobs_have_no_error(azure: Azure) -> None:
    provider = azure.provider(api_versions={"*": "2024-05-01-preview"})
    file = await sent(provider, "harmful.jsonl")
    job = await ended(provider, await provider.submit(spec(file.id)))
    assert job.failure is not None
    assert provider.explain(job.failure).kind == "data_refused"
    listed = (await provider.jobs(None)).jobs[0]
    assert listed.failure is None, "the list is one request and says no more than the service does"


async def test_pause_resume_cancel(azure: Azure, provider: AzureOpenAIProvider) -> None:
    azure.service.configure({"speed": 40})
    file = await sent(provider, "tiny_overfit_train.jsonl")
    job = await provider.submit(spec(file.id, hyperparameters={"n_epochs": 20, "batch_size": 1}))
    ref = Ref(id=job.id)
    with pytest.raises(Conflict):
        await provider.control(ref, "resume")

    async def stepping() -> bool:
        return any(event.kind == "metrics" for event in (await provider.events(ref, None)).events)

    await until(stepping)
    assert (await provider.control(ref, "pause")).state in {"pausing", "paused"}
    assert (await provider.control(ref, "pause")).state in {"pausing", "paused"}, "asked twice is asked once"

    async def paused() -> bool:
        return (await provider.job(ref)).state == "paused"

    await until(paused)
    assert [checkpoint.deployable for checkpoint in await provider.checkpoints(ref)][:1] == [True]
    assert (await provider.control(ref, "resume")).state in {"resuming", "running"}
    assert (await provider.control(ref, "cancel")).state == "cancelled"
    assert (await provider.control(ref, "cancel")).state == "cancelled", "cancelled twice is cancelled"
    with pytest.raises(Conflict) as refused:
        await provider.control(ref, "pause")
    assert refused.value.answer.request_id


async def test_jobs_are_listed_in_pages_of_a_hundred(azure: Azure, provider: AzureOpenAIProvider) -> None:
    azure.service.configure({"hold_pending": True})
    file = await sent(provider, "tiny_overfit_train.jsonl")
    made = [(await provider.submit(spec(file.id, seed=seed))).id for seed in range(5)]
    page = await provider.jobs(None)
    assert {job.id for job in page.jobs} == set(made)
    assert page.next is None
    assert azure.asked("GET", "/fine_tuning/jobs") == 1
    assert (await provider.probe()).jobs == 5


async def test_unknown_status_counts_as_running(azure: Azure, provider: AzureOpenAIProvider) -> None:
    azure.service.configure({"hold_pending": True, "unknown_status": "contemplating"})
    file = await sent(provider, "tiny_overfit_train.jsonl")
    job = await provider.job(Ref(id=(await provider.submit(spec(file.id))).id))
    assert (job.state, job.raw_state) == ("running", "contemplating")


@pytest.mark.parametrize(
    "switches",
    [
        {"results_bom": True},
        {"results_columns": "validation", "results_bom": True, "results_base64": True},
    ],
)
async def test_results_in_every_encoding(
    azure: Azure, provider: AzureOpenAIProvider, switches: dict[str, object]
) -> None:
    azure.service.configure(switches)
    _, job = await trained(provider)
    splits = {
        point.split async for point in provider.results(Ref(id=job.id)) if point.metric == "token_accuracy"
    }
    assert splits == {"train", "valid", "full_valid"}


async def test_files_are_listed_deleted_and_gone(azure: Azure) -> None:
    for version in ("2024-06-01", "2024-10-21"):  # 204 without a body, 200 with one
        provider = azure.provider(api_versions={"files": version})
        file = await sent(provider, "tiny_overfit_train.jsonl")
        assert [one.id for one in await provider.files()] == [file.id]
        await provider.delete_file(Ref(id=file.id))
        await provider.delete_file(Ref(id=file.id))
        assert await provider.files() == []
        with pytest.raises(NotFound) as gone:
            await provider.file(Ref(id=file.id))
        assert (gone.value.code, gone.value.params["file"]) == ("not_found", file.id)


async def test_file_that_is_no_jsonl_fails_with_the_services_words(provider: AzureOpenAIProvider) -> None:
    file = await provider.upload(Bytes(b"\x89PNG\r\n\x1a\n\x00\x00"), "picture.jsonl", None, quiet)

    async def failed() -> bool:
        return (await provider.file(Ref(id=file.id))).state == "failed"

    await until(failed)
    seen = await provider.file(Ref(id=file.id))
    assert seen.raw_state == "error"
    assert seen.detail


async def test_probe_tells_quotas_and_clock(provider: AzureOpenAIProvider) -> None:
    file = await sent(provider, "tiny_overfit_train.jsonl")
    probe = await provider.probe()
    assert (probe.files, probe.files_bytes, probe.jobs) == (1, file.bytes, 0)
    assert probe.clock_skew is not None
    assert abs(probe.clock_skew) < 2
    assert probe.capabilities == provider.capabilities


@pytest.mark.parametrize(
    ("changes", "error", "code"),
    [
        ({"model": "gpt-oss-20b", "training_type": None}, Refused, "training_type_unsupported"),
        ({"training_type": "Gigantic"}, Refused, "training_type_unsupported"),
        ({"model": "gpt-35-turbo-0613", "training_type": None}, Refused, "model_not_trainable"),
        ({"model": "gpt-9"}, Refused, "model_not_trainable"),
        ({"model": "o4-mini-2025-04-16"}, Refused, "method_required"),
        ({"suffix": "v1.2"}, Refused, "suffix_refused"),
        ({"training_file": "file-00000000000000000000000000000000"}, Refused, "file_unknown"),
        ({"hyperparameters": {"n_epochs": 0}}, Refused, "hyperparameter_refused"),
        ({"method": "reinforcement"}, Unsupported, "method_unsupported"),
    ],
)
async def test_refused_creations_say_why(
    provider: AzureOpenAIProvider, changes: dict[str, Any], error: type[Exception], code: str
) -> None:
    file = await sent(provider, "tiny_overfit_train.jsonl")
    with pytest.raises(error) as refused:
        await provider.submit(replace(spec(file.id), **changes))
    assert getattr(refused.value, "code", None) == code


async def test_misleading_refusal_names_model_and_training_type(provider: AzureOpenAIProvider) -> None:
    file = await sent(provider, "tiny_overfit_train.jsonl")
    with pytest.raises(Refused) as refused:
        await provider.submit(spec(file.id, model="gpt-4.1-nano-2025-04-14", training_type=None))
    assert refused.value.params["model"] == "gpt-4.1-nano-2025-04-14"
    assert refused.value.params["training_type"] == "Standard"


async def test_job_before_its_file_is_taken_in(azure: Azure, provider: AzureOpenAIProvider) -> None:
    azure.service.configure({"file_seconds": 1000.0, "speed": 1})
    file = await provider.upload(Bytes(samples.read("support_train.jsonl")), "slow.jsonl", None, quiet)
    with pytest.raises(Conflict) as refused:
        await provider.submit(spec(file.id))
    assert refused.value.code == "file_not_ready"


async def test_full_queue_is_a_quota(azure: Azure, provider: AzureOpenAIProvider) -> None:
    azure.service.configure({"hold_pending": True})
    file = await sent(provider, "tiny_overfit_train.jsonl")
    for seed in range(20):
        await provider.submit(spec(file.id, seed=seed))
    with pytest.raises(OverQuota) as refused:
        await provider.submit(spec(file.id))
    assert refused.value.code == "job_quota"


async def test_wrong_key_and_wrong_version(azure: Azure) -> None:
    with pytest.raises(Unauthorised) as refused:
        await azure.provider(key="not-the-key-at-all").probe()
    assert refused.value.code == "key_refused"
    assert "not-the-key-at-all" not in f"{refused.value!r}{refused.value.answer!r}"
    with pytest.raises(NotFound) as unknown:
        await azure.provider(api_versions={"files": "1999-01-01"}).probe()
    assert (unknown.value.code, unknown.value.params["api_version"]) == ("endpoint_not_found", "1999-01-01")


async def test_what_is_found_after_a_lost_answer_is_ours(provider: AzureOpenAIProvider) -> None:
    file = await sent(provider, "tiny_overfit_train.jsonl")
    now = datetime.now(UTC)
    assert file.bytes is not None
    assert await provider.find_file(file.name, file.bytes, now) == file, "two minutes of skew are borne"
    assert await provider.find_file(file.name, file.bytes + 1, now) is None
    assert await provider.find_file("other.jsonl", file.bytes, now) is None
    assert await provider.find_file(file.name, file.bytes, now + timedelta(minutes=3)) is None
    job = await provider.submit(spec(file.id))
    assert [one.id for one in await provider.find_job(spec(file.id), now)] == [job.id]
    assert await provider.find_job(spec(file.id, seed=106), now) == []
    assert await provider.find_job(spec(file.id, suffix=None), now) == []
    assert await provider.find_job(spec(file.id, file.id), now) == []
    assert await provider.find_job(spec(file.id), now + timedelta(minutes=3)) == []
