"""The stand-in for Azure Machine Learning with injected faults, and providers that talk to it over loopback."""

import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from aiohttp.typedefs import Handler, Middleware

from providers.azure_ai.provider import AzureAIProvider
from providers.base import TERMINAL, JobSpec, Ref, RemoteFile, RemoteJob
from providers.network import NetworkOptions
from providers.registry import build
from sandbox import samples
from sandbox.azure_blob import Blobs, install_blobs
from sandbox.azure_ml import MlOptions, MlService, WorkspaceFacts, install
from sandbox.azure_openai import AzureOptions
from sandbox.azure_openai import install as install_azure
from sandbox.clock import SystemClock
from sandbox.faults import Faults
from sandbox.training.worker_client import Worker
from tests.patience import until
from tests.providers.helpers import Bytes, NotedSleep, half, quiet

PHI = "azureml://registries/azureml/models/Phi-4-mini-instruct"
LLAMA = "azureml://registries/azureml-meta/models/Llama-3.3-70B-Instruct"
SUBSCRIPTION = "00000000-0000-4000-8000-000000000007"
IDENTITY = "11111111-2222-3333-4444-555555555555"


def workspaces() -> tuple[WorkspaceFacts, ...]:
    """One workspace for each way of opening a datastore, and one where nothing is trained."""
    return (
        WorkspaceFacts(
            "llama", SUBSCRIPTION, "rg", "westus3", "stsas", "kv-a", "Sas", ("Llama-3.3-70B-Instruct",)
        ),
        WorkspaceFacts("phi", SUBSCRIPTION, "rg", "eastus2", "stnone", "kv-b", "None"),
        WorkspaceFacts("keys", SUBSCRIPTION, "rg", "eastus2", "stkey", "kv-c", "AccountKey"),
        WorkspaceFacts("nordic", SUBSCRIPTION, "rg", "swedencentral", "stnord", "kv-d", "Sas"),
    )


@dataclass(frozen=True)
class Exchange:
    """One request to the control plane or the region, and its answer; bodies are JSON values or None."""

    method: str
    path: str
    query: Mapping[str, str]
    sent: Any
    status: int
    told: Any


@dataclass
class Studio:
    """A running stand-in and what to do with it."""

    url: str
    service: MlService
    blobs: Blobs
    faults: Faults
    sleep: NotedSleep = field(default_factory=NotedSleep)
    opened: list[AzureAIProvider] = field(default_factory=list)
    exchanges: list[Exchange] = field(default_factory=list)

    def settings(self, workspace: str = "phi", **changes: Any) -> dict[str, Any]:
        """The settings of a connection to one of the workspaces."""
        facts = next(one for one in workspaces() if one.name == workspace)
        return {
            "endpoint": f"{self.url}/ml/arm",
            "auth": "entra",
            "credential": "managed_identity",
            "client_id": IDENTITY,
            "resource_id": facts.id,
            "storage_endpoint": f"{self.url}/blob/{{account}}",
            **changes,
        }

    def provider(self, workspace: str = "phi", **changes: Any) -> AzureAIProvider:
        """A provider, by the same door as the application uses."""
        provider = build(
            "azure_ai_studio", workspace, self.settings(workspace, **changes),
            network=NetworkOptions(), clock=SystemClock(), sleep=self.sleep, random=half,
        )  # fmt: skip
        assert isinstance(provider, AzureAIProvider)
        self.opened.append(provider)
        return provider

    def fail(self, kind: str, method: str, path: str, service: str = "ml", **rest: Any) -> str:
        """Inject a fault."""
        return self.faults.add(service, {"kind": kind, "match": {"method": method, "path": path}, **rest})

    def asked(self, method: str, ending: str, service: str = "ml") -> int:
        """How many requests whose path ends so came so far."""
        totals = self.faults.totals(service)
        return sum(
            count for name, count in totals.items() if name.startswith(f"{method} ") and name.endswith(ending)
        )


def noting(exchanges: list[Exchange]) -> Middleware:
    """Notes what is asked and answered."""

    @web.middleware
    async def note(request: web.Request, handler: Handler) -> web.StreamResponse:
        if not request.path.startswith(("/ml/arm/", "/ml/api/")):
            return await handler(request)
        sent = await request.read()
        answer = await handler(request)
        told = answer.body if isinstance(answer, web.Response) else None
        exchanges.append(
            Exchange(
                request.method,
                request.path,
                dict(request.query),
                json.loads(sent) if sent else None,
                answer.status,
                json.loads(told) if isinstance(told, bytes) and told else None,
            )
        )
        return answer

    return note


@pytest.fixture
async def studio(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Studio]:
    clock = SystemClock()
    faults = Faults(clock)
    watched = {"/ml/": "ml", "/azure/": "azure", "/blob/": "blob"}
    exchanges: list[Exchange] = []
    app = web.Application(
        middlewares=[faults.middleware(watched), noting(exchanges)], client_max_size=64 * 1024 * 1024
    )
    azure = install_azure(app, clock=clock, options=AzureOptions(random_seed=1))
    blobs, worker = Blobs(clock), Worker()
    install_blobs(app, blobs, azure.identity)
    options = MlOptions(workspaces=workspaces(), page=3, random_seed=1, speed=1000)
    service = install(app, clock=clock, identity=azure.identity, blobs=blobs, worker=worker, options=options)
    server = TestServer(app)
    await server.start_server()
    url = str(server.make_url("")).rstrip("/")
    for name in ("MSI_ENDPOINT", "IMDS_ENDPOINT", "IDENTITY_SERVER_THUMBPRINT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("IDENTITY_ENDPOINT", f"{url}/azure/identity/token")
    monkeypatch.setenv("IDENTITY_HEADER", azure.options.identity_header)
    running = Studio(url, service, blobs, faults, exchanges=exchanges)
    yield running
    for provider in running.opened:
        await provider.aclose()
    faults.clear()
    await server.close()
    await worker.close()


@pytest.fixture
def provider(studio: Studio) -> AzureAIProvider:
    return studio.provider()


async def sent(provider: AzureAIProvider, sample: str = "support_train.jsonl", name: str = "") -> RemoteFile:
    """A sample at the workspace."""
    return await provider.upload(Bytes(samples.read(sample)), name or f"D7-{sample}", None, quiet)


def spec(train: str, valid: str | None = None, **changes: Any) -> JobSpec:
    """What to train, small and quick."""
    wanted: dict[str, Any] = {
        "model": PHI,
        "training_file": train,
        "validation_file": valid,
        "training_type": None,
        "method": "supervised",
        "hyperparameters": {"num_train_epochs": 2, "per_device_train_batch_size": 8},
        "seed": 105,
        "suffix": "support-v12",
        "key": "j105-4f2a",
        "label": "J105",
        "requester": "U0123",
    }
    return JobSpec(**{**wanted, **changes})


async def ended(provider: AzureAIProvider, id_: str) -> RemoteJob:
    """The job once it is in a terminal state."""

    async def is_over() -> bool:
        return (await provider.job(Ref(id=id_))).state in TERMINAL

    await until(is_over)
    return await provider.job(Ref(id=id_))
