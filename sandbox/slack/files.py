"""The files of the workspace: upload, asynchronous finalisation, shares (contract sections 1.5 and 2.1)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from sandbox.clock import Clock
from sandbox.slack import ids
from sandbox.slack.oddities import Oddities
from sandbox.slack.options import SlackOptions

MAX_BYTES: Final = 1 << 30
FILE_INPUT_MAX_BYTES: Final = 10 * 1024 * 1024

_TYPES: Final[Mapping[str, tuple[str, str]]] = {
    "png": ("png", "image/png"),
    "jpg": ("jpg", "image/jpeg"),
    "jpeg": ("jpg", "image/jpeg"),
    "gif": ("gif", "image/gif"),
    "svg": ("svg", "image/svg+xml"),
    "json": ("json", "application/json"),
    "txt": ("text", "text/plain"),
    "md": ("markdown", "text/markdown"),
    "csv": ("csv", "text/csv"),
    "html": ("html", "text/html"),
    "pdf": ("pdf", "application/pdf"),
    "zip": ("zip", "application/zip"),
    "gz": ("gzip", "application/gzip"),
}


@dataclass(slots=True)
class Share:
    """Where and with which message a file is shown."""

    channel: str
    ts: str
    thread_ts: str | None
    public: bool


@dataclass(slots=True)
class File:
    """One file. `hidden_polls` is how many calls of `files.info` still see it unfinished."""

    id: str
    name: str
    title: str
    user: str
    user_team: str
    path: Path
    created: int
    size: int = 0
    uploaded: bool = False
    completed: bool = False
    finalised: bool = True
    hidden_polls: int = 0
    mode: str = "hosted"
    external_url: str | None = None
    check_info: bool = False
    never_shared: bool = False
    for_app: bool = False
    shares: list[Share] = field(default_factory=list)
    odd: Oddities = field(default_factory=Oddities)


class Files:
    """All files; bytes are on disk in `folder`."""

    def __init__(self, folder: Path, clock: Clock, made_ids: ids.Ids, options: SlackOptions) -> None:
        self.folder = folder
        self.base_url = ""
        self._clock = clock
        self._ids = made_ids
        self._options = options
        self._files: dict[str, File] = {}
        self._uploads: dict[str, str] = {}

    def new(self, name: str, title: str, user: str, user_team: str) -> File:
        """A file that has no bytes yet."""
        file_id = self._ids.next("F")
        created = int(self._clock.now().timestamp())
        made = File(file_id, name, title or name, user, user_team, self.folder / file_id, created)
        self._files[file_id] = made
        return made

    def upload_token(self, file: File) -> str:
        """The secret part of the address that takes the bytes of this file once."""
        token = self._ids.secret()
        self._uploads[token] = file.id
        return token

    def by_upload_token(self, token: str) -> File | None:
        """The file that waits for its bytes at this address."""
        return self._files.get(self._uploads.get(token, ""))

    def get(self, file_id: str) -> File | None:
        """The file with this id, deleted ones included."""
        return self._files.get(file_id)

    def all(self) -> Iterable[File]:
        """All files that were completed, oldest first."""
        return [file for file in self._files.values() if file.completed]

    def delete(self, file: File) -> None:
        """Delete the bytes and leave a tombstone."""
        file.mode = "tombstone"
        file.path.unlink(missing_ok=True)

    def type_of(self, file: File) -> tuple[str, str]:
        """Slack's `filetype` and the MIME type, by the name's ending."""
        ending = file.name.rsplit(".", 1)[-1].lower() if "." in file.name else ""
        if ending == "jsonl":
            return self._options.jsonl_type
        return _TYPES.get(ending, ("binary", "application/octet-stream"))

    def as_file(self, file: File, *, in_message: bool = False) -> dict[str, Any]:
        """Slack's file object; `in_message` is what messages and events show, for some files only a stub."""
        if file.mode == "tombstone":
            return {"id": file.id, "mode": "tombstone"}
        if file.mode == "hidden_by_limit":
            return {"id": file.id, "mode": "hidden_by_limit", "name": file.name, "size": file.size}
        if (stub := file.odd.stub(file.id)) is not None:
            return stub
        if file.check_info and in_message:
            return {"id": file.id, "mode": "file_access", "file_access": "check_file_info"}
        hidden = not file.finalised or file.hidden_polls > 0
        filetype, mimetype = ("", "") if hidden else self.type_of(file)
        shares = [] if hidden else file.shares
        private = file.external_url or f"{self.base_url}/slack/files-pri/{ids.TEAM}-{file.id}"
        result: dict[str, Any] = {
            "id": file.id,
            "created": file.created,
            "timestamp": file.created,
            "name": file.name,
            "title": file.title,
            "mimetype": mimetype,
            "filetype": filetype,
            "pretty_type": filetype.upper() if filetype else "",
            "user": file.user,
            "user_team": file.user_team,
            "editable": file.mode == "snippet",
            "size": file.size if file.odd.said_size is None else file.odd.said_size,
            "mode": file.mode,
            "is_external": file.external_url is not None,
            "external_type": "gdrive" if file.external_url else "",
            "is_public": any(share.public for share in shares),
            "public_url_shared": False,
            "display_as_bot": False,
            "username": "",
            "url_private": file.external_url or f"{private}/{file.name}",
            "url_private_download": file.external_url or f"{private}/download/{file.name}",
            "permalink": f"{self.base_url}/slack/files/{file.user}/{file.id}/{file.name}",
            "permalink_public": f"{self.base_url}/slack/pub/{ids.TEAM}-{file.id}",
            "comments_count": 0,
            "is_starred": False,
            "has_rich_preview": False,
            "file_access": "visible",
        }
        return result if in_message else result | self._shared(shares)

    def _shared(self, shares: list[Share]) -> dict[str, Any]:
        places: dict[str, dict[str, list[dict[str, Any]]]] = {}
        for share in shares:
            kind = "public" if share.public else "private"
            entry: dict[str, Any] = {
                "reply_users": [],
                "reply_users_count": 0,
                "reply_count": 0,
                "ts": share.ts,
                "team_id": ids.TEAM,
                "share_user_id": ids.BOT_USER,
                "source": "UNKNOWN",
                "is_silent_share": False,
            }
            if share.thread_ts is not None:
                entry["thread_ts"] = share.thread_ts
            places.setdefault(kind, {}).setdefault(share.channel, []).append(entry)
        named = [share.channel for share in shares]
        return {
            "shares": places,
            "channels": sorted({name for name in named if name.startswith("C")}),
            "groups": sorted({name for name in named if name.startswith("G")}),
            "ims": sorted({name for name in named if name.startswith("D")}),
        }

    def is_shown(self, reference: Mapping[str, Any]) -> bool:
        """Whether an image block may show this file: finished, not deleted, shared somewhere."""
        wanted = reference.get("id")
        for file in self._files.values():
            address = str(reference.get("url") or "")
            if file.id == wanted or (address and f"{file.id}/" in address):
                return file.finalised and file.mode != "tombstone" and bool(file.shares)
        return False
