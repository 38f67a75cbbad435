"""What fetching needs of the place where a file's bytes are."""

from collections.abc import AsyncGenerator
from typing import Protocol


class Origin(Protocol):
    """A file somewhere else, as it was when it was looked at.

    Attributes:
        name: what people call it.
        size: bytes by that place's account; None when it does not say.
        changed: the code of `bot.errors.FileProblem` for bytes that are not those that were checked.
    """

    @property
    def name(self) -> str: ...  # noqa: D102  described above

    @property
    def size(self) -> int | None: ...  # noqa: D102  described above

    @property
    def changed(self) -> str: ...  # noqa: D102  described above

    def pieces(self) -> AsyncGenerator[bytes, None]:
        """All bytes, in pieces of at most 256 KiB.

        Raises:
            FileProblem: they cannot be had.
            ChatError, ProviderError: that place cannot be reached now; may be asked again.
        """
        ...

    async def size_now(self) -> int | None:
        """What that place says of the size when asked once more."""
        ...
