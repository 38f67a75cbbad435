"""`tunesmith audit`: who did what, newest first, from the bot's own database."""

import argparse
import json
import sys
from datetime import UTC, datetime

from bot.commands.base import Command, CommandError, Trouble, columns, config_argument, settings_of

HEADINGS = ("at (UTC)", "who", "through", "what", "to what", "before", "correlation", "after")
WIDEST = 60


def arguments(parser: argparse.ArgumentParser) -> None:
    """Options."""
    config_argument(parser)
    parser.add_argument(
        "--about",
        default="",
        metavar="NAME",
        help="a job, request, deployment or dataset (J142, A31, P12, D57)",
    )
    parser.add_argument("--actor", metavar="USER", help="only what this person (U…) or tunesmith did")
    parser.add_argument("--since", metavar="DATE", help="not older than this day (2026-11-01, UTC)")
    parser.add_argument("--limit", type=int, default=200, metavar="N", help="at most N events (default 200)")
    parser.add_argument("--json", action="store_true", help="as JSON lines, as the running bot prints them")


def run(options: argparse.Namespace) -> int:
    """Print them. The database is only read, also while the bot runs."""
    settings = settings_of(options)
    since = _day(options.since)
    from bot.commands.database import reading
    from bot.looking_back.audit import line, related
    from bot.looking_back.audit_values import plain
    from bot.store import audit

    with reading(settings.store.path) as connection:
        subjects = related(connection, settings.slack.home_team, options.about) if options.about else ()
        events, total = audit.page(
            connection, subjects, actor=options.actor, since=since, limit=max(options.limit, 0)
        )
    if options.json:
        for one in events:
            sys.stdout.write(json.dumps(one.as_json(), ensure_ascii=False) + "\n")
        return 0
    if not events:
        sys.stdout.write("Nothing yet.\n")
        return 0
    rows = [HEADINGS]
    for shown in map(line, events):
        when = shown.at.strftime("%Y-%m-%d %H:%M:%S")
        cells = (
            when,
            shown.actor,
            shown.via,
            shown.action,
            _narrow(shown.subject),
            _narrow(plain(shown.before)),
            shown.corr,
            # last, and never cut: why somebody did it is often all that is asked for
            _flat(plain(shown.after)),
        )
        rows.append(cells)
    sys.stdout.write(columns(rows, more=total - len(events)))
    return 0


def _flat(cell: str) -> str:
    return " ".join(cell.split())


def _narrow(cell: str) -> str:
    flat = _flat(cell)
    return flat if len(flat) <= WIDEST else f"{flat[: WIDEST - 1]}…"


def _day(given: str | None) -> datetime | None:
    if given is None:
        return None
    try:
        return datetime.strptime(given, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError:
        remedy = "Write it as year-month-day: --since 2026-11-01"
        raise CommandError([Trouble("--since", f"{given[:40]!r} is no date.", remedy)]) from None


COMMAND = Command(arguments, run)
