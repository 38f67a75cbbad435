"""Staged files as byte sources for an upload."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

from bot.datasets.sniff import BYTE_ORDER_MARK
from providers.sending import ByteSource

PIECE = 256 * 1024


class StagedFile:
    """A file on this machine. `OSError` when it cannot be read.

    It is read in the event loop: pieces come from the page cache, and handing them to a thread halves the rate
    (perf section 5). Control goes back to the loop after each piece.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._size = path.stat().st_size

    @property
    def size(self) -> int:
        """Length in bytes when this was made."""
        return self._size

    @property
    def has_byte_order_mark(self) -> bool:
        """Whether the file begins with the mark of UTF-8."""
        return next(_pieces(self._path, 0, len(BYTE_ORDER_MARK)), b"") == BYTE_ORDER_MARK

    async def chunks(self, offset: int = 0) -> AsyncIterator[bytes]:
        """Pieces of `PIECE` bytes from `offset` to the end."""
        for piece in _pieces(self._path, offset, PIECE):
            yield piece
            await asyncio.sleep(0)


class WithByteOrderMark:
    """Another source with the mark of UTF-8 in front; three bytes longer."""

    def __init__(self, source: ByteSource) -> None:
        self._source = source

    @property
    def size(self) -> int:
        """Length in bytes with the mark."""
        return self._source.size + len(BYTE_ORDER_MARK)

    async def chunks(self, offset: int = 0) -> AsyncIterator[bytes]:
        """Pieces from `offset` to the end; the mark is a piece of its own."""
        if offset < len(BYTE_ORDER_MARK):
            yield BYTE_ORDER_MARK[offset:]
        async for piece in self._source.chunks(max(0, offset - len(BYTE_ORDER_MARK))):
            yield piece


def prepared(path: Path, *, byte_order_mark: bool) -> ByteSource:
    """What to upload: the file at `path`, with a mark in front if the service wants one and the file has none."""
    staged = StagedFile(path)
    return WithByteOrderMark(staged) if byte_order_mark and not staged.has_byte_order_mark else staged


def _pieces(path: Path, offset: int, size: int) -> Iterator[bytes]:
    with path.open("rb") as file:
        file.seek(offset)
        while piece := file.read(size):
            yield piece
