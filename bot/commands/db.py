"""`tunesmith db upgrade`: bring the tables to the version that this program needs."""

import argparse
import sys

from bot.commands.base import Command, CommandError, Trouble, config_argument, settings_of


def arguments(parser: argparse.ArgumentParser) -> None:
    """One thing to do, so far."""
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    upgrade = actions.add_parser("upgrade", help="bring the tables to the version that this program needs")
    config_argument(upgrade)


def run(options: argparse.Namespace) -> int:
    """Upgrade, in one transaction. Stop the bot first: an older one does not know newer tables."""
    path = settings_of(options).store.path
    from sqlalchemy.exc import DatabaseError

    from bot.commands.database import version_of
    from bot.store.engine import sqlite_writer
    from bot.store.migrate import HEAD, upgrade

    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CommandError([Trouble(str(path.parent), f"cannot be made: {error.strerror}.")]) from None
    engine = sqlite_writer(path)
    try:
        before = version_of(engine)
        if before == HEAD:
            sys.stdout.write(f"{path}: version {HEAD}, nothing to do\n")
            return 0
        upgrade(engine)
        sys.stdout.write(f"{path}: version {before or 'none'} -> {version_of(engine)}\n")
    except DatabaseError as error:
        remedy = "Is the bot still running? Stop it first." if "locked" in str(error.orig) else ""
        raise CommandError([Trouble(str(path), f"cannot be upgraded: {error.orig}.", remedy)]) from None
    finally:
        engine.dispose()
    return 0


COMMAND = Command(arguments, run)
