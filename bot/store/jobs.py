"""Training jobs."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, func, insert, or_, select, update

from bot.facts.jobs import ENDED
from bot.ids import job_name, number_of
from bot.store.tables import foreign_job, job
from bot.work import card_rows

AT_SERVICE: tuple[str, ...] = ("pending", "running", "pausing", "paused", "resuming")
"""States of jobs that exist at the service and have not ended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A row of `job`.

    Attributes:
        intent_at: when the request to create it was about to be sent; None = certain not to have been sent.
        state_at: when the state last changed, by our clock: older observations do not count.
        asked: what a person was told once (`pending_long`, `uncertain`).
    """

    id: int
    connection: str
    intent_key: str
    intent_at: datetime | None
    remote_id: str | None
    team_id: str
    requester: str
    channel: str
    base_model: str
    model_short: str
    training_type: str | None
    method: str
    train: int | None
    valid: int | None
    hyper: Mapping[str, float | int | str]
    seed: int
    suffix: str | None
    state: str
    raw_state: str
    progress: Mapping[str, Any]
    eta: datetime | None
    result_model: str | None
    tokens: int | None
    tokens_billed: int | None
    estimate: Mapping[str, Any] | None
    failure: Mapping[str, Any] | None
    reading: Mapping[str, Any] | None
    remote: Mapping[str, Any] | None
    event_cursor: str | None
    like_job: int | None
    muted: bool
    asked: Mapping[str, Any]
    created_at: datetime
    submitted_at: datetime | None
    state_at: datetime
    looked_at: datetime | None
    collected_at: datetime | None
    finished_at: datetime | None
    updated_at: datetime
    version: int

    @property
    def label(self) -> str:
        """`J142`."""
        return job_name(self.id)

    @property
    def ended(self) -> bool:
        """Whether nothing more happens to it."""
        return self.state in ENDED


_FIELDS = [job.c[name] for name in Job.__dataclass_fields__]


def card_key(number: int) -> str:
    """The live card of a job; its thread's parent."""
    return f"job:{job_name(number)}"


def add(connection: Connection, values: Mapping[str, Any], *, now: datetime) -> int | None:
    """Write a job; its number, or None when its intent was used before (a second click)."""
    if connection.execute(select(job.c.id).where(job.c.intent_key == values["intent_key"])).first():
        return None
    result = connection.execute(
        insert(job).values(
            **{
                "raw_state": "",
                "progress": {},
                "muted": False,
                "asked": {},
                "created_at": now,
                "state_at": now,
                "updated_at": now,
                "version": 1,
                **values,
            }
        )
    )
    return int(result.inserted_primary_key[0])  # type: ignore[index]  # an insert of one row always has one


def _all(
    connection: Connection, *where: ColumnElement[bool], limit: int | None = None, offset: int = 0
) -> list[Job]:
    rows = connection.execute(
        select(*_FIELDS).where(*where).order_by(job.c.id.desc()).limit(limit).offset(offset)
    )
    return [Job(**row._mapping) for row in rows]


def get(connection: Connection, number: int) -> Job | None:
    """One job."""
    found = _all(connection, job.c.id == number)
    return found[0] if found else None


def by_intent(connection: Connection, intent_key: str) -> Job | None:
    """The job that a click started."""
    found = _all(connection, job.c.intent_key == intent_key)
    return found[0] if found else None


def change(connection: Connection, number: int, *, now: datetime, **values: Any) -> None:
    """Write fields of a job and mark its card and its starter's Home tab."""
    connection.execute(
        update(job).where(job.c.id == number).values(version=job.c.version + 1, updated_at=now, **values)
    )
    card_rows.touch(connection, card_key(number), now=now)
    requester = connection.execute(select(job.c.requester).where(job.c.id == number)).scalar()
    card_rows.touch(connection, f"home:{requester}", now=now)


def note(connection: Connection, number: int, **values: Any) -> None:
    """Write bookkeeping that nobody sees: no version, no card."""
    connection.execute(update(job).where(job.c.id == number).values(**values))


def open_at(connection: Connection, name: str) -> Sequence[Job]:
    """Jobs of a connection that exist at the service and have not ended."""
    return _all(
        connection, job.c.connection == name, job.c.remote_id.is_not(None), job.c.state.in_(AT_SERVICE)
    )


def unfinished(connection: Connection) -> Sequence[Job]:
    """Jobs that have not ended, and ended ones that were not collected (only ended ones ever are)."""
    return _all(connection, job.c.collected_at.is_(None))


def in_doubt(connection: Connection, name: str) -> Sequence[Job]:
    """Jobs of a connection whose creation was sent without an answer so far."""
    return _all(
        connection,
        job.c.collected_at.is_(None),
        job.c.state.in_(("submitting", "uncertain")),
        job.c.connection == name,
        job.c.intent_at.is_not(None),
        job.c.remote_id.is_(None),
    )


def pending_since(connection: Connection, before: datetime, *, untold: str) -> Sequence[Job]:
    """Jobs that have been pending since before `before` and whose `asked` does not have `untold` yet."""
    return _all(
        connection,
        job.c.collected_at.is_(None),
        job.c.state == "pending",
        job.c.state_at <= before,
        job.c.asked[untold].as_string().is_(None),
    )


def known_ids(connection: Connection, name: str, remote_ids: Iterable[str]) -> frozenset[str]:
    """Which of the service's ids are ours."""
    found = connection.execute(
        select(job.c.remote_id).where(job.c.connection == name, job.c.remote_id.in_(list(remote_ids)))
    ).scalars()
    return frozenset(one for one in found if one)


def labels(connection: Connection, name: str) -> Mapping[str, str]:
    """Our names of a connection's jobs by the service's ids."""
    rows = connection.execute(
        select(job.c.remote_id, job.c.id).where(job.c.connection == name, job.c.remote_id.is_not(None))
    )
    return {row.remote_id: job_name(row.id) for row in rows}


def by_remote(connection: Connection, name: str, remote_ids: Iterable[str]) -> Mapping[str, Job]:
    """Our jobs of a connection by the service's ids."""
    found = _all(connection, job.c.connection == name, job.c.remote_id.in_(list(remote_ids)))
    return {one.remote_id: one for one in found if one.remote_id}


def trained(connection: Connection, team_id: str, *, limit: int) -> Sequence[Job]:
    """Jobs that made a model, newest first."""
    return _all(
        connection,
        job.c.team_id == team_id,
        job.c.state == "succeeded",
        job.c.result_model.is_not(None),
        limit=limit,
    )


def submitted_since(connection: Connection, team_id: str, since: datetime) -> Sequence[Job]:
    """Jobs that reached the service since then."""
    return _all(connection, job.c.team_id == team_id, job.c.submitted_at >= since)


def listed(
    connection: Connection,
    team_id: str,
    *,
    requester: str | None,
    limit: int,
    offset: int = 0,
    at: frozenset[str] | None = None,
) -> tuple[Sequence[Job], int]:
    """A page of jobs, newest first, and how many there are in all. `at` names connections, None = all."""
    where = (
        job.c.team_id == team_id
        if requester is None
        else and_(job.c.team_id == team_id, job.c.requester == requester)
    )
    if at is not None:
        where = and_(where, job.c.connection.in_(sorted(at)))
    total = connection.execute(select(func.count()).select_from(job).where(where)).scalar_one()
    return _all(connection, where, limit=limit, offset=offset), int(total)


def find(connection: Connection, team_id: str, given: str) -> Job | None:
    """A job by its name, the service's id, its suffix or its model's name; the newest when several fit."""
    number = number_of(given, "J")
    if number is not None:
        found = get(connection, number)
        return found if found and found.team_id == team_id else None
    fits = or_(job.c.remote_id == given, job.c.suffix == given, job.c.result_model == given)
    several = _all(connection, job.c.team_id == team_id, fits, limit=1)
    return several[0] if several else None


def newest_of(connection: Connection, team_id: str, requester: str) -> Job | None:
    """A person's newest job."""
    found = _all(connection, job.c.team_id == team_id, job.c.requester == requester, limit=1)
    return found[0] if found else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Foreign:
    """A job that was made elsewhere. `snapshot` is a `RemoteJob` as JSON."""

    connection: str
    remote_id: str
    snapshot: Mapping[str, Any]
    created_at: datetime


def see_foreign(connection: Connection, foreign: Foreign, *, now: datetime) -> None:
    """Remember a job that was made elsewhere, as it is now."""
    known = and_(foreign_job.c.connection == foreign.connection, foreign_job.c.remote_id == foreign.remote_id)
    values = {"snapshot": dict(foreign.snapshot), "seen_at": now}
    if connection.execute(update(foreign_job).where(known).values(**values)).rowcount == 0:
        connection.execute(
            insert(foreign_job).values(
                connection=foreign.connection,
                remote_id=foreign.remote_id,
                created_at=foreign.created_at,
                **values,
            )
        )


def forget_foreign(connection: Connection, name: str, remote_id: str) -> None:
    """It is ours now."""
    connection.execute(
        foreign_job.delete().where(foreign_job.c.connection == name, foreign_job.c.remote_id == remote_id)
    )


def foreign(connection: Connection, *, limit: int) -> Sequence[Foreign]:
    """Jobs made elsewhere, newest first."""
    rows = connection.execute(select(foreign_job).order_by(foreign_job.c.created_at.desc()).limit(limit))
    return [
        Foreign(connection=r.connection, remote_id=r.remote_id, snapshot=r.snapshot, created_at=r.created_at)
        for r in rows
    ]
