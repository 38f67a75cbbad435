"""The small tables: what was seen, what was done, kept bytes, marks in time."""

import hashlib
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from bot.store.store import signal
from bot.store.tables import artifact, audit, marker
from bot.store.work_tables import inbox

AUDITED = "audit"
"""The signal of a transaction that wrote to the audit."""
_ORDER = "order:"
"""How the name of a kept order begins; nothing else that is kept has such a name."""


def first_time(connection: Connection, key: str, *, now: datetime) -> bool:
    """Remember a delivery (`event_id`, `trigger_id`, `view.id`); False when it was seen before."""
    # Inside the store's one writer nobody can come between the look and the insert.
    if connection.execute(select(inbox.c.key).where(inbox.c.key == key)).first() is not None:
        return False
    connection.execute(insert(inbox).values(key=key, seen_at=now))
    return True


def forget_deliveries(connection: Connection, *, before: datetime) -> None:
    """Deliveries are kept for a day (DESIGN section 5)."""
    connection.execute(delete(inbox).where(inbox.c.seen_at < before))


def record(
    connection: Connection,
    *,
    at: datetime,
    actor: str,
    via: str,
    action: str,
    subject: str,
    corr: str,
    before: Any = None,
    after: Any = None,
) -> None:
    """Append to the audit. `actor` is a user id or `tunesmith`; `via` the surface (`command`, `button`, `task`)."""
    signal(connection, AUDITED)
    connection.execute(
        insert(audit).values(
            at=at, actor=actor, via=via, action=action, subject=subject, before=before, after=after, corr=corr
        )
    )


def keep_bytes(connection: Connection, name: str, media: str, data: bytes, *, now: datetime) -> int:
    """Keep a small file (a picture) in the database; its number."""
    result = connection.execute(
        insert(artifact).values(
            sha256=hashlib.sha256(data).hexdigest(), media=media, name=name, bytes=data, created_at=now
        )
    )
    return int(result.inserted_primary_key[0])  # type: ignore[index]  # an insert of one row always has one


def keep_order(connection: Connection, intent: str, data: bytes, *, now: datetime) -> int:
    """Keep an order (JSON) that is too long for the modal that would carry it; its number for `bytes_of`."""
    return keep_bytes(connection, f"{_ORDER}{intent}", "application/json", data, now=now)


def forget_orders(connection: Connection, *, before: datetime) -> int:
    """Forget the orders kept before `before`; how many. A job that was started from one has its own copy."""
    old = delete(artifact).where(artifact.c.name.startswith(_ORDER), artifact.c.created_at < before)
    return connection.execute(old).rowcount


def bytes_of(connection: Connection, number: int) -> bytes:
    """A kept file's bytes; `LookupError` when there is none."""
    data = connection.execute(select(artifact.c.bytes).where(artifact.c.id == number)).scalar()
    if data is None:
        raise LookupError(number)
    return bytes(data)


def marked(connection: Connection, name: str) -> datetime | None:
    """When a mark was set last."""
    at: datetime | None = connection.execute(select(marker.c.at).where(marker.c.name == name)).scalar()
    return at


def mark(connection: Connection, name: str, *, at: datetime) -> datetime | None:
    """Set a mark in time; what it was before."""
    before = marked(connection, name)
    if before is None:
        connection.execute(insert(marker).values(name=name, at=at))
    else:
        connection.execute(update(marker).where(marker.c.name == name).values(at=at))
    return before
