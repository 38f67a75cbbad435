"""The server as a whole: the page, the panel, the origin check, the bot's process, the command line."""

import asyncio
import signal
import sys
import textwrap
import tomllib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from sandbox.bot_process import BotProcess
from sandbox.clock import SystemClock
from sandbox.config_out import bot_config
from sandbox.server import Sandbox, SandboxOptions, create_sandbox
from sandbox.slack.options import SlackOptions
from tests.patience import PATIENCE, until
from tests.sandbox.slack.people import RIN, Page

CONNECTS = """
import asyncio, os, signal, sys, tomllib
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.web.async_client import AsyncWebClient

async def main():
    with open(os.environ["TUNESMITH_CONFIG"], "rb") as file:
        slack = tomllib.load(file)["slack"]
    web = AsyncWebClient(token=slack["bot_token"], base_url=slack["api_base"])
    client = SocketModeClient(app_token=slack["app_token"], web_client=web)
    ended = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, ended.set)
    await client.connect()
    print("bot is there", flush=True)
    await ended.wait()
    await client.close()
    print("bot said goodbye", file=sys.stderr, flush=True)

asyncio.run(main())
"""


@pytest.fixture
def bot_argv(tmp_path: Path) -> list[str]:
    script = tmp_path / "bot.py"
    script.write_text(CONNECTS)
    return [sys.executable, str(script)]


@pytest.fixture
async def sandbox(bot_argv: list[str], tmp_path: Path) -> AsyncIterator[Sandbox]:
    config = tmp_path / "tunesmith.toml"
    options = SandboxOptions(
        slack=SlackOptions(), bot_argv=bot_argv, bot_environment={"TUNESMITH_CONFIG": str(config)}
    )
    made = create_sandbox(clock=SystemClock(), options=options, azure=False)
    await made.start()
    config.write_text(bot_config(made.url, tmp_path))
    yield made
    await made.stop()


@pytest.fixture
async def http(sandbox: Sandbox) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=sandbox.url, timeout=20) as client:
        yield client


async def panel(http: httpx.AsyncClient, call: str, **body: Any) -> dict[str, Any]:
    answer: dict[str, Any] = (await http.post(f"/panel/api/{call}", json=body)).json()
    return answer


async def test_the_page_is_served_with_a_policy(http: httpx.AsyncClient) -> None:
    answer = await http.get("/")
    assert answer.status_code == 200
    assert "default-src 'self'" in answer.headers["Content-Security-Policy"]
    assert (await http.get("/page/static/index.html")).status_code == 200
    assert (await http.get("/page/static/../server.py")).status_code == 404


async def test_what_the_page_starts_with(http: httpx.AsyncClient) -> None:
    answer = (await http.get("/page/api/bootstrap", params={"user": RIN})).json()
    assert answer["me"] == RIN
    assert {channel["name"] for channel in answer["channels"]} == {"fine-tuning", "ml-approvals", "random"}
    assert answer["dms"] == [{"id": "D0REQUEST1", "user": "U0TUNESMTH"}]
    assert answer["commands"][0]["command"] == "/finetune"
    assert {shortcut["type"] for shortcut in answer["shortcuts"]} == {"global", "message"}
    assert answer["samples"]
    guest = (await http.get("/page/api/bootstrap", params={"user": "U0GUEST001"})).json()
    assert [channel["id"] for channel in guest["channels"]] == ["C0FINETUNE"]
    assert (await http.get("/page/api/bootstrap", params={"user": "U0NOBODY01"})).status_code == 404


async def test_samples_become_files(http: httpx.AsyncClient) -> None:
    page = Page(http)
    sample = await page.post("sample", user=RIN, name="too_few.jsonl")
    ts = await page.say("data", files=[sample["file"]["id"]])
    (message,) = await page.history()
    assert (message["ts"], message["files"][0]["name"]) == (ts, "too_few.jsonl")
    assert (await page.post("sample", user=RIN, name="nothing"))["error"] == "sample_not_found"


async def test_pages_of_other_sites_are_refused(http: httpx.AsyncClient) -> None:
    for path in ("/panel/api/bot", "/page/api/message"):
        answer = await http.post(path, json={"action": "kill"}, headers={"Origin": "https://evil.example"})
        assert answer.status_code == 403
    own = {"Origin": str(http.base_url).rstrip("/")}
    assert (await http.post("/panel/api/socket", json={"action": "drop"}, headers=own)).status_code == 200


async def test_the_bots_life(sandbox: Sandbox, http: httpx.AsyncClient) -> None:
    def state() -> str:
        return str(sandbox.bot.state()["state"])

    async with Page(http).live() as rin:
        assert state() == "stopped"
        started = await panel(http, "bot", action="start")
        assert started["state"] == "starting"
        first = started["pid"]
        await until(lambda: state() == "running")
        assert (await rin.next("bot"))["state"] == "starting"
        assert (await rin.next("bot"))["state"] == "running"
        assert (await panel(http, "bot", action="start"))["pid"] == first
        stopped = await panel(http, "bot", action="stop")
        assert (stopped["state"], stopped["exit_code"]) == ("stopped", 0)
        assert "bot said goodbye" in sandbox.bot.lines()
        await panel(http, "bot", action="start")
        await until(lambda: state() == "running")
        restarted = await panel(http, "bot", action="restart")
        assert restarted["restarts"] == 2
        await until(lambda: state() == "running")
        killed = await panel(http, "bot", action="kill")
        assert (killed["state"], killed["exit_code"]) == ("stopped", -signal.SIGKILL)
    shown = (await http.get("/panel/api/state")).json()["bot"]
    assert "bot is there" in shown["output"]
    assert (await http.post("/panel/api/bot", json={"action": "dance"})).status_code == 400


async def test_a_bot_that_dies_by_itself_is_told(tmp_path: Path) -> None:
    options = SandboxOptions(bot_argv=[sys.executable, "-c", "print('oh'); raise SystemExit(3)"])
    sandbox = create_sandbox(options=options, azure=False)
    await sandbox.start()
    try:
        async with httpx.AsyncClient(base_url=sandbox.url) as http, Page(http).live() as rin:
            await sandbox.bot.start()
            assert (await rin.next("notice"))["text"] == "Tunesmith has ended by itself (exit code 3)."
            state = sandbox.bot.state()
    finally:
        await sandbox.stop()
    assert (state["state"], state["exit_code"], sandbox.bot.lines()) == ("stopped", 3, ["oh"])


async def test_long_lines_and_many_lines(capfd: pytest.CaptureFixture[str]) -> None:
    code = "print('x' * 3_000_000); print('\\n'.join(map(str, range(600))))"
    bot = BotProcess([sys.executable, "-c", code], {}, lambda: None, lambda _code: None)
    await bot.start()
    await until(lambda: not bot.alive and bot.state()["exit_code"] == 0)
    assert bot.lines()[-1] == "599"
    assert len(bot.lines()) == 500
    await bot.stop()


async def test_switches(http: httpx.AsyncClient) -> None:
    answer = await panel(http, "service", service="slack", set={"token_state": "token_revoked"})
    assert answer["token_state"] == "token_revoked"
    assert not (await panel(http, "service", service="slack", set={"colour": 1}))["ok"]
    assert not (await panel(http, "service", service="slack", set={"token_state": "odd"}))["ok"]
    assert not (await panel(http, "file", file="F0NOWHERE1", set="external"))["ok"]
    assert not (await panel(http, "socket", action="dance"))["ok"]


async def test_azure_is_mounted_beside_slack() -> None:
    sandbox = create_sandbox()
    await sandbox.start()
    try:
        async with httpx.AsyncClient(base_url=sandbox.url) as http:
            refused = await http.get("/azure/sandbox/openai/files", params={"api-version": "2024-10-21"})
            assert refused.status_code == 401
            key = {"api-key": "sandbox-azure-key"}
            query = {"api-version": "2024-10-21"}
            files = await http.get("/azure/sandbox/openai/files", params=query, headers=key)
            assert files.json()["data"] == []
            assert (await panel(http, "service", speed=1000))["speed"] == 1000
            state = (await http.get("/panel/api/state")).json()["services"]
            assert (state["speed"], state["azure"]["speed"]) == (1000, 1000)
            requests = (await http.get("/panel/api/requests", params={"service": "azure"})).json()
            assert [item["status"] for item in requests["requests"]] == [401, 200]
    finally:
        await sandbox.stop()


def test_the_configuration_is_toml(tmp_path: Path) -> None:
    odd = tmp_path / 'a "quoted" \\ folder'
    config = tomllib.loads(bot_config("http://127.0.0.1:8080", odd))
    assert config["slack"]["api_base"] == "http://127.0.0.1:8080/slack/api/"
    assert config["slack"]["file_hosts"] == ["127.0.0.1:8080"]
    assert config["store"]["path"] == str(odd / "tunesmith.db")
    endpoints = [connection["endpoint"] for connection in config["connections"]]
    assert endpoints
    assert all(endpoint.startswith("http://127.0.0.1:8080") for endpoint in endpoints)
    kinds = {connection["provider"] for connection in config["connections"]}
    assert kinds == {"azure_openai", "azure_ai_studio", "databricks"}


class TestCommandLine:
    """`python -m sandbox` as people start it."""

    async def started(self, *argv: str) -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "sandbox",
            *argv,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )

    @pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
    async def test_it_starts_and_stops_the_bot(
        self, tmp_path: Path, bot_argv: list[str], number: signal.Signals
    ) -> None:
        config = tmp_path / "out" / "tunesmith.toml"
        state = tmp_path / "state"
        process = await self.started("--config-out", str(config), "--state", str(state), "--", *bot_argv)
        assert process.stdout is not None
        async with asyncio.timeout(PATIENCE):
            first = (await process.stdout.readline()).decode().strip()
            url = first.removeprefix("Sandbox: ").rstrip("/")
            assert first == f"Sandbox: {url}/"
            async with httpx.AsyncClient(base_url=url) as http:
                assert (await http.get("/")).status_code == 200
            assert tomllib.loads(config.read_text())["slack"]["api_base"] == f"{url}/slack/api/"
            assert (await process.stdout.readline()).decode() == "bot is there\n"
            process.send_signal(number)
            _out, err = await process.communicate()
        assert process.returncode == 0
        told, *rest = err.decode().splitlines()
        assert told.startswith(
            f"sandbox: to check it: TUNESMITH_CONFIG={config} IDENTITY_ENDPOINT={url}/azure/"
        )
        assert told.endswith("tunesmith check")
        assert "bot said goodbye" in rest

    async def test_a_port_that_is_taken(self, tmp_path: Path) -> None:
        server = await asyncio.start_server(lambda _reader, writer: writer.close(), "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        process = await self.started("--port", str(port))
        async with asyncio.timeout(PATIENCE):
            _out, err = await process.communicate()
        server.close()
        assert process.returncode == 2
        assert f"cannot run on 127.0.0.1:{port}" in err.decode()

    async def test_a_bot_that_ends_by_itself_is_told_on_the_terminal(self) -> None:
        code = textwrap.dedent("import sys; sys.exit(7)")
        process = await self.started("--", sys.executable, "-c", code)
        assert process.stderr is not None
        async with asyncio.timeout(PATIENCE):
            await process.stderr.readline()  # how to check it
            line = (await process.stderr.readline()).decode()
            process.send_signal(signal.SIGTERM)
            await process.communicate()
        assert line == "sandbox: Tunesmith has ended by itself (exit code 7).\n"
        assert process.returncode == 0
