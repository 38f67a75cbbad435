"""The tables' version. Alembic is imported only to change them: a normal start compares one row."""

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine, inspect, text

HEAD = "0002"
"""Revision that this program needs; a test holds it against the newest migration."""


@dataclass(eq=False)
class StoreOutdated(Exception):
    """The tables are of version `found`, this program needs `needed`: run `tunesmith db upgrade`."""

    found: str
    needed: str


def ensure_current(engine: Engine) -> None:
    """Create the tables of a new database; refuse one of another version.

    Raises:
        StoreOutdated: an existing database has another version.
    """
    with engine.connect() as connection:
        tables = inspect(connection).get_table_names()
        if tables:
            found = "none"
            if "alembic_version" in tables:
                found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar() or "none"
            if found != HEAD:
                raise StoreOutdated(found, HEAD)
            return
    upgrade(engine)


def upgrade(engine: Engine) -> None:
    """Bring the tables to `HEAD`, in one transaction."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
