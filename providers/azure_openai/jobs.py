"""Training jobs: the service's words and ours."""

import json
from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final

from providers.azure_openai import hyperparameters
from providers.azure_openai.surface import SUPERVISED
from providers.azure_openai.wire import WireJob
from providers.base import Failure, JobSpec, JobState, RemoteJob, Value
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
        method=_method(wire) or (spec.method if spec else SUPERVISED),
    )


def _method(wire: WireJob) -> str:
    kind = wire.method.get("type")
    return kind if isinstance(kind, str) else ""


def _hyperparameters(wire: WireJob) -> dict[str, Value]:
    """Top level, or inside the method's object where the service moved them; `auto` is -1, objects are JSON."""
    inner = wire.method.get(_method(wire))
    chosen: Mapping[str, Any] = inner if isinstance(inner, dict) else {}
    parameters = chosen.get("hyperparameters")
    found = {**(parameters if isinstance(parameters, dict) else {}), **wire.hyperparameters}
    told = {name: hyperparameters.read(name, value) for name, value in found.items()}
    texts = {
        name: json.dumps(chosen[name], ensure_ascii=False)
        for name in hyperparameters.OBJECTS
        if isinstance(chosen.get(name), dict) and chosen[name]
    }
    return {name: value for name, value in told.items() if value is not None} | texts


def _failure(error: Mapping[str, Any]) -> Failure | None:
    """The failure where the service tells one; `{}` and null are none (contract 1.5)."""
    code, message, param = (error.get(name) for name in ("code", "message", "param"))
    if not code and not message:
        return None
    return Failure(code=str(code or ""), message=str(message or ""), param=str(param or ""))


def _time(seconds: int | None) -> datetime | None:
    return from_unix(seconds) if seconds else None
