"""What is stored: blobs by account, container and name, with the tag that every write changes."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sandbox.clock import Clock

SWITCHES = frozenset({"readable", "open", "break_after", "hold_after"})


@dataclass(frozen=True, slots=True)
class StoredBlob:
    """One blob; its bytes are in memory or in a file, so that a large one costs none of the former."""

    content: bytes | Path
    etag: str
    modified: datetime
    archived: bool = False

    @property
    def size(self) -> int:
        """Bytes."""
        return self.content.stat().st_size if isinstance(self.content, Path) else len(self.content)


class Blobs:
    """All accounts.

    Attributes:
        readable: the caller's identity holds the role.
        open: the network lets the caller in.
        break_after: bytes after which the next answer breaks off, once.
        hold_after: bytes after which every answer waits for `release`.
        held: how many answers have waited.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._stored: dict[tuple[str, str], dict[str, StoredBlob]] = {}
        self._writes = 0
        self.readable = True
        self.open = True
        self.break_after: int | None = None
        self.hold_after: int | None = None
        self.held = 0
        self._released = asyncio.Event()

    def put(
        self, account: str, container: str, name: str, content: bytes | Path, *, archived: bool = False
    ) -> StoredBlob:
        """Write a blob, over the one of this name."""
        self._writes += 1
        blob = StoredBlob(content, f'"0x8DD{self._writes:012X}"', self._clock.now(), archived)
        self._stored.setdefault((account, container), {})[name] = blob
        return blob

    def configure(self, changes: Mapping[str, Any]) -> dict[str, Any]:
        """Set switches by name, for the panel. Raises ValueError for a name or a value that there is none of."""
        for name, value in changes.items():
            kinds = {"readable": (bool,), "open": (bool,)}.get(name, (int, type(None)))
            if name not in SWITCHES or type(value) not in kinds:
                raise ValueError(name)
            setattr(self, name, value)
        if self.hold_after is None:
            self.release()
        return self.state()

    def state(self) -> dict[str, Any]:
        """What the panel shows."""
        places = self._stored.items()
        return {
            "readable": self.readable,
            "open": self.open,
            "held": self.held,
            "blobs": sorted("/".join((*place, name)) for place, blobs in places for name in blobs),
        }

    async def hold(self) -> None:
        """Wait until somebody releases."""
        self.held += 1
        self._released.clear()
        await self._released.wait()

    def release(self) -> None:
        """Let every answer that waits go on."""
        self.hold_after = None
        self._released.set()

    def container(self, account: str, container: str) -> dict[str, StoredBlob] | None:
        """The blobs of a container by name; None when there is no such container."""
        return self._stored.get((account, container))
