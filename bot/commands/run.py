"""`tunesmith run`: the bot itself."""

import argparse
from typing import Final

from bot.commands.base import Command, config_argument, settings_of

WAIT: Final = 30.0
"""Seconds: more than a copy takes to stop in order, so that a supervisor may start the next one at once."""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Options."""
    config_argument(parser)
    parser.add_argument(
        "--wait",
        metavar="SECONDS",
        type=float,
        default=WAIT,
        help=f"how long to wait for another copy with the same store to end (default {WAIT:.0f})",
    )


def run(options: argparse.Namespace) -> int:
    """Run until SIGTERM or Ctrl-C."""
    settings = settings_of(options)
    import asyncio

    from bot.app import run as run_app

    return asyncio.run(run_app(settings, wait=options.wait))


COMMAND = Command(arguments, run)
