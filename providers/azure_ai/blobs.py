"""Blobs of a datastore: writing in one piece or in blocks, looking, listing, deleting (Storage services REST).

Everything here may be repeated: a blob's name is the file's own, so writing twice leaves one blob.
"""

import base64
import re
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from html import unescape
from typing import Any, Final
from urllib.parse import quote

from providers.azure_ai.sas import VERSION
from providers.azure_ai.store import Datastore, Stores, Way
from providers.calls import ASK, PART, UPLOAD, Answer, Body, Call, Timeouts
from providers.errors import NotFound, Refused, Unauthorised, Unavailable

TYPE: Final = "application/octet-stream"
PAGES: Final = 200
_TOTAL: Final = re.compile(r"bytes \d+-\d+/(\d+)")
_BLOB: Final = re.compile(r"<Blob>(.*?)</Blob>", re.DOTALL)
_NEXT: Final = re.compile(r"<NextMarker>([^<]+)</NextMarker>")


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredBlob:
    """A blob as it stands there: `size` in bytes, `written_at` aware UTC."""

    path: str
    size: int
    written_at: datetime


class BlobStore:
    """Blobs of the workspace's datastores."""

    def __init__(self, stores: Stores) -> None:
        self._stores = stores

    async def put(self, store: Datastore, path: str, body: Body, size: int) -> datetime:
        """PUT of the whole; when it was written. For files below 5000 MiB (contract 5.3)."""
        headers = {"x-ms-blob-type": "BlockBlob", "Content-Type": TYPE, "Content-Length": str(size)}
        answer = await self._answer(
            store, "files.upload", "PUT", path, headers=headers, body=body, timeouts=UPLOAD
        )
        return written(answer)

    async def put_block(self, store: Datastore, path: str, number: int, body: Body, size: int) -> None:
        """PUT of one block; it is no part of the blob before `put_blocks`."""
        headers = {"Content-Type": TYPE, "Content-Length": str(size)}
        query = {"comp": "block", "blockid": block_id(number)}
        await self._answer(
            store, "files.part", "PUT", path, query=query, headers=headers, body=body, timeouts=PART
        )

    async def put_blocks(self, store: Datastore, path: str, count: int) -> datetime:
        """PUT of the list of blocks, which makes the blob. Raises Conflict when the service lacks one of them."""
        listed = "".join(f"<Latest>{block_id(number)}</Latest>" for number in range(count))
        document = f'<?xml version="1.0" encoding="utf-8"?><BlockList>{listed}</BlockList>'.encode()

        async def body() -> AsyncIterator[bytes]:
            yield document

        headers = {
            "Content-Type": "application/xml",
            "Content-Length": str(len(document)),
            "x-ms-blob-content-type": TYPE,
        }
        answer = await self._answer(
            store, "files.complete", "PUT", path, query={"comp": "blocklist"}, headers=headers, body=body
        )
        return written(answer)

    async def look(self, store: Datastore, path: str) -> StoredBlob:
        """Size and time by reading the first byte: an answer to HEAD has no reason in it."""
        try:
            answer = await self._answer(store, "files.get", "GET", path, headers={"Range": "bytes=0-0"})
        except Refused as error:
            if error.answer.status == 416:
                return StoredBlob(path=path, size=0, written_at=datetime.fromtimestamp(0, UTC))
            raise
        found = _TOTAL.fullmatch(answer.headers.get("content-range", ""))
        if found is None:
            raise Unavailable("unreadable_answer", {"operation": "files.get"})
        return StoredBlob(path=path, size=int(found.group(1)), written_at=written(answer))

    async def beginning(self, store: Datastore, path: str, most: int) -> tuple[bytes, int]:
        """The first bytes, at most `most`, and how many there are in all."""
        answer = await self._answer(
            store, "files.read", "GET", path, headers={"Range": f"bytes=0-{most - 1}"}
        )
        found = _TOTAL.fullmatch(answer.headers.get("content-range", ""))
        return answer.content, int(found.group(1)) if found else len(answer.content)

    async def delete(self, store: Datastore, path: str) -> None:
        """DELETE; one that is gone already is fine."""
        try:
            await self._answer(store, "files.delete", "DELETE", path)
        except NotFound as error:
            if error.code != "not_found":
                raise

    async def listed(self, store: Datastore, prefix: str) -> list[StoredBlob]:
        """All blobs below a prefix; a mark that comes twice ends the list."""
        found: list[StoredBlob] = []
        marks: set[str] = set()
        mark = ""
        for _ in range(PAGES):
            query = {"restype": "container", "comp": "list", "prefix": prefix, "maxresults": "1000"}
            page = await self._answer(
                store, "files.list", "GET", "", query={**query, **({"marker": mark} if mark else {})}
            )
            text = page.content.decode("utf-8", "replace")
            found += read_list(text)
            following = _NEXT.search(text)
            mark = unescape(following.group(1)) if following else ""
            if not mark or mark in marks:
                return found
            marks.add(mark)
        return found

    async def _answer(
        self,
        store: Datastore,
        operation: str,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        body: Body | None = None,
        timeouts: Timeouts = ASK,
    ) -> Answer:
        """One call. A signature that is refused is asked for anew once: it may have been revoked before its end."""
        way = await self._stores.way(store)
        call = Call(
            operation=operation,
            method=method,
            path=f"/{quote(store.container)}" + (f"/{quote(path)}" if path else ""),
            repeatable=True,
            timeouts=timeouts,
            params=query or {},
            body=body,
            headers={"x-ms-version": VERSION, **(headers or {})},
            what={"name": path.rsplit("/", 1)[-1]} if path else {},
        )
        try:
            return await _sent(way, call)
        except Unauthorised as error:
            if error.code != "store_sign_in_refused" or not way.query:
                raise
        self._stores.forget(store)
        return await _sent(await self._stores.way(store), call)


async def _sent(way: Way, call: Call) -> Answer:
    return await way.service.call(replace(call, params={**call.params, **way.query}))


def block_id(number: int) -> str:
    """The id of a block: all of one blob have the same length."""
    return base64.b64encode(f"{number:08d}".encode()).decode()


def written(answer: Answer) -> datetime:
    """When the blob was written, by the service's clock; ours where it does not say."""
    return _date(answer.headers.get("last-modified", "")) or answer.date or answer.received_at


def read_list(text: str) -> Sequence[StoredBlob]:
    """The blobs of a page; one without a name or size is passed over."""
    found: list[StoredBlob] = []
    for match in _BLOB.finditer(text):
        name, size = _inside(match.group(1), "Name"), _inside(match.group(1), "Content-Length")
        if name and size.isdecimal():
            at = _date(_inside(match.group(1), "Last-Modified"))
            found.append(
                StoredBlob(path=name, size=int(size), written_at=at or datetime.fromtimestamp(0, UTC))
            )
    return found


def _inside(text: str, name: str) -> str:
    found = re.search(rf"<{name}(?:\s[^>]*)?>([^<]*)</{name}>", text)
    return unescape(found.group(1)) if found else ""


def _date(text: Any) -> datetime | None:
    try:
        at = parsedate_to_datetime(text)
    except (TypeError, ValueError):
        return None
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
