"""Data from Azure Blob Storage: which blobs somebody may name, and their bytes as an origin.

Only blobs of the configured accounts are read, with the bot's own identity. What is stored of an address is account,
container and name; one that holds a signature is refused before anything else looks at it.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from typing import Final

from bot.errors import FileProblem, Invalid
from providers.azure_blob import AddressProblem, Blob, BlobAddress, BlobReader, StorageAccount, parse_address
from providers.clock import Sleep
from providers.errors import Refused, Throttled, Unavailable

log = logging.getLogger(__name__)
KIND: Final = "blob"
FIELD: Final = "address"
MOST: Final = 2
TRIES: Final = 4
"""How often in a row a read is gone on with that brings nothing new."""
WAIT: Final = 1.0
"""Seconds before it is gone on with; each time in a row as much longer."""
LONGEST_WAIT: Final = 15.0


def named(text: str, accounts: Sequence[StorageAccount]) -> tuple[BlobAddress, ...]:
    """The blobs that a person names, separated by blanks or line ends; none for an empty text.

    Raises:
        Invalid: the codes of `AddressProblem`, `storage_none`, `too_many_sources`; the field is `address`.
    """
    given = text.split()
    if not given:
        return ()
    try:
        found = tuple(parse_address(one, accounts) for one in given)
    except AddressProblem as problem:
        unknown = problem.code == "storage_unknown" and not accounts
        code = "storage_none" if unknown else problem.code
        raise Invalid(code, dict(problem.params), field=FIELD) from None
    if len(found) > MOST:
        raise Invalid("too_many_sources", {"count": len(found)}, field=FIELD)
    return found


def source(address: BlobAddress) -> Mapping[str, str]:
    """What a dataset's source says of a blob."""
    return {KIND: str(address)}


def stored(text: str) -> BlobAddress:
    """The address that a dataset's source says."""
    account, container, name = text.split("/", 2)
    return BlobAddress(account, container, name)


class BlobOrigin:
    """A blob at one moment. A connection that breaks is gone on with from where it was."""

    changed = "blob_replaced"

    def __init__(self, reader: BlobReader, blob: Blob, *, sleep: Sleep = asyncio.sleep) -> None:
        self._reader, self._blob, self._sleep = reader, blob, sleep

    @property
    def name(self) -> str:
        """The last part of the blob's name."""
        return self._blob.address.file_name

    @property
    def size(self) -> int | None:
        """Bytes."""
        return self._blob.size

    async def pieces(self) -> AsyncGenerator[bytes, None]:
        """All bytes.

        Raises:
            FileProblem: `blob_changed`, `blob_cut` after several tries that brought nothing, or a refusal's code.
        """
        at = failures = 0
        while at < self._blob.size:
            began = at
            try:
                async with aclosing(self._reader.chunks(self._blob, at)) as pieces:
                    async for piece in pieces:
                        at += len(piece)
                        yield piece
            except Refused as error:
                raise refused(error) from None
            except (Throttled, Unavailable) as error:
                failures = 1 if at > began else failures + 1
                if failures >= TRIES:
                    raise FileProblem("blob_cut", {"name": self.name, "bytes": at}) from None
                log.info("%s broke off after %d bytes: %s", self._blob.address, at, error)
                await self._sleep(_wait(error, failures))

    async def size_now(self) -> int | None:
        """The same: another version of the blob is another blob."""
        return self._blob.size


async def opened(readers: Mapping[str, BlobReader], given: str, limit: int) -> BlobOrigin:
    """A blob of a configured account, as it is now.

    Raises:
        FileProblem: it is not there, may not be read, is larger than `limit`, or its account left the configuration.
        Throttled, Unavailable: the account cannot be reached now.
    """
    address = stored(given)
    reader = readers.get(address.account)
    if reader is None:
        known = ", ".join(readers)
        raise FileProblem("storage_unknown" if known else "storage_none", {"accounts": known})
    try:
        blob = await reader.look(address)
    except Refused as error:
        raise refused(error) from None
    if blob.size > limit:
        raise FileProblem("too_large", {"name": address.file_name, "bytes": blob.size, "limit": limit})
    return BlobOrigin(reader, blob)


def refused(error: Refused) -> FileProblem:
    """A storage account's no, for the person; its own words go to the log."""
    log.warning("a blob cannot be read: %s", error)
    return FileProblem(error.code, dict(error.params))


def _wait(error: Throttled | Unavailable, failures: int) -> float:
    asked = error.retry_after if isinstance(error, Throttled) else None
    return min(LONGEST_WAIT, asked if asked is not None else WAIT * failures)
