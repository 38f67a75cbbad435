"""`tunesmith jobs`: training jobs, newest first, from the bot's own database."""

import argparse
import json
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from bot.commands.base import Command, columns, config_argument, settings_of
from bot.commands.filtered import at_argument, connections_at

if TYPE_CHECKING:  # sqlalchemy is read only when the command runs
    from bot.store.jobs import Job

HEADINGS = ("id", "state", "model", "suffix", "connection", "requester", "created (UTC)")


def arguments(parser: argparse.ArgumentParser) -> None:
    """Options."""
    config_argument(parser)
    at_argument(parser)
    parser.add_argument("--limit", type=int, default=50, metavar="N", help="at most N jobs (default 50)")
    parser.add_argument("--json", action="store_true", help="as JSON")


def run(options: argparse.Namespace) -> int:
    """Print them. The database is only read, also while the bot runs."""
    settings = settings_of(options)
    at = connections_at(options, settings)
    from bot.commands.database import reading
    from bot.store.jobs import listed

    with reading(settings.store.path) as connection:
        jobs, total = listed(
            connection, settings.slack.home_team, requester=None, limit=max(options.limit, 0), at=at
        )
    if options.json:
        shown = {"jobs": [as_json(one) for one in jobs], "total": total}
        sys.stdout.write(json.dumps(shown, indent=2, ensure_ascii=False) + "\n")
    else:
        none = "No jobs yet.\n" if at is None else "No jobs there yet.\n"
        sys.stdout.write(as_table(jobs, total) if jobs else none)
    return 0


def as_json(job: "Job") -> dict[str, object]:
    """What others may rely on: names do not change, keys are only added. Times are ISO 8601, UTC."""
    from bot.ids import job_name

    return {
        "id": job_name(job.id),
        "state": job.state,
        "raw_state": job.raw_state,
        "connection": job.connection,
        "remote_id": job.remote_id,
        "base_model": job.base_model,
        "result_model": job.result_model,
        "training_type": job.training_type,
        "suffix": job.suffix,
        "seed": job.seed,
        "hyperparameters": dict(job.hyper),
        "requester": job.requester,
        "created_at": job.created_at.isoformat(),
        "finished_at": job.finished_at.isoformat() if job.finished_at else None,
        "failure": dict(job.failure) if job.failure else None,
    }


def as_table(jobs: Sequence["Job"], total: int) -> str:
    """Columns as wide as their widest value."""
    from bot.ids import job_name

    rows = [HEADINGS]
    for one in jobs:
        when = one.created_at.strftime("%Y-%m-%d %H:%M")
        rows.append(
            (
                job_name(one.id),
                one.state,
                one.model_short,
                one.suffix or "-",
                one.connection,
                one.requester,
                when,
            )
        )
    return columns(rows, more=total - len(jobs))


COMMAND = Command(arguments, run)
