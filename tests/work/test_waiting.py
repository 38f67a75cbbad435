"""A loop that waits can always be told to stop."""

import asyncio

import pytest

from bot.work.waiting import woken


@pytest.mark.parametrize("steps", range(6))
async def test_a_loop_that_is_woken_all_the_time_stops(steps: int) -> None:
    event = asyncio.Event()

    async def loop() -> None:
        while True:
            event.clear()
            await woken(event, 10)

    running = asyncio.create_task(loop())
    for _ in range(steps):
        await asyncio.sleep(0)
    event.set()
    running.cancel()
    await asyncio.wait({running}, timeout=2)
    assert running.cancelled()


async def test_it_ends_in_time_or_when_woken() -> None:
    event = asyncio.Event()
    await asyncio.wait_for(woken(event, 0.01), 5)
    event.set()
    await asyncio.wait_for(woken(event, 60), 5)
