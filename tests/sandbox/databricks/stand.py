"""A running stand-in, and what tests do with it over HTTP."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import httpx
from aiohttp import web
from aiohttp.test_utils import TestServer

from sandbox.databricks import DatabricksOptions, DatabricksService, install
from sandbox.databricks.options import PAT, USER, VOLUME_PATH
from sandbox.training.worker_client import Worker
from tests.clocks import ShiftedClock
from tests.patience import until

LLAMA = "meta-llama/Llama-3.2-3B-Instruct"
MISTRAL = "mistralai/Mistral-7B-Instruct-v0.2"
FOLDER = f"{VOLUME_PATH}/tunesmith"
ENDED = frozenset({"COMPLETED", "STOPPED", "FAILED"})
GRAPHQL = "/api/2.0/genai-mapi/graphql"
_RUN = (
    "id name status createdById createdByEmail createdAt updatedAt startedAt completedAt reason estimatedEndTime "
    "isDeleted details { model taskType trainDataPath saveFolder evalDataPath evalPrompts trainingDuration "
    "learningRate contextLength experimentTracker customWeightsPath dataPrepConfig "
    "formattedFinetuningEvents { eventType eventTime eventMessage } }"
)
CREATE = (
    "mutation CreateFinetune($createFinetuneData: CreateFinetuneInput!) { "
    f"createFinetune(createFinetuneData: $createFinetuneData) {{ {_RUN} }} }}"
)
LIST = (
    "query GetFinetunesPaginated($getFinetunesPaginatedData: GetFinetunesPaginatedInput!) { "
    "getFinetunesPaginated(getFinetunesPaginatedData: $getFinetunesPaginatedData) { "
    f"cursor hasNextPage finetunes {{ {_RUN} }} }} }}"
)
STOP = (
    "mutation StopFinetunes($getFinetunesData: GetFinetunesInput!, $stopFinetunesData: StopFinetunesInput) { "
    "stopFinetunes(getFinetunesData: $getFinetunesData, stopFinetunesData: $stopFinetunesData) "
    "{ id name status } }"
)
EVENTS = (
    "query GetFinetuneEvents($getFinetuneEventsData: GetFinetuneEventsInput!) { "
    "getFinetuneEvents(getFinetuneEventsData: $getFinetuneEventsData) { eventType eventTime eventMessage } }"
)
MODELS = "query Models { getFinetuneConstants { models { name displayName maxContextLength } } }"


@dataclass
class Stand:
    """The workspace of a running stand-in, seen through a plain HTTP client with the access token."""

    service: DatabricksService
    clock: ShiftedClock
    origin: str
    http: httpx.AsyncClient

    async def graph(self, query: str, **variables: Any) -> dict[str, Any]:
        """The whole answer of the GraphQL endpoint, which must be HTTP 200."""
        answer = await self.http.post(GRAPHQL, json={"query": query, "variables": variables})
        assert answer.status_code == 200, answer.text
        body: dict[str, Any] = answer.json()
        return body

    async def refused(self, query: str, **variables: Any) -> tuple[int, str]:
        """Code and message of a GraphQL failure."""
        body = await self.graph(query, **variables)
        assert body["data"] is None, body
        (error,) = body["errors"]
        return error["extensions"]["code"], error["message"]

    async def put(self, name: str, content: bytes) -> str:
        """Upload a file; its path as runs want it."""
        path = f"{FOLDER}/{name}"
        folder = await self.http.put(f"/api/2.0/fs/directories{quote(path.rpartition('/')[0])}")
        assert folder.status_code == 204, folder.text
        answer = await self.http.put(
            f"/api/2.0/fs/files{quote(path)}", params={"overwrite": "true"}, content=content
        )
        assert answer.status_code == 204, answer.text
        return f"dbfs:{path}"

    async def create(self, path: str, **fields: Any) -> dict[str, Any]:
        """Create a run that must be accepted."""
        body = await self.graph(CREATE, createFinetuneData={"config": config(path, **fields)})
        assert body.get("data"), body
        made: dict[str, Any] = body["data"]["createFinetune"]
        return made

    async def run(self, name: str) -> dict[str, Any]:
        """A run by its name."""
        (found,) = (await self.runs(filters={"name": {"in": [name]}}))["finetunes"]
        run: dict[str, Any] = found
        return run

    async def runs(self, **asked: Any) -> dict[str, Any]:
        """A page of runs."""
        body = await self.graph(LIST, getFinetunesPaginatedData=asked)
        assert body.get("data"), body
        page: dict[str, Any] = body["data"]["getFinetunesPaginated"]
        return page

    async def until(self, name: str, *statuses: str) -> dict[str, Any]:
        """The run once it has one of these statuses (any final one when none is named)."""
        wanted = set(statuses) or ENDED

        async def there() -> dict[str, Any] | None:
            run = await self.run(name)
            assert run["status"] in wanted or run["status"] not in ENDED, run["reason"]
            return run if run["status"] in wanted else None

        found: dict[str, Any] = await until(there)
        return found

    async def trained(self, path: str, **fields: Any) -> dict[str, Any]:
        """A run that has completed."""
        made = await self.create(path, **fields)
        return await self.until(made["name"], "COMPLETED")

    async def events(self, name: str) -> list[dict[str, Any]]:
        """All events, oldest first."""
        body = await self.graph(EVENTS, getFinetuneEventsData={"name": name})
        events: list[dict[str, Any]] = body["data"]["getFinetuneEvents"]
        return events

    async def get(self, url: str, /, **params: str) -> dict[str, Any]:
        """A JSON answer that must be 200."""
        answer = await self.http.get(url, params=params)
        assert answer.status_code == 200, answer.text
        body: dict[str, Any] = answer.json()
        return body


def config(path: str, **fields: Any) -> dict[str, Any]:
    """The configuration of a run; fields that are None are left out."""
    tracker = {
        "experimentPath": f"/Users/{USER}/{{}}",
        "modelRegistryPath": "main.finetuning",
        "createExperimentAndRun": True,
    }
    body = {
        "model": LLAMA,
        "taskType": "CHAT_COMPLETION",
        "trainDataPath": path,
        "saveFolder": "dbfs:/databricks/mlflow-tracking/{mlflow_experiment_id}/{mlflow_run_id}/artifacts",
        "trainingDuration": "2ep",
        "experimentTracker": {"mlflow": tracker},
        **fields,
    }
    return {key: value for key, value in body.items() if value is not None}


@asynccontextmanager
async def running(
    options: DatabricksOptions, switches: Mapping[str, Any] | None = None
) -> AsyncIterator[Stand]:
    """Start a stand-in at the root of an ephemeral port."""
    clock, worker = ShiftedClock(), Worker()
    app = web.Application()
    service = install(app, clock=clock, worker=worker, options=options)
    service.configure(switches or {})
    server = TestServer(app)
    await server.start_server()
    origin = str(server.make_url("")).rstrip("/")
    headers = {"Authorization": f"Bearer {PAT}"}
    try:
        async with httpx.AsyncClient(base_url=origin, headers=headers, timeout=30) as http:
            yield Stand(service, clock, origin, http)
    finally:
        await server.close()
        await worker.close()
