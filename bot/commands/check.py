"""`tunesmith check`: look at everything that a running bot depends on, and say what to mend.

Looks and changes nothing: no message, no job, no file is made.
"""

import argparse
import asyncio
import os
import sys
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

from bot.commands.base import Command, config_argument, settings_of
from bot.commands.findings import Looked, fine

if TYPE_CHECKING:  # read only when the command runs
    from bot.config.settings import Settings


def arguments(parser: argparse.ArgumentParser) -> None:
    """Options."""
    config_argument(parser)


def run(options: argparse.Namespace) -> int:
    """Print one line for each thing looked at; 0 when all is well, 1 when something has to be mended."""
    settings = settings_of(options)
    from bot.config.load import locate

    _show(fine(f"configuration ({locate(options.config, os.environ)})"))
    return asyncio.run(_look(settings))


async def _look(settings: "Settings") -> int:
    failed = 0
    async for one in looks(settings):
        failed += not one.ok
        _show(one)
    return 1 if failed else 0


async def looks(settings: "Settings") -> AsyncIterator[Looked]:
    """Every look in turn; one that fails does not keep the others from being made."""
    from bot.commands.check_services import connections
    from bot.commands.check_slack import slack
    from bot.commands.check_store import staging, store

    yield store(settings.store.path)
    yield staging(settings.files.staging)
    async for one in slack(settings):
        yield one
    async for one in connections(settings):
        yield one


def _show(one: Looked) -> None:
    sys.stdout.write(one.text())
    sys.stdout.flush()


COMMAND = Command(arguments, run)
