"""Is there a place for the database and the staged files, and is the database of this version?"""

import os
from pathlib import Path

from bot.commands.base import CommandError
from bot.commands.findings import Looked, fine, wrong


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


def _writable(folder: Path) -> bool:
    """Whether files can be made in `folder`, or it can be made itself."""
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    return folder.is_dir() and os.access(folder, os.W_OK | os.X_OK)


def _not_writable(what: str, path: Path) -> Looked:
    return wrong(
        what, f"cannot be written by this user ({path})", "Correct the rights, or name another place."
    )
