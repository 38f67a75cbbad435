"""Pausing, resuming, cancelling: asked once, told once, and no slow look undoes it."""

from datetime import timedelta
from typing import Any

import pytest

from bot.facts.notices import ControlFailed
from bot.store import jobs
from bot.training import control
from bot.training.control import Control
from bot.training.follow import Follow
from bot.work import outbox_rows
from bot.work.tasks import QUICK, Again, Done, Task
from tests.training.bench import NAME, RIN, Bench


async def task_of(bench: Bench, number: int, action: str, **more: Any) -> Task:
    payload = {
        "job": number,
        "action": action,
        "team": RIN.team_id,
        "user": RIN.user_id,
        "click": "1",
        **more,
    }
    return await bench.task("job.control", f"control:{number}:{action}", payload, lane=QUICK)


async def step(bench: Bench, task: Task) -> Done | Again:
    outcome = await Control(bench.application.deps, bench.application.engine.recorder)(task)
    await bench.end(task, outcome)
    return outcome


async def waiting_job(bench: Bench) -> int:
    remote = await bench.create(1, "a")
    return await bench.row(1, "a", remote_id=remote.id)


@pytest.mark.parametrize("kind", [None, "lost_answer"])
async def test_a_cancelled_job_ends_and_its_end_names_who_did_it(bench: Bench, kind: str | None) -> None:
    number = await waiting_job(bench)
    if kind is not None:
        spec = {"match": {"method": "POST", "path": "/cancel"}, "kind": kind}
        await bench.made.post("/panel/api/fault", {"service": "azure", **spec})
    await step(bench, await task_of(bench, number, "cancel"))
    job = await bench.job(number)
    assert (job.state, job.asked["cancelled_by"]) == ("cancelled", RIN.user_id)


async def test_who_asked_is_noted_before_the_request(bench: Bench) -> None:
    """Killed in the request, the next start finds the job cancelled, and still knows by whom."""
    number = await waiting_job(bench)
    await bench.made.sandbox._runner.cleanup()
    task = await task_of(bench, number, "cancel")
    handler = Control(bench.application.deps, bench.application.engine.recorder)
    job = await bench.job(number)
    assert await bench.application.deps.store.write(lambda c: handler._asking(c, job, "cancel", RIN, task))
    assert (await bench.job(number)).asked["cancelled_by"] == RIN.user_id


async def test_what_an_earlier_attempt_did_is_not_called_a_failure(bench: Bench) -> None:
    number = await waiting_job(bench)
    await bench.application.deps.store.write(
        lambda c: jobs.change(c, number, now=bench.now(), state="pausing")
    )
    outcome = await step(bench, await task_of(bench, number, "pause", asked=True))
    assert isinstance(outcome, Done)
    assert outcome.apply is None
    assert await bench.asked("/pause") == []


async def test_a_second_wish_that_comes_too_late_is_told(bench: Bench) -> None:
    number = await waiting_job(bench)
    await bench.application.deps.store.write(
        lambda c: jobs.change(c, number, now=bench.now(), state="paused")
    )
    await step(bench, await task_of(bench, number, "pause"))
    (said,) = await bench.application.deps.store.read(
        lambda c: [outbox_rows.load(c, one.id) for one in outbox_rows.waiting(c, now=bench.now())]
    )
    assert said is not None
    assert isinstance(said.notice, ControlFailed)
    assert (said.notice.code, said.target.user) == ("job_state", RIN.user_id)


async def test_a_look_that_was_asked_before_the_answer_does_not_undo_it(bench: Bench) -> None:
    number = await waiting_job(bench)
    looking = await bench.task("connection.poll", f"poll:{NAME}", {"connection": NAME}, lane="poll")
    outcome = await Follow(bench.application.deps, bench.application.engine.recorder)(looking)
    assert isinstance(outcome, Again)

    def moved(connection: Any) -> None:
        now = bench.now()
        jobs.change(connection, number, now=now, state="pausing", state_at=now)

    await bench.application.deps.store.write(moved)
    await bench.end(looking, outcome)
    assert (await bench.job(number)).state == "pausing"


async def test_parked_work_is_told_to_whoever_asked(bench: Bench) -> None:
    number = await waiting_job(bench)
    task = await task_of(bench, number, "cancel")
    handler = Control(bench.application.deps, bench.application.engine.recorder)
    store = bench.application.deps.store
    await store.write(lambda c: handler.give_up(c, task, "unreachable(operation=jobs.cancel)"))
    (said,) = await store.read(
        lambda c: [outbox_rows.load(c, one.id) for one in outbox_rows.waiting(c, now=bench.now())]
    )
    assert said is not None
    assert isinstance(said.notice, ControlFailed)
    assert said.notice.code == "unreachable"


async def test_a_job_that_is_not_sent_yet_ends_here(bench: Bench) -> None:
    number = await bench.row(1, "a", state="waiting")
    job = await bench.job(number)
    control.check(job, "cancel")
    await step(bench, await task_of(bench, number, "cancel"))
    job = await bench.job(number)
    assert (job.state, job.collected_at is not None) == ("cancelled", True)
    assert await bench.asked("/cancel") == []
    assert job.finished_at is not None
    assert job.finished_at - job.created_at < timedelta(minutes=1)
