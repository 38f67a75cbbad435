"""How the watch over the deployments of each connection goes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update

from bot.store.deployment_tables import look
from providers.errors import ProviderError


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """A row of `look`.

    Attributes:
        first_at: when it was looked at for the first time. listed_at: when the list was read last, None = never.
        used_at: when the calls were read last.
        failures: looks in a row that did not work out.
        error: `{what, code, params, text, status, request_id, at}` of the last one, `what` is `deployments` or `usage`;
            None = all is read.
    """

    connection: str
    first_at: datetime
    listed_at: datetime | None
    used_at: datetime | None
    failures: int
    error: Mapping[str, Any] | None


_FIELDS = [look.c[name] for name in Watched.__dataclass_fields__]


def get(connection: Connection, name: str) -> Watched | None:
    """How the watch over a connection goes; None when it was never looked at."""
    row = connection.execute(select(*_FIELDS).where(look.c.connection == name)).first()
    return Watched(**row._mapping) if row else None


def unread(connection: Connection, names: Sequence[str] = ()) -> tuple[str, ...]:
    """Connections whose deployments or calls could not be read the last time; of `names`, or of all."""
    query = select(look.c.connection, look.c.error).order_by(look.c.connection)
    if names:
        query = query.where(look.c.connection.in_(names))
    # A JSON column holds JSON's null as well as SQL's: both mean that nothing is wrong.
    return tuple(row.connection for row in connection.execute(query) if row.error)


def note(connection: Connection, name: str, *, now: datetime, **values: Any) -> None:
    """Write what became of a look; the first one makes the row."""
    known = get(connection, name)
    if known is None:
        connection.execute(insert(look).values(connection=name, first_at=now, **{"failures": 0, **values}))
    else:
        connection.execute(update(look).where(look.c.connection == name).values(**values))


def as_json(what: str, error: ProviderError, at: datetime) -> dict[str, Any]:
    """What is kept of an error; `what` could not be read: `deployments` or `usage`."""
    return {
        "what": what,
        "code": error.code,
        "params": dict(error.params),
        "text": error.answer.message,
        "status": error.answer.status,
        "request_id": error.answer.request_id,
        "at": at.isoformat(),
    }
