"""Staged files: a dataset's bytes on this machine, on their way to the service.

They are per machine and may be missing at any time: every step can fetch again from where the dataset came from. Only
what was handed in on this machine is nowhere else; it is kept until the service has it.
"""

import asyncio
from collections.abc import AsyncIterator, Collection, MutableMapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from weakref import WeakValueDictionary

from bot.datasets.fetching import fetched
from bot.datasets.origin import Origin
from bot.ids import dataset_name


@dataclass(frozen=True, slots=True)
class Staging:
    """The folder of staged files. Names are ours; a person's file name never reaches the disk."""

    folder: Path
    limit: int
    _locks: MutableMapping[int, asyncio.Lock] = field(
        default_factory=WeakValueDictionary, repr=False, compare=False
    )

    @asynccontextmanager
    async def alone(self, dataset: int) -> AsyncIterator[None]:
        """While it lasts no other task writes the dataset's bytes. Not to be entered twice by one task; what a
        dataset is made of is entered after the dataset itself."""
        lock = self._locks.setdefault(dataset, asyncio.Lock())
        async with lock:
            yield

    def path(self, dataset: int) -> Path:
        """Where a dataset's bytes are, when they are here."""
        return self.folder / f"{dataset_name(dataset)}.jsonl"

    def has(self, dataset: int) -> bool:
        """Whether they are here."""
        return self.path(dataset).exists()

    def findings(self, dataset: int) -> Path:
        """Where all findings of its check are, when they are here (`bot.datasets.spool`)."""
        return self.folder / f"{dataset_name(dataset)}.findings"

    def handed(self, copy: str) -> Path:
        """Where a file is that was handed in on this machine, until its dataset is read; `copy` is its own name."""
        return self.folder / f"handed-{copy}.jsonl"

    def take(self, dataset: int, copy: str) -> None:
        """Make such a file the dataset's own, unless it is already."""
        with suppress(FileNotFoundError):
            self.handed(copy).replace(self.path(dataset))

    def studied(self, dataset: int) -> Path:
        """Where all findings of its second pass are, when they are here (`bot.datasets.spool`)."""
        return self.folder / f"{dataset_name(dataset)}.studied"

    async def fetch(self, origin: Origin, dataset: int, sha256: str = "") -> Path:
        """Download, whole or not at all; with `sha256` only what it was when it was checked.

        Where another task has just done so, its file is taken.

        Raises:
            FileProblem: it is not given, it is larger than `limit`, or it is another file now.
            ChatError, ProviderError: the place that has it cannot be reached.
        """
        target = self.path(dataset)
        async with self.alone(dataset):
            if not target.exists():
                await fetched(origin, target, limit=self.limit, sha256=sha256)
        return target

    def drop(self, dataset: int) -> None:
        """Delete a dataset's bytes here."""
        with suppress(FileNotFoundError):
            self.path(dataset).unlink()

    def sweep(self, before: datetime, keep: Collection[int] = (), handed: Collection[str] = ()) -> int:
        """Delete what nobody touched since `before`, but not the datasets `keep` and the files `handed` in, which are
        still needed; how many."""
        gone = 0
        kept = {self.path(dataset) for dataset in keep} | {self.handed(copy) for copy in handed}
        for path in self.folder.glob("*") if self.folder.is_dir() else ():
            if path in kept:
                continue
            with suppress(FileNotFoundError):
                if path.stat().st_mtime < before.timestamp():
                    path.unlink()
                    gone += 1
        return gone
