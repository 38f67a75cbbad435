"""Stores for tests, without the time that the migrations take each time: they run once per process.

What migrations do to a database, new or old, is in `store/test_migrations.py`; a program that is started as a process
of its own makes its tables itself.
"""

import tempfile
from functools import cache
from pathlib import Path

from bot.store.engine import open_store, sqlite_writer
from bot.store.migrate import upgrade
from bot.store.store import Store


@cache
def _empty() -> bytes:
    """The file of a database with all tables and no rows."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "empty.db"
        engine = sqlite_writer(path)
        upgrade(engine)
        engine.dispose()
        return path.read_bytes()


def store_at(path: Path) -> Store:
    """The store in a file, which is made when it is not there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        path.write_bytes(_empty())
    return open_store(path)
