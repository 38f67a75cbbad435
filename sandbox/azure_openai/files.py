"""The files of one resource and their processing (contract 1.3)."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from sandbox.azure_openai import refusals
from sandbox.azure_openai.errors import not_found
from sandbox.azure_openai.options import Limits, Switches
from sandbox.azure_openai.versions import ApiVersion
from sandbox.clock import Clock
from sandbox.common.ids import Ids
from sandbox.common.pace import Pace

_LONGEST_LINE: Final = 4 << 20


@dataclass(slots=True)
class StoredFile:
    """One file; `size` is None until it is known (imports), `path` holds the body."""

    id: str
    created_at: int
    filename: str
    purpose: str
    path: Path
    size: int | None = None
    status: str = "pending"
    status_details: str | None = None

    def as_json(self) -> dict[str, Any]:
        """The file object; what is unknown is left out."""
        body: dict[str, Any] = {"bytes": self.size, "purpose": self.purpose, "filename": self.filename}
        body |= {"id": self.id, "status": self.status, "created_at": self.created_at, "object": "file"}
        body["status_details"] = self.status_details
        return {key: value for key, value in body.items() if value is not None}


class Files:
    """All files of a resource, newest last."""

    def __init__(
        self,
        *,
        clock: Clock,
        ids: Ids,
        limits: Limits,
        switches: Switches,
        pace: Pace,
        directory: Path,
        spawn: Callable[[Any], object],
    ) -> None:
        self._clock = clock
        self._ids = ids
        self.limits = limits
        self._switches = switches
        self._pace = pace
        self._directory = directory
        self._spawn = spawn
        self._files: dict[str, StoredFile] = {}
        self._second = (0, 0)

    def __iter__(self) -> Any:
        return iter(list(self._files.values()))

    def get(self, file_id: str) -> StoredFile:
        """One file. Raises ServiceError (notFound)."""
        found = self._files.get(file_id)
        if found is None:
            raise not_found("file", file_id)
        return found

    def find(self, file_id: str) -> StoredFile | None:
        """One file or None."""
        return self._files.get(file_id)

    def check_rate(self) -> None:
        """Count one more request that uploads something (contract 1.10). Raises ServiceError (429)."""
        second = int(self._clock.now().timestamp())
        last, count = self._second
        self._second = (second, count + 1 if last == second else 1)
        if self._second[1] > self.limits.uploads_per_second:
            raise refusals.too_many_uploads(self.limits.uploads_per_second)

    def check_form(self, size: int) -> None:
        """Break down over a large form where the switch `form_bytes` says so. Raises ServiceError (500)."""
        if 0 < self._switches.form_bytes < size:
            raise refusals.broken_down()

    def check_room(self, size: int = 0) -> None:
        """Refuse one more file of `size` bytes where a limit is reached. Raises ServiceError."""
        if size > self.limits.file_bytes:
            raise refusals.too_large(self.limits.file_bytes)
        if len(self._files) >= self.limits.files:
            raise refusals.too_many_files(self.limits.files)
        if size + sum(file.size or 0 for file in self._files.values()) > self.limits.total_bytes:
            raise refusals.too_many_bytes(self.limits.total_bytes)

    def check_purpose(self, purpose: str | None, version: ApiVersion) -> str:
        """A purpose that may be uploaded in this version. Raises ServiceError."""
        if not purpose:
            raise refusals.missing("purpose")
        uploadable = {known for known in version.purposes if not known.endswith(("_output", "-results"))}
        if purpose not in uploadable:
            raise refusals.unsupported("purpose", purpose)
        return purpose

    def new_path(self) -> Path:
        """Where the body of a file that is not yet known can be written."""
        return self._directory / self._ids.hex("body-")

    def add(self, filename: str, purpose: str, path: Path, size: int | None) -> StoredFile:
        """Take in a body that was written to `path`; the file is not processed yet."""
        now = int(self._clock.now().timestamp())
        file = StoredFile(self._ids.hex("file-"), now, filename, purpose, path, size)
        self._files[file.id] = file
        return file

    def add_result(self, content: bytes) -> StoredFile:
        """Store a job's results.csv, which needs no processing."""
        path = self.new_path()
        path.write_bytes(content)
        file = self.add("results.csv", "fine-tune-results", path, len(content))
        file.status = "processed"
        return file

    def delete(self, file_id: str) -> None:
        """Remove a file. Raises ServiceError (notFound)."""
        file = self.get(file_id)
        del self._files[file.id]
        file.path.unlink(missing_ok=True)

    def process(self, file: StoredFile) -> None:
        """Start pending -> running -> processed or error."""
        self._spawn(self._processed(file))

    def fail(self, file: StoredFile, details: str) -> None:
        """Give a file up."""
        file.status, file.status_details = "error", details

    async def _processed(self, file: StoredFile) -> None:
        seconds = self._switches.file_seconds
        await self._pace.sleep(seconds / 3)
        file.status = "running"
        await self._pace.sleep(seconds * 2 / 3)
        if file.id not in self._files:
            return
        if file.purpose == "fine-tune" and not await asyncio.to_thread(_has_json_line, file.path):
            self.fail(file, refusals.NOT_JSON_LINES)
        else:
            file.status = "processed"


def _has_json_line(path: Path) -> bool:
    """Whether any line is a JSON object: all that processing looks at, the job checks the rest (contract 1.3)."""
    try:
        with path.open("rb") as body:
            while line := body.readline(_LONGEST_LINE):
                if _is_object(line.removeprefix(b"\xef\xbb\xbf")):
                    return True
    except FileNotFoundError:
        return False
    return False


def _is_object(line: bytes) -> bool:
    if not line.lstrip().startswith(b"{"):
        return False
    try:
        return isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False
