"""`tunesmith run` as a process: it says why it cannot start, and stops in order when it is asked to."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import pytest_asyncio

from sandbox.config_out import bot_config, identity_environment
from sandbox.server import Sandbox, create_sandbox
from tests.patience import PATIENCE, until

TOKEN = "xoxb-sandbox-bot"


@pytest_asyncio.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    made = create_sandbox()
    await made.start()
    yield made
    await made.stop()


@asynccontextmanager
async def program(sandbox: Sandbox, config: Path) -> AsyncIterator[asyncio.subprocess.Process]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot.cli",
        "run",
        env={**os.environ, **identity_environment(sandbox.url), "TUNESMITH_CONFIG": str(config)},
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


def configured(sandbox: Sandbox, folder: Path, **replaced: str) -> Path:
    text = bot_config(sandbox.url, folder)
    for old, new in replaced.items():
        assert old in text
        text = text.replace(old, new)
    path = folder / "tunesmith.toml"
    path.write_text(text, encoding="utf-8")
    return path


async def refusal(sandbox: Sandbox, config: Path) -> str:
    """What the program says when it cannot start; it exits with 2."""
    async with program(sandbox, config) as process:
        _, said = await asyncio.wait_for(process.communicate(), PATIENCE)
        assert process.returncode == 2
        return said.decode()


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        pytest.param(TOKEN, "xoxb-revoked-token", "bot token", id="token"),
        pytest.param("T0SANDBOX", "T0OTHERCO", "home_team", id="team"),
    ],
)
async def test_it_says_what_to_change_when_slack_refuses(
    sandbox: Sandbox, tmp_path: Path, old: str, new: str, named: str
) -> None:
    said = await refusal(sandbox, configured(sandbox, tmp_path, **{old: new}))
    assert "cannot start" in said
    assert named in said
    assert "xoxb-revoked-token" not in said
    assert "Traceback" not in said


async def test_a_connection_pointed_elsewhere_is_refused(sandbox: Sandbox, tmp_path: Path) -> None:
    config = configured(sandbox, tmp_path)
    async with program(sandbox, config) as process:
        await until(lambda: sandbox.slack.socket_mode.connections, "the connection")
        process.send_signal(signal.SIGTERM)
        await process.wait()
    configured(sandbox, tmp_path, **{"/azure/prod-swc": "/azure/another"})
    said = await refusal(sandbox, config)
    assert "prod-swc" in said
    assert "another resource" in said


async def test_an_address_for_its_health_that_is_taken_is_refused(sandbox: Sandbox, tmp_path: Path) -> None:
    config = configured(sandbox, tmp_path)
    port = urlsplit(sandbox.url).port
    config.write_text(f"{config.read_text(encoding='utf-8')}\n[health]\nport = {port}\n", encoding="utf-8")
    said = await refusal(sandbox, config)
    assert f"127.0.0.1:{port} cannot be listened on" in said
    assert "health.port" in said
    assert "Traceback" not in said


async def test_sigterm_ends_it_in_order_and_nothing_is_left_running(sandbox: Sandbox, tmp_path: Path) -> None:
    async with program(sandbox, configured(sandbox, tmp_path)) as process:
        await until(lambda: sandbox.slack.socket_mode.connections, "the connection")
        process.send_signal(signal.SIGTERM)
        _, said = await asyncio.wait_for(process.communicate(), PATIENCE)
        assert process.returncode == 0
        assert "stopped" in said.decode()
        assert "Traceback" not in said.decode()


async def test_it_waits_for_slack_instead_of_giving_up(sandbox: Sandbox, tmp_path: Path) -> None:
    sandbox.faults.add("slack", {"match": {"path": "auth.test"}, "kind": "status", "status": 503, "times": 2})
    async with program(sandbox, configured(sandbox, tmp_path)):
        await until(lambda: sandbox.slack.socket_mode.connections, "the connection")
