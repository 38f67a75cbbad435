"""The program is killed while a blob is read, and between a hand-in on its machine and the check: nothing twice."""

import asyncio
import io
import itertools
from collections.abc import AsyncIterator
from contextlib import redirect_stdout

import pytest
import pytest_asyncio

from bot import cli
from sandbox import samples
from sandbox.azure_blob import ACCOUNT, CONTAINER
from tests.breaking.child import bot, child_world, start
from tests.breaking.evidence import one_file, ready, rows, told_once
from tests.patience import until
from tests.world import RIN, World

pytestmark = pytest.mark.asyncio(loop_scope="module")
SOUND = samples.read("tiny_overfit_train.jsonl")
DATA = SOUND * (1_000_000 // len(SOUND))
_NUMBERS = itertools.count(1)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def made(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    """One program for all tests of this file: each leaves it running."""
    async with child_world(tmp_path_factory.mktemp("blob")) as world:
        yield world


async def named(made: World, *, hold: int | None = None) -> tuple[str, str]:
    """Type the address of a blob that no other test has; (its name, our label)."""
    name = f"blob-{next(_NUMBERS)}.jsonl"
    made.sandbox.blobs.put(ACCOUNT, CONTAINER, name, DATA + b"\n" * next(_NUMBERS))
    made.sandbox.blobs.configure({"hold_after": hold})
    rin = await made.person(RIN)
    await rin.command(f"/finetune upload https://{ACCOUNT}.blob.core.windows.net/{CONTAINER}/{name}")
    found = await until(lambda: rows(made, "SELECT id FROM dataset WHERE name = ?", name), name)
    return name, f"D{found[0]['id']}"


async def reads(made: World, name: str) -> int:
    """How often the blob was looked at or read."""
    return await made.count("GET", f"/{name}")


@pytest.mark.parametrize("how", ["kill", "stop"])
async def test_ended_while_a_blob_is_read(made: World, how: str) -> None:
    before = made.sandbox.blobs.held
    name, label = await named(made, hold=500_000)
    await until(lambda: made.sandbox.blobs.held > before, "the read to wait")
    await bot(made, how)
    staging = made.settings.files.staging
    if how == "stop":
        assert not list(staging.glob(f"{label}.part")), "an orderly end tidies up"
    made.sandbox.blobs.configure({"hold_after": None})
    await start(made)
    await ready(await made.person(RIN), label)
    await one_file(made, label)
    await told_once(made, f"dataset:{label}")
    blob = made.sandbox.blobs.container(ACCOUNT, CONTAINER)
    assert blob is not None
    found = rows(made, "SELECT state, bytes FROM dataset WHERE id = ?", int(label[1:]))
    assert found == [{"state": "ready", "bytes": blob[name].size}]
    assert await reads(made, name) in (3, 4), "looked at and read twice; what was cut off may not be counted"
    assert not list(staging.glob("*.part"))


async def test_killed_right_after_a_file_was_handed_in_on_its_machine(made: World) -> None:
    """The copy is the dataset's own from the first look on, and there is no other: it outlives the program."""
    folder = made.settings.store.path.parent
    path = folder / "handed.jsonl"
    path.write_bytes(SOUND + b"\n" * 40)
    await bot(made, "kill")
    with redirect_stdout(io.StringIO()) as out:
        words = ["upload", str(path), "--as", RIN, "--config", str(folder / "tunesmith.toml")]
        assert await asyncio.to_thread(cli.main, words) == 0
    label = out.getvalue().split()[0]
    await start(made)
    await bot(made, "kill")
    await start(made)
    await ready(await made.person(RIN), label)
    await one_file(made, label)
    await told_once(made, f"dataset:{label}")
    assert not list(made.settings.files.staging.glob("handed-*"))
