"""Each loop of the program gives its sign of life, and one that stands still gives none."""

import asyncio
import random
import threading
from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio
from sqlalchemy import Connection

from bot.clock import SystemClock
from bot.store.engine import open_store
from bot.store.store import Store
from bot.work.pulses import Pulses
from bot.work.worker import Worker
from tests.patience import until


@pytest_asyncio.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    made = open_store(tmp_path / "pulses.db")
    yield made
    await made.close()


def test_a_loop_is_watched_from_its_first_sign_on() -> None:
    now = [100.0]
    pulses = Pulses(lambda: now[0])
    worker, outbox = pulses.of("worker"), pulses.of("outbox")
    assert pulses.ages() == {}
    worker()
    now[0] = 130.0
    outbox()
    assert pulses.ages() == {"worker": 30.0, "outbox": 0.0}
    worker()
    now[0] = 131.0
    assert pulses.ages() == {"worker": 1.0, "outbox": 1.0}


async def test_a_worker_gives_signs_while_it_moves_and_none_while_its_store_hangs(store: Store) -> None:
    beats: list[None] = []
    worker = Worker(
        store,
        SystemClock(),
        {},
        owner="one",
        rng=random.Random(1),  # noqa: S311  jitter
        pulse=lambda: beats.append(None),
    )
    running = asyncio.create_task(worker.run())
    let_go = threading.Event()

    def hang(connection: Connection) -> None:
        del connection
        let_go.wait()

    try:
        await until(lambda: beats, "the first sign")
        worker.wake()
        await until(lambda: len(beats) >= 2, "another sign")
        hanging = [asyncio.create_task(store.read(hang)) for _ in range(2)]
        worker.wake()
        # What stands before it in the readers' queue keeps it from coming round: at most the turn that has begun.
        await until(lambda: all(not one.done() for one in hanging), "both readers to hang")
        stood = len(beats)
        for _ in range(20):
            worker.wake()
            await asyncio.sleep(0)
        assert len(beats) <= stood + 1
        let_go.set()
        await asyncio.gather(*hanging)
        worker.wake()
        await until(lambda: len(beats) > stood + 1, "signs again")
    finally:
        let_go.set()
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
