"""The durable queue: rows with a lease and a fencing token.

All functions run inside a transaction of the store. A row is `queued`, `leased`, `done`, `parked` or `dropped`;
its key is unique among queued and leased rows.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, func, insert, or_, select, update

from bot.store.store import signal
from bot.store.work_tables import task
from bot.work.tasks import LANES, QUICK, Task

SIGNAL = "tasks"
LEASE = timedelta(seconds=60)
OPEN = ("queued", "leased")


class LeaseLost(Exception):
    """Somebody else holds this task now: what was observed must not be written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parked:
    """A task that failed too often."""

    id: int
    kind: str
    key: str
    attempts: int
    error: str


def enqueue(
    connection: Connection,
    kind: str,
    key: str,
    payload: Mapping[str, Any],
    *,
    now: datetime,
    corr: str,
    due_at: datetime | None = None,
    lane: str = QUICK,
    lock_key: str | None = None,
) -> int | None:
    """Plant a task; None when one with this key is open already: then that one is pulled forward.

    One that runs at this moment may have read what has just changed: when it wants to go on later, it goes on then.
    """
    if lane not in LANES:
        raise ValueError(lane)
    due = due_at or now
    found = connection.execute(
        select(task.c.id, task.c.state, task.c.due_at, task.c.wanted_at).where(
            task.c.key == key, task.c.state.in_(OPEN)
        )
    ).first()
    if found is not None:
        if found.state == "queued" and found.due_at > due:
            connection.execute(update(task).where(task.c.id == found.id).values(due_at=due))
            signal(connection, SIGNAL)
        elif found.state == "leased" and (found.wanted_at is None or found.wanted_at > due):
            connection.execute(update(task).where(task.c.id == found.id).values(wanted_at=due))
        return None
    result = connection.execute(
        insert(task).values(
            kind=kind,
            key=key,
            lane=lane,
            lock_key=lock_key,
            v=1,
            payload=dict(payload),
            due_at=due,
            attempts=0,
            delays=0,
            state="queued",
            lease_token=0,
            corr=corr,
            created_at=now,
        )
    )
    signal(connection, SIGNAL)
    return int(result.inserted_primary_key[0])  # type: ignore[index]  # an insert of one row always has one


def claim(
    connection: Connection,
    lane: str,
    limit: int,
    *,
    now: datetime,
    owner: str,
    running: Collection[int] = (),
) -> Sequence[Task]:
    """Lease up to `limit` due rows of a lane, none of them under a lock that another leased row holds.

    `running` are rows that the caller still works on: when their leases run out (a machine that slept), they are not
    claimed a second time by the same process; its next heartbeat takes them up again.
    """
    _take_back(connection, now, running)
    busy = select(task.c.lock_key).where(task.c.state == "leased", task.c.lock_key.is_not(None))
    rows = connection.execute(
        select(task)
        .where(
            task.c.lane == lane,
            task.c.state == "queued",
            task.c.due_at <= now,
            or_(task.c.lock_key.is_(None), task.c.lock_key.not_in(busy)),
        )
        .order_by(task.c.due_at, task.c.id)
        .limit(limit * 4)
        .with_for_update(skip_locked=True)
    ).all()
    claimed: list[Task] = []
    locks: set[str] = set()
    for row in rows:
        if len(claimed) == limit:
            break
        if row.lock_key is not None:
            if row.lock_key in locks:
                continue
            locks.add(row.lock_key)
        token = row.lease_token + 1
        connection.execute(
            update(task)
            .where(task.c.id == row.id)
            .values(
                state="leased",
                lease_owner=owner,
                lease_token=token,
                lease_until=now + LEASE,
                attempts=row.attempts + 1,
                wanted_at=None,
            )
        )
        claimed.append(
            Task(
                id=row.id,
                kind=row.kind,
                key=row.key,
                lane=row.lane,
                payload=row.payload,
                attempts=row.attempts + 1,
                delays=row.delays,
                lease_token=token,
                corr=row.corr,
                due_at=row.due_at,
                created_at=row.created_at,
            )
        )
    return claimed


def _take_back(connection: Connection, now: datetime, running: Collection[int]) -> None:
    """Free rows whose leases ran out, and their locks; a new token fences off whoever held them."""
    connection.execute(
        update(task)
        .where(task.c.state == "leased", task.c.lease_until <= now, task.c.id.not_in(tuple(running)))
        .values(state="queued", lease_until=None, lease_token=task.c.lease_token + 1)
    )


def _held(connection: Connection, leased: Task, **values: Any) -> None:
    result = connection.execute(
        update(task)
        .where(task.c.id == leased.id, task.c.state == "leased", task.c.lease_token == leased.lease_token)
        .values(**values)
    )
    if result.rowcount != 1:
        raise LeaseLost(leased.key)


def extend(connection: Connection, leased: Task, *, now: datetime) -> None:
    """Heartbeat: keep the lease. Raises `LeaseLost`."""
    _held(connection, leased, lease_until=now + LEASE)


def keep(connection: Connection, leased: Task, payload: Mapping[str, Any]) -> None:
    """Change what the task knows, while it runs. Raises `LeaseLost`."""
    _held(connection, leased, payload=dict(payload))


def finish(connection: Connection, leased: Task, *, now: datetime) -> None:
    """Close the row. Raises `LeaseLost`, which undoes everything written beside it."""
    _held(connection, leased, state="done", lease_until=None, ended_at=now, last_error=None)


def again(
    connection: Connection, leased: Task, *, due_at: datetime, payload: Mapping[str, Any] | None
) -> None:
    """Put the row back for later, with attempts counted anew; sooner when somebody asked for it meanwhile.

    Raises:
        LeaseLost: somebody else holds the row.
    """
    wanted = connection.execute(select(task.c.wanted_at).where(task.c.id == leased.id)).scalar()
    values: dict[str, Any] = {
        "state": "queued",
        "lease_until": None,
        "due_at": due_at if wanted is None else min(due_at, wanted),
        "attempts": 0,
        "delays": 0,
        "last_error": None,
    }
    if payload is not None:
        values["payload"] = dict(payload)
    _held(connection, leased, **values)
    signal(connection, SIGNAL)


def retry(connection: Connection, leased: Task, *, due_at: datetime, error: str) -> None:
    """Put the row back after a failure. Raises `LeaseLost`."""
    _held(connection, leased, state="queued", lease_until=None, due_at=due_at, last_error=error)
    signal(connection, SIGNAL)


def delay(connection: Connection, leased: Task, *, due_at: datetime, error: str) -> None:
    """Put the row back because the other side is down or busy: no failure of this task's. Raises `LeaseLost`."""
    _held(
        connection,
        leased,
        state="queued",
        lease_until=None,
        due_at=due_at,
        attempts=leased.attempts - 1,
        delays=leased.delays + 1,
        last_error=error,
    )
    signal(connection, SIGNAL)


def release(connection: Connection, leased: Task) -> None:
    """Give the row back as it was, because the program stops in order. Raises `LeaseLost`."""
    _held(connection, leased, state="queued", lease_until=None, attempts=leased.attempts - 1)


def park(connection: Connection, leased: Task, *, now: datetime, error: str) -> None:
    """Set the row aside for an administrator. Raises `LeaseLost`."""
    _held(connection, leased, state="parked", lease_until=None, ended_at=now, last_error=error)


def revive(connection: Connection, number: int, *, now: datetime) -> bool:
    """Queue a parked task again; False when it is not parked or another with its key is open."""
    row = connection.execute(select(task.c.key).where(task.c.id == number, task.c.state == "parked")).first()
    if row is None:
        return False
    if connection.execute(select(task.c.id).where(task.c.key == row.key, task.c.state.in_(OPEN))).first():
        return False
    connection.execute(
        update(task)
        .where(task.c.id == number)
        .values(state="queued", due_at=now, attempts=0, delays=0, ended_at=None)
    )
    signal(connection, SIGNAL)
    return True


def drop(connection: Connection, number: int, *, now: datetime) -> bool:
    """Give a parked task up; False when it is not parked."""
    result = connection.execute(
        update(task)
        .where(task.c.id == number, task.c.state == "parked")
        .values(state="dropped", ended_at=now)
    )
    return result.rowcount == 1


def is_open(connection: Connection, key: str) -> bool:
    """Whether a task with this key is queued or leased."""
    return (
        connection.execute(select(task.c.id).where(task.c.key == key, task.c.state.in_(OPEN))).first()
        is not None
    )


def clear_leases(connection: Connection) -> int:
    """On the start of the only process: nobody holds anything. Tokens stay, so late writers are still fenced off."""
    result = connection.execute(
        update(task).where(task.c.state == "leased").values(state="queued", lease_until=None)
    )
    return result.rowcount


def next_due(connection: Connection, *, after: datetime | None = None) -> datetime | None:
    """When the earliest queued task is due (with `after`: the earliest that is due later than that); None = never."""
    later = () if after is None else (task.c.due_at > after,)
    return connection.execute(
        select(func.min(task.c.due_at)).where(task.c.state == "queued", *later)
    ).scalar()


def parked(connection: Connection) -> Sequence[Parked]:
    """Tasks that wait for an administrator."""
    rows = connection.execute(select(task).where(task.c.state == "parked").order_by(task.c.id)).all()
    return [
        Parked(id=r.id, kind=r.kind, key=r.key, attempts=r.attempts, error=r.last_error or "") for r in rows
    ]


def prune(connection: Connection, *, before: datetime) -> int:
    """Forget finished rows that ended before `before`."""
    gone = connection.execute(
        task.delete().where(task.c.state.in_(("done", "dropped")), task.c.ended_at < before)
    )
    return gone.rowcount


def expired_lease(connection: Connection, now: datetime) -> bool:
    """Whether a leased row was left behind by somebody who stopped without a word."""
    found = connection.execute(
        select(task.c.id).where(task.c.state == "leased", task.c.lease_until <= now).limit(1)
    )
    return found.first() is not None
