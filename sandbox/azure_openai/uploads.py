"""Uploads in parts, from api-version 2024-10-21 on (contract 1.3)."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from sandbox.azure_openai import refusals
from sandbox.azure_openai.errors import not_found
from sandbox.azure_openai.files import Files, StoredFile
from sandbox.azure_openai.options import Limits
from sandbox.clock import Clock
from sandbox.common.ids import Ids

LIFETIME_SECONDS: Final = 2 * 3600


@dataclass(frozen=True, slots=True)
class Part:
    """One part that was uploaded."""

    id: str
    upload_id: str
    created_at: int
    block_id: str
    path: Path
    size: int

    def as_json(self) -> dict[str, Any]:
        """The part object."""
        return {
            "object": "upload.part",
            "id": self.id,
            "upload_id": self.upload_id,
            "created_at": self.created_at,
            "azure_block_id": self.block_id,
        }


@dataclass(slots=True)
class Upload:
    """An upload that is collected in parts; `closing` while they are joined."""

    id: str
    created_at: int
    filename: str
    purpose: str
    size: int
    status: str = "pending"
    parts: dict[str, Part] = field(default_factory=dict)
    file: StoredFile | None = None
    closing: bool = False

    def as_json(self) -> dict[str, Any]:
        """The upload object; `file` once it is completed."""
        body = {
            "object": "upload",
            "id": self.id,
            "created_at": self.created_at,
            "expires_at": self.created_at + LIFETIME_SECONDS,
            "filename": self.filename,
            "bytes": self.size,
            "purpose": self.purpose,
            "status": self.status,
        }
        return body | ({"file": self.file.as_json()} if self.file else {})


class Uploads:
    """All uploads of a resource."""

    def __init__(self, *, clock: Clock, ids: Ids, limits: Limits, files: Files) -> None:
        self._clock = clock
        self._ids = ids
        self._files = files
        self._uploads: dict[str, Upload] = {}
        self.limits = limits

    def __iter__(self) -> Iterator[Upload]:
        return iter(list(self._uploads.values()))

    def create(self, filename: str, purpose: str, size: int) -> Upload:
        """Begin an upload. Raises ServiceError where there is no room for the file."""
        self._files.check_room(size)
        upload = Upload(self._ids.hex("upload_"), self._now(), filename, purpose, size)
        self._uploads[upload.id] = upload
        return upload

    def pending(self, upload_id: str) -> Upload:
        """An upload that still takes parts. Raises ServiceError."""
        upload = self._uploads.get(upload_id)
        if upload is None:
            raise not_found("upload", upload_id)
        if upload.status == "pending" and self._now() >= upload.created_at + LIFETIME_SECONDS:
            self._drop_parts(upload)
            upload.status = "expired"
        if upload.closing or upload.status != "pending":
            raise refusals.wrong_state("upload", upload_id, upload.status, "changed")
        return upload

    def new_path(self) -> Path:
        """Where the body of a part can be written."""
        return self._files.new_path()

    def add_part(self, upload: Upload, path: Path) -> Part:
        """Take in a part that was written to `path`. Raises ServiceError.

        Parts may be more than the file together: a client sends one again whose answer it missed, and names one of
        the two at the end.
        """
        size = path.stat().st_size
        together = size + sum(part.size for part in upload.parts.values())
        if not 0 < size <= upload.size or together > self.limits.upload_bytes:
            path.unlink()
            raise refusals.missing("data")
        if upload.closing or upload.status != "pending":
            path.unlink()
            raise refusals.wrong_state("upload", upload.id, upload.status, "changed")
        part = Part(self._ids.hex("part_"), upload.id, self._now(), self._ids.hex(), path, size)
        upload.parts[part.id] = part
        return part

    def ordered(self, upload: Upload, part_ids: Any) -> list[Part]:
        """The named parts in their order, each once, all bytes together. Raises ServiceError."""
        known = isinstance(part_ids, list) and all(isinstance(one, str) for one in part_ids)
        if not known or not part_ids or not set(part_ids) <= set(upload.parts):
            raise refusals.missing("part_ids")
        if len(set(part_ids)) != len(part_ids):
            raise refusals.missing("part_ids")
        parts = [upload.parts[part_id] for part_id in part_ids]
        if sum(part.size for part in parts) != upload.size:
            raise refusals.out_of_range("part_ids", f"parts of {upload.size} bytes together")
        return parts

    def complete(self, upload: Upload, body: Path) -> StoredFile:
        """Make a file of the joined parts."""
        upload.file = self._files.add(upload.filename, upload.purpose, body, upload.size)
        upload.status, upload.closing = "completed", False
        self._drop_parts(upload)
        return upload.file

    def cancel(self, upload: Upload) -> None:
        """Give an upload up."""
        self._drop_parts(upload)
        upload.status = "cancelled"

    def _drop_parts(self, upload: Upload) -> None:
        for part in upload.parts.values():
            part.path.unlink(missing_ok=True)
        upload.parts.clear()

    def _now(self) -> int:
        return int(self._clock.now().timestamp())


def join(parts: list[Part], target: Path) -> str:
    """Write the parts one after the other; returns the MD5 of the whole (the service's own check)."""
    digest = hashlib.md5(usedforsecurity=False)
    with target.open("wb") as whole:
        for part in parts:
            with part.path.open("rb") as source:
                while chunk := source.read(1 << 20):
                    digest.update(chunk)
                    whole.write(chunk)
    return digest.hexdigest()
