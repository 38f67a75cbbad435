"""What a person sees while a file is read: how far it is, and the first errors before it is whole."""

import asyncio
import logging
import time
from collections.abc import Mapping
from datetime import datetime
from types import TracebackType
from typing import Any, Self

import msgspec
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from bot.deps import Deps
from bot.helper import frames
from bot.store import datasets
from bot.store.datasets import Dataset
from bot.work import card_rows, queue
from bot.work.outbox_rows import Target
from bot.work.tasks import Task
from bot.work.waiting import woken

log = logging.getLogger(__name__)
SHOW_AFTER = 0.7
"""Seconds after its first bytes in which a file that is done by then shows nothing but its result."""
SHOW_FIRST_AFTER = 0.4
"""The same where errors are known already."""
SHOW_ANYWAY = 2.0
"""Seconds in which Slack may be silent before the card says that the bot is at it."""
SHOW_EVERY = 1.25


class Teller:
    """Keeps the card of one dataset up to date while its file is read. An asynchronous context: it tells inside."""

    def __init__(self, deps: Deps, task: Task, found: Dataset) -> None:
        self._deps, self._task, self._found = deps, task, found
        self._began = time.monotonic()
        self._first_bytes: float | None = None
        self._of: int | None = None
        self._bytes = self._errors = self._warnings = 0
        self._first: list[Mapping[str, Any]] = []
        self._news = asyncio.Event()
        self._urgent = asyncio.Event()
        self._telling: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._telling = asyncio.create_task(self._tell(), name=f"telling of {self._found.label}")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._telling is not None:
            self._telling.cancel()
            await asyncio.gather(self._telling, return_exceptions=True)

    def expects(self, size: int | None) -> None:
        """How many bytes it will be, by Slack's account."""
        self._of = size

    def grown(self) -> None:
        """Bytes have come."""
        if self._first_bytes is None:
            self._first_bytes = time.monotonic()
            self._news.set()

    def heard(self, reply: frames.Interim) -> None:
        """The helper said how far it is."""
        self._errors, self._warnings = reply.errors, reply.warnings
        if isinstance(reply, frames.First):
            self._first = [msgspec.to_builtins(finding) for finding in reply.findings]
            self._urgent.set()
        else:
            self._bytes = reply.bytes
        self._news.set()

    async def _tell(self) -> None:
        await self._silence()
        try:
            while True:
                write = self._hurried if self._urgent.is_set() else self._write
                self._news.clear()
                self._urgent.clear()
                await self._deps.store.write(write)
                await self._news.wait()
                await woken(self._urgent, SHOW_EVERY)
        except queue.LeaseLost:
            log.debug("%s is somebody else's now", self._found.label)
        except SQLAlchemyError:
            log.exception("how far %s is could not be written", self._found.label)

    async def _silence(self) -> None:
        """Wait as long as the result may still come first."""
        while (left := self._quiet_until() - time.monotonic()) > 0:
            self._news.clear()
            await woken(self._news, left)

    def _quiet_until(self) -> float:
        if self._first_bytes is None:
            return self._began + SHOW_ANYWAY
        return self._first_bytes + (SHOW_FIRST_AFTER if self._first else SHOW_AFTER)

    def _hurried(self, connection: Connection) -> None:
        self._write(connection)
        card_rows.hasten(connection, datasets.card_key(self._found.id), now=self._deps.clock.now())

    def _write(self, connection: Connection) -> None:
        now = self._deps.clock.now()
        queue.extend(connection, self._task, now=now)
        reading = {"bytes": self._bytes, "of": self._of}
        show(connection, self._found, now=now, reading=reading, errors=self._errors, first=self._first)


def show(
    connection: Connection,
    found: Dataset,
    *,
    now: datetime,
    reading: Mapping[str, Any],
    errors: int = 0,
    first: list[Mapping[str, Any]] | None = None,
) -> None:
    """Write how far the reading is (the fields of `bot.facts.datasets.ReadingFacts`) and have a card that shows it."""
    report = {"reading": dict(reading), "counts": {"error": errors}, "findings": first or []}
    datasets.change(connection, found.id, now=now, state="checking", report=report)
    place(connection, found, now=now)


def place(connection: Connection, found: Dataset, *, now: datetime) -> None:
    """Make sure that the dataset has its card."""
    key = datasets.card_key(found.id)
    card_rows.place(connection, key, "dataset", found.label, found.team_id, Target(user=found.owner), now=now)
