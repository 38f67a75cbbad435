"""The program is killed while it makes files for a person: each is there once, and data made of other data too."""

import itertools
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from tests.breaking.child import bot, child_world, start
from tests.breaking.evidence import caught, fault, lift, one_file, ready, rows, told_once
from tests.journey.data_steps import given, given_files, with_commas
from tests.patience import until
from tests.world import RIN, World

pytestmark = pytest.mark.asyncio(loop_scope="module")
_NUMBERS = itertools.count(12)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def made(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    """One program for all tests of this file: each leaves it running."""
    async with child_world(tmp_path_factory.mktemp("files")) as world:
        yield world


async def refused(made: World) -> tuple[int, str, dict[str, Any]]:
    """A file that the bot can repair, refused; (its number, its label, its card)."""
    rin = await made.person(RIN)
    direct = await rin.direct()
    number = next(_NUMBERS)
    name = f"commas-{number}.jsonl"
    await rin.say(direct, "", files=(await rin.attach(name, with_commas(number)),))
    card = await rin.sees(direct, f"{number} errors, nothing sent to Azure OpenAI")
    [row] = await until(lambda: rows(made, "SELECT id FROM dataset WHERE name = ?", name), name)
    return number, f"D{row['id']}", card


@pytest.mark.parametrize("path", ["/files.getUploadURLExternal", "/files.completeUploadExternal"])
@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("button", ["data_report", "data_repaired"])
async def test_a_file_is_given_once_whenever_the_program_dies(
    made: World, path: str, when: str, button: str
) -> None:
    """`before` Slack has heard of a step, or `after` it has done it and has not answered."""
    rin = await made.person(RIN)
    number, label, card = await refused(made)
    held = await fault(made, "slack", "POST", path, "hold", when=when)
    await rin.click(card, button, await rin.direct())
    await caught(made, held)
    await bot(made, "kill")
    await lift(made, held)
    await start(made)
    name = f"{label}-report.txt" if button == "data_report" else f"commas-{number}-repaired.jsonl"
    await given(rin, name, card)
    what = button.partition("_")[2]

    def closed() -> bool:
        return not rows(
            made,
            "SELECT id FROM task WHERE key = ? AND state IN ('queued', 'leased')",
            f"{what}:{label[1:]}:{RIN}",
        )

    await until(closed, "the end of the task")
    files = [one for one in await given_files(rin, card["ts"]) if one.get("name") == name]
    assert len(files) == 1
    await told_once(made)


async def test_data_is_made_once_when_the_program_dies_after_the_click(made: World) -> None:
    rin = await made.person(RIN)
    _, label, card = await refused(made)
    await rin.click(card, "data_use_repaired", await rin.direct())
    await until(
        lambda: rows(made, "SELECT id FROM dataset WHERE repaired_from = ?", int(label[1:])), "the data"
    )
    await bot(made, "kill")
    for file in made.settings.files.staging.glob(f"{label}.*"):
        file.unlink()
    await start(made)
    await rin.click(card, "data_use_repaired", await rin.direct())
    [row] = rows(made, "SELECT id FROM dataset WHERE repaired_from = ?", int(label[1:]))
    await ready(rin, f"D{row['id']}")
    await one_file(made, f"D{row['id']}")
    await told_once(made)
    assert not [path for path in made.settings.files.staging.iterdir() if path.suffix == ".part"]
