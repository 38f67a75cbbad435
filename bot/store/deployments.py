"""Deployments, and where they can live."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, and_, delete, func, insert, or_, select, update

from bot.ids import deployment_name, number_of
from bot.store import requests
from bot.store.deployment_tables import deployment
from bot.store.deployment_tables import place as places
from bot.work import card_rows
from providers.hosting import Place

THERE: tuple[str, ...] = ("creating", "starting", "live", "removing")
"""States of deployments that exist at the service."""
COMING: tuple[str, ...] = ("approved", "sending")
"""States of deployments that are wanted and not there yet."""
_OF_SUMS = frozenset({"state", "sku", "capacity", "base", "fine_tuned"})
"""Fields that the sums in requests follow from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment:
    """A row of `deployment`.

    Attributes:
        incarnation: 1, 2, … for deployments of one name, each created after the one before was gone.
        foreign: made around the bot. fine_tuned: the others are listed and never warned about.
        state: `approved` (wanted, nothing sent), `sending` (asked, or not known), `creating`, `starting` (the service
            has it, the first call does not answer yet), `live`, `failed`, `removing`, `gone`.
        spec: `providers.hosting.DeploySpec` as JSON, None for foreign ones.
        intent_at: when the request to create it was about to be sent; None = certain not to have been sent.
        operation: `providers.hosting.Operation` as JSON while one runs.
        remote: `providers.hosting.RemoteDeployment` as JSON when last seen.
        failure: `{code, params, text, request_id}` of what did not work.
        last_use: `{last, calls, last_day, since, bucket_seconds, read_at, known}` (`providers.hosting.Usage`).
        kept_at: a keep call of ours that the metrics do not show yet.
        keep_until: the bot calls it until then. take_down_at: the end of its grace, once it is replaced.
        gone_why: `person` (through the bot), `replaced`, `service` (idle or aged), `elsewhere`,
            `called_off` (nothing was sent).
        asked: what was said once.
    """

    id: int
    team_id: str
    connection: str
    name: str
    incarnation: int
    model: str
    model_short: str
    base: str
    fine_tuned: bool
    foreign: bool
    job: int | None
    request: int | None
    owner: str | None
    channel: str
    sku: str
    capacity: int
    spec: Mapping[str, Any] | None
    until: datetime | None
    replaces: int | None
    grace_hours: int | None
    take_down_at: datetime | None
    state: str
    state_at: datetime
    raw_state: str
    intent_at: datetime | None
    operation: Mapping[str, Any] | None
    remote: Mapping[str, Any]
    failure: Mapping[str, Any] | None
    created_remote: datetime | None
    first_ok_at: datetime | None
    last_use: Mapping[str, Any] | None
    kept_at: datetime | None
    keep_until: datetime | None
    gone_at: datetime | None
    gone_why: str | None
    asked: Mapping[str, Any]
    looked_at: datetime | None
    created_at: datetime
    updated_at: datetime
    version: int

    @property
    def label(self) -> str:
        """`P12`."""
        return deployment_name(self.id)

    @property
    def title(self) -> str:
        """`prod-swc/support-v12`."""
        return f"{self.connection}/{self.name}"

    @property
    def there(self) -> bool:
        """Whether it exists at the service, as far as we know."""
        return self.state in THERE


_FIELDS = [deployment.c[name] for name in Deployment.__dataclass_fields__]


def card_key(number: int) -> str:
    """The live card of a deployment; its thread's parent."""
    return f"deployment:{deployment_name(number)}"


def add(connection: Connection, values: Mapping[str, Any], *, now: datetime) -> int:
    """Write a deployment as the next incarnation of its name; its number."""
    last = connection.execute(
        select(func.max(deployment.c.incarnation)).where(
            deployment.c.connection == values["connection"], deployment.c.name == values["name"]
        )
    ).scalar()
    result = connection.execute(
        insert(deployment).values(
            **{
                "incarnation": (last or 0) + 1,
                "fine_tuned": True,
                "foreign": False,
                "raw_state": "",
                "state_at": now,
                "remote": {},
                "asked": {},
                "created_at": now,
                "updated_at": now,
                "version": 1,
                **values,
            }
        )
    )
    requests.show_sums(connection, now=now)
    return int(result.inserted_primary_key[0])  # type: ignore[index]  # an insert of one row always has one


def _all(connection: Connection, *where: ColumnElement[bool], limit: int | None = None) -> list[Deployment]:
    rows = connection.execute(select(*_FIELDS).where(*where).order_by(deployment.c.id.desc()).limit(limit))
    return [Deployment(**row._mapping) for row in rows]


def get(connection: Connection, number: int) -> Deployment | None:
    """One deployment."""
    found = _all(connection, deployment.c.id == number)
    return found[0] if found else None


def current(connection: Connection, name_of_connection: str, name: str) -> Deployment | None:
    """The newest deployment of a name; it may be gone."""
    found = _all(
        connection, deployment.c.connection == name_of_connection, deployment.c.name == name, limit=1
    )
    return found[0] if found else None


def alive(connection: Connection, name_of_connection: str | None = None) -> Sequence[Deployment]:
    """Deployments that are there or coming, of one connection or of all."""
    where: list[ColumnElement[bool]] = [deployment.c.state.in_((*THERE, *COMING))]
    if name_of_connection is not None:
        where.append(deployment.c.connection == name_of_connection)
    return _all(connection, *where)


def recent(connection: Connection, team_id: str, *, gone_since: datetime) -> Sequence[Deployment]:
    """Deployments that are there, coming or failed, and those gone since then; fine-tuned ones."""
    return _all(
        connection,
        deployment.c.team_id == team_id,
        deployment.c.fine_tuned.is_(True),
        or_(
            deployment.c.state.in_((*THERE, *COMING)),
            and_(deployment.c.state.in_(("gone", "failed")), deployment.c.state_at >= gone_since),
        ),
    )


def failed_before(connection: Connection, found: Deployment) -> Sequence[Deployment]:
    """Earlier deployments of the same name that failed."""
    return _all(
        connection,
        deployment.c.connection == found.connection,
        deployment.c.name == found.name,
        deployment.c.incarnation < found.incarnation,
        deployment.c.state == "failed",
    )


def of_request(connection: Connection, number: int) -> Deployment | None:
    """The newest deployment that a request made."""
    found = _all(connection, deployment.c.request == number, limit=1)
    return found[0] if found else None


def of_model(connection: Connection, model: str) -> Sequence[Deployment]:
    """Deployments of a model that are there or coming, in all connections."""
    return _all(connection, deployment.c.model == model, deployment.c.state.in_((*THERE, *COMING)))


def fine_tuned(connection: Connection) -> Sequence[Deployment]:
    """Every deployment of a fine-tuned model that ever was, in all connections."""
    return _all(connection, deployment.c.fine_tuned.is_(True))


def successor(connection: Connection, number: int) -> Deployment | None:
    """The newest deployment that answers in this one's place."""
    found = _all(connection, deployment.c.replaces == number, deployment.c.state == "live", limit=1)
    return found[0] if found else None


def find(connection: Connection, team_id: str, given: str) -> Sequence[Deployment]:
    """Deployments by `P12`, `connection/name`, or name: those that are there before those that are gone.

    Several fit when a name is used in several connections; a name's older incarnations are left out.
    """
    number = number_of(given, "P")
    if number is not None:
        found = get(connection, number)
        return [found] if found and found.team_id == team_id else []
    place, _, name = given.rpartition("/")
    where: list[ColumnElement[bool]] = [
        deployment.c.team_id == team_id,
        func.lower(deployment.c.name) == name.lower(),
    ]
    if place:
        where.append(func.lower(deployment.c.connection) == place.lower())
    newest: dict[tuple[str, str], Deployment] = {}
    for one in _all(connection, *where):
        newest.setdefault((one.connection, one.name), one)
    return sorted(newest.values(), key=lambda one: (one.state in ("gone", "failed"), -one.id))


def change(connection: Connection, number: int, *, now: datetime, **values: Any) -> None:
    """Write fields of a deployment and mark its card, its owner's Home tab and its request's copies.

    A new `state` sets `state_at` as well, and marks every Home tab: approvers see all deployments there.
    """
    if "state" in values:
        values = {"state_at": now, **values}
        card_rows.touch_homes(connection, now=now)
    connection.execute(
        update(deployment)
        .where(deployment.c.id == number)
        .values(version=deployment.c.version + 1, updated_at=now, **values)
    )
    row = connection.execute(
        select(deployment.c.owner, deployment.c.request).where(deployment.c.id == number)
    ).one()
    card_rows.touch(connection, card_key(number), now=now)
    if row.owner:
        card_rows.touch(connection, f"home:{row.owner}", now=now)
    if row.request:
        requests.show(connection, row.request, now=now)
    if _OF_SUMS & values.keys():
        requests.show_sums(connection, now=now)


def note(connection: Connection, number: int, **values: Any) -> None:
    """Write bookkeeping that nobody sees: no version, no card."""
    connection.execute(update(deployment).where(deployment.c.id == number).values(**values))


def put_place(connection: Connection, name: str, found: Place, *, now: datetime) -> None:
    """Keep what a connection's service told of where deployments can live."""
    connection.execute(delete(places).where(places.c.connection == name))
    connection.execute(insert(places).values(connection=name, place=msgspec.to_builtins(found), read_at=now))


def place(connection: Connection, name: str) -> tuple[Place | None, datetime | None]:
    """What was kept, and when it was read."""
    row = connection.execute(
        select(places.c.place, places.c.read_at).where(places.c.connection == name)
    ).first()
    return (msgspec.convert(row.place, Place), row.read_at) if row else (None, None)
