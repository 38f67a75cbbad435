"""Creating a job: what every answer of the service leads to."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from bot.store import datasets, jobs
from bot.store.work_tables import outbox
from bot.store.work_tables import task as tasks
from bot.training.submit import Submit, plant_upload
from bot.work import queue
from bot.work.tasks import QUICK, Again, Done, Outcome, Task
from providers.errors import Throttled, Unavailable
from tests.journey.steps import VERSION, azure
from tests.training.bench import NAME, Bench

SOON = timedelta(milliseconds=1)


async def task_of(bench: Bench, number: int) -> Task:
    return await bench.task("job.submit", f"submit:{number}", {"job": number}, lane=QUICK)


async def step(bench: Bench, number: int, **more: Any) -> Outcome:
    """One step of the task, written as the worker does."""
    task = await task_of(bench, number)
    outcome = await Submit(bench.application.deps, bench.application.engine.recorder, **more)(task)
    await bench.end(task, outcome)
    return outcome


async def fault(bench: Bench, kind: str, **more: Any) -> None:
    match = {"method": "POST", "path": "re:/fine_tuning/jobs$"}
    answer = await bench.made.post(
        "/panel/api/fault", {"service": "azure", "match": match, "kind": kind, **more}
    )
    assert answer["ok"]


async def said(bench: Bench) -> list[str]:
    found = await bench.application.deps.store.read(lambda c: c.execute(select(outbox.c.key)).scalars().all())
    return list(found)


async def test_a_job_is_created_and_its_card_stands(bench: Bench) -> None:
    number = await bench.row(1, "a", state="waiting")
    assert isinstance(await step(bench, number), Done)
    job = await bench.job(number)
    assert (job.state, job.intent_at is not None) == ("pending", True)
    assert job.remote_id is not None


@pytest.mark.parametrize("error", [Throttled, Unavailable])
async def test_certain_not_to_have_arrived_takes_the_intent_back(
    bench: Bench, error: type[Exception]
) -> None:
    number = await bench.row(1, "a", state="waiting")
    if error is Throttled:
        await fault(bench, "status", status=429, retry_after={"form": "seconds", "value": 7})
    else:
        await bench.made.sandbox._runner.cleanup()  # nobody listens any more
        # The starter's right was looked up before: it must not be asked of Slack, which is gone as well.
    task = await task_of(bench, number)
    submit = Submit(bench.application.deps, bench.application.engine.recorder)
    if error is Unavailable:
        files = await bench.application.deps.store.read(lambda c: _files(c, bench, number))
        with pytest.raises(Unavailable):
            await submit._send(task, await bench.job(number), files)
    else:
        with pytest.raises(Throttled):
            await submit(task)
    job = await bench.job(number)
    assert (job.state, job.intent_at) == ("waiting", None)


def _files(connection: Any, bench: Bench, number: int) -> Any:
    from bot.training.submit import data_sent

    job = jobs.get(connection, number)
    assert job is not None
    return data_sent(connection, job)


@pytest.mark.parametrize("kind", ["lost_answer", "cut", "status"])
async def test_without_an_answer_the_intent_stays(bench: Bench, kind: str) -> None:
    number = await bench.row(1, "a", state="waiting")
    await fault(bench, kind, status=500)
    assert isinstance(await step(bench, number), Again)
    job = await bench.job(number)
    assert (job.state, job.intent_at is not None) == ("submitting", True)
    look = await step(bench, number)
    job = await bench.job(number)
    if kind == "lost_answer":
        assert (job.state, isinstance(look, Done)) == ("pending", True)
    else:
        assert (job.state, isinstance(look, Again)) == ("submitting", True)


async def test_what_is_not_found_in_time_is_asked_of_the_starter_once(bench: Bench) -> None:
    number = await bench.row(1, "a", state="submitting", intent_at=bench.now())
    bench.clock.forward(1)
    assert isinstance(await step(bench, number, look_for=SOON), Done)
    assert (await bench.job(number)).state == "uncertain"
    assert [key for key in await said(bench) if ":uncertain:" in key] == await said(bench) != []


async def test_a_refusal_ends_the_job_with_the_services_words(bench: Bench) -> None:
    number = await bench.row(1, "no blanks!", state="waiting")
    assert isinstance(await step(bench, number), Done)
    job = await bench.job(number)
    assert job.state == "refused"
    assert job.failure is not None
    assert job.failure["message"]
    assert f"job:J{number}:ended" in await said(bench)


async def test_waiting_for_data_does_not_hurry_an_upload_that_was_told_to_come_later(bench: Bench) -> None:
    store, later = bench.application.deps.store, bench.now() + timedelta(seconds=400)
    copy = await store.read(lambda c: datasets.copy_at(c, 1, NAME))
    assert copy is not None

    def delayed(connection: Any) -> None:
        datasets.change_copy(connection, copy.id, now=bench.now(), state="waiting", remote_id=None)
        plant_upload(connection, copy.id, 1, now=bench.now(), corr="t")
        connection.execute(tasks.update().values(due_at=later))

    await store.write(delayed)
    number = await bench.row(1, "a", state="waiting")
    assert isinstance(await step(bench, number), Again)
    due = await store.read(
        lambda c: c.execute(select(tasks.c.due_at).where(tasks.c.key == f"upload:{copy.id}")).scalar_one()
    )
    assert due == later


async def test_somebody_who_may_not_train_any_more_starts_nothing(bench: Bench) -> None:
    number = await bench.row(1, "a", state="waiting", requester="U0GUEST001")
    await step(bench, number)
    assert (await bench.job(number)).state == "refused"
    assert await bench.asked("/fine_tuning/jobs") == []


async def test_data_deleted_at_the_service_is_sent_once_more(bench: Bench) -> None:
    async with azure(bench.made) as there:
        gone = await there.delete(f"openai/files/{bench.file_id}", params=VERSION)
    assert gone.is_success
    number = await bench.row(1, "a", state="waiting")
    assert isinstance(await step(bench, number), Again)
    job, store = await bench.job(number), bench.application.deps.store
    assert (job.state, job.intent_at) == ("waiting", None)
    copy = await store.read(lambda c: datasets.copy_at(c, 1, NAME))
    assert copy is not None
    assert (copy.state, copy.remote_id, copy.upload_state) == ("waiting", None, {"round": 1})
    planted = await store.read(
        lambda c: c.execute(select(tasks.c.key).where(tasks.c.state == "queued")).scalars().all()
    )
    assert f"upload:{copy.id}" in planted
    # Deleted again: now it is told.
    await store.write(
        lambda c: datasets.change_copy(
            c, copy.id, now=bench.now(), state="processed", remote_id=bench.file_id
        )
    )
    assert isinstance(await step(bench, number), Done)
    assert (await bench.job(number)).state == "refused"


@pytest.mark.parametrize(("sent", "state"), [(False, "refused"), (True, "uncertain")])
async def test_parked_work_is_told_or_asked(bench: Bench, sent: bool, state: str) -> None:
    number = await bench.row(
        1, "a", state="submitting" if sent else "waiting", intent_at=bench.now() if sent else None
    )
    submit = Submit(bench.application.deps, bench.application.engine.recorder)
    task = await task_of(bench, number)
    await bench.application.deps.store.write(lambda c: submit.give_up(c, task, "connection(given=x)"))
    assert (await bench.job(number)).state == state


async def test_whoever_lost_the_lease_takes_nothing_back(bench: Bench) -> None:
    """The fence holds for what is written on the way, too: another worker's intent must stand."""
    number = await bench.row(1, "a", state="waiting")
    task = await task_of(bench, number)
    store = bench.application.deps.store
    submit = Submit(bench.application.deps, bench.application.engine.recorder)
    await fault(bench, "status", status=429)
    real = bench.application.deps.providers[NAME].submit

    async def overtaken(spec: Any) -> Any:
        await store.write(queue.clear_leases)
        later = bench.now()
        await store.write(lambda c: queue.claim(c, QUICK, 1, now=later, owner="another"))
        return await real(spec)

    bench.application.deps.providers[NAME].submit = overtaken  # type: ignore[method-assign]  # the moment between
    with pytest.raises(queue.LeaseLost):
        await submit(task)
    assert (await bench.job(number)).intent_at is not None
