"""Writing below `/blob/{account}` (Storage services REST: Put Blob, Put Block, Put Block List, Delete, List Blobs)."""

import re
import tempfile
from email.utils import format_datetime
from pathlib import Path
from typing import Final
from uuid import uuid4
from xml.sax.saxutils import escape

from aiohttp import web

from sandbox.azure_blob.admission import Door, RefusedError, refusal, version_of
from sandbox.azure_blob.blobs import Blobs, StoredBlob

IN_MEMORY: Final = 4 << 20
MOST_AT_ONCE: Final = 5000 << 20
_PIECE: Final = 1 << 20
_PAGE: Final = 5_000
_LISTED: Final = re.compile(r"<(Latest|Uncommitted|Committed)>([^<>]*)</\1>")
_LIST: Final = re.compile(r"\s*(<\?xml[^>]*\?>)?\s*<BlockList>(.*)</BlockList>\s*", re.DOTALL)
_META: Final = "x-ms-meta-"


class BlobWriting:
    """Serves what changes a container, and its list. Large bodies are kept in files of a temporary folder."""

    def __init__(self, blobs: Blobs, door: Door) -> None:
        self._blobs, self._door = blobs, door
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._files = 0

    def add_routes(self, app: web.Application) -> None:
        """Mount; the folder goes when the application does."""
        app.router.add_put("/blob/{account}/{container}/{name:.+}", self.put)
        app.router.add_delete("/blob/{account}/{container}/{name:.+}", self.delete)
        app.router.add_get("/blob/{account}/{container}", self.list_blobs)
        app.on_cleanup.append(self._close)

    async def put(self, request: web.Request) -> web.StreamResponse:
        """201 for a blob, a block, or a list of blocks."""
        request_id = str(uuid4())
        try:
            blob = await self._written(request)
        except RefusedError as error:
            return refusal(error, request, request_id)
        return web.Response(status=201, headers=_headers(request, request_id, blob))

    async def delete(self, request: web.Request) -> web.StreamResponse:
        """202."""
        request_id = str(uuid4())
        try:
            self._door.admit(request, "d")
            self._delete(self._place(request))
        except RefusedError as error:
            return refusal(error, request, request_id)
        return web.Response(status=202, headers=_headers(request, request_id))

    async def list_blobs(self, request: web.Request) -> web.StreamResponse:
        """200 with a page of a container's blobs as XML; `prefix`, `marker`, `maxresults`."""
        request_id = str(uuid4())
        try:
            stored, size = self._listed(request)
        except RefusedError as error:
            return refusal(error, request, request_id)
        prefix, marker = request.query.get("prefix", ""), request.query.get("marker", "")
        names = sorted(name for name in stored if name.startswith(prefix) and name >= marker)
        here, after = names[:size], names[size : size + 1]
        rows = "".join(_row(name, stored[name]) for name in here)
        container = escape(request.match_info["container"])
        body = (
            f'\ufeff<?xml version="1.0" encoding="utf-8"?><EnumerationResults ContainerName="{container}">'
            f"<Prefix>{escape(prefix)}</Prefix><MaxResults>{size}</MaxResults><Blobs>{rows}</Blobs>"
            f"<NextMarker>{escape(after[0]) if after else ''}</NextMarker></EnumerationResults>"
        )
        headers = _headers(request, request_id)
        return web.Response(text=body, content_type="application/xml", headers=headers)

    async def _written(self, request: web.Request) -> StoredBlob | None:
        """What is made by a PUT; None for a block. Raises RefusedError."""
        self._door.admit(request, "cw")
        place, kind = self._place(request), request.query.get("comp")
        if kind == "block":
            await self._put_block(request, place)
            return None
        if kind == "blocklist":
            return await self._put_list(request, place)
        if kind is not None:
            raise RefusedError(400, "UnsupportedQueryParameter", f"comp={kind} is not known here.")
        return await self._put_blob(request, place)

    def _delete(self, place: tuple[str, str, str]) -> None:
        if place[2] not in (self._blobs.container(*place[:2]) or {}):
            raise RefusedError(404, "BlobNotFound", "The specified blob does not exist.")
        self._blobs.delete(*place)

    def _listed(self, request: web.Request) -> tuple[dict[str, StoredBlob], int]:
        """(what is in the container, how many to a page). Raises RefusedError."""
        query = request.query
        if (query.get("restype"), query.get("comp")) != ("container", "list"):
            raise RefusedError(400, "UnsupportedQueryParameter", "Only lists of containers are known here.")
        self._door.admit(request, "l")
        account, container = request.match_info["account"], request.match_info["container"]
        stored = self._blobs.container(account, container)
        if stored is None:
            raise RefusedError(404, "ContainerNotFound", "The specified container does not exist.")
        size = query.get("maxresults", str(_PAGE))
        if not size.isdecimal() or not 1 <= int(size) <= _PAGE:
            raise RefusedError(400, "OutOfRangeQueryParameterValue", "maxresults is out of range.")
        return stored, int(size)

    async def _put_blob(self, request: web.Request, place: tuple[str, str, str]) -> StoredBlob:
        if request.headers.get("x-ms-blob-type") != "BlockBlob":
            known = request.headers.get("x-ms-blob-type")
            code = "MissingRequiredHeader" if known is None else "InvalidHeaderValue"
            raise RefusedError(400, code, "The header x-ms-blob-type must be BlockBlob.")
        if request.content_length is None:
            raise RefusedError(411, "MissingContentLengthHeader", "Content-Length is mandatory.")
        if request.content_length > MOST_AT_ONCE:
            raise RefusedError(413, "RequestBodyTooLarge", "The request body is too large.")
        self._refuse_existing(request, place)
        content = await self._body(request)
        return self._blobs.put(
            *place, content, content_type=_content_type(request, own=True), metadata=_metadata(request)
        )

    def _refuse_existing(self, request: web.Request, place: tuple[str, str, str]) -> None:
        there = self._blobs.container(*place[:2]) or {}
        if request.headers.get("If-None-Match") == "*" and place[2] in there:
            raise RefusedError(409, "BlobAlreadyExists", "The specified blob already exists.")

    async def _put_block(self, request: web.Request, place: tuple[str, str, str]) -> None:
        block = request.query.get("blockid", "")
        if not block or len(block) > 88:
            raise RefusedError(400, "InvalidQueryParameterValue", "The block id is not valid.")
        self._blobs.blocks(*place)[block] = await self._body(request)

    async def _put_list(self, request: web.Request, place: tuple[str, str, str]) -> StoredBlob:
        self._refuse_existing(request, place)
        found = _LIST.fullmatch((await request.read()).decode("utf-8-sig", errors="replace"))
        if found is None:
            raise RefusedError(400, "InvalidXmlDocument", "The XML is not valid.")
        waiting = self._blobs.blocks(*place)
        wanted = [text for _, text in _LISTED.findall(found.group(2))]
        if any(block not in waiting for block in wanted):
            raise RefusedError(400, "InvalidBlockList", "The specified block list is invalid.")
        path = self._new_file()
        with path.open("wb") as file:
            for block in wanted:
                part = waiting[block]
                file.write(part.read_bytes() if isinstance(part, Path) else part)
        return self._blobs.put(
            *place, path, content_type=_content_type(request, own=False), metadata=_metadata(request)
        )

    async def _body(self, request: web.Request) -> bytes | Path:
        """What is sent."""
        if (request.content_length or 0) <= IN_MEMORY:
            pieces = [piece async for piece in request.content.iter_chunked(_PIECE)]
            return b"".join(pieces)
        path = self._new_file()
        with path.open("wb") as file:
            async for piece in request.content.iter_chunked(_PIECE):
                file.write(piece)
        return path

    def _new_file(self) -> Path:
        if self._folder is None:
            self._folder = tempfile.TemporaryDirectory(prefix="sandbox-blob-")
        self._files += 1
        return Path(self._folder.name) / str(self._files)

    def _place(self, request: web.Request) -> tuple[str, str, str]:
        account, container, name = (request.match_info[key] for key in ("account", "container", "name"))
        if self._blobs.container(account, container) is None:
            raise RefusedError(404, "ContainerNotFound", "The specified container does not exist.")
        return account, container, name

    async def _close(self, _: web.Application) -> None:
        if self._folder is not None:
            self._folder.cleanup()


def _content_type(request: web.Request, *, own: bool) -> str:
    given = request.headers.get("x-ms-blob-content-type")
    return given or (request.headers.get("Content-Type") if own else None) or "application/octet-stream"


def _metadata(request: web.Request) -> tuple[tuple[str, str], ...]:
    return tuple(
        (name[len(_META) :], value)
        for name, value in request.headers.items()
        if name.lower().startswith(_META)
    )


def _headers(request: web.Request, request_id: str, blob: StoredBlob | None = None) -> dict[str, str]:
    headers = {"x-ms-request-id": request_id, "x-ms-version": version_of(request)}
    if blob is not None:
        headers |= {
            "ETag": blob.etag,
            "Last-Modified": format_datetime(blob.modified, usegmt=True),
            "x-ms-request-server-encrypted": "true",
        }
    return headers


def _row(name: str, blob: StoredBlob) -> str:
    return (
        f"<Blob><Name>{escape(name)}</Name><Properties>"
        f"<Creation-Time>{format_datetime(blob.modified, usegmt=True)}</Creation-Time>"
        f"<Last-Modified>{format_datetime(blob.modified, usegmt=True)}</Last-Modified>"
        f"<Etag>{escape(blob.etag.strip(chr(34)))}</Etag><Content-Length>{blob.size}</Content-Length>"
        f"<Content-Type>{escape(blob.content_type)}</Content-Type><BlobType>BlockBlob</BlobType>"
        "<LeaseStatus>unlocked</LeaseStatus><LeaseState>available</LeaseState></Properties></Blob>"
    )
