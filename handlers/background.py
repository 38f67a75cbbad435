"""Work that follows an ack. Bolt holds its own tasks only by a local variable; these are held until they end."""

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any

log = logging.getLogger(__name__)
AT_ONCE = 4


class Background:
    """Keeps tasks alive until they are done, and lets few of them run at once.

    Fifty clicks that come together must all be acked before the answers to the first ones take the event loop.
    """

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()
        self._places = asyncio.Semaphore(AT_ONCE)

    def spawn(self, work: Coroutine[Any, Any, None], name: str, *, waits: bool = False) -> None:
        """Run it now; the caller does not wait. What only `waits` takes none of the places."""
        task = asyncio.create_task(work if waits else self._in_turn(work), name=name)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    async def _in_turn(self, work: Coroutine[Any, Any, None]) -> None:
        async with self._places:
            await work

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            log.error("background work %s failed", task.get_name(), exc_info=task.exception())

    async def drain(self, seconds: float) -> None:
        """Give what runs some time to end, then stop it."""
        if not self._tasks:
            return
        _, late = await asyncio.wait(self._tasks, timeout=seconds)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)
