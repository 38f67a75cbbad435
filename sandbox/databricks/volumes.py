"""The files of the volumes (contract 2): bodies on disk, names and folders in memory."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sandbox.clock import Clock
from sandbox.databricks.errors import ApiError, lacks, no_file, no_folder, no_such
from sandbox.databricks.unity import Unity


@dataclass(frozen=True, slots=True)
class Entry:
    """A file: `body` is its path on disk, `size` in bytes, `modified` in milliseconds since 1970."""

    body: Path
    size: int
    modified: int


class Volumes:
    """All files by their absolute path (`/Volumes/…`)."""

    def __init__(self, clock: Clock, unity: Unity, directory: Path) -> None:
        self._clock = clock
        self._unity = unity
        self._directory = directory
        self._files: dict[str, Entry] = {}
        self._folders: set[str] = set()
        self._written = 0

    def checked(self, path: str, *, write: bool = False) -> str:
        """The path without a slash at its end. Raises ApiError for a bad path, volume, or a missing right."""
        path = "/" + path.strip("/")
        parts = path.split("/")
        if parts[1] != "Volumes" or len(parts) < 5 or any(part in {"", ".", ".."} for part in parts[1:]):
            raise ApiError(
                400,
                "INVALID_PARAMETER_VALUE",
                f"Invalid path: {path}. Expected /Volumes/<catalog>/<schema>/<volume>/… without empty parts.",
            )
        catalog, schema, volume = parts[2:5]
        full = f"{catalog}.{schema}.{volume}"
        if full not in self._unity.volumes:
            raise no_such("Volume", full)
        privilege = "WRITE_VOLUME" if write else "READ_VOLUME"
        needed = (("USE_CATALOG", catalog), ("USE_SCHEMA", f"{catalog}.{schema}"), (privilege, full))
        for right, securable in needed:
            if not self._unity.has(right, securable):
                raise lacks(right.replace("_", " "), "Securable", securable)
        return path

    def file(self, path: str) -> Entry | None:
        """The file at a path."""
        return self._files.get(path)

    def is_folder(self, path: str) -> bool:
        """Whether there is a folder; the root of a volume always is one."""
        return path in self._folders or path.count("/") == 4

    def new_body(self) -> Path:
        """Where to write the next body."""
        self._written += 1
        self._directory.mkdir(parents=True, exist_ok=True)
        return self._directory / hashlib.sha256(str(self._written).encode()).hexdigest()[:24]

    def check_place(self, path: str, *, overwrite: bool) -> None:
        """Raises ApiError when a file cannot be put here."""
        if path.count("/") == 4 or path in self._folders:
            raise ApiError(400, "INVALID_PARAMETER_VALUE", f"The path is a directory: {path}")
        if not self.is_folder(path.rpartition("/")[0]):
            raise no_folder(path.rpartition("/")[0])
        if path in self._files and not overwrite:
            raise ApiError(409, "ALREADY_EXISTS", f"The file being created already exists: {path}")

    def put(self, path: str, body: Path) -> None:
        """Take a written body in."""
        before = self._files.get(path)
        self._files[path] = Entry(body, body.stat().st_size, self._now())
        if before is not None:
            before.body.unlink(missing_ok=True)

    def delete(self, path: str) -> None:
        """Remove a file. Raises ApiError when there is none."""
        entry = self._files.pop(path, None)
        if entry is None:
            raise no_file(path)
        entry.body.unlink(missing_ok=True)

    def make_folder(self, path: str) -> None:
        """Make a folder and those above it. Raises ApiError when a file is in the way."""
        parts = path.split("/")
        made = ["/".join(parts[:count]) for count in range(6, len(parts) + 1)]
        if any(folder in self._files for folder in made):
            raise ApiError(409, "ALREADY_EXISTS", f"A file exists at the path: {path}")
        self._folders.update(made)

    def remove_folder(self, path: str) -> None:
        """Remove an empty folder. Raises ApiError."""
        if not self.is_folder(path):
            raise no_folder(path)
        if any(True for _ in self.children(path)):
            raise ApiError(400, "DIRECTORY_NOT_EMPTY", f"The directory is not empty: {path}")
        self._folders.discard(path)

    def children(self, path: str) -> Iterator[tuple[str, Entry | None]]:
        """What lies in a folder, by name; None for folders."""
        names = [*self._files, *self._folders]
        for name in sorted(name for name in names if name.rpartition("/")[0] == path):
            yield name, self._files.get(name)

    def __len__(self) -> int:
        return len(self._files)

    def _now(self) -> int:
        return int(self._clock.now().timestamp() * 1000)
