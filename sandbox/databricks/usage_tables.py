"""The system tables of serving, as SQL reads them (contract 5, last use): an in-memory SQLite."""

import re
import sqlite3
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from sandbox.databricks.options import WORKSPACE_ID
from sandbox.databricks.serving import Endpoint, UsageRecord

_ACCOUNT: Final = "acc00000-0000-4000-8000-000000000001"
_SCHEMA: Final = """
CREATE TABLE system__endpoint_usage (
    account_id, workspace_id, client_request_id, databricks_request_id, requester, status_code, request_time,
    input_token_count, output_token_count, served_entity_id
);
CREATE TABLE system__served_entities (
    served_entity_id, account_id, workspace_id, created_by, endpoint_name, endpoint_id, served_entity_name,
    entity_type, entity_name, entity_version, endpoint_config_version, task, change_time, endpoint_delete_time
);
"""
_USED: Final = "INSERT INTO system__endpoint_usage VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
_SERVED: Final = "INSERT INTO system__served_entities VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
_TABLE: Final = re.compile(r"`?system`?\s*\.\s*`?serving`?\s*\.\s*`?(\w+)`?", re.IGNORECASE)
_CAST: Final = re.compile(r"\bcast\s*\(\s*([^()]+?)\s+as\s+timestamp\s*\)", re.IGNORECASE)
_LITERAL: Final = re.compile(r"\btimestamp\s+('[^']*')", re.IGNORECASE)
_NOW: Final = re.compile(r"\bcurrent_timestamp\s*\(\s*\)", re.IGNORECASE)
_INTERVAL: Final = re.compile(
    r"(\b\w+(?:\s*\(\s*\))?|:\w+)\s*-\s*interval\s+'?(\d+)'?\s+(day|hour|minute)s?\b", re.IGNORECASE
)
_ALLOWED: Final = {
    sqlite3.SQLITE_SELECT,
    sqlite3.SQLITE_READ,
    sqlite3.SQLITE_FUNCTION,
    sqlite3.SQLITE_RECURSIVE,
}


class SqlError(Exception):
    """The statement cannot be carried out."""


def query(
    statement: str,
    parameters: Mapping[str, Any],
    endpoints: Iterable[Endpoint],
    usage: Iterable[UsageRecord],
    now: datetime,
) -> tuple[list[str], list[list[str | None]]]:
    """Names of the columns, and the rows as texts. Raises SqlError."""
    connection = sqlite3.connect(":memory:")
    try:
        _fill(connection, endpoints, usage)
        connection.create_function("now", 0, lambda: stamp(now))
        connection.create_function("to_timestamp", 1, _normal)
        connection.create_function("minus_interval", 3, _minus)
        connection.set_authorizer(
            lambda action, *_: sqlite3.SQLITE_OK if action in _ALLOWED else sqlite3.SQLITE_DENY
        )
        cursor = connection.execute(_translated(statement), dict(parameters))
        if cursor.description is None:
            raise SqlError("[PARSE_SYNTAX_ERROR] Only queries are supported. SQLSTATE: 42601")
        names = [column[0] for column in cursor.description]
        return names, [[None if value is None else str(value) for value in row] for row in cursor]
    except (sqlite3.Error, ValueError) as error:
        raise SqlError(f"[PARSE_SYNTAX_ERROR] {error}. SQLSTATE: 42601") from error  # noqa: EM102 - as Spark's
    finally:
        connection.close()


def stamp(at: datetime) -> str:
    """A moment as the tables spell it."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _translated(statement: str) -> str:
    found = _TABLE.sub(lambda match: f"system__{match[1].lower()}", statement)
    found = _NOW.sub("now()", _LITERAL.sub(r"to_timestamp(\1)", _CAST.sub(r"to_timestamp(\1)", found)))
    return _INTERVAL.sub(r"minus_interval(\1, \2, '\3')", found)


def _fill(
    connection: sqlite3.Connection, endpoints: Iterable[Endpoint], usage: Iterable[UsageRecord]
) -> None:
    connection.executescript(_SCHEMA)
    for endpoint in endpoints:
        for config in (endpoint.config, endpoint.pending):
            for served in config.served if config else ():
                row = (
                    served.id, _ACCOUNT, str(WORKSPACE_ID), served.creator, endpoint.name, endpoint.id, served.name,
                    "CUSTOM_MODEL", served.entity, str(served.version.number), config.version if config else 0,
                    served.version.task, stamp(endpoint.updated_at),
                    stamp(endpoint.deleted_at) if endpoint.deleted_at else None,
                )  # fmt: skip
                connection.execute(_SERVED, row)
    for record in usage:
        values = (
            _ACCOUNT, str(WORKSPACE_ID), None, record.request_id, record.requester, record.status, stamp(record.at),
            record.input_tokens, record.output_tokens, record.served.id,
        )  # fmt: skip
        connection.execute(_USED, values)


def _normal(value: Any) -> str | None:
    if value is None:
        return None
    at = datetime.fromisoformat(str(value))
    return stamp(at if at.tzinfo else at.replace(tzinfo=UTC))


def _minus(value: Any, count: int, unit: str) -> str:
    return stamp(datetime.fromisoformat(str(value)) - timedelta(**{f"{unit.lower()}s": count}))
