"""A file that grows, as the bot tells its helper about it."""

import asyncio
from collections.abc import AsyncIterator

from bot.helper import frames


class Growth:
    """Says how far a file is. Only the newest word counts: a slow reader is not told of every piece."""

    def __init__(self) -> None:
        self._size = 0
        self._last: frames.Ended | frames.Abandoned | None = None
        self._changed = asyncio.Event()

    def grown(self, size: int) -> None:
        """The file holds `size` bytes now."""
        self._size = size
        self._changed.set()

    def ended(self, size: int, sha256: str) -> None:
        """The file is whole. The first word about the end is the one that counts."""
        self._finish(frames.Ended(size, sha256))

    def abandoned(self) -> None:
        """The file will not be whole."""
        self._finish(frames.Abandoned())

    def _finish(self, last: frames.Ended | frames.Abandoned) -> None:
        self._last = self._last or last
        self._changed.set()

    async def told(self) -> AsyncIterator[frames.Telling]:
        """What the helper is to hear, up to the end."""
        size = 0
        while True:
            await self._changed.wait()
            self._changed.clear()
            if self._last is not None:
                yield self._last
                return
            if self._size > size:
                size = self._size
                yield frames.Grown(size)
