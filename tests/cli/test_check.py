"""`tunesmith check` against the sandbox: what it praises, and what it says about each thing that is wrong."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from sandbox.config_out import bot_config, identity_environment
from sandbox.server import Sandbox, SandboxOptions, create_sandbox
from sandbox.slack.options import DEFAULT_SCOPES, SlackOptions
from tests.cli.checked import checked

ROOT = Path(__file__).parents[2]


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    made = create_sandbox()
    await made.start()
    yield made
    await made.stop()


async def as_a_process(url: str, folder: Path, **variables: str) -> tuple[int, str, str]:
    """The program as somebody calls it: exit code, standard output, standard error."""
    config = folder / "tunesmith.toml"
    config.write_text(bot_config(url, folder / "state"), encoding="utf-8")
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot.cli", "check", "--config", str(config)),
        cwd=folder,
        env={
            **os.environ,
            **identity_environment(url),
            "PYTHONPATH": str(ROOT),
            "PYTHONIOENCODING": "utf-8",
            **variables,
        },
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate()
    return process.returncode or 0, out.decode(), err.decode()


async def test_as_a_process(sandbox: Sandbox, tmp_path: Path) -> None:
    code, out, err = await as_a_process(sandbox.url, tmp_path)
    assert (code, err) == (0, "")
    assert "FAIL" not in out
    assert not (tmp_path / "state").exists(), "a check makes nothing"


async def test_what_a_library_logs_does_not_stand_between_the_answers(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    """azure-identity warns of every token that it does not get."""
    code, out, err = await as_a_process(sandbox.url, tmp_path, IDENTITY_ENDPOINT=f"{sandbox.url}/no/token")
    assert (code, err) == (1, "")
    refused = next(line for line in out.splitlines() if line.startswith("FAIL  connection dev-eus2"))
    assert ". The service says: “" in refused
    assert ".;" not in out


async def test_all_is_well(sandbox: Sandbox, tmp_path: Path) -> None:
    got = await checked(sandbox.url, tmp_path)
    assert got.code == 0, got.out + got.err
    assert "FAIL" not in got.out
    assert "T0SANDBOX" in got.look("Slack bot token")
    assert "exactly the manifest's" in got.look("Slack scopes")
    assert "opens Socket Mode" in got.look("app-level token")
    assert "#fine-tuning" in got.look("slack.channel")
    assert "answers" in got.look("connection prod-swc")
    assert "answers" in got.look("connection dev-eus2")
    assert "none now" in got.look("freeze")
    assert "@ml-leads with 2 members" in got.look("user group S0MLLEADS")
    assert "2 can approve (ada, bruno)" in got.look("approvals of keeping")
    for name in ("prod-swc", "dev-eus2"):
        assert "there" in got.look(f"deployments at {name}: rights")
        assert "readable" in got.look(f"deployments at {name}: last calls")
    assert not (tmp_path / "state").exists(), "a check makes nothing"


async def test_everything_that_is_wrong_is_told_with_its_remedy(tmp_path: Path) -> None:
    slack = SlackOptions(scopes=DEFAULT_SCOPES - {"files:read"})
    made = create_sandbox(options=SandboxOptions(slack=slack))
    await made.start()
    try:
        got = await checked(
            made.url,
            tmp_path,
            TUNESMITH_SLACK_CHANNEL="C0RANDOM01",
            TUNESMITH_SLACK_APPROVALS_CHANNEL="C0NOWHERE",
            TUNESMITH_SLACK_APP_TOKEN="xapp-wrong",
            TUNESMITH_CONNECTION_PROD_SWC_KEY="wrong-key",
        )
    finally:
        await made.stop()
    assert got.code == 1
    assert "missing: files:read | Paste the output of `tunesmith manifest`" in got.look("Slack scopes")
    assert "connections:write" in got.look("app-level token")
    assert "/invite @Tunesmith" in got.look("slack.channel")
    assert "channel_not_found" in got.look("slack.approvals_channel")
    assert got.look("connection prod-swc").startswith("FAIL")
    assert "Set the present key as TUNESMITH_CONNECTION_PROD_SWC_KEY" in got.look("connection prod-swc")
    assert "hoever runs the bot" not in got.out, "that is who reads it"
    assert "xapp-wrong" not in got.out
    assert "wrong-key" not in got.out


async def test_a_token_of_another_workspace(sandbox: Sandbox, tmp_path: Path) -> None:
    got = await checked(sandbox.url, tmp_path, TUNESMITH_SLACK_HOME_TEAM="T0OTHER")
    assert got.code == 1
    assert 'Set home_team = "T0SANDBOX"' in got.look("Slack bot token")


async def test_a_token_that_slack_does_not_know(sandbox: Sandbox, tmp_path: Path) -> None:
    got = await checked(sandbox.url, tmp_path, TUNESMITH_SLACK_BOT_TOKEN="xoxb-unknown")
    assert got.code == 1
    assert "invalid_auth" in got.look("Slack bot token")
    assert "Slack scopes" not in got.out, "what depends on the token is not asked"
    assert got.look("connection prod-swc").startswith("ok")


async def test_nobody_answers(tmp_path: Path) -> None:
    made = create_sandbox(azure=False)
    await made.start()
    url = made.url
    await made.stop()
    got = await checked(url, tmp_path)
    assert got.code == 1
    assert "no answer (ConnectError)" in got.look("Slack bot token")
    assert got.look("connection prod-swc").startswith("FAIL")


async def test_a_key_and_a_version_that_are_wrong_are_named_as_settings(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    got = await checked(
        sandbox.url,
        tmp_path,
        change=lambda text: text.replace('"*" = "v1"', '"*" = "2099-01-01"'),
        TUNESMITH_CONNECTION_DBX_EUS_KEY="dapi-wrong",
    )
    assert got.code == 1
    assert "TUNESMITH_CONNECTION_DBX_EUS_KEY" in got.look("connection dbx-eus")
    assert "`connections.dev-eus2.api_versions`" in got.look("connection dev-eus2")
    assert "hoever runs the bot" not in got.out


async def test_a_store_of_another_version_and_one_that_is_none(sandbox: Sandbox, tmp_path: Path) -> None:
    (tmp_path / "state").mkdir()
    database = tmp_path / "state" / "tunesmith.db"
    database.write_bytes(b"this is not a database at all" * 100)
    got = await checked(sandbox.url, tmp_path)
    assert "not a database" in got.look("store (")

    import sqlite3

    database.unlink()
    with sqlite3.connect(database) as connection:
        connection.execute("CREATE TABLE alembic_version (version_num TEXT)")
        connection.execute("INSERT INTO alembic_version VALUES ('0000')")
    connection.close()
    got = await checked(sandbox.url, tmp_path)
    assert got.code == 1
    assert "tunesmith db upgrade" in got.look("store (")
