"""The SQL statement API over the system tables of serving (contract 5, last use)."""

import asyncio
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from aiohttp import web

from sandbox.clock import Clock
from sandbox.common.ids import Ids
from sandbox.databricks.errors import ApiError, denied, invalid
from sandbox.databricks.gateway import Call, Gateway
from sandbox.databricks.options import WAREHOUSE
from sandbox.databricks.serving import Endpoints
from sandbox.databricks.switches import Switches
from sandbox.databricks.usage_tables import SqlError, query, stamp

ROOT: Final = "/api/2.0/sql/statements"
WAREHOUSES: Final = "/api/2.0/sql/warehouses"
_WAIT: Final = re.compile(r"([0-9]{1,2})s")
_KEYS: Final = frozenset(
    {
        "warehouse_id",
        "statement",
        "wait_timeout",
        "on_wait_timeout",
        "parameters",
        "catalog",
        "schema",
        "disposition",
        "format",
        "row_limit",
        "byte_limit",
    }
)
_REFUSALS: Final = {
    "denied": "[INSUFFICIENT_PERMISSIONS] Insufficient privileges: User does not have USE SCHEMA on Schema "
    "'system.serving'. SQLSTATE: 42501",
    "absent": "[TABLE_OR_VIEW_NOT_FOUND] The table or view `system`.`serving`.`endpoint_usage` cannot be found. "
    "SQLSTATE: 42P01",
}


@dataclass(slots=True)
class Statement:
    """A statement: PENDING until `due`; `answer` holds what it came to."""

    id: str
    text: str
    parameters: dict[str, Any]
    due: float
    canceled: bool = False
    answer: dict[str, Any] | None = None


class SqlOperations:
    """Registers the operations."""

    def __init__(
        self, gateway: Gateway, *, clock: Clock, ids: Ids, switches: Switches, endpoints: Endpoints
    ) -> None:
        self._clock = clock
        self._ids = ids
        self._switches = switches
        self._endpoints = endpoints
        self._statements: dict[str, Statement] = {}
        self._started = False
        gateway.add("GET", f"{WAREHOUSES}/{{id}}", self._warehouse)
        gateway.add("POST", ROOT, self._execute)
        gateway.add("GET", f"{ROOT}/{{id}}", self._get)
        gateway.add("POST", f"{ROOT}/{{id}}/cancel", self._cancel)

    async def _execute(self, call: Call) -> web.Response:
        body = await call.body()
        unknown = next((name for name in body if name not in _KEYS), None)
        if unknown is not None:
            raise ApiError(400, "INVALID_PARAMETER_VALUE", f"Unknown field '{unknown}'.")
        if body.get("warehouse_id") != WAREHOUSE:
            raise ApiError(404, "NOT_FOUND", f"SQL warehouse {body.get('warehouse_id')} does not exist.")
        self._may_use()
        text = body.get("statement")
        if not isinstance(text, str) or not text.strip():
            raise invalid("statement is required.")
        wait, on_timeout = _wait(body.get("wait_timeout", "10s")), body.get("on_wait_timeout", "CONTINUE")
        if on_timeout not in {"CONTINUE", "CANCEL"}:
            raise invalid("on_wait_timeout must be CONTINUE or CANCEL.")
        self._started = True
        loop = asyncio.get_running_loop()
        needed = self._switches.warehouse_seconds / self._switches.speed
        made = Statement(self._ids.uuid(), text, _parameters(body.get("parameters")), loop.time() + needed)
        self._statements[made.id] = made
        await asyncio.sleep(min(wait, needed))
        if on_timeout == "CANCEL" and needed > wait:
            made.canceled = True
        return web.json_response(self._shown(made))

    async def _warehouse(self, call: Call) -> web.Response:
        """A look at the warehouse, which does not start it."""
        name = call.item("id")
        if name != WAREHOUSE:
            raise ApiError(404, "RESOURCE_DOES_NOT_EXIST", f"SQL warehouse {name} does not exist.")
        self._may_use()
        return web.json_response(
            {
                "id": WAREHOUSE,
                "name": "Serverless Starter Warehouse",
                "state": "RUNNING" if self._started else "STOPPED",
                "cluster_size": "2X-Small",
                "auto_stop_mins": 10,
                "num_clusters": 1 if self._started else 0,
                "enable_serverless_compute": True,
                "warehouse_type": "PRO",
            }
        )

    def _may_use(self) -> None:
        if f"CAN_USE {WAREHOUSE}" in self._switches.missing_grants:
            message = f"User does not have permission to use SQL warehouse {WAREHOUSE}."
            raise denied(message)

    async def _get(self, call: Call) -> web.Response:
        return web.json_response(self._shown(self._found(call)))

    async def _cancel(self, call: Call) -> web.Response:
        statement = self._found(call)
        if statement.answer is None:
            statement.canceled = True
        return web.json_response({})

    def _found(self, call: Call) -> Statement:
        found = self._statements.get(call.item("id"))
        if found is None:
            raise ApiError(404, "NOT_FOUND", f"The statement {call.item('id')} was not found.")
        return found

    def _shown(self, statement: Statement) -> dict[str, Any]:
        shown: dict[str, Any] = {"statement_id": statement.id}
        if statement.canceled:
            return shown | {"status": {"state": "CANCELED"}}
        if statement.answer is None and asyncio.get_running_loop().time() < statement.due:
            return shown | {"status": {"state": "PENDING"}}
        if statement.answer is None:
            statement.answer = self._answer(statement)
        return shown | statement.answer

    def _answer(self, statement: Statement) -> dict[str, Any]:
        refusal = _REFUSALS.get(self._switches.system_tables)
        if refusal is not None:
            return _failed(refusal)
        now = self._clock.now()
        seen = now - timedelta(seconds=self._switches.usage_lag_seconds / self._switches.speed)
        usage = [record for record in self._endpoints.usage if record.at <= seen]
        try:
            names, rows = query(statement.text, statement.parameters, self._endpoints.ever, usage, now)
        except SqlError as error:
            return _failed(str(error))
        columns = [
            {"name": name, "position": at, "type_name": "STRING", "type_text": "STRING"}
            for at, name in enumerate(names)
        ]
        result = {"chunk_index": 0, "row_offset": 0, "row_count": len(rows)}
        return {
            "status": {"state": "SUCCEEDED"},
            "manifest": {
                "format": "JSON_ARRAY",
                "schema": {"column_count": len(columns), "columns": columns},
                "total_chunk_count": 1,
                "total_row_count": len(rows),
                "truncated": False,
            },
            "result": result | ({"data_array": rows} if rows else {}),
        }


def _failed(message: str) -> dict[str, Any]:
    return {"status": {"state": "FAILED", "error": {"error_code": "BAD_REQUEST", "message": message}}}


def _wait(value: Any) -> float:
    found = _WAIT.fullmatch(value) if isinstance(value, str) else None
    seconds = int(found[1]) if found else -1
    if seconds != 0 and not 5 <= seconds <= 50:
        raise invalid('wait_timeout must be "0s", or from "5s" to "50s".')
    return seconds


def _parameters(value: Any) -> dict[str, Any]:
    if value is None:
        return {}
    if not isinstance(value, list) or not all(isinstance(item, dict) and "name" in item for item in value):
        raise invalid("parameters must be a list of objects with a name.")
    return {item["name"]: _value(item.get("value"), str(item.get("type", "STRING"))) for item in value}


def _value(value: Any, kind: str) -> Any:
    if value is None:
        return None
    if not isinstance(value, str):
        raise invalid("Values of parameters must be texts.")
    try:
        if kind.upper() == "TIMESTAMP":
            return stamp(datetime.fromisoformat(value))
        return int(value) if kind.upper() in {"INT", "BIGINT"} else value
    except ValueError as error:
        raise ApiError(400, "INVALID_PARAMETER_VALUE", f"'{value}' is not a {kind}.") from error
