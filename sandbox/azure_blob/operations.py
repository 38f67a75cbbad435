"""`GET` and `HEAD` of blobs below `/blob/{account}` (Storage services REST: Get Blob, Get Blob Properties)."""

import re
from collections.abc import AsyncIterator
from email.utils import format_datetime
from typing import Final
from uuid import uuid4

from aiohttp import web

from sandbox.azure_blob.admission import Door, RefusedError, refusal, version_of
from sandbox.azure_blob.blobs import Blobs, StoredBlob
from sandbox.common.entra import Identity

ACCOUNT: Final = "contosodata"
CONTAINER: Final = "training"
SAMPLE: Final = "support/train_blob.jsonl"
PIECE: Final = 256 * 1024
_RANGE: Final = re.compile(r"bytes=(\d+)-(\d*)")


class BlobOperations:
    """Serves the blobs of all accounts."""

    def __init__(self, blobs: Blobs, door: Door) -> None:
        self._blobs, self._door = blobs, door

    async def read(self, request: web.Request) -> web.StreamResponse:
        """200 or 206 with the bytes; 4xx with the code in a header and, for GET, as XML."""
        request_id = str(uuid4())
        try:
            blob = self._found(request)
            first, last, partial = _asked(request, blob)
        except RefusedError as error:
            return refusal(error, request, request_id)
        headers = {
            "ETag": blob.etag,
            "Last-Modified": format_datetime(blob.modified, usegmt=True),
            "Accept-Ranges": "bytes",
            "Content-Type": blob.content_type,
            "Content-Length": str(last - first + 1),
            "x-ms-blob-type": "BlockBlob",
            "x-ms-request-id": request_id,
            "x-ms-version": version_of(request),
            **{f"x-ms-meta-{name}": value for name, value in blob.metadata},
        }
        if partial:
            headers["Content-Range"] = f"bytes {first}-{last}/{blob.size}"
        response = web.StreamResponse(status=206 if partial else 200, headers=headers)
        await response.prepare(request)
        if request.method == "GET":
            await self._send(request, response, _pieces(blob, first, last))
        await response.write_eof()
        return response

    async def _send(
        self, request: web.Request, response: web.StreamResponse, pieces: AsyncIterator[bytes]
    ) -> None:
        left = self._blobs.break_after
        sent = 0
        async for piece in pieces:
            sent += len(piece)
            if self._blobs.hold_after is not None and sent > self._blobs.hold_after:
                await self._blobs.hold()
            if left is not None and len(piece) >= left and request.transport is not None:
                self._blobs.break_after = None
                await response.write(piece[:left])
                request.transport.close()
                return
            await response.write(piece)
            left = None if left is None else left - len(piece)

    def _found(self, request: web.Request) -> StoredBlob:
        self._door.admit(request, "r")
        account, container, name = (request.match_info[key] for key in ("account", "container", "name"))
        stored = self._blobs.container(account, container)
        if stored is None:
            raise RefusedError(404, "ContainerNotFound", "The specified container does not exist.")
        blob = stored.get(name)
        if blob is None:
            raise RefusedError(404, "BlobNotFound", "The specified blob does not exist.")
        if blob.archived:
            raise RefusedError(409, "BlobArchived", "This operation is not permitted on an archived blob.")
        return blob


def _asked(request: web.Request, blob: StoredBlob) -> tuple[int, int, bool]:
    """(first byte, last byte, whether that is a part). The last of an empty blob is -1."""
    wanted = request.headers.get("If-Match")
    if wanted not in (None, "*", blob.etag):
        raise RefusedError(412, "ConditionNotMet", "The condition in the request headers was not met.")
    asked = request.headers.get("x-ms-range") or request.headers.get("Range")
    found = _RANGE.fullmatch(asked) if asked else None
    if found is None:
        return 0, blob.size - 1, False
    first = int(found.group(1))
    last = min(int(found.group(2)) if found.group(2) else blob.size - 1, blob.size - 1)
    if first >= blob.size or last < first:
        raise RefusedError(416, "InvalidRange", "The range specified is invalid for the current size.")
    return first, last, True


async def _pieces(blob: StoredBlob, first: int, last: int) -> AsyncIterator[bytes]:
    if isinstance(blob.content, bytes):
        for start in range(first, last + 1, PIECE):
            yield blob.content[start : min(start + PIECE, last + 1)]
        return
    with blob.content.open("rb") as file:
        file.seek(first)
        left = last - first + 1
        while left and (piece := file.read(min(PIECE, left))):
            left -= len(piece)
            yield piece


def install_blobs(app: web.Application, blobs: Blobs, identity: Identity) -> None:
    """Add the routes; `GET` takes `HEAD` along."""
    # Here, because writing is built on this module.
    from sandbox.azure_blob.writing import BlobWriting

    door = Door(blobs, identity)
    app.router.add_get("/blob/{account}/{container}/{name:.+}", BlobOperations(blobs, door).read)
    BlobWriting(blobs, door).add_routes(app)
