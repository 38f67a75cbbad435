"""Chunks in, blocks of whole lines out, in bounded memory."""

from collections.abc import Iterator
from typing import NamedTuple

BLOCK = 128 * 1024
"""Bytes that are looked at in one go. Larger pieces cost page faults, smaller ones calls."""


_OPEN, _CLOSE = b"{}"


class Block(NamedTuple):
    """Some whole lines, one after the other.

    Attributes:
        offset: where the first begins, in bytes from the start of what was fed.
        data: the lines without the last one's line feed; None for one line that is longer than allowed.
        size: bytes of `data`, or of that line.
    """

    offset: int
    data: bytes | None
    size: int


def line_starts(data: bytes, offset: int) -> tuple[list[int], bool]:
    """Where each line of a block begins, counted from `offset` on, and whether the block is sound from afar.

    That is: it begins with `{`, ends with `}`, and each line feed stands between `}` and `{`, so that no object can go
    on behind one.
    """
    starts, sound = [offset], data[:1] == b"{" and data[-1:] == b"}"
    find, feed = data.find, data.find(b"\n")
    while feed >= 0:
        starts.append(offset + feed + 1)
        sound = sound and data[feed - 1] == _CLOSE and data[feed + 1] == _OPEN
        feed = find(b"\n", feed + 1)
    return starts, sound


class BlockReader:
    """Cuts a stream at line feeds. Holds at most one unfinished line of `max_line_bytes`.

    A line that was longer when its end came is delivered once, by itself, with its size and no data. (Lines
    that are too
    long and lie inside one chunk are left to the reader of the block.)
    """

    def __init__(self, max_line_bytes: int) -> None:
        self._max = max_line_bytes
        self._held: list[bytes] = []
        self._held_bytes = 0
        self._offset = 0

    def feed(self, chunk: bytes) -> Iterator[Block]:
        """The lines that end in this chunk."""
        for start in range(0, len(chunk), BLOCK):
            piece = chunk[start : start + BLOCK]
            cut = piece.rfind(b"\n")
            if cut < 0:
                self._hold(piece)
                continue
            if self._held_bytes:
                first = piece.find(b"\n")
                if self._held_bytes + first > self._max:
                    yield self._long(first)
                    if first < cut:
                        yield self._block(piece[first + 1 : cut])
                else:
                    yield self._block(b"".join((*self._held, piece[:cut])))
                self._held, self._held_bytes = [], 0
            else:
                yield self._block(piece[:cut])
            self._hold(piece[cut + 1 :])

    def finish(self) -> Iterator[Block]:
        """The last line, if the stream did not end with a line feed."""
        if self._held_bytes > self._max:
            yield self._long(0)
        elif self._held_bytes:
            yield self._block(b"".join(self._held))

    def _hold(self, piece: bytes) -> None:
        if not piece:
            return
        self._held_bytes += len(piece)
        if self._held_bytes > self._max:
            self._held.clear()
        else:
            self._held.append(piece)

    def _long(self, more: int) -> Block:
        size = self._held_bytes + more
        block = Block(self._offset, None, size)
        self._offset += size + 1
        return block

    def _block(self, data: bytes) -> Block:
        block = Block(self._offset, data, len(data))
        self._offset += len(data) + 1
        return block
