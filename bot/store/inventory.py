"""What a connection's service keeps, as last read: its files and its training jobs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, insert, select, update

from bot.store.deployment_tables import inventory
from bot.store.store import signal
from providers.base import RemoteFile, RemoteJob

SIGNAL = "inventory"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """Attributes:
    read_at: when files and jobs were read, None = never. tried_at: when it was last tried.
    error: `{code, text}` of why the last try did not work.
    """

    files: Sequence[RemoteFile] = ()
    jobs: Sequence[RemoteJob] = ()
    read_at: datetime | None = None
    tried_at: datetime | None = None
    error: Mapping[str, Any] | None = None


def get(connection: Connection, name: str) -> Kept:
    """What is known; nothing when it was never read."""
    row = connection.execute(select(inventory).where(inventory.c.connection == name)).first()
    if row is None:
        return Kept()
    return Kept(
        files=[msgspec.convert(one, RemoteFile) for one in row.files],
        jobs=[msgspec.convert(one, RemoteJob) for one in row.jobs],
        read_at=row.read_at,
        tried_at=row.tried_at,
        error=row.error or None,
    )


def put(
    connection: Connection,
    name: str,
    files: Sequence[RemoteFile],
    jobs: Sequence[RemoteJob],
    *,
    now: datetime,
) -> None:
    """Replace what is known."""
    _write(
        connection,
        name,
        files=msgspec.to_builtins(list(files)),
        jobs=msgspec.to_builtins(list(jobs)),
        read_at=now,
        tried_at=now,
        error=None,
    )


def failed(connection: Connection, name: str, code: str, text: str, *, now: datetime) -> None:
    """It could not be read; what was known stays."""
    _write(connection, name, tried_at=now, error={"code": code, "text": text})


def forget(connection: Connection, name: str, ids: Sequence[str]) -> None:
    """Files and jobs that were deleted since."""
    known = get(connection, name)
    if known.tried_at is None:
        return
    gone = set(ids)
    _write(
        connection,
        name,
        files=msgspec.to_builtins([one for one in known.files if one.id not in gone]),
        jobs=msgspec.to_builtins([one for one in known.jobs if one.id not in gone]),
    )


def _write(connection: Connection, name: str, **values: Any) -> None:
    signal(connection, SIGNAL)
    changed = connection.execute(update(inventory).where(inventory.c.connection == name).values(**values))
    if changed.rowcount == 0:
        row = {"files": [], "jobs": [], "connection": name, **values}
        connection.execute(insert(inventory).values(**row))
