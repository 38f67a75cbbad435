"""Connections as they were last seen, and the cached catalogue of what can be trained."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, delete, insert, select, update

from bot.store.tables import catalogue
from bot.store.tables import connection as table
from providers.base import Model


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A row of `connection`."""

    name: str
    resource_key: str
    state: str
    usage: Mapping[str, Any] | None
    polled_at: datetime | None
    probed_at: datetime | None
    last_error: Mapping[str, Any] | None


class PointedElsewhere(Exception):
    """A connection's name was given to another resource: its jobs and files are not there."""


def resource_key(provider: str, endpoint: str, identity: str = "") -> str:
    """Digest of the resource that a connection points to; `identity` tells resources behind one endpoint apart."""
    told = f"{provider}\n{endpoint.rstrip('/').lower()}" + (f"\n{identity.lower()}" if identity else "")
    return hashlib.sha256(told.encode()).hexdigest()[:16]


def register(connection: Connection, name: str, provider: str, key: str) -> None:
    """Make the connection known. Raises `PointedElsewhere` when the name belonged to another resource."""
    known = connection.execute(select(table.c.resource_key).where(table.c.name == name)).scalar()
    if known is None:
        connection.execute(
            insert(table).values(
                name=name, provider=provider, resource_key=key, capabilities={}, state="unknown"
            )
        )
    elif known != key:
        raise PointedElsewhere(name)


def note(connection: Connection, name: str, **values: Any) -> None:
    """Write what was seen."""
    connection.execute(update(table).where(table.c.name == name).values(**values))


def known(connection: Connection) -> Mapping[str, Known]:
    """All connections by name."""
    rows = connection.execute(select(*[table.c[name] for name in Known.__dataclass_fields__]))
    return {row.name: Known(**row._mapping) for row in rows}


def put_catalogue(connection: Connection, name: str, models: Iterable[Model], *, now: datetime) -> None:
    """Replace the catalogue of a connection."""
    connection.execute(delete(catalogue).where(catalogue.c.connection == name))
    for model in {model.id: model for model in models}.values():
        connection.execute(
            insert(catalogue).values(
                connection=name,
                model_id=model.id,
                kind=model.kind,
                lifecycle=model.lifecycle,
                dates={},
                methods=list(model.methods),
                hyperparameters=[],
                model=msgspec.to_builtins(model),
                fetched_at=now,
            )
        )


def models(connection: Connection, name: str) -> tuple[Sequence[Model], datetime | None]:
    """The cached catalogue and when it was read; None when it never was."""
    rows = connection.execute(
        select(catalogue.c.model, catalogue.c.fetched_at).where(catalogue.c.connection == name)
    ).all()
    return [msgspec.convert(row.model, Model) for row in rows], rows[0].fetched_at if rows else None


def model(connection: Connection, name: str, model_id: str) -> Model | None:
    """One model of the cached catalogue."""
    found = connection.execute(
        select(catalogue.c.model).where(catalogue.c.connection == name, catalogue.c.model_id == model_id)
    ).scalar()
    return msgspec.convert(found, Model) if found is not None else None


def forget_models(connection: Connection, name: str, ids: Iterable[str]) -> None:
    """Models that were deleted: they leave the cached catalogue at once."""
    connection.execute(
        delete(catalogue).where(catalogue.c.connection == name, catalogue.c.model_id.in_(list(ids)))
    )
