"""Fine-tuning runs and how GraphQL shows them (contract 1)."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from sandbox.databricks.graphql import Shape
from sandbox.databricks.mlflow import Run as MlflowRun
from sandbox.databricks.options import Model
from sandbox.training.model import PackedWeights

ENDED: Final = frozenset({"COMPLETED", "STOPPED", "FAILED"})


@dataclass(frozen=True, slots=True)
class Duration:
    """How long to train: `count` epochs ("ep"), batches ("ba") or tokens ("tok")."""

    count: int
    unit: str


@dataclass(frozen=True, slots=True)
class RunRequest:
    """What a run was created with; `config` is the request as it was sent."""

    config: dict[str, Any]
    model: Model
    task: str
    train: str
    eval: str | None
    prompts: tuple[str, ...]
    duration: Duration
    learning_rate: float
    context_length: int
    experiment_path: str
    registry_path: str
    start: PackedWeights | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """A line of the run's history."""

    type: str
    time: datetime
    message: str


@dataclass(slots=True)
class FinetuneRun:
    """One run."""

    id: str
    name: str
    created_by: str
    created_by_email: str
    created_at: datetime
    request: RunRequest
    status: str = "PENDING"
    updated_at: datetime | None = None
    started_at: datetime | None = None
    completed_at: datetime | None = None
    estimated_end: datetime | None = None
    reason: str = ""
    events: list[Event] = field(default_factory=list)
    mlflow: MlflowRun | None = None
    checkpoints: dict[str, PackedWeights] = field(default_factory=dict)
    task: asyncio.Task[None] | None = None
    stopping: asyncio.Task[None] | None = None

    @property
    def experiment(self) -> str:
        """The path of its experiment: the template's braces stand for the run's name."""
        return self.request.experiment_path.replace("{}", self.name)

    @property
    def registered_name(self) -> str:
        """The registered model: named after the run when only the schema was given."""
        path = self.request.registry_path
        return f"{path}.{self.name}" if path.count(".") == 1 else path

    def note(self, kind: str, message: str, at: datetime) -> None:
        """Add an event."""
        self.events.append(Event(kind, at, message))
        self.updated_at = at

    def as_json(self, unknown_status: str | None) -> dict[str, Any]:
        """Every field of a run."""
        request, config = self.request, self.request.config
        tracker = {"experimentPath": self.experiment, "modelRegistryPath": request.registry_path}
        save_folder = str(config.get("saveFolder", ""))
        if self.mlflow is not None:
            tracker |= {"mlflowExperimentId": self.mlflow.experiment_id, "mlflowRunId": self.mlflow.id}
        status = self.status if self.status in ENDED or unknown_status is None else unknown_status
        return {
            "id": self.id,
            "name": self.name,
            "status": status,
            "createdById": self.created_by,
            "createdByEmail": self.created_by_email,
            "createdAt": iso(self.created_at),
            "updatedAt": iso(self.updated_at or self.created_at),
            "startedAt": iso(self.started_at),
            "completedAt": iso(self.completed_at),
            "estimatedEndTime": iso(self.estimated_end),
            "reason": self.reason,
            "isDeleted": False,
            "details": {
                "model": request.model.name,
                "taskType": request.task,
                "trainDataPath": request.train,
                "saveFolder": save_folder,
                "evalDataPath": request.eval,
                "evalPrompts": list(request.prompts) or None,
                "trainingDuration": f"{request.duration.count}{request.duration.unit}",
                "learningRate": request.learning_rate,
                "contextLength": request.context_length,
                "dataPrepConfig": config.get("dataPrepConfig"),
                "experimentTracker": {"mlflow": tracker},
                "customWeightsPath": config.get("customWeightsPath"),
                "formattedFinetuningEvents": self.events_json(),
            },
        }

    def events_json(self) -> list[dict[str, Any]]:
        """All events, oldest first."""
        return [
            {"eventType": event.type, "eventTime": iso(event.time), "eventMessage": event.message}
            for event in self.events
        ]


def iso(at: datetime | None) -> str | None:
    """A moment as GraphQL spells it."""
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z") if at else None


def _scalars(text: str) -> Shape:
    return dict.fromkeys(text.split())


EVENT: Final[Shape] = _scalars("eventType eventTime eventMessage")
DETAILS: Final[Shape] = {
    **_scalars(
        "model taskType trainDataPath saveFolder evalDataPath evalPrompts trainingDuration learningRate contextLength "
        "dataPrepConfig experimentTracker customWeightsPath"
    ),
    "formattedFinetuningEvents": EVENT,
}
RUN: Final[Shape] = {
    **_scalars(
        "id name status createdById createdByEmail createdAt updatedAt startedAt completedAt reason estimatedEndTime "
        "isDeleted"
    ),
    "details": DETAILS,
}
