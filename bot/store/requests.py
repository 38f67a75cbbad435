"""Approval requests, their rounds and votes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, insert, select, update

from bot.ids import request_name
from bot.store.deployment_tables import request, request_round, vote
from bot.work import card_rows

OPEN: tuple[str, ...] = ("open", "changes")
"""States in which a request still waits for somebody."""
_OF_SUMS = frozenset({"state", "spec"})
"""Fields that the other requests' sums follow from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A row of `request`.

    Attributes:
        kind: `deployment`, `training` or `keep`. target: `connection/name`, `J142` or `P12`.
        spec: what is asked for (`bot.facts.requests` ask of its kind, as JSON); `digest` is bound to it.
        state: `open`, `changes` (the requester is asked to change it), `approved`, `rejected`, `expired`, `withdrawn`.
        policy: pinned at the time of asking (`bot.approvals.policy.Policy` as JSON).
        problem: why nobody can satisfy the policy (a code), None = somebody can.
        auto: name of the rule that approved it without people. glass: `{user, reason, at}` of a broken glass.
        decision: `{by: [user ids], reason}`. asked: what was said once, counts of reminders, and the sum of all
            deployments when it was decided.
    """

    id: int
    team_id: str
    kind: str
    target: str
    intent_key: str
    spec: Mapping[str, Any]
    digest: str
    round: int
    state: str
    requester: str
    reason: str
    channel: str
    policy: Mapping[str, Any]
    problem: str | None
    auto: str | None
    glass: Mapping[str, Any] | None
    decision: Mapping[str, Any] | None
    asked: Mapping[str, Any]
    job: int | None
    deployment: int | None
    created_at: datetime
    closes_at: datetime
    decided_at: datetime | None
    updated_at: datetime
    corr: str
    version: int

    @property
    def label(self) -> str:
        """`A31`."""
        return request_name(self.id)

    @property
    def decided(self) -> bool:
        """Whether nothing more is decided about it."""
        return self.state not in OPEN


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """What was asked for in one round."""

    n: int
    spec: Mapping[str, Any]
    digest: str
    reason: str
    opened_by: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Vote:
    """One person's word in one round. `groups` are the ones they were in when they voted."""

    round: int
    team_id: str
    user_id: str
    decision: str
    reason: str
    groups: Sequence[str]
    at: datetime
    corr: str


_FIELDS = [request.c[name] for name in Request.__dataclass_fields__]


def card_key(number: int, round_number: int) -> str:
    """The live card of a request's round in the approvers' channel."""
    return f"request:{request_name(number)}:r{round_number}"


def own_card_key(number: int) -> str:
    """The requester's live copy, in their direct message."""
    return f"request:{request_name(number)}:own"


def add(connection: Connection, values: Mapping[str, Any], *, now: datetime) -> int | None:
    """Write a request with its first round; its number, or None when its intent was used before."""
    used = select(request.c.id).where(request.c.intent_key == values["intent_key"])
    if connection.execute(used).first() is not None:
        return None
    row = {"round": 1, "asked": {}, "created_at": now, "updated_at": now, "version": 1, **values}
    result = connection.execute(insert(request).values(**row))
    number = int(result.inserted_primary_key[0])  # type: ignore[index]  # an insert of one row always has one
    add_round(connection, number, 1, row["spec"], row["digest"], row["reason"], row["requester"], now=now)
    show_sums(connection, now=now)
    return number


def add_round(
    connection: Connection,
    number: int,
    n: int,
    spec: Mapping[str, Any],
    digest: str,
    reason: str,
    opened_by: str,
    *,
    now: datetime,
) -> None:
    """Keep what was asked for in a round."""
    connection.execute(
        insert(request_round).values(
            request=number, n=n, spec=dict(spec), digest=digest, reason=reason, opened_by=opened_by, at=now
        )
    )


def rounds(connection: Connection, number: int) -> Sequence[Round]:
    """All rounds, the first one first."""
    columns = [request_round.c[name] for name in Round.__dataclass_fields__]
    rows = connection.execute(
        select(*columns).where(request_round.c.request == number).order_by(request_round.c.n)
    )
    return [Round(**row._mapping) for row in rows]


def votes(connection: Connection, number: int, n: int | None = None) -> Sequence[Vote]:
    """Votes of one round (None = of all), the earliest first."""
    columns = [vote.c[name] for name in Vote.__dataclass_fields__]
    query = select(*columns).where(vote.c.request == number)
    if n is not None:
        query = query.where(vote.c.round == n)
    return [Vote(**row._mapping) for row in connection.execute(query.order_by(vote.c.round, vote.c.at))]


def add_vote(connection: Connection, number: int, given: Vote) -> bool:
    """Write a vote; False when this person voted in this round before."""
    known = select(vote.c.user_id).where(
        vote.c.request == number,
        vote.c.round == given.round,
        vote.c.team_id == given.team_id,
        vote.c.user_id == given.user_id,
    )
    if connection.execute(known).first() is not None:
        return False
    values = {name: getattr(given, name) for name in Vote.__dataclass_fields__}
    connection.execute(insert(vote).values(request=number, **{**values, "groups": list(given.groups)}))
    return True


def _all(connection: Connection, *where: ColumnElement[bool], limit: int | None = None) -> list[Request]:
    rows = connection.execute(select(*_FIELDS).where(*where).order_by(request.c.id.desc()).limit(limit))
    return [Request(**row._mapping) for row in rows]


def get(connection: Connection, number: int) -> Request | None:
    """One request."""
    found = _all(connection, request.c.id == number)
    return found[0] if found else None


def by_intent(connection: Connection, intent_key: str) -> Request | None:
    """The request that a click made."""
    found = _all(connection, request.c.intent_key == intent_key)
    return found[0] if found else None


def open_for(connection: Connection, kind: str, target: str) -> Request | None:
    """The request that waits about a target."""
    found = _all(
        connection, request.c.kind == kind, request.c.target == target, request.c.state.in_(OPEN), limit=1
    )
    return found[0] if found else None


def listed(
    connection: Connection, team_id: str, *, waiting: bool, requester: str | None = None, limit: int
) -> Sequence[Request]:
    """Requests, newest first; `waiting` = only those that nobody decided."""
    where = [request.c.team_id == team_id]
    if waiting:
        where.append(request.c.state.in_(OPEN))
    if requester is not None:
        where.append(request.c.requester == requester)
    return _all(connection, *where, limit=limit)


def undecided(connection: Connection) -> Sequence[Request]:
    """All requests that wait."""
    return _all(connection, request.c.state.in_(OPEN))


def change(connection: Connection, number: int, *, now: datetime, **values: Any) -> None:
    """Write fields of a request; every copy of it and the requester's Home tab show it."""
    connection.execute(
        update(request)
        .where(request.c.id == number)
        .values(version=request.c.version + 1, updated_at=now, **values)
    )
    show(connection, number, now=now)
    if _OF_SUMS & values.keys():
        show_sums(connection, now=now)


def show_sums(connection: Connection, *, now: datetime) -> None:
    """What all deployments cost changed, or may have: mark every request for one that waits and tells the sum."""
    for number in connection.execute(
        select(request.c.id).where(request.c.kind == "deployment", request.c.state.in_(OPEN))
    ).scalars():
        show(connection, number, now=now)


def show(connection: Connection, number: int, *, now: datetime) -> None:
    """Mark every copy of a request as changed."""
    row = connection.execute(
        select(request.c.round, request.c.requester).where(request.c.id == number)
    ).first()
    if row is None:
        return
    for n in range(1, row.round + 1):
        card_rows.touch(connection, card_key(number, n), now=now)
    card_rows.touch(connection, own_card_key(number), now=now)
    card_rows.touch(connection, f"home:{row.requester}", now=now)


def note(connection: Connection, number: int, **values: Any) -> None:
    """Write bookkeeping that nobody sees."""
    connection.execute(update(request).where(request.c.id == number).values(**values))


def of_job(connection: Connection, job: int) -> Sequence[Request]:
    """Requests about a job: its training and the deployments of its models."""
    return _all(connection, request.c.job == job)
