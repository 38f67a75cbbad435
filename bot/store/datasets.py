"""Datasets and their copies at the services."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from bot.ids import dataset_name
from bot.store.tables import dataset, dataset_copy
from bot.work import card_rows


@dataclass(frozen=True, slots=True, kw_only=True)
class Dataset:
    """A row of `dataset`. `source` tells where its bytes can be fetched again.

    `profile` is what kind of file it was checked as, `repaired_from` the dataset that this one was made of.
    """

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
    profile: str | None = None
    repaired_from: int | None = None

    @property
    def label(self) -> str:
        """`D57`."""
        return dataset_name(self.id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """A row of `dataset_copy`: the dataset at one connection.

    A file at the service belongs to the copy that it was sent for. Another dataset with the same bytes shares it: its
    copy has the file's id in `remote`, with the dataset whose file it is.
    """

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
    remote: Mapping[str, Any] | None

    @property
    def reused_from(self) -> int | None:
        """The dataset whose file this one shares."""
        of = (self.remote or {}).get("of")
        return int(of) if of is not None else None


_FIELDS = [dataset.c[name] for name in Dataset.__dataclass_fields__]
_COPY_FIELDS = [dataset_copy.c[name] for name in Copy.__dataclass_fields__]
_remote_id = func.coalesce(dataset_copy.c.remote_id, dataset_copy.c.remote["id"].as_string())


def _copy(row: Row[Any]) -> Copy:
    values = dict(row._mapping)
    values["remote_id"] = values["remote_id"] or (values["remote"] or {}).get("id")
    return Copy(**values)


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


def earlier_same(connection: Connection, number: int, sha256: str) -> Sequence[Dataset]:
    """The earlier sound datasets with the same bytes, the first one first."""
    rows = connection.execute(
        select(*_FIELDS)
        .where(dataset.c.sha256 == sha256, dataset.c.id < number, dataset.c.state == "ready")
        .order_by(dataset.c.id)
        .limit(50)
    )
    return [Dataset(**row._mapping) for row in rows]


def copies(connection: Connection, number: int) -> Sequence[Copy]:
    """The copies of a dataset."""
    rows = connection.execute(
        select(*_COPY_FIELDS).where(dataset_copy.c.dataset == number).order_by(dataset_copy.c.id)
    )
    return [_copy(row) for row in rows]


def copy(connection: Connection, number: int) -> Copy | None:
    """One copy by its number."""
    row = connection.execute(select(*_COPY_FIELDS).where(dataset_copy.c.id == number)).first()
    return _copy(row) if row else None


def copy_at(connection: Connection, number: int, name: str) -> Copy | None:
    """The copy of a dataset at a connection."""
    row = connection.execute(
        select(*_COPY_FIELDS).where(dataset_copy.c.dataset == number, dataset_copy.c.connection == name)
    ).first()
    return _copy(row) if row else None


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
    """Every copy at a connection that has a name there, with its dataset; of one file the copy that owns it is last."""
    rows = connection.execute(
        select(*_COPY_FIELDS)
        .where(dataset_copy.c.connection == name, _remote_id.is_not(None))
        .order_by(dataset_copy.c.remote_id.is_not(None), dataset_copy.c.id)
    )
    found = [_copy(row) for row in rows]
    of = connection.execute(select(*_FIELDS).where(dataset.c.id.in_({one.dataset for one in found})))
    known = {row.id: Dataset(**row._mapping) for row in of}
    return [(one, known[one.dataset]) for one in found]


def forget_copy(connection: Connection, name: str, remote_id: str, *, now: datetime) -> None:
    """The file was deleted there: its copies are made anew when somebody trains with the data again."""
    where = (dataset_copy.c.connection == name, _remote_id == remote_id)
    datasets = connection.execute(select(dataset_copy.c.dataset).where(*where)).scalars().all()
    connection.execute(delete(dataset_copy).where(*where))
    for of in datasets:
        card_rows.touch(connection, card_key(of), now=now)
        _touch_home(connection, of, now=now)


def same_content(connection: Connection, found: Dataset, name: str) -> Sequence[Copy]:
    """Copies at a connection of other datasets of the team with the same bytes, oldest first."""
    if found.sha256 is None:
        return []
    rows = connection.execute(
        select(*_COPY_FIELDS)
        .join(dataset, dataset.c.id == dataset_copy.c.dataset)
        .where(
            dataset_copy.c.connection == name,
            dataset.c.sha256 == found.sha256,
            dataset.c.team_id == found.team_id,
            dataset.c.id != found.id,
            dataset.c.state == "ready",
        )
        .order_by(dataset_copy.c.id)
    )
    return [_copy(row) for row in rows]


def share_copy(connection: Connection, number: int, of: Copy, size: int, *, now: datetime) -> bool:
    """Let a copy use the file of another one; False when that one has none any more."""
    there = copy(connection, of.id)
    if there is None or there.state != "processed" or there.remote_id != of.remote_id:
        return False
    remote = {"id": there.remote_id, "of": there.reused_from or there.dataset}
    change_copy(connection, number, now=now, state="processed", remote=remote, sent=size)
    return True


def send_again(connection: Connection, copy: Copy, *, now: datetime) -> None:
    """Have a copy sent anew, under a name of its own: what the last time left at the service is not mistaken for it.

    What it began in parts is handed on, so that the next run cancels it.
    """
    last = copy.upload_state or {}
    state = {"round": int(last.get("round", 0)) + 1}
    if last.get("resume"):
        state["resume"] = last["resume"]
    change_copy(
        connection,
        copy.id,
        now=now,
        state="waiting",
        failure=None,
        remote_id=None,
        remote_name=None,
        intent_at=None,
        upload_state=state,
        remote=None,
        sent=0,
    )


def unfinished(connection: Connection) -> tuple[Sequence[int], Sequence[Copy]]:
    """Datasets that are not checked yet, and copies that are not at their service yet."""
    unread = connection.execute(select(dataset.c.id).where(dataset.c.state.in_(("received", "checking"))))
    rows = connection.execute(
        select(*_COPY_FIELDS).where(dataset_copy.c.state.not_in(("processed", "failed")))
    )
    return unread.scalars().all(), [_copy(row) for row in rows]


def change_copy(connection: Connection, number: int, *, now: datetime, **values: Any) -> None:
    """Write fields of a copy and mark the dataset's card."""
    connection.execute(update(dataset_copy).where(dataset_copy.c.id == number).values(**values))
    of = connection.execute(select(dataset_copy.c.dataset).where(dataset_copy.c.id == number)).scalar()
    if of is not None:
        card_rows.touch(connection, card_key(of), now=now)
        _touch_home(connection, of, now=now)
