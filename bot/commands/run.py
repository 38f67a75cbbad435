"""`tunesmith run`: the bot itself."""

import argparse

from bot.commands.base import Command, config_argument, settings_of


def arguments(parser: argparse.ArgumentParser) -> None:
    """Options."""
    config_argument(parser)


def run(options: argparse.Namespace) -> int:
    """Run until SIGTERM or Ctrl-C."""
    settings = settings_of(options)
    import asyncio

    from bot.app import run as run_app

    return asyncio.run(run_app(settings))


COMMAND = Command(arguments, run)
