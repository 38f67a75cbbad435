"""`tunesmith approvals`: requests with their votes, read while the bot has the database open."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from bot import cli
from bot.store import requests
from bot.store.requests import Vote
from tests.cli.rows import REQUEST
from tests.cli.test_cli import CONFIG
from tests.stores import store_at

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)


def vote(user: str, decision: str, number: int = 1) -> Vote:
    return Vote(
        round=number,
        team_id="T0HOME",
        user_id=user,
        decision=decision,
        reason="fine",
        groups=("S0LEADS",),
        at=NOW,
        corr="c-9",
    )


@pytest.fixture
async def config(tmp_path: Path) -> AsyncIterator[Path]:
    """One that waits with a vote, one that was decided, one of another workspace."""
    store = store_at(tmp_path / "t.db")
    rows: tuple[dict[str, Any], ...] = (
        REQUEST,
        {
            **REQUEST,
            "intent_key": "two",
            "kind": "training",
            "target": "J7",
            "state": "rejected",
            "decided_at": NOW,
            "decision": {"by": ["U0ADA"], "reason": "too dear"},
        },
        {**REQUEST, "intent_key": "three", "team_id": "T0OTHER"},
    )
    for index, one in enumerate(rows):
        await store.write(partial(requests.add, values=one, now=NOW + timedelta(hours=index)))
    await store.write(partial(requests.add_vote, number=1, given=vote("U0ADA", "approve")))
    await store.write(partial(requests.add_vote, number=1, given=vote("U0OLD", "approve", 9)))
    await store.write(partial(requests.add_vote, number=2, given=vote("U0ADA", "reject")))
    path = tmp_path / "tunesmith.toml"
    path.write_text(CONFIG.format(store=tmp_path / "t.db"), encoding="utf-8")
    yield path
    await store.close()


async def test_what_waits(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["approvals", "--config", str(config)]) == 0
    heading, *lines = capsys.readouterr().out.splitlines()
    assert heading.split()[:3] == ["id", "state", "kind"]
    (line,) = lines
    assert line.split()[:4] == ["A1", "open", "deployment", "prod-swc/support-v12"]
    assert "1 of 2" in line, "a vote on another round does not count"
    assert line.endswith("2026-11-22 09:30  2026-11-25 09:30")


async def test_decided_ones_too(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["approvals", "--all", "--config", str(config)]) == 0
    lines = capsys.readouterr().out.splitlines()[1:]
    assert [line.split()[:2] for line in lines] == [["A2", "rejected"], ["A1", "open"]]
    assert cli.main(["approvals", "--all", "--limit", "1", "--config", str(config)]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 2


async def test_as_json(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["approvals", "--all", "--json", "--config", str(config)]) == 0
    by_id = {one["id"]: one for one in json.loads(capsys.readouterr().out)["approvals"]}
    assert set(by_id) == {"A1", "A2"}
    first, second = by_id["A1"], by_id["A2"]
    assert first["votes"][0] == {
        "round": 1,
        "user": "U0ADA",
        "decision": "approve",
        "reason": "fine",
        "groups": ["S0LEADS"],
        "at": "2026-11-22T09:30:00+00:00",
        "corr": "c-9",
    }
    assert (first["policy"]["count"], first["decided_at"]) == (2, None)
    assert second["decision"] == {"by": ["U0ADA"], "reason": "too dear"}
    assert second["decided_at"] == "2026-11-22T09:30:00+00:00"


async def test_nothing_waits(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    store = store_at(tmp_path / "t.db")
    path = tmp_path / "tunesmith.toml"
    path.write_text(CONFIG.format(store=tmp_path / "t.db"), encoding="utf-8")
    assert cli.main(["approvals", "--config", str(path)]) == 0
    assert capsys.readouterr().out == "Nothing waits.\n"
    assert cli.main(["approvals", "--all", "--config", str(path)]) == 0
    assert capsys.readouterr().out == "No requests.\n"
    await store.close()
