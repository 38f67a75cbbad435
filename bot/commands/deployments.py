"""`tunesmith deployments`: deployments as the bot last saw them, from its own database."""

import argparse
import json
import sys
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from bot.commands.base import Command, columns, config_argument, settings_of
from bot.commands.filtered import at_argument, connections_at

if TYPE_CHECKING:  # sqlalchemy is read only when the command runs
    from bot.store.deployments import Deployment

HEADINGS = ("id", "name", "state", "model", "sku", "capacity", "owner", "last call (UTC)", "read (UTC)")
GONE_SHOWN = timedelta(days=30)


def arguments(parser: argparse.ArgumentParser) -> None:
    """Options."""
    config_argument(parser)
    at_argument(parser)
    parser.add_argument("--json", action="store_true", help="as JSON")


def run(options: argparse.Namespace) -> int:
    """Print them. The database is only read, also while the bot runs."""
    settings = settings_of(options)
    at = connections_at(options, settings)
    from bot.commands.database import reading
    from bot.store import deployments

    since = datetime.now(UTC) - GONE_SHOWN
    with reading(settings.store.path) as connection:
        known = deployments.recent(connection, settings.slack.home_team, gone_since=since)
    found = [one for one in known if at is None or one.connection in at]
    if options.json:
        shown = {"deployments": [as_json(one) for one in found]}
        sys.stdout.write(json.dumps(shown, indent=2, ensure_ascii=False) + "\n")
    elif not found:
        sys.stdout.write("No deployments yet.\n" if at is None else "No deployments there yet.\n")
    else:
        sys.stdout.write(columns([HEADINGS, *(_row(one) for one in found)]))
    return 0


def _row(one: "Deployment") -> tuple[str, ...]:
    last = str((one.last_use or {}).get("last") or "-")[:16].replace("T", " ")
    read = one.looked_at.strftime("%Y-%m-%d %H:%M") if one.looked_at else "-"
    return (
        one.label,
        one.title,
        one.state,
        one.model_short,
        one.sku,
        str(one.capacity),
        one.owner or "-",
        last,
        read,
    )


def as_json(one: "Deployment") -> dict[str, Any]:
    """What others may rely on: names do not change, keys are only added. Times are ISO 8601, UTC."""
    times = ("until", "take_down_at", "created_remote", "first_ok_at", "kept_at", "keep_until", "gone_at")
    return {
        "id": one.label,
        "connection": one.connection,
        "name": one.name,
        "incarnation": one.incarnation,
        "state": one.state,
        "raw_state": one.raw_state,
        "model": one.model,
        "base": one.base,
        "fine_tuned": one.fine_tuned,
        "made_elsewhere": one.foreign,
        "job": f"J{one.job}" if one.job else None,
        "request": f"A{one.request}" if one.request else None,
        "owner": one.owner,
        "sku": one.sku,
        "capacity": one.capacity,
        "last_use": dict(one.last_use) if one.last_use else None,
        "gone_why": one.gone_why,
        "failure": dict(one.failure) if one.failure else None,
        **{name: value.isoformat() if (value := getattr(one, name)) else None for name in times},
    }


COMMAND = Command(arguments, run)
