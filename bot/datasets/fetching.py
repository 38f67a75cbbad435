"""From where a file is to this machine: its bytes on disk, hashed on the way, whole or not at all."""

import asyncio
import hashlib
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass
from io import FileIO
from pathlib import Path

from bot.chat import Chat, SharedFile
from bot.datasets.origin import Origin
from bot.datasets.source import StagedFile
from bot.errors import FileProblem

Grown = Callable[[int], None]
"""Told after each piece how many bytes are on disk."""


@dataclass(frozen=True, slots=True)
class Arrived:
    """A file that is on this machine: size in bytes, SHA-256 in hexadecimal."""

    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class SlackOrigin:
    """A file in Slack, as Slack described it."""

    chat: Chat
    file: SharedFile

    @property
    def name(self) -> str:
        """What Slack calls it."""
        return self.file.name

    @property
    def size(self) -> int | None:
        """Bytes by Slack's account."""
        return self.file.size

    @property
    def changed(self) -> str:
        """The code for a file that was replaced."""
        return "source_changed"

    async def pieces(self) -> AsyncGenerator[bytes, None]:
        """Its bytes; raises what `bot.chat.Chat.download` raises."""
        pieces = self.chat.download(self.file)
        try:
            async for piece in pieces:
                yield piece
        finally:
            # Let the connection go now, and not when the collector comes round.
            if isinstance(pieces, AsyncGenerator):
                await pieces.aclose()

    async def size_now(self) -> int | None:
        """What Slack says now: it may have been replaced."""
        return (await self.chat.file(self.file.id)).size


def partial(target: Path) -> Path:
    """Where a file is while it is not whole."""
    return target.with_suffix(".part")


async def announced(chat: Chat, file_id: str, limit: int) -> SlackOrigin:
    """A file in Slack that can be fetched.

    Raises:
        FileProblem: Slack does not give it, or says that it is larger than `limit` bytes.
        ChatError: Slack cannot be reached.
    """
    file = await chat.file(file_id)
    if file.trouble:
        raise FileProblem(file.trouble, {"name": file.name})
    if file.size is not None and file.size > limit:
        raise FileProblem("too_large", {"name": file.name, "bytes": file.size, "limit": limit})
    return SlackOrigin(chat, file)


async def fetched(
    origin: Origin, target: Path, *, limit: int, grown: Grown | None = None, sha256: str = ""
) -> Arrived:
    """Download into `target`; until it is whole it is called `partial(target)`, and that never stays behind.

    Args:
        origin: where from.
        target: where to; its folder is made if there is none.
        limit: most bytes that are taken, whatever was said of the size.
        grown: told of the progress.
        sha256: what the bytes must be, when they were here before; empty = anything.

    Raises:
        FileProblem: the bytes are not those of the file: the codes of `bot.chat.Chat.download`, `larger_than_said`,
            `size_differs`, and the origin's own.
        ChatError, ProviderError: that place cannot be reached, or broke off; may be asked again.
    """
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    part = partial(target)
    try:
        arrived = await _written(origin, part, limit, grown)
        if sha256 and arrived.sha256 != sha256:
            raise FileProblem(origin.changed, {"name": origin.name})
        if not sha256:
            await _same_size(origin, arrived.bytes)
        part.replace(target)
    finally:
        # Letting go of half a gigabyte takes longer than the loop may wait.
        await asyncio.to_thread(part.unlink, missing_ok=True)
    return arrived


async def hashed(path: Path, grown: Grown) -> Arrived:
    """A file that is here already, read as if it arrived. `OSError` when it cannot be read."""
    digest, size = hashlib.sha256(), 0
    async for piece in StagedFile(path).chunks():
        digest.update(piece)
        size += len(piece)
        grown(size)
    return Arrived(size, digest.hexdigest())


async def _written(origin: Origin, part: Path, limit: int, grown: Grown | None) -> Arrived:
    digest, size = hashlib.sha256(), 0
    async with aclosing(origin.pieces()) as pieces:
        with _private(part) as out:
            async for piece in pieces:
                size += len(piece)
                if size > limit:
                    raise FileProblem(*_too_much(origin, size, limit))
                _write(out.write, piece)
                digest.update(piece)
                if grown is not None:
                    grown(size)
                # Where it comes faster than this loop turns, the rest of the program gets its turn all the same.
                await asyncio.sleep(0)
    return Arrived(size, digest.hexdigest())


def _private(path: Path) -> FileIO:
    """A new file for us alone, unbuffered: what was told to be there can be read there."""
    out = path.open("wb", buffering=0)
    path.chmod(0o600)
    return out


def _write(write: Callable[[memoryview], int], piece: bytes) -> None:
    rest = memoryview(piece)
    while rest.nbytes:
        rest = rest[write(rest) :]


def _too_much(origin: Origin, size: int, limit: int) -> tuple[str, dict[str, str | int | float]]:
    if origin.size is None:
        return "too_large", {"name": origin.name, "bytes": size, "limit": limit}
    return "larger_than_said", {"name": origin.name, "expected": origin.size, "limit": limit}


async def _same_size(origin: Origin, size: int) -> None:
    """What was said must fit what came; where it was replaced in between, what is said now."""
    if origin.size is None or origin.size == size:
        return
    if await origin.size_now() != size:
        raise FileProblem("size_differs", {"name": origin.name, "expected": origin.size, "bytes": size})
