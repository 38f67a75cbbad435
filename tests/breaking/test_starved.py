"""Services that refuse, stall and cut: the program carries on, and nothing is made or said twice."""

import itertools
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from tests.breaking.child import child_world
from tests.breaking.evidence import (
    FILES,
    JOBS,
    caught,
    ended,
    fault,
    hand_in,
    lift,
    one_file,
    ready,
    told_once,
)
from tests.breaking.evidence import start as order
from tests.patience import until
from tests.world import RIN, World

pytestmark = pytest.mark.asyncio(loop_scope="module")
_NUMBERS = itertools.count(1)
THROTTLED: list[dict[str, Any]] = [
    {"form": "seconds", "value": 1},
    {"form": "date", "value": 2},
    {"form": "ms", "value": 300},
    {},
]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def made(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    """One program for all tests of this file."""
    async with child_world(tmp_path_factory.mktemp("starved")) as world:
        yield world


async def whole_life(made: World) -> None:
    """From a file to the end of a job: one file, one job, every message once."""
    rin = await made.person(RIN)
    name = f"hard-{next(_NUMBERS)}"
    data = await hand_in(rin, f"{name}.jsonl")
    await ready(rin, data)
    await order(rin, data, name)
    await ended(made, name)
    await one_file(made, data)


@pytest.mark.parametrize("form", THROTTLED, ids=["seconds", "date", "ms", "without"])
async def test_throttled_everywhere(made: World, form: dict[str, Any]) -> None:
    more = {"status": 429, "retry_after": form or None}
    faults = [
        await fault(made, "azure", "POST", FILES, "status", times=1, **more),
        await fault(made, "azure", "POST", JOBS, "status", times=1, **more),
        await fault(made, "azure", "GET", JOBS, "status", times=2, **more),
    ]
    await whole_life(made)
    left = {one["id"] for one in (await made.get("/panel/api/state"))["faults"]}
    assert not left & set(faults), "not every refusal was met"


async def test_answers_lost_after_everything_was_done(made: World) -> None:
    await fault(made, "azure", "POST", FILES, "lost_answer", times=1)
    await fault(made, "azure", "POST", JOBS, "lost_answer", times=1)
    await whole_life(made)


@pytest.mark.parametrize("kind", ["status", "cut", "slow"])
async def test_a_list_that_fails_cuts_off_or_takes_long(made: World, kind: str) -> None:
    held = await fault(made, "azure", "GET", "fine_tuning/jobs", kind, times=6, status=500, seconds=1)
    await whole_life(made)
    await lift_quietly(made, held)


async def test_a_slow_upload_and_a_slow_start(made: World) -> None:
    await fault(made, "azure", "POST", FILES, "slow", times=1, seconds=2)
    await fault(made, "azure", "POST", JOBS, "slow", times=1, seconds=2)
    await whole_life(made)


async def test_a_socket_dropped_without_a_word(made: World) -> None:
    rin = await made.person(RIN)
    name = f"hard-{next(_NUMBERS)}"
    data = await hand_in(rin, f"{name}.jsonl")
    await made.post("/panel/api/socket", {"action": "drop"})
    await until(lambda: made.sandbox.bot.state()["state"] == "running", "the bot to be back")
    await ready(rin, data)
    await order(rin, data, name)
    await ended(made, name)


@pytest.mark.parametrize(
    ("method", "kind"),
    [
        ("chat.postMessage", "status"),
        ("chat.postMessage", "lost_answer"),
        ("chat.update", "lost_answer"),
        ("files.completeUploadExternal", "status"),
        ("files.completeUploadExternal", "lost_answer"),
    ],
)
async def test_slack_refuses_for_now_or_loses_its_answer(made: World, method: str, kind: str) -> None:
    more: dict[str, Any] = {"status": 429, "retry_after": {"form": "seconds", "value": 1}}
    held = await fault(
        made, "slack", "POST", f"/{method}", kind, times=2, **(more if kind == "status" else {})
    )
    await whole_life(made)
    await lift_quietly(made, held)
    await told_once(made)


async def lift_quietly(made: World, fault_id: str) -> None:
    """Remove a fault that may have been used up."""
    listed = (await made.get("/panel/api/state"))["faults"]
    if any(one["id"] == fault_id for one in listed):
        await caught(made, fault_id, "caught")
        await lift(made, fault_id)
