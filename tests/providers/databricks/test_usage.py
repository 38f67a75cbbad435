"""Who was called: reading the usage tables through a warehouse, with every answer that it can give."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiohttp import web

from providers.databricks.serving_wire import WireEndpoint, read
from providers.databricks.usage import ASK_EVERY, PENDING_FOR, RETENTION, STATEMENT, UsageReader
from providers.errors import Refused, Unauthorised
from providers.hosting import Usage
from tests.providers.databricks.hosts import Hosts, hosts
from tests.providers.helpers import NotedSleep, StandingClock, serving

__all__ = ["hosts"]
NOW = StandingClock().at
SINCE = NOW - timedelta(days=17)
ROW = ["id-1", "support", "2026-11-22T10:30:15.000Z", "12", "3"]
DONE = {
    "status": {"state": "SUCCEEDED"},
    "manifest": {"truncated": False, "total_chunk_count": 1},
    "result": {"data_array": [ROW]},
}
PENDING = {"statement_id": "s-1", "status": {"state": "PENDING"}}


def endpoint(
    name: str = "support", number: str = "id-1", *, tracked: bool = True, model: str = "main.ft.support"
) -> WireEndpoint:
    entity = {"entity_name": model, "entity_version": "1", "max_provisioned_throughput": 100}
    value = {
        "name": name,
        "id": number,
        "ai_gateway": {"usage_tracking_config": {"enabled": tracked}},
        "config": {"served_entities": [entity]},
    }
    return read(WireEndpoint, value)


@dataclass
class Warehouse:
    """Answers statements from a list, the last one for ever; keeps what was asked."""

    answers: list[tuple[int, dict[str, Any]]]
    begun: list[dict[str, Any]] = field(default_factory=list)
    looks: list[str] = field(default_factory=list)

    async def answer(self, request: web.Request) -> web.Response:
        if request.method == "POST":
            self.begun.append(await request.json())
        else:
            self.looks.append(request.path.rpartition("/")[2])
        status, body = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return web.json_response(body, status=status)


@dataclass
class Reading:
    """A reader of a warehouse, and the clock that it goes by."""

    warehouse: Warehouse
    reader: UsageReader
    clock: StandingClock
    sleep: NotedSleep

    async def __call__(self, *endpoints: WireEndpoint, since: datetime = SINCE) -> Usage:
        return await self.reader.read(since, endpoints or (endpoint(),))


@asynccontextmanager
async def reading(hosts: Hosts, *answers: Any, warehouse_id: str | None = "w1") -> AsyncIterator[Reading]:
    given = [one if isinstance(one, tuple) else (200, one) for one in answers]
    warehouse, clock, sleep = Warehouse(given), StandingClock(), NotedSleep()
    async with serving(warehouse.answer) as url:
        reader = UsageReader(hosts.client(endpoint=url), warehouse_id, clock, sleep)
        yield Reading(warehouse, reader, clock, sleep)


async def test_calls_by_endpoint(hosts: Hosts) -> None:
    async with reading(hosts, DONE) as read_usage:
        usage = await read_usage()
        assert usage.known
        assert (usage.since, usage.read_at) == (SINCE, NOW)
        assert set(usage.uses) == {"support"}
        use = usage.uses["support"]
        assert (use.calls, use.last_day) == (12, 3)
        assert use.last == datetime(2026, 11, 22, 10, 30, tzinfo=UTC), "cut to the bucket"
        (asked,) = read_usage.warehouse.begun
        assert asked["warehouse_id"] == "w1"
        assert asked["statement"] == STATEMENT, "nothing is put into the text"
        values = {one["name"]: (one["value"], one["type"]) for one in asked["parameters"]}
        assert values == {
            "since": ("2026-11-05T12:00:00Z", "TIMESTAMP"),
            "day": ("2026-11-21T12:00:00Z", "TIMESTAMP"),
        }


async def test_rows_belong_to_the_endpoint_of_their_id(hosts: Hosts) -> None:
    rows = [
        ROW,
        ["id-before", "support", "2026-11-01T00:00:00Z", "99", "0"],
        ["other", "theirs", "2026-11-01", "5", "0"],
    ]
    async with reading(hosts, DONE | {"result": {"data_array": rows}}) as read_usage:
        usage = await read_usage(endpoint(), endpoint("fresh", "id-2"))
        assert {name: use.calls for name, use in usage.uses.items()} == {"support": 12}


async def test_an_endpoint_that_is_not_tracked_would_look_idle(hosts: Hosts) -> None:
    async with reading(hosts, DONE) as read_usage:
        usage = await read_usage(endpoint(), endpoint("theirs", "id-2", tracked=False))
        assert usage.known
        assert usage.unmeasured == {"theirs"}
        assert set(usage.uses) == {"support"}
        assert not (await read_usage()).unmeasured
        of_databricks = endpoint("chat", "id-3", tracked=False, model="system.ai.llama")
        assert not (await read_usage(endpoint(), of_databricks)).unmeasured, "nobody here deploys that"


async def test_no_rows_is_no_calls(hosts: Hosts) -> None:
    async with reading(hosts, {"status": {"state": "SUCCEEDED"}, "result": {}}) as read_usage:
        usage = await read_usage()
        assert usage.known
        assert not usage.uses


async def test_a_warehouse_is_not_kept_awake(hosts: Hosts) -> None:
    async with reading(hosts, DONE) as read_usage:
        first = await read_usage()
        read_usage.clock.move(ASK_EVERY.total_seconds() - 1)
        again = await read_usage(since=SINCE + timedelta(minutes=59))
        assert len(read_usage.warehouse.begun) == 1
        assert (again.read_at, again.since) == (first.read_at, first.since), "and it says how old it is"
        read_usage.clock.move(1)
        later = await read_usage()
        assert len(read_usage.warehouse.begun) == 2
        assert later.read_at == NOW + ASK_EVERY
        await read_usage(since=SINCE - timedelta(days=1))
        assert len(read_usage.warehouse.begun) == 3, "a longer window was never read"


async def test_a_statement_that_runs_is_waited_for(hosts: Hosts) -> None:
    running = {"statement_id": "s-1", "status": {"state": "RUNNING"}}
    async with reading(hosts, PENDING, running, DONE) as read_usage:
        assert (await read_usage()).known
        assert read_usage.warehouse.looks == ["s-1", "s-1"]
        assert len(read_usage.sleep.waits) == 2


async def test_a_slow_warehouse_is_picked_up_later(hosts: Hosts) -> None:
    async with reading(hosts, PENDING) as read_usage:
        for _ in range(2):
            with pytest.raises(Refused) as told:
                await read_usage()
            assert (told.value.code, told.value.params["reason"]) == ("usage_unreadable", "pending")
        assert len(read_usage.warehouse.begun) == 1, "it is not sent again while it waits"
        read_usage.warehouse.answers = [(200, DONE)]
        read_usage.clock.move(600)
        assert (await read_usage(since=SINCE + timedelta(minutes=10))).since == SINCE
        assert len(read_usage.warehouse.begun) == 1


async def test_a_warehouse_that_never_starts_is_asked_anew(hosts: Hosts) -> None:
    async with reading(hosts, PENDING) as read_usage:
        for begun in (1, 1, 2, 2):
            with pytest.raises(Refused):
                await read_usage()
            assert len(read_usage.warehouse.begun) == begun
            read_usage.clock.move(PENDING_FOR.total_seconds() * 0.6)


async def test_a_statement_that_was_forgotten_is_sent_again(hosts: Hosts) -> None:
    async with reading(hosts, PENDING) as read_usage:
        with pytest.raises(Refused):
            await read_usage()
        gone = {"error_code": "NOT_FOUND", "message": "The statement s-1 was not found."}
        read_usage.warehouse.answers = [(404, gone), (200, DONE)]
        assert (await read_usage()).known
        assert len(read_usage.warehouse.begun) == 2


NO_TABLE = {"error_code": "BAD_REQUEST", "message": "[TABLE_OR_VIEW_NOT_FOUND] system.serving.endpoint_usage"}
NO_RIGHT = {
    "error_code": "BAD_REQUEST",
    "message": "[INSUFFICIENT_PERMISSIONS] User does not have USE SCHEMA",
}


@pytest.mark.parametrize(
    "answer",
    [
        {"status": {"state": "FAILED", "error": NO_TABLE}},
        {"status": {"state": "FAILED", "error": NO_RIGHT}},
        (403, {"error_code": "PERMISSION_DENIED", "message": "You do not have CAN USE on the warehouse."}),
        (404, {"error_code": "RESOURCE_DOES_NOT_EXIST", "message": "SQL warehouse w1 does not exist."}),
    ],
)
async def test_tables_that_are_kept_from_us_are_unknown_for_a_day(hosts: Hosts, answer: Any) -> None:
    async with reading(hosts, answer) as read_usage:
        usage = await read_usage()
        assert not usage.known
        assert not usage.uses
        read_usage.clock.move(86_399)
        assert not (await read_usage()).known
        assert len(read_usage.warehouse.begun) == 1
        read_usage.warehouse.answers = [(200, DONE)]
        read_usage.clock.move(1)
        assert (await read_usage()).known


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ({"status": {"state": "FAILED", "error": {"message": "division by zero"}}}, "error"),
        ({"status": {"state": "CANCELED"}}, "error"),
        ({"status": {"state": "CLOSED"}}, "error"),
        ({}, "shape"),
        (DONE | {"manifest": {"truncated": True}}, "truncated"),
        (DONE | {"manifest": {"total_chunk_count": 2}}, "truncated"),
        (DONE | {"result": {"data_array": "rows"}}, "shape"),
        (DONE | {"result": {"data_array": [ROW[:4]]}}, "shape"),
        (DONE | {"result": {"data_array": [[*ROW[:2], "yesterday", "1", "1"]]}}, "shape"),
        (DONE | {"result": {"data_array": [[*ROW[:3], None, "1"]]}}, "shape"),
        (DONE | {"result": {"data_array": [[None, *ROW[1:]]]}}, "shape"),
    ],
)
async def test_half_an_answer_is_no_answer(hosts: Hosts, answer: Any, reason: str) -> None:
    async with reading(hosts, answer) as read_usage:
        with pytest.raises(Refused) as told:
            await read_usage()
        assert (told.value.code, told.value.params["reason"]) == ("usage_unreadable", reason)


async def test_a_refused_token_is_no_missing_right(hosts: Hosts) -> None:
    refusal = (403, {"error_code": "PERMISSION_DENIED", "message": "Invalid access token."})
    async with reading(hosts, refusal) as read_usage:
        with pytest.raises(Unauthorised) as told:
            await read_usage()
        assert told.value.code == "key_refused"


async def test_without_a_warehouse_nothing_is_asked(hosts: Hosts) -> None:
    async with reading(hosts, DONE, warehouse_id=None) as read_usage:
        assert not read_usage.reader.wanted
        assert not (await read_usage()).known
        assert not read_usage.warehouse.begun


async def test_no_further_back_than_the_tables_go(hosts: Hosts) -> None:
    async with reading(hosts, DONE) as read_usage:
        usage = await read_usage(since=NOW - timedelta(days=400))
        assert usage.since == NOW - RETENTION
        assert (await read_usage(since=NOW + timedelta(days=1))).since <= NOW


@pytest.mark.parametrize(
    "written", ["2026-11-22 10:30:15.000", "2026-11-22T12:30:15+02:00", "2026-11-22T10:30:15Z"]
)
async def test_times_with_and_without_a_zone(hosts: Hosts, written: str) -> None:
    async with reading(
        hosts, DONE | {"result": {"data_array": [[*ROW[:2], written, "1", "0"]]}}
    ) as read_usage:
        assert (await read_usage()).uses["support"].last == datetime(2026, 11, 22, 10, 30, tzinfo=UTC)
