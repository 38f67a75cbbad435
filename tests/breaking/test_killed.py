"""SIGKILL and SIGTERM at exact points: held requests tell where the program is."""

import itertools
import time
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.breaking.child import bot, child_world, start
from tests.breaking.evidence import (
    FILES,
    JOBS,
    caught,
    ended,
    fault,
    files_of,
    hand_in,
    jobs_named,
    lift,
    one_file,
    ready,
    rows,
    told_once,
)
from tests.breaking.evidence import start as order
from tests.world import RIN, World

pytestmark = pytest.mark.asyncio(loop_scope="module")
ENDS = ["kill", "stop"]
STOP_WITHIN = 5.0
_NUMBERS = itertools.count(1)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def made(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    """One program for all tests of this file: each leaves it running."""
    async with child_world(tmp_path_factory.mktemp("killed")) as world:
        yield world


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def data(made: World) -> str:
    """A dataset that is at the service."""
    rin = await made.person(RIN)
    label = await hand_in(rin, "shared.jsonl")
    await ready(rin, label)
    return label


def fresh() -> str:
    """A name that no other test has."""
    return f"run-{next(_NUMBERS)}"


async def end_at(made: World, how: str, held: str) -> None:
    """End the program while it waits for this request, then let the request go and start the program again."""
    await caught(made, held)
    before = time.monotonic()
    await bot(made, how)
    assert time.monotonic() - before < STOP_WITHIN
    assert made.sandbox.bot.state()["exit_code"] == (-9 if how == "kill" else 0)
    await lift(made, held)
    await start(made)


@pytest.mark.parametrize(("how", "when"), [("kill", "before"), ("kill", "after"), ("stop", "after")])
async def test_in_an_upload(made: World, how: str, when: str) -> None:
    """Before: the file has not arrived. After: the service has it, and nobody was told."""
    rin = await made.person(RIN)
    held = await fault(made, "azure", "POST", FILES, "hold", when=when)
    label = await hand_in(rin, f"{fresh()}.jsonl")
    await end_at(made, how, held)
    await ready(rin, label)
    assert len(await files_of(made, label)) == 1
    await one_file(made, label)


@pytest.mark.parametrize("how", ENDS)
async def test_in_a_start_that_arrived(made: World, data: str, how: str) -> None:
    rin = await made.person(RIN)
    suffix = fresh()
    held = await fault(made, "azure", "POST", JOBS, "hold", when="after")
    await order(rin, data, suffix)
    await end_at(made, how, held)
    await ended(made, suffix)


@pytest.mark.parametrize("how", ENDS)
async def test_in_a_start_that_did_not_arrive(made: World, data: str, how: str) -> None:
    """Nothing was created, but nobody can know: it is looked for, never sent again by itself."""
    rin = await made.person(RIN)
    suffix = fresh()
    held = await fault(made, "azure", "POST", JOBS, "hold", when="before")
    await order(rin, data, suffix)
    await end_at(made, how, held)
    probe = await fault(made, "azure", "GET", JOBS, "slow", seconds=0, times=0)
    await caught(made, probe, "caught")
    await lift(made, probe)
    assert await jobs_named(made, suffix) == []
    assert rows(made, "SELECT state FROM job WHERE suffix = ?", suffix) == [{"state": "submitting"}]


@pytest.mark.parametrize("how", ENDS)
async def test_in_a_poll(made: World, data: str, how: str) -> None:
    rin = await made.person(RIN)
    suffix = fresh()
    await order(rin, data, suffix)
    held = await fault(made, "azure", "GET", JOBS, "hold", when="after")
    await end_at(made, how, held)
    await ended(made, suffix)


@pytest.mark.parametrize(("how", "when"), [("kill", "before"), ("kill", "after"), ("stop", "after")])
async def test_in_posting_the_card(made: World, data: str, how: str, when: str) -> None:
    rin = await made.person(RIN)
    suffix = fresh()
    held = await fault(made, "slack", "POST", "/chat.postMessage", "hold", when=when)
    await order(rin, data, suffix)
    await end_at(made, how, held)
    await ended(made, suffix)


@pytest.mark.parametrize(("how", "when"), [("kill", "before"), ("kill", "after"), ("stop", "after")])
async def test_in_sharing_the_picture(made: World, data: str, how: str, when: str) -> None:
    rin = await made.person(RIN)
    suffix = fresh()
    held = await fault(made, "slack", "POST", "/files.completeUploadExternal", "hold", when=when)
    await order(rin, data, suffix)
    await end_at(made, how, held)
    await ended(made, suffix)


async def test_nothing_was_said_twice_in_all_this(made: World) -> None:
    await told_once(made)
