"""The deployments of all accounts: their records, and how they move through provisioning (contract 2.2).

Nothing runs in the background: whoever asks sees what the clock and the switches say now. A record that is read
through `Deployments` is up to date.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, Literal

from sandbox.azure_control.inactivity import due
from sandbox.azure_openai.catalogue import BaseModel
from sandbox.azure_openai.options import Switches
from sandbox.clock import Clock
from sandbox.training.model import PackedWeights

FAILED: Final = "Failed"
SUCCEEDED: Final = "Succeeded"
# The part of the time of a deployment in which it is only noted, and how much shorter a deletion is.
_ACCEPTED_SHARE: Final = 0.25
_DELETE_SHARE: Final = 0.5


@dataclass(slots=True)
class CallRecord:
    """One call of the data plane to a deployment: when, the HTTP status, and the tokens."""

    at: datetime
    status: int
    prompt_tokens: int
    generated_tokens: int


@dataclass(slots=True, eq=False)
class Operation:
    """A long-running operation; `status` is Running, Succeeded or Failed. It outlives what it works on."""

    id: str
    kind: Literal["create", "delete"]
    resource: str
    target: str
    started_at: datetime
    status: str = "Running"
    ended_at: datetime | None = None
    error: tuple[str, str] | None = None


@dataclass(slots=True, eq=False)
class Deployment:
    """One deployment of an account.

    `model` is the name as it was sent (tuned model, checkpoint name, checkpoint id, or a base model), `checkpoint`
    the same version under its own name, `tuned_model` the result of the job it belongs to ("" for a base model).
    `source_account` is where the model was trained; `ready_at` is when the data plane answers.
    """

    resource: str
    name: str
    model: str
    format: str
    version: str
    tuned_model: str
    checkpoint: str
    base: BaseModel
    weights: PackedWeights | None
    sku: str
    capacity: int
    source: str | None
    source_account: str
    tags: dict[str, str]
    rai_policy: str | None
    created_at: datetime
    modified_at: datetime
    created_by: str
    created_by_type: str
    modified_by: str
    modified_by_type: str
    etag: str
    version_upgrade: str = "OnceNewDefaultVersionAvailable"
    state: str = "Accepted"
    succeeded_at: datetime | None = None
    ready_at: datetime | None = None
    error: tuple[str, str] | None = None
    operation: Operation | None = None
    calls: list[CallRecord] = field(default_factory=list)

    @property
    def fine_tuned(self) -> bool:
        """Whether a custom model stands behind it: only those are deleted by the service when nobody calls."""
        return bool(self.tuned_model)

    def is_ready(self, now: datetime) -> bool:
        """Whether the data plane answers; minutes after ARM says Succeeded (contract 2.2)."""
        return self.state == SUCCEEDED and self.ready_at is not None and now >= self.ready_at


class Deployments:
    """All deployments of the stand-in, by account; names are compared without case, as ARM does."""

    def __init__(self, clock: Clock, switches: Switches) -> None:
        self._clock = clock
        self._switches = switches
        self._records: dict[tuple[str, str], Deployment] = {}
        self._operations: dict[str, Operation] = {}
        # What is gone, oldest first: Azure Monitor goes on showing its calls.
        self.gone: list[Deployment] = []

    def of(self, resource: str) -> list[Deployment]:
        """The deployments of one account, oldest first."""
        self.settle()
        return [found for found in self._records.values() if found.resource == resource.lower()]

    def all(self) -> list[Deployment]:
        """Every deployment of every account."""
        self.settle()
        return list(self._records.values())

    def get(self, resource: str, name: str) -> Deployment | None:
        """One deployment, or None."""
        self.settle()
        return self._records.get((resource.lower(), name.lower()))

    def operation(self, operation_id: str) -> Operation | None:
        """A long-running operation by its id, or None."""
        self.settle()
        return self._operations.get(operation_id)

    def add(self, deployment: Deployment, operation: Operation) -> None:
        """Begin to provision a new record (or one that had failed)."""
        deployment.operation = operation
        self._operations[operation.id] = operation
        self._records[_key(deployment)] = deployment
        self.settle()

    def begin_delete(self, deployment: Deployment, operation: Operation) -> None:
        """Begin to delete; the record is gone when the operation ends."""
        deployment.state = "Deleting"
        deployment.operation = operation
        self._operations[operation.id] = operation
        self.settle()

    def remove(self, deployment: Deployment) -> None:
        """The record is gone: deleted by somebody, or by the service."""
        if self._records.get(_key(deployment)) is deployment:
            del self._records[_key(deployment)]
            self.gone.append(deployment)
            self._cut_short(deployment)
        operation = deployment.operation
        if operation is not None and operation.status == "Running":
            operation.status, operation.ended_at = SUCCEEDED, self._clock.now()

    def _cut_short(self, deployment: Deployment) -> None:
        """End what is still under way on a record that is gone; how the service words it is not documented."""
        operation = deployment.operation
        if operation is None or operation.status != "Running":
            return
        operation.ended_at = self._clock.now()
        operation.status = SUCCEEDED if operation.kind == "delete" else FAILED
        if operation.kind == "create":
            operation.error = ("ResourceNotFound", "The deployment was deleted before it was complete.")

    def is_deployed(self, resource: str, model: str) -> bool:
        """Whether a model (or a checkpoint of it) that was trained in this account is deployed anywhere."""
        return any(
            found.source_account == resource.lower()
            and model in {found.model, found.tuned_model, found.checkpoint}
            for found in self.all()
        )

    def settle(self) -> None:
        """Bring every record up to the present. Called before switches change, so that the past stays."""
        now = self._clock.now()
        for deployment in list(self._records.values()):
            self._settle(deployment, now)
        for deployment in due(self._records.values(), now):
            self.remove(deployment)

    def _settle(self, deployment: Deployment, now: datetime) -> None:
        operation = deployment.operation
        if operation is not None and operation.status == "Running":
            if operation.kind == "delete":
                self._deleting(deployment, operation, now)
            else:
                self._creating(deployment, operation, now)
        waits = deployment.ready_at is None or now < deployment.ready_at
        if deployment.succeeded_at is not None and waits:
            deployment.ready_at = deployment.succeeded_at + self._after(self._switches.ready_seconds)

    def _creating(self, deployment: Deployment, operation: Operation, now: datetime) -> None:
        lasts = self._after(self._switches.deploy_seconds)
        if now < operation.started_at + lasts:
            noted = now < operation.started_at + lasts * _ACCEPTED_SHARE
            deployment.state = "Accepted" if noted else "Creating"
            return
        operation.ended_at = operation.started_at + lasts
        if self._switches.fail_deployment is not None:
            operation.status = deployment.state = FAILED
            operation.error = deployment.error = self._switches.fail_deployment
            return
        operation.status = deployment.state = SUCCEEDED
        deployment.succeeded_at = operation.ended_at

    def _deleting(self, deployment: Deployment, operation: Operation, now: datetime) -> None:
        ends = operation.started_at + self._after(self._switches.deploy_seconds) * _DELETE_SHARE
        if now >= ends:
            operation.status, operation.ended_at = SUCCEEDED, ends
            self.remove(deployment)

    def _after(self, seconds: float) -> timedelta:
        return timedelta(seconds=seconds / self._switches.speed)


def _key(deployment: Deployment) -> tuple[str, str]:
    return deployment.resource, deployment.name.lower()
