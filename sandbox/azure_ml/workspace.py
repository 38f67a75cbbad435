"""The state of the workspaces: jobs, models, data, datastores, endpoints, subscriptions of the Marketplace."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sandbox.azure_ml.catalogue import CatalogueModel
from sandbox.azure_ml.jobs import Job
from sandbox.azure_ml.options import DATASTORE, WorkspaceFacts
from sandbox.azure_ml.stamps import Stamps
from sandbox.training.model import PackedWeights


@dataclass(slots=True)
class Datastore:
    """A container of a storage account under a name. `identity` is what jobs open it with."""

    name: str
    account: str
    container: str
    credentials: str
    identity: str
    stamps: Stamps
    default: bool = False


@dataclass(slots=True)
class DataVersion:
    """One version of a data asset; `properties` as they were sent."""

    name: str
    version: str
    properties: dict[str, Any]
    stamps: Stamps


@dataclass(slots=True)
class ModelVersion:
    """One version of a model of the workspace; `base` and `weights` where a job made it."""

    name: str
    version: str
    properties: dict[str, Any]
    stamps: Stamps
    base: CatalogueModel | None = None
    weights: PackedWeights | None = None


@dataclass(slots=True)
class MarketplaceSubscription:
    """A subscription to the offer of one model; live from `ready_at` on, gone from `gone_at` on."""

    name: str
    model_id: str
    model: CatalogueModel
    ready_at: datetime
    stamps: Stamps
    gone_at: datetime | None = None


@dataclass(slots=True)
class Endpoint:
    """A serverless endpoint. `source` is the workspace's own model, None for one of the catalogue.

    `error` is why it could not be made, `calls` are the moments of the requests that reached it.
    """

    name: str
    model_id: str
    base: CatalogueModel
    source: ModelVersion | None
    safety: str
    tags: dict[str, str]
    sku: dict[str, Any]
    auth_mode: str
    keys: dict[str, str]
    ready_at: datetime
    stamps: Stamps
    error: tuple[str, str] | None = None
    gone_at: datetime | None = None
    calls: list[datetime] = field(default_factory=list)


@dataclass(slots=True)
class Workspace:
    """Everything in one workspace, by name; versions by (name, version). Names have the case they were made with."""

    facts: WorkspaceFacts
    created: Stamps
    jobs: dict[str, Job] = field(default_factory=dict)
    models: dict[tuple[str, str], ModelVersion] = field(default_factory=dict)
    data: dict[tuple[str, str], DataVersion] = field(default_factory=dict)
    datastores: dict[str, Datastore] = field(default_factory=dict)
    endpoints: dict[str, Endpoint] = field(default_factory=dict)
    subscriptions: dict[str, MarketplaceSubscription] = field(default_factory=dict)

    def settle(self, now: datetime) -> None:
        """Let go what is gone by now."""
        for name in [one.name for one in self.endpoints.values() if one.gone_at and one.gone_at <= now]:
            del self.endpoints[name]
        for name in [one.name for one in self.subscriptions.values() if one.gone_at and one.gone_at <= now]:
            del self.subscriptions[name]

    def subscription_to(self, model: CatalogueModel, now: datetime) -> MarketplaceSubscription | None:
        """The live subscription to a model's offer."""
        self.settle(now)
        live = (one for one in self.subscriptions.values() if one.ready_at <= now and one.gone_at is None)
        return next((one for one in live if one.model.offer == model.offer), None)

    def model_uri(self, model: ModelVersion) -> str:
        """The id that endpoints take."""
        facts = self.facts
        return (
            f"azureml://locations/{facts.location}/workspaces/{facts.workspace_id}"
            f"/models/{model.name}/versions/{model.version}"
        )

    def next_version(self, name: str) -> str:
        """One more than the highest version of a model."""
        numbers = [int(key[1]) for key in self.models if key[0] == name and key[1].isdecimal()]
        return str(max(numbers, default=0) + 1)


class Workspaces:
    """All workspaces."""

    def __init__(self, facts: tuple[WorkspaceFacts, ...], made: Stamps) -> None:
        self._all = [Workspace(one, made) for one in facts]
        for workspace in self._all:
            one = workspace.facts
            keyless = one.credentials == "None"
            identity = "WorkspaceSystemAssignedIdentity" if keyless else "None"
            workspace.datastores[DATASTORE] = Datastore(
                DATASTORE, one.storage_account, one.container, one.credentials, identity, made, default=True
            )

    def __iter__(self) -> Iterator[Workspace]:
        return iter(self._all)

    def find(self, subscription: str, group: str, name: str) -> Workspace | None:
        """A workspace by the parts of its id; case does not count."""
        wanted = (subscription.lower(), group.lower(), name.lower())
        return next((one for one in self._all if _place(one.facts) == wanted), None)

    def by_guid(self, guid: str) -> Workspace | None:
        """A workspace by the GUID in ids of models."""
        return next((one for one in self._all if one.facts.workspace_id == guid.lower()), None)

    def has_subscription(self, subscription: str) -> bool:
        """Whether any workspace is in this Azure subscription."""
        return any(one.facts.subscription_id == subscription.lower() for one in self._all)

    def has_group(self, subscription: str, group: str) -> bool:
        """Whether any workspace is in this resource group."""
        return any(_place(one.facts)[:2] == (subscription.lower(), group.lower()) for one in self._all)


def _place(facts: WorkspaceFacts) -> tuple[str, str, str]:
    return facts.subscription_id.lower(), facts.resource_group.lower(), facts.name.lower()
