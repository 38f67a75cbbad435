"""Opening the database for a command: never makes one, never changes its version by itself."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, inspect, text
from sqlalchemy.exc import DatabaseError

from bot.commands.base import CommandError, Trouble
from bot.store.migrate import HEAD


def version_of(engine: Engine) -> str:
    """The version of the tables, empty when there are none."""
    with engine.connect() as connection:
        if not inspect(connection).get_table_names():
            return ""
        return str(connection.execute(text("SELECT version_num FROM alembic_version")).scalar() or "")


@contextmanager
def reading(path: Path) -> Iterator[Connection]:
    """A connection that cannot write.

    Raises:
        CommandError: there is no database yet, it is of another version, or the file is something else.
    """
    if not path.exists():
        raise CommandError(
            [Trouble(str(path), "there is no database yet.", "It is made when the bot first runs.")]
        )
    engine = create_engine(f"sqlite:///{path}", connect_args={"timeout": 5})
    try:
        found = version_of(engine)
        if found != HEAD:
            what = f"is of version {found or 'none'}, this program needs {HEAD}."
            raise CommandError([Trouble(str(path), what, "Stop the bot, then run `tunesmith db upgrade`.")])
        with engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA query_only=ON")
            yield connection
    except DatabaseError as error:
        raise CommandError([Trouble(str(path), f"cannot be read: {error.orig}.")]) from None
    finally:
        engine.dispose()
