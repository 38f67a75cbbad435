"""The bytes of files: upload targets, downloads with the app's token (contract sections 1.5 and 2.1)."""

from pathlib import Path
from typing import Final

from aiohttp import BodyPartReader, StreamReader, web

from sandbox.slack import ids
from sandbox.slack.files import MAX_BYTES, File
from sandbox.slack.web_api.app import token_of
from sandbox.slack.web_api.files import may_see
from sandbox.slack.web_api.method import Context

CHUNK: Final = 1 << 18
LOGIN_PAGE: Final = (
    "<!DOCTYPE html><html><head><title>Sandbox workspace: sign in</title></head>"
    "<body><h1>Sign in to the sandbox workspace</h1></body></html>"
)


class TooLargeError(Exception):
    """More bytes than a file may have."""


async def write_stream(source: StreamReader | BodyPartReader, path: Path) -> int:
    """Stream bytes to disk; returns how many. Raises TooLargeError above 1 GB."""
    size = 0
    with path.open("wb") as target:
        while chunk := await _next_chunk(source):
            size += len(chunk)
            if size > MAX_BYTES:
                raise TooLargeError
            target.write(chunk)
    return size


async def _next_chunk(source: StreamReader | BodyPartReader) -> bytes:
    if isinstance(source, StreamReader):
        return await source.read(CHUNK)
    return bytes(await source.read_chunk(CHUNK))


class Transfer:
    """Takes and gives the bytes of files."""

    def __init__(self, context: Context) -> None:
        self._context = context

    async def upload(self, request: web.Request) -> web.StreamResponse:
        """`POST /slack/upload/{token}`: raw bytes or multipart; no token of the app is needed."""
        file = self._context.files.by_upload_token(request.match_info["token"])
        if file is None or file.completed:
            return web.Response(status=404, text="no such upload")
        try:
            if request.content_type.startswith("multipart/"):
                file.size = await self._from_parts(request, file)
            else:
                file.size = await write_stream(request.content, file.path)
        except TooLargeError:
            file.path.unlink(missing_ok=True)
            return web.Response(status=413, text="file too large")
        file.uploaded = True
        return web.Response(text=f"OK - {file.size}")

    async def download(self, request: web.Request) -> web.StreamResponse:
        """`GET /slack/files-pri/{team}-{file}/…`: the bytes, or with status 200 a page to sign in."""
        allowed = token_of(request) == ids.BOT_TOKEN and "files:read" in self._context.options.scopes
        if not allowed:
            return web.Response(text=LOGIN_PAGE, content_type="text/html")
        file_id = request.match_info["file"].partition("-")[2]
        file = self._context.files.get(file_id)
        if file is None or file.mode == "tombstone" or not may_see(self._context, file):
            return web.Response(status=404, text="<!DOCTYPE html><html></html>", content_type="text/html")
        return await self._odd(request, file) if file.odd.in_download else self.response(file)

    async def _odd(self, request: web.Request, file: File) -> web.StreamResponse:
        """A download that waits on the way, or breaks off."""
        odd, sent = file.odd, 0
        response = web.StreamResponse(headers=self._headers(file))
        response.content_length = file.path.stat().st_size
        await response.prepare(request)
        with file.path.open("rb") as source:
            while piece := source.read(odd.next_stop(sent, CHUNK)):
                await response.write(piece)
                sent += len(piece)
                if sent == odd.hold_at:
                    odd.held += 1
                    await odd.released.wait()
                if sent == odd.cut_at:
                    if request.transport is not None:
                        request.transport.close()
                    return response
        await response.write_eof()
        return response

    def response(self, file: File) -> web.FileResponse:
        """The bytes of a file with Slack's headers."""
        return web.FileResponse(file.path, headers=self._headers(file), chunk_size=CHUNK)

    def _headers(self, file: File) -> dict[str, str]:
        _filetype, mimetype = self._context.files.type_of(file)
        name = file.name.replace('"', "").replace("\\", "").replace("\r", "").replace("\n", "")
        quoted = name.encode("ascii", "replace").decode()
        return {"Content-Type": mimetype, "Content-Disposition": f'attachment; filename="{quoted}"'}

    async def _from_parts(self, request: web.Request, file: File) -> int:
        reader = await request.multipart()
        while (part := await reader.next()) is not None:
            if isinstance(part, BodyPartReader):
                return await write_stream(part, file.path)
        return 0
