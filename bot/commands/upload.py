"""`tunesmith upload`: hand a file of this machine to the bot, without Slack.

It goes through the same intake as one that came from Slack: the running bot takes it up within seconds, otherwise the
next start does, and the card with the findings comes to the person's direct messages.
"""

import argparse
import asyncio
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from bot.commands.base import Command, CommandError, Trouble, cannot_read, config_argument, settings_of

if TYPE_CHECKING:  # read only when the command runs
    from sqlalchemy import Connection

    from bot.commands.upload_copy import Copied
    from bot.config.settings import Settings
    from bot.datasets.taking_in import Taken
    from bot.store.store import Store

PERSON: Final = re.compile(r"[UW][A-Z0-9]{2,}")
LOOKS_EVERY: Final = 15
"""Seconds after which a running bot looks at its tasks at the latest."""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Options."""
    parser.add_argument("file", metavar="FILE", type=Path, help="the training data, JSONL")
    parser.add_argument(
        "--as",
        dest="person",
        required=True,
        metavar="USER",
        help="whose data it is: a person's id in Slack, U…",
    )
    parser.add_argument(
        "--connection", metavar="NAME", help="where it is for (default: the first connection)"
    )
    parser.add_argument("--valid", metavar="FILE", type=Path, help="validation data that belongs to it")
    config_argument(parser)
    parser.epilog = "exit codes: 0 handed in, 2 could not be done and nothing is left of it"


def run(options: argparse.Namespace) -> int:
    """Hand in; the exit code."""
    settings = settings_of(options)
    target = _target(settings, options.connection)
    if not PERSON.fullmatch(options.person):
        remedy = "Open the person's profile in Slack, then ⋮ > Copy member ID (U... or W...)."
        raise CommandError([Trouble("--as", f"“{options.person[:40]}” is not the id of a person.", remedy)])
    files = [options.file, *([options.valid] if options.valid is not None else [])]
    for path in files:
        _look(path, settings.limits.intake_max_bytes)
    _store(settings)
    sys.stdout.write(asyncio.run(_hand_in(settings, files, options.person, target)))
    return 0


def _target(settings: "Settings", given: str | None) -> str:
    names = [one.name for one in settings.connections]
    if given is not None and given not in names:
        raise CommandError(
            [
                Trouble(
                    "--connection", f"“{given[:80]}” is not a connection here.", f"Known: {', '.join(names)}."
                )
            ]
        )
    return given or names[0]


def _look(path: Path, limit: int) -> None:
    """Refuse what need not be copied first."""
    try:
        with path.open("rb") as file:
            size = file.seek(0, 2)
    except OSError as error:
        raise cannot_read(path, error) from None
    if size > limit:
        remedy = "Split the data into several files, or raise limits.intake_max_bytes."
        what = f"is too large: {size:,} bytes, and {limit:,} are the most that is taken."
        raise CommandError([Trouble(str(path), what, remedy)])
    if size == 0:
        raise CommandError([Trouble(str(path), "is empty.", "Export the data again.")])


def _store(settings: "Settings") -> None:
    from bot.commands.database import reading

    with reading(settings.store.path):
        pass


async def _hand_in(settings: "Settings", files: list[Path], person: str, target: str) -> str:
    """Ask Slack, copy, write the rows."""
    from sqlalchemy.exc import OperationalError

    from bot.store.engine import open_store

    try:
        store = open_store(settings.store.path)
        try:
            await _allowed(settings, store, person)
            taken = await _taken_in(settings, store, files, person, target)
        finally:
            await store.close()
    except OperationalError as error:
        remedy = "Something else holds the database. Try again in a moment."
        raise CommandError([Trouble(str(settings.store.path), f"is locked: {error.orig}.", remedy)]) from None
    return _said(taken, files, person, target)


async def _taken_in(
    settings: "Settings", store: "Store", files: list[Path], person: str, target: str
) -> "Taken":
    """Copies first, then the rows that name them. What fails leaves nothing behind."""
    from bot.commands.upload_copy import copied, dropped

    copies: list[Copied] = []
    try:
        for path in files:
            copies += [copied(path, settings)]
        return await store.write(lambda c: _rows(c, settings, copies, person, target))
    except asyncio.CancelledError:
        # The rows may be written all the same: the bot sweeps files that no row names.
        raise
    except BaseException:
        dropped(copies)
        raise


async def _allowed(settings: "Settings", store: "Store", person: str) -> None:
    """Ask Slack who this is, as the bot does before anything is done."""
    from bot.clock import SystemClock
    from bot.config.handover import network_options
    from bot.errors import ChatError, Denied
    from bot.people import Actor, People
    from handlers.slack.chat import SlackChat
    from handlers.slack.web import web_client
    from handlers.wording.errors import explain_error
    from handlers.wording.markup import unmarked
    from providers.network import make_client

    slack = settings.slack
    async with make_client(network_options(settings.network)) as http:
        chat = SlackChat(web_client(settings), http, slack)
        people = People(
            store,
            SystemClock(),
            chat,
            settings.roles,
            slack.home_team,
            slack.allowed_teams,
            settings.approvals,
        )
        try:
            await people.require(Actor(team_id=slack.home_team, user_id=person))
        except (ChatError, Denied) as error:
            said = explain_error(error, "en")
            what = unmarked(" ".join(part for part in (f"{said.happened}.", said.meaning) if part))
            raise CommandError([Trouble(f"--as {person}", what, unmarked(said.remedy))]) from None


def _rows(
    connection: "Connection", settings: "Settings", copies: "list[Copied]", person: str, target: str
) -> "Taken":
    """What a file from Slack gets too: datasets and their intake, in one transaction."""
    from bot.clock import SystemClock
    from bot.datasets.taking_in import Attached, take_in
    from bot.ids import random_id
    from bot.people import Actor

    files = [
        Attached(name=one.name, size=one.bytes, role=role, elsewhere=one.source)
        for one, role in zip(copies, ("training", "validation"), strict=False)
    ]
    return take_in(
        connection,
        files,
        Actor(team_id=settings.slack.home_team, user_id=person),
        target=target,
        source={"via": "upload"},
        via="cli",
        now=SystemClock().now(),
        corr=random_id(),
    )


def _said(taken: "Taken", files: list[Path], person: str, target: str) -> str:
    from bot.ids import dataset_name

    roles = ("training data", "validation data")
    lines = [
        f"{dataset_name(number)}  {path.name}: {role} for {target}, handed in.\n"
        for number, path, role in zip(taken.numbers, files, roles, strict=False)
    ]
    return (
        "".join(lines) + f"A running bot checks it within {LOOKS_EVERY} seconds, else at its next start. "
        f"What it finds comes to {person} as a direct message; sound data goes on to {target}.\n"
    )


COMMAND = Command(arguments, run)
