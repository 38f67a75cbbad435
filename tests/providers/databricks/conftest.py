"""The stand-in for a workspace with injected faults, and providers that talk to it."""

import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from providers.base import TERMINAL, JobSpec, Ref, RemoteFile, RemoteJob
from providers.databricks.provider import DatabricksProvider
from providers.network import NetworkOptions
from providers.registry import build
from sandbox.clock import SystemClock
from sandbox.databricks import DatabricksOptions, DatabricksService, install
from sandbox.databricks.options import PAT, SCHEMA, USER, VOLUME_PATH, WAREHOUSE
from sandbox.faults import Faults
from sandbox.training.worker_client import Worker
from tests.patience import until
from tests.providers.helpers import Bytes, NotedSleep, half, quiet

LLAMA = "meta-llama/Llama-3.2-3B-Instruct"


@dataclass
class Workspace:
    """A running stand-in and what to do with it."""

    url: str
    service: DatabricksService
    faults: Faults
    sleep: NotedSleep = field(default_factory=NotedSleep)
    opened: list[DatabricksProvider] = field(default_factory=list)

    def provider(self, **settings: Any) -> DatabricksProvider:
        """A provider for the workspace, by the same door as the application uses."""
        given = {
            "endpoint": self.url, "key": PAT, "volume": VOLUME_PATH, "register_to": SCHEMA,
            "experiment_folder": f"/Users/{USER}", "warehouse_id": WAREHOUSE, **settings,
        }  # fmt: skip
        provider = build(
            "databricks", "dbx-eus", given,
            network=NetworkOptions(), clock=SystemClock(), sleep=self.sleep, random=half,
        )  # fmt: skip
        assert isinstance(provider, DatabricksProvider)
        self.opened.append(provider)
        return provider

    def switch(self, **changes: Any) -> None:
        """Set switches of the stand-in."""
        self.service.configure(changes)

    def fail(self, kind: str, method: str, path: str, **rest: Any) -> str:
        """Inject a fault."""
        return self.faults.add(
            "databricks", {"kind": kind, "match": {"method": method, "path": path}, **rest}
        )

    def asked(self, method: str, path: str) -> int:
        """How many requests of this kind came so far."""
        return self.faults.totals("databricks").get(f"{method} {path}", 0)


@pytest.fixture
async def workspace() -> AsyncIterator[Workspace]:
    clock, worker = SystemClock(), Worker()
    faults = Faults(clock)
    app = web.Application(
        middlewares=[faults.middleware({"/api/": "databricks", "/oidc/": "databricks"})],
        client_max_size=1 << 30,
    )
    service = install(app, clock=clock, worker=worker, options=DatabricksOptions(speed=1000, random_seed=1))
    server = TestServer(app)
    await server.start_server()
    running = Workspace(str(server.make_url("")).rstrip("/"), service, faults)
    yield running
    for provider in running.opened:
        await provider.aclose()
    faults.clear()
    await server.close()
    await worker.close()


@pytest.fixture
def provider(workspace: Workspace) -> DatabricksProvider:
    return workspace.provider()


def chat(count: int) -> bytes:
    """Conversations of two messages."""
    rows = (
        {
            "messages": [
                {"role": "user", "content": f"Is lamp {n} in stock?"},
                {"role": "assistant", "content": f"Yes, lamp {n} is in stock."},
            ]
        }
        for n in range(count)
    )
    return _lines(rows)


def instructions(count: int) -> bytes:
    """Prompts with a response each."""
    return _lines(
        {"prompt": f"Is lamp {n} in stock?", "response": f"Yes, lamp {n} is."} for n in range(count)
    )


def _lines(rows: Any) -> bytes:
    return "".join(json.dumps(row) + "\n" for row in rows).encode()


async def sent(
    provider: DatabricksProvider, data: bytes, name: str = "D1-train-0a1b2c3d.jsonl"
) -> RemoteFile:
    """A file in the volume."""
    return await provider.upload(Bytes(data), name, None, quiet)


async def ended(provider: DatabricksProvider, job: RemoteJob) -> RemoteJob:
    """The job once it is in a terminal state."""

    async def is_over() -> bool:
        return (await provider.job(Ref(id=job.id))).state in TERMINAL

    await until(is_over)
    return await provider.job(Ref(id=job.id))


def spec(
    train: str, valid: str | None = None, hyper: Mapping[str, Any] | None = None, **changes: Any
) -> JobSpec:
    """What to train, small and quick."""
    wanted: dict[str, Any] = {
        "model": LLAMA,
        "training_file": train,
        "validation_file": valid,
        "training_type": None,
        "method": "supervised",
        "hyperparameters": hyper or {"training_duration": "2ep"},
        "seed": 105,
        "suffix": None,
        "key": "tunesmith-j1",
        "label": "J1",
    }
    return JobSpec(**{**wanted, **changes})
