"""Training jobs: the service's words and ours."""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final

from providers.azure_openai.wire import WireJob
from providers.base import Failure, JobSpec, JobState, Number, RemoteJob, Value
from providers.clock import from_unix

# Contract 1.5: the union of what versions, previews and examples show. Keys are lower case.
STATES: Final[Mapping[str, JobState]] = MappingProxyType(
    {
        "created": "pending",
        "pending": "pending",
        "notrunning": "pending",
        "queued": "pending",
        "validating_files": "pending",
        "running": "running",
        "pausing": "pausing",
        "paused": "paused",
        "resuming": "resuming",
        "succeeded": "succeeded",
        "failed": "failed",
        "cancelled": "cancelled",
        "canceled": "cancelled",
    }
)
AUTO: Final = -1
WHOLE_PARAMETERS: Final = frozenset({"n_epochs", "batch_size"})


def state_of(raw: str) -> JobState:
    """Our state for the service's word; one that nobody knows counts as running and is shown verbatim."""
    return STATES.get(raw.lower(), "running")


def to_job(wire: WireJob, *, spec: JobSpec | None = None) -> RemoteJob:
    """A job as everybody else sees it.

    Args:
        wire: what the service sent.
        spec: what was asked for, where known: the sparse answer to a creation may leave it out.
    """
    raw = wire.status or "pending"
    return RemoteJob(
        id=wire.id,
        state=state_of(raw),
        raw_state=raw,
        model=wire.model or (spec.model if spec else ""),
        created_at=from_unix(wire.created_at or 0),
        training_file=wire.training_file or (spec.training_file if spec else ""),
        validation_file=wire.validation_file or (spec.validation_file if spec else None),
        training_type=wire.trainingType or (spec.training_type if spec else None),
        hyperparameters=_hyperparameters(wire),
        seed=wire.seed if wire.seed is not None or spec is None else spec.seed,
        suffix=wire.suffix or wire.user_provided_suffix or (spec.suffix if spec else None),
        finished_at=_time(wire.finished_at),
        estimated_finish=_time(wire.estimated_finish),
        result_model=wire.fine_tuned_model,
        result_files=tuple(wire.result_files),
        trained_tokens=wire.trained_tokens,
        failure=_failure(wire.error),
    )


def creation_body(spec: JobSpec) -> dict[str, Any]:
    """The dated surface's creation body (contract 1.4), always with our seed.

    `trainingType` stands at the top level and is left out when nobody chose one: the service then takes its
    default, `Standard`.
    """
    body: dict[str, Any] = {"model": spec.model, "training_file": spec.training_file, "seed": spec.seed}
    if spec.validation_file:
        body["validation_file"] = spec.validation_file
    if spec.suffix:
        body["suffix"] = spec.suffix
    if spec.training_type:
        body["trainingType"] = spec.training_type
    hyperparameters = {name: _sent(name, value) for name, value in spec.hyperparameters.items()}
    if hyperparameters:
        body["hyperparameters"] = hyperparameters
    return body


def is_result_of(job: RemoteJob, spec: JobSpec, earliest: datetime) -> bool:
    """Whether a job can be what a creation with this spec made: files, suffix and seed, not older than `earliest`.

    A job whose answer has no seed (older api-versions leave it out) is told by the rest.
    """
    return (
        job.created_at >= earliest
        and job.training_file == spec.training_file
        and (job.validation_file or None) == (spec.validation_file or None)
        and (job.suffix or None) == (spec.suffix or None)
        and job.seed in {None, spec.seed}
    )


def _sent(name: str, value: Value) -> Value:
    return int(value) if name in WHOLE_PARAMETERS and not isinstance(value, str) else value


def _hyperparameters(wire: WireJob) -> dict[str, Number]:
    """Top level, or inside the method's object where the service moved them; `auto` is -1."""
    found: dict[str, Any] = dict(wire.hyperparameters)
    kind = wire.method.get("type")
    inner = wire.method.get(kind) if isinstance(kind, str) else None
    if isinstance(inner, dict) and isinstance(inner.get("hyperparameters"), dict):
        found = {**inner["hyperparameters"], **found}
    read: dict[str, Number] = {}
    for name, value in found.items():
        if value == "auto":
            read[name] = AUTO
        elif isinstance(value, int | float) and not isinstance(value, bool):
            read[name] = value
    return read


def _failure(error: Mapping[str, Any]) -> Failure | None:
    """The failure where the service tells one; `{}` and null are none (contract 1.5)."""
    code, message, param = (error.get(name) for name in ("code", "message", "param"))
    if not code and not message:
        return None
    return Failure(code=str(code or ""), message=str(message or ""), param=str(param or ""))


def _time(seconds: int | None) -> datetime | None:
    return from_unix(seconds) if seconds else None
