"""A running stand-in, and what tests do with it over HTTP."""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
from aiohttp import web
from aiohttp.test_utils import TestServer

from sandbox import samples
from sandbox.azure_openai import AzureOptions, AzureService, install
from tests.patience import until

KEY = "sandbox-azure-key"
MODEL = "gpt-4.1-mini-2025-04-14"
ENDED = frozenset({"succeeded", "failed", "cancelled"})


class MovedClock:
    """The machine's clock, moved."""

    def __init__(self) -> None:
        self.by = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self.by


@dataclass
class Stand:
    """One resource of a running stand-in, seen through a plain HTTP client."""

    service: AzureService
    clock: MovedClock
    origin: str
    http: httpx.AsyncClient
    version: str = "2024-06-01"

    async def ask(
        self, method: str, path: str, *, version: str | None = None, headers: Any = None, **rest: Any
    ) -> httpx.Response:
        """Send a request with the key; `version` of "" sends no api-version."""
        wanted = self.version if version is None else version
        params = {**({"api-version": wanted} if wanted else {}), **rest.pop("params", {})}
        credentials = {"api-key": KEY} if headers is None else headers
        return await self.http.request(method, path, params=params, headers=credentials, **rest)

    async def upload(self, content: bytes, name: str = "train.jsonl", **rest: Any) -> str:
        """Send a file and wait until it is processed or refused; its id."""
        answer = await self.ask("POST", "/files", **form(content, name), **rest)
        assert answer.status_code == 201, answer.text
        file_id: str = answer.json()["id"]

        async def processed() -> bool:
            return (await self.ask("GET", f"/files/{file_id}")).json()["status"] in {"processed", "error"}

        await until(processed)
        return file_id

    async def sample(self, name: str) -> str:
        """Send a sample file; its id."""
        return await self.upload(samples.read(name), name)

    async def create(self, training_file: str, **fields: Any) -> dict[str, Any]:
        """Create a job that must be accepted."""
        answer = await self.ask("POST", "/fine_tuning/jobs", json=job_body(training_file, **fields))
        assert answer.status_code == 201, answer.text
        body: dict[str, Any] = answer.json()
        return body

    async def job(self, job_id: str, **rest: Any) -> dict[str, Any]:
        body: dict[str, Any] = (await self.ask("GET", f"/fine_tuning/jobs/{job_id}", **rest)).json()
        return body

    async def until(self, job_id: str, *statuses: str) -> dict[str, Any]:
        """The job once it has one of these statuses (any final one when none is named)."""
        wanted = set(statuses) or ENDED

        async def there() -> dict[str, Any] | None:
            job = await self.job(job_id)
            assert job["status"] in wanted or job["status"] not in ENDED, job
            return job if job["status"] in wanted else None

        found: dict[str, Any] = await until(there)
        return found

    async def events(self, job_id: str) -> list[dict[str, Any]]:
        """All events, oldest first."""
        answer = await self.ask("GET", f"/fine_tuning/jobs/{job_id}/events", params={"limit": "100"})
        events: list[dict[str, Any]] = answer.json()["data"]
        return events[::-1]


def form(content: bytes, name: str = "train.jsonl", purpose: str = "fine-tune") -> dict[str, Any]:
    """The keywords of an upload in httpx's words."""
    return {"data": {"purpose": purpose}, "files": {"file": (name, content, "application/json")}}


def job_body(training_file: str, **fields: Any) -> dict[str, Any]:
    """A body that creates a job; fields that are None are left out."""
    body = {"model": MODEL, "training_file": training_file, "seed": 7, **fields}
    return {key: value for key, value in body.items() if value is not None}


def conversations(count: int, answer: str = "Yes, of course, number") -> bytes:
    """A sound training file."""
    rows = (
        {
            "messages": [
                {"role": "user", "content": f"Is it {n}?"},
                {"role": "assistant", "content": f"{answer} {n}."},
            ]
        }
        for n in range(count)
    )
    return "".join(json.dumps(row) + "\n" for row in rows).encode()


@asynccontextmanager
async def running(options: AzureOptions, switches: Mapping[str, Any] | None = None) -> AsyncIterator[Stand]:
    """Start a stand-in on an ephemeral port."""
    clock = MovedClock()
    app = web.Application()
    service = install(app, clock=clock, options=options)
    service.configure(switches or {})
    server = TestServer(app)
    await server.start_server()
    origin = str(server.make_url("")).rstrip("/")
    try:
        async with httpx.AsyncClient(base_url=f"{origin}/azure/prod-swc/openai", timeout=30) as http:
            yield Stand(service, clock, origin, http)
    finally:
        await server.close()
