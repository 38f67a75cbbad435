"""A fine-tuning job with its events and checkpoints, and their JSON in each api-version (contract 1.5 to 1.7)."""

import asyncio
from dataclasses import dataclass, field
from typing import Any, Final

from sandbox.azure_openai.catalogue import DEVELOPER, BaseModel
from sandbox.azure_openai.method import Method, PreferenceStep, RewardStep
from sandbox.azure_openai.versions import ApiVersion
from sandbox.training.model import PackedWeights
from sandbox.training.trainer import Score, Step

TERMINAL: Final = frozenset({"succeeded", "failed", "cancelled"})


@dataclass(frozen=True, slots=True)
class JobRequest:
    """A valid request to create a job. -1 in a hyperparameter leaves it to the service."""

    model: str
    base: BaseModel
    start: PackedWeights | None
    training_file: str
    validation_file: str | None
    n_epochs: int
    batch_size: int
    learning_rate_multiplier: float
    suffix: str | None
    seed: int | None
    training_type: str
    training_type_sent: object = None
    method: Method = field(default_factory=Method)
    metadata: dict[str, str] | None = None

    @property
    def pool(self) -> str:
        """Which limit of running jobs counts it."""
        return "developer" if self.training_type == DEVELOPER else "shared"


@dataclass(frozen=True, slots=True)
class Event:
    """One line of a job's log."""

    id: str
    created_at: int
    level: str
    message: str
    data: dict[str, float] | None = None

    def as_json(self, version: ApiVersion) -> dict[str, Any]:
        """The event object; the undated surface has another word for a warning (contract 1.6)."""
        level = "warn" if version.undated and self.level == "warning" else self.level
        body: dict[str, Any] = {"id": self.id, "created_at": self.created_at, "level": level}
        body |= {"message": self.message, "type": "metrics" if self.data else "message"}
        body["object"] = "fine_tuning.job.event"
        return body | ({"data": self.data} if self.data else {})


@dataclass(slots=True)
class Checkpoint:
    """A version of the model at the end of an epoch (or at a pause)."""

    id: str
    created_at: int
    model: str
    step: int
    metrics: dict[str, float]
    weights: PackedWeights
    job_id: str

    def as_json(self, _version: ApiVersion) -> dict[str, Any]:
        """The checkpoint object, the same on all surfaces."""
        return {
            "id": self.id,
            "created_at": self.created_at,
            "fine_tuned_model_checkpoint": self.model,
            "fine_tuning_job_id": self.job_id,
            "metrics": self.metrics,
            "object": "fine_tuning.job.checkpoint",
            "step_number": self.step,
        }


@dataclass(frozen=True, slots=True)
class JobError:
    """Why a job failed."""

    code: str
    message: str
    param: str | None


@dataclass(slots=True)
class Job:
    """One job; `events` and `checkpoints` oldest first."""

    id: str
    created_at: int
    seed: int
    request: JobRequest
    status: str = "pending"
    updated_at: int = 0
    n_epochs: int = -1
    batch_size: int = -1
    estimated_finish: int | None = None
    finished_at: int | None = None
    fine_tuned_model: str | None = None
    result_files: list[str] = field(default_factory=list)
    trained_tokens: int | None = None
    error: JobError | None = None
    events: list[Event] = field(default_factory=list)
    checkpoints: list[Checkpoint] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    holds_turn: bool = False
    in_training: bool = False
    pause_asked: bool = False
    resumed: asyncio.Event = field(default_factory=asyncio.Event)
    task: asyncio.Task[Any] | None = None

    @property
    def ended(self) -> bool:
        """Whether its status is final."""
        return self.status in TERMINAL

    @property
    def model_name(self) -> str:
        """What the trained model is called: `base.ft-<32 hex>[-suffix]`."""
        suffix = f"-{self.request.suffix}" if self.request.suffix else ""
        return f"{self.request.base.id}.ft-{self.id.removeprefix('ftjob-')}{suffix}"

    def as_json(self, version: ApiVersion, shown_status: str | None = None) -> dict[str, Any]:
        """The job object; what is null is left out, as the service does (contract 1.5)."""
        body: dict[str, Any] = {
            "hyperparameters": {
                "batch_size": self.batch_size,
                "learning_rate_multiplier": self.request.learning_rate_multiplier,
                "n_epochs": self.n_epochs,
            },
            "model": self.request.model,
            "training_file": self.request.training_file,
            "validation_file": self.request.validation_file,
            "fine_tuned_model": self.fine_tuned_model,
            "result_files": self.result_files or None,
            "finished_at": self.finished_at,
            "trained_tokens": self.trained_tokens,
            "suffix": self.request.suffix,
            "trainingType": self.request.training_type_sent,
            "id": self.id,
            "status": self.status if self.ended or shown_status is None else shown_status,
            "created_at": self.created_at,
            "object": "fine_tuning.job",
        }
        if version.updated_at:
            body["updated_at"] = self.updated_at
        if version.seed:
            body["seed"] = self.seed
        if version.methods:
            body["method"] = self.request.method.sent
        if version.job_error:
            body["estimated_finish"] = None if self.ended else self.estimated_finish
            body["error"] = _error_json(self.error)
        if version.undated:
            return self._in_full(body)
        return {key: value for key, value in body.items() if value is not None}

    def _in_full(self, body: dict[str, Any]) -> dict[str, Any]:
        """The undated surface tells nulls (seen with `organization_id` and `result_files`, contract 1.5)."""
        method = self.request.method
        told = {key: value for key, value in body.items() if key not in {"suffix", "trainingType", "method"}}
        rest = {"user_provided_suffix": self.request.suffix, "trainingType": self.request.training_type_sent}
        return {
            **told,
            "error": {"param": None, **told["error"]} if told.get("error") else None,
            "organization_id": None,
            "metadata": self.request.metadata,
            "method": method.sent or {"type": method.type},
            **{key: value for key, value in rest.items() if value is not None},
        }


def metrics(step: Step) -> dict[str, float]:
    """A step under the names of the service (contract 1.6, 4); what was not measured is left out."""
    values: dict[str, float] = {"step": step.number}
    if isinstance(step, RewardStep):
        return values | dict(step.values)
    if isinstance(step, PreferenceStep):
        values |= step.values
    for prefix, score in (("train", step.train), ("valid", step.valid), ("full_valid", step.full_valid)):
        values |= _score(prefix, score)
    return values


def _score(prefix: str, score: Score | None) -> dict[str, float]:
    if score is None:
        return {}
    return {f"{prefix}_loss": round(score.loss, 6), f"{prefix}_mean_token_accuracy": round(score.accuracy, 6)}


def _error_json(error: JobError | None) -> dict[str, str] | None:
    if error is None:
        return None
    body = {"code": error.code, "message": error.message}
    return body | ({"param": error.param} if error.param else {})
