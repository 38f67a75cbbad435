"""The outbox's rows: what is to be said, written in the transaction that made it true.

A row is `queued`, `sending`, `unknown` (sent or not, nobody knows: looked up before it is sent again), `sent` or
`dead`. Keys are unique for ever, so the same thing is never told twice.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, insert, select, update

from bot.facts.notice import Notice
from bot.facts.notices import NOTICES
from bot.store.store import signal
from bot.store.work_tables import message_ref, outbox

SIGNAL = "outbox"
LEASE = timedelta(seconds=60)
PARENT_PATIENCE = timedelta(hours=24)
OPEN = ("queued", "sending", "unknown")


@dataclass(frozen=True, slots=True)
class Target:
    """Where to: a channel, or a person (their direct message). Exactly one is set."""

    channel: str = ""
    user: str = ""

    def as_json(self) -> dict[str, str]:
        """As the store keeps it."""
        return {"channel": self.channel} if self.channel else {"user": self.user}


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """What decides about the order of an unsent message. `blocked`: its parent is not posted yet."""

    id: int
    target: Target
    parent_key: str | None
    due_at: datetime
    blocked: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """An unsent message. `thread` (channel, ts) is its parent's place; None without a posted parent."""

    id: int
    key: str
    notice: Notice
    target: Target
    parent_key: str | None
    thread: tuple[str, str] | None
    locale: str
    state: str
    due_at: datetime
    attempts: int
    first_try_at: datetime | None
    lease_token: int
    file: Mapping[str, Any] | None
    created_at: datetime


def say(
    connection: Connection,
    key: str,
    notice: Notice,
    target: Target,
    *,
    now: datetime,
    parent_key: str | None = None,
    locale: str = "en",
    file: Mapping[str, Any] | None = None,
) -> bool:
    """Put a message into the outbox; False when its key was used before (then nothing is written)."""
    if connection.execute(select(outbox.c.id).where(outbox.c.key == key)).first() is not None:
        return False
    connection.execute(
        insert(outbox).values(
            key=key,
            kind=notice.kind,
            v=notice.v,
            params=notice.model_dump(mode="json"),
            target=target.as_json(),
            parent_key=parent_key,
            locale=locale,
            state="queued",
            due_at=now,
            attempts=0,
            lease_token=0,
            file=dict(file) if file else None,
            created_at=now,
        )
    )
    signal(connection, SIGNAL)
    return True


def said(connection: Connection, key: str) -> Mapping[str, Any] | None:
    """The parameters of the message that was put in under this key; None when none was."""
    return connection.execute(select(outbox.c.params).where(outbox.c.key == key)).scalar()


def waiting(connection: Connection, *, now: datetime) -> Sequence[Waiting]:
    """Unsent messages in the order in which they were said; a message whose parent never came stands alone."""
    rows = connection.execute(
        select(outbox.c.id, outbox.c.target, outbox.c.parent_key, outbox.c.due_at, outbox.c.created_at)
        .where(outbox.c.state.in_(OPEN))
        .order_by(outbox.c.id)
    ).all()
    parents = {row.parent_key for row in rows if row.parent_key}
    posted, dead = _posted(connection, parents), _dead(connection, parents)
    return [
        Waiting(
            id=row.id,
            target=Target(**row.target),
            parent_key=row.parent_key,
            due_at=row.due_at,
            blocked=row.parent_key is not None
            and row.parent_key not in posted
            and row.parent_key not in dead
            and now - row.created_at < PARENT_PATIENCE,
        )
        for row in rows
    ]


def load(connection: Connection, number: int) -> Row | None:
    """One unsent message with everything; None when it was sent or given up meanwhile.

    Raises:
        ValueError, LookupError: the notice cannot be read (left by another version of the program).
    """
    row = connection.execute(select(outbox).where(outbox.c.id == number, outbox.c.state.in_(OPEN))).first()
    if row is None:
        return None
    parents = {row.parent_key} - {None}
    return Row(
        id=row.id,
        key=row.key,
        notice=NOTICES[row.kind].model_validate(row.params),
        target=Target(**row.target),
        parent_key=row.parent_key,
        thread=_posted(connection, parents).get(row.parent_key),
        locale=row.locale,
        state=row.state,
        due_at=row.due_at,
        attempts=row.attempts,
        first_try_at=row.first_try_at,
        lease_token=row.lease_token,
        file=row.file,
        created_at=row.created_at,
    )


def bury(connection: Connection, number: int, error: str) -> None:
    """Give up a message that can never be sent, so that those behind it go on."""
    connection.execute(
        update(outbox)
        .where(outbox.c.id == number, outbox.c.state.in_(OPEN))
        .values(state="dead", last_error=error, lease_until=None)
    )
    signal(connection, SIGNAL)


def _posted(connection: Connection, keys: Iterable[str]) -> dict[str, tuple[str, str]]:
    """Where the parents stand that are posted."""
    places: dict[str, tuple[str, str]] = {}
    for some in _pieces(keys):
        for table in (outbox, message_ref):
            found = connection.execute(
                select(table.c.key, table.c.channel, table.c.ts).where(
                    table.c.key.in_(some), table.c.ts.is_not(None)
                )
            )
            places.update({row.key: (row.channel, row.ts) for row in found})
    return places


def _dead(connection: Connection, keys: Iterable[str]) -> set[str]:
    """The parents that were given up: what replies to them is said in the open rather than never."""
    found: set[str] = set()
    for some in _pieces(keys):
        dead = select(outbox.c.key).where(outbox.c.key.in_(some), outbox.c.state == "dead")
        found.update(connection.execute(dead).scalars())
    return found


def _pieces(keys: Iterable[str]) -> Iterator[list[str]]:
    """Lists short enough for the variables of one statement."""
    every = sorted(keys)
    for start in range(0, len(every), 500):
        yield every[start : start + 500]


def take(connection: Connection, row: Row, *, now: datetime) -> int | None:
    """Lease a row for one attempt; the fencing token, or None when somebody else was faster."""
    result = connection.execute(
        update(outbox)
        .where(outbox.c.id == row.id, outbox.c.lease_token == row.lease_token, outbox.c.state.in_(OPEN))
        .values(
            state="sending",
            lease_token=row.lease_token + 1,
            lease_until=now + LEASE,
            attempts=row.attempts + 1,
            first_try_at=row.first_try_at or now,
        )
    )
    return row.lease_token + 1 if result.rowcount == 1 else None


def settle(connection: Connection, row: Row, token: int, **values: Any) -> bool:
    """Write the outcome of an attempt, if the lease still holds and nobody gave the message up meanwhile."""
    result = connection.execute(
        update(outbox)
        .where(outbox.c.id == row.id, outbox.c.lease_token == token, outbox.c.state.in_(OPEN))
        .values(lease_until=None, **values)
    )
    signal(connection, SIGNAL)
    return result.rowcount == 1


def clear_leases(connection: Connection) -> int:
    """On the start of the only process: what was being sent may have landed."""
    result = connection.execute(
        update(outbox).where(outbox.c.state == "sending").values(state="unknown", lease_until=None)
    )
    return result.rowcount


def slim(connection: Connection, *, before: datetime) -> int:
    """Forget what was said in messages sent before `before`; their keys stay, so that nothing is told twice."""
    result = connection.execute(
        update(outbox)
        .where(outbox.c.state == "sent", outbox.c.sent_at < before, outbox.c.v > 0)
        .values(params={}, file=None, v=0)
    )
    return result.rowcount


def dead(connection: Connection) -> Sequence[tuple[str, str]]:
    """(key, error) of messages that were given up."""
    rows = connection.execute(select(outbox.c.key, outbox.c.last_error).where(outbox.c.state == "dead"))
    return [(row.key, row.last_error or "") for row in rows]
