"""Child processes that the benchmarks talk to: our program, and a bare Bolt app as the peer."""

import argparse
import asyncio
import os
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from sandbox.config_out import bot_config, identity_environment
from sandbox.server import Sandbox, SandboxOptions, create_sandbox
from sandbox.slack import ids
from sandbox.slack.options import SlackOptions

OURS, PEER = "tunesmith", "bare Bolt"
PATIENCE = 30.0
Prepare = Callable[[Path], Awaitable[None]]


@asynccontextmanager
async def slack() -> AsyncIterator[Sandbox]:
    """The sandbox's Slack and Azure on loopback, without rate limits: they would measure Slack, not us."""
    sandbox = create_sandbox(options=SandboxOptions(slack=SlackOptions(rate_limits=False)))
    await sandbox.start()
    try:
        yield sandbox
    finally:
        await sandbox.stop()


@asynccontextmanager
async def child(
    kind: str, sandbox: Sandbox, folder: Path, prepare: Prepare | None = None
) -> AsyncIterator[float]:
    """A bot of this kind, connected; yields the seconds from its start to its connection.

    `prepare` may change the configuration and fill the store before the bot starts.
    """
    config = folder / "tunesmith.toml"
    config.write_text(bot_config(sandbox.url, folder), encoding="utf-8")
    if prepare is not None:
        await prepare(config)
    environment = {**os.environ, **identity_environment(sandbox.url), "TUNESMITH_CONFIG": str(config)}
    ours = (sys.executable, "-m", "bot.cli", "run")
    peer = (sys.executable, "-m", "benchmarks.bots", f"{sandbox.url}/slack/api/")
    began = time.perf_counter()
    process = await asyncio.create_subprocess_exec(
        *(ours if kind == OURS else peer),
        env=environment,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        while sandbox.slack.socket_mode.connections == 0:
            if process.returncode is not None or time.perf_counter() - began > PATIENCE:
                raise TimeoutError(kind)
            await asyncio.sleep(0.005)
        yield time.perf_counter() - began
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


def main() -> None:
    """The peer: Bolt as its documentation shows it, a listener that only acks."""
    parser = argparse.ArgumentParser()
    parser.add_argument("api")
    api = parser.parse_args().api
    asyncio.run(_peer(api))


async def _peer(api: str) -> None:
    from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
    from slack_bolt.async_app import AsyncAck, AsyncApp
    from slack_sdk.web.async_client import AsyncWebClient

    app = AsyncApp(client=AsyncWebClient(token=ids.BOT_TOKEN, base_url=api))

    @app.command("/finetune")
    async def on_command(ack: AsyncAck) -> None:
        await ack()

    @app.action("jobs_page")
    async def on_action(ack: AsyncAck) -> None:
        await ack()

    handler = AsyncSocketModeHandler(app, app_token=ids.APP_TOKEN)
    await handler.start_async()  # type: ignore[no-untyped-call]  # Bolt leaves it untyped


if __name__ == "__main__":
    main()
