"""What an administrator decides about parked work is carried out once, and written to the audit."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Connection, select, update

from bot.datasets import taking_in
from bot.store import audit, datasets
from bot.store.audit import Event
from bot.store.store import Store
from bot.store.tables import dataset
from bot.store.work_tables import task
from bot.work import queue, stuck
from bot.work.stuck import Decision
from tests.stores import store_at

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
ADA = "U0APPROVE1"
COMMON = {
    "team_id": "T0HOME",
    "owner": ADA,
    "source": {},
    "tokens_exact": False,
    "state": "ready",
    "created_at": NOW,
    "version": 1,
}


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    made = store_at(tmp_path / "store.db")
    yield made
    await made.close()


def park(connection: Connection) -> int:
    number = queue.enqueue(connection, "job.submit", "submit:1", {}, now=NOW, corr="t")
    assert number is not None
    connection.execute(update(task).where(task.c.id == number).values(state="parked"))
    return number


async def written(store: Store) -> list[Event]:
    return list(await store.read(lambda c: audit.after(c, 0, limit=10)))


@pytest.mark.parametrize(("decision", "state"), [("retry", "queued"), ("drop", "dropped")])
async def test_it_is_done_and_written_once(store: Store, decision: Decision, state: str) -> None:
    number = await store.write(park)

    def decide(connection: Connection) -> bool:
        return stuck.decide(connection, number, decision, ADA, now=NOW, corr="click")

    assert await store.write(decide)
    assert not await store.write(decide), "a second click finds nothing parked"
    assert await store.read(lambda c: c.execute(select(task.c.state)).scalar()) == state
    (only,) = await written(store)
    assert (only.action, only.actor, only.via, only.corr) == (f"task.{decision}", ADA, "button", "click")
    assert (only.subject, only.after) == (f"task {number}", {"kind": "job.submit", "key": "submit:1"})


async def test_what_is_not_there_changes_nothing(store: Store) -> None:
    assert not await store.write(lambda c: stuck.decide(c, 99, "retry", ADA, now=NOW, corr="click"))
    assert await written(store) == []


async def test_a_swap_of_roles_is_written_for_both(store: Store) -> None:
    def pair(connection: Connection) -> None:
        for number, role in ((1, "train"), (2, "valid")):
            values = {"id": number, "role": role, **COMMON, "name": f"{role}.jsonl"}
            connection.execute(dataset.insert().values(**values))

    await store.write(pair)
    await store.write(lambda c: taking_in.swap(c, 1, 2, ADA, now=NOW, corr="click"))
    roles = [one.role for one in await store.read(lambda c: [datasets.get(c, n) for n in (1, 2)]) if one]
    assert roles == ["valid", "train"]
    assert [(one.subject, one.before, one.after, one.actor) for one in await written(store)] == [
        ("D1", "train", "valid", ADA),
        ("D2", "valid", "train", ADA),
    ]
