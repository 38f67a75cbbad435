"""What is stored: blobs by account, container and name, with the tag that every write changes."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sandbox.azure_blob import signing
from sandbox.clock import Clock

SWITCHES = frozenset({"readable", "writable", "open", "break_after", "hold_after"})


@dataclass(frozen=True, slots=True)
class StoredBlob:
    """One blob; its bytes are in memory or in a file, so that a large one costs none of the former."""

    content: bytes | Path
    etag: str
    modified: datetime
    archived: bool = False
    content_type: str = "application/octet-stream"
    metadata: tuple[tuple[str, str], ...] = ()

    @property
    def size(self) -> int:
        """Bytes."""
        return self.content.stat().st_size if isinstance(self.content, Path) else len(self.content)


class Blobs:
    """All accounts.

    Attributes:
        readable: the caller's identity holds the role to read.
        writable: the caller's identity holds the role to write.
        open: the network lets the caller in.
        break_after: bytes after which the next answer breaks off, once.
        hold_after: bytes after which every answer waits for `release`.
        held: how many answers have waited.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._stored: dict[tuple[str, str], dict[str, StoredBlob]] = {}
        self._writes = 0
        self._keys: dict[str, str] = {}
        self._blocks: dict[tuple[str, str, str], dict[str, bytes | Path]] = {}
        self.readable = True
        self.writable = True
        self.open = True
        self.break_after: int | None = None
        self.hold_after: int | None = None
        self.held = 0
        self._released = asyncio.Event()

    def put(
        self,
        account: str,
        container: str,
        name: str,
        content: bytes | Path,
        *,
        archived: bool = False,
        content_type: str = "application/octet-stream",
        metadata: tuple[tuple[str, str], ...] = (),
    ) -> StoredBlob:
        """Write a blob, over the one of this name; blocks that were waiting for it are let go."""
        self._writes += 1
        etag = f'"0x8DD{self._writes:012X}"'
        blob = StoredBlob(content, etag, self._clock.now(), archived, content_type, metadata)
        self._stored.setdefault((account, container), {})[name] = blob
        self._blocks.pop((account, container, name), None)
        return blob

    def delete(self, account: str, container: str, name: str) -> None:
        """Remove a blob."""
        del self._stored[account, container][name]

    def blocks(self, account: str, container: str, name: str) -> dict[str, bytes | Path]:
        """The blocks that wait to become a blob, by id; to be added to."""
        return self._blocks.setdefault((account, container, name), {})

    def add_account(self, account: str) -> None:
        """An account that has a key; calls with its key or a signature are taken from now on."""
        self._keys[account] = signing.new_key(account)

    def add_container(self, account: str, container: str) -> None:
        """A container, empty."""
        self._stored.setdefault((account, container), {})

    def account_key(self, account: str) -> str:
        """The key of an account. LookupError for one that has none."""
        return self._keys[account]

    def key_of(self, account: str) -> str | None:
        """The key of an account; None for one that has none."""
        return self._keys.get(account)

    def issue_sas(self, account: str, container: str, until: datetime) -> str:
        """A token of shared access to a container, as a query. LookupError for an account without a key."""
        return signing.issue_sas(account, container, self._keys[account], until)

    def sas_problem(self, place: tuple[str, str, str], query: Mapping[str, str], right: str) -> str | None:
        """The error code of a token of shared access for an account, container and blob; None for a good one."""
        key = self._keys.get(place[0])
        if key is None:
            return "AuthenticationFailed"
        return signing.sas_problem(place, key, query, right, self._clock.now())

    def configure(self, changes: Mapping[str, Any]) -> dict[str, Any]:
        """Set switches by name, for the panel. Raises ValueError for a name or a value that there is none of."""
        for name, value in changes.items():
            kinds = (bool,) if name in {"readable", "writable", "open"} else (int, type(None))
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
            "writable": self.writable,
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
