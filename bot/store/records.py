"""What a job leaves behind: its log, its measurements, its checkpoints."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, func, insert, or_, select, update

from bot.store.tables import checkpoint, job_event, job_series
from providers.base import Checkpoint, JobEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of the log."""

    at: datetime
    level: str
    message: str


def add_events(connection: Connection, job: int, events: Iterable[JobEvent]) -> int:
    """Keep the log's lines; those known already stay as they are. How many were new."""
    events = list(events)
    known = set(
        connection.execute(
            select(job_event.c.remote_event_id).where(
                job_event.c.job == job, job_event.c.remote_event_id.in_([event.id for event in events])
            )
        ).scalars()
    )
    fresh = {event.id: event for event in events if event.id not in known}
    if fresh:
        before = connection.execute(select(func.count()).where(job_event.c.job == job)).scalar_one()
        connection.execute(
            insert(job_event),
            [
                {
                    "job": job,
                    "remote_event_id": e.id,
                    "at": e.at,
                    "level": e.level,
                    "message": e.message,
                    "data": None,
                    "seq": seq,  # events of one second keep the service's order
                }
                for seq, e in enumerate(fresh.values(), before)
            ],
        )
    return len(fresh)


def log(connection: Connection, job: int, *, limit: int, metrics: bool = True) -> tuple[Sequence[Line], int]:
    """The newest lines, oldest first, and how many there are in all."""
    where = [job_event.c.job == job]
    if not metrics:
        where.append(job_event.c.message.not_like("Step %"))
    total = connection.execute(select(func.count()).select_from(job_event).where(*where)).scalar_one()
    rows = connection.execute(
        select(job_event).where(*where).order_by(job_event.c.at.desc(), job_event.c.seq.desc()).limit(limit)
    ).all()
    return [Line(at=row.at, level=row.level, message=row.message) for row in reversed(rows)], int(total)


def says(connection: Connection, job: int, words: str) -> bool:
    """Whether a line of the log holds these words."""
    found = select(job_event.c.job).where(
        job_event.c.job == job, job_event.c.message.contains(words, autoescape=True)
    )
    return connection.execute(found.limit(1)).first() is not None


def series(connection: Connection, job: int) -> Sequence[Mapping[str, Any]]:
    """The stored series: `metric`, `split`, `points`, `total`, `complete`."""
    rows = connection.execute(select(job_series).where(job_series.c.job == job)).all()
    return [dict(row._mapping) for row in rows]


def put_series(
    connection: Connection, job: int, metric: str, split: str, points: Any, total: int, *, complete: bool
) -> None:
    """Replace one series; a complete one is not replaced by live points."""
    known = (job_series.c.job == job) & (job_series.c.metric == metric) & (job_series.c.split == split)
    row = connection.execute(select(job_series.c.complete).where(known)).first()
    values = {"points": points, "total": total, "complete": complete}
    if row is None:
        connection.execute(insert(job_series).values(job=job, metric=metric, split=split, **values))
    elif complete or not row.complete:
        connection.execute(update(job_series).where(known).values(**values))


def put_checkpoints(connection: Connection, job: int, found: Iterable[Checkpoint]) -> None:
    """Replace the checkpoints of a job."""
    connection.execute(delete(checkpoint).where(checkpoint.c.job == job))
    for one in found:
        connection.execute(
            insert(checkpoint).values(
                job=job,
                remote_id=one.id,
                step=one.step,
                epoch=one.epoch,
                model=one.model,
                metrics=dict(one.metrics),
                deployable=one.deployable,
            )
        )


def checkpoints(connection: Connection, job: int) -> Sequence[Mapping[str, Any]]:
    """The checkpoints of a job, the latest step first."""
    rows = connection.execute(
        select(checkpoint)
        .where(checkpoint.c.job == job)
        .order_by(checkpoint.c.step.desc(), checkpoint.c.remote_id)
    ).all()
    return [dict(row._mapping) for row in rows]


def checkpoints_named(connection: Connection, names: Iterable[str]) -> Sequence[Mapping[str, Any]]:
    """Checkpoints of all jobs by the name or the service's id that they are deployed under."""
    wanted = list(names)
    rows = connection.execute(
        select(checkpoint).where(or_(checkpoint.c.model.in_(wanted), checkpoint.c.remote_id.in_(wanted)))
    ).all()
    return [dict(row._mapping) for row in rows]


def close_checkpoints(connection: Connection, job: int) -> None:
    """The job's checkpoints were deleted with its model: what was measured stays, none can be deployed any more."""
    connection.execute(update(checkpoint).where(checkpoint.c.job == job).values(deployable=False))
