"""Bringing a file to the default datastore: in one streamed piece, or in blocks to go on with (contract 5.3).

Both end in a blob whose name is the file's own, so that sending a file again leaves one file. A file that was begun in
blocks is gone on with by their number; blocks that the service has forgotten meanwhile (after a week) are sent anew.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from providers.azure_ai.blobs import BlobStore
from providers.azure_ai.store import Datastore
from providers.base import State
from providers.errors import Conflict, Refused
from providers.sending import ByteSource, InParts, Progress

PIECE: Final = 512 * 1024
"""Bytes handed to the connection at once: contracts/perf.md 5 found 256 KiB to 1 MiB fastest."""
MOST_BLOCKS: Final = 50_000


class Pieces:
    """The bytes `start` to `start + length` of a source, made anew for every attempt; `note` is told how far it is."""

    def __init__(self, source: ByteSource, start: int, length: int, note: Progress) -> None:
        self._source, self._start, self._length, self._note = source, start, length, note
        self._open: list[AsyncIterator[bytes]] = []

    async def pieces(self) -> AsyncIterator[bytes]:
        """The bytes in pieces of at most 512 KiB.

        Raises:
            Refused: `source_changed` when the source is not as long as it said: the service then gets less than was
                announced and takes nothing in.
        """
        at, end, size = self._start, self._start + self._length, self._source.size
        self._open.append(self._source.chunks(at))
        async for chunk in self._open[-1]:
            if at + len(chunk) > size:
                raise Refused("source_changed", {"expected": size, "sent": at + len(chunk)})
            wanted = chunk[: end - at]
            for start in range(0, len(wanted), PIECE):
                piece = wanted[start : start + PIECE]
                yield piece
                at += len(piece)
                await self._note(at)
                # A source that never waits would otherwise keep the event loop for the whole file.
                await asyncio.sleep(0)
            # The last bytes are followed to the source's end: it may have grown.
            if at == end < size:
                return
        if at != end:
            raise Refused("source_changed", {"expected": size, "sent": at})

    async def aclose(self) -> None:
        """Let go of the source: httpx leaves a body that it did not read to the end hanging."""
        while self._open:
            iterator = self._open.pop()
            if isinstance(iterator, AsyncGenerator):
                await iterator.aclose()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Begun:
    """An upload in blocks: `done` of them are there, `block` bytes each but the last."""

    store: str
    path: str
    size: int
    block: int
    done: int = 0

    def state(self, done: int) -> State:
        return {"store": self.store, "path": self.path, "size": self.size, "block": self.block, "done": done}


class Uploads:
    """Sends files to a datastore."""

    def __init__(self, blobs: BlobStore) -> None:
        self._blobs = blobs

    async def whole(self, store: Datastore, path: str, source: ByteSource, note: Progress) -> datetime:
        """In one piece; when it was written."""
        body = Pieces(source, 0, source.size, note)
        try:
            return await self._blobs.put(store, path, body.pieces, source.size)
        finally:
            await body.aclose()

    async def in_blocks(
        self,
        store: Datastore,
        path: str,
        source: ByteSource,
        note: Progress,
        parts: InParts,
        resume: State | None,
    ) -> datetime:
        """In blocks, from where `resume` left off; when it was written."""
        begun = _begun(resume, store, path, source.size) or _Begun(
            store=store.name, path=path, size=source.size, block=_block(source.size, parts.size)
        )
        try:
            at = await self._blocks(store, begun, source, note, parts)
        except Conflict:
            if begun.done == 0:
                raise
            fresh = _Begun(store=begun.store, path=path, size=source.size, block=begun.block)
            at = await self._blocks(store, fresh, source, note, parts)
        await parts.keep({})
        return at

    async def _blocks(
        self, store: Datastore, begun: _Begun, source: ByteSource, note: Progress, parts: InParts
    ) -> datetime:
        count = -(-begun.size // begun.block)
        for number in range(begun.done, count):
            start = number * begun.block
            length = min(begun.block, begun.size - start)
            body = Pieces(source, start, length, note)
            try:
                await self._blobs.put_block(store, begun.path, number, body.pieces, length)
            finally:
                await body.aclose()
            await parts.keep(begun.state(number + 1))
        return await self._blobs.put_blocks(store, begun.path, count)


def _block(size: int, wanted: int) -> int:
    """Bytes of a block: as wanted, and no more of them than a blob may have."""
    return max(wanted, -(-size // MOST_BLOCKS), 1)


def _begun(resume: State | None, store: Datastore, path: str, size: int) -> _Begun | None:
    """What can be gone on with: the same file at the same place; None for anything else."""
    if not resume or (resume.get("store"), resume.get("path"), resume.get("size")) != (
        store.name,
        path,
        size,
    ):
        return None
    block, done = resume.get("block"), resume.get("done")
    if not isinstance(block, int) or not isinstance(done, int) or isinstance(block, bool) or block < 1:
        return None
    return _Begun(
        store=store.name, path=path, size=size, block=block, done=max(0, min(done, -(-size // block)))
    )
