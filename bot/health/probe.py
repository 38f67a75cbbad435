"""Asks the parts of the running program how they are, and never waits long for one that does not answer."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import Any, Final, Generic, TypeVar

from sqlalchemy import Connection, select
from sqlalchemy.exc import SQLAlchemyError

from bot.clock import Clock
from bot.health import numbers
from bot.health.numbers import Numbers
from bot.health.report import Report, alive, ready
from bot.store.store import Store, StoreClosed
from bot.work.pulses import Pulses

log = logging.getLogger(__name__)
T = TypeVar("T")
PATIENCE: Final = 2.0
"""Seconds that a part gets for its answer: Prometheus and Kubernetes give up after 10 and 1 unless told otherwise."""


class _Once(Generic[T]):
    """One question at a time: who asks while it is open shares the answer, so that a store that hangs is not given
    one more thing to do by every scrape."""

    def __init__(self) -> None:
        self._open: asyncio.Task[T] | None = None

    async def ask(self, make: Callable[[], Coroutine[Any, Any, T]], patience: float) -> T | None:
        """The answer, or None when there is none in time or the store fails."""
        if self._open is None:
            self._open = asyncio.create_task(make())
            self._open.add_done_callback(self._over)
        asked = self._open
        await asyncio.wait({asked}, timeout=patience)
        if not asked.done() or asked.cancelled() or asked.exception() is not None:
            return None
        return asked.result()

    def _over(self, task: asyncio.Task[T]) -> None:
        self._open = None
        error = None if task.cancelled() else task.exception()
        if error is not None and not isinstance(error, SQLAlchemyError | StoreClosed):
            log.error("a part of the program could not be asked", exc_info=error)

    async def end(self) -> None:
        """Wait for nothing any more."""
        if self._open is not None:
            self._open.cancel()
            await asyncio.gather(self._open, return_exceptions=True)


class Probe:
    """Health of one running program. It exists before the other parts, which are made known to it one by one."""

    def __init__(
        self, pulses: Pulses, clock: Clock, connections: Sequence[str], *, patience: float = PATIENCE
    ) -> None:
        self.pulses = pulses
        self._clock, self._connections, self._patience = clock, tuple(connections), patience
        self._store: Store | None = None
        self._connected: Callable[[], Awaitable[bool]] | None = None
        self._working = False
        self._answering: _Once[bool] = _Once()
        self._reading: _Once[Numbers] = _Once()

    def has_store(self, store: Store) -> None:
        """The store is open."""
        self._store = store

    def has_transport(self, connected: Callable[[], Awaitable[bool]]) -> None:
        """`connected` tells whether Slack reaches us."""
        self._connected = connected

    def begun(self) -> None:
        """The program works."""
        self._working = True

    async def ending(self) -> None:
        """The program stops: it is not ready any more."""
        self._working = False
        await self._answering.end()
        await self._reading.end()

    def alive(self) -> Report:
        """Whether the loops move. Answering at all says that the event loop does."""
        return alive(self.pulses.ages())

    async def connected(self) -> bool:
        """Whether Slack reaches us."""
        return self._connected is not None and await self._connected()

    async def ready(self) -> Report:
        """Whether work can be taken in."""
        store = self._store
        answers = False
        if store is not None:
            answers = bool(await self._answering.ask(lambda: _answers(store), self._patience))
        return ready(working=self._working, slack=await self.connected(), store=answers)

    async def numbers(self) -> Numbers | None:
        """The store's numbers; None when it does not tell them in time."""
        store = self._store
        if store is None:
            return None

        def work(connection: Connection) -> Numbers:
            return numbers.read(connection, self._connections, now=self._clock.now())

        return await self._reading.ask(lambda: store.read(work), self._patience)


async def _answers(store: Store) -> bool:
    """Whether it reads and takes the lock for writing; nothing is written."""
    await store.read(_look)
    await store.write(_look)
    return True


def _look(connection: Connection) -> None:
    connection.execute(select(1))
