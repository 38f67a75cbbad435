"""The parts of the program are asked, and one that does not answer holds nobody up."""

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest_asyncio
from sqlalchemy import Connection

from bot.clock import SystemClock
from bot.health.probe import Probe
from bot.store.engine import open_store
from bot.store.store import Store
from bot.work.pulses import Pulses
from handlers.metrics.meter import Meter
from handlers.metrics.page import page
from tests.health.bench import Scrape
from tests.patience import until


@pytest_asyncio.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    made = open_store(tmp_path / "probe.db")
    yield made
    await made.close()


async def yes() -> bool:
    return True


def probe(store: Store | None = None, *, patience: float = 60.0) -> Probe:
    made = Probe(Pulses(), SystemClock(), ["prod"], patience=patience)
    made.has_transport(yes)
    made.begun()
    if store is not None:
        made.has_store(store)
    return made


@contextmanager
def hanging(store: Store) -> Iterator[list["asyncio.Task[None]"]]:
    """A store whose readers all hang."""
    let_go = threading.Event()

    def hang(connection: Connection) -> None:
        del connection
        let_go.wait()

    tasks = [asyncio.create_task(store.read(hang)) for _ in range(2)]
    try:
        yield tasks
    finally:
        let_go.set()


async def test_before_and_after_its_work_it_is_not_ready(store: Store) -> None:
    made = Probe(Pulses(), SystemClock(), [])
    assert (await made.ready()).failing == ("program", "slack", "store")
    made.has_store(store)
    assert (await made.ready()).failing == ("program", "slack")
    made.has_transport(yes)
    made.begun()
    assert (await made.ready()).ok
    await made.ending()
    assert (await made.ready()).failing == ("program",)


async def test_a_store_that_hangs_is_told_and_asked_only_once(store: Store) -> None:
    made = probe(store, patience=0.01)
    with hanging(store) as held:
        for _ in range(5):
            assert (await made.ready()).failing == ("store",)
            assert await made.numbers() is None
        waiting = [one for one in asyncio.all_tasks() if "Store.read" in str(one) or "_answers" in str(one)]
        assert len(waiting) <= len(held) + 2  # one question of each kind, however often somebody asked
        assert not any(one.done() for one in held)
    await asyncio.gather(*held)

    async def answers() -> bool:
        return (await made.ready()).ok and await made.numbers() is not None

    await until(answers, "the store to answer again")


async def test_a_scrape_of_a_store_that_hangs_tells_the_rest(store: Store) -> None:
    made, meter = probe(store, patience=0.01), Meter()
    meter.requests("prod").answered("jobs.create", "ok", 0.2)
    with hanging(store) as held:
        found = Scrape(page(meter, await made.numbers(), {}, connected=True).decode())
        assert not any(one.done() for one in held)
    await asyncio.gather(*held)
    assert found.sum("tunesmith_store_readable") == 0
    assert found.sum("tunesmith_provider_requests_total", connection="prod", operation="jobs") == 1
    assert not found.has("tunesmith_tasks_due")


async def test_a_closed_store_is_not_an_error_of_the_probe(store: Store) -> None:
    made = probe(store)
    await store.close()
    assert (await made.ready()).failing == ("store",)
    assert await made.numbers() is None


async def test_who_stops_asking_does_not_take_the_answer_from_the_others(store: Store) -> None:
    made = probe(store)
    with hanging(store) as held:
        asking = [asyncio.create_task(made.numbers()) for _ in range(2)]
        await asyncio.sleep(0)
        asking[0].cancel()
    assert await asking[1] is not None
    await asyncio.gather(*held)
