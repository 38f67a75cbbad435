"""The audit, read: append-only, so that a number once read never comes again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, insert, or_, select, update

from bot.store.tables import audit
from bot.store.work_tables import counter


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A row of `audit`. `before` and `after` are plain values or JSON."""

    id: int
    at: datetime
    actor: str
    via: str
    action: str
    subject: str
    before: Any
    after: Any
    corr: str

    def as_json(self) -> dict[str, Any]:
        """What others may rely on: names do not change, keys are only added. `at` is ISO 8601, UTC."""
        return {
            "audit": self.id,
            "at": self.at.isoformat(),
            "actor": self.actor,
            "via": self.via,
            "action": self.action,
            "subject": self.subject,
            "before": self.before,
            "after": self.after,
            "corr": self.corr,
        }


_FIELDS = [audit.c[name] for name in Event.__dataclass_fields__]


def after(connection: Connection, number: int, *, limit: int) -> Sequence[Event]:
    """What was written after event `number`, in its order."""
    rows = connection.execute(select(*_FIELDS).where(audit.c.id > number).order_by(audit.c.id).limit(limit))
    return [Event(**row._mapping) for row in rows]


def page(
    connection: Connection,
    subjects: Sequence[str] = (),
    *,
    actor: str | None = None,
    since: datetime | None = None,
    limit: int,
    offset: int = 0,
) -> tuple[Sequence[Event], int]:
    """A page of events, newest first, and how many fit; `subjects` empty = of everything.

    A subject also stands for its parts: `D57` for `D57@prod-swc`.
    """
    where: list[ColumnElement[bool]] = []
    if subjects:
        same = [audit.c.subject == one for one in subjects]
        parts = [audit.c.subject.startswith(f"{one}@", autoescape=True) for one in subjects]
        where.append(or_(*same, *parts))
    if actor is not None:
        where.append(audit.c.actor == actor)
    if since is not None:
        where.append(audit.c.at >= since)
    total = connection.execute(select(func.count()).select_from(audit).where(*where)).scalar_one()
    rows = connection.execute(
        select(*_FIELDS).where(*where).order_by(audit.c.id.desc()).limit(limit).offset(offset)
    )
    return [Event(**row._mapping) for row in rows], int(total)


def newest(connection: Connection) -> int:
    """The number of the last event; 0 without any."""
    return int(connection.execute(select(func.max(audit.c.id))).scalar() or 0)


def counted(connection: Connection, name: str) -> int | None:
    """A number that was kept; None when it never was."""
    found = connection.execute(select(counter.c.value).where(counter.c.name == name)).scalar()
    return None if found is None else int(found)


def count(connection: Connection, name: str, value: int) -> None:
    """Keep a number."""
    changed = connection.execute(update(counter).where(counter.c.name == name).values(value=value))
    if changed.rowcount == 0:
        connection.execute(insert(counter).values(name=name, value=value))
