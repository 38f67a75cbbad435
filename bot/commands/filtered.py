"""The option of lists that shows one connection, or all of a service, by the words that Slack takes."""

import argparse
from typing import TYPE_CHECKING

from bot.commands.base import CommandError, Trouble

if TYPE_CHECKING:  # pydantic is read only when the command runs
    from bot.config.settings import Settings


def at_argument(parser: argparse.ArgumentParser) -> None:
    """The option that names a connection or a service."""
    parser.add_argument(
        "--at", metavar="NAME", help="only this connection, or all of a service (databricks, 'Azure OpenAI')"
    )


def connections_at(options: argparse.Namespace, settings: "Settings") -> frozenset[str] | None:
    """Names of the connections that `--at` names, None = all. `CommandError` for a name that names none."""
    if options.at is None:
        return None
    from bot.filtering import named

    found = named(settings, options.at)
    if found:
        return found
    from handlers.wording.errors import explain
    from handlers.wording.markup import unmarked

    said = explain("connection", {"given": options.at[:80]}, "en")
    there = ", ".join(one.name for one in settings.connections) or "none"
    raise CommandError(
        [Trouble("--at", unmarked(said.happened), f"{unmarked(said.meaning)} They are: {there}")]
    )
