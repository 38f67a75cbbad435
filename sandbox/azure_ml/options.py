"""What a workspace is made of, and the switches of the panel."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final
from uuid import NAMESPACE_URL, uuid5

PROVIDER: Final = "Microsoft.MachineLearningServices"
SUBSCRIPTION_1: Final = "00000000-0000-4000-8000-000000000001"
SUBSCRIPTION_2: Final = "00000000-0000-4000-8000-000000000002"
TENANT: Final = "00000000-0000-4000-8000-00000000000a"
DATASTORE: Final = "workspaceblobstore"


@dataclass(frozen=True, slots=True)
class WorkspaceFacts:
    """One workspace (`kind` Project), the storage account and the Key Vault beside it.

    `credentials` is how its datastore is opened: `Sas` or `AccountKey` (listSecrets), or `None` (credential-less:
    callers with their own role, jobs with the workspace's identity). `subscribed` are the models of the
    Marketplace that are subscribed from the beginning.
    """

    name: str
    subscription_id: str
    resource_group: str
    location: str
    storage_account: str
    key_vault: str
    credentials: str = "Sas"
    subscribed: tuple[str, ...] = ()

    @property
    def workspace_id(self) -> str:
        """The GUID in ids of models."""
        return str(uuid5(NAMESPACE_URL, f"workspace:{self.subscription_id}:{self.name}"))

    @property
    def container(self) -> str:
        """The container of the default datastore."""
        return f"azureml-blobstore-{self.workspace_id}"

    @property
    def group(self) -> str:
        """The ARM id of the resource group."""
        return f"/subscriptions/{self.subscription_id}/resourceGroups/{self.resource_group}"

    @property
    def id(self) -> str:
        """The ARM id."""
        return f"{self.group}/providers/{PROVIDER}/workspaces/{self.name}"


def _workspaces() -> tuple[WorkspaceFacts, ...]:
    return (
        WorkspaceFacts("llama-wus3", SUBSCRIPTION_1, "rg-ai", "westus3", "stllamawus3", "kv-llama"),
        WorkspaceFacts(
            "phi-eus2", SUBSCRIPTION_2, "rg-ai", "eastus2", "stphieus2", "kv-phi", credentials="None"
        ),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class MlOptions:
    """Fixed for the life of the stand-in. `page` is how many rows a page of a list has."""

    workspaces: tuple[WorkspaceFacts, ...] = field(default_factory=_workspaces)
    page: int = 20
    requests_per_minute: int = 1_000
    random_seed: int | None = None
    speed: float = 1.0


class UnknownSwitchError(ValueError):
    """The panel set a switch that does not exist, or to a value that it cannot have."""


ROLES: Final = ("owner", "developer", "scientist", "reader", "none")
SUBSCRIPTION_STATES: Final = ("Subscribed", "Suspended", "Unsubscribed")


@dataclass(slots=True)
class Switches:
    """What the panel may change at any time.

    - `speed`: factor on everything that takes time, > 0;
    - `hold_queued`: no job leaves `Queued`;
    - `role`: what the bot's identity may do: `owner`, `developer` (Azure AI Developer), `scientist` (AzureML Data
      Scientist: no listSecrets), `reader`, `none`;
    - `marketplace_rights`: whether it may subscribe to offers of the Marketplace;
    - `subscriptions`: `Subscribed`, or `Suspended` / `Unsubscribed` for every subscription there is;
    - `network_registered`: whether the Azure subscriptions are registered for Microsoft.Network;
    - `workspace_reads`: whether the workspace's identity can read a credential-less datastore;
    - `vault_rights`: whether the bot's identity may use secrets of the Key Vaults;
    - `other_tenant`: whether the Azure subscriptions belong to another tenant than the callers' tokens;
    - `fail_job`: code and message that the next job ends Failed with, once;
    - `fail_endpoint`: code and message that new endpoints end CreationFailed with;
    - `unknown_status`: this word is answered as the status of jobs that have not ended;
    - `retires`: this day (`2027-06-13`) instead of the documented one for every model that ends at some day;
    - `metrics_on`: `root`, or `child`: the curves are logged to a child run only;
    - `train_seconds`, `endpoint_seconds`: how long a training and the making of an endpoint take at speed 1.
    """

    speed: float = 1.0
    hold_queued: bool = False
    role: str = "owner"
    marketplace_rights: bool = True
    subscriptions: str = "Subscribed"
    network_registered: bool = True
    workspace_reads: bool = True
    vault_rights: bool = True
    other_tenant: bool = False
    fail_job: tuple[str, str] | None = None
    fail_endpoint: tuple[str, str] | None = None
    unknown_status: str | None = None
    retires: str | None = None
    metrics_on: str = "root"
    train_seconds: float = 20.0
    endpoint_seconds: float = 5.0

    def as_json(self) -> dict[str, Any]:
        """All switches, as the panel shows them."""
        return {name: getattr(self, name) for name in self.__slots__}

    def configure(self, changes: Mapping[str, Any]) -> None:
        """Set some switches; nothing is changed when one of them is wrong. Raises UnknownSwitchError."""
        checked = {name: _checked(name, value) for name, value in changes.items()}
        for name, value in checked.items():
            setattr(self, name, value)


_AMOUNTS: Final = frozenset({"speed", "train_seconds", "endpoint_seconds"})
_FLAGS: Final = frozenset(
    {
        "hold_queued", "marketplace_rights", "network_registered", "workspace_reads", "vault_rights",
        "other_tenant",
    }
)  # fmt: skip
_WORDS: Final = {"role": ROLES, "subscriptions": SUBSCRIPTION_STATES, "metrics_on": ("root", "child")}
_FAILURES: Final = frozenset({"fail_job", "fail_endpoint"})


def _checked(name: str, value: Any) -> Any:
    if name in _AMOUNTS and _is_amount(value) and (name != "speed" or value > 0):
        return float(value)
    if name in _FLAGS and isinstance(value, bool):
        return value
    if name in _WORDS and value in _WORDS[name]:
        return value
    if name in _FAILURES and (value is None or _is_code_and_message(value)):
        return None if value is None else tuple(value)
    if name == "retires" and (value is None or _is_day(value)):
        return value
    if name == "unknown_status" and (value is None or (isinstance(value, str) and value)):
        return value
    raise UnknownSwitchError(name)


def _is_amount(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < float("inf")


def _is_day(value: Any) -> bool:
    try:
        return isinstance(value, str) and bool(date.fromisoformat(value))
    except ValueError:
        return False


def _is_code_and_message(value: Any) -> bool:
    pair = isinstance(value, list | tuple) and len(value) == 2
    return pair and all(isinstance(part, str) and part for part in value)
