"""Training jobs: the service's words and ours (contract 2)."""

import re
from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final

from providers.azure_ai.capabilities import TASKS
from providers.azure_ai.history import MODEL_PROPERTY, RunDetails
from providers.azure_ai.hyperparameters import from_wire
from providers.azure_ai.names import asset_name, read_own, without_version
from providers.azure_ai.reading import NEVER, inner, moment, text, texts
from providers.azure_ai.workspace import Workspace
from providers.base import TERMINAL, JobSpec, JobState, RemoteJob

# Keys are lower case. `NotResponding` can recover, so it is no end (contract 2).
STATES: Final[Mapping[str, JobState]] = MappingProxyType(
    {
        "notstarted": "pending",
        "starting": "pending",
        "provisioning": "pending",
        "preparing": "pending",
        "queued": "pending",
        "scheduled": "pending",
        "running": "running",
        "finalizing": "running",
        "cancelrequested": "running",
        "notresponding": "running",
        "paused": "paused",
        "completed": "succeeded",
        "failed": "failed",
        "canceled": "cancelled",
        "cancelled": "cancelled",
    }
)
OUTPUT: Final = "registered_model"
EXPERIMENT: Final = "tunesmith"
_METHODS: Final = {task.lower(): method for method, task in TASKS.items()}
_URI_VERSION: Final = re.compile(r"/models/(?P<name>[^/]+)/versions/(?P<version>[^/]+)$", re.IGNORECASE)
_LEADING: Final = re.compile(r"^[^A-Za-z0-9]+")


def state_of(raw: str) -> JobState:
    """Our state for the service's word; one that nobody knows counts as running and is shown verbatim."""
    return STATES.get(raw.lower(), "running")


def job_id(spec: JobSpec) -> str:
    """The id of a job that is to be made, out of its key: the same for every attempt (contract 2)."""
    key = re.sub(r"[^A-Za-z0-9_-]+", "-", spec.key or f"{spec.label}-{spec.seed}")
    return _LEADING.sub("", key)[:255] or f"tunesmith-{spec.seed}"


def model_name(spec: JobSpec) -> str:
    """What the trained model is called: the readable part, and the job's id behind so that no other has the name."""
    readable = asset_name(spec.suffix or "model") or "model"
    return f"{readable}-{asset_name(job_id(spec))}"[:255]


def creation_body(spec: JobSpec, model: str, hyperparameters: Mapping[str, str]) -> dict[str, Any]:
    """The body of a pay-as-you-go training (contract 2): without compute, resources or queue.

    Args:
        spec: what to train.
        model: id of the base model with its version.
        hyperparameters: as the wire takes them; none = the service's defaults.
    """
    details: dict[str, Any] = {
        "modelProvider": "Custom",
        "taskType": TASKS[spec.method],
        "model": {"jobInputType": "mlflow_model", "mode": "ReadOnlyMount", "uri": model},
        "trainingData": _input(spec.training_file),
    }
    if spec.validation_file:
        details["validationData"] = _input(spec.validation_file)
    if hyperparameters:
        details["hyperParameters"] = dict(hyperparameters)
    tags = {
        "tunesmith": job_id(spec),
        "label": spec.label,
        "requestedBy": spec.requester,
        "suffix": spec.suffix,
    }
    properties = {
        "jobType": "FineTuning",
        "displayName": " ".join(one for one in (spec.label, spec.suffix) if one) or job_id(spec),
        "experimentName": EXPERIMENT,
        "tags": {name: value for name, value in tags.items() if value},
        "fineTuningDetails": details,
        "outputs": {
            OUTPUT: {"jobOutputType": "mlflow_model", "assetName": model_name(spec), "mode": "ReadWriteMount"}
        },
    }
    return {"properties": properties}


def is_training(value: Any) -> bool:
    """Whether a job of a list is a fine-tuning job; older answers leave the filter aside."""
    return text(value, "properties", "jobType").lower() == "finetuning" and bool(text(value, "name"))


def to_job(
    value: Any, workspace: Workspace, details: RunDetails | None = None, *, now: datetime | None = None
) -> RemoteJob:
    """A job as everybody else sees it.

    Args:
        value: what the service sent.
        workspace: names the trained model.
        details: what the run history knows, where it was asked.
        now: stands in for a creation time that the sparse answer to a creation leaves out.
    """
    properties = inner(value, "properties")
    tuning = inner(properties, "fineTuningDetails")
    raw = text(properties, "status") or "NotStarted"
    state = state_of(raw)
    tags = texts(properties, "tags")
    ended = details.ended_at if details is not None and state in TERMINAL else None
    return RemoteJob(
        id=text(value, "name"),
        state=state,
        raw_state=raw,
        model=without_version(text(tuning, "model", "uri")),
        created_at=_created(value) or now or NEVER,
        training_file=text(tuning, "trainingData", "uri"),
        validation_file=text(tuning, "validationData", "uri") or None,
        hyperparameters=from_wire(tuning.get("hyperParameters")),
        suffix=tags.get("suffix"),
        finished_at=ended,
        result_model=_result(properties, workspace, details) if state == "succeeded" else None,
        failure=details.failure if details is not None and state == "failed" else None,
        method=_METHODS.get(text(tuning, "taskType").lower(), text(tuning, "taskType") or "supervised"),
        url=_studio(properties),
    )


def _created(value: Any) -> datetime | None:
    return moment(text(value, "systemData", "createdAt"))


def _result(properties: Mapping[str, Any], workspace: Workspace, details: RunDetails | None) -> str | None:
    """The trained model: by the output's address, the run's property, or the name that we gave (contract 2)."""
    output = inner(properties, "outputs", OUTPUT) or next(
        (inner(one) for one in inner(properties, "outputs").values()), {}
    )
    told = _URI_VERSION.search(text(output, "uri"))
    if told is not None:
        return workspace.model_id(told["name"], told["version"])
    name = (details.properties.get(MODEL_PROPERTY) if details else "") or text(output, "assetName")
    if not name:
        return None
    own = read_own(name)
    return workspace.model_id(own.name, own.version) if own else workspace.model_id(asset_name(name), "1")


def _studio(properties: Mapping[str, Any]) -> str:
    """The service's page about the job; what is no web address is none."""
    address = text(properties, "services", "Studio", "endpoint")
    return address if address.startswith("https://") else ""


def _input(address: str) -> dict[str, str]:
    return {"jobInputType": "uri_file", "mode": "ReadOnlyMount", "uri": address}
