"""Settings that are too long for a card (a grader): in full as a file in the job's thread, for all who follow it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from bot.facts.notices import JobSetting
from bot.store import jobs, small
from bot.store.jobs import Job
from bot.work import outbox_rows
from bot.work.outbox_rows import Target

SHOWN: Final = 300
"""Characters up to which a text is no trouble where settings are listed."""


def share(connection: Connection, job: Job, labels: Mapping[str, str], *, now: datetime) -> None:
    """Put each long setting into the thread, once; `labels` are what they are called."""
    for name, value in job.hyper.items():
        if not isinstance(value, str) or len(value) <= SHOWN:
            continue
        label = labels.get(name, name)
        is_object = value.lstrip().startswith("{")
        file = f"{job.label}-{name}.{'json' if is_object else 'txt'}"
        media = "application/json" if is_object else "text/plain"
        outbox_rows.say(
            connection,
            f"job:{job.label}:setting:{name}",
            JobSetting(job=job.label, name=label),
            Target(channel=job.channel),
            now=now,
            parent_key=jobs.card_key(job.id),
            file={
                "artifact": small.keep_bytes(connection, file, media, value.encode(), now=now),
                "name": file,
                "title": f"{job.label}: {label}",
            },
        )
