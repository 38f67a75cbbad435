"""How the stand-in is set up, and the switches of the panel."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

CATEGORIES: Final = ("hate_fairness", "self_harm", "sexual", "violence")


@dataclass(frozen=True, slots=True)
class Limits:
    """Contract 1.10; bytes and counts per resource. `running` by pool: developer tier has its own."""

    file_bytes: int = 512 * 1024 * 1024
    total_bytes: int = 1024 * 1024 * 1024
    files: int = 100
    fine_tuned_deployments: int = 10
    standard_deployments: int = 32
    upload_part_bytes: int = 64 * 1024 * 1024
    upload_bytes: int = 9 * 1024 * 1024 * 1024
    uploads_per_second: int = 30
    running: int = 3
    running_developer: int = 5
    queued: int = 20
    kept: int = 100
    examples: int = 10


@dataclass(frozen=True, slots=True)
class ArmLimits:
    """Requests to Resource Manager, as a bucket and its refill per second, for each subscription and caller."""

    reads: int = 250
    reads_per_second: float = 25
    writes: int = 200
    writes_per_second: float = 10
    deletes: int = 200
    deletes_per_second: float = 10


@dataclass(frozen=True, slots=True)
class Account:
    """Where an account stands in Resource Manager; `fine_tuning` is whether its region has fine-tuned models."""

    subscription_id: str
    resource_group: str
    location: str
    fine_tuning: bool = True


_SUBSCRIPTION_1: Final = "00000000-0000-4000-8000-000000000001"
_SUBSCRIPTION_2: Final = "00000000-0000-4000-8000-000000000002"
_REGIONS: Final = {
    "swedencentral": "Sweden Central",
    "eastus2": "East US 2",
    "italynorth": "Italy North",
    "northcentralus": "North Central US",
}


def _accounts() -> dict[str, Account]:
    return {
        "prod-swc": Account(_SUBSCRIPTION_1, "rg-ml", "swedencentral"),
        "dev-eus2": Account(_SUBSCRIPTION_2, "rg-dev", "eastus2"),
        "edge-itn": Account(_SUBSCRIPTION_1, "rg-ml", "italynorth", fine_tuning=False),
    }


@dataclass(frozen=True, slots=True)
class AzureOptions:
    """Fixed for the life of the stand-in.

    Any resource name is served (`/azure/{resource}/openai/…`), each with its own files and jobs and the same
    key; Resource Manager (`/arm`) knows `accounts` only. `quota` replaces the limit of single pools by name
    (`OpenAI.Standard.gpt-4.1-mini-finetune`). `directory` keeps the bodies of files (a temporary folder when
    None). `random_seed` makes ids and generated job seeds repeatable.
    """

    api_key: str = "sandbox-azure-key"
    identity_header: str = "sandbox-identity-header"
    client_ids: frozenset[str] | None = None
    token_seconds: int = 24 * 3600
    regions: Mapping[str, str] = field(default_factory=dict)
    default_region: str = "Sweden Central"
    directory: Path | None = None
    random_seed: int | None = None
    limits: Limits = field(default_factory=Limits)
    speed: float = 1.0
    accounts: Mapping[str, Account] = field(default_factory=_accounts)
    quota: Mapping[str, int] = field(default_factory=dict)
    rai_policies: tuple[str, ...] = ("Microsoft.Default", "Microsoft.DefaultV2", "corp-strict")
    arm_limits: ArmLimits = field(default_factory=ArmLimits)
    arm_page: int = 20

    def region(self, resource: str) -> str:
        """The region of a resource as its answers spell it."""
        account = self.accounts.get(resource)
        known = _REGIONS.get(account.location, account.location) if account else self.default_region
        return self.regions.get(resource, known)


class UnknownSwitchError(ValueError):
    """The panel set a switch that does not exist, or to a value that it cannot have."""


@dataclass(slots=True)
class Switches:
    """What the panel may change at any time.

    - `speed`: factor on everything that takes time (file processing, queueing, training, evaluation), > 0;
    - `hold_pending`: no job leaves `pending`;
    - `file_seconds`: how long a file takes to `processed` at speed 1;
    - `uploads`: whether there are uploads in parts (the surface of projects answers 404, contract 1.3);
    - `form_bytes`: forms with more bytes than this end in 500, as people report above 150 MB; 0 = none does;
    - `results_columns`: `valid` (as the service) or `validation` (as its article spells the accuracy column);
    - `results_bom`, `results_base64`: how the content of results files is encoded;
    - `fail_safety`: categories (`violence`, …) that every safety evaluation finds; empty = the model decides;
    - `unknown_status`: this word is answered as the status of jobs that have not ended;
    - `deploy_seconds`: how long a deployment takes to `Succeeded` at speed 1 (a deletion half of it);
    - `ready_seconds`: how long after that the data plane still answers DeploymentNotReady, at speed 1;
    - `arm_rights`: `owner`, `reader` (writes are refused) or `none` (everything is) in Resource Manager;
    - `unreadable_sources`: a model's source account in another subscription is not readable;
    - `fail_deployment`: code and message that new deployments end Failed with;
    - `policy_denied`: a company's policy denies every write to deployments;
    - `metric_lag_seconds`: how long after a call Azure Monitor shows it (minutes at the live service);
    - `metric_rights`: whether the caller may read metrics (Monitoring Reader).
    """

    speed: float = 1.0
    hold_pending: bool = False
    file_seconds: float = 3.0
    uploads: bool = True
    form_bytes: float = 0
    results_columns: str = "valid"
    results_bom: bool = False
    results_base64: bool = False
    fail_safety: tuple[str, ...] = ()
    unknown_status: str | None = None
    deploy_seconds: float = 4.0
    ready_seconds: float = 6.0
    arm_rights: str = "owner"
    unreadable_sources: bool = False
    fail_deployment: tuple[str, str] | None = None
    policy_denied: bool = False
    metric_lag_seconds: float = 3.0
    metric_rights: bool = True

    def as_json(self) -> dict[str, Any]:
        """All switches, as the panel shows them."""
        return {name: getattr(self, name) for name in self.__slots__}

    def configure(self, changes: Mapping[str, Any]) -> None:
        """Set some switches; nothing is changed when one of them is wrong. Raises UnknownSwitchError."""
        checked = {name: _checked(name, value) for name, value in changes.items()}
        for name, value in checked.items():
            setattr(self, name, value)


_AMOUNTS: Final = frozenset(
    {"speed", "file_seconds", "form_bytes", "deploy_seconds", "ready_seconds", "metric_lag_seconds"}
)
_FLAGS: Final = frozenset(
    {
        "hold_pending",
        "uploads",
        "results_bom",
        "results_base64",
        "unreadable_sources",
        "policy_denied",
        "metric_rights",
    }
)
_WORDS: Final = {"results_columns": ("valid", "validation"), "arm_rights": ("owner", "reader", "none")}


def _checked(name: str, value: Any) -> Any:
    if name in _AMOUNTS:
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < float("inf"):
            raise UnknownSwitchError(name)
        if name == "speed" and value == 0:
            raise UnknownSwitchError(name)
        return float(value)
    if name in _FLAGS:
        if not isinstance(value, bool):
            raise UnknownSwitchError(name)
        return value
    if name in _WORDS and value in _WORDS[name]:
        return value
    if name == "fail_safety" and isinstance(value, list | tuple) and set(value) <= set(CATEGORIES):
        return tuple(value)
    if name == "unknown_status" and (value is None or (isinstance(value, str) and value)):
        return value
    if name == "fail_deployment" and (value is None or _is_code_and_message(value)):
        return None if value is None else tuple(value)
    raise UnknownSwitchError(name)


def _is_code_and_message(value: Any) -> bool:
    pair = isinstance(value, list | tuple) and len(value) == 2
    return pair and all(isinstance(part, str) and part for part in value)
