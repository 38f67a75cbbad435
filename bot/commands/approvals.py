"""`tunesmith approvals`: approval requests, newest first, from the bot's own database."""

import argparse
import json
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from bot.commands.base import Command, columns, config_argument, settings_of

if TYPE_CHECKING:  # sqlalchemy is read only when the command runs
    from bot.store.requests import Request, Vote

HEADINGS = ("id", "state", "kind", "target", "requester", "approvals", "created (UTC)", "closes (UTC)")


def arguments(parser: argparse.ArgumentParser) -> None:
    """Options."""
    config_argument(parser)
    parser.add_argument("--all", action="store_true", help="decided ones too")
    parser.add_argument("--limit", type=int, default=50, metavar="N", help="at most N requests (default 50)")
    parser.add_argument("--json", action="store_true", help="as JSON")


def run(options: argparse.Namespace) -> int:
    """Print them. The database is only read, also while the bot runs."""
    settings = settings_of(options)
    from bot.commands.database import reading
    from bot.store import requests

    with reading(settings.store.path) as connection:
        found = requests.listed(
            connection, settings.slack.home_team, waiting=not options.all, limit=max(options.limit, 0)
        )
        voted = {one.id: requests.votes(connection, one.id) for one in found}
    if options.json:
        shown = {"approvals": [as_json(one, voted[one.id]) for one in found]}
        sys.stdout.write(json.dumps(shown, indent=2, ensure_ascii=False) + "\n")
    elif not found:
        sys.stdout.write("No requests.\n" if options.all else "Nothing waits.\n")
    else:
        rows = [HEADINGS, *(_row(one, voted[one.id]) for one in found)]
        sys.stdout.write(columns(rows))
    return 0


def _row(one: "Request", voted: "Sequence[Vote]") -> tuple[str, ...]:
    given = sum(vote.decision == "approve" and vote.round == one.round for vote in voted)
    return (
        one.label,
        one.state,
        one.kind,
        one.target,
        one.requester,
        f"{given} of {one.policy.get('count', '?')}",
        one.created_at.strftime("%Y-%m-%d %H:%M"),
        one.closes_at.strftime("%Y-%m-%d %H:%M"),
    )


def as_json(one: "Request", voted: "Sequence[Vote]") -> dict[str, Any]:
    """What others may rely on: names do not change, keys are only added. Times are ISO 8601, UTC."""
    return {
        "id": one.label,
        "kind": one.kind,
        "state": one.state,
        "target": one.target,
        "round": one.round,
        "digest": one.digest,
        "requester": one.requester,
        "reason": one.reason,
        "spec": dict(one.spec),
        "policy": dict(one.policy),
        "problem": one.problem,
        "auto": one.auto,
        "glass": dict(one.glass) if one.glass else None,
        "decision": dict(one.decision) if one.decision else None,
        "votes": [
            {
                "round": vote.round,
                "user": vote.user_id,
                "decision": vote.decision,
                "reason": vote.reason,
                "groups": list(vote.groups),
                "at": vote.at.isoformat(),
                "corr": vote.corr,
            }
            for vote in voted
        ],
        "created_at": one.created_at.isoformat(),
        "closes_at": one.closes_at.isoformat(),
        "decided_at": one.decided_at.isoformat() if one.decided_at else None,
    }


COMMAND = Command(arguments, run)
