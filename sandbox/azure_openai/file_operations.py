"""The operations on files: upload, import, list, read, content, delete (contract 1.1, 1.3)."""

import asyncio
import ipaddress
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import aiohttp
from aiohttp import BodyPartReader, web
from aiohttp.http_exceptions import HttpProcessingError

from sandbox.azure_openai import refusals
from sandbox.azure_openai.files import Files, StoredFile
from sandbox.azure_openai.gateway import Call, Gateway
from sandbox.azure_openai.resource import Resource
from sandbox.azure_openai.versions import only_dated

CHUNK: Final = 1 << 20
_MULTIPART_OVERHEAD: Final = 1 << 20


class FileOperations:
    """Serves `/files…` of every resource."""

    def __init__(self, gateway: Gateway, resource: Callable[[str], Resource]) -> None:
        self._gateway = gateway
        self._resource = resource
        gateway.add("POST", "/files", self.upload)
        gateway.add("POST", "/files/import", self.import_from_url, has=only_dated)
        gateway.add("GET", "/files", self.list)
        gateway.add("GET", "/files/{id}", self.get)
        gateway.add("GET", "/files/{id}/content", self.content)
        gateway.add("DELETE", "/files/{id}", self.delete)

    async def upload(self, call: Call) -> web.StreamResponse:
        """201 with `Location` (v1: 200); the `file` part must carry a Content-Type."""
        files = self._resource(call.resource).files
        request = call.request
        files.check_rate()
        files.check_room(max(0, (request.content_length or 0) - _MULTIPART_OVERHEAD))
        path = files.new_path()
        with discarded_on_failure(path):
            purpose, filename = await _read_form(request, path, files.limits.file_bytes)
            purpose = files.check_purpose(purpose, call.version)
            if filename is None:
                raise refusals.missing("file")
            size = path.stat().st_size
            if size == 0:
                raise refusals.missing("file")
            files.check_form(size)
            files.check_room(size)
        file = files.add(filename, purpose, path, size)
        created = _created(call, file)
        files.process(file)
        self._resource(call.resource).warm_up()
        return created

    async def import_from_url(self, call: Call) -> web.StreamResponse:
        """201; the body is fetched afterwards (from loopback only: the sandbox reaches nothing else)."""
        files = self._resource(call.resource).files
        body = await call.body()
        purpose, filename, url = (body.get(name) for name in ("purpose", "filename", "content_url"))
        purpose = files.check_purpose(purpose if isinstance(purpose, str) else None, call.version)
        if not isinstance(filename, str) or not filename:
            raise refusals.missing("filename")
        if not isinstance(url, str) or not _is_web_address(url):
            raise refusals.missing("content_url")
        files.check_room()
        file = files.add(filename, purpose, files.new_path(), None)
        created = _created(call, file)
        self._resource(call.resource).spawn(_fetch(files, file, url))
        return created

    async def list(self, call: Call) -> web.StreamResponse:
        """200; `purpose` filters in the versions that have it; no paging (v1's envelope says so)."""
        purpose = call.request.query.get("purpose") if call.version.purpose_filter else None
        data = [
            file.as_json()
            for file in self._resource(call.resource).files
            if purpose is None or file.purpose == purpose
        ]
        envelope: dict[str, Any] = {"data": data, "object": "list"}
        if call.version.undated:
            ends = {"first_id": data[0]["id"], "last_id": data[-1]["id"]} if data else {}
            envelope |= {"first_id": None, "last_id": None, **ends, "has_more": False}
        return web.json_response(envelope)

    async def get(self, call: Call) -> web.StreamResponse:
        """200 or 404."""
        return web.json_response(self._resource(call.resource).files.get(call.item()).as_json())

    async def content(self, call: Call) -> web.StreamResponse:
        """200 with the bytes as they were uploaded."""
        file = self._resource(call.resource).files.get(call.item())
        if file.size is None:
            raise refusals.no_content_yet(file.id)
        headers = {"Content-Type": "application/octet-stream", **self._gateway.stream_headers(call)}
        return web.FileResponse(file.path, headers=headers)

    async def delete(self, call: Call) -> web.StreamResponse:
        """204, or 200 with a body in the versions from 2024-10-21."""
        self._resource(call.resource).files.delete(call.item())
        if call.version.delete_has_body:
            return web.json_response({"object": "file", "id": call.item(), "deleted": True})
        return web.Response(status=204)


def _created(call: Call, file: StoredFile) -> web.Response:
    return call.created(file.as_json(), f"/files/{file.id}")


def _is_web_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname)


async def _read_form(request: web.Request, path: Path, limit: int) -> tuple[str | None, str | None]:
    """Write the `file` part to `path`; returns purpose and filename. Raises ServiceError."""
    purpose: str | None = None
    filename: str | None = None
    async for part in form_parts(request):
        if part.name == "purpose":
            purpose = (await part.text()).strip()
        elif part.name == "file":
            if not part.headers.get("Content-Type"):
                raise refusals.no_content_type()
            filename = part.filename or None
            await write_part(part, path, limit)
    return purpose, filename


async def form_parts(request: web.Request) -> AsyncIterator[BodyPartReader]:
    """The parts of a multipart form. Raises ServiceError for a form that cannot be read."""
    if request.content_type != "multipart/form-data":
        raise refusals.not_multipart()
    try:
        reader = await request.multipart()
        while (part := await reader.next()) is not None:
            if not isinstance(part, BodyPartReader):
                raise refusals.not_multipart()
            yield part
    except (ValueError, HttpProcessingError, web.HTTPRequestEntityTooLarge) as error:
        raise refusals.not_multipart() from error


@contextmanager
def discarded_on_failure(path: Path) -> Iterator[None]:
    """Leave no half-written body on disk when the request is refused or the client goes away."""
    kept = False
    try:
        yield
        kept = True
    finally:
        if not kept:
            path.unlink(missing_ok=True)


async def write_part(part: BodyPartReader, path: Path, limit: int) -> None:
    """Stream one part to disk. Raises ServiceError when it is larger than `limit`."""
    written = 0
    with path.open("wb") as target:
        while chunk := await part.read_chunk(CHUNK):
            written += len(chunk)
            if written > limit:
                raise refusals.too_large(limit)
            await asyncio.to_thread(target.write, chunk)


async def _fetch(files: Files, file: StoredFile, url: str) -> None:
    """Download an import; a failure ends in the file's status, never with the url (it may hold a secret)."""
    file.status = "running"
    try:
        await _download(url, file.path, files.limits.file_bytes)
        size = file.path.stat().st_size
        if size == 0:
            files.fail(file, refusals.IMPORT_FAILED)
            return
    except (aiohttp.ClientError, TimeoutError, OSError, ValueError):
        files.fail(file, refusals.IMPORT_FAILED)
        return
    file.size = size
    file.status = "pending"
    files.process(file)


async def _download(url: str, path: Path, limit: int) -> None:
    host = urlsplit(url).hostname or ""
    if host != "localhost" and not ipaddress.ip_address(host).is_loopback:
        raise ValueError(host)
    timeout: Any = aiohttp.ClientTimeout(total=60)
    async with aiohttp.ClientSession(timeout=timeout) as session, session.get(url) as response:
        response.raise_for_status()
        written = 0
        with path.open("wb") as target:
            async for chunk in response.content.iter_chunked(CHUNK):
                written += len(chunk)
                if written > limit:
                    raise ValueError("size")
                await asyncio.to_thread(target.write, chunk)
