"""The ticker. APScheduler only ticks: the truth is rows with a due date (DESIGN section 3).

Memory store, no misfire limit, coalesced: a tick that comes late still comes, and late ticks come as one.
"""

from collections.abc import Awaitable, Callable
from datetime import UTC, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from apscheduler.schedulers.asyncio import AsyncIOScheduler

TICK = timedelta(seconds=15)


class Schedule:
    """Calls `tick` every 15 seconds between `start` and `stop`."""

    def __init__(self, tick: Callable[[], Awaitable[None]]) -> None:
        self._tick = tick
        self._scheduler: AsyncIOScheduler | None = None

    def start(self) -> None:
        """Begin to tick; called after the socket is connected."""
        from apscheduler.schedulers.asyncio import AsyncIOScheduler

        self._scheduler = AsyncIOScheduler(
            timezone=UTC, job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
        )
        self._scheduler.add_job(self._tick, "interval", seconds=TICK.total_seconds())
        self._scheduler.start()

    def stop(self) -> None:
        """Tick no more."""
        if self._scheduler is not None:
            self._scheduler.shutdown(wait=False)
            self._scheduler = None
