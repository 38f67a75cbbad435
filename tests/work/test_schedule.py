"""The ticker: late ticks still come, and as one."""

import asyncio
import time
from datetime import timedelta

import pytest

from bot.work import schedule
from bot.work.schedule import Schedule
from tests.patience import until


async def test_ticks_that_were_missed_come_as_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schedule, "TICK", timedelta(seconds=0.2))
    ticks: list[float] = []

    async def tick() -> None:
        ticks.append(time.monotonic())

    ticker = Schedule(tick)
    ticker.start()
    try:
        await until(lambda: len(ticks) == 1, "the first tick")
        time.sleep(1.5)  # noqa: ASYNC251  the loop stands still, as on a machine that slept
        before = len(ticks)
        await until(lambda: len(ticks) > before, "a late tick")
        await asyncio.sleep(0.05)
        # Seven were missed. The next regular one may already be due when the late one comes.
        assert len(ticks) <= before + 2
    finally:
        ticker.stop()
    after = len(ticks)
    await asyncio.sleep(0.3)
    assert len(ticks) == after


async def test_a_tick_that_fails_is_not_the_last(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schedule, "TICK", timedelta(seconds=0.1))
    ticks = 0

    async def tick() -> None:
        nonlocal ticks
        ticks += 1
        raise LookupError

    ticker = Schedule(tick)
    ticker.start()
    try:
        await until(lambda: ticks >= 3, "three ticks")
    finally:
        ticker.stop()
