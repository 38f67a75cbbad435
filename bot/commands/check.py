"""`tunesmith check`: look at everything that a running bot depends on, and say what to mend.

Looks and changes nothing: no message, no job, no file, no deployment is made.
"""

import argparse
import asyncio
import json
import logging
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
    parser.add_argument("--json", action="store_true", help="as JSON, when all is looked at")
    parser.epilog = (
        "exit codes: 0 nothing to mend (warnings do not count), 1 something to mend, 2 no configuration"
    )


def run(options: argparse.Namespace) -> int:
    """Print one line for each thing looked at; 0 when all is well, 1 when something has to be mended."""
    settings = settings_of(options)
    from bot.config.load import locate

    where = str(locate(options.config, os.environ))
    # What libraries log would stand between the answers (without a handler, warnings go to standard error).
    silent = logging.NullHandler()
    logging.getLogger().addHandler(silent)
    try:
        return asyncio.run(_look(settings, where, as_json=options.json))
    finally:
        logging.getLogger().removeHandler(silent)


async def _look(settings: "Settings", where: str, *, as_json: bool) -> int:
    seen = []
    async for one in looks(settings, where):
        seen.append(one)
        if not as_json:
            sys.stdout.write(one.text())
            sys.stdout.flush()
    failures = sum(one.state == "failure" for one in seen)
    warnings = sum(one.state == "warning" for one in seen)
    if as_json:
        shown = {
            "ok": not failures,
            "failures": failures,
            "warnings": warnings,
            "looks": [one.as_json() for one in seen],
        }
        sys.stdout.write(json.dumps(shown, indent=2, ensure_ascii=False) + "\n")
    return 1 if failures else 0


async def looks(settings: "Settings", where: str) -> AsyncIterator[Looked]:
    """Every look in turn; one that fails does not keep the others from being made."""
    from bot.commands.check_services import connections
    from bot.commands.check_slack import slack
    from bot.commands.check_storage import storage
    from bot.commands.check_store import freeze, staging, store

    yield fine(f"configuration ({where})")
    yield store(settings.store.path)
    yield staging(settings.files.staging)
    for one in freeze(settings):
        yield one
    async for one in slack(settings):
        yield one
    async for one in connections(settings):
        yield one
    async for one in storage(settings):
        yield one


COMMAND = Command(arguments, run)
