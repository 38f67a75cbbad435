"""The way to the tables: transactions are plain functions of a connection.

Because a transaction is a synchronous function, nothing in it can await: no network call can ever sit inside
one. On SQLite all of them run in one writer thread; those that come together share one commit (one fsync), each
in a savepoint of its own, so that one that fails does not undo its neighbours. Reads run in threads of their own
on a second engine and never wait for a writer (WAL).
"""

import asyncio
import queue
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine

T = TypeVar("T")
Transaction = Callable[[Connection], Any]
SIGNALS = "tunesmith.signals"
GROUP = 64
READERS = 2


def signal(connection: Connection, name: str) -> None:
    """Wake who waits for `name` once this transaction is committed."""
    connection.info.setdefault(SIGNALS, set()).add(name)


@dataclass(slots=True)
class _Order:
    work: Transaction
    future: asyncio.Future[Any]
    loop: asyncio.AbstractEventLoop


class StoreClosed(Exception):
    """The store was closed: nothing can be written or read any more."""


class Store:
    """Runs transactions. Built by `bot.store.engine.open_store`."""

    def __init__(self, writer: Engine, reader: Engine) -> None:
        self._writer = writer
        self._reader = reader
        self._orders: queue.SimpleQueue[_Order | None] = queue.SimpleQueue()
        self._listeners: dict[str, list[tuple[asyncio.AbstractEventLoop, asyncio.Event]]] = {}
        self._closed = False
        self._pool = ThreadPoolExecutor(READERS, thread_name_prefix="store-read")
        self._thread = threading.Thread(target=self._write_loop, name="store-write", daemon=True)
        self._thread.start()

    async def write(self, work: Callable[[Connection], T]) -> T:
        """Run `work` in a write transaction; what it raises is raised here and nothing of it stays."""
        if self._closed:
            raise StoreClosed
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        self._orders.put(_Order(work, future, loop))
        return await asyncio.shield(future)

    async def read(self, work: Callable[[Connection], T]) -> T:
        """Run `work` on a consistent snapshot. It must not write."""
        if self._closed:
            raise StoreClosed

        def run() -> T:
            with self._reader.connect() as connection:
                return work(connection)

        return await asyncio.get_running_loop().run_in_executor(self._pool, run)

    def on(self, name: str) -> asyncio.Event:
        """An event that is set whenever a committed transaction signalled `name`."""
        event = asyncio.Event()
        self._listeners.setdefault(name, []).append((asyncio.get_running_loop(), event))
        return event

    def off(self, name: str, event: asyncio.Event) -> None:
        """Nobody waits for this event any more."""
        # The writer's thread may be walking through the old list.
        self._listeners[name] = [one for one in self._listeners.get(name, ()) if one[1] is not event]

    async def close(self) -> None:
        """Finish what was handed in, then close the database."""
        if self._closed:
            return
        self._closed = True
        self._orders.put(None)
        await asyncio.to_thread(self._thread.join)
        self._pool.shutdown()
        self._writer.dispose()
        self._reader.dispose()

    def _write_loop(self) -> None:
        while True:
            order = self._orders.get()
            if order is None:
                return
            group = [order]
            closing = False
            while len(group) < GROUP:
                try:
                    further = self._orders.get_nowait()
                except queue.Empty:
                    break
                if further is None:
                    closing = True
                    break
                group.append(further)
            self._commit(group)
            if closing:
                return

    def _commit(self, group: list[_Order]) -> None:
        outcomes: list[tuple[_Order, Any, BaseException | None]] = []
        names: set[str] = set()
        try:
            with self._writer.connect() as connection, connection.begin():
                for order in group:
                    connection.info.pop(SIGNALS, None)
                    savepoint = connection.begin_nested()
                    try:
                        result = order.work(connection)
                    except Exception as error:  # noqa: BLE001  boundary: the error belongs to the caller
                        # SQLite ends the whole transaction by itself when the disk is full: then there is no savepoint
                        # to go back to, this raises, and the neighbours learn that they are not written either.
                        savepoint.rollback()
                        outcomes.append((order, None, error))
                    else:
                        savepoint.commit()
                        outcomes.append((order, result, None))
                        names |= connection.info.pop(SIGNALS, set())
        except Exception as error:  # noqa: BLE001  boundary: begin or commit failed, so nothing of the group stays
            outcomes = [(order, None, error) for order in group]
            names = set()
        for order, result, failure in outcomes:
            _resolve(order, result, failure)
        for name in names:
            for loop, event in self._listeners.get(name, ()):
                _in_loop(loop, event.set)


def _in_loop(loop: asyncio.AbstractEventLoop, call: Callable[[], object]) -> None:
    try:
        loop.call_soon_threadsafe(call)
    except RuntimeError:  # the loop is closed: nobody waits any more
        return


def _resolve(order: _Order, result: Any, failure: BaseException | None) -> None:
    def settle() -> None:
        if order.future.done():
            return
        if failure is None:
            order.future.set_result(result)
        else:
            order.future.set_exception(failure)

    _in_loop(order.loop, settle)
