"""The store's numbers are what is in its tables at that moment."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest_asyncio
from sqlalchemy import Connection, insert

from bot.facts.notices import TaskParked
from bot.health.numbers import Due, Numbers, read
from bot.store import connections, datasets, looks
from bot.store.engine import open_store
from bot.store.store import Store
from bot.store.tables import dataset, job
from bot.work import outbox_rows, queue
from bot.work.outbox_rows import Target
from bot.work.tasks import BULK, POLL, QUICK

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@pytest_asyncio.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    made = open_store(tmp_path / "numbers.db")
    yield made
    await made.close()


async def numbers(store: Store, *names: str, now: datetime = NOW) -> Numbers:
    return await store.read(lambda c: read(c, names or ("prod",), now=now))


def ago(seconds: float) -> datetime:
    return NOW - timedelta(seconds=seconds)


async def test_an_empty_store_has_a_zero_for_everything_that_is_always_told(store: Store) -> None:
    found = await numbers(store)
    nothing = Due(count=0, oldest=0.0)
    assert found.due == {QUICK: nothing, BULK: nothing, POLL: nothing}
    assert found.files == {"received": 0, "checking": 0}
    assert found.messages == {"queued": 0, "sending": 0, "unknown": 0, "dead": 0}
    assert found.leases == {"tasks": 0, "messages": 0}
    assert (found.jobs, found.deployments, found.requests, found.copies, found.tasks) == ({}, {}, {}, {}, {})
    assert (found.polled, found.looked, found.unsent) == ({}, {}, 0.0)


async def test_tasks_by_lane_and_state_and_the_oldest_that_is_due(store: Store) -> None:
    def work(c: Connection) -> None:
        for number, (lane, late) in enumerate(((QUICK, 5), (QUICK, 65), (POLL, -30), (BULK, 10))):
            queue.enqueue(c, "kind", f"key {number}", {}, now=ago(100), corr="c", due_at=ago(late), lane=lane)
        queue.claim(c, BULK, 1, now=NOW, owner="one")

    await store.write(work)
    found = await numbers(store)
    assert found.tasks == {(QUICK, "queued"): 2, (POLL, "queued"): 1, (BULK, "leased"): 1}
    assert found.due == {
        QUICK: Due(count=2, oldest=65.0),
        POLL: Due(count=0, oldest=0.0),
        BULK: Due(count=0, oldest=0.0),
    }
    assert found.leases == {"tasks": 1, "messages": 0}


async def test_messages_by_state_and_the_oldest_that_waits(store: Store) -> None:
    def work(c: Connection) -> None:
        notice = TaskParked(task=1, task_kind="kind", key="key", attempts=1, error="e")
        for number, age in enumerate((300, 200, 100)):
            outbox_rows.say(c, f"m{number}", notice, Target(user="U1"), now=ago(age))
        for number in (1, 2):
            row = outbox_rows.load(c, number)
            assert row is not None
            token = outbox_rows.take(c, row, now=NOW)
            assert token is not None
            if number == 1:
                outbox_rows.settle(c, row, token, state="sent", sent_at=NOW)

    await store.write(work)
    found = await numbers(store)
    assert found.messages == {"queued": 1, "sending": 1, "unknown": 0, "dead": 0}
    assert found.unsent == 200.0
    assert found.leases["messages"] == 1


async def test_ages_of_lists_by_connection_and_never_below_zero(store: Store) -> None:
    def work(c: Connection) -> None:
        for name in ("prod", "dev", "new", "gone"):
            connections.register(c, name, "azure_openai", name)
        connections.note(c, "prod", polled_at=ago(42))
        connections.note(c, "dev", polled_at=ago(-7))
        connections.note(c, "gone", polled_at=ago(42))
        looks.note(c, "prod", now=NOW, listed_at=ago(3))
        looks.note(c, "dev", now=NOW)

    await store.write(work)
    found = await numbers(store, "prod", "dev", "new")
    assert found.polled == {"prod": 42.0, "dev": 0.0}
    assert found.looked == {"prod": 3.0}


def _job(c: Connection, connection: str, state: str, number: int) -> None:
    c.execute(
        insert(job).values(
            connection=connection, intent_key=f"k{number}", team_id="T1", requester="U1", channel="C1",
            base_model="m", model_short="m", method="supervised", hyper={}, seed=1, state=state, raw_state="x",
            progress={}, muted=False, asked={}, created_at=NOW, state_at=NOW, updated_at=NOW, version=1,
        )
    )  # fmt: skip


async def test_jobs_and_files_by_state_and_only_of_configured_connections(store: Store) -> None:
    def work(c: Connection) -> None:
        states = [
            ("prod", "running"),
            ("prod", "running"),
            ("prod", "failed"),
            ("dev", "running"),
            ("gone", "failed"),
        ]
        for number, (connection, state) in enumerate(states):
            _job(c, connection, state, number)
        for number, state in enumerate(("received", "checking", "checking", "ready")):
            c.execute(
                insert(dataset).values(
                    team_id="T1", owner="U1", name=f"f{number}", source={}, tokens_exact=False, role="train",
                    state=state, created_at=NOW, version=1,
                )
            )  # fmt: skip
        datasets.add_copy(c, 4, "prod", now=NOW)

    await store.write(work)
    found = await numbers(store, "prod", "dev")
    assert found.jobs == {("prod", "running"): 2, ("prod", "failed"): 1, ("dev", "running"): 1}
    assert found.files == {"received": 1, "checking": 2}
    assert found.copies == {("prod", "waiting"): 1}


async def test_reading_takes_only_indexes_where_tables_grow(store: Store) -> None:
    """Rows of these tables stay for ever or come by the thousand: no scrape may walk through them."""
    seen: list[str] = []

    def work(c: Connection) -> None:
        raw = c.connection.driver_connection
        assert raw is not None
        raw.set_trace_callback(seen.append)
        read(c, ("prod",), now=NOW)
        raw.set_trace_callback(None)
        plans = [
            str(row[3])
            for one in seen
            if one.startswith("SELECT")
            for row in c.exec_driver_sql(f"EXPLAIN QUERY PLAN {one}")
        ]
        assert len(plans) >= 11
        walked = [plan for plan in plans if plan.startswith("SCAN") and "USING" not in plan]
        assert [
            plan for plan in walked if any(name in plan for name in ("job", "task", "outbox", "request"))
        ] == []

    await store.read(work)
