"""Files: the service's words and ours, and the multipart body of an upload."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from types import MappingProxyType
from typing import Final

from providers.azure_openai.wire import WireFile
from providers.base import ByteSource, FileState, Progress, RemoteFile
from providers.clock import from_unix
from providers.errors import Refused

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


class UploadBody:
    """A multipart form with `purpose` and one file, made piece by piece with its length known beforehand.

    The file's part carries a content type: without one the service answers 400 (contract 1.3).
    """

    def __init__(self, source: ByteSource, name: str, boundary: str, note: Progress) -> None:
        self._source = source
        self._note = note
        self._open: list[AsyncIterator[bytes]] = []
        disposition = f'form-data; name="file"; filename="{_quoted(name)}"'
        self._before = (
            f'--{boundary}\r\nContent-Disposition: form-data; name="purpose"\r\n\r\n{PURPOSE}\r\n'
            f"--{boundary}\r\nContent-Disposition: {disposition}\r\nContent-Type: application/json\r\n\r\n"
        ).encode()
        self._after = f"\r\n--{boundary}--\r\n".encode()
        self.headers: Mapping[str, str] = {
            "Content-Type": f"multipart/form-data; boundary={boundary}",
            "Content-Length": str(len(self._before) + source.size + len(self._after)),
        }

    async def pieces(self) -> AsyncIterator[bytes]:
        """The body from its beginning; may be asked for again for another attempt.

        Raises:
            Refused: `source_changed` when the source is not as long as it said. The form's end is then never
                sent, so the service has no file.
        """
        expected, sent = self._source.size, 0
        yield self._before
        async for chunk in self._opened_source():
            if sent + len(chunk) > expected:
                raise Refused("source_changed", {"expected": expected, "sent": sent + len(chunk)})
            for start in range(0, len(chunk), PIECE):
                piece = chunk[start : start + PIECE]
                yield piece
                sent += len(piece)
                await self._note(sent)
                # A source that never waits would otherwise keep the event loop for the whole file.
                await asyncio.sleep(0)
        if sent != expected:
            raise Refused("source_changed", {"expected": expected, "sent": sent})
        yield self._after

    def _opened_source(self) -> AsyncIterator[bytes]:
        self._open.append(self._source.chunks())
        return self._open[-1]

    async def aclose(self) -> None:
        """Let go of the source: httpx leaves a body that it did not read to the end hanging."""
        while self._open:
            iterator = self._open.pop()
            if isinstance(iterator, AsyncGenerator):
                await iterator.aclose()


def _quoted(name: str) -> str:
    """A file name inside a quoted form header, as browsers write it."""
    return name.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")
