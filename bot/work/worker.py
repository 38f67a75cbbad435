"""The worker: claims due tasks, runs them outside any transaction, writes what they observed in one.

A handler that raises is tried again with backoff; after its budget the task is parked. Where the other side is down or
busy, the wait is not the task's failure and has a limit of its own. The process boundary of all background work is
here: whatever a handler raises ends in the row, never in silence.
"""

import asyncio
import logging
import random
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime, timedelta

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from bot.clock import Clock
from bot.errors import BotError, ChatThrottled, ChatUnavailable
from bot.store.store import Store
from bot.work import queue
from bot.work.pulses import Pulse, unheard
from bot.work.tasks import LANES, Again, Kind, OnParked, Outcome, Task
from bot.work.waiting import woken
from providers.errors import ProviderError, Throttled, Unavailable

log = logging.getLogger(__name__)
HEARTBEAT = queue.LEASE / 3
LONGEST_WAIT = 15.0
BACKOFF_FIRST, BACKOFF_LONGEST = 2.0, 300.0
NO_SPIN = timedelta(milliseconds=100)
TROUBLE_PAUSE = 1.0
STOP_GRACE = 1.5
"""Seconds that running tasks get to end by themselves when the program stops: most calls answer within them, and a
call that is cut off has to be looked for at the next start."""
INTERRUPTED = "interrupted"


def backoff(attempt: int, jitter: float) -> float:
    """Seconds before attempt `attempt` + 1; `jitter` is 0.0-1.0 and spreads over half of the time."""
    full = min(BACKOFF_LONGEST, BACKOFF_FIRST * 2.0 ** min(attempt - 1, 30))
    return float(full * (0.5 + jitter / 2))


class Worker:
    """Runs tasks of the given kinds until it is stopped."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        kinds: Mapping[str, Kind],
        *,
        owner: str,
        rng: random.Random,
        on_unknown: OnParked | None = None,
        heartbeat: timedelta = HEARTBEAT,
        grace: float = STOP_GRACE,
        pulse: Pulse = unheard,
    ) -> None:
        self._pulse = pulse
        self._unknown = Kind(handler=_no_handler, on_parked=on_unknown)
        self._store, self._clock, self._kinds, self._owner, self._rng = store, clock, kinds, owner, rng
        self._heartbeat, self._grace = heartbeat.total_seconds(), grace
        self._running: dict[int, asyncio.Task[None]] = {}
        self._lanes: dict[str, int] = dict.fromkeys(LANES, 0)
        self._wake = store.on(queue.SIGNAL)

    def wake(self) -> None:
        """Look for due tasks now."""
        self._wake.set()

    async def run(self) -> None:
        """Claim and run until cancelled; what cannot end within the grace is given back as it was."""
        try:
            while True:
                self._wake.clear()
                self._pulse()
                try:
                    now = self._clock.now()
                    if not await self._claim(now):
                        await self._sleep(now)
                except SQLAlchemyError:  # a full disk or a lock held too long may pass
                    log.exception("the store does not answer the worker; trying again")
                    await asyncio.sleep(TROUBLE_PAUSE)
        finally:
            await self._end_running()

    async def _end_running(self) -> None:
        running = list(self._running.values())
        if running:
            await asyncio.wait(running, timeout=self._grace)
        for one in running:
            one.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    async def _claim(self, now: datetime) -> int:
        free = {lane: LANES[lane] - used for lane, used in self._lanes.items() if LANES[lane] > used}
        if not free:
            return 0
        running = frozenset(self._running)

        def work(connection: Connection) -> list[Task]:
            return [
                t
                for lane, n in free.items()
                for t in queue.claim(connection, lane, n, now=now, owner=self._owner, running=running)
            ]

        if not await self._store.read(lambda c: _anything_due(c, now)):
            return 0
        tasks = await self._store.write(work)
        for task in tasks:
            self._lanes[task.lane] += 1
            running_task = asyncio.create_task(self._run_one(task), name=f"task {task.key}")
            self._running[task.id] = running_task
        return len(tasks)

    async def _sleep(self, claimed_at: datetime) -> None:
        # A row that was due then and not claimed waits for a lane or a lock, and its end wakes us: it must not hide
        # the rows that become due next.
        due = await self._store.read(lambda c: queue.next_due(c, after=claimed_at))
        wait = LONGEST_WAIT
        if due is not None:
            wait = min(wait, max((due - self._clock.now()).total_seconds(), 0.001))
        await woken(self._wake, wait)

    async def _run_one(self, task: Task) -> None:
        attempt = asyncio.create_task(self._attempt(task), name=f"attempt {task.key}")
        beat = asyncio.create_task(self._beat(task, attempt))
        try:
            await attempt
        except asyncio.CancelledError:
            attempt.cancel()
            await asyncio.gather(attempt, return_exceptions=True)
            with suppress(queue.LeaseLost, SQLAlchemyError):
                await self._store.write(lambda c: queue.release(c, task))
            raise
        except queue.LeaseLost:
            log.warning("lease lost, nothing written: %s (%s)", task.key, task.corr)
        except Exception:  # the row stays leased, and is claimed again when the lease has run out
            log.exception("could not write the end of %s (%s)", task.key, task.corr)
        finally:
            beat.cancel()
            self._lanes[task.lane] -= 1
            self._running.pop(task.id, None)
            self._wake.set()

    async def _beat(self, task: Task, attempt: "asyncio.Task[None]") -> None:
        while True:
            await asyncio.sleep(self._heartbeat)
            try:
                await self._store.write(lambda c: queue.extend(c, task, now=self._clock.now()))
            except queue.LeaseLost:
                attempt.cancel()  # somebody else has it: what this attempt still does would be done twice
                return
            except SQLAlchemyError:
                log.exception("no heartbeat for %s (%s)", task.key, task.corr)

    async def _attempt(self, task: Task) -> None:
        kind = self._kinds.get(task.kind)
        if kind is None:
            # Left by a newer version of the program: it waits for an administrator, and nothing else stops for it.
            await self._give_up(task, self._unknown, "unknown_kind")
            return
        if kind.budget is not None and task.attempts > kind.budget:
            # It was broken off every time, without a word: it may well be what ends the process.
            await self._give_up(task, kind, INTERRUPTED)
            return
        try:
            outcome = await kind.handler(task)
        except (Throttled, ChatThrottled) as error:
            await self._later(task, kind, error.retry_after, str(error))
        except (Unavailable, ChatUnavailable) as error:
            await self._later(task, kind, None, str(error))
        except (ProviderError, BotError) as error:
            await self._failed(task, kind, str(error))
        except Exception as error:  # boundary: a fault of ours must end in the row, with its trace in the log
            log.exception("task %s failed (%s)", task.key, task.corr)
            await self._failed(task, kind, type(error).__name__)
        else:
            await self._end(task, kind, outcome)

    async def _end(self, task: Task, kind: Kind, outcome: Outcome) -> None:
        try:
            await self._store.write(lambda c: self._close(c, task, outcome))
        except queue.LeaseLost:
            raise
        except Exception as error:  # boundary: what cannot be written is a failure of the attempt
            log.exception("what %s observed could not be written (%s)", task.key, task.corr)
            await self._failed(task, kind, type(error).__name__)

    def _close(self, connection: Connection, task: Task, outcome: Outcome) -> None:
        queue.extend(connection, task, now=self._clock.now())
        if outcome.apply is not None:
            outcome.apply(connection)
        if isinstance(outcome, Again):
            due = outcome.due_at(connection) if callable(outcome.due_at) else outcome.due_at
            due = max(due, self._clock.now() + NO_SPIN)
            queue.again(connection, task, due_at=due, payload=outcome.payload)
        else:
            queue.finish(connection, task, now=self._clock.now())

    async def _later(self, task: Task, kind: Kind, seconds: float | None, error: str) -> None:
        if kind.budget is not None and task.delays >= kind.patience:
            await self._give_up(task, kind, error)
            return
        wait = (
            backoff(task.delays + 1, self._rng.random()) if seconds is None else seconds + self._rng.random()
        )
        due = self._in(wait)
        log.info("%s waits %.1f s (%s): %s", task.key, wait, task.corr, error)
        await self._store.write(lambda c: queue.delay(c, task, due_at=due, error=error))

    async def _failed(self, task: Task, kind: Kind, error: str) -> None:
        if kind.budget is not None and task.attempts >= kind.budget:
            await self._give_up(task, kind, error)
            return
        due = self._in(backoff(task.attempts, self._rng.random()))
        log.warning("attempt %d of %s failed (%s): %s", task.attempts, task.key, task.corr, error)
        await self._store.write(lambda c: queue.retry(c, task, due_at=due, error=error))

    async def _give_up(self, task: Task, kind: Kind, error: str) -> None:
        def park(connection: Connection, *, say: bool = True) -> None:
            queue.park(connection, task, now=self._clock.now(), error=error)
            if say and kind.on_parked is not None:
                kind.on_parked(connection, task, error)

        log.error("parked after %d attempts: %s (%s): %s", task.attempts, task.key, task.corr, error)
        try:
            await self._store.write(park)
        except queue.LeaseLost:
            raise
        except Exception:  # boundary: a last word that cannot be said must not keep the task going for ever
            log.exception("could not tell of the parking of %s (%s)", task.key, task.corr)
            await self._store.write(lambda c: park(c, say=False))

    def _in(self, seconds: float) -> datetime:
        return self._clock.now() + timedelta(seconds=seconds)


def _anything_due(connection: Connection, now: datetime) -> bool:
    due = queue.next_due(connection)
    return (due is not None and due <= now) or queue.expired_lease(connection, now)


async def _no_handler(task: Task) -> Outcome:
    raise LookupError(task.kind)
