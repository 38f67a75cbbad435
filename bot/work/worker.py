"""The worker: claims due tasks, runs them outside any transaction, writes what they observed in one.

A handler that raises is tried again with backoff; after its budget the task is parked. The process boundary of all
background work is here: whatever a handler raises ends in the row, never in silence.
"""

import asyncio
import logging
import random
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime, timedelta

from sqlalchemy import Connection

from bot.clock import Clock
from bot.errors import BotError, ChatThrottled
from bot.store.store import Store
from bot.work import queue
from bot.work.tasks import LANES, Again, Kind, Outcome, Task
from providers.errors import ProviderError, Throttled

log = logging.getLogger(__name__)
HEARTBEAT = queue.LEASE / 3
LONGEST_WAIT = 15.0
BACKOFF_FIRST, BACKOFF_LONGEST = 2.0, 300.0


def backoff(attempt: int, jitter: float) -> float:
    """Seconds before attempt `attempt` + 1; `jitter` is 0.0-1.0 and spreads over half of the time."""
    full = min(BACKOFF_LONGEST, BACKOFF_FIRST * 2.0 ** (attempt - 1))
    return float(full * (0.5 + jitter / 2))


class Worker:
    """Runs tasks of the given kinds until it is stopped."""

    def __init__(
        self, store: Store, clock: Clock, kinds: Mapping[str, Kind], *, owner: str, rng: random.Random
    ) -> None:
        self._store, self._clock, self._kinds, self._owner, self._rng = store, clock, kinds, owner, rng
        self._running: dict[int, asyncio.Task[None]] = {}
        self._lanes: dict[str, int] = dict.fromkeys(LANES, 0)
        self._wake = store.on(queue.SIGNAL)

    def wake(self) -> None:
        """Look for due tasks now."""
        self._wake.set()

    async def run(self) -> None:
        """Claim and run until cancelled; cancelling leaves running tasks to be claimed again."""
        try:
            while True:
                self._wake.clear()
                claimed = await self._claim()
                if not claimed:
                    await self._sleep()
        finally:
            for running in self._running.values():
                running.cancel()
            await asyncio.gather(*self._running.values(), return_exceptions=True)

    async def _claim(self) -> int:
        free = {lane: LANES[lane] - used for lane, used in self._lanes.items() if LANES[lane] > used}
        if not free:
            return 0
        now = self._clock.now()

        def work(connection: Connection) -> list[Task]:
            return [
                t
                for lane, n in free.items()
                for t in queue.claim(connection, lane, n, now=now, owner=self._owner)
            ]

        if not await self._store.read(lambda c: _anything_due(c, now)):
            return 0
        tasks = await self._store.write(work)
        for task in tasks:
            self._lanes[task.lane] += 1
            running = asyncio.create_task(self._run_one(task), name=f"task {task.key}")
            self._running[task.id] = running
        return len(tasks)

    async def _sleep(self) -> None:
        due = await self._store.read(queue.next_due)
        wait = LONGEST_WAIT
        if due is not None:
            # A due row that could not be claimed waits for a lane or a lock: its end wakes us.
            wait = min(wait, max((due - self._clock.now()).total_seconds(), 0.0) or LONGEST_WAIT)
        with suppress(TimeoutError):
            await asyncio.wait_for(self._wake.wait(), wait)

    async def _run_one(self, task: Task) -> None:
        beat = asyncio.create_task(self._beat(task))
        try:
            await self._attempt(task)
        except queue.LeaseLost:
            log.warning("lease lost, nothing written: %s (%s)", task.key, task.corr)
        except Exception:
            log.exception("could not write the end of %s (%s)", task.key, task.corr)
        finally:
            beat.cancel()
            self._lanes[task.lane] -= 1
            self._running.pop(task.id, None)
            self._wake.set()

    async def _beat(self, task: Task) -> None:
        while True:
            await asyncio.sleep(HEARTBEAT.total_seconds())
            await self._store.write(lambda c: queue.extend(c, task, now=self._clock.now()))

    async def _attempt(self, task: Task) -> None:
        kind = self._kinds[task.kind]
        try:
            outcome = await kind.handler(task)
        except Throttled as error:
            await self._later(task, error.retry_after, str(error))
        except ChatThrottled as error:
            await self._later(task, error.retry_after, str(error))
        except (ProviderError, BotError) as error:
            await self._failed(task, kind, str(error))
        except Exception as error:  # boundary: a fault of ours must end in the row, with its trace in the log
            log.exception("task %s failed (%s)", task.key, task.corr)
            await self._failed(task, kind, type(error).__name__)
        else:
            await self._store.write(lambda c: self._close(c, task, outcome))

    def _close(self, connection: Connection, task: Task, outcome: Outcome) -> None:
        queue.extend(connection, task, now=self._clock.now())
        if outcome.apply is not None:
            outcome.apply(connection)
        if isinstance(outcome, Again):
            due = outcome.due_at(connection) if callable(outcome.due_at) else outcome.due_at
            queue.again(connection, task, due_at=due, payload=outcome.payload)
        else:
            queue.finish(connection, task, now=self._clock.now())

    async def _later(self, task: Task, seconds: float | None, error: str) -> None:
        wait = backoff(task.attempts, self._rng.random()) if seconds is None else seconds + self._rng.random()
        due = self._in(wait)
        await self._store.write(lambda c: queue.retry(c, task, due_at=due, error=error, count=False))

    async def _failed(self, task: Task, kind: Kind, error: str) -> None:
        if kind.budget is not None and task.attempts >= kind.budget:

            def give_up(connection: Connection) -> None:
                queue.park(connection, task, now=self._clock.now(), error=error)
                if kind.on_parked is not None:
                    kind.on_parked(connection, task, error)

            log.error("parked after %d attempts: %s (%s): %s", task.attempts, task.key, task.corr, error)
            await self._store.write(give_up)
            return
        due = self._in(backoff(task.attempts, self._rng.random()))
        log.warning("attempt %d of %s failed (%s): %s", task.attempts, task.key, task.corr, error)
        await self._store.write(lambda c: queue.retry(c, task, due_at=due, error=error))

    def _in(self, seconds: float) -> datetime:
        return self._clock.now() + timedelta(seconds=seconds)


def _anything_due(connection: Connection, now: datetime) -> bool:
    due = queue.next_due(connection)
    return (due is not None and due <= now) or queue.expired_lease(connection, now)
