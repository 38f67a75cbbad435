"""Tables and migrations are the same thing, and a store of another version is left alone."""

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, text

from bot.app import _why
from bot.store import base, deployment_tables, migrate, tables, work_tables
from bot.store.engine import open_store
from bot.store.migrate import HEAD, StoreOutdated


async def test_what_the_program_needs_is_the_newest_migration() -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(migrate.__file__).parent / "migrations"))
    assert ScriptDirectory.from_config(config).get_current_head() == HEAD


async def test_migrated_tables_are_the_tables_of_the_code(tmp_path: Path) -> None:
    assert {tables.job.name, work_tables.task.name, deployment_tables.vote.name} <= set(base.metadata.tables)
    await open_store(tmp_path / "new.db").close()
    engine = create_engine(f"sqlite:///{tmp_path / 'new.db'}")
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, base.metadata) == []
    engine.dispose()


async def test_an_existing_store_is_opened_as_it_is(tmp_path: Path) -> None:
    for _ in range(2):
        await open_store(tmp_path / "same.db").close()


@pytest.mark.parametrize("version", ["0000", "9999", None])
async def test_a_store_of_another_version_is_refused_with_the_remedy(
    tmp_path: Path, version: str | None
) -> None:
    path = tmp_path / "other.db"
    await open_store(path).close()
    engine = create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        if version is None:
            connection.execute(text("DELETE FROM alembic_version"))
        else:
            connection.execute(text("UPDATE alembic_version SET version_num = :v"), {"v": version})
    engine.dispose()
    with pytest.raises(StoreOutdated) as refused:
        open_store(path)
    assert (refused.value.found, refused.value.needed) == (version or "none", HEAD)
    assert "tunesmith db upgrade" in _why(refused.value)


async def test_somebody_elses_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "foreign.db"
    engine = create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE theirs (a INTEGER)"))
    engine.dispose()
    with pytest.raises(StoreOutdated):
        open_store(path)
    engine = create_engine(f"sqlite:///{path}")
    with engine.connect() as connection:
        found = connection.execute(text("SELECT name FROM sqlite_master")).scalars().all()
    engine.dispose()
    assert found == ["theirs"]
