"""`--at` of `tunesmith jobs` and `deployments`: one connection, or all of a service, as the lists in Slack take it."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest

from bot import cli
from bot.store import deployments, jobs
from tests.cli.rows import DEPLOYMENT
from tests.cli.test_cli import CONFIG
from tests.cli.test_jobs import row
from tests.stores import store_at

NOW = datetime.now(UTC).replace(microsecond=0)
OTHERS = """
[[connections]]
name = "dev-eus2"
endpoint = "https://dev.openai.azure.com"
key = "secret-key"
[[connections]]
name = "dbx-eus"
provider = "databricks"
endpoint = "https://adb-1.2.azuredatabricks.net"
auth = "key"
key = "secret-token"
[connections.options]
volume = "/Volumes/main/tuning/data"
register_to = "main.tuning"
[[connections]]
name = "new-one"
endpoint = "https://new.openai.azure.com"
key = "secret-key"
"""
HERE = ("prod-swc", "dev-eus2", "dbx-eus")
"""Connections at which something is; nothing is at `new-one`."""


@pytest.fixture
async def config(tmp_path: Path) -> AsyncIterator[Path]:
    """A job and a deployment at each of three connections of two services, and of one that is configured no more."""
    store = store_at(tmp_path / "t.db")
    for number, name in enumerate((*HERE, "lost")):
        assert await store.write(partial(jobs.add, values=row(number, connection=name), now=NOW))
        values = {**DEPLOYMENT, "connection": name, "request": None}
        await store.write(partial(deployments.add, values=values, now=NOW))
    path = tmp_path / "tunesmith.toml"
    path.write_text(CONFIG.format(store=tmp_path / "t.db") + OTHERS, encoding="utf-8")
    yield path
    await store.close()


@pytest.mark.parametrize("command", ["jobs", "deployments"])
@pytest.mark.parametrize(
    ("word", "shown"),
    [
        ("prod-swc", {"prod-swc"}),
        ("PROD-SWC", {"prod-swc"}),
        ("databricks", {"dbx-eus"}),
        ("Azure OpenAI", {"prod-swc", "dev-eus2"}),
        ("azure_openai", {"prod-swc", "dev-eus2"}),
        (None, {*HERE, "lost"}),
    ],
)
async def test_only_what_lives_there_is_listed(
    command: str, word: str | None, shown: set[str], config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given = [] if word is None else ["--at", word]
    assert cli.main([command, "--json", *given, "--config", str(config)]) == 0
    found = json.loads(capsys.readouterr().out)
    assert sorted(one["connection"] for one in found[command]) == sorted(shown)
    assert found.get("total", len(shown)) == len(shown)
    assert cli.main([command, *given, "--config", str(config)]) == 0
    table = capsys.readouterr().out
    assert {name for name in (*HERE, "lost") if name in table} == shown


@pytest.mark.parametrize("command", ["jobs", "deployments"])
@pytest.mark.parametrize("word", ["nowhere", "lost", "", "azure ai studio"])
async def test_a_name_that_names_nothing_is_refused_with_those_that_there_are(
    command: str, word: str, config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main([command, "--at", word, "--config", str(config)]) == 2
    told = capsys.readouterr()
    assert not told.out
    assert f"There is no connection {word}" in told.err
    assert "They are: prod-swc, dev-eus2, dbx-eus, new-one" in told.err


@pytest.mark.parametrize("command", ["jobs", "deployments"])
async def test_a_connection_without_any_is_not_told_as_if_there_were_none_at_all(
    command: str, config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main([command, "--at", "new-one", "--config", str(config)]) == 0
    assert capsys.readouterr().out == f"No {command} there yet.\n"
