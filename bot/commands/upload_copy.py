"""The bot's own copy of a file that is handed in on this machine."""

import hashlib
import os
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from bot.commands.base import CommandError, Trouble, cannot_read
from bot.config.settings import Settings
from bot.datasets.fetching import partial
from bot.datasets.staging import Staging
from bot.ids import random_id

PIECE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Copied:
    """A copy that is whole and on disk."""

    path: Path
    name: str
    bytes: int
    source: Mapping[str, str]


def copied(path: Path, settings: Settings) -> Copied:
    """Copy a file into the folder of staged files, readable for this user alone; whole or not at all.

    Raises:
        CommandError: it cannot be read, grew above the limit, or there is no room for it.
    """
    staging = Staging(settings.files.staging, settings.limits.intake_max_bytes)
    token = random_id()
    target = staging.handed(token)
    part = partial(target)
    try:
        source = path.open("rb")
    except OSError as error:
        raise cannot_read(path, error) from None
    try:
        with source:
            target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            digest, size = _copy(source, part, staging.limit)
        part.replace(target)
    except OSError as error:
        remedy = "The bot's copy of the file goes there: make room, or correct the rights."
        what = f"cannot be written: {error.strerror or error}."
        raise CommandError([Trouble(str(settings.files.staging), what, remedy)]) from None
    except OverflowError:
        what = f"has grown above {staging.limit:,} bytes, the most that is taken."
        raise CommandError([Trouble(str(path), what, "")]) from None
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)
    return Copied(target, path.name, size, {"local": path.name[:200], "copy": token, "sha256": digest})


def dropped(copies: Iterable[Copied]) -> None:
    """Delete copies that nobody will ask for."""
    for one in copies:
        with suppress(OSError):
            one.path.unlink(missing_ok=True)


def _copy(source: BinaryIO, part: Path, limit: int) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    with part.open("wb") as out:
        part.chmod(0o600)
        while piece := source.read(PIECE):
            size += len(piece)
            if size > limit:
                raise OverflowError
            out.write(piece)
            digest.update(piece)
        out.flush()
        os.fsync(out.fileno())
    return digest.hexdigest(), size
