"""Is there a place for the database and the staged files, is the database of this version, and is there a freeze?"""

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from bot.commands.base import CommandError
from bot.commands.findings import Looked, fine, warn, wrong
from bot.config.settings import Settings


def store(path: Path) -> Looked:
    """The database, or the place where it will be."""
    from bot.commands.database import reading
    from bot.store.migrate import HEAD

    what = f"store ({path})"
    if not path.exists():
        folder = _writable(path.parent)
        return (
            fine(what, "not there yet, made when the bot first runs")
            if folder
            else _not_writable(what, path.parent)
        )
    try:
        with reading(path):
            pass
    except CommandError as error:
        (trouble,) = error.troubles
        return wrong(what, trouble.what, trouble.remedy)
    if not os.access(path, os.W_OK) or not _writable(path.parent):
        return _not_writable(what, path)
    return fine(what, f"version {HEAD}")


def staging(folder: Path) -> Looked:
    """Where attached files wait."""
    what = f"staged files ({folder})"
    return fine(what) if _writable(folder) else _not_writable(what, folder)


def freeze(settings: Settings) -> Iterator[Looked]:
    """Whether anything would be rolled out now. A freeze is meant; a file that cannot be looked at is not."""
    from bot.approvals.policy import FREEZE_FILE, FREEZE_FILE_UNREADABLE, frozen

    path, planned = settings.approvals.freeze_file, settings.approvals.freezes
    if path is None and not planned:
        return
    what = f"freeze ({path})" if path is not None else "freeze"
    if path is not None and not path.parent.exists() and path.parent == settings.store.path.parent:
        yield fine(what, "none now; its folder is made with the store")
        return
    why = frozen(settings, datetime.now(UTC))
    if why is None:
        yield fine(what, "none now")
    elif why == FREEZE_FILE_UNREADABLE:
        remedy = "Correct the path or the rights: until it can be looked at, nothing is rolled out."
        yield wrong(what, "cannot be looked at, which counts as a freeze", remedy)
    else:
        said = "" if why == FREEZE_FILE else f": {why}"
        yield warn(
            what, f"nothing is rolled out now{said}", "Remove the file, or wait for the freeze to end."
        )


def _writable(folder: Path) -> bool:
    """Whether files can be made in `folder`, or it can be made itself."""
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    return folder.is_dir() and os.access(folder, os.W_OK | os.X_OK)


def _not_writable(what: str, path: Path) -> Looked:
    return wrong(
        what, f"cannot be written by this user ({path})", "Correct the rights, or name another place."
    )
