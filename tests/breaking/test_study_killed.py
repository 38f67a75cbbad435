"""The program or its helper ends in the middle of a second pass: it is done again, and nothing else notices."""

import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from sandbox import samples
from tests.breaking.child import bot, child_world, start
from tests.breaking.evidence import one_file, ready, rows, told_once
from tests.patience import until
from tests.world import RIN, World

pytestmark = pytest.mark.asyncio(loop_scope="module")
SOUND = samples.read("support_train.jsonl")
_OPEN = "SELECT state FROM task WHERE kind = 'dataset.study' AND state IN ('queued', 'leased')"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def made(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    """One program for all tests of this file: each leaves it running."""
    async with child_world(tmp_path_factory.mktemp("study")) as world:
        yield world


def helpers(made: World) -> list[int]:
    """The processes that the program has started and that live."""
    pid = made.sandbox.bot.state()["pid"]
    text = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii")
    return [int(one) for one in text.split()]


def gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rsplit(") ", 1)[1][0] == "Z"
    except (FileNotFoundError, ProcessLookupError):
        return True


async def sent_in(made: World, copies: int) -> str:
    """A file whose study is under way; its label."""
    rin = await made.person(RIN)
    name = f"study-{copies}.jsonl"
    file_id = await rin.attach(name, SOUND * copies)
    await rin.say(await rin.direct(), "", files=(file_id,))
    await until(lambda: any(one["state"] == "leased" for one in rows(made, _OPEN)), "the study to begin")
    (found,) = rows(made, "SELECT id, tokens_exact FROM dataset WHERE name = ?", name)
    assert not found["tokens_exact"]
    return f"D{found['id']}"


async def studied(made: World, label: str) -> None:
    """It ends well: exact, at the service once, one card, and the bytes are gone from here."""
    number = int(label[1:])
    exact = "SELECT id FROM dataset WHERE id = ? AND tokens_exact = 1 AND state = 'ready'"
    await until(lambda: rows(made, exact, number), "the study to end")
    await ready(await made.person(RIN), label)
    await one_file(made, label)
    await told_once(made, f"dataset:{label}")
    staged = made.settings.files.staging / f"{label}.jsonl"
    await until(lambda: not staged.exists(), "the bytes to be let go")
    assert not rows(made, "SELECT id FROM task WHERE state = 'parked'")


async def test_the_program_is_killed(made: World) -> None:
    label = await sent_in(made, 2)
    left = helpers(made)
    assert left
    await bot(made, "kill")
    await until(lambda: all(map(gone, left)), "its helpers to end too")
    assert (made.settings.files.staging / f"{label}.jsonl").exists()
    await start(made)
    await studied(made, label)


async def test_the_program_is_stopped(made: World) -> None:
    label = await sent_in(made, 3)
    await bot(made, "stop")
    await start(made)
    await studied(made, label)


async def test_the_helper_is_killed(made: World) -> None:
    label = await sent_in(made, 4)
    for pid in helpers(made):
        os.kill(pid, signal.SIGKILL)
    await studied(made, label)
