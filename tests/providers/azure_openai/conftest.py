"""The stand-in for Azure OpenAI with injected faults, and providers that talk to it."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from providers.azure_openai.provider import AzureOpenAIProvider
from providers.base import TERMINAL, JobSpec, Ref, RemoteFile, RemoteJob
from providers.network import NetworkOptions
from providers.registry import build
from sandbox import samples
from sandbox.azure_openai import AzureOptions, AzureService, install
from sandbox.clock import SystemClock
from sandbox.faults import Faults
from tests.patience import until
from tests.providers.helpers import Bytes, NotedSleep, half, quiet

KEY = "sandbox-azure-key"
BOM = b"\xef\xbb\xbf"


@dataclass
class Azure:
    """A running stand-in and what to do with it."""

    url: str
    service: AzureService
    faults: Faults
    sleep: NotedSleep = field(default_factory=NotedSleep)
    opened: list[AzureOpenAIProvider] = field(default_factory=list)

    def provider(self, **settings: Any) -> AzureOpenAIProvider:
        """A provider for the resource `prod`, by the same door as the application uses."""
        given = {"endpoint": f"{self.url}/azure/prod", "key": KEY, **settings}
        provider = build(
            "azure_openai", "prod", given,
            network=NetworkOptions(), clock=SystemClock(), sleep=self.sleep, random=half,
        )  # fmt: skip
        assert isinstance(provider, AzureOpenAIProvider)
        self.opened.append(provider)
        return provider

    def fail(self, kind: str, method: str, path: str, **rest: Any) -> str:
        """Inject a fault."""
        return self.faults.add("azure", {"kind": kind, "match": {"method": method, "path": path}, **rest})

    def asked(self, method: str, path: str) -> int:
        """How many requests of this kind came so far."""
        return self.faults.totals("azure").get(f"{method} /azure/prod/openai{path}", 0)


@pytest.fixture
async def azure() -> AsyncIterator[Azure]:
    clock = SystemClock()
    faults = Faults(clock)
    app = web.Application(middlewares=[faults.middleware({"/azure/": "azure", "/arm/": "azure"})])
    service = install(app, clock=clock, options=AzureOptions(speed=1000, random_seed=1))
    server = TestServer(app)
    await server.start_server()
    running = Azure(str(server.make_url("")).rstrip("/"), service, faults)
    yield running
    for provider in running.opened:
        await provider.aclose()
    faults.clear()
    await server.close()


@pytest.fixture
def provider(azure: Azure) -> AzureOpenAIProvider:
    return azure.provider()


Sender = Callable[[AzureOpenAIProvider, str], Awaitable[RemoteFile]]
Finisher = Callable[[AzureOpenAIProvider, RemoteJob], Awaitable[RemoteJob]]


async def sent(provider: AzureOpenAIProvider, sample: str) -> RemoteFile:
    """A sample file at the service, taken in."""
    file = await provider.upload(Bytes(BOM + samples.read(sample)), f"J-{sample}", None, quiet)

    async def taken_in() -> bool:
        return (await provider.file(Ref(id=file.id))).state != "pending"

    await until(taken_in)
    return await provider.file(Ref(id=file.id))


async def ended(provider: AzureOpenAIProvider, job: RemoteJob) -> RemoteJob:
    """The job once it is in a terminal state."""

    async def is_over() -> bool:
        return (await provider.job(Ref(id=job.id))).state in TERMINAL

    await until(is_over)
    return await provider.job(Ref(id=job.id))


def spec(train: str, valid: str | None = None, **changes: Any) -> JobSpec:
    """What to train, small and quick."""
    wanted: dict[str, Any] = {
        "model": "gpt-4.1-mini-2025-04-14",
        "training_file": train,
        "validation_file": valid,
        "training_type": "GlobalStandard",
        "method": "supervised",
        "hyperparameters": {"n_epochs": 2, "batch_size": 8},
        "seed": 105,
        "suffix": "support-v12",
    }
    return JobSpec(**{**wanted, **changes})
