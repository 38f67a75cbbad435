"""`tunesmith deployments`: deployments as last seen, read while the bot has the database open."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from bot import cli
from bot.store import deployments
from tests.cli.rows import DEPLOYMENT
from tests.cli.test_cli import CONFIG
from tests.stores import store_at

NOW = datetime.now(UTC).replace(microsecond=0)
LAST = datetime(2026, 11, 20, 8, tzinfo=UTC)


@pytest.fixture
async def config(tmp_path: Path) -> AsyncIterator[Path]:
    """A live one that is called, one made elsewhere, one gone lately, one gone long ago, one of another workspace."""
    store = store_at(tmp_path / "t.db")
    use = {"last": LAST.isoformat(), "calls": 9, "last_day": 2, "known": True}
    gone = {"state": "gone", "gone_why": "service"}
    rows: tuple[dict[str, Any], ...] = (
        {**DEPLOYMENT, "last_use": use, "request": None, "looked_at": NOW},
        {**DEPLOYMENT, "name": "portal", "owner": None, "foreign": True},
        {**DEPLOYMENT, "name": "lately", **gone, "gone_at": NOW - timedelta(days=3)},
        {**DEPLOYMENT, "name": "long-ago", **gone, "state_at": NOW - timedelta(days=90)},
        {**DEPLOYMENT, "name": "theirs", "team_id": "T0OTHER"},
    )
    for one in rows:
        await store.write(partial(deployments.add, values=one, now=NOW))
    path = tmp_path / "tunesmith.toml"
    path.write_text(CONFIG.format(store=tmp_path / "t.db"), encoding="utf-8")
    yield path
    await store.close()


async def test_a_table(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["deployments", "--config", str(config)]) == 0
    heading, *lines = capsys.readouterr().out.splitlines()
    assert heading.split()[:3] == ["id", "name", "state"]
    assert [line.split()[:3] for line in lines] == [
        ["P3", "prod-swc/lately", "gone"],
        ["P2", "prod-swc/portal", "live"],
        ["P1", "prod-swc/support-v12", "live"],
    ]
    assert "2026-11-20 08:00" in lines[-1]
    assert lines[-1].endswith(NOW.strftime("%Y-%m-%d %H:%M"))
    assert lines[1].split()[6] == "-", "nobody owns it"


async def test_as_json(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["deployments", "--json", "--config", str(config)]) == 0
    by_name = {one["name"]: one for one in json.loads(capsys.readouterr().out)["deployments"]}
    assert set(by_name) == {"support-v12", "portal", "lately"}
    live, portal, gone = by_name["support-v12"], by_name["portal"], by_name["lately"]
    assert (live["id"], live["sku"], live["capacity"], live["incarnation"]) == ("P1", "GlobalStandard", 50, 1)
    assert live["last_use"]["last"] == LAST.isoformat()
    assert (live["made_elsewhere"], portal["made_elsewhere"], portal["owner"]) == (False, True, None)
    assert gone["gone_why"] == "service"
    assert gone["gone_at"] == (NOW - timedelta(days=3)).isoformat()
    assert live["gone_at"] is None


async def test_none_yet(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    store = store_at(tmp_path / "t.db")
    path = tmp_path / "tunesmith.toml"
    path.write_text(CONFIG.format(store=tmp_path / "t.db"), encoding="utf-8")
    assert cli.main(["deployments", "--config", str(path)]) == 0
    assert capsys.readouterr().out == "No deployments yet.\n"
    await store.close()


async def test_without_a_database_it_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "tunesmith.toml"
    path.write_text(CONFIG.format(store=tmp_path / "none.db"), encoding="utf-8")
    for name in ("deployments", "approvals", "audit"):
        assert cli.main([name, "--config", str(path)]) == 2
        assert "there is no database yet" in capsys.readouterr().err
    assert not (tmp_path / "none.db").exists()
