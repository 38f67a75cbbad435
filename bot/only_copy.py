"""One copy of the bot for each store: a lock beside the database, held for the life of the process.

The lock is the kernel's (`flock`), on a file that is never removed: it goes with the process that holds it, however
that ends, so what a crash leaves behind is in nobody's way. Children do not inherit it. What is written into the file
only tells people who holds it.
"""

import asyncio
import errno
import fcntl
import json
import logging
import os
import socket
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from bot.work.waiting import woken

log = logging.getLogger("tunesmith")
EVERY: Final = 0.2
"""Seconds between two tries."""
_HELD: Final = frozenset({errno.EWOULDBLOCK, errno.EAGAIN, errno.EACCES})
_NO_LOCKS: Final = frozenset({errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP, errno.ENOTSUP, errno.EINVAL})
"""What a file system answers that has no such locks."""


class StoreTaken(Exception):
    """Another copy works with the store, and did not end in time; the text names it."""


class StoreUnlockable(Exception):
    """The lock file cannot be made or opened; the text names it and the reason."""


@dataclass(frozen=True, slots=True)
class Holder:
    """Who wrote that it holds the lock; on another machine, or in another container, the number means nothing here."""

    pid: int
    host: str
    since: datetime

    def __str__(self) -> str:
        return f"process {self.pid} on {self.host}, since {self.since:%Y-%m-%d %H:%M:%S} UTC"


class OnlyCopy:
    """The lock of the store at `path`. Taken once, and kept until `release` or the end of the process."""

    def __init__(self, path: Path) -> None:
        # Another name of the same database is the same lock.
        whole = path.resolve()
        self.path = whole.with_name(f"{whole.name}.lock")
        self._file: int | None = None

    async def take(self, stopping: asyncio.Event, *, wait: float) -> bool:
        """Take the lock, waiting up to `wait` seconds for a copy that is ending; False when `stopping` came first.

        Raises:
            StoreTaken: another copy goes on. StoreUnlockable: there is no lock file to be had.
        """
        loop = asyncio.get_running_loop()
        until = loop.time() + wait
        waiting = False
        while not self._taken():
            if not loop.time() < until:
                raise StoreTaken(self._held_by())
            if not waiting:
                log.warning("waiting for the other copy to end: %s", self._held_by())
                waiting = True
            await woken(stopping, EVERY)
            if stopping.is_set():
                return False
        return True

    def holder(self) -> Holder | None:
        """Who wrote last that it holds the lock; None when nothing is there to be read."""
        try:
            told = json.loads(self.path.read_text(encoding="utf-8"))
            return Holder(int(told["pid"]), str(told["host"]), datetime.fromisoformat(told["since"]))
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def release(self) -> None:
        """Let another copy start. Does nothing without the lock."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def _held_by(self) -> str:
        return str(self.holder() or f"whoever holds {self.path}")

    def _taken(self) -> bool:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            file = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        except OSError as error:
            text = f"{self.path} ({error.strerror})"
            raise StoreUnlockable(text) from None
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            if error.errno in _HELD:
                os.close(file)
                return False
            if error.errno not in _NO_LOCKS:
                os.close(file)
                text = f"{self.path} ({error.strerror})"
                raise StoreUnlockable(text) from None
            log.warning(
                "nothing keeps a second copy from starting: %s has no locks (%s)",
                self.path.parent,
                error.strerror,
            )
        self._file = file
        _write(file)
        return True


def _write(file: int) -> None:
    """Tell who we are. A full disk keeps nobody from starting: the lock holds without it."""
    holder = {"pid": os.getpid(), "host": socket.gethostname(), "since": datetime.now(UTC).isoformat()}
    with suppress(OSError):
        os.ftruncate(file, 0)
        os.pwrite(file, f"{json.dumps(holder)}\n".encode(), 0)
