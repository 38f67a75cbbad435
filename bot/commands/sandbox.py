"""`tunesmith sandbox`: hand over to the sandbox, which starts this program's `run` as its child."""

import argparse
import os
import sys
from collections.abc import Mapping

from bot.commands.base import Command, CommandError, Trouble


def arguments(parser: argparse.ArgumentParser) -> None:
    """Options that are passed on."""
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default 127.0.0.1)")
    parser.add_argument("--port", type=int, default=0, help="port to listen on (default 0: any free one)")


def argv(options: argparse.Namespace, python: str) -> list[str]:
    """What the sandbox is started with. The bot is its child, so that the page can stop, kill and start it."""
    sandbox = [python, "-m", "sandbox", "--host", options.host, "--port", str(options.port)]
    return [*sandbox, "--", python, "-m", "bot.cli", "run"]


def environment(given: Mapping[str, str]) -> dict[str, str]:
    """Without settings of a real bot: its tokens must not end up in the sandbox's."""
    return {name: value for name, value in given.items() if not name.startswith("TUNESMITH_")}


def run(options: argparse.Namespace) -> int:
    """Become the sandbox. Returns only when it could not be started."""
    sys.stdout.flush()
    command = argv(options, sys.executable)
    try:
        os.execve(command[0], command, environment(os.environ))  # noqa: S606  # no shell is wanted: the words are passed as they are
    except OSError as error:
        raise CommandError([Trouble("sandbox", f"could not be started: {error.strerror}")]) from None


COMMAND = Command(arguments, run)
