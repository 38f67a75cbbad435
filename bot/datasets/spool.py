"""All findings of a check on disk, for the full report: one JSON object to a line, bounded."""

from collections.abc import Iterator
from contextlib import suppress
from io import BufferedWriter
from pathlib import Path

import msgspec

from bot.datasets.report import Finding

MAX_FINDINGS = 200_000
MAX_BYTES = 64 * 1024 * 1024


class LeftOut(msgspec.Struct, frozen=True):
    """The last line of a spool that did not take all: how many findings are missing."""

    left_out: int


class Spool:
    """Takes findings as they come. Without a path it takes them and keeps nothing.

    Bounded by `max_findings` and `max_bytes`; what comes behind is counted, and the last line tells how much.
    `OSError` when it cannot be written.
    """

    def __init__(
        self, path: Path | None, *, max_findings: int = MAX_FINDINGS, max_bytes: int = MAX_BYTES
    ) -> None:
        self._path = path
        self._room, self._bytes = max_findings, max_bytes
        self._left_out = 0
        self._encode = msgspec.json.Encoder().encode
        self._out: BufferedWriter | None = None
        if path is not None:
            self._out = path.open("wb")
            path.chmod(0o600)

    def write(self, finding: Finding) -> None:
        """The next finding, in the order of the check."""
        if self._out is None:
            return
        if self._left_out or self._room <= 0:
            self._left_out += 1
            return
        line = self._encode(finding) + b"\n"
        if len(line) > self._bytes:
            self._left_out += 1
            return
        self._room -= 1
        self._bytes -= len(line)
        self._out.write(line)

    def close(self) -> None:
        """No more will come."""
        if self._out is not None:
            if self._left_out:
                self._out.write(self._encode(LeftOut(self._left_out)) + b"\n")
            self._out.close()
            self._out = None

    def forget(self) -> None:
        """Delete it."""
        if self._out is not None:
            self._out.close()
            self._out = None
        if self._path is not None:
            with suppress(FileNotFoundError):
                self._path.unlink()


def spooled(path: Path) -> Iterator[Finding | LeftOut]:
    """What a spool holds. `OSError` when it cannot be read, `msgspec.MsgspecError` when it is no spool."""
    finding, left_out = msgspec.json.Decoder(Finding), msgspec.json.Decoder(LeftOut)
    with path.open("rb") as lines:
        for line in lines:
            yield left_out.decode(line) if line.startswith(b'{"left_out"') else finding.decode(line)
