"""Training data in a Unity Catalog volume (contract 2).

Each file has a folder of its own, because pretraining reads whole folders: `{volume}/tunesmith/{stem}/{name}`. Its id
is `dbfs:` and its path, which is also what a training names.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from providers.base import Ref, RemoteFile
from providers.calls import UPLOAD, Answer, Call
from providers.clock import Clock
from providers.databricks.client import WorkspaceClient, volume_path
from providers.databricks.texts import as_text
from providers.errors import Conflict, NotFound, Refused
from providers.mlflow.reading import moment, number, text
from providers.retry import http_date
from providers.sending import ByteSource, Progress

FILES: Final = "/api/2.0/fs/files"
DIRECTORIES: Final = "/api/2.0/fs/directories"
SCHEME: Final = "dbfs:"
FOLDER: Final = "tunesmith"
"""Name of our folder in the volume."""
PURPOSE: Final = "fine-tune"
PAGE: Final = "1000"
TEXT: Final = ".txt"


def stem_of(name: str) -> str:
    """A file's name without its ending."""
    return name.rpartition(".")[0] or name


def folder_of(file_id: str) -> str:
    """The folder that a text file stands in, which is what pretraining reads; a folder's id is its own."""
    return file_id.rpartition("/")[0] if file_id.endswith(TEXT) else file_id.rstrip("/")


def file_in(folder: str) -> str:
    """The file that `folder_of` made this folder of, where it is one of ours; the folder itself otherwise."""
    parts = folder.rstrip("/").split("/")
    if len(parts) < 2 or parts[-2] != FOLDER:
        return folder
    return f"{folder.rstrip('/')}/{parts[-1]}{TEXT}"


class VolumeFiles:
    """The files that we put into one volume."""

    def __init__(self, client: WorkspaceClient, volume: str, clock: Clock) -> None:
        self._client = client
        self._root = f"{volume}/{FOLDER}"
        self._clock = clock

    async def upload(self, src: ByteSource, name: str, note: Progress) -> RemoteFile:
        """Send a file in one piece, once; one of the same name and size that is there already counts as sent.

        What is called `.txt` is sent as plain text (`providers.databricks.texts`).

        Raises:
            OutcomeUnknown: no answer came.
            Conflict: `upload_differs` when another file of this name is there.
            NotFound: `volume_unknown`.
        """
        path = self._path(name)
        src = await as_text(src) if name.endswith(TEXT) else src
        await self._make_folder(path.rpartition("/")[0])

        async def body() -> AsyncIterator[bytes]:
            sent = 0
            async for piece in src.chunks():
                sent += len(piece)
                if sent > src.size:
                    break
                yield piece
                await note(sent)
            if sent != src.size:
                raise Refused("source_changed", {"expected": src.size, "sent": sent})

        call = Call(
            operation="files.upload",
            method="PUT",
            path=volume_path(FILES, path),
            repeatable=False,
            timeouts=UPLOAD,
            params={"overwrite": "false"},
            body=body,
            headers={"Content-Type": "application/octet-stream", "Content-Length": str(src.size)},
            what={"name": name},
        )
        try:
            await self._client.answer(call)
        except Conflict as error:
            there = await self.look(SCHEME + path)
            if there is None or there.bytes != src.size:
                raise Conflict("upload_differs", {"name": name}, error.answer) from error
            return there
        return self._file(path, src.size, self._clock.now())

    async def find(self, name: str, size: int, since: datetime) -> RemoteFile | None:
        """The file of this name where it has this size and is not older than `since`.

        The size of a `.txt` says nothing: it may have been sent as another one than was given.
        """
        found = await self.look(SCHEME + self._path(name))
        if found is None or found.created_at < since:
            return None
        return found if found.bytes == size or name.endswith(TEXT) else None

    async def look(self, file_id: str) -> RemoteFile | None:
        """One file; None when it is not there."""
        path = file_id.removeprefix(SCHEME)
        call = Call(
            operation="files.get",
            method="HEAD",
            path=volume_path(FILES, path),
            repeatable=True,
            what={"file": file_id},
        )
        try:
            answer = await self._client.answer(call)
        except NotFound:
            return None
        size = number(answer.headers.get("content-length"))
        return self._file(path, int(size) if size is not None else None, _modified(answer))

    async def get(self, file_id: str) -> RemoteFile:
        """One file. Raises `NotFound("not_found")`."""
        found = await self.look(file_id)
        if found is None:
            raise NotFound("not_found", {"operation": "files.get", "file": file_id})
        return found

    async def files(self) -> Sequence[RemoteFile]:
        """All files that we put there: one request for our folder, one for each folder in it."""
        found: list[RemoteFile] = []
        for folder in await self._list(self._root):
            if folder.is_dir:
                found.extend(
                    self._file(one.path, one.size, one.modified or self._clock.now())
                    for one in await self._list(folder.path)
                    if not one.is_dir
                )
        return found

    async def delete(self, f: Ref) -> None:
        """Delete a file and its folder when that is empty then; gone already is fine. Files of others stay."""
        path = f.id.removeprefix(SCHEME)
        await self._remove(volume_path(FILES, path), f.id)
        folder = path.rpartition("/")[0]
        if folder.rpartition("/")[0] == self._root:
            try:
                await self._remove(volume_path(DIRECTORIES, folder), f.id)
            except Refused:
                # Somebody has put a file of theirs in it: it is not ours to empty.
                return

    async def _remove(self, path: str, file_id: str) -> None:
        try:
            await self._client.send("files.delete", "DELETE", path, what={"file": file_id})
        except NotFound:
            return

    async def _make_folder(self, folder: str) -> None:
        try:
            await self._client.send("files.folder", "PUT", volume_path(DIRECTORIES, folder))
        except NotFound as error:
            volume = "/".join(folder.split("/")[:5])
            raise NotFound("volume_unknown", {"volume": volume}, error.answer) from error

    async def _list(self, folder: str) -> list["_Entry"]:
        try:
            entries = await self._client.pages(
                "files.list", volume_path(DIRECTORIES, folder), "contents", {"page_size": PAGE}
            )
        except NotFound:
            return []
        return [_entry(one) for one in entries if text(one.get("path"))]

    def _path(self, name: str) -> str:
        return f"{self._root}/{stem_of(name)}/{name}"

    def _file(self, path: str, size: int | None, at: datetime) -> RemoteFile:
        return RemoteFile(
            id=SCHEME + path,
            name=path.rpartition("/")[2],
            purpose=PURPOSE,
            state="processed",
            raw_state="",
            bytes=size,
            created_at=at,
        )


@dataclass(frozen=True, slots=True)
class _Entry:
    """One line of a folder's list."""

    path: str
    is_dir: bool
    size: int | None
    modified: datetime | None


def _entry(row: Mapping[str, Any]) -> _Entry:
    size = number(row.get("file_size"))
    return _Entry(
        path=text(row.get("path")),
        is_dir=row.get("is_directory") is True,
        size=int(size) if size is not None else None,
        modified=moment(row.get("last_modified")),
    )


def _modified(answer: Answer) -> datetime:
    return http_date(answer.headers.get("last-modified")) or answer.received_at
