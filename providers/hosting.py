"""Deployments behind one protocol: what a service can host, what it hosts, who calls it, and what that needs.

All values are frozen, times aware UTC. A connection whose service offers no deployments, or whose configuration does
not say where they are managed, has no `Hosting`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal, Protocol

from providers.base import State
from providers.errors import ProviderError

HostedState = Literal["creating", "live", "failed", "removing", "paused"]
OperationProgress = Literal["running", "succeeded", "failed"]
PROCESSING_PLACES = Literal["region", "zone", "global"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpiryRule:
    """When the service deletes a deployment by itself.

    Attributes:
        id: `idle` (so long without a call) or `age` (so long after creation, called or not).
        after: how long.
        skus: SKU ids that it holds for; empty = all others.
        source: who says so, for people.
    """

    id: Literal["idle", "age"]
    after: timedelta
    skus: frozenset[str] = frozenset()
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sku:
    """One way to host, for one base model in one region.

    Attributes:
        id: the service's name (`GlobalStandard`). label, hint: for the modal.
        processing: where data may be processed.
        minimum, maximum, step, default: capacity in the service's own units.
        tokens_per_unit, requests_per_unit: what one unit means per minute; None = not known.
        pool: name of the quota that it draws from (`OpenAI.GlobalStandard.gpt-4.1-mini-finetune`), "" = not known.
        billed_by_the_hour: whether it costs while it is there, called or not.
        unit: what capacity is counted in: "" = the units that Azure OpenAI has, `none` = there is nothing to choose,
            `throughput` = tokens per second.
        sleeps: it goes to sleep without calls, and the first call after that waits and is billed.
    """

    id: str
    label: str
    hint: str
    processing: PROCESSING_PLACES
    minimum: int = 1
    maximum: int | None = None
    step: int = 1
    default: int = 1
    tokens_per_unit: int | None = None
    requests_per_unit: int | None = None
    pool: str = ""
    billed_by_the_hour: bool = True
    unit: Literal["", "none", "throughput"] = ""
    sleeps: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What the region offers for one base model; no SKU = it cannot be deployed there."""

    base: str
    skus: tuple[Sku, ...]
    lifecycle: str = ""
    training_ends: datetime | None = None
    inference_ends: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pool:
    """A quota of the region: used of limit, in the units of `Sku` capacities."""

    name: str
    used: int
    limit: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where the deployments of a connection live, as the service tells it.

    Attributes:
        resource: the service's id of the account. region: its own name (`swedencentral`).
        fine_tuned: whether fine-tuned models can be hosted there at all.
        offers, pools, filters: what there is; filters are names of content filter configurations. No pools or no
            filters means that the bot may not read them, too.
        maximum: how many fine-tuned deployments fit; None = no documented limit.
        filter_off: the one of `filters` that turns the service's content safety off, "" = there is none.
    """

    resource: str
    region: str
    fine_tuned: bool
    offers: tuple[Offer, ...]
    pools: tuple[Pool, ...]
    filters: tuple[str, ...]
    maximum: int | None = None
    filter_off: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeploySpec:
    """What to deploy.

    Attributes:
        name: the deployment's name. model: the fine-tuned model's or checkpoint's name.
        base: id of the base model. sku, capacity: as in `Sku`.
        source: the service's id of the account that has the model, None when it is this one.
        content_filter: None = the service's default.
        tags: names and values that stay on the deployment.
    """

    name: str
    model: str
    base: str
    sku: str
    capacity: int
    source: str | None = None
    content_filter: str | None = None
    tags: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteDeployment:
    """A deployment as the service tells it; `raw_state` is its own word, an unknown one counts as creating.

    Attributes:
        model: name of what is deployed. fine_tuned: whether that is a fine-tuned model.
        base: id of the base model, "" when the name does not tell.
        created_at: when it was created (again): a recreated deployment has a later one.
        failure: the service's code and words when `state` is `failed`.
        suspended: the service serves it to nobody until what it is sold by is paid for.
    """

    name: str
    model: str
    fine_tuned: bool
    base: str
    sku: str
    capacity: int
    state: HostedState
    raw_state: str
    created_at: datetime | None
    modified_at: datetime | None = None
    created_by: str = ""
    source: str | None = None
    content_filter: str | None = None
    tags: Mapping[str, str] = field(default_factory=dict)
    etag: str = ""
    failure: tuple[str, str] | None = None
    suspended: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """Something that the service is doing. `state` is what finds it again; None = it was done at once."""

    name: str
    state: State | None
    retry_after: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationState:
    """How far an operation is; `code` and `message` are the service's own for `failed`.

    Attributes:
        raw: the service's own word.
        problem: for `failed`, what it means as an error of ours: `operation_failed`, or the code that a refusal with
            the same words has (`deployment_quota`, `rai_blocked`, …). Never raised.
    """

    progress: OperationProgress
    raw: str
    retry_after: float | None = None
    code: str = ""
    message: str = ""
    problem: ProviderError | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """Calls of one deployment in the window that was asked for.

    Attributes:
        last: begin of the last bucket with a call, None = none in the window.
        calls: how many in the window. last_day: how many in its last 24 hours.
    """

    last: datetime | None
    calls: int
    last_day: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """Who was called. Deployments without a series are absent: they had no call since `since`.

    Attributes:
        bucket: length of the buckets that `Use.last` begins.
        read_at: when it was read. known: False where the service has no such measurement.
        unmeasured: names of deployments whose calls nobody counts: absent in `uses` says nothing about them.
    """

    since: datetime
    bucket: timedelta
    read_at: datetime
    uses: Mapping[str, Use]
    known: bool = True
    unmeasured: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class CallResult:
    """The answer of a real call; it may have been billed."""

    text: str
    prompt_tokens: int | None
    completion_tokens: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """How programs call a deployment, for the snippet. No secrets.

    Attributes:
        style: whose way of calling: `azure_openai` (dated), `azure_v1`, `serverless` (Azure AI), `databricks`;
            any other is called as `openai` calls an address, with a bearer token.
        key_secret: name of the Key Vault secret that holds the key, "" = none is kept; key_vault: its vault's address.
        key_command: the command with which somebody who may reads the key, "" = none is known.
        key_direct: the same at the service itself, where `key_command` asks a vault that may not have it yet.
    """

    url: str
    deployment: str
    api_version: str
    auth: Literal["key", "entra", "token"]
    scope: str
    style: str = "azure_openai"
    key_secret: str = ""
    key_vault: str = ""
    key_command: str = ""
    key_direct: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Right:
    """One thing that the bot must be allowed to do.

    Attributes:
        action: what it is (`Microsoft.CognitiveServices/accounts/deployments/write`). held: whether it is.
        needed_for: our word: `read`, `deploy`, `remove`, `usage`, `call`.
        grant: the command that grants it (`az role assignment create …`), "" when held.
        vital: False for what the bot does without, knowing less.
    """

    action: str
    held: bool
    needed_for: str
    grant: str = ""
    vital: bool = True


class Hosting(Protocol):
    """Deployments of one connection. Raises `providers.errors.ProviderError` and nothing else.

    Only `apply` raises `OutcomeUnknown`: it is sent once, and the caller reads the deployment before anything else.
    `call` is sent once, too; without an answer it is `Unavailable`, and a second call may be paid for like the first.
    """

    @property
    def rules(self) -> Sequence[ExpiryRule]:
        """When the service deletes deployments by itself."""
        ...

    @property
    def resource(self) -> str:
        """The service's id of the account (also what another account names as the source of a model)."""
        ...

    async def place(self) -> Place:
        """What can be deployed here, and how much of the quotas is used."""
        ...

    async def deployments(self) -> Sequence[RemoteDeployment]:
        """All deployments, those of base models included."""
        ...

    async def deployment(self, name: str) -> RemoteDeployment | None:
        """One deployment; None when there is none of this name."""
        ...

    async def apply(self, spec: DeploySpec) -> Operation:
        """Create it, with one attempt. The caller has just read that the name is free.

        Raises:
            OutcomeUnknown: sent, and no answer came.
            Conflict: `name_taken`, `already_deployed`. OverQuota: `deployment_quota`, `deployment_count`.
            Unauthorised: `role_missing`, `source_role_missing`, `policy_denied`.
            Refused: `model_retired`, `model_not_deployable`, `sku_refused`, `rai_blocked`, `filter_unknown`, …
        """
        ...

    async def operation(self, operation: Operation) -> OperationState:
        """How far it is."""
        ...

    async def delete(self, name: str) -> Operation:
        """Take it down; one that is gone already is fine."""
        ...

    async def usage(self, since: datetime) -> Usage:
        """Calls of all deployments since then; one request."""
        ...

    async def call(self, name: str, prompt: str) -> CallResult:
        """One real call, as a program would make it. `Unavailable("deployment_not_ready")` while it starts,
        `NotFound("deployment_not_found")` when it is gone."""
        ...

    async def hand_over(self, name: str) -> None:
        """Put the deployment's key where the configuration wants it (Key Vault); nothing to do without one.

        It may be repeated. `Unauthorised("vault_role_missing")` with the command that grants it.
        """
        ...

    def endpoint(self, name: str) -> Endpoint:
        """How programs call it; needs no request."""
        ...

    async def rights(self) -> Sequence[Right]:
        """What the bot may do there; harmless."""
        ...

    async def delete_model(self, model: str) -> None:
        """Delete a fine-tuned model with the job that made it; one that is gone already is fine.

        Raises:
            Conflict: `model_in_use` while it is deployed.
            Unsupported: `model_not_deletable` for a checkpoint, which goes with its model.
        """
        ...
