"""`GET` and `HEAD` of blobs below `/blob/{account}` (Storage services REST: Get Blob, Get Blob Properties).

A token of Entra ID for `https://storage.azure.com` and `x-ms-version` are demanded; a signature in the address is taken
for a wrong one, since nobody signs anything here.
"""

import re
from collections.abc import AsyncIterator
from email.utils import format_datetime
from typing import Final
from uuid import uuid4
from xml.sax.saxutils import escape

from aiohttp import web

from sandbox.azure_blob.blobs import Blobs, StoredBlob
from sandbox.azure_openai.identity import Identity

AUDIENCE: Final = frozenset({"https://storage.azure.com"})
ACCOUNT: Final = "contosodata"
CONTAINER: Final = "training"
SAMPLE: Final = "support/train_blob.jsonl"
PIECE: Final = 256 * 1024
_VERSION: Final = re.compile(r"\d{4}-\d{2}-\d{2}")
_OLDEST: Final = "2017-11-09"
_RANGE: Final = re.compile(r"bytes=(\d+)-(\d*)")


class RefusedError(Exception):
    """What the service answers instead."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(code)
        self.status, self.code, self.message = status, code, message


class BlobOperations:
    """Serves the blobs of all accounts."""

    def __init__(self, blobs: Blobs, identity: Identity) -> None:
        self._blobs, self._identity = blobs, identity

    async def read(self, request: web.Request) -> web.StreamResponse:
        """200 or 206 with the bytes; 4xx with the code in a header and, for GET, as XML."""
        request_id = str(uuid4())
        try:
            blob = self._found(request)
            first, last, partial = _asked(request, blob)
        except RefusedError as error:
            return _refusal(error, request, request_id)
        headers = {
            "ETag": blob.etag,
            "Last-Modified": format_datetime(blob.modified, usegmt=True),
            "Accept-Ranges": "bytes",
            "Content-Type": "application/octet-stream",
            "Content-Length": str(last - first + 1),
            "x-ms-blob-type": "BlockBlob",
            "x-ms-request-id": request_id,
            "x-ms-version": request.headers["x-ms-version"],
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
        self._check_caller(request)
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

    def _check_caller(self, request: web.Request) -> None:
        if "sig" in request.query:
            raise RefusedError(403, "AuthenticationFailed", "Signature did not match.")
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise RefusedError(
                401, "NoAuthenticationInformation", "Server failed to authenticate the request."
            )
        version = request.headers.get("x-ms-version", "")
        if not version:
            raise RefusedError(400, "MissingRequiredHeader", "An HTTP header that is mandatory is not given.")
        if not _VERSION.fullmatch(version) or version < _OLDEST:
            raise RefusedError(400, "InvalidHeaderValue", "The value for one of the HTTP headers is wrong.")
        if not self._identity.accepts(token, AUDIENCE):
            raise RefusedError(401, "InvalidAuthenticationInfo", "Server failed to authenticate the request.")
        if not self._blobs.open:
            raise RefusedError(403, "AuthorizationFailure", "This request is not authorized.")
        if not self._blobs.readable:
            raise RefusedError(
                403,
                "AuthorizationPermissionMismatch",
                "This request is not authorized to perform this operation using this permission.",
            )


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


def _refusal(error: RefusedError, request: web.Request, request_id: str) -> web.Response:
    headers = {"x-ms-error-code": error.code, "x-ms-request-id": request_id}
    if request.method == "HEAD":
        return web.Response(status=error.status, headers=headers)
    body = (
        '\ufeff<?xml version="1.0" encoding="utf-8"?>'
        f"<Error><Code>{escape(error.code)}</Code>"
        f"<Message>{escape(error.message)}\nRequestId:{request_id}</Message></Error>"
    )
    return web.Response(status=error.status, text=body, content_type="application/xml", headers=headers)


def install_blobs(app: web.Application, blobs: Blobs, identity: Identity) -> None:
    """Add the routes; `GET` takes `HEAD` along."""
    app.router.add_get("/blob/{account}/{container}/{name:.+}", BlobOperations(blobs, identity).read)
