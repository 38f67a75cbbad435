"""Opening the database."""

from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.pool import SingletonThreadPool, StaticPool

from bot.store.migrate import ensure_current
from bot.store.store import Store

BUSY_MS = 5000


def open_store(path: Path) -> Store:
    """Open (or create) the SQLite database at `path`.

    Raises:
        StoreOutdated: the tables are of another version; `tunesmith db upgrade` brings them up.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    writer = sqlite_writer(path)
    ensure_current(writer)
    return Store(writer, _sqlite_reader(path))


def sqlite_writer(path: Path) -> Engine:
    """One connection whose transactions take the write lock at once.

    Without `BEGIN IMMEDIATE` two readers that both decide to write lose one decision silently (DESIGN section 3).
    """
    engine = create_engine(
        f"sqlite:///{path}",
        poolclass=StaticPool,
        connect_args={"check_same_thread": False, "timeout": BUSY_MS / 1000, "isolation_level": None},
    )

    @event.listens_for(engine, "connect")
    def _prepare(raw: Any, _record: object) -> None:
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            f"busy_timeout={BUSY_MS}",
            "foreign_keys=ON",
            "journal_size_limit=67108864",
        ):
            raw.execute(f"PRAGMA {pragma}").close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


def _sqlite_reader(path: Path) -> Engine:
    engine = create_engine(
        f"sqlite:///{path}",
        poolclass=SingletonThreadPool,
        connect_args={"check_same_thread": False, "timeout": BUSY_MS / 1000, "isolation_level": None},
    )

    @event.listens_for(engine, "connect")
    def _prepare(raw: Any, _record: object) -> None:
        raw.execute(f"PRAGMA busy_timeout={BUSY_MS}").close()
        raw.execute("PRAGMA query_only=ON").close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        connection.exec_driver_sql("BEGIN")

    return engine
