"""One copy of the bot for each store: a second one waits for the first to end, and then refuses."""

import asyncio
import os
import re
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import pytest_asyncio

from bot.only_copy import OnlyCopy, StoreTaken, StoreUnlockable
from sandbox.config_out import bot_config, identity_environment
from sandbox.server import Sandbox, create_sandbox
from tests.patience import PATIENCE, until

Process = asyncio.subprocess.Process


@pytest_asyncio.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    made = create_sandbox()
    await made.start()
    yield made
    await made.stop()


@pytest.fixture
def config(sandbox: Sandbox, tmp_path: Path) -> Path:
    path = tmp_path / "tunesmith.toml"
    path.write_text(bot_config(sandbox.url, tmp_path), encoding="utf-8")
    return path


@asynccontextmanager
async def copy(sandbox: Sandbox, config: Path, *words: str, **variables: str) -> AsyncIterator[Process]:
    """`tunesmith run` as a child."""
    environment = {**os.environ, **identity_environment(sandbox.url), "TUNESMITH_CONFIG": str(config)}
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot.cli",
        "run",
        *words,
        env={**environment, **variables},
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


def files(folder: Path, pattern: str) -> list[Path]:
    return list(folder.rglob(pattern))


async def connected(sandbox: Sandbox) -> None:
    await until(lambda: sandbox.slack.socket_mode.connections, "the connection")


async def said(process: Process) -> str:
    _, words = await asyncio.wait_for(process.communicate(), PATIENCE)
    return words.decode()


async def line_with(process: Process, word: str) -> str:
    """The next line on standard error that has `word` in it."""
    assert process.stderr is not None
    async with asyncio.timeout(PATIENCE):
        while line := (await process.stderr.readline()).decode():
            if word in line:
                return line
    raise AssertionError(word)


async def test_a_second_copy_is_refused_and_the_first_goes_on(sandbox: Sandbox, config: Path) -> None:
    async with copy(sandbox, config) as first:
        await connected(sandbox)
        async with copy(sandbox, config, "--wait", "0") as second:
            words = await said(second)
            assert second.returncode == 2
        assert "cannot start" in words
        assert f"process {first.pid} on " in words
        assert re.search(r"since \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC", words)
        assert "Traceback" not in words
        assert first.returncode is None
        assert sandbox.slack.socket_mode.connections == 1


async def test_another_name_of_the_store_is_the_same_store(
    sandbox: Sandbox, config: Path, tmp_path: Path
) -> None:
    async with copy(sandbox, config):
        await connected(sandbox)
        (store,) = files(tmp_path, "*.db")
        other = tmp_path / "other.db"
        other.symlink_to(store)
        async with copy(sandbox, config, "--wait", "0", TUNESMITH_STORE_PATH=str(other)) as second:
            words = await said(second)
            assert second.returncode == 2
            assert "another copy" in words


async def test_a_killed_copy_is_in_nobodys_way(sandbox: Sandbox, config: Path, tmp_path: Path) -> None:
    async with copy(sandbox, config) as first:
        await connected(sandbox)
        first.kill()
        await first.wait()
    assert files(tmp_path, "*.db.lock"), "the file stays, the lock does not"
    await until(lambda: not sandbox.slack.socket_mode.connections, "the end of the connection")
    async with copy(sandbox, config, "--wait", "0") as second:
        await connected(sandbox)
        second.send_signal(signal.SIGTERM)
        words = await said(second)
        assert second.returncode == 0
        assert "another copy" not in words


async def test_the_next_copy_waits_for_one_that_is_ending(sandbox: Sandbox, config: Path) -> None:
    async with copy(sandbox, config) as first:
        await connected(sandbox)
        async with copy(sandbox, config, "--wait", str(PATIENCE)) as second:
            assert f"process {first.pid}" in await line_with(second, "waiting for the other copy to end")
            first.send_signal(signal.SIGTERM)
            await first.wait()
            await line_with(second, "connected:")


async def test_a_copy_that_waits_can_be_ended(sandbox: Sandbox, config: Path) -> None:
    async with copy(sandbox, config) as first:
        await connected(sandbox)
        async with copy(sandbox, config, "--wait", str(PATIENCE)) as second:
            await line_with(second, "waiting for the other copy to end")
            second.send_signal(signal.SIGTERM)
            assert "Traceback" not in await said(second)
            assert second.returncode == 0
        assert first.returncode is None


async def test_other_commands_work_beside_it(sandbox: Sandbox, config: Path) -> None:
    async with copy(sandbox, config):
        await connected(sandbox)
        for words in (["jobs"], ["deployments"], ["check", "--json"]):
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "bot.cli", *words, "--config", str(config),
                env={**os.environ, **identity_environment(sandbox.url)},
                stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE,
            )  # fmt: skip
            assert not await said(process)
            assert process.returncode in {0, 1}


async def test_what_stands_in_the_file_is_only_told(tmp_path: Path) -> None:
    """The file of a copy that is gone, of another machine, or spoilt by somebody."""
    for left in ("", "{", "[]", '{"pid": 1, "host": "h", "since": "2026-01-01T00:00:00+00:00"}', "\0"):
        (tmp_path / "t.db.lock").write_text(left, encoding="utf-8")
        lock = OnlyCopy(tmp_path / "t.db")
        assert await lock.take(asyncio.Event(), wait=0)
        holder = lock.holder()
        assert holder is not None
        assert holder.pid == os.getpid()
        with pytest.raises(StoreTaken, match=f"process {os.getpid()} on "):
            await OnlyCopy(tmp_path / "t.db").take(asyncio.Event(), wait=0)
        lock.release()


async def test_a_holder_that_left_no_word_is_told_by_the_file(tmp_path: Path) -> None:
    lock = OnlyCopy(tmp_path / "t.db")
    assert await lock.take(asyncio.Event(), wait=0)
    lock.path.write_text("", encoding="utf-8")
    with pytest.raises(StoreTaken, match=r"t\.db\.lock"):
        await OnlyCopy(tmp_path / "t.db").take(asyncio.Event(), wait=0)
    lock.release()


async def test_a_place_for_no_lock_is_named(tmp_path: Path) -> None:
    (tmp_path / "t.db.lock").mkdir()
    with pytest.raises(StoreUnlockable, match=r"t\.db\.lock"):
        await OnlyCopy(tmp_path / "t.db").take(asyncio.Event(), wait=0)
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(StoreUnlockable, match="file"):
        await OnlyCopy(tmp_path / "file" / "t.db").take(asyncio.Event(), wait=0)
