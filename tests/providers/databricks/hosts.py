"""A workspace of the stand-in with registered models, seen through this program's client."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest

from providers.base import JobSpec
from providers.databricks.auth import TokenAuth
from providers.databricks.client import WorkspaceClient
from providers.databricks.errors import DatabricksDialect
from providers.databricks.hosting import ServingHosting
from providers.databricks.requirements import WorkspaceRequirements
from providers.databricks.settings import DatabricksSettings
from providers.describing import Model
from providers.hosting import DeploySpec, Hosting, Operation, OperationState, RemoteDeployment
from providers.http import HttpService, NetworkOptions, RetryPolicy, make_client
from sandbox.databricks import DatabricksOptions
from sandbox.databricks.options import PAT, SCHEMA, USER, VOLUME_PATH, WAREHOUSE
from sandbox.databricks.unity import Version
from sandbox.training.model import PackedWeights
from tests.patience import until
from tests.providers.helpers import NotedSleep, half
from tests.sandbox.databricks.stand import Stand, running

BASE = "meta-llama/Llama-3.2-3B-Instruct"
CHUNK = 10_000
"""Its step of tokens per second, as the stand-in has it."""
CONTEXT = 131_072


@dataclass
class Hosts:
    """A running stand-in and what to do with it."""

    stand: Stand
    sleep: NotedSleep = field(default_factory=NotedSleep)
    opened: list[WorkspaceClient] = field(default_factory=list)

    def settings(self, **changes: Any) -> DatabricksSettings:
        given = {
            "endpoint": self.stand.origin,
            "key": PAT,
            "volume": VOLUME_PATH,
            "register_to": SCHEMA,
            "warehouse_id": WAREHOUSE,
        }
        return DatabricksSettings.model_validate(given | changes)

    def client(self, **changes: Any) -> WorkspaceClient:
        settings = self.settings(**changes)
        assert settings.key is not None
        dialect = DatabricksDialect(settings.auth)
        service = HttpService(
            settings.endpoint,
            client=make_client(NetworkOptions(), headers={"User-Agent": "tunesmith"}),
            auth=TokenAuth(token=settings.key.get_secret_value()),
            dialect=dialect,
            clock=self.stand.clock,
            sleep=self.sleep,
            random=half,
            policy=RetryPolicy(),
        )
        client = WorkspaceClient(service, settings.endpoint, dialect)
        self.opened.append(client)
        return client

    def hosting(self, **changes: Any) -> ServingHosting:
        return ServingHosting(
            self.client(**changes),
            self.settings(**changes),
            clock=self.stand.clock,
            bases=self.bases,
            sleep=self.sleep,
        )

    def requirements(self, *, gone: bool | None = False, **changes: Any) -> WorkspaceRequirements:
        async def is_gone() -> bool | None:
            return gone

        return WorkspaceRequirements(
            self.client(**changes), self.settings(**changes), models=self.models, gone=is_gone
        )

    async def bases(self) -> Mapping[str, str]:
        """What the catalogue knows of registered versions, newest first."""
        return {
            f"{name}/{version.number}": version.base
            for name, model in self.stand.service.unity.models.items()
            for version in sorted(model.versions.values(), key=lambda one: -one.number)
            if version.status == "READY"
        }

    async def models(self) -> Sequence[Model]:
        base = Model(
            id=BASE, kind="base", short=BASE, base=BASE, lifecycle="", trainable=True, context_tokens=CONTEXT
        )
        return (base,)

    def switch(self, **changes: Any) -> None:
        """Set switches of the stand-in."""
        self.stand.service.configure(changes)

    def tuned(self, name: str = "support", *, base: str = BASE, status: str = "READY") -> str:
        """A registered version without the time that training takes; its weights are of no use."""
        nothing = np.zeros((1, 1), dtype=np.float16)
        weights = PackedWeights(nothing, nothing, nothing)

        def make(number: int, version_id: str) -> Version:
            return Version(
                number=number, id=version_id, run_id=f"{number:032x}", source="dbfs:/x", base=base,
                task="llm/v1/chat", weights=weights, created_at=1_700_000_000_000, created_by=USER, status=status,
            )  # fmt: skip

        made = self.stand.service.unity.register(f"{SCHEMA}.{name}", USER, make)
        return f"{SCHEMA}.{name}/{made.number}"


@pytest.fixture
async def hosts() -> AsyncIterator[Hosts]:
    # Nothing falls asleep unless a test wants it to.
    async with running(DatabricksOptions(speed=1000, random_seed=1), {"idle_seconds": 10.0**9}) as stand:
        found = Hosts(stand)
        yield found
        for client in found.opened:
            await client.aclose()


def wanted(model: str, name: str = "support-v1", **changes: Any) -> DeploySpec:
    """What to deploy."""
    spec: dict[str, Any] = {
        "name": name,
        "model": model,
        "base": BASE,
        "sku": "ScaleToZero",
        "capacity": CHUNK,
    }
    return DeploySpec(**spec | changes)


def order(**changes: Any) -> JobSpec:
    """What to train."""
    spec: dict[str, Any] = {
        "model": BASE,
        "training_file": f"dbfs:{VOLUME_PATH}/tunesmith/train/train.jsonl",
        "validation_file": None,
        "training_type": None,
        "method": "supervised",
        "hyperparameters": {},
        "seed": 1,
        "suffix": None,
    }
    return JobSpec(**spec | changes)


async def done(hosting: Hosting, operation: Operation) -> OperationState:
    """The operation once it has ended."""
    found: list[OperationState] = []

    async def ended() -> bool:
        found.append(await hosting.operation(operation))
        return found[-1].progress != "running"

    await until(ended)
    return found[-1]


async def deployed(hosting: Hosting, spec: DeploySpec) -> RemoteDeployment:
    """Deploy and wait until it is ready."""
    state = await done(hosting, await hosting.apply(spec))
    assert state.progress == "succeeded", state
    found = await hosting.deployment(spec.name)
    assert found is not None
    return found
