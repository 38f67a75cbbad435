"""Staged files: a dataset's bytes on this machine, from Slack to the service.

They are per machine and may be missing at any time: every step can fetch again by the file's id in Slack.
"""

from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bot.chat import Chat
from bot.errors import FileProblem
from bot.ids import dataset_name


@dataclass(frozen=True, slots=True)
class Staging:
    """The folder of staged files. Names are ours; a person's file name never reaches the disk."""

    folder: Path
    limit: int

    def path(self, dataset: int) -> Path:
        """Where a dataset's bytes are, when they are here."""
        return self.folder / f"{dataset_name(dataset)}.jsonl"

    def has(self, dataset: int) -> bool:
        """Whether they are here."""
        return self.path(dataset).exists()

    async def fetch(self, chat: Chat, dataset: int, file_id: str) -> Path:
        """Download from Slack, whole or not at all.

        Raises:
            FileProblem: Slack does not give it, or it is larger than `limit`.
            ChatError: Slack cannot be reached.
        """
        file = await chat.file(file_id)
        if file.trouble:
            raise FileProblem(file.trouble, {"name": file.name})
        if file.size is not None and file.size > self.limit:
            raise FileProblem("too_large", {"name": file.name, "bytes": file.size, "limit": self.limit})
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        target = self.path(dataset)
        partial = target.with_suffix(".part")
        received = 0
        try:
            with partial.open("wb") as out:
                partial.chmod(0o600)
                async for chunk in chat.download(file):
                    received += len(chunk)
                    if received > self.limit:
                        raise FileProblem(
                            "too_large", {"name": file.name, "bytes": received, "limit": self.limit}
                        )
                    out.write(chunk)
            partial.replace(target)
        finally:
            with suppress(FileNotFoundError):
                partial.unlink()
        return target

    def drop(self, dataset: int) -> None:
        """Delete a dataset's bytes here."""
        with suppress(FileNotFoundError):
            self.path(dataset).unlink()

    def sweep(self, before: datetime, keep: Collection[int] = ()) -> int:
        """Delete what nobody touched since `before`, but not the datasets `keep`, which are still needed; how many."""
        gone = 0
        kept = {self.path(dataset) for dataset in keep}
        for path in self.folder.glob("*") if self.folder.is_dir() else ():
            if path in kept:
                continue
            with suppress(FileNotFoundError):
                if path.stat().st_mtime < before.timestamp():
                    path.unlink()
                    gone += 1
        return gone
