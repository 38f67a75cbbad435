"""What may be odd about a file in Slack, and how it is made so (contract section 1.5)."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class Oddities:
    """All that a file may have besides its bytes.

    Attributes:
        said_size: the size that Slack tells; None = the true one.
        waits: how many calls of `files.info` still see a file that Slack Connect has not checked.
        denied: the other organisation lets nobody of ours read it.
        cut_at: a download breaks off after so many bytes.
        held: how many downloads have waited.
        hold_at: a download waits after so many bytes, until `released`.
    """

    said_size: int | None = None
    waits: int = 0
    denied: bool = False
    cut_at: int | None = None
    hold_at: int | None = None
    held: int = 0
    released: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def in_download(self) -> bool:
        """Whether a download is not simply the bytes."""
        return self.cut_at is not None or self.hold_at is not None

    def next_stop(self, sent: int, most: int) -> int:
        """How much of a download to send at once: no further than the next place where something happens."""
        stops = [stop for stop in (self.hold_at, self.cut_at) if stop is not None and stop > sent]
        return min([most, *(stop - sent for stop in stops)])

    def stub(self, file_id: str) -> dict[str, Any] | None:
        """The file object that stands for it; None when it is shown as it is."""
        access = "access_denied" if self.denied else "check_file_info" if self.waits else ""
        return {"id": file_id, "mode": "file_access", "file_access": access} if access else None

    def set(self, kind: str, body: Mapping[str, Any]) -> bool:
        """Make it odd as the panel asks; False for a kind that is not known. Raises ValueError, TypeError."""
        if kind == "access_denied":
            self.denied = True
        elif kind == "awaiting":
            self.waits = int(body["polls"])
        elif kind == "said_size":
            self.said_size = int(body["bytes"])
        elif kind == "cut":
            self.cut_at = int(body["bytes"])
        elif kind == "hold":
            self.hold_at = int(body["bytes"])
            self.released.clear()
        elif kind == "release":
            self.hold_at = None
            self.released.set()
        elif kind == "sound":
            self.released.set()
            self.said_size = self.cut_at = self.hold_at = None
            self.waits, self.denied = 0, False
        else:
            return False
        return True
