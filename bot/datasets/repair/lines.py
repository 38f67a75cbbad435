"""The lines of a file, one after the other, from the old file to the new one."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO

from bot.datasets.repair.kinds import Kind
from bot.datasets.repair.line import LineRepair
from bot.datasets.repair.record import Account
from bot.datasets.repair.replacing import PIECE
from bot.datasets.sniff import BYTE_ORDER_MARK

_MARKS = re.compile(rb"(?:\xef\xbb\xbf)+")
_TOLD_EVERY = 4 * 1024 * 1024


@dataclass(slots=True)
class Lines:
    """Copies the lines of `file` to `out`, and mends them on the way.

    Holds one line of at most `limit` bytes; a longer one is copied as it is, apart from its ends. Byte-order marks are
    cut at the beginning of every line, and one goes before the first line that is written if it is `mark_wanted`.
    `ends_changed`: what reads `file` has put line feeds where other ends of lines were. `progress` is told the bytes
    that were read, now and then.
    """

    file: BinaryIO
    out: BinaryIO
    mender: LineRepair
    account: Account
    limit: int
    mark_wanted: bool
    ends_changed: bool
    progress: Callable[[int], None]
    _begun: bool = False

    def run(self) -> None:
        """Until the end of the file."""
        number, read, told = 0, 0, 0
        while line := self.file.readline(self.limit + 1):
            number += 1
            read += len(line)
            marks = 0
            while (found := _MARKS.match(line)) is not None:
                marks += found.end() // len(BYTE_ORDER_MARK)
                line = line[found.end() :]
                if not line.endswith(b"\n"):
                    more = self.file.readline(self.limit + 1 - len(line))
                    read += len(more)
                    line += more
            if len(line) > self.limit and not line.endswith(b"\n"):
                self._long(line, number, marks)
            else:
                self._line(line, number, marks)
            if read - told >= _TOLD_EVERY:
                told = read
                self.progress(read)

    def _line(self, line: bytes, number: int, marks: int) -> None:
        text = line.removesuffix(b"\n")
        bare = text.rstrip(b"\r")
        if not bare or bare.isspace():
            self.account.add("blank_lines", number)
            return
        after, kinds = self.mender.mend(bare)
        done = {*kinds, *self._begin(marks)}
        if len(text) == len(line) or len(bare) < len(text) or self.ends_changed:
            done.add("line_ends")
        # What was cut from the end of a line may have hidden a carriage return.
        self.out.write((after.rstrip(b"\r") if kinds else after) + b"\n")
        for kind in done:
            self.account.add(kind, number)

    def _long(self, piece: bytes, number: int, marks: int) -> None:
        for kind in self._begin(marks):
            self.account.add(kind, number)
        while piece:
            self.out.write(piece)
            if piece.endswith(b"\n"):
                return
            piece = self.file.readline(PIECE)
        self.out.write(b"\n")
        self.account.add("line_ends", number)

    def _begin(self, marks: int) -> tuple[Kind, ...]:
        """What happens to the `marks` at the beginning of a line that is about to be written."""
        wanted = self.mark_wanted and not self._begun
        self._begun = True
        if wanted:
            self.out.write(BYTE_ORDER_MARK)
        return ("byte_order_mark",) if marks != wanted else ()
