"""Taking data in: what a person handed in becomes datasets, and work for the queue. Inside one transaction."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from bot.datasets import studying
from bot.people import Actor
from bot.store import datasets, small
from bot.store.tables import dataset as table
from bot.work import queue
from bot.work.tasks import BULK

UNREAD = ("received", "checking")
VALIDATION_NAME = re.compile(r"(?:^|[^a-z])(?:valid(?:ation)?|val|eval|dev|test)(?:[^a-z]|$)", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attached:
    """A file that somebody wants to train on.

    Attributes:
        file_id: its id in Slack; empty when it is elsewhere.
        size: bytes by Slack's account, None when not known.
        elsewhere: what `bot.datasets.origins` needs to find it when it is not in Slack, for the dataset's `source`.
    """

    file_id: str = ""
    name: str
    size: int | None = None
    role: str | None = None
    elsewhere: Mapping[str, str] = field(default_factory=dict)

    @property
    def source(self) -> Mapping[str, str]:
        """Where its bytes are."""
        return self.elsewhere or {"file_id": self.file_id}


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """Numbers of the datasets that the files are; `before` are those that were here already."""

    numbers: tuple[int, ...] = ()
    before: tuple[int, ...] = ()


def guess_roles(files: Sequence[Attached]) -> list[str]:
    """Which of the files is training and which validation data: as said, by name, else the smaller one validates."""
    roles = [file.role or "" for file in files]
    if len(files) != 2:
        return [role or "training" for role in roles]
    if not any(roles):
        named = [bool(VALIDATION_NAME.search(file.name)) for file in files]
        if named[0] != named[1]:
            roles = ["validation" if one else "training" for one in named]
        else:
            sizes = [file.size if file.size is not None else 0 for file in files]
            roles = ["training", "validation"] if sizes[0] >= sizes[1] else ["validation", "training"]
    return [role or "training" for role in roles]


def take_in(
    connection: Connection,
    files: Sequence[Attached],
    actor: Actor,
    *,
    target: str,
    source: Mapping[str, Any],
    via: str,
    now: datetime,
    corr: str,
) -> Taken:
    """Make datasets of the files and have them read and checked.

    A file in Slack that this person handed in before for the same connection is not taken in twice, unless it could not
    be read. A blob can be another one each time, so it counts as the same only until it is read.
    """
    numbers: list[int] = []
    before: list[int] = []
    for file, role in zip(files, guess_roles(files), strict=True):
        key = {**source, **file.source, "connection": target}
        known = _same_file(connection, actor, key)
        if known is not None:
            before.append(known)
        numbers.append(known or _add(connection, file, role, actor, key, via=via, now=now, corr=corr))
    if len(numbers) == 2 and numbers[0] != numbers[1]:
        for one, other in (numbers, reversed(numbers)):
            datasets.change(connection, one, now=now, pair=other)
    return Taken(numbers=tuple(numbers), before=tuple(before))


def _add(
    connection: Connection,
    file: Attached,
    role: str,
    actor: Actor,
    source: Mapping[str, Any],
    *,
    via: str,
    now: datetime,
    corr: str,
) -> int:
    number = datasets.add(
        connection,
        team_id=actor.team_id,
        owner=actor.user_id,
        name=file.name[:200],
        source=source,
        role=role,
        now=now,
    )
    queue.enqueue(
        connection,
        "dataset.intake",
        f"intake:{number}",
        {"dataset": number},
        now=now,
        corr=corr,
        lane=BULK,
        lock_key=f"dataset:{number}",
    )
    small.record(
        connection,
        at=now,
        actor=actor.user_id,
        via=via,
        action="dataset.received",
        subject=f"D{number}",
        after={"name": file.name[:200]},
        corr=corr,
    )
    return number


def _same_file(connection: Connection, actor: Actor, source: Mapping[str, Any]) -> int | None:
    by = next((kind for kind in ("file_id", "blob") if kind in source), None)
    if by is None:
        return None
    rows = connection.execute(
        select(table.c.id, table.c.source)
        .where(
            table.c.team_id == actor.team_id,
            table.c.owner == actor.user_id,
            table.c.state.in_(UNREAD) if by == "blob" else table.c.state != "unreadable",
        )
        .order_by(table.c.id.desc())
        .limit(50)
    )
    for row in rows:
        if all(row.source.get(name) == source[name] for name in (by, "connection")):
            return int(row.id)
    return None


def swap(connection: Connection, first: int, second: int, actor: str, *, now: datetime, corr: str) -> None:
    """Exchange the roles of a pair; `actor` is the user id of who says so."""
    pair = [datasets.get(connection, number) for number in (first, second)]
    if any(one is None for one in pair):
        return
    for one, other in ((pair[0], pair[1]), (pair[1], pair[0])):
        if one is not None and other is not None:
            datasets.change(connection, one.id, now=now, role=other.role)
            small.record(
                connection,
                at=now,
                actor=actor,
                via="button",
                action="dataset.role",
                subject=one.label,
                before=one.role,
                after=other.role,
                corr=corr,
            )
    for number in (first, second):
        # what is in both files stands on the card of the one that validates
        studying.plant(connection, number, now=now, corr=corr)
