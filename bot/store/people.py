"""People as the workspace last told of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, select

from bot.chat import Member
from bot.store.tables import person


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A member with the moment in which it was read; `groups` are the ones the roles name."""

    member: Member
    groups: frozenset[str]
    fetched_at: datetime
    prefs: Mapping[str, Any]


def get(connection: Connection, user_id: str) -> Person | None:
    """The person as last read, however long ago. User ids are unique across teams."""
    row = connection.execute(select(person).where(person.c.user_id == user_id)).first()
    if row is None:
        return None
    return Person(
        member=Member(
            team_id=row.team_id,
            user_id=row.user_id,
            name=row.name,
            locale=row.locale,
            tz=row.tz,
            is_guest=row.is_guest,
            is_foreign=row.is_foreign,
        ),
        groups=frozenset(row.groups),
        fetched_at=row.fetched_at,
        prefs=row.prefs,
    )


def put(connection: Connection, member: Member, groups: frozenset[str], *, now: datetime) -> None:
    """Replace what is known of a person; their preferences stay."""
    known = get(connection, member.user_id)
    connection.execute(delete(person).where(person.c.user_id == member.user_id))
    connection.execute(
        insert(person).values(
            team_id=member.team_id,
            user_id=member.user_id,
            name=member.name,
            locale=member.locale,
            tz=member.tz,
            is_guest=member.is_guest,
            is_foreign=member.is_foreign,
            groups=sorted(groups),
            fetched_at=now,
            prefs=dict(known.prefs) if known else {},
        )
    )
