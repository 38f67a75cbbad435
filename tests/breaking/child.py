"""The program as a real child process of the sandbox, as `make sandbox` runs it."""

import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp

from bot.config.load import load
from sandbox.azure_openai import AzureOptions
from sandbox.config_out import bot_config, identity_environment
from sandbox.server import Sandbox, SandboxOptions, create_sandbox
from tests.patience import patient, until
from tests.world import World

REPOSITORY = Path(__file__).parents[2]


@asynccontextmanager
async def child_world(
    folder: Path,
    *,
    speed: float = 80.0,
    prepare: Callable[[Sandbox], None] | None = None,
    config: Callable[[str], str] = str,
    **azure: Any,
) -> AsyncIterator[World]:
    """A sandbox, and the program as its child, connected. `prepare` fills the sandbox before the program starts,
    `config` changes the program's configuration, `azure` are further options of the stand-in."""
    path = folder / "tunesmith.toml"
    environment = {"TUNESMITH_CONFIG": str(path), "PYTHONPATH": str(REPOSITORY), "NO_PROXY": "127.0.0.1"}
    options = SandboxOptions(
        slack=patient(rate_limits=False),
        azure=AzureOptions(random_seed=5, speed=speed, **azure),
        bot_argv=[sys.executable, "-m", "bot.cli", "run"],
        bot_environment=environment,
    )
    sandbox = create_sandbox(options=options)
    if prepare is not None:
        prepare(sandbox)
    await sandbox.start()
    environment.update(identity_environment(sandbox.url))
    text = bot_config(sandbox.url, folder).replace("poll_near_seconds = 2", "poll_near_seconds = 1")
    path.write_text(config(text.replace("poll_far_seconds = 10", "poll_far_seconds = 2")), encoding="utf-8")
    async with aiohttp.ClientSession() as http:
        made = World(sandbox, load(path, {}), http)
        try:
            await start(made)
            yield made
        except BaseException:
            sys.stderr.write("\n".join(sandbox.bot.lines()[-80:]) + "\n")
            raise
        finally:
            for person in made.people.values():
                person.listening.cancel()  # type: ignore[attr-defined]
            await sandbox.stop()


async def start(made: World) -> None:
    """Start the program and wait until it is connected."""
    await bot(made, "start")
    await until(lambda: made.sandbox.bot.state()["state"] == "running", "the bot to connect")


async def bot(made: World, action: str) -> None:
    """Start, stop (SIGTERM) or kill (SIGKILL) the program."""
    answer = await made.post("/panel/api/bot", {"action": action})
    assert answer["ok"], answer
