"""`tunesmith jobs`: what the database holds, read while the bot has it open."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from bot import cli
from bot.store import jobs
from tests.cli.test_cli import CONFIG
from tests.stores import store_at

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)


def row(number: int, **more: object) -> dict[str, object]:
    return {
        "connection": "prod-swc",
        "intent_key": f"click-{number}",
        "team_id": "T0HOME",
        "requester": "U0REQUEST1",
        "channel": "C0FINETUNE",
        "base_model": "gpt-4.1-mini-2025-04-14",
        "model_short": "gpt-4.1-mini",
        "method": "supervised",
        "hyper": {"n_epochs": 3},
        "seed": 42,
        "state": "running",
        **more,
    }


@pytest.fixture
async def config(tmp_path: Path) -> AsyncIterator[Path]:
    """Three jobs of ours and one of another workspace, in a store that stays open."""
    store = store_at(tmp_path / "t.db")
    rows = [
        row(1, suffix="support-v11", state="succeeded", finished_at=NOW),
        row(2, suffix="support-v12"),
        row(3, team_id="T0OTHER"),
        row(4, state="failed", failure={"code": "x", "message": "y"}),
    ]
    for index, one in enumerate(rows):
        at = NOW + timedelta(hours=index)
        assert await store.write(partial(jobs.add, values=one, now=at))
    path = tmp_path / "tunesmith.toml"
    path.write_text(CONFIG.format(store=tmp_path / "t.db"), encoding="utf-8")
    yield path
    await store.close()


async def test_a_table_of_our_jobs_newest_first(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["jobs", "--config", str(config)]) == 0
    heading, *lines = capsys.readouterr().out.splitlines()
    assert heading.split()[:3] == ["id", "state", "model"]
    assert [line.split()[:4] for line in lines] == [
        ["J4", "failed", "gpt-4.1-mini", "-"],
        ["J2", "running", "gpt-4.1-mini", "support-v12"],
        ["J1", "succeeded", "gpt-4.1-mini", "support-v11"],
    ]
    assert lines[-1].endswith("2026-11-22 09:30")


async def test_no_more_than_asked_for(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["jobs", "--limit", "1", "--config", str(config)]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "… and 2 older (--limit)"


async def test_as_json(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["jobs", "--json", "--config", str(config)]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert shown["total"] == 3
    by_id = {one["id"]: one for one in shown["jobs"]}
    assert list(by_id) == ["J4", "J2", "J1"]
    assert by_id["J1"]["finished_at"] == "2026-11-22T09:30:00+00:00"
    assert by_id["J2"]["hyperparameters"] == {"n_epochs": 3}
    assert by_id["J4"]["failure"] == {"code": "x", "message": "y"}
