"""Spells: one unbroken time in which something is going to end a deployment, with what was said about it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update

from bot.store.deployment_tables import idle_spell


@dataclass(frozen=True, slots=True, kw_only=True)
class SpellRow:
    """A row of `idle_spell`.

    Attributes:
        rule: `idle` (no calls), `age` (so long after creation), `training` or `inference` (retirement).
        basis_at: what the end is counted from, as read last. due_at: when it comes.
        warned: name of each warning -> when it was said; `missed`: names of those that came due while nobody looked;
            `furthest`: the latest basis of this spell, where it has moved back since.
    """

    id: int
    deployment: int
    rule: str
    basis_at: datetime
    due_at: datetime
    warned: Mapping[str, Any]
    ended_at: datetime | None


_FIELDS = [idle_spell.c[name] for name in SpellRow.__dataclass_fields__]


def open_of(connection: Connection, deployments: Iterable[int]) -> Mapping[int, Mapping[str, SpellRow]]:
    """Spells that go on, by deployment and rule; a deployment without any has an empty entry."""
    wanted = list(deployments)
    found: dict[int, dict[str, SpellRow]] = {number: {} for number in wanted}
    for start in range(0, len(wanted), 500):
        some = wanted[start : start + 500]
        rows = connection.execute(
            select(*_FIELDS).where(idle_spell.c.deployment.in_(some), idle_spell.c.ended_at.is_(None))
        )
        for row in rows:
            found[row.deployment][row.rule] = SpellRow(**row._mapping)
    return found


def every(connection: Connection, deployment: int) -> Sequence[SpellRow]:
    """All spells of a deployment, the first one first."""
    rows = connection.execute(
        select(*_FIELDS).where(idle_spell.c.deployment == deployment).order_by(idle_spell.c.id)
    )
    return [SpellRow(**row._mapping) for row in rows]


def begin(
    connection: Connection,
    deployment: int,
    rule: str,
    *,
    basis_at: datetime,
    due_at: datetime,
    warned: Mapping[str, Any],
) -> int:
    """Open a spell; the one before it has ended. Its number."""
    result = connection.execute(
        insert(idle_spell).values(
            deployment=deployment, rule=rule, basis_at=basis_at, due_at=due_at, warned=dict(warned)
        )
    )
    return int(result.inserted_primary_key[0])  # type: ignore[index]  # an insert of one row always has one


def change(connection: Connection, number: int, **values: Any) -> None:
    """Write fields of a spell."""
    connection.execute(update(idle_spell).where(idle_spell.c.id == number).values(**values))


def end(connection: Connection, number: int, *, now: datetime) -> None:
    """The spell is over."""
    change(connection, number, ended_at=now)


def end_all(connection: Connection, deployment: int, *, now: datetime) -> None:
    """The deployment is gone: nothing is going to end it any more."""
    connection.execute(
        update(idle_spell)
        .where(idle_spell.c.deployment == deployment, idle_spell.c.ended_at.is_(None))
        .values(ended_at=now)
    )
