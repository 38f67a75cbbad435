"""`tunesmith audit`: who did what, read while the bot has the database open."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from bot import cli
from bot.store import deployments, jobs, requests, small
from tests.cli.rows import DEPLOYMENT, REQUEST
from tests.cli.test_cli import CONFIG
from tests.cli.test_jobs import row
from tests.stores import store_at

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
EVENTS: tuple[dict[str, Any], ...] = (
    {"actor": "U0REQUEST1", "via": "view", "action": "job.ordered", "subject": "J1"},
    {"actor": "U0REQUEST1", "via": "view", "action": "request.opened", "subject": "A1"},
    {
        "actor": "U0ADA",
        "via": "button",
        "action": "vote.approve",
        "subject": "A1",
        "after": {"groups": ["S0L"]},
    },
    {"actor": "tunesmith", "via": "task", "action": "deployment.live", "subject": "P1", "before": "starting"},
    {"actor": "tunesmith", "via": "task", "action": "dataset.ready", "subject": "D7", "after": "x\ny" * 60},
)


@pytest.fixture
async def config(tmp_path: Path) -> AsyncIterator[Path]:
    """A job, its request, its deployment, and what was done with them, a day apart."""
    store = store_at(tmp_path / "t.db")
    await store.write(partial(jobs.add, values=row(1, suffix="support-v12"), now=NOW))
    await store.write(partial(requests.add, values={**REQUEST, "job": 1}, now=NOW))
    await store.write(partial(deployments.add, values={**DEPLOYMENT, "request": 1, "job": 1}, now=NOW))
    for index, one in enumerate(EVENTS):
        at = NOW + timedelta(days=index)
        await store.write(partial(small.record, at=at, corr=f"c{index}", **one))
    path = tmp_path / "tunesmith.toml"
    path.write_text(CONFIG.format(store=tmp_path / "t.db"), encoding="utf-8")
    yield path
    await store.close()


def shown(config: Path, capsys: pytest.CaptureFixture[str], *words: str) -> list[dict[str, Any]]:
    """The JSON lines."""
    assert cli.main(["audit", "--json", "--config", str(config), *words]) == 0
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


async def test_a_table_newest_first(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["audit", "--config", str(config)]) == 0
    heading, *lines = capsys.readouterr().out.splitlines()
    assert heading.split()[:3] == ["at", "(UTC)", "who"]
    assert len(lines) == 5
    assert lines[0].startswith("2026-11-26 09:30:00  tunesmith")
    assert "x y" in lines[0], "one line for each"
    assert len(lines[0]) < 400, "long values are cut"
    assert lines[-1].split()[2:6] == ["U0REQUEST1", "view", "job.ordered", "J1"]


async def test_a_reason_is_never_cut(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    reason = (
        "The old one answers nonsense to every customer since noon, and nobody of ml-leads can be reached. "
        * 3
    )
    store = store_at(config.parent / "t.db")
    after = {"round": 1, "digest": "3fa1" + "0" * 60, "reason": reason.strip(), "user": "U0ADA"}
    glass: dict[str, Any] = {
        "actor": "U0ADA",
        "via": "modal",
        "action": "request.glass",
        "subject": "A1",
        "before": "open",
    }
    await store.write(partial(small.record, at=NOW + timedelta(days=9), corr="c9", after=after, **glass))
    await store.close()
    assert cli.main(["audit", "--config", str(config)]) == 0
    line = capsys.readouterr().out.splitlines()[1]
    assert line.endswith(f"reason “{reason.strip()}”, user U0ADA, round 1, digest 3fa1")
    assert shown(config, capsys)[0]["after"] == after, "all of it as JSON"


async def test_no_more_than_asked_for(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["audit", "--limit", "2", "--config", str(config)]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "… and 3 older (--limit)"


async def test_json_lines_as_the_running_bot_prints_them(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = shown(config, capsys)
    assert [one["subject"] for one in found] == ["D7", "P1", "A1", "A1", "J1"]
    assert found[2] == {
        "audit": 3,
        "at": "2026-11-24T09:30:00+00:00",
        "actor": "U0ADA",
        "via": "button",
        "action": "vote.approve",
        "subject": "A1",
        "before": None,
        "after": {"groups": ["S0L"]},
        "corr": "c2",
    }


@pytest.mark.parametrize(
    ("words", "subjects"),
    [
        (("--about", "J1"), ["P1", "A1", "A1", "J1"]),
        (("--about", "support-v12"), ["P1", "A1", "A1", "J1"]),
        (("--about", "p1"), ["P1", "A1", "A1"]),
        (("--about", "D7"), ["D7"]),
        (("--about", "J99"), []),
        (("--actor", "U0REQUEST1"), ["A1", "J1"]),
        (("--actor", "tunesmith", "--since", "2026-11-26"), ["D7"]),
        (("--since", "2027-01-01"), []),
    ],
)
async def test_only_some(
    config: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], subjects: list[str]
) -> None:
    assert [one["subject"] for one in shown(config, capsys, *words)] == subjects


async def test_nothing_yet(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["audit", "--about", "J99", "--config", str(config)]) == 0
    assert capsys.readouterr().out == "Nothing yet.\n"


async def test_what_is_no_date_is_refused(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["audit", "--since", "yesterday", "--config", str(config)]) == 2
    said = capsys.readouterr()
    assert "--since 2026-11-01" in said.err
    assert said.out == ""
