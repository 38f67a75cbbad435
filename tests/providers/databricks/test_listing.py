"""Long lists and the requests that they cost, against a service that answers what a test wants."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiohttp import web

from providers.base import Ref
from providers.databricks.provider import DatabricksProvider
from providers.errors import NotFound, Throttled, Unavailable
from providers.network import NetworkOptions
from providers.registry import build
from tests.providers.databricks.conftest import LLAMA, spec
from tests.providers.helpers import NotedSleep, StandingClock, half, serving

NOW = StandingClock().now()
GRAPHQL = "/api/2.0/genai-mapi/graphql"


def run(number: int, status: str = "COMPLETED", **details: Any) -> dict[str, Any]:
    """A run that ended `number` minutes ago."""
    made = NOW - timedelta(minutes=number)
    return {
        "name": f"run-{number}", "status": status, "createdAt": made.isoformat(),
        "completedAt": made.isoformat(),
        "details": {
            "model": LLAMA, "taskType": "CHAT_COMPLETION", "trainDataPath": "dbfs:/x.jsonl",
            "experimentTracker": {
                "mlflow": {
                    "modelRegistryPath": "main.ft", "mlflowRunId": f"ml-{number}", "mlflowExperimentId": "1",
                },
            },
            **details,
        },
    }  # fmt: skip


class Service:
    """Runs in pages of two; a registered version for each run but those that are named in `lost`."""

    def __init__(self, runs: list[dict[str, Any]]) -> None:
        self.runs = runs
        self.lost: frozenset[str] = frozenset()
        self.asked: list[str] = []
        self.listed: list[Mapping[str, Any]] = []
        self.versions_status = 200

    async def answered(self, request: web.Request) -> web.Response:
        self.asked.append(request.path)
        if request.path != GRAPHQL:
            return self._versions(request.path)
        body = await request.json()
        data = body["variables"]["getFinetunesPaginatedData"]
        self.listed.append(data)
        found = self.runs
        names = data.get("filters", {}).get("name")
        if names:
            found = [one for one in found if one["name"] in names["in"]]
        first = int(data.get("cursor") or 0)
        more = first + 2 < len(found)
        page = {"finetunes": found[first : first + 2], "hasNextPage": more, "cursor": str(first + 2)}
        return web.json_response({"data": {"getFinetunesPaginated": page}})

    def _versions(self, path: str) -> web.Response:
        name = path.split("/models/")[1].split("/", maxsplit=1)[0].removeprefix("main.ft.")
        if self.versions_status != 200:
            return web.json_response({"error_code": "X", "message": "x"}, status=self.versions_status)
        if name in self.lost:
            return web.json_response({"error_code": "RESOURCE_DOES_NOT_EXIST", "message": "x"}, status=404)
        rows = [
            {"version": 1, "status": "READY", "run_id": "other"},
            {"version": 2, "status": "READY", "run_id": f"ml-{name.removeprefix('run-')}"},
            {"version": 3, "status": "READY", "run_id": "another"},
            {"version": 4, "status": "PENDING_REGISTRATION", "run_id": f"ml-{name.removeprefix('run-')}"},
        ]
        return web.json_response({"model_versions": rows})


@asynccontextmanager
async def talking(service: Service) -> AsyncIterator[DatabricksProvider]:
    async with serving(service.answered) as url:
        settings = {
            "endpoint": url, "key": "dapi-of-a-test", "volume": "/Volumes/main/ft/data", "register_to": "main.ft",
            "experiment_folder": "/Users/me",
        }  # fmt: skip
        provider = build(
            "databricks", "dbx", settings,
            network=NetworkOptions(), clock=StandingClock(), sleep=NotedSleep(), random=half,
        )  # fmt: skip
        assert isinstance(provider, DatabricksProvider)
        yield provider
        await provider.aclose()


async def test_pages_are_walked_by_the_cursor() -> None:
    service = Service([run(number) for number in range(5)])
    async with talking(service) as provider:
        first = await provider.jobs(None)
        second = await provider.jobs(first.next)
        third = await provider.jobs(second.next)
    ids = [job.id for page in (first, second, third) for job in page.jobs]
    assert ids == [f"run-{number}" for number in range(5)]
    assert third.next is None
    assert [data.get("cursor") for data in service.listed] == [None, "2", "4"]


async def test_a_completed_run_costs_one_look_at_its_model() -> None:
    service = Service([run(0), run(90), run(1, "RUNNING")])
    service.lost = frozenset({"run-90"})
    async with talking(service) as provider:
        pages = [await provider.jobs(None) for _ in range(3)]
        assert [job.result_model for job in pages[-1].jobs] == ["main.ft.run-0/2", None]
    assert [path for path in service.asked if path != GRAPHQL] == [
        "/api/2.1/unity-catalog/models/main.ft.run-0/versions",
        "/api/2.1/unity-catalog/models/main.ft.run-90/versions",
    ]


async def test_a_model_that_comes_late_is_waited_for() -> None:
    service = Service([run(10)])
    service.lost = frozenset({"run-10"})
    async with talking(service) as provider:
        assert (await provider.jobs(None)).jobs[0].result_model is None
        service.lost = frozenset()
        assert (await provider.jobs(None)).jobs[0].result_model == "main.ft.run-10/2"


@pytest.mark.parametrize(("status", "kind"), [(429, Throttled), (503, Unavailable)])
async def test_a_success_is_not_told_without_its_model_while_that_cannot_be_read(
    status: int, kind: type[Exception]
) -> None:
    service = Service([run(0)])
    service.versions_status = status
    async with talking(service) as provider:
        with pytest.raises(kind):
            await provider.jobs(None)
        service.versions_status = 403
        assert (await provider.jobs(None)).jobs[0].state == "succeeded"


async def test_a_search_for_a_lost_job_reads_all_pages_since_then() -> None:
    service = Service([run(number, trainDataPath=f"dbfs:/{number % 2}.jsonl") for number in range(6)])
    since = datetime(2026, 11, 22, 11, 59, tzinfo=UTC)
    async with talking(service) as provider:
        found = await provider.find_job(spec("dbfs:/1.jsonl"), since)
    assert [job.id for job in found] == ["run-3", "run-1"]
    assert [data["filters"]["createdAt"]["gte"] for data in service.listed] == [
        "2026-11-22T11:57:00+00:00"
    ] * 3


async def test_a_run_of_another_name_is_not_taken() -> None:
    service = Service([run(1)])
    async with talking(service) as provider:
        with pytest.raises(NotFound):
            await provider.job(Ref(id="run-2"))
    assert service.listed[0]["filters"] == {"name": {"in": ["run-2"]}}


async def test_a_page_token_that_comes_twice_ends_a_list() -> None:
    asked: list[str | None] = []

    async def answered(request: web.Request) -> web.Response:
        asked.append(request.query.get("page_token"))
        return web.json_response({"contents": [{"path": "/x"}], "next_page_token": "same"})

    async with serving(answered) as url:
        settings = {
            "endpoint": url, "key": "dapi-of-a-test", "volume": "/Volumes/main/ft/data", "register_to": "main.ft",
        }  # fmt: skip
        provider = build(
            "databricks", "dbx", settings,
            network=NetworkOptions(), clock=StandingClock(), sleep=NotedSleep(), random=half,
        )  # fmt: skip
        assert await provider.files() == []
        await provider.aclose()
    assert asked == [None, "same"]
