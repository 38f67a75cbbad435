"""The helper's side of a conversation: a file is checked while it is written."""

import dataclasses
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import BinaryIO

from bot.datasets.checker import Checker
from bot.datasets.options import Options
from bot.datasets.parts import lines_of
from bot.datasets.report import Finding, Report
from bot.datasets.spool import Spool
from bot.helper import frames

PIECE = 256 * 1024
PROGRESS_EVERY = 0.5
FIRST_SHOWN = 5
FIRST_AGAIN = 1.0
"""Seconds after the first error at which the first few are told once more, if there are more by then."""

Tell = Callable[[frames.Reply], None]


class _Found:
    """Takes every finding at once: spools it, counts it, keeps the first errors and tells of them early."""

    def __init__(self, spool: Spool, tell: Tell, timer: Callable[[], float]) -> None:
        self._spool, self._tell, self._timer = spool, tell, timer
        self._first: list[Finding] = []
        self._told = 0
        self._again: float | None = None
        self.errors = self.warnings = 0

    def __call__(self, finding: Finding) -> None:
        self._spool.write(finding)
        if finding.severity == "warning":
            self.warnings += 1
        if finding.severity != "error":
            return
        self.errors += 1
        if len(self._first) < FIRST_SHOWN:
            self._first.append(finding)
        if self.errors == 1:
            self._again = self._timer() + FIRST_AGAIN
            self._say()

    @property
    def due(self) -> float | None:
        """When the first few are to be told anew; None when there are no more of them."""
        return self._again if len(self._first) > self._told else None

    def look(self, now: float) -> None:
        """Tell the first few anew when it is time."""
        if self.due is not None and now >= self.due:
            self._again = None
            self._say()

    def _say(self) -> None:
        self._told = len(self._first)
        self._tell(frames.First(list(self._first), self.errors, self.warnings))


class _Followed:
    """One file under way: reads what is known to be there, and no more."""

    def __init__(self, request: frames.CheckFollow, tell: Tell, timer: Callable[[], float]) -> None:
        self._paths = [Path(one) for one in request.paths]
        self._tell, self._timer = tell, timer
        self._spool = Spool(Path(request.findings) if request.findings else None)
        self._found = _Found(self._spool, tell, timer)
        # The bot hashes what it fetches.
        self._options = Options(**request.options)
        self._checker = Checker(
            self._options,
            each=self._found,
            digest=False,
            expected=request.expected,
            reread=self._lines,
        )
        self._file: BinaryIO | None = None
        self._read = self._told = 0
        self._next = timer() + PROGRESS_EVERY / 2

    def read(self, size: int) -> bool:
        """Check one more piece of a file that holds `size` bytes; False when there is nothing left of it."""
        if self._read >= size:
            return False
        if self._file is None:
            self._file = self._open()
        piece = self._file.read(min(PIECE, size - self._read))
        if not piece:
            raise EOFError
        self._read += len(piece)
        self._checker.feed(piece)
        return True

    def look(self) -> float | None:
        """Tell what is due; seconds until more is, None when all is told."""
        now = self._timer()
        self._found.look(now)
        if self._read > self._told and now >= self._next:
            self._next, self._told = now + PROGRESS_EVERY, self._read
            self._tell(frames.Progress(self._read, self._found.errors, self._found.warnings))
        due = [self._next] if self._read > self._told else []
        due += [self._found.due] if self._found.due is not None else []
        return max(0.0, min(due) - now) if due else None

    def _open(self) -> BinaryIO:
        for path in self._paths[:-1]:
            try:
                return path.open("rb", buffering=0)
            except FileNotFoundError:
                continue  # it was renamed meanwhile
        return self._paths[-1].open("rb", buffering=0)

    def _lines(self, wanted: Sequence[int]) -> Mapping[int, bytes]:
        """Lines of the whole file, by its present name."""
        path = next((one for one in self._paths if one.exists()), self._paths[-1])
        return lines_of(path, self._options.max_line_bytes, wanted)

    def report(self, sha256: str) -> Report:
        """What was found in the whole file."""
        report = dataclasses.replace(self._checker.finish(), sha256=sha256)
        self._spool.close()
        return report

    def close(self, *, forget: bool) -> None:
        """Let the file go; `forget` also what was spooled."""
        if self._file is not None:
            self._file.close()
        if forget:
            self._spool.forget()


def follow(
    request: frames.CheckFollow,
    hear: Callable[[float | None], frames.Telling | None],
    tell: Tell,
    timer: Callable[[], float] = time.monotonic,
) -> frames.Reply:
    """Check a growing file to its end.

    Args:
        request: what to check.
        hear: the next word of the bot, or None when none came within so many seconds; given None, it waits for one.
        tell: sends a frame that is not the last one.
        timer: seconds on a clock that only moves forward.

    Returns:
        The last frame. `OSError` when the file cannot be read or the findings cannot be written.
    """
    followed = _Followed(request, tell, timer)
    done = False
    try:
        size, ended = 0, None
        while True:
            more = followed.read(size)
            if not more and ended is not None:
                break
            due = followed.look()
            # With work at hand only look whether something came; otherwise wait for it, or until something is due.
            word = hear(0 if more else due)
            if isinstance(word, frames.Abandoned):
                return frames.Left()
            if word is not None:
                size = max(size, word.bytes)
            if isinstance(word, frames.Ended):
                ended = word
        report = followed.report(ended.sha256)
        done = True
        return frames.Checked(report.to_json())
    finally:
        followed.close(forget=not done)
