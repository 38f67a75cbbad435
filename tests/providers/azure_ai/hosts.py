"""Workspaces of the stand-in with something to deploy, and this program's view of them."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from providers.azure_ai.client import WorkspaceClient
from providers.azure_ai.hosting import ServerlessHosting
from providers.azure_ai.requirements import WorkspaceRequirements
from providers.azure_ai.settings import AzureAISettings
from providers.hosting import DeploySpec, Operation, OperationState, RemoteDeployment
from providers.network import NetworkOptions
from providers.retry import RetryPolicy
from providers.service import Surroundings, checked
from sandbox.azure_blob import Blobs
from sandbox.azure_ml import MlOptions, MlService, WorkspaceFacts, install
from sandbox.azure_ml.catalogue import MODELS
from sandbox.azure_ml.stamps import Stamps
from sandbox.azure_ml.workspace import ModelVersion, Workspace
from sandbox.azure_openai.options import AzureOptions
from sandbox.clock import SystemClock
from sandbox.common.entra import Identity
from sandbox.common.ids import Ids
from sandbox.faults import Faults
from sandbox.training.worker_client import Worker
from tests.patience import until
from tests.providers.helpers import NotedSleep, half

_WORKSPACES = "providers/Microsoft.MachineLearningServices/workspaces"
_SUB = "/subscriptions/00000000-0000-4000-8000-00000000000"
LLAMA = f"{_SUB}1/resourceGroups/rg-ai/{_WORKSPACES}/llama-wus3"
FRESH = f"{_SUB}1/resourceGroups/rg-ai/{_WORKSPACES}/fresh-wus3"
"""A project where nobody has bought anything; at LLAMA Llama 3.3 is subscribed to."""
PHI = f"{_SUB}2/resourceGroups/rg-ai/{_WORKSPACES}/phi-eus2"
IDENTITY = "11111111-2222-3333-4444-555555555555"
LLAMA_33 = "azureml://registries/azureml-meta/models/Llama-3.3-70B-Instruct"
LLAMA_8B = "azureml://registries/azureml-meta/models/Meta-Llama-3.1-8B-Instruct"
"""Retired."""
PHI_4 = "azureml://registries/azureml/models/Phi-4"


def projects() -> tuple[WorkspaceFacts, ...]:
    """Those of the sandbox, one of them with a subscription, and one without beside it."""
    llama, phi = MlOptions().workspaces
    fresh = replace(llama, name="fresh-wus3", storage_account="stfreshwus3", key_vault="kv-fresh")
    return replace(llama, subscribed=("Llama-3.3-70B-Instruct",)), phi, fresh


@dataclass
class Hosts:
    """The stand-in, and clients of it."""

    url: str
    service: MlService
    faults: Faults
    sleep: NotedSleep = field(default_factory=NotedSleep)
    opened: list[WorkspaceClient] = field(default_factory=list)

    def client(self, resource: str = LLAMA, **settings: Any) -> WorkspaceClient:
        given = {
            "endpoint": f"{self.url}/ml/arm", "resource_id": resource, "credential": "managed_identity",
            "client_id": IDENTITY,
        }  # fmt: skip
        around = Surroundings(
            network=NetworkOptions(), clock=SystemClock(), sleep=self.sleep, random=half, policy=RetryPolicy()
        )
        made = WorkspaceClient(checked(AzureAISettings, "x", given | settings), around)
        self.opened.append(made)
        return made

    def hosting(self, resource: str = LLAMA, **settings: Any) -> ServerlessHosting:
        client = self.client(resource, **settings)
        return ServerlessHosting(client, client.settings, SystemClock())

    def requirements(self, resource: str = LLAMA, **settings: Any) -> WorkspaceRequirements:
        client = self.client(resource, **settings)
        return WorkspaceRequirements(client, client.settings)

    def switch(self, **changes: Any) -> None:
        """Set switches of the stand-in."""
        self.service.configure(changes)

    def workspace(self, resource: str = LLAMA) -> Workspace:
        name = resource.rpartition("/")[2]
        return next(one for one in self.service.workspaces if one.facts.name == name)

    def tuned(self, name: str = "support", *, base: str = LLAMA_33, resource: str = LLAMA) -> str:
        """A tuned model without the time that training takes: it speaks like its base."""
        home, now = self.workspace(resource), SystemClock().now()
        model = next(one for one in MODELS if one.uri == base)
        properties: dict[str, Any] = {"modelType": "mlflow_model", "tags": {}, "properties": {}}
        made = ModelVersion(name, "1", properties, Stamps(now, now), model)
        home.models[name, "1"] = made
        return home.model_uri(made)

    def asked(self, method: str, tail: str) -> int:
        """How many requests of this method came to paths that end so."""
        totals = self.faults.totals("ml")
        return sum(
            count for key, count in totals.items() if key.startswith(f"{method} ") and key.endswith(tail)
        )

    def fail(self, kind: str, method: str, path: str, **rest: Any) -> None:
        """Inject a fault; `path` is a part of it."""
        self.faults.add("ml", {"kind": kind, "match": {"method": method, "path": path}, **rest})


@pytest.fixture
async def hosts(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Hosts]:
    clock, faults, worker = SystemClock(), Faults(SystemClock()), Worker()
    options = AzureOptions()
    identity = Identity(clock, Ids(1), options)
    app = web.Application(middlewares=[faults.middleware({"/ml/": "ml"})])
    app.router.add_get("/azure/identity/token", identity.token)
    service = install(
        app, clock=clock, identity=identity, blobs=Blobs(clock), worker=worker,
        options=MlOptions(workspaces=projects(), random_seed=1, speed=200),
    )  # fmt: skip
    server = TestServer(app)
    await server.start_server()
    running = Hosts(str(server.make_url("")).rstrip("/"), service, faults)
    for name in ("MSI_ENDPOINT", "IMDS_ENDPOINT", "IDENTITY_SERVER_THUMBPRINT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("IDENTITY_ENDPOINT", f"{running.url}/azure/identity/token")
    monkeypatch.setenv("IDENTITY_HEADER", options.identity_header)
    yield running
    for client in running.opened:
        await client.aclose()
    faults.clear()
    await server.close()
    await worker.close()


def wanted(model: str, name: str = "support-v12", **changes: Any) -> DeploySpec:
    """What to deploy."""
    spec: dict[str, Any] = {
        "name": name, "model": model, "base": LLAMA_33, "sku": "Consumption", "capacity": 1,
        "tags": {"tunesmith": "P12"},
    }  # fmt: skip
    return DeploySpec(**spec | changes)


async def done(hosting: ServerlessHosting, operation: Operation) -> OperationState:
    """The operation once it has ended."""
    found: list[OperationState] = []

    async def ended() -> bool:
        found.append(await hosting.operation(operation))
        return found[-1].progress != "running"

    await until(ended)
    return found[-1]


async def deployed(hosting: ServerlessHosting, spec: DeploySpec) -> RemoteDeployment:
    """Deploy and wait until ARM says that it has succeeded."""
    state = await done(hosting, await hosting.apply(spec))
    assert state.progress == "succeeded", state
    found = await hosting.deployment(spec.name)
    assert found is not None
    return found
