"""A fine-tuning job and its JSON (contract 2)."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from sandbox.azure_ml.catalogue import CatalogueModel
from sandbox.azure_ml.stamps import Stamps

TERMINAL: Final = frozenset({"Completed", "Failed", "Canceled"})
RUN_PROPERTY: Final = "registered_ft_model_name"


@dataclass(frozen=True, slots=True)
class JobRequest:
    """A checked request. `sent` are the `properties` of the body, `output` the key and the name of the model to be."""

    base: CatalogueModel
    task: str
    training_uri: str
    validation_uri: str | None
    hyperparameters: dict[str, str]
    output: tuple[str, str]
    sent: dict[str, Any]


@dataclass(frozen=True, slots=True)
class JobFailure:
    """Why a job failed: code, sentence, and the exact kinds within, the outermost first."""

    code: str
    message: str
    inner: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MetricPoint:
    """One value of a metric; `step` counts the updates of the model."""

    value: float
    step: int
    at: datetime


@dataclass(slots=True)
class Job:
    """One job; `id` is its name and the id of its run. `metrics` by name, oldest first."""

    id: str
    number: int
    request: JobRequest
    stamps: Stamps
    tags: dict[str, str]
    properties: dict[str, str]
    display_name: str
    description: str | None
    archived: bool
    status: str = "NotStarted"
    started: datetime | None = None
    ended: datetime | None = None
    failure: JobFailure | None = None
    registered: str | None = None
    registered_uri: str | None = None
    metrics: dict[str, list[MetricPoint]] = field(default_factory=dict)
    metrics_on_child: bool = False
    cancelling: bool = False
    task: asyncio.Task[Any] | None = None

    @property
    def over(self) -> bool:
        """Whether its status is final."""
        return self.status in TERMINAL

    @property
    def experiment(self) -> str:
        """The name of the experiment that its run is in."""
        return str(self.request.sent.get("experimentName") or "Default")

    @property
    def child_id(self) -> str:
        """The id of the run below it."""
        return f"{self.id}_finetune"

    def shown_status(self, word: str | None) -> str:
        """The status, or the panel's word while it has not ended."""
        return self.status if self.over or word is None else word

    def note(self, name: str, value: float, step: int, at: datetime) -> None:
        """Take in one value of a metric."""
        self.metrics.setdefault(name, []).append(MetricPoint(value, step, at))


def job_json(job: Job, *, workspace_id: str, word: str | None, services: dict[str, str]) -> dict[str, Any]:
    """The JobBase object; `services` are addresses by name (Studio, Tracking)."""
    sent = job.request.sent
    key, _ = job.request.output
    output = dict(sent["outputs"][key])
    if job.registered is not None:
        output |= {"assetName": job.registered, "uri": job.registered_uri}
    kept = {
        name: sent[name]
        for name in ("identity", "notificationSetting", "queueSettings", "resources", "componentId")
        if sent.get(name) is not None
    }
    made = {RUN_PROPERTY: job.registered} if job.registered is not None else {}
    properties = {
        "jobType": "FineTuning",
        "displayName": job.display_name,
        "description": job.description,
        "experimentName": job.experiment,
        "isArchived": job.archived,
        "tags": job.tags,
        "properties": {**job.properties, **made},
        "status": job.shown_status(word),
        "services": {
            name: {"jobServiceType": name, "endpoint": address, "status": None}
            for name, address in services.items()
        },
        "fineTuningDetails": sent["fineTuningDetails"],
        "outputs": {**sent["outputs"], key: output},
        **kept,
    }
    return {
        "id": f"{workspace_id}/jobs/{job.id}",
        "name": job.id,
        "type": "Microsoft.MachineLearningServices/workspaces/jobs",
        "systemData": job.stamps.as_json(),
        "properties": _without_nulls(properties),
    }


def _without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_nulls(one) for key, one in value.items() if one is not None}
    return value
