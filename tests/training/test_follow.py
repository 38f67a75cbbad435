"""Following the jobs of a connection: the real follower against the real stand-in."""

from typing import Any

import pytest

from bot.errors import NotThere
from bot.store import connections, jobs
from bot.training import adopt
from bot.training.follow import Follow
from bot.training.submit import Submit
from bot.work.tasks import Again
from providers.errors import Throttled
from tests.journey.steps import VERSION, azure
from tests.training.bench import NAME, RIN, Bench


async def test_waiting_jobs_cost_one_request_per_page_and_none_each(bench: Bench) -> None:
    for seed in range(1, 121):
        remote = await bench.create(seed, "w")
        await bench.row(seed, "w", remote_id=remote.id)
    before = len(await bench.asked())
    await bench.look()
    fresh = (await bench.asked())[before:]
    assert len(fresh) == 2
    assert all(path.endswith("/fine_tuning/jobs") for path in fresh)


async def test_a_job_deleted_at_the_service_ends_here(bench: Bench) -> None:
    kept, gone = await bench.create(1, "kept"), await bench.create(2, "gone")
    numbers = [
        await bench.row(seed, one.suffix or "", remote_id=one.id) for seed, one in ((1, kept), (2, gone))
    ]
    async with azure(bench.made) as there:
        path = f"openai/fine_tuning/jobs/{gone.id}"
        await there.post(f"{path}/cancel", params=VERSION)
        deleted = await there.delete(path, params=VERSION)
    assert deleted.is_success, deleted.text
    await bench.look()
    states = [(one.state, one.raw_state) for one in [await bench.job(number) for number in numbers]]
    assert states == [("pending", "pending"), ("failed", "deleted")]


async def test_what_is_wrong_with_one_job_does_not_keep_the_others_from_being_followed(bench: Bench) -> None:
    bad, good = await bench.create(1, "bad"), await bench.create(2, "good")
    numbers = [
        await bench.row(1, "bad", remote_id=bad.id, state="running"),
        await bench.row(2, "good", remote_id=good.id, state="running"),
    ]
    spec = {"match": {"path": f"{bad.id}/events"}, "kind": "status", "status": 404, "times": 0}
    await bench.made.post("/panel/api/fault", {"service": "azure", **spec})
    await bench.look()
    assert [(await bench.job(number)).state for number in numbers] == ["pending", "pending"]
    health = await bench.application.deps.store.read(connections.known)
    assert health[NAME].state == "healthy"


async def test_a_list_that_fails_backs_off_and_says_so(bench: Bench) -> None:
    spec = {"match": {"path": "/fine_tuning/jobs"}, "kind": "status", "status": 401, "times": 0}
    await bench.made.post("/panel/api/fault", {"service": "azure", **spec})
    waits = [await bench.due_in(await bench.look()) for _ in range(4)]
    assert waits == sorted(waits)
    assert waits[-1] <= max(10.0, bench.made.settings.limits.poll_far_seconds) + 1
    known = (await bench.application.deps.store.read(connections.known))[NAME]
    assert known.state == "failing"
    assert known.last_error is not None
    assert known.last_error["failures"] == 4


async def test_a_long_retry_after_is_obeyed(bench: Bench) -> None:
    """Also where it is longer than the program would ever wait by itself."""
    follow = Follow(bench.application.deps, bench.application.engine.recorder)
    outcome = follow._failing(NAME, Throttled("throttled", retry_after=1800))
    assert isinstance(outcome, Again)
    assert await bench.due_in(outcome) >= 1799


async def test_jobs_made_elsewhere_are_seen_and_taken_over_once(bench: Bench) -> None:
    remote = await bench.create(9, "theirs")
    await bench.look()
    store = bench.application.deps.store
    (seen,) = await store.read(lambda c: jobs.foreign(c, limit=5))
    assert seen.remote_id == remote.id

    def take(connection: Any, remote_id: str = remote.id) -> int:
        return adopt.adopt(
            connection,
            NAME,
            remote_id,
            RIN,
            channel="C0FINETUNE",
            recorder=bench.application.engine.recorder,
            now=bench.now(),
            corr="t",
        )

    numbers = [await store.write(take) for _ in range(2)]
    assert numbers[0] == numbers[1]
    assert (await bench.job(numbers[0])).remote_id == remote.id
    await bench.look()
    assert await store.read(lambda c: jobs.foreign(c, limit=5)) == []
    with pytest.raises(NotThere):
        await store.write(lambda c: take(c, "ftjob-nothing"))


async def test_a_job_in_doubt_is_nobody_elses_and_is_found_by_whoever_looks(bench: Bench) -> None:
    """The answer was lost: the follower sees the job before the task that looks for it does."""
    number = await bench.row(11, "doubt", state="submitting", intent_at=bench.now())
    remote = await bench.create(11, "doubt")
    await bench.look()
    store = bench.application.deps.store
    assert await store.read(lambda c: jobs.foreign(c, limit=5)) == []
    task = await bench.task("job.submit", f"submit:{number}", {"job": number}, lane="quick")
    outcome = await Submit(bench.application.deps, bench.application.engine.recorder)(task)
    await bench.end(task, outcome)
    assert (await bench.job(number)).remote_id == remote.id


async def test_two_jobs_in_doubt_never_share_one_at_the_service(bench: Bench) -> None:
    """Same data, same seed, same name: the second one is not given the first one's job."""
    first = await bench.row(12, "twin", state="submitting", intent_at=bench.now())
    second = await bench.row(12, "twin", state="submitting", intent_at=bench.now(), intent_key="another")
    remote = await bench.create(12, "twin")
    submit = Submit(bench.application.deps, bench.application.engine.recorder)
    for number in (first, second):
        task = await bench.task("job.submit", f"submit:{number}", {"job": number}, lane="quick")
        outcome = await submit(task)
        await bench.end(task, outcome)
    assert (await bench.job(first)).remote_id == remote.id
    assert (await bench.job(second)).remote_id is None
