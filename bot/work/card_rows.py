"""Live cards: messages that are edited in place. The row says that something changed, never what it looks like."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update

from bot.store.store import signal
from bot.store.work_tables import message_ref
from bot.work import outbox_rows
from bot.work.outbox_rows import Target

SIGNAL = "cards"


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A card that is behind its subject. `dirty` counts changes, `rendered` the last one that is shown."""

    id: int
    key: str
    purpose: str
    subject: str
    target: Target
    channel: str | None
    ts: str | None
    dirty: int
    rendered: int
    rendered_digest: str | None
    attempts: int
    first_try_at: datetime | None
    due_at: datetime


def touch(connection: Connection, key: str, *, now: datetime) -> None:
    """Something visible changed; a card that does not exist stays away."""
    changed = connection.execute(
        update(message_ref).where(message_ref.c.key == key).values(dirty=message_ref.c.dirty + 1)
    )
    del now
    if changed.rowcount:
        signal(connection, SIGNAL)


def place(
    connection: Connection,
    key: str,
    purpose: str,
    subject: str,
    team_id: str,
    target: Target,
    *,
    now: datetime,
) -> None:
    """Make sure that a card exists, and mark it as changed."""
    found = connection.execute(select(message_ref.c.id).where(message_ref.c.key == key)).first()
    if found is None:
        connection.execute(
            insert(message_ref).values(
                key=key,
                purpose=purpose,
                subject=subject,
                team_id=team_id,
                target=target.as_json(),
                dirty=1,
                rendered=0,
                due_at=now,
                attempts=0,
            )
        )
        signal(connection, SIGNAL)
        return
    touch(connection, key, now=now)


def hasten(connection: Connection, key: str, *, now: datetime) -> None:
    """What changed is worth an edit before the card's usual gap is over; not where Slack asked to wait."""
    connection.execute(
        update(message_ref)
        .where(message_ref.c.key == key, message_ref.c.attempts == 0, message_ref.c.ts.is_not(None))
        .values(due_at=now)
    )
    signal(connection, SIGNAL)


def behind(connection: Connection, limit: int = 200) -> Sequence[Card]:
    """Cards that do not show the latest change, the longest due first."""
    found = connection.execute(
        select(message_ref)
        .where(message_ref.c.dirty > message_ref.c.rendered)
        .order_by(message_ref.c.due_at, message_ref.c.id)
        .limit(limit)
    ).all()
    return [
        Card(
            id=row.id,
            key=row.key,
            purpose=row.purpose,
            subject=row.subject,
            target=Target(**row.target),
            channel=row.channel,
            ts=row.ts,
            dirty=row.dirty,
            rendered=row.rendered,
            rendered_digest=row.rendered_digest,
            attempts=row.attempts,
            first_try_at=row.first_try_at,
            due_at=row.due_at,
        )
        for row in found
    ]


def put(connection: Connection, card: Card, **values: Any) -> None:
    """Write what became of an attempt. A first place wakes the messages that reply to it."""
    connection.execute(update(message_ref).where(message_ref.c.id == card.id).values(**values))
    if "ts" in values:
        signal(connection, outbox_rows.SIGNAL)


def where(connection: Connection, key: str) -> tuple[str, str] | None:
    """(channel, ts) of a posted card."""
    row = connection.execute(
        select(message_ref.c.channel, message_ref.c.ts).where(
            message_ref.c.key == key, message_ref.c.ts.is_not(None)
        )
    ).first()
    return (row.channel, row.ts) if row else None


def at(connection: Connection, channel: str, ts: str) -> str | None:
    """The subject of the card posted there, for commands that are typed in its thread."""
    return connection.execute(
        select(message_ref.c.subject).where(message_ref.c.channel == channel, message_ref.c.ts == ts)
    ).scalar()


def touch_homes(connection: Connection, *, now: datetime) -> None:
    """Something changed that approvers see: every Home tab that was opened is looked at; one that looks the same is
    not sent again."""
    del now
    changed = connection.execute(
        update(message_ref).where(message_ref.c.purpose == "home").values(dirty=message_ref.c.dirty + 1)
    )
    if changed.rowcount:
        signal(connection, SIGNAL)


def homes(connection: Connection) -> Sequence[str]:
    """Users whose Home tab is kept up to date."""
    found = connection.execute(select(message_ref.c.target).where(message_ref.c.purpose == "home")).scalars()
    return [target["user"] for target in found]
