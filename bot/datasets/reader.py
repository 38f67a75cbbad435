"""Chunks in, numbered lines out, in bounded memory."""

from collections.abc import Iterator
from typing import NamedTuple


class Line(NamedTuple):
    """One physical line.

    Attributes:
        number: from 1.
        offset: where it begins, in bytes from the start of what was fed.
        data: the line without its line feed (a carriage return stays); empty when it is too long.
        size: its length in bytes.
    """

    number: int
    offset: int
    data: bytes
    size: int


class LineReader:
    """Cuts a stream into lines. Holds at most one unfinished line of `max_line_bytes`.

    A longer line is delivered once, at its end, with its size and no data.
    """

    def __init__(self, max_line_bytes: int) -> None:
        self._max = max_line_bytes
        self._held: list[bytes] = []
        self._held_bytes = 0
        self._number = 0
        self._offset = 0

    @property
    def lines(self) -> int:
        """Lines delivered so far."""
        return self._number

    def feed(self, chunk: bytes) -> Iterator[Line]:
        """Lines that end in this chunk."""
        pieces = chunk.split(b"\n")
        last = pieces.pop()
        for piece in pieces:
            yield self._line(piece)
        self._hold(last)

    def finish(self) -> Iterator[Line]:
        """The last line, if the stream did not end with a line feed."""
        if self._held_bytes:
            yield self._line(b"")

    def _hold(self, piece: bytes) -> None:
        if not piece:
            return
        self._held_bytes += len(piece)
        if self._held_bytes > self._max:
            self._held.clear()
        else:
            self._held.append(piece)

    def _line(self, piece: bytes) -> Line:
        size = len(piece)
        if self._held_bytes:
            size += self._held_bytes
            piece = b"".join((*self._held, piece)) if size <= self._max else b""
            self._held.clear()
            self._held_bytes = 0
        elif size > self._max:
            piece = b""
        self._number += 1
        line = Line(self._number, self._offset, piece, size)
        self._offset += size + 1
        return line
