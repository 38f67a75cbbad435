"""Plain text out of JSON Lines: pretraining reads `.txt` files as they are (contract 6).

A file that is called `.txt` and holds lines of `{"text": …}` is sent as its texts, one below the other; anything else
is sent as it is.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Final

from providers.errors import Refused
from providers.sending import ByteSource

KEY: Final = "text"
MARK: Final = b"\xef\xbb\xbf"


async def as_text(src: ByteSource) -> ByteSource:
    """The source to send: `src` itself, or its texts. Reads it once to know their length."""
    if not await _begins_an_object(src):
        return src
    async for line in _lines(src):
        if _text(line) is None:
            return src
        return Texts(src, sum([len(piece) async for piece in _texts(src)]))
    return src


class Texts:
    """The texts of a source of JSON Lines, each with a line feed behind it; `size` in bytes of UTF-8."""

    def __init__(self, src: ByteSource, size: int) -> None:
        self._src = src
        self._size = size

    @property
    def size(self) -> int:
        """Length in bytes."""
        return self._size

    async def chunks(self, offset: int = 0) -> AsyncIterator[bytes]:
        """Pieces from `offset` to the end."""
        skipped = 0
        async for piece in _texts(self._src):
            rest = piece[max(0, offset - skipped) :]
            skipped += len(piece)
            if rest:
                yield rest


async def _begins_an_object(src: ByteSource) -> bool:
    """Told by the first piece: a book without a line feed is not read as one line."""
    async for piece in src.chunks():
        return piece.removeprefix(MARK).lstrip().startswith(b"{")
    return False


async def _texts(src: ByteSource) -> AsyncIterator[bytes]:
    async for line in _lines(src):
        text = _text(line)
        if text is None:
            raise Refused("data_invalid", {"operation": "files.upload"})
        yield text.encode("utf-8", "replace") + b"\n"


async def _lines(src: ByteSource) -> AsyncIterator[bytes]:
    """Lines that are not blank, without the mark of UTF-8 that a file may begin with."""
    rest, first = b"", True
    async for piece in src.chunks():
        *whole, rest = (rest + piece).split(b"\n")
        for line in whole:
            cleaned, first = (line.removeprefix(MARK) if first else line), False
            if cleaned.strip():
                yield cleaned
        await asyncio.sleep(0)
    rest = rest.removeprefix(MARK) if first else rest
    if rest.strip():
        yield rest


def _text(line: bytes) -> str | None:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        return None
    found = row.get(KEY) if isinstance(row, dict) else None
    return found if isinstance(found, str) else None
