"""Waiting for an event, but not for ever."""

import asyncio
from contextlib import suppress


async def woken(event: asyncio.Event, seconds: float) -> None:
    """Return when the event is set or after `seconds`; a cancellation always gets through.

    `asyncio.wait_for` of Python 3.11 swallows a cancellation that comes in the moment in which the event is set: a loop
    that waits with it may then go on for ever after it was told to stop.
    """
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()
