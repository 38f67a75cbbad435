"""From data to a trained model, over loopback: what a person would see of it."""

import pytest

from providers.azure_ai.provider import AzureAIProvider
from providers.base import JobEvent, Ref
from providers.errors import Conflict, NotFound, OutcomeUnknown, ProviderError, Refused, Unsupported
from tests.patience import until
from tests.providers.azure_ai.conftest import LLAMA, PHI, Studio, ended, sent, spec
from tests.providers.helpers import Bytes, quiet


async def test_trained_to_its_end(studio: Studio, provider: AzureAIProvider) -> None:
    train, valid = await sent(provider), await sent(provider, "support_valid.jsonl")
    job = await provider.submit(spec(train.id, valid.id))
    assert (job.id, job.model, job.state) == ("j105-4f2a", PHI, job.state)
    over = await ended(provider, job.id)
    assert (over.state, over.raw_state, over.method) == ("succeeded", "Completed", "supervised")
    assert (over.training_file, over.validation_file, over.suffix) == (train.id, valid.id, "support-v12")
    assert over.hyperparameters == {"num_train_epochs": 2, "per_device_train_batch_size": 8}
    workspace = studio.service.workspaces
    facts = next(one for one in workspace if one.facts.name == "phi").facts
    assert over.result_model == (
        f"azureml://locations/eastus2/workspaces/{facts.workspace_id}/models/support-v12-j105-4f2a/versions/1"
    )
    assert over.finished_at is not None
    assert over.finished_at >= over.created_at
    points = [point async for point in provider.results(Ref(id=job.id))]
    losses = {
        split: [one for one in points if (one.metric, one.split) == ("loss", split)]
        for split in ("train", "valid")
    }
    assert len(losses["train"]) >= 2
    assert len(losses["valid"]) >= 1
    assert losses["train"][-1].value < losses["train"][0].value
    assert all(one.step > 0 for one in points)
    assert await provider.checkpoints(Ref(id=job.id)) == ()


async def test_the_trained_model_is_listed_and_goes_with_its_job(
    studio: Studio, provider: AzureAIProvider
) -> None:
    job = await provider.submit(spec((await sent(provider)).id))
    over = await ended(provider, job.id)
    tuned = [one for one in await provider.models() if one.kind == "tuned"]
    assert [(one.id, one.base, one.job_id, one.trainable) for one in tuned] == [
        (over.result_model, PHI, job.id, False)
    ]
    await provider.delete_job(Ref(id=job.id))
    assert [one for one in await provider.models() if one.kind == "tuned"] == []
    with pytest.raises(NotFound):
        await provider.job(Ref(id=job.id))
    await provider.delete_job(Ref(id=job.id))


async def test_the_log_comes_once_and_in_order(provider: AzureAIProvider) -> None:
    job = await provider.submit(spec((await sent(provider)).id))
    seen: list[JobEvent] = []
    cursor: str | None = None

    async def is_over() -> bool:
        nonlocal cursor
        page = await provider.events(Ref(id=job.id), cursor)
        seen.extend(page.events)
        cursor = page.cursor
        return any(one.id == "state:ended" for one in seen)

    await until(is_over)
    rest = await provider.events(Ref(id=job.id), cursor)
    whole = await provider.events(Ref(id=job.id), None)
    ids = [one.id for one in seen] + [one.id for one in rest.events]
    assert len(ids) == len(set(ids))
    assert {"state:created", "state:running", "state:ended"} <= set(ids)
    told = {point for one in (*seen, *rest.events) for point in one.points}
    assert told == {point for one in whole.events for point in one.points}
    assert {(one.metric, one.split) for one in told} >= {("loss", "train")}
    assert (await provider.events(Ref(id=job.id), whole.cursor)).events == ()


async def test_a_repeated_creation_makes_no_second_job(provider: AzureAIProvider) -> None:
    file = await sent(provider)
    first = await provider.submit(spec(file.id))
    again = await provider.submit(spec(file.id))
    assert (first.id, first.created_at) == (again.id, again.created_at)
    assert [job.id for job in (await provider.jobs(None)).jobs] == [first.id]


async def test_a_creation_without_an_answer_is_found_by_its_key(
    studio: Studio, provider: AzureAIProvider
) -> None:
    order = spec((await sent(provider)).id)
    assert (
        list(await provider.find_job(order, (await provider.file(Ref(id=order.training_file))).created_at))
        == []
    )
    studio.fail("lost_answer", "PUT", "/jobs/j105-4f2a")
    with pytest.raises(OutcomeUnknown):
        await provider.submit(order)
    found = await provider.find_job(order, (await provider.file(Ref(id=order.training_file))).created_at)
    assert [job.id for job in found] == ["j105-4f2a"]


async def test_all_pages_of_the_list(studio: Studio, provider: AzureAIProvider) -> None:
    studio.service.configure({"hold_queued": True})
    file = await sent(provider)
    for number in range(7):
        await provider.submit(spec(file.id, key=f"job-{number}"))
    found, cursor, pages = [], None, 0
    while True:
        page = await provider.jobs(cursor)
        found += [job.id for job in page.jobs]
        pages += 1
        cursor = page.next
        if cursor is None:
            break
    assert sorted(found) == [f"job-{number}" for number in range(7)]
    assert pages == 3


async def test_cancelled_and_cancelled_again(studio: Studio, provider: AzureAIProvider) -> None:
    studio.service.configure({"hold_queued": True})
    job = await provider.submit(spec((await sent(provider)).id))
    asked = await provider.control(Ref(id=job.id), "cancel")
    assert asked.state in {"running", "cancelled"}
    assert (await ended(provider, job.id)).state == "cancelled"
    assert (await provider.control(Ref(id=job.id), "cancel")).state == "cancelled"


async def test_what_has_ended_cannot_be_cancelled(provider: AzureAIProvider) -> None:
    job = await provider.submit(spec((await sent(provider)).id))
    await ended(provider, job.id)
    with pytest.raises(Conflict) as told:
        await provider.control(Ref(id=job.id), "cancel")
    assert told.value.params["state"] == "Completed"
    with pytest.raises(Unsupported):
        await provider.control(Ref(id=job.id), "pause")


async def test_a_failure_tells_its_reason_in_the_list_too(studio: Studio, provider: AzureAIProvider) -> None:
    words = "No assistant tokens found after preprocessing the dataset."
    studio.service.configure({"fail_job": ["UserError", words]})
    job = await provider.submit(spec((await sent(provider)).id))
    over = await ended(provider, job.id)
    assert over.failure is not None
    assert words in over.failure.message
    told = provider.explain(over.failure)
    assert (told.kind, told.params) == ("data_invalid", {"fix": "assistant_missing"})
    fresh = studio.provider()
    listed = (await fresh.jobs(None)).jobs[0]
    assert listed.failure == over.failure
    before = studio.asked("GET", "/details")
    assert (await fresh.jobs(None)).jobs[0].failure == over.failure
    assert studio.asked("GET", "/details") == before
    line = (await provider.events(Ref(id=job.id), None)).events[-1]
    assert line.level == "error"
    assert words in line.message


async def test_curves_of_a_child_run(studio: Studio, provider: AzureAIProvider) -> None:
    studio.service.configure({"metrics_on": "child"})
    job = await provider.submit(spec((await sent(provider)).id))
    await ended(provider, job.id)
    assert [point async for point in provider.results(Ref(id=job.id)) if point.metric == "loss"]


async def test_an_unknown_state_counts_as_running(studio: Studio, provider: AzureAIProvider) -> None:
    studio.service.configure({"hold_queued": True, "unknown_status": "Hibernating"})
    job = await provider.submit(spec((await sent(provider)).id))
    seen = await provider.job(Ref(id=job.id))
    assert (seen.state, seen.raw_state) == ("running", "Hibernating")


async def test_minus_one_is_worked_out_from_the_data(studio: Studio, provider: AzureAIProvider) -> None:
    studio.service.configure({"hold_queued": True})
    lines = b'{"messages":[]}\n' * 3000
    file = await provider.upload(Bytes(lines), "D9-big.jsonl", None, quiet)
    job = await provider.submit(spec(file.id, hyperparameters={"per_device_train_batch_size": -1}))
    assert job.hyperparameters["per_device_train_batch_size"] == 6


async def test_minus_one_needs_no_look_at_data_that_is_known(
    studio: Studio, provider: AzureAIProvider
) -> None:
    """Where the data cannot be read, the default of the service would take the place of what was chosen."""
    studio.service.configure({"hold_queued": True})
    file = await sent(provider)
    studio.fail("status", "GET", "re:.*jsonl", service="blob", status=403, times=0)
    chosen = {"per_device_train_batch_size": -1}
    job = await provider.submit(spec(file.id, hyperparameters=chosen, examples=3000))
    assert job.hyperparameters["per_device_train_batch_size"] == 6
    with pytest.raises(ProviderError):
        await provider.submit(spec(file.id, hyperparameters=chosen, key="j2"))
    assert studio.asked("PUT", "/jobs/j2") == 0


async def test_the_multiplier_becomes_a_rate(studio: Studio) -> None:
    studio.service.configure({"hold_queued": True})
    provider = studio.provider("llama")
    job = await provider.submit(
        spec((await sent(provider)).id, model=LLAMA, hyperparameters={"learning_rate_multiplier": 0.5})
    )
    assert job.hyperparameters == {"learning_rate": 0.00001}


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"model": LLAMA}, "region_unsupported"),
        ({"model": "azureml://registries/azureml/models/Phi-3-mini-4k-instruct"}, "model_retired"),
        ({"model": "azureml://registries/azureml/models/Nobody-1B"}, "model_not_trainable"),
        ({"model": "gpt-4o"}, "model_not_trainable"),
        (
            {"training_file": "azureml://datastores/nowhere/paths/LocalUpload/tunesmith/train.jsonl"},
            "file_unknown",
        ),
    ],
)
async def test_refused_creations(provider: AzureAIProvider, changes: dict[str, str], code: str) -> None:
    order = {"train": (await sent(provider)).id, **changes}
    train = order.pop("training_file", order.pop("train"))
    order.pop("train", None)
    with pytest.raises(Refused) as told:
        await provider.submit(spec(train, **order))
    assert told.value.code == code
