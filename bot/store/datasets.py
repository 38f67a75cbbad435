"""Datasets and their copies at the services."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from bot.ids import dataset_name
from bot.store.tables import dataset, dataset_copy
from bot.work import card_rows


@dataclass(frozen=True, slots=True, kw_only=True)
class Dataset:
    """A row of `dataset`. `source` tells where its bytes can be fetched again."""

    id: int
    team_id: str
    owner: str
    name: str
    source: Mapping[str, Any]
    sha256: str | None
    bytes: int | None
    examples: int | None
    tokens: int | None
    tokens_exact: bool
    role: str
    pair: int | None
    state: str
    report: Mapping[str, Any] | None
    problem: Mapping[str, Any] | None
    created_at: datetime

    @property
    def label(self) -> str:
        """`D57`."""
        return dataset_name(self.id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """A row of `dataset_copy`: the dataset at one connection."""

    id: int
    dataset: int
    connection: str
    remote_id: str | None
    remote_name: str | None
    state: str
    sent: int
    intent_at: datetime | None
    upload_state: Mapping[str, Any] | None
    failure: Mapping[str, Any] | None
    created_at: datetime


_FIELDS = [dataset.c[name] for name in Dataset.__dataclass_fields__]
_COPY_FIELDS = [dataset_copy.c[name] for name in Copy.__dataclass_fields__]


def card_key(number: int) -> str:
    """The live card of a dataset."""
    return f"dataset:{dataset_name(number)}"


def add(
    connection: Connection,
    *,
    team_id: str,
    owner: str,
    name: str,
    source: Mapping[str, Any],
    role: str,
    now: datetime,
) -> int:
    """Take a dataset in; its number."""
    result = connection.execute(
        insert(dataset).values(
            team_id=team_id,
            owner=owner,
            name=name,
            source=dict(source),
            tokens_exact=False,
            role=role,
            state="received",
            created_at=now,
            version=1,
        )
    )
    return int(result.inserted_primary_key[0])  # type: ignore[index]  # an insert of one row always has one


def get(connection: Connection, number: int) -> Dataset | None:
    """One dataset."""
    row = connection.execute(select(*_FIELDS).where(dataset.c.id == number)).first()
    return Dataset(**row._mapping) if row else None


def change(connection: Connection, number: int, *, now: datetime, **values: Any) -> None:
    """Write fields of a dataset and mark its card."""
    connection.execute(
        update(dataset).where(dataset.c.id == number).values(version=dataset.c.version + 1, **values)
    )
    card_rows.touch(connection, card_key(number), now=now)
    _touch_home(connection, number, now=now)


def _touch_home(connection: Connection, number: int, *, now: datetime) -> None:
    owner = connection.execute(select(dataset.c.owner).where(dataset.c.id == number)).scalar()
    card_rows.touch(connection, f"home:{owner}", now=now)


def of_owner(connection: Connection, team_id: str, owner: str, *, limit: int) -> Sequence[Dataset]:
    """A person's datasets, newest first."""
    rows = connection.execute(
        select(*_FIELDS)
        .where(dataset.c.team_id == team_id, dataset.c.owner == owner)
        .order_by(dataset.c.id.desc())
        .limit(limit)
    )
    return [Dataset(**row._mapping) for row in rows]


def usable(connection: Connection, team_id: str, *, limit: int) -> Sequence[Dataset]:
    """Sound datasets of the team, newest first."""
    rows = connection.execute(
        select(*_FIELDS)
        .where(dataset.c.team_id == team_id, dataset.c.state == "ready")
        .order_by(dataset.c.id.desc())
        .limit(limit)
    )
    return [Dataset(**row._mapping) for row in rows]


def earlier_same(connection: Connection, number: int, sha256: str) -> int | None:
    """An earlier sound dataset with the same bytes."""
    found: int | None = connection.execute(
        select(dataset.c.id)
        .where(dataset.c.sha256 == sha256, dataset.c.id < number, dataset.c.state == "ready")
        .order_by(dataset.c.id)
        .limit(1)
    ).scalar()
    return found


def copies(connection: Connection, number: int) -> Sequence[Copy]:
    """The copies of a dataset."""
    rows = connection.execute(
        select(*_COPY_FIELDS).where(dataset_copy.c.dataset == number).order_by(dataset_copy.c.id)
    )
    return [Copy(**row._mapping) for row in rows]


def copy(connection: Connection, number: int) -> Copy | None:
    """One copy by its number."""
    row = connection.execute(select(*_COPY_FIELDS).where(dataset_copy.c.id == number)).first()
    return Copy(**row._mapping) if row else None


def copy_at(connection: Connection, number: int, name: str) -> Copy | None:
    """The copy of a dataset at a connection."""
    row = connection.execute(
        select(*_COPY_FIELDS).where(dataset_copy.c.dataset == number, dataset_copy.c.connection == name)
    ).first()
    return Copy(**row._mapping) if row else None


def add_copy(connection: Connection, number: int, name: str, *, now: datetime) -> int:
    """Want a dataset at a connection; the copy's number, also when it was wanted before."""
    known = copy_at(connection, number, name)
    if known is not None:
        return known.id
    result = connection.execute(
        insert(dataset_copy).values(dataset=number, connection=name, state="waiting", sent=0, created_at=now)
    )
    return int(result.inserted_primary_key[0])  # type: ignore[index]  # an insert of one row always has one


def copies_at(connection: Connection, name: str) -> Sequence[tuple[Copy, Dataset]]:
    """Every copy at a connection that has a name there, with its dataset."""
    rows = connection.execute(
        select(*_COPY_FIELDS).where(dataset_copy.c.connection == name, dataset_copy.c.remote_id.is_not(None))
    )
    found = [Copy(**row._mapping) for row in rows]
    of = connection.execute(select(*_FIELDS).where(dataset.c.id.in_({one.dataset for one in found})))
    known = {row.id: Dataset(**row._mapping) for row in of}
    return [(one, known[one.dataset]) for one in found]


def forget_copy(connection: Connection, name: str, remote_id: str, *, now: datetime) -> None:
    """The copy of this name was deleted there: it is made anew when somebody trains with the data again."""
    where = (dataset_copy.c.connection == name, dataset_copy.c.remote_id == remote_id)
    of = connection.execute(select(dataset_copy.c.dataset).where(*where)).scalar()
    if of is None:
        return
    connection.execute(delete(dataset_copy).where(*where))
    card_rows.touch(connection, card_key(of), now=now)
    _touch_home(connection, of, now=now)


def send_again(connection: Connection, copy: Copy, *, now: datetime) -> None:
    """Have a copy sent anew, under a name of its own: what the last time left at the service is not mistaken for it."""
    round_ = int((copy.upload_state or {}).get("round", 0)) + 1
    change_copy(
        connection,
        copy.id,
        now=now,
        state="waiting",
        failure=None,
        remote_id=None,
        remote_name=None,
        intent_at=None,
        upload_state={"round": round_},
        sent=0,
    )


def unfinished(connection: Connection) -> tuple[Sequence[int], Sequence[Copy]]:
    """Datasets that are not checked yet, and copies that are not at their service yet."""
    unread = connection.execute(select(dataset.c.id).where(dataset.c.state.in_(("received", "checking"))))
    rows = connection.execute(
        select(*_COPY_FIELDS).where(dataset_copy.c.state.not_in(("processed", "failed")))
    )
    return unread.scalars().all(), [Copy(**row._mapping) for row in rows]


def change_copy(connection: Connection, number: int, *, now: datetime, **values: Any) -> None:
    """Write fields of a copy and mark the dataset's card."""
    connection.execute(update(dataset_copy).where(dataset_copy.c.id == number).values(**values))
    of = connection.execute(select(dataset_copy.c.dataset).where(dataset_copy.c.id == number)).scalar()
    if of is not None:
        card_rows.touch(connection, card_key(of), now=now)
        _touch_home(connection, of, now=now)
