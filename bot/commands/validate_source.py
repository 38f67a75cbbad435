"""The file that `tunesmith validate` checks: one on disk, or what comes through a pipe."""

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path
from typing import cast

from bot.commands.base import CommandError, Trouble
from bot.commands.validate_names import shown

STANDARD_INPUT = Path("-")
PIECE = 128 * 1024


@dataclass(frozen=True, slots=True)
class Source:
    """Where the bytes are.

    Attributes:
        path: on disk; of a pipe a private copy, which is complete once `arriving` has been read.
        name: for people, without what would steer their terminal.
        stream: a pipe whose bytes are still to come through `arriving`.
    """

    path: Path
    name: str
    stream: BufferedReader | None = None

    @classmethod
    def of(cls, path: Path) -> "Source":
        """A file on disk."""
        return cls(path, shown(path.name))

    def arriving(self) -> Iterator[bytes]:
        """What comes through the pipe, each piece kept in `path` on its way; to be read once."""
        with self.path.open("wb") as copy:
            # What is there is taken at once: a slow program may be writing to the other end.
            while self.stream is not None and (piece := self.stream.read1(PIECE)):
                copy.write(piece)
                yield piece


@contextmanager
def source_of(given: Path) -> Iterator[Source]:
    """The source for the argument FILE; the copy of a pipe is deleted at the end of the block.

    Raises:
        CommandError: it cannot be read.
    """
    if given != STANDARD_INPUT and not given.is_fifo():
        readable(given)
        yield Source.of(given)
        return
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="tunesmith-")))
        if given == STANDARD_INPUT:
            stream, name = cast("BufferedReader", sys.stdin.buffer), "standard input"
        else:
            stream, name = stack.enter_context(given.open("rb")), shown(given.name)
        yield Source(folder / "input.jsonl", name, stream)


def readable(path: Path) -> None:
    """`CommandError` for a file that cannot be opened, before anything has been said about another."""
    try:
        path.open("rb").close()
    except OSError as error:
        raise unreadable(path, error) from None


def unreadable(path: Path, error: OSError) -> CommandError:
    """A file of the person's that cannot be read."""
    return CommandError([Trouble(shown(path), f"cannot be read: {error.strerror or error}")])


def another_file(out: Path, *others: Path | None, force: bool) -> None:
    """`CommandError` when the repaired file would take the place of one that is read, or without `force` of any."""
    for other in others:
        if other is not None and other.exists() and out.exists() and out.samefile(other):
            raise CommandError(
                [Trouble(shown(out), "is the file that is checked", "name another file behind --fix")]
            )
    # a folder is told by what cannot be written there
    if not force and os.path.lexists(out) and not out.is_dir():
        what = "exists already, and a repair would overwrite it"
        raise CommandError([Trouble(shown(out), what, "name a new file behind --fix, or add --force")])
