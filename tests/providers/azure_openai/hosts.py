"""Accounts of the stand-in with something to deploy, and providers that may."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from providers.azure_openai.provider import AzureOpenAIProvider
from providers.errors import ProviderError
from providers.hosting import DeploySpec, Hosting, Operation, OperationState, RemoteDeployment
from sandbox.azure_openai.catalogue import BASE_MODELS
from sandbox.azure_openai.jobs import Checkpoint, Job, JobRequest
from sandbox.training.model import PackedWeights
from tests.patience import until
from tests.providers.azure_openai.conftest import Azure

BASE = "gpt-4.1-mini-2025-04-14"
IDENTITY = "11111111-2222-3333-4444-555555555555"
_ACCOUNTS = "providers/Microsoft.CognitiveServices/accounts"
_SUB = "/subscriptions/00000000-0000-4000-8000-00000000000"
PROD = f"{_SUB}1/resourceGroups/rg-ml/{_ACCOUNTS}/prod-swc"
DEV = f"{_SUB}2/resourceGroups/rg-dev/{_ACCOUNTS}/dev-eus2"
EDGE = f"{_SUB}1/resourceGroups/rg-ml/{_ACCOUNTS}/edge-itn"


@dataclass
class Hosts:
    """The stand-in's accounts as this program sees them."""

    azure: Azure

    def provider(self, resource: str = PROD, **settings: Any) -> AzureOpenAIProvider:
        """A provider with a key for the data plane and a managed identity for the control plane."""
        account = resource.rpartition("/")[2].lower()
        given = {
            "endpoint": f"{self.azure.url}/azure/{account}",
            "resource_id": resource,
            "management": f"{self.azure.url}/arm",
            "credential": "managed_identity",
            "client_id": IDENTITY,
        }
        return self.azure.provider(**given | settings)

    def hosting(self, resource: str = PROD, **settings: Any) -> Hosting:
        found = self.provider(resource, **settings).hosting
        assert found is not None
        return found

    def switch(self, **changes: Any) -> None:
        """Set switches of the stand-in."""
        self.azure.service.configure(changes)

    def tuned(self, number: int = 1, *, base: str = BASE, account: str = "prod-swc") -> str:
        """A tuned model without the time that training takes; its weights are of no use."""
        request = JobRequest(
            model=base, base=BASE_MODELS[base], start=None, training_file="file-1", validation_file=None,
            n_epochs=1, batch_size=1, learning_rate_multiplier=1.0, suffix=f"n{number}", seed=1,
            training_type="Standard",
        )  # fmt: skip
        job = Job(f"ftjob-{number:032x}", 0, 1, request, status="succeeded", finished_at=1)
        nothing = np.zeros((1, 1), dtype=np.float16)
        weights = PackedWeights(nothing, nothing, nothing)
        job.checkpoints = [
            Checkpoint(
                f"ftchkpt-{number:032x}", 1, f"{job.model_name}:ckpt-step-10", 10, {}, weights, job.id
            ),
            Checkpoint(f"ftchkpt-{number + 10**6:032x}", 1, job.model_name, 20, {}, weights, job.id),
        ]
        self.azure.service.resource(account).models.publish(job)
        return job.model_name

    def asked(self, method: str, tail: str) -> int:
        """How many requests of this method came to ARM paths that end so."""
        totals = self.azure.faults.totals("azure")
        return sum(
            count for key, count in totals.items() if key.startswith(f"{method} /arm") and key.endswith(tail)
        )


@pytest.fixture
def hosts(azure: Azure, monkeypatch: pytest.MonkeyPatch) -> Hosts:
    for name in ("MSI_ENDPOINT", "IMDS_ENDPOINT", "IDENTITY_SERVER_THUMBPRINT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("IDENTITY_ENDPOINT", f"{azure.url}/azure/identity/token")
    monkeypatch.setenv("IDENTITY_HEADER", azure.service.options.identity_header)
    azure.service.configure({"metric_lag_seconds": 0.0})
    return Hosts(azure)


def wanted(model: str, name: str = "support-v12", **changes: Any) -> DeploySpec:
    """What to deploy."""
    spec: dict[str, Any] = {
        "name": name,
        "model": model,
        "base": BASE,
        "sku": "GlobalStandard",
        "capacity": 50,
    }
    return DeploySpec(**spec | changes)


async def done(hosting: Hosting, operation: Operation) -> OperationState:
    """The operation once it has ended."""
    found: list[OperationState] = []

    async def ended() -> bool:
        found.append(await hosting.operation(operation))
        return found[-1].progress != "running"

    await until(ended)
    return found[-1]


async def deployed(hosting: Hosting, spec: DeploySpec) -> RemoteDeployment:
    """Deploy and wait until ARM says that it has succeeded."""
    state = await done(hosting, await hosting.apply(spec))
    assert state.progress == "succeeded", state
    found = await hosting.deployment(spec.name)
    assert found is not None
    return found


async def refusal(hosting: Hosting, spec: DeploySpec) -> ProviderError:
    """What a creation is refused with; nothing is there afterwards that was not before."""
    before = {one.name for one in await hosting.deployments()}
    with pytest.raises(ProviderError) as told:
        await hosting.apply(spec)
    assert {one.name for one in await hosting.deployments()} == before
    return told.value
