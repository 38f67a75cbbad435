"""Reads blobs with the bot's own identity: what they are, and their bytes from any place on."""

import asyncio
import random as random_module
import re
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from providers.auth import EntraAuth, EntraSettings
from providers.azure_blob.address import BlobAddress
from providers.azure_blob.dialect import BlobDialect
from providers.azure_blob.settings import StorageAccount
from providers.calls import DOWNLOAD, Call
from providers.clock import Clock, Random, Sleep
from providers.errors import Refused, Unavailable
from providers.http import HttpService
from providers.network import NetworkOptions, make_client
from providers.retry import RetryPolicy

VERSION: Final = "2021-12-02"
"""x-ms-version: any from 2017-11-09 on takes tokens of Entra ID; this one is in every cloud."""
PIECE: Final = 256 * 1024
_TOTAL: Final = re.compile(r"bytes \d+-\d+/(\d+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Blob:
    """What a blob is at one moment: `size` in bytes, `etag` changes with every write."""

    address: BlobAddress
    size: int
    etag: str


class BlobReader:
    """One storage account. Every method raises `providers.errors.ProviderError` and nothing else."""

    def __init__(
        self,
        account: StorageAccount,
        *,
        network: NetworkOptions,
        clock: Clock,
        sleep: Sleep = asyncio.sleep,
        random: Random = random_module.random,
        policy: RetryPolicy | None = None,
    ) -> None:
        settings = EntraSettings(
            kind=account.credential,
            scope=account.scope,
            client_id=account.client_id,
            tenant_id=account.tenant_id,
            authority=account.authority,
        )
        self.account = account
        self._service = HttpService(
            account.base,
            client=make_client(network),
            auth=EntraAuth(settings, network=network, clock=clock),
            dialect=BlobDialect(account),
            clock=clock,
            sleep=sleep,
            random=random,
            policy=policy or RetryPolicy(),
        )

    async def look(self, address: BlobAddress) -> Blob:
        """Size and version of a blob, by reading its first byte: an answer to HEAD has no reason in it.

        Raises:
            NotFound: `blob_not_found`, `container_not_found`.
            Unauthorised: `blob_role_missing` with `role` and `grant` (the command that assigns it),
                `blob_network_refused`, `token_refused`.
            Conflict: `blob_archived`.
            Refused: `blob_empty`, `blob_refused`.
        """
        try:
            answer = await self._service.call(self._get("blob.look", address, {"Range": "bytes=0-0"}))
        except Refused as error:
            if error.answer.status == 416:
                raise Refused("blob_empty", error.params, error.answer) from None
            raise
        etag = answer.headers.get("etag", "")
        found = _TOTAL.fullmatch(answer.headers.get("content-range", ""))
        if not etag or found is None:
            raise Unavailable("unreadable_answer", {"operation": "blob.look"})
        return Blob(address=address, size=int(found.group(1)), etag=etag)

    async def chunks(self, blob: Blob, offset: int = 0) -> AsyncGenerator[bytes, None]:
        """The bytes from `offset` to the end, as they were when `look` saw them, in pieces of at most 256 KiB.

        A break is `Unavailable` (`blob_cut` with `bytes` when the service just stopped): the pieces before it are
        good, and the rest can be asked for from there.

        Raises:
            Conflict: `blob_changed`: somebody wrote to it since.
        """
        headers = {"If-Match": blob.etag, "Range": f"bytes={offset}-", "Accept-Encoding": "identity"}
        at = offset
        async with self._service.stream(self._get("blob.read", blob.address, headers)) as pieces:
            async for piece in pieces:
                if at + len(piece) > blob.size:
                    # A proxy that does not know ranges answers with the whole.
                    raise Refused("blob_refused", {"operation": "blob.read", "blob": blob.address.name})
                for start in range(0, len(piece), PIECE):
                    yield piece[start : start + PIECE]
                at += len(piece)
        if at != blob.size:
            raise Unavailable("blob_cut", {"operation": "blob.read", "bytes": at})

    def _get(self, operation: str, address: BlobAddress, headers: Mapping[str, str]) -> Call:
        return Call(
            operation=operation,
            method="GET",
            path=f"/{address.container}/{quote(address.name)}",
            repeatable=True,
            timeouts=DOWNLOAD,
            headers={"x-ms-version": VERSION, **headers},
            what={"container": address.container, "blob": address.name},
        )

    async def aclose(self) -> None:
        """Close connections and the credential."""
        await self._service.aclose()
