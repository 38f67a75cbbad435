"""Runs of the fine-tuning service: its words and ours (contract 1, 10)."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, Final

from providers.base import TERMINAL, Failure, JobSpec, JobState, RemoteJob, Value
from providers.databricks.capabilities import METHODS, TASKS
from providers.databricks.files import file_in
from providers.databricks.hyperparameters import (
    DEFAULT_DURATION,
    DEFAULT_LEARNING_RATE,
    WEIGHTS_NAME,
    prompts_of,
)
from providers.databricks.queries import data_path, registry_path
from providers.databricks.settings import DatabricksSettings
from providers.mlflow.reading import number, text

STATES: Final[Mapping[str, JobState]] = MappingProxyType(
    {
        "PENDING": "pending",
        "QUEUED": "pending",
        "STARTING": "running",
        "RUNNING": "running",
        "TERMINATING": "running",
        "COMPLETED": "succeeded",
        "STOPPED": "cancelled",
        "CANCELED": "cancelled",
        "FAILED": "failed",
    }
)
MLFLOW_STATES: Final[Mapping[str, JobState]] = MappingProxyType(
    {"FINISHED": "succeeded", "FAILED": "failed", "KILLED": "cancelled", "SCHEDULED": "pending"}
)
PRETRAINING: Final = "CONTINUED_PRETRAIN"
_FRACTION: Final = re.compile(r"\.(\d{1,6})\d*")


@dataclass(frozen=True, slots=True)
class Tracked:
    """Where a run's MLflow run and its registered model are; "" = not known (yet).

    `registry` is `catalog.schema` or `catalog.schema.model`, as it was asked for.
    """

    run_id: str = ""
    experiment_id: str = ""
    registry: str = ""

    def model(self, name: str) -> str:
        """Full name of the model that the run `name` registers."""
        return (
            self.registry
            if self.registry.count(".") >= 2
            else f"{self.registry}.{name}"
            if self.registry
            else ""
        )


def state_of(raw: str) -> JobState:
    """Our state for the service's word; one that nobody knows counts as running and is shown verbatim."""
    return STATES.get(raw.upper(), "running")


def moment(value: object) -> datetime | None:
    """Aware UTC of an ISO text or of unix milliseconds; None for anything else."""
    if isinstance(value, str):
        try:
            # Python reads at most six digits of a second's fraction, and services send nine.
            at = datetime.fromisoformat(_FRACTION.sub(lambda found: f".{found[1]}", value.strip()))
            return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
        except (ValueError, OverflowError):
            return None
    milliseconds = number(value)
    if milliseconds is None or not 0 < milliseconds < 253_370_764_800_000:
        return None
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def tracked(row: Mapping[str, Any]) -> Tracked:
    """Where a run is tracked; the ids are there from STARTING on."""
    found = _mapping(_mapping(_mapping(row.get("details")).get("experimentTracker")).get("mlflow"))
    return Tracked(
        run_id=text(found.get("mlflowRunId")),
        experiment_id=text(found.get("mlflowExperimentId")),
        registry=text(found.get("modelRegistryPath")),
    )


def run_page(host: str, at: Tracked) -> str:
    """Address of the MLflow run's page, "" while it has none."""
    return (
        f"{host}/ml/experiments/{at.experiment_id}/runs/{at.run_id}" if at.run_id and at.experiment_id else ""
    )


def to_job(
    row: Mapping[str, Any], host: str, *, spec: JobSpec | None = None, now: datetime | None = None
) -> RemoteJob | None:
    """A job as everybody else sees it, without its result model; None for a row without a name or a time.

    `spec` is what was asked for and `now` when, where known: the answer to a creation may leave them out.
    """
    name, created = text(row.get("name")), moment(row.get("createdAt")) or now
    if not name or created is None:
        return None
    details, at = _mapping(row.get("details")), tracked(row)
    raw = text(row.get("status")) or "PENDING"
    state = state_of(raw)
    finished = moment(row.get("completedAt")) if state in TERMINAL else None
    task = text(details.get("taskType"))
    train = text(details.get("trainDataPath"))
    valid = text(details.get("evalDataPath"))
    if task == PRETRAINING:
        train, valid = file_in(train), file_in(valid) if valid else ""
    suffix = at.registry.split(".", 2)[2] if at.registry.count(".") >= 2 else None
    reason = text(row.get("reason"))
    return RemoteJob(
        id=name,
        state=state,
        raw_state=raw,
        model=text(details.get("model")) or (spec.model if spec else ""),
        created_at=created,
        training_file=train or (spec.training_file if spec else ""),
        validation_file=valid or (spec.validation_file if spec else None),
        hyperparameters=_hyperparameters(details) or (dict(spec.hyperparameters) if spec else {}),
        suffix=suffix or (spec.suffix if spec else None),
        finished_at=finished,
        estimated_finish=moment(row.get("estimatedEndTime")) if state not in TERMINAL else None,
        failure=Failure(code="", message=reason) if state == "failed" else None,
        method=METHODS.get(task, spec.method if spec else "supervised"),
        url=run_page(host, at),
    )


def is_result_of(
    row: Mapping[str, Any], spec: JobSpec, settings: DatabricksSettings, earliest: datetime
) -> bool:
    """Whether a run can be what a creation with this spec made, not older than `earliest`.

    The service names runs by itself and takes no label of ours, so everything that a creation carries is compared, as
    far as the row tells it. A context length that was not sent is not: the service puts in the model's own.
    """
    details, created = _mapping(row.get("details")), moment(row.get("createdAt"))
    return (
        created is not None
        and created >= earliest
        and text(details.get("model")) == spec.model
        and text(details.get("trainDataPath")) == data_path(spec.training_file, spec.method)
        and text(details.get("evalDataPath"))
        == (data_path(spec.validation_file, spec.method) if spec.validation_file else "")
        and tracked(row).registry in {"", registry_path(spec, settings)}
        and text(details.get("customWeightsPath")) == str(spec.hyperparameters.get(WEIGHTS_NAME, ""))
        and text(details.get("taskType")) in {"", TASKS[spec.method]}
        and _same_numbers(details, spec)
        and _same_prompts(details, spec)
    )


def _same_numbers(details: Mapping[str, Any], spec: JobSpec) -> bool:
    """Duration, learning rate and context length: those that are sent, against those that are told."""
    chosen = spec.hyperparameters
    duration = str(chosen.get("training_duration", DEFAULT_DURATION))
    rate = float(chosen.get("learning_rate", DEFAULT_LEARNING_RATE))
    told_rate, told_context = number(details.get("learningRate")), number(details.get("contextLength"))
    context = chosen.get("context_length")
    return (
        text(details.get("trainingDuration")).replace("_", "") in {"", duration.replace("_", "")}
        and (told_rate is None or math.isclose(told_rate, rate, rel_tol=1e-6))
        and (told_context is None or context is None or int(told_context) == int(context))
    )


def _same_prompts(details: Mapping[str, Any], spec: JobSpec) -> bool:
    """Prompts that are told are those that were sent; a row without any does not tell them."""
    told = details.get("evalPrompts")
    return not isinstance(told, list) or told in (
        [],
        prompts_of(str(spec.hyperparameters.get("eval_prompts", ""))),
    )


def with_model(job: RemoteJob, model: str | None) -> RemoteJob:
    """The job with the registered version that it made (`catalog.schema.model/version`)."""
    return job if model is None else replace(job, result_model=model)


def _hyperparameters(details: Mapping[str, Any]) -> dict[str, Value]:
    found: dict[str, Value] = {}
    for ours, theirs in (
        ("training_duration", "trainingDuration"),
        ("custom_weights_path", "customWeightsPath"),
    ):
        if text(details.get(theirs)):
            found[ours] = text(details.get(theirs))
    rate, context = number(details.get("learningRate")), number(details.get("contextLength"))
    if rate is not None:
        found["learning_rate"] = rate
    if context is not None:
        found["context_length"] = int(context)
    prompts = details.get("evalPrompts")
    lines = [one for one in prompts if isinstance(one, str)] if isinstance(prompts, list) else []
    if lines:
        found["eval_prompts"] = "\n".join(lines)
    return found


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
