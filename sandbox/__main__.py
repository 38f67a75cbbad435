"""`python -m sandbox [--port N] [--host H] [--config-out PATH] [--state DIR] -- <argv of the bot>`."""

import argparse
import asyncio
import shlex
import signal
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from sandbox.config_out import bot_config, identity_environment
from sandbox.server import Sandbox, SandboxOptions, create_sandbox

HEALTH = """
# Where the bot tells how it is, for Prometheus too: its first line of log names the port.
[health]
port = 0
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the sandbox until Ctrl-C or SIGTERM; returns the exit code."""
    given = list(sys.argv[1:] if argv is None else argv)
    mine, bot_argv = given, list[str]()
    if "--" in given:
        cut = given.index("--")
        mine, bot_argv = given[:cut], given[cut + 1 :]
    options = _parser().parse_args(mine)
    with tempfile.TemporaryDirectory(prefix="tunesmith-sandbox-") as temporary:
        state = (options.state or Path(temporary)).absolute()
        state.mkdir(parents=True, exist_ok=True)
        config = (options.config_out or state / "tunesmith.toml").absolute()
        config.parent.mkdir(parents=True, exist_ok=True)

        environment = {"TUNESMITH_CONFIG": str(config)}

        def write_config(url: str) -> str:
            config.write_text(bot_config(url, state) + HEALTH, encoding="utf-8")
            environment.update(identity_environment(url))
            return check_line(environment)

        sandbox = create_sandbox(options=SandboxOptions(bot_argv=bot_argv, bot_environment=environment))
        try:
            asyncio.run(_run(sandbox, options.host, options.port, write_config))
        except OSError as error:
            sys.stderr.write(f"sandbox: cannot run on {options.host}:{options.port}: {error}\n")
            return 2
    return 0


def check_line(environment: Mapping[str, str]) -> str:
    """The command that looks at everything the bot of this sandbox depends on, to be pasted into a shell."""
    beside = Path(sys.executable).with_name("tunesmith")
    command = shlex.quote(str(beside)) if beside.exists() else "tunesmith"
    return " ".join(
        (*(f"{name}={shlex.quote(value)}" for name, value in environment.items()), command, "check")
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m sandbox",
        description="A workspace to try Tunesmith in, on this machine alone. After -- comes the bot's command.",
    )
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    parser.add_argument("--port", type=int, default=0, help="port to listen on (default: any free one)")
    parser.add_argument("--config-out", type=Path, help="where the bot's configuration is written")
    parser.add_argument("--state", type=Path, help="folder for the bot's state (default: a temporary one)")
    return parser


async def _run(sandbox: Sandbox, host: str, port: int, write_config: Callable[[str], str]) -> None:
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, ended.set)
    try:
        await sandbox.start(host, port)
        checking = write_config(sandbox.url)
        sys.stdout.write(f"Sandbox: {sandbox.url}/\n")
        sys.stdout.flush()
        # Not on standard output, where the address and the bot's audit are read by programs.
        sys.stderr.write(f"sandbox: to check it: {checking}\n")
        await sandbox.bot.start()
        await ended.wait()
    finally:
        await sandbox.stop()


if __name__ == "__main__":
    sys.exit(main())
