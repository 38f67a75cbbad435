"""`tunesmith upload`: a file of this machine goes the way of one from Slack, whether the bot runs or not."""

import asyncio
import io
import os
import sqlite3
from contextlib import closing, redirect_stderr, redirect_stdout
from datetime import timedelta
from pathlib import Path

import pytest

from bot import cli, reconcile
from bot.datasets.staging import Staging
from sandbox import samples
from tests.breaking.evidence import one_file, rows
from tests.cli.checked import Checked
from tests.journey.steps import calm, ready, told
from tests.patience import until
from tests.world import GIL, RIN, World, world

SOUND = samples.read("tiny_overfit_train.jsonl")


async def upload(made: World, *given: str) -> Checked:
    """Run the command in a thread of this process, so that the sandbox and the bot go on."""
    config = made.settings.store.path.parent / "tunesmith.toml"
    out, err = io.StringIO(), io.StringIO()
    words = ["upload", "--config", str(config), *given]
    with redirect_stdout(out), redirect_stderr(err):
        code = await asyncio.to_thread(cli.main, words)
    return Checked(code, out.getvalue(), err.getvalue())


def written(folder: Path, name: str, data: bytes) -> str:
    path = folder / name
    path.write_bytes(data)
    return str(path)


def staged(made: World) -> set[str]:
    folder = made.settings.files.staging
    return {path.name for path in folder.iterdir()} if folder.is_dir() else set()


async def test_beside_a_running_bot(tmp_path: Path) -> None:
    async with world(tmp_path) as made:
        await calm(made)
        rin = await made.person(RIN)
        train, valid = written(tmp_path, "mine.jsonl", SOUND), samples.read("support_valid.jsonl")
        seen = await upload(
            made,
            *(train, "--as", RIN, "--valid", written(tmp_path, "held out.jsonl", valid)),
            *("--connection", "dev-eus2"),
        )
        assert (seen.code, seen.err) == (0, "")
        assert seen.out.splitlines()[0] == "D1  mine.jsonl: training data for dev-eus2, handed in."
        assert "D2  held out.jsonl: validation data" in seen.out
        await ready(rin, "mine.jsonl", "held out.jsonl")
        found = rows(made, "SELECT role, pair, state, owner FROM dataset ORDER BY id")
        assert found == [
            {"role": "training", "pair": 2, "state": "ready", "owner": RIN},
            {"role": "validation", "pair": 1, "state": "ready", "owner": RIN},
        ]
        assert not [name for name in staged(made) if name.startswith("handed-") or name.endswith(".part")]
        received = rows(made, "SELECT actor, via FROM audit WHERE action = 'dataset.received'")
        assert received == [{"actor": RIN, "via": "cli"}] * 2


async def test_before_the_bot_starts_and_however_long_it_takes(tmp_path: Path) -> None:
    async with world(tmp_path) as made:
        await calm(made)
        rin = await made.person(RIN)
        await made.stop()
        seen = await upload(made, written(tmp_path, "early.jsonl", SOUND), "--as", RIN)
        assert seen.code == 0
        [copy] = made.settings.files.staging.glob("handed-*")
        assert copy.stat().st_mode & 0o777 == 0o600
        os.utime(copy, (0, 0))
        await made.start()
        assert made.application is not None
        deps, staging = made.application.deps, Staging(made.settings.files.staging, 1)
        keep, handed = await deps.store.read(reconcile.staged_still)
        staging.sweep(deps.clock.now() - timedelta(hours=1), keep, handed)
        await ready(rin, "early.jsonl")
        await one_file(made, "D1")


async def test_a_copy_that_was_lost_is_told(tmp_path: Path) -> None:
    async with world(tmp_path) as made:
        await calm(made)
        rin = await made.person(RIN)
        await made.stop()
        assert (await upload(made, written(tmp_path, "lost.jsonl", SOUND), "--as", RIN)).code == 0
        for path in made.settings.files.staging.glob("handed-*"):
            path.unlink()
        await made.start()
        assert "tunesmith upload" in await told(rin, "copy of the file is no longer there")


async def test_what_cannot_be_handed_in_leaves_nothing_behind(tmp_path: Path) -> None:
    async with world(tmp_path) as made:
        await calm(made)
        mine = written(tmp_path, "mine.jsonl", SOUND)
        large = tmp_path / "large.jsonl"
        with large.open("wb") as file:
            file.truncate(made.settings.limits.intake_max_bytes + 1)
        refusals: list[tuple[list[str], str]] = [
            ([mine, "--as", "rin"], "is not the id of a person"),
            ([mine, "--as", GIL], "guest"),
            ([mine, "--as", "U0NOBODY99"], "--as U0NOBODY99"),
            ([mine, "--as", RIN, "--connection", "prod"], "Known: prod-swc"),
            ([str(tmp_path / "none.jsonl"), "--as", RIN], "cannot be read"),
            ([str(tmp_path), "--as", RIN], "cannot be read"),
            ([written(tmp_path, "empty.jsonl", b""), "--as", RIN], "is empty"),
            ([str(large), "--as", RIN], "is too large"),
            ([mine, "--as", RIN, "--valid", str(tmp_path / "none.jsonl")], "cannot be read"),
        ]
        for given, part in refusals:
            seen = await upload(made, *given)
            assert (seen.code, seen.out) == (2, ""), given
            assert part in seen.err, seen.err
        assert not rows(made, "SELECT id FROM dataset")
        assert not staged(made)


async def test_the_store_is_held_by_something_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.store.engine.BUSY_MS", 200)
    async with world(tmp_path) as made:
        await calm(made)
        mine = written(tmp_path, "mine.jsonl", SOUND)
        await made.stop()
        with closing(sqlite3.connect(made.settings.store.path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            seen = await upload(made, mine, "--as", RIN)
            other.execute("ROLLBACK")
        assert seen.code == 2
        assert "is locked" in seen.err
        assert not staged(made)
        assert (await upload(made, mine, "--as", RIN)).code == 0


async def test_without_a_database_there_is_no_bot(tmp_path: Path) -> None:
    async with world(tmp_path, start=False) as made:
        seen = await upload(made, written(tmp_path, "mine.jsonl", SOUND), "--as", RIN)
        assert seen.code == 2
        assert "no database yet" in seen.err
        await until(lambda: not made.settings.store.path.exists(), "nothing made")
