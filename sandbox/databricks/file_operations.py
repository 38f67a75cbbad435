"""The Files API (contract 2)."""

from email.utils import formatdate
from pathlib import Path

from aiohttp import web

from sandbox.databricks.errors import invalid, no_file, no_folder
from sandbox.databricks.gateway import Call, Gateway, next_token, page
from sandbox.databricks.volumes import Entry, Volumes

_MOST_BYTES = 5 * 1024**3


class FileOperations:
    """Registers the operations on files and directories of volumes."""

    def __init__(self, gateway: Gateway, volumes: Volumes) -> None:
        self._volumes = volumes
        files, folders = "/api/2.0/fs/files/{path:.+}", "/api/2.0/fs/directories/{path:.+}"
        gateway.add("PUT", files, self._upload)
        gateway.add("GET", files, self._download)
        gateway.add("HEAD", files, self._head)
        gateway.add("DELETE", files, self._delete)
        gateway.add("PUT", folders, self._make)
        gateway.add("HEAD", folders, self._exists)
        gateway.add("DELETE", folders, self._remove)
        gateway.add("GET", folders, self._list)

    async def _upload(self, call: Call) -> web.Response:
        path = self._volumes.checked(call.item("path"), write=True)
        overwrite = call.asked("overwrite", "false")
        if overwrite not in {"true", "false"}:
            raise invalid("overwrite must be true or false.")
        self._volumes.check_place(path, overwrite=overwrite == "true")
        body = self._volumes.new_body()
        try:
            await self._receive(call, body)
            # Another upload may have taken the place while this one was under way.
            self._volumes.check_place(path, overwrite=overwrite == "true")
            self._volumes.put(path, body)
        except BaseException:
            body.unlink(missing_ok=True)
            raise
        return web.Response(status=204)

    async def _receive(self, call: Call, body: Path) -> None:
        size = 0
        with body.open("wb") as out:
            async for piece in call.request.content.iter_chunked(1 << 16):
                size += len(piece)
                if size > _MOST_BYTES:
                    raise invalid("The file is larger than 5 GiB.")
                out.write(piece)

    async def _download(self, call: Call) -> web.StreamResponse:
        entry = self._found(call)
        return web.FileResponse(entry.body, headers=_headers(entry, length=False))

    async def _head(self, call: Call) -> web.Response:
        entry = self._found(call)
        return web.Response(headers=_headers(entry, length=True))

    async def _delete(self, call: Call) -> web.Response:
        self._volumes.delete(self._volumes.checked(call.item("path"), write=True))
        return web.Response(status=204)

    async def _make(self, call: Call) -> web.Response:
        self._volumes.make_folder(self._volumes.checked(call.item("path"), write=True))
        return web.Response(status=204)

    async def _exists(self, call: Call) -> web.Response:
        path = self._volumes.checked(call.item("path"))
        if not self._volumes.is_folder(path):
            raise no_folder(path)
        return web.Response()

    async def _remove(self, call: Call) -> web.Response:
        self._volumes.remove_folder(self._volumes.checked(call.item("path"), write=True))
        return web.Response(status=204)

    async def _list(self, call: Call) -> web.Response:
        path = self._volumes.checked(call.item("path"))
        if not self._volumes.is_folder(path):
            raise no_folder(path)
        first, size = page(call, "page_size", 1000, 1000)
        found = list(self._volumes.children(path))
        shown = found[first : first + size]
        contents = [_content(name, entry) for name, entry in shown]
        return web.json_response({"contents": contents, **next_token(first, len(shown), len(found))})

    def _found(self, call: Call) -> Entry:
        path = self._volumes.checked(call.item("path"))
        entry = self._volumes.file(path)
        if entry is None:
            raise no_file(path)
        return entry


def _content(path: str, entry: Entry | None) -> dict[str, object]:
    shown: dict[str, object] = {
        "path": path,
        "name": path.rpartition("/")[2],
        "is_directory": entry is None,
    }
    if entry is not None:
        shown |= {"file_size": entry.size, "last_modified": entry.modified}
    return shown


def _headers(entry: Entry, *, length: bool) -> dict[str, str]:
    headers = {
        "Content-Type": "application/octet-stream",
        "Last-Modified": formatdate(entry.modified / 1000, usegmt=True),
    }
    return headers | ({"Content-Length": str(entry.size)} if length else {})
