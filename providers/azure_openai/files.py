"""Files: the service's words and ours, and the multipart bodies of uploads."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from types import MappingProxyType
from typing import Final

from providers.azure_openai.wire import WireFile
from providers.base import FileState, RemoteFile
from providers.clock import from_unix
from providers.errors import Refused
from providers.sending import ByteSource, Progress

# Contract 1.3. `processed` means taken in and scanned, not that the lines are valid.
STATES: Final[Mapping[str, FileState]] = MappingProxyType(
    {
        "uploaded": "pending",
        "pending": "pending",
        "notrunning": "pending",
        "running": "pending",
        "processed": "processed",
        "succeeded": "processed",
        "error": "failed",
        "failed": "failed",
        "deleting": "deleted",
        "deleted": "deleted",
    }
)
PURPOSE: Final = "fine-tune"
MIME_TYPE: Final = "application/json"
PIECE: Final = 512 * 1024
"""Bytes handed to the connection at once: contracts/perf.md 5 found 256 KiB to 1 MiB fastest."""


def to_file(wire: WireFile) -> RemoteFile:
    """A file as everybody else sees it; an unknown state counts as still pending."""
    raw = wire.status or "pending"
    return RemoteFile(
        id=wire.id,
        name=wire.filename or "",
        purpose=wire.purpose or "",
        state=STATES.get(raw.lower(), "pending"),
        raw_state=raw,
        bytes=wire.bytes,
        created_at=from_unix(wire.created_at or 0),
        detail=wire.status_details or "",
    )


class StreamedForm:
    """A multipart form whose last part are bytes of a source, made piece by piece, its length known beforehand.

    `start` and `length` say which bytes of the source. `note` is told how far in the source everything was sent.
    """

    def __init__(
        self, source: ByteSource, start: int, length: int, boundary: str, head: str, note: Progress
    ) -> None:
        self._source, self._start, self._length = source, start, length
        self._note = note
        self._open: list[AsyncIterator[bytes]] = []
        self._before = head.encode()
        self._after = f"\r\n--{boundary}--\r\n".encode()
        self.headers: Mapping[str, str] = {
            "Content-Type": f"multipart/form-data; boundary={boundary}",
            "Content-Length": str(len(self._before) + length + len(self._after)),
        }

    async def pieces(self) -> AsyncIterator[bytes]:
        """The body from its beginning; may be asked for again for another attempt.

        Raises:
            Refused: `source_changed` when the source is not as long as it said. The form's end is then never
                sent, so the service has taken nothing in.
        """
        sent = 0
        self._begin()
        yield self._before
        async for chunk in self._bytes():
            for start in range(0, len(chunk), PIECE):
                piece = chunk[start : start + PIECE]
                self._take(piece)
                yield piece
                sent += len(piece)
                await self._note(self._start + sent)
                # A source that never waits would otherwise keep the event loop for the whole file.
                await asyncio.sleep(0)
        yield self._after

    def _begin(self) -> None:
        """A new attempt begins."""

    def _take(self, piece: bytes) -> None:
        """These bytes are about to be sent."""

    async def _bytes(self) -> AsyncIterator[bytes]:
        """The wanted bytes, and not one more or less."""
        size = self._source.size
        end = self._start + self._length
        at = self._start
        self._open.append(self._source.chunks(at))
        async for chunk in self._open[-1]:
            if at + len(chunk) > size:
                raise Refused("source_changed", {"expected": size, "sent": at + len(chunk)})
            wanted = chunk[: end - at]
            at += len(wanted)
            if wanted:
                yield wanted
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


class UploadBody(StreamedForm):
    """The form of a whole file: `purpose`, and `file` with a content type.

    Without a content type the service answers 400 (contract 1.3).
    """

    def __init__(self, source: ByteSource, name: str, boundary: str, note: Progress) -> None:
        disposition = f'form-data; name="file"; filename="{_quoted(name)}"'
        head = (
            f'--{boundary}\r\nContent-Disposition: form-data; name="purpose"\r\n\r\n{PURPOSE}\r\n'
            f"--{boundary}\r\nContent-Disposition: {disposition}\r\nContent-Type: {MIME_TYPE}\r\n\r\n"
        )
        super().__init__(source, 0, source.size, boundary, head, note)


def _quoted(name: str) -> str:
    """A file name inside a quoted form header, as browsers write it."""
    return name.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")
