"""Who was called: the workspace's usage tables, read by one SQL statement (contracts/databricks.md section 5).

An endpoint is never asked itself: that would wake and bill it. The statement needs a SQL warehouse, which is billed
while it runs, so an answer is kept for an hour, and a statement that is still waiting for its warehouse is picked up
later instead of being sent again.
"""

import asyncio
import logging
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Final

from pydantic import Field

from providers.clock import Clock, Sleep
from providers.databricks.client import WorkspaceClient, path_of
from providers.databricks.serving import is_fine_tuned, is_tracked, served
from providers.databricks.serving_wire import LENIENT, Flag, Loose, Text, Whole, WireEndpoint, read
from providers.errors import NotFound, Refused, ServiceAnswer, Unauthorised, Unsupported
from providers.hosting import Usage, Use

LOG = logging.getLogger(__name__)
BUCKET: Final = timedelta(minutes=1)
"""Requests have their own times; last uses are cut to the minute."""
DAY: Final = timedelta(hours=24)
RETENTION: Final = timedelta(days=90)
"""How far back is asked; the tables keep a limited time, and idle is a matter of days."""
ASK_EVERY: Final = timedelta(hours=1)
ASK_AGAIN: Final = timedelta(hours=24)
"""How long a refusal of the tables or of the warehouse is believed."""
PENDING_FOR: Final = timedelta(hours=1)
"""How long an answer is waited for before the statement is sent anew."""
STATEMENTS: Final = "/api/2.0/sql/statements"
WAIT: Final = "20s"
"""What the service holds the first request; less than the silence that `ASK` bears."""
POLLS: Final = (2.0, 4.0, 8.0)
"""Seconds between looks at a statement that is still running."""
STATEMENT: Final = """
SELECT e.endpoint_id, e.endpoint_name, max(u.request_time) AS last_request, count(*) AS requests,
       sum(CASE WHEN u.request_time >= CAST(:day AS TIMESTAMP) THEN 1 ELSE 0 END) AS requests_day
FROM system.serving.endpoint_usage AS u
JOIN (SELECT DISTINCT served_entity_id, endpoint_id, endpoint_name FROM system.serving.served_entities) AS e
  ON u.served_entity_id = e.served_entity_id
WHERE u.request_time >= CAST(:since AS TIMESTAMP) AND u.status_code BETWEEN 200 AND 299
GROUP BY e.endpoint_id, e.endpoint_name
""".strip()
"""Constant: what varies goes in as parameters. The tables hold all workspaces of a region and endpoints that are gone,
so rows are told apart by the endpoint's id, never by its name."""
_WAITING: Final = frozenset({"PENDING", "RUNNING"})
_NO_TABLES: Final = re.compile(
    r"TABLE_OR_VIEW_NOT_FOUND|SCHEMA_NOT_FOUND|INSUFFICIENT_PERMISSIONS|PERMISSION_DENIED"
    r"|\b(?:cannot be found|does not exist|not enabled)\b"
    r"|\bdoes not have\b.{0,80}\b(?:permission|privilege|USE|SELECT)",
    re.IGNORECASE | re.DOTALL,
)


class _Error(Loose):
    code: Text = Field(None, alias="error_code")
    message: Text = None


class _Status(Loose):
    state: Text = None
    error: Annotated[_Error, LENIENT] = _Error()


class _Manifest(Loose):
    truncated: Flag = None
    chunks: Whole = Field(None, alias="total_chunk_count")


class _Result(Loose):
    rows: Any = Field(None, alias="data_array")


class _Statement(Loose):
    id: Text = Field(None, alias="statement_id")
    status: Annotated[_Status, LENIENT] = _Status()
    manifest: Annotated[_Manifest, LENIENT] = _Manifest()
    result: Annotated[_Result, LENIENT] = _Result()


@dataclass(frozen=True, slots=True)
class Row:
    """Calls of one endpoint."""

    endpoint_id: str
    last: datetime
    calls: int
    last_day: int


@dataclass(frozen=True, slots=True)
class _Begun:
    """A statement without an answer yet, and what it was asked."""

    id: str
    since: datetime
    at: datetime


class _NoTablesError(Exception):
    """The tables or the warehouse are kept from us: nothing will change that soon."""


class UsageReader:
    """Asks the warehouse; remembers the last answer, and that there is none to be had.

    `every` is how old an answer may get before the warehouse is asked again.
    """

    def __init__(
        self,
        client: WorkspaceClient,
        warehouse: str | None,
        clock: Clock,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self._client = client
        self._warehouse = warehouse
        self._clock = clock
        self._sleep = sleep
        self._rows: tuple[Row, ...] | None = None
        self._since = self._read_at = datetime.min.replace(tzinfo=UTC)
        self._none_since: datetime | None = None
        self._begun: _Begun | None = None

    @property
    def wanted(self) -> bool:
        """Whether the configuration names a warehouse at all."""
        return self._warehouse is not None

    async def read(self, since: datetime, endpoints: Sequence[WireEndpoint]) -> Usage:
        """Answered calls of `endpoints` since then, at most an hour old; `read_at` tells.

        `known` is False without a warehouse and without the right to read the tables. Endpoints with a fine-tuned model
        whose calls are not written into them are `unmeasured`: no row would look like no call.

        Raises:
            Refused: `usage_unreadable` with `reason`: `pending` (the warehouse is still starting), `error`,
                `truncated`, `shape`.
        """
        now = self._clock.now().astimezone(UTC)
        start = max(min(since.astimezone(UTC), now), now - RETENTION)
        if self._warehouse is None or self._denied(now):
            return Usage(since=start, bucket=BUCKET, read_at=now, uses={}, known=False)
        if self._rows is None or self._since > start or now - self._read_at >= ASK_EVERY:
            try:
                self._rows, self._since = await self._ask(start, now)
            except _NoTablesError:
                self._rows, self._none_since = None, now
                return Usage(since=start, bucket=BUCKET, read_at=now, uses={}, known=False)
            self._read_at, self._none_since = now, None
        blind = frozenset(
            one.name for one in endpoints if one.name and is_fine_tuned(served(one)) and not is_tracked(one)
        )
        uses = {name: use for name, use in to_uses(self._rows, endpoints).items() if name not in blind}
        return Usage(since=self._since, bucket=BUCKET, read_at=self._read_at, uses=uses, unmeasured=blind)

    def _denied(self, now: datetime) -> bool:
        return self._none_since is not None and now - self._none_since < ASK_AGAIN

    async def _ask(self, since: datetime, now: datetime) -> tuple[tuple[Row, ...], datetime]:
        """The rows, and from when on they count."""
        try:
            statement, since = await self._started(since, now)
            for seconds in POLLS:
                if statement.status.state not in _WAITING:
                    break
                await self._sleep(seconds)
                statement = await self._state(statement.id or "")
        except (Unauthorised, NotFound, Unsupported) as error:
            if error.code not in {"privilege_missing", "not_found", "feature_disabled"}:
                raise
            LOG.info("the usage tables are not read: %s", error)
            raise _NoTablesError from error
        if statement.status.state in _WAITING and statement.id:
            self._begun = self._begun or _Begun(statement.id, since, now)
            raise Refused("usage_unreadable", {"reason": "pending"})
        self._begun = None
        return rows_of(statement), since

    async def _started(self, since: datetime, now: datetime) -> tuple[_Statement, datetime]:
        """The statement that still waits where it covers what is asked, otherwise a new one."""
        begun, self._begun = self._begun, None
        if begun is not None and begun.since <= since and now - begun.at < PENDING_FOR:
            try:
                found = await self._state(begun.id)
            except NotFound:
                LOG.info("a statement is not known any more, asking again")
            else:
                self._begun = begun
                return found, begun.since
        body = {
            "warehouse_id": self._warehouse,
            "statement": STATEMENT,
            "parameters": [
                {"name": "since", "value": _stamp(since), "type": "TIMESTAMP"},
                {"name": "day", "value": _stamp(now - DAY), "type": "TIMESTAMP"},
            ],
            "wait_timeout": WAIT,
            "on_wait_timeout": "CONTINUE",
            "disposition": "INLINE",
            "format": "JSON_ARRAY",
        }
        # Reading twice is harmless, so it may be repeated.
        return read(_Statement, await self._client.send("usage.read", "POST", STATEMENTS, json=body)), since

    async def _state(self, statement_id: str) -> _Statement:
        path = STATEMENTS + path_of(statement_id)
        return read(_Statement, await self._client.get("usage.read", path))


def rows_of(statement: _Statement) -> tuple[Row, ...]:
    """The rows of a statement that has ended. Pure.

    Raises:
        Refused: `usage_unreadable`.
        _NoTablesError: it failed because the tables are not there or not ours to read.
    """
    state, error = statement.status.state or "", statement.status.error
    if state != "SUCCEEDED":
        if state == "FAILED" and _NO_TABLES.search(f"{error.code or ''} {error.message or ''}"):
            LOG.info("the usage tables are not read: %s", error.code)
            raise _NoTablesError
        told = ServiceAnswer(status=200, code=error.code or state, message=(error.message or "")[:500])
        raise Refused("usage_unreadable", {"reason": "error" if state else "shape"}, told)
    if statement.manifest.truncated or (statement.manifest.chunks or 0) > 1:
        raise Refused("usage_unreadable", {"reason": "truncated"})
    rows = statement.result.rows
    if rows is None:
        return ()  # a statement without a row has no data_array
    read_rows = [_row(row) for row in rows] if isinstance(rows, list) else [None]
    if None in read_rows:
        # One that cannot be read would look like an endpoint that nobody calls.
        raise Refused("usage_unreadable", {"reason": "shape"})
    return tuple(row for row in read_rows if row is not None)


def to_uses(rows: Sequence[Row], endpoints: Sequence[WireEndpoint]) -> Mapping[str, Use]:
    """Uses by endpoint name; rows of endpoints that are gone, or of other workspaces, are passed over. Pure."""
    names = {one.id: one.name for one in endpoints if one.id and one.name}
    return {
        names[row.endpoint_id]: Use(
            last=row.last.replace(second=0, microsecond=0), calls=row.calls, last_day=row.last_day
        )
        for row in rows
        if row.endpoint_id in names and row.calls
    }


def _row(values: Any) -> Row | None:
    """One row: id, name, last request, calls, calls of the last day; every value comes as text or null."""
    if not isinstance(values, list) or len(values) != 5 or not isinstance(values[0], str):
        return None
    try:
        last = datetime.fromisoformat(str(values[2]))
        calls, last_day = int(str(values[3])), int(str(values[4]))
    except ValueError:
        return None
    last = last.replace(tzinfo=UTC) if last.tzinfo is None else last.astimezone(UTC)
    return Row(values[0], last, max(0, calls), max(0, last_day))


def _stamp(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
