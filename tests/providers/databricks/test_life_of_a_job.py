"""A job from its data to its model, over the whole protocol, against the stand-in."""

from datetime import UTC, datetime, timedelta

import pytest

from providers.base import Ref
from providers.databricks.provider import DatabricksProvider
from providers.errors import Conflict, NotFound, OutcomeUnknown, Refused, Unsupported
from tests.patience import until
from tests.providers.databricks.conftest import LLAMA, Workspace, chat, ended, instructions, sent, spec

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


async def test_a_chat_job_gets_its_curves_checkpoints_and_model(provider: DatabricksProvider) -> None:
    train = await sent(provider, chat(40))
    valid = await sent(provider, chat(8), "D2-valid-0a1b2c3d.jsonl")
    made = await provider.submit(spec(train.id, valid.id, suffix="support-v12"))
    assert (made.state, made.training_file, made.suffix, made.seed) == (
        "pending",
        train.id,
        "support-v12",
        None,
    )
    done = await ended(provider, made)
    assert done.state == "succeeded"
    assert done.result_model == "main.finetuning.support-v12/1"
    assert (done.validation_file, done.method) == (valid.id, "supervised")
    assert done.hyperparameters["training_duration"] == "2ep"
    assert done.hyperparameters["learning_rate"] == 5e-7
    assert done.finished_at is not None
    assert done.url.startswith(provider._client.host + "/ml/experiments/")
    points = [point async for point in provider.results(Ref(id=made.id))]
    losses = [point for point in points if (point.metric, point.split) == ("loss", "train")]
    assert [point.step for point in losses] == list(range(1, len(losses) + 1))
    assert losses[-1].value < losses[0].value
    assert {(point.metric, point.split) for point in points} >= {
        ("loss", "train"), ("loss", "valid"), ("token_accuracy", "train"), ("token_accuracy", "valid"),
    }  # fmt: skip
    checkpoints = await provider.checkpoints(Ref(id=made.id))
    assert [one.epoch for one in checkpoints] == [2.0, 1.0]
    assert not any(one.deployable for one in checkpoints)
    again = await provider.submit(
        spec(train.id, hyper={"training_duration": "1ep", "custom_weights_path": checkpoints[0].id})
    )
    assert (await ended(provider, again)).state == "succeeded"


async def test_a_checkpoint_is_trained_further_under_its_own_name(provider: DatabricksProvider) -> None:
    file = await sent(provider, chat(24))
    first = await ended(provider, await provider.submit(spec(file.id)))
    models = [model for model in await provider.models() if model.kind == "checkpoint"]
    assert [model.id for model in models] == [
        one.model for one in await provider.checkpoints(Ref(id=first.id))
    ]
    chosen = models[0]
    assert (chosen.base, chosen.trainable, chosen.job_id) == (LLAMA, True, first.id)
    assert "custom_weights_path" not in [one.name for one in chosen.parameters("supervised")]
    assert len(chosen.short) <= 75
    wanted, since = spec(file.id, model=chosen.id), datetime.now(UTC) - timedelta(minutes=5)
    assert await provider.find_job(wanted, since) == []
    made = await provider.submit(wanted)
    assert [job.id for job in await provider.find_job(wanted, since)] == [made.id]
    done = await ended(provider, made)
    assert (done.state, done.model) == ("succeeded", LLAMA)
    assert str(done.hyperparameters["custom_weights_path"]).endswith(f"/artifacts/{chosen.id}")
    with pytest.raises(NotFound) as told:
        await provider.submit(spec(file.id, model="never-was/checkpoints/ep1-ba3"))
    assert told.value.code == "model_unknown"


async def test_the_log_is_read_once_and_ends(provider: DatabricksProvider) -> None:
    made = await provider.submit(spec((await sent(provider, chat(24))).id))
    await ended(provider, made)
    first = await provider.events(Ref(id=made.id), None)
    assert [event.message.partition(":")[0] for event in first.events if event.kind == "message"][:2] == [
        "CREATED", "STARTED",
    ]  # fmt: skip
    assert [event.at for event in first.events] == sorted(event.at for event in first.events)
    measured = [event for event in first.events if event.kind == "metrics"]
    assert measured
    assert {(one.metric, one.split) for event in measured for one in event.points} >= {("loss", "train")}
    then = await provider.events(Ref(id=made.id), first.cursor)
    assert (then.events, then.cursor) == ((), first.cursor)


async def test_live_points_come_once(workspace: Workspace, provider: DatabricksProvider) -> None:
    workspace.switch(speed=20)
    made = await provider.submit(
        spec((await sent(provider, chat(80))).id, hyper={"training_duration": "4ep"})
    )
    steps: list[int] = []
    cursor: str | None = None

    async def over() -> bool:
        nonlocal cursor
        page = await provider.events(Ref(id=made.id), cursor)
        cursor = page.cursor
        steps.extend(
            point.step
            for event in page.events
            for point in event.points
            if (point.metric, point.split) == ("loss", "train")
        )
        if steps:
            workspace.switch(speed=1000)
        return (await provider.job(Ref(id=made.id))).state == "succeeded" and not page.events

    await until(over)
    assert steps == list(range(1, len(steps) + 1))


@pytest.mark.parametrize(("method", "data"), [("supervised", chat(24)), ("instruction", instructions(24))])
async def test_methods_read_lines(provider: DatabricksProvider, method: str, data: bytes) -> None:
    made = await provider.submit(spec((await sent(provider, data)).id, method=method))
    done = await ended(provider, made)
    assert (done.state, done.method) == ("succeeded", method)
    assert done.result_model == f"main.finetuning.{made.id}/1"


async def test_pretraining_reads_the_folder_of_a_text(provider: DatabricksProvider) -> None:
    text = " ".join(f"Lamp {n} stands in aisle {n % 7}." for n in range(4000)).encode()
    file = await sent(provider, text, "D3-manual-0a1b2c3d.txt")
    made = await provider.submit(
        spec(file.id, method="pretraining", hyper={"training_duration": "4ba", "context_length": 128})
    )
    assert made.training_file == file.id
    assert (await ended(provider, made)).state == "succeeded"


async def test_a_job_without_an_answer_is_found(workspace: Workspace, provider: DatabricksProvider) -> None:
    wanted = spec((await sent(provider, chat(24))).id, suffix="lamp")
    since = datetime.now(UTC)
    assert await provider.find_job(wanted, since) == []
    workspace.fail("lost_answer", "POST", "/api/2.0/genai-mapi/graphql", times=1)
    with pytest.raises(OutcomeUnknown):
        await provider.submit(wanted)
    (found,) = await provider.find_job(wanted, since)
    assert found.suffix == "lamp"
    assert await provider.find_job(spec(wanted.training_file, suffix="other"), since) == []
    assert await provider.find_job(wanted, since + timedelta(hours=1)) == []


async def test_cancelling_stops_and_says_when_there_is_nothing_to_stop(
    workspace: Workspace, provider: DatabricksProvider
) -> None:
    workspace.switch(hold_pending=True)
    made = await provider.submit(spec((await sent(provider, chat(24))).id))
    await provider.control(Ref(id=made.id), "cancel")
    workspace.switch(hold_pending=False)
    assert (await ended(provider, made)).state == "cancelled"
    assert (await provider.control(Ref(id=made.id), "cancel")).state == "cancelled"
    done = await ended(provider, await provider.submit(spec((await sent(provider, chat(24))).id)))
    with pytest.raises(Conflict) as told:
        await provider.control(Ref(id=done.id), "cancel")
    assert told.value.params["state"] == "COMPLETED"
    with pytest.raises(Unsupported):
        await provider.control(Ref(id=done.id), "pause")


async def test_jobs_are_listed_newest_first_with_their_models(
    workspace: Workspace, provider: DatabricksProvider
) -> None:
    file = await sent(provider, chat(24))
    first = await ended(provider, await provider.submit(spec(file.id)))
    second = await ended(provider, await provider.submit(spec(file.id, suffix="second")))
    asked = workspace.asked("POST", "/api/2.0/genai-mapi/graphql")
    page = await provider.jobs(None)
    assert workspace.asked("POST", "/api/2.0/genai-mapi/graphql") == asked + 1
    assert [job.id for job in page.jobs] == [second.id, first.id]
    assert page.next is None
    assert [job.result_model for job in page.jobs] == ["main.finetuning.second/1", first.result_model]


async def test_what_is_not_there(provider: DatabricksProvider) -> None:
    with pytest.raises(NotFound) as told:
        await provider.job(Ref(id="no-such-run"))
    assert told.value.code == "not_found"
    with pytest.raises(NotFound) as told:
        [point async for point in provider.results(Ref(id="no-such-run"))]
    assert told.value.code == "results_missing"
    with pytest.raises((NotFound, Refused)) as refused:
        await provider.submit(spec("dbfs:/Volumes/main/finetuning/data/nothing.jsonl"))
    assert refused.value.code == "file_unknown"
    with pytest.raises(Unsupported):
        await provider.delete_job(Ref(id="any"))
