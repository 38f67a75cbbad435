"""Transactions: one that fails leaves its neighbours alone, and nothing is told before it is true."""

import asyncio
import threading
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta, timezone
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import Connection, func, insert, select, text
from sqlalchemy.exc import OperationalError, StatementError

from bot.store.engine import open_store
from bot.store.small import first_time
from bot.store.store import Store, StoreClosed, signal
from bot.store.work_tables import inbox
from tests.patience import PATIENCE

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    made = open_store(tmp_path / "store.db")
    yield made
    await made.close()


def put(connection: Connection, key: str) -> None:
    connection.execute(insert(inbox).values(key=key, seen_at=NOW))


async def keys(store: Store) -> list[str]:
    return list(
        await store.read(lambda c: c.execute(select(inbox.c.key).order_by(inbox.c.key)).scalars().all())
    )


class Blocked:
    """Keeps the writer busy, so that what is handed in meanwhile comes together in one commit."""

    def __init__(self, store: Store) -> None:
        self._store, self._free, self._begun = store, threading.Event(), threading.Event()

    async def __aenter__(self) -> None:
        def wait(_connection: Connection) -> None:
            self._begun.set()
            self._free.wait(10)

        self._waiting = asyncio.create_task(self._store.write(wait))
        await asyncio.to_thread(self._begun.wait, 10)

    async def __aexit__(self, *_: object) -> None:
        await asyncio.sleep(0)  # what was started in the block hands its order in
        self._free.set()
        await self._waiting


async def test_one_failing_transaction_does_not_undo_its_neighbours(store: Store) -> None:
    def bad(connection: Connection) -> None:
        put(connection, "half")
        raise KeyError

    async with Blocked(store):
        orders = [
            asyncio.create_task(store.write(work))
            for work in (lambda c: put(c, "a"), bad, lambda c: put(c, "b"), lambda c: put(c, "a"))
        ]
    outcomes = await asyncio.gather(*orders, return_exceptions=True)
    assert [type(one).__name__ for one in outcomes] == ["NoneType", "KeyError", "NoneType", "IntegrityError"]
    assert await keys(store) == ["a", "b"]


async def test_signals_come_after_the_commit_and_only_from_what_was_written(store: Store) -> None:
    good, bad = store.on("good"), store.on("bad")

    def fails(connection: Connection) -> None:
        signal(connection, "bad")
        raise KeyError

    def works(connection: Connection) -> None:
        signal(connection, "good")
        put(connection, "a")

    async with Blocked(store):
        orders = [asyncio.create_task(store.write(work)) for work in (fails, works)]
        await asyncio.sleep(0)
        assert not good.is_set()
    await asyncio.gather(*orders, return_exceptions=True)
    await asyncio.wait_for(good.wait(), PATIENCE)
    assert await keys(store) == ["a"]
    assert not bad.is_set()


async def test_a_full_disk_loses_nothing_that_was_promised(store: Store) -> None:
    """SQLite ends the whole transaction by itself then: nobody in it may be told that it was written."""
    await store.write(lambda c: put(c, "before"))

    def fill(connection: Connection) -> None:
        pages = connection.execute(text("PRAGMA page_count")).scalar_one()
        connection.execute(text(f"PRAGMA max_page_count={pages + 2}"))
        connection.execute(
            insert(inbox), [{"key": f"{number:04}" + "x" * 4000, "seen_at": NOW} for number in range(50)]
        )

    async with Blocked(store):
        orders = [
            asyncio.create_task(store.write(work))
            for work in (lambda c: put(c, "a"), fill, lambda c: put(c, "b"))
        ]
    outcomes = await asyncio.gather(*orders, return_exceptions=True)
    assert isinstance(outcomes[1], OperationalError)
    written = [key for key, outcome in (("a", outcomes[0]), ("b", outcomes[2])) if outcome is None]
    assert await keys(store) == sorted([*written, "before"])
    await store.write(lambda c: c.execute(text("PRAGMA max_page_count=1000000")).close())
    await store.write(lambda c: put(c, "after"))
    assert "after" in await keys(store)


async def test_naive_times_are_refused_and_zones_become_utc(store: Store) -> None:
    with pytest.raises(StatementError, match="naive datetime"):
        await store.write(lambda c: c.execute(insert(inbox).values(key="n", seen_at=datetime(2026, 1, 1))))  # noqa: DTZ001
    tokyo = datetime(2026, 11, 22, 21, tzinfo=timezone(timedelta(hours=9)))
    await store.write(lambda c: c.execute(insert(inbox).values(key="t", seen_at=tokyo)).close())
    seen = await store.read(lambda c: c.execute(select(inbox.c.seen_at)).scalar_one())
    assert (seen, seen.tzinfo) == (NOW, UTC)


async def test_writers_at_once_are_all_written(store: Store) -> None:
    await asyncio.gather(*(store.write(partial(put, key=f"{n:03}")) for n in range(200)))
    assert len(await keys(store)) == 200


async def test_reading_and_writing_back_loses_no_decision(store: Store) -> None:
    """Two that read before they write do not both win."""

    def claim(connection: Connection) -> bool:
        if connection.execute(select(func.count()).select_from(inbox)).scalar_one():
            return False
        put(connection, "mine")
        return True

    assert sum(await asyncio.gather(*(store.write(claim) for _ in range(50)))) == 1


async def test_a_reader_does_not_wait_for_the_writer(store: Store) -> None:
    await store.write(lambda c: put(c, "a"))
    async with Blocked(store):
        assert await asyncio.wait_for(keys(store), PATIENCE) == ["a"]


async def test_a_reader_cannot_write(store: Store) -> None:
    with pytest.raises(OperationalError, match="attempt to write a readonly database"):
        await store.read(lambda c: put(c, "a"))


async def test_closing_finishes_what_was_handed_in_and_takes_nothing_more(tmp_path: Path) -> None:
    store = open_store(tmp_path / "closing.db")
    orders = [asyncio.create_task(store.write(partial(put, key=f"{n:03}"))) for n in range(100)]
    await asyncio.sleep(0)
    await store.close()
    await asyncio.gather(*orders)
    await store.close()
    with pytest.raises(StoreClosed):
        await store.write(lambda c: put(c, "late"))
    with pytest.raises(StoreClosed):
        await keys(store)
    again = open_store(tmp_path / "closing.db")
    assert len(await keys(again)) == 100
    await again.close()


async def test_who_stops_waiting_does_not_stop_the_write(store: Store) -> None:
    async with Blocked(store):
        order = asyncio.create_task(store.write(lambda c: put(c, "a")))
        await asyncio.sleep(0)
        order.cancel()
    await asyncio.gather(order, return_exceptions=True)
    await store.write(lambda _c: None)  # everything before this is written
    assert await keys(store) == ["a"]


async def test_a_delivery_is_new_once(store: Store) -> None:
    seen = [await store.write(lambda c: first_time(c, "Ev1", now=NOW)) for _ in range(3)]
    assert seen == [True, False, False]
    together = await asyncio.gather(
        *(store.write(lambda c: first_time(c, "Ev2", now=NOW)) for _ in range(20))
    )
    assert sum(together) == 1
