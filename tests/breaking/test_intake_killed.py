"""The program, its helper and Slack end in the middle of an intake: one card, one file, nothing left on disk."""

import asyncio
import itertools
import os
import signal
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from sandbox import samples
from tests.breaking.child import bot, child_world, start
from tests.breaking.evidence import one_file, ready, rows, told_once
from tests.patience import until
from tests.world import RIN, World

pytestmark = pytest.mark.asyncio(loop_scope="module")
SOUND = samples.read("tiny_overfit_train.jsonl")
_NUMBERS = itertools.count(1)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def made(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    """One program for all tests of this file: each leaves it running."""
    async with child_world(tmp_path_factory.mktemp("intake")) as world:
        yield world


async def odd(made: World, file_id: str, kind: str, **more: Any) -> None:
    answer = await made.post("/panel/api/file", {"file": file_id, "set": kind, **more})
    assert answer["ok"], answer


async def sent_in(made: World, *, hold: int | None = None, copies: int = 1) -> tuple[str, str]:
    """Post a file that no other test has; (its id in Slack, our label). With `hold` its download waits there."""
    rin = await made.person(RIN)
    name = f"intake-{next(_NUMBERS)}.jsonl"
    file_id = await rin.attach(name, SOUND * copies + b"\n" * next(_NUMBERS))
    if hold is not None:
        await odd(made, file_id, "hold", bytes=hold)
    await rin.say(await rin.direct(), "", files=(file_id,))
    found = await until(lambda: rows(made, "SELECT id FROM dataset WHERE name = ?", name), name)
    return file_id, f"D{found[0]['id']}"


def staged(made: World, label: str) -> set[str]:
    """The kinds of what is on this machine of a dataset: `part`, `jsonl`, `findings`."""
    folder = made.settings.files.staging
    return {path.suffix[1:] for path in folder.glob(f"{label}.*")}


def held(made: World, file_id: str) -> Callable[[], bool]:
    """Whether a download of this file waits now."""

    def look() -> bool:
        file = made.sandbox.slack.files.get(file_id)
        return file is not None and file.odd.held > 0

    return look


async def downloads(made: World, file_id: str) -> int:
    """How often the bytes were asked for."""
    return sum(f"-{file_id}/" in one["path"] for one in await made.requests("slack"))


def helpers(made: World) -> list[int]:
    """The processes that the program has started and that live."""
    pid = made.sandbox.bot.state()["pid"]
    text = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii")
    return [int(one) for one in text.split()]


async def sound(made: World, file_id: str, label: str) -> None:
    """It ends well: checked, at the service once, one card, and nothing half is left here."""
    rin = await made.person(RIN)
    await ready(rin, label)
    await one_file(made, label)
    await told_once(made, f"dataset:{label}")
    found = rows(made, "SELECT state, bytes FROM dataset WHERE id = ?", int(label[1:]))
    file = made.sandbox.slack.files.get(file_id)
    assert file is not None
    assert found == [{"state": "ready", "bytes": file.size}]
    assert "part" not in staged(made, label)


@pytest.mark.parametrize("how", ["kill", "stop"])
async def test_ended_while_the_file_is_fetched(made: World, how: str) -> None:
    file_id, label = await sent_in(made, hold=5000)
    await until(held(made, file_id), "the download to wait")
    await bot(made, how)
    if how == "stop":
        assert "part" not in staged(made, label), "an orderly end tidies up"
    await odd(made, file_id, "sound")
    await start(made)
    await sound(made, file_id, label)
    assert await downloads(made, file_id) == 2


async def test_killed_while_a_whole_file_is_checked(made: World) -> None:
    """What is whole on disk is checked from there: Slack is not asked for it again."""
    file_id, label = await sent_in(made, hold=5000)
    await until(held(made, file_id), "the download to wait")
    frozen = helpers(made)
    for pid in frozen:
        os.kill(pid, signal.SIGSTOP)
    await odd(made, file_id, "release")
    await until(lambda: "jsonl" in staged(made, label), "the file to be whole")
    assert rows(made, "SELECT sha256 FROM dataset WHERE id = ?", int(label[1:])) == [{"sha256": None}]
    await bot(made, "kill")
    for pid in frozen:
        os.kill(pid, signal.SIGCONT)
    await start(made)
    await sound(made, file_id, label)
    assert await downloads(made, file_id) == 1


@pytest.mark.parametrize("whole", [False, True])
async def test_the_helper_is_killed(made: World, whole: bool) -> None:
    """The fetch goes on without it, and the file is checked from disk by the next one."""
    file_id, label = await sent_in(made, hold=5000)
    await until(held(made, file_id), "the download to wait")
    victims = helpers(made)
    assert victims
    if whole:
        for pid in victims:
            os.kill(pid, signal.SIGSTOP)
        await odd(made, file_id, "release")
        await until(lambda: "jsonl" in staged(made, label), "the file to be whole")
    for pid in victims:
        os.kill(pid, signal.SIGKILL)
    await odd(made, file_id, "sound")
    await sound(made, file_id, label)
    assert await downloads(made, file_id) == 1


async def test_slack_goes_away_in_the_middle_and_comes_back(made: World) -> None:
    file_id, label = await sent_in(made, hold=5000)
    await until(held(made, file_id), "the download to wait")
    match = {"method": "GET", "path": "/slack/files-pri/"}
    fault = {"service": "slack", "match": match, "kind": "status", "status": 503, "times": 2}
    await odd(made, file_id, "cut", bytes=5000)
    assert (await made.post("/panel/api/fault", fault))["ok"]
    await odd(made, file_id, "release")
    await until(lambda: _asked_again(made, file_id), "the second try")
    await odd(made, file_id, "sound")
    await sound(made, file_id, label)
    assert await downloads(made, file_id) == 4


async def _asked_again(made: World, file_id: str) -> bool:
    return await downloads(made, file_id) > 1


async def test_nothing_was_said_twice_in_all_this(made: World) -> None:
    await asyncio.sleep(0)
    await told_once(made)
    folder = made.settings.files.staging
    assert not list(folder.glob("*.part"))
