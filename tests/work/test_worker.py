"""The worker: whatever a handler does ends in the row."""

import asyncio
import itertools
import random
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, insert, select

from bot.clock import SystemClock
from bot.errors import ChatUnavailable, NotThere
from bot.store.store import Store, signal
from bot.store.work_tables import inbox
from bot.store.work_tables import task as table
from bot.work import queue, worker
from bot.work.tasks import BULK, LANES, POLL, QUICK, Again, Done, Kind, Outcome, Task
from bot.work.worker import Worker
from providers.errors import Refused, Throttled, Unavailable
from tests.patience import PATIENCE, until
from tests.stores import store_at

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    made = store_at(tmp_path / "worker.db")
    yield made
    await made.close()


@asynccontextmanager
async def working(store: Store, kinds: Mapping[str, Kind], **more: Any) -> AsyncIterator[Worker]:
    made = Worker(store, SystemClock(), kinds, owner="me", rng=random.Random(1), **more)  # noqa: S311  jitter
    running = asyncio.create_task(made.run())
    try:
        yield made
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def plant(store: Store, kind: str, key: str, **more: Any) -> int:
    now = datetime.now(UTC)
    made = await store.write(lambda c: queue.enqueue(c, kind, key, {}, now=now, corr="t", **more))
    assert made is not None
    return made


async def row(store: Store, number: int) -> Any:
    return await store.read(lambda c: c.execute(select(table).where(table.c.id == number)).one())


async def in_state(store: Store, number: int, state: str) -> Any:
    async def look() -> Any:
        found = await row(store, number)
        return found if found.state == state else None

    return await until(look, f"task {number} to be {state}")


def failing(error: Exception) -> Callable[[Task], Any]:
    async def handler(_task: Task) -> Outcome:
        raise error

    return handler


async def done(_task: Task) -> Outcome:
    return Done()


async def hurry(store: Store, number: int, **values: Any) -> None:
    """Make a task due now."""
    due = datetime.now(UTC)

    def work(connection: Connection) -> None:
        connection.execute(table.update().where(table.c.id == number).values(due_at=due, **values))
        signal(connection, queue.SIGNAL)

    await store.write(work)


async def test_a_task_of_an_unknown_kind_is_parked_and_told(store: Store) -> None:
    told: list[str] = []
    strange, known = await plant(store, "from.tomorrow", "a"), await plant(store, "k", "b")
    async with working(
        store, {"k": Kind(handler=done)}, on_unknown=lambda _c, t, e: told.append(f"{t.key} {e}")
    ):
        parked = await in_state(store, strange, "parked")
        await in_state(store, known, "done")
    assert parked.last_error == "unknown_kind"
    assert told == ["a unknown_kind"]


async def test_after_its_budget_a_task_is_parked_and_told_once(store: Store) -> None:
    told: list[int] = []
    kind = Kind(
        handler=failing(NotThere("job")), budget=3, on_parked=lambda _c, t, _e: told.append(t.attempts)
    )
    number = await plant(store, "k", "a")
    async with working(store, {"k": kind}):
        for attempt in (1, 2):
            await until(partial(_attempted, store, number, attempt), f"attempt {attempt}")
            await hurry(store, number)
        await in_state(store, number, "parked")
    assert told == [3]


async def _attempted(store: Store, number: int, attempts: int) -> bool:
    found = await row(store, number)
    return bool(found.state == "queued" and found.attempts == attempts)


async def test_what_cannot_be_written_counts_as_a_failure_and_leaves_nothing(store: Store) -> None:
    def apply(connection: Connection) -> None:
        connection.execute(insert(inbox).values(key="half", seen_at=NOW))
        raise ValueError

    async def handler(_task: Task) -> Outcome:
        return Done(apply)

    number = await plant(store, "k", "a")
    async with working(store, {"k": Kind(handler=handler, budget=1)}):
        assert (await in_state(store, number, "parked")).last_error == "ValueError"
    assert await store.read(lambda c: c.execute(select(inbox.c.key)).all()) == []


async def test_a_last_word_that_cannot_be_said_does_not_keep_the_task_going(store: Store) -> None:
    def broken(_connection: Connection, _task: Task, _error: str) -> None:
        raise LookupError

    number = await plant(store, "k", "a")
    async with working(store, {"k": Kind(handler=failing(Refused("no")), budget=1, on_parked=broken)}):
        await in_state(store, number, "parked")


@pytest.mark.parametrize(
    "error", [Unavailable("unreachable"), ChatUnavailable("chat_no_answer"), Throttled("busy")]
)
async def test_the_other_side_being_down_is_no_failure_of_the_task(store: Store, error: Exception) -> None:
    kind = Kind(handler=failing(error), budget=1, patience=3)
    number = await plant(store, "k", "a")
    async with working(store, {"k": kind}):
        for delays in (1, 2, 3):

            async def delayed(n: int = delays) -> bool:
                return bool((await row(store, number)).delays == n)

            await until(delayed, f"delay {delays}")
            found = await row(store, number)
            assert (found.state, found.attempts) == ("queued", 0)
            wait = (found.due_at - datetime.now(UTC)).total_seconds()
            assert wait <= worker.BACKOFF_FIRST * 2 ** (delays - 1), "the waits grow from two seconds"
            await hurry(store, number)
        await in_state(store, number, "parked")


async def test_retry_after_is_obeyed(store: Store) -> None:
    number = await plant(store, "k", "a")
    async with working(store, {"k": Kind(handler=failing(Throttled("busy", retry_after=120)))}):

        async def delayed() -> bool:
            return bool((await row(store, number)).delays == 1)

        await until(delayed, "the delay")
    wait = ((await row(store, number)).due_at - datetime.now(UTC)).total_seconds()
    assert 115 < wait <= 121


async def test_a_task_that_ends_the_process_every_time_is_parked(store: Store) -> None:
    ran: list[int] = []

    async def handler(task: Task) -> Outcome:
        ran.append(task.attempts)
        return Done()

    number = await plant(store, "k", "a")
    for _ in range(3):  # claimed by processes that died
        await store.write(lambda c: queue.claim(c, QUICK, 1, now=datetime.now(UTC), owner="dead"))
        await store.write(queue.clear_leases)
    async with working(store, {"k": Kind(handler=handler, budget=3)}):
        assert (await in_state(store, number, "parked")).last_error == worker.INTERRUPTED
    assert ran == []


async def test_a_full_lane_does_not_hide_what_is_due_in_another(store: Store) -> None:
    free = asyncio.Event()

    async def slow(_task: Task) -> Outcome:
        await free.wait()
        return Done()

    for number in range(LANES[BULK] + 1):
        await plant(store, "slow", f"slow{number}", lane=BULK)
    soon = datetime.now(UTC) + timedelta(seconds=0.4)
    polled = await plant(store, "k", "poll", lane=POLL, due_at=soon)
    async with working(store, {"slow": Kind(handler=slow), "k": Kind(handler=done)}, grace=0.0):
        await in_state(store, polled, "done")
        assert (datetime.now(UTC) - soon).total_seconds() < 3
        free.set()


async def test_whoever_lost_the_lease_is_stopped_and_writes_nothing(store: Store) -> None:
    began, stopped = asyncio.Event(), asyncio.Event()

    async def handler(task: Task) -> Outcome:
        if task.lease_token > 1:
            return Done()
        began.set()
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            stopped.set()
            raise
        return Done()

    number = await plant(store, "k", "a")
    async with working(store, {"k": Kind(handler=handler)}, heartbeat=timedelta(milliseconds=50)):
        await began.wait()
        await store.write(queue.clear_leases)
        later = datetime.now(UTC)
        (taken,) = await store.write(lambda c: queue.claim(c, QUICK, 1, now=later, owner="another"))
        await asyncio.wait_for(stopped.wait(), PATIENCE)
        found = await row(store, number)
        assert (found.state, found.lease_token) == ("leased", taken.lease_token)


async def test_stopping_gives_back_what_cannot_end_in_time(store: Store) -> None:
    began = asyncio.Event()

    async def endless(_task: Task) -> Outcome:
        began.set()
        await asyncio.sleep(60)
        return Done()

    number = await plant(store, "k", "a")
    async with working(store, {"k": Kind(handler=endless)}, grace=0.05):
        await began.wait()
    found = await row(store, number)
    assert (found.state, found.attempts) == ("queued", 0)


async def test_stopping_lets_short_work_end(store: Store) -> None:
    began = asyncio.Event()

    async def short(_task: Task) -> Outcome:
        began.set()
        await asyncio.sleep(0.1)
        return Done()

    number = await plant(store, "k", "a")
    async with working(store, {"k": Kind(handler=short)}):
        await began.wait()
    assert (await row(store, number)).state == "done"


async def test_going_on_at_once_does_not_spin(store: Store) -> None:
    runs: list[datetime] = []

    async def eager(_task: Task) -> Outcome:
        runs.append(datetime.now(UTC))
        return Again(NOW - timedelta(days=1))

    await plant(store, "k", "a")
    async with working(store, {"k": Kind(handler=eager)}):
        await until(lambda: len(runs) >= 4, "four runs")
    gaps = [(b - a).total_seconds() for a, b in itertools.pairwise(runs)]
    assert min(gaps) >= worker.NO_SPIN.total_seconds() * 0.9


async def test_a_task_asked_for_while_it_runs_goes_on_then(store: Store) -> None:
    runs = 0
    began, free = asyncio.Event(), asyncio.Event()

    async def handler(_task: Task) -> Outcome:
        nonlocal runs
        runs += 1
        began.set()
        await free.wait()
        return Again(datetime.now(UTC) + timedelta(hours=1))

    await plant(store, "k", "a")
    async with working(store, {"k": Kind(handler=handler)}):
        await began.wait()
        now = datetime.now(UTC)
        assert await store.write(lambda c: queue.enqueue(c, "k", "a", {}, now=now, corr="t")) is None
        free.set()
        await until(lambda: runs == 2, "the second run")


def test_backoff_grows_and_is_bounded() -> None:
    waits = [worker.backoff(attempt, 1.0) for attempt in range(1, 400)]
    assert waits == sorted(waits)
    assert (waits[0], waits[-1]) == (2.0, worker.BACKOFF_LONGEST)
    assert worker.backoff(1, 0.0) == 1.0
