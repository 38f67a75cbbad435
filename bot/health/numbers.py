"""The store's numbers for whoever watches the program from outside: counts and ages, nothing of what is in it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Column, ColumnElement, Connection, func, select

from bot.store.deployment_tables import deployment, look, request
from bot.store.requests import OPEN as OPEN_REQUESTS
from bot.store.tables import connection as connections
from bot.store.tables import dataset, dataset_copy, job
from bot.store.work_tables import outbox, task
from bot.work.outbox_rows import OPEN as UNSENT
from bot.work.tasks import LANES

HELD = ("queued", "leased", "parked")
CHECKED = ("received", "checking")
COPIES_ENDED = ("processed", "failed")

Pairs = Mapping[tuple[str, str], int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """Tasks of a lane that should run by now, and the seconds since the oldest of them was due (0.0 = none is)."""

    count: int
    oldest: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbers:
    """Counts and ages at one moment; ages are seconds, never below 0. Names are those of the configuration.

    Attributes:
        jobs, deployments: by connection and state. requests: open ones by kind and state.
        files: being checked, by state. copies: on their way to a service, by connection and state.
        tasks: open and parked ones by lane and state. due: by lane, every lane.
        messages: unsent (`queued`, `sending`, `unknown`) and given up (`dead`) by state.
        unsent: age of the oldest unsent message, 0.0 = none waits.
        leases: what is held by somebody at this moment: `tasks`, `messages`.
        polled, looked: age of the last list of jobs, and of deployments, that could be read; by connection, without
            those where none ever was.
    """

    jobs: Pairs
    deployments: Pairs
    requests: Pairs
    files: Mapping[str, int]
    copies: Pairs
    tasks: Pairs
    due: Mapping[str, Due]
    messages: Mapping[str, int]
    unsent: float
    leases: Mapping[str, int]
    polled: Mapping[str, float]
    looked: Mapping[str, float]


def read(connection: Connection, names: Iterable[str], *, now: datetime) -> Numbers:
    """All numbers on one snapshot, from indexes where tables grow. `names` are the configured connections."""
    told = tuple(names)
    copies = dataset_copy.c.state.not_in(COPIES_ENDED)
    tasks = _pairs(connection, task.c.lane, task.c.state, task.c.state.in_(HELD))
    messages = _counts(connection, outbox.c.state, (*UNSENT, "dead"))
    return Numbers(
        jobs=_pairs(connection, job.c.connection, job.c.state, job.c.connection.in_(told)),
        deployments=_pairs(
            connection, deployment.c.connection, deployment.c.state, deployment.c.connection.in_(told)
        ),
        requests=_pairs(connection, request.c.kind, request.c.state, request.c.state.in_(OPEN_REQUESTS)),
        files=_counts(connection, dataset.c.state, CHECKED),
        copies=_pairs(
            connection,
            dataset_copy.c.connection,
            dataset_copy.c.state,
            copies,
            dataset_copy.c.connection.in_(told),
        ),
        tasks=tasks,
        due=_due(connection, now),
        messages=messages,
        unsent=_unsent(connection, now),
        leases={
            "tasks": sum(count for (_, state), count in tasks.items() if state == "leased"),
            "messages": messages["sending"],
        },
        polled=_ages(connection, connections.c.name, connections.c.polled_at, told, now),
        looked=_ages(connection, look.c.connection, look.c.listed_at, told, now),
    )


def _pairs(
    connection: Connection, first: Column[str], second: Column[str], *where: ColumnElement[bool]
) -> Pairs:
    query = select(first, second, func.count()).where(*where).group_by(first, second)
    return {(one, other): count for one, other, count in connection.execute(query)}


def _counts(connection: Connection, state: Column[str], states: tuple[str, ...]) -> dict[str, int]:
    """A count for every one of `states`, 0 where there is none."""
    query = select(state, func.count()).where(state.in_(states)).group_by(state)
    counts = dict.fromkeys(states, 0)
    for one, count in connection.execute(query):
        counts[one] = count
    return counts


def _due(connection: Connection, now: datetime) -> dict[str, Due]:
    query = (
        select(task.c.lane, func.count(), func.min(task.c.due_at))
        .where(task.c.state == "queued", task.c.due_at <= now)
        .group_by(task.c.lane)
    )
    found = {
        lane: Due(count=count, oldest=_age(first, now)) for lane, count, first in connection.execute(query)
    }
    return {lane: found.get(lane, Due(count=0, oldest=0.0)) for lane in LANES}


def _unsent(connection: Connection, now: datetime) -> float:
    oldest = connection.execute(
        select(func.min(outbox.c.created_at)).where(outbox.c.state.in_(UNSENT))
    ).scalar()
    return 0.0 if oldest is None else _age(oldest, now)


def _ages(
    connection: Connection, name: Column[str], at: Column[datetime], names: tuple[str, ...], now: datetime
) -> dict[str, float]:
    rows = connection.execute(select(name, at).where(name.in_(names), at.is_not(None)))
    return {one: _age(when, now) for one, when in rows}


def _age(then: datetime, now: datetime) -> float:
    return max(0.0, (now - then).total_seconds())
