"""What is sent, and how: sources of bytes, progress, uploads in parts that can be gone on with."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from providers.base import State


class ByteSource(Protocol):
    """Bytes with a known length that can be read again from any offset."""

    @property
    def size(self) -> int:
        """Length in bytes."""
        ...

    def chunks(self, offset: int = 0) -> AsyncIterator[bytes]:
        """Pieces of at most 1 MiB from `offset` to the end."""
        ...


Progress = Callable[[int], Awaitable[None]]
"""Called with the number of bytes sent so far."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InParts:
    """How a large file is sent.

    Attributes:
        above: files of more bytes than this go in parts.
        size: bytes of a part; an upload that was begun keeps the size that it was begun with.
        keep: called whenever there is more to go on with, and with an empty state when there is nothing any more.
            It returns only when that is stored: what follows may be what a crash must not repeat.
    """

    above: int
    size: int
    keep: "Callable[[State], Awaitable[None]]"
