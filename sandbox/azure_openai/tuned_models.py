"""The models of one resource: base models, the results of its jobs, and their checkpoints (contract 1.7, 1.9)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sandbox.azure_openai.catalogue import BASE_MODELS, BaseModel
from sandbox.azure_openai.jobs import Job
from sandbox.azure_openai.versions import ApiVersion
from sandbox.clock import Clock
from sandbox.training.model import PackedWeights


@dataclass(frozen=True, slots=True)
class ModelSource:
    """What a job starts from, or what is deployed: a base model, or weights that a job made of it.

    `name` is the model's or the checkpoint's own name, `tuned_model` the model it is a version of ("" for a base
    model).
    """

    base: BaseModel
    weights: PackedWeights | None
    name: str
    tuned_model: str = ""


@dataclass(frozen=True, slots=True)
class TunedModel:
    """The result of a successful job."""

    id: str
    job_id: str
    base: BaseModel
    created_at: int


class TunedModels:
    """Looks models up by name, checkpoint name or checkpoint id."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._tuned: dict[str, TunedModel] = {}
        self._sources: dict[str, ModelSource] = {}

    def source(self, name: str) -> ModelSource | None:
        """Something to start a job from (or to deploy); None when there is none of this name."""
        if name in BASE_MODELS:
            return ModelSource(BASE_MODELS[name], None, name)
        return self._sources.get(name)

    def publish(self, job: Job) -> None:
        """Make the checkpoints that a job has now usable, and its model when it has succeeded."""
        self._forget_sources(job)
        for checkpoint in job.checkpoints:
            source = ModelSource(job.request.base, checkpoint.weights, checkpoint.model, job.model_name)
            self._sources[checkpoint.model] = self._sources[checkpoint.id] = source
        if job.status == "succeeded" and job.finished_at is not None:
            self._tuned[job.model_name] = TunedModel(
                job.model_name, job.id, job.request.base, job.finished_at
            )

    def forget(self, job: Job) -> None:
        """Remove what a job made."""
        self._forget_sources(job)
        self._tuned.pop(job.model_name, None)

    def list(self, version: ApiVersion) -> list[dict[str, Any]]:
        """All model objects, base models first."""
        base = [base_json(model, self._clock.now(), version) for model in BASE_MODELS.values()]
        listed = base + [_tuned_json(model, self._clock.now()) for model in self._tuned.values()]
        return [_bare(one) for one in listed] if version.undated else listed

    def get(self, name: str, version: ApiVersion) -> dict[str, Any] | None:
        """One model object or None."""
        found = None
        if name in BASE_MODELS:
            found = base_json(BASE_MODELS[name], self._clock.now(), version)
        elif name in self._tuned:
            found = _tuned_json(self._tuned[name], self._clock.now())
        return _bare(found) if found is not None and version.undated else found

    def _forget_sources(self, job: Job) -> None:
        mine = {job.model_name} | {checkpoint.id for checkpoint in job.checkpoints}
        prefix = f"{job.model_name}:ckpt-step-"
        for name in [name for name in self._sources if name in mine or name.startswith(prefix)]:
            del self._sources[name]


def base_json(model: BaseModel, now: datetime, version: ApiVersion) -> dict[str, Any]:
    """The rich model object of the dated surface; base models have no `model` and `fine_tune`."""
    alive = now < model.inference_ends
    lifecycle = "preview" if model.preview else "generally-available"
    if version.deprecated_lifecycle and not alive:
        lifecycle = "deprecated"
    elif version.deprecated_lifecycle and model.training and not model.trainable(now):
        lifecycle = "deprecating"
    deprecation = {"inference": int(model.inference_ends.timestamp())}
    if model.fine_tune_ends is not None:
        deprecation["fine_tune"] = int(model.fine_tune_ends.timestamp())
    return {
        "capabilities": {
            "fine_tune": model.trainable(now) and not model.flag_is_wrong,
            "inference": alive,
            "completion": not model.chat and not model.embeddings,
            "chat_completion": model.chat,
            "embeddings": model.embeddings,
        },
        "lifecycle_status": lifecycle,
        "deprecation": deprecation,
        "id": model.id,
        "status": "succeeded",
        "created_at": int(model.created.timestamp()),
        "object": "model",
    }


def _bare(model: Mapping[str, Any]) -> dict[str, Any]:
    """The undated surface's model: whose it is instead of what it can do (contract 1.9)."""
    owner = "user" if "fine_tune" in model else "system"
    return {"id": model["id"], "created": model["created_at"], "object": "model", "owned_by": owner}


def _tuned_json(model: TunedModel, now: datetime) -> dict[str, Any]:
    base = model.base
    return {
        "model": base.id,
        "fine_tune": model.job_id,
        "capabilities": {
            "fine_tune": base.openai and base.trainable(now),
            "inference": now < base.inference_ends,
            "completion": not base.chat,
            "chat_completion": base.chat,
            "embeddings": False,
        },
        "lifecycle_status": "preview" if base.preview else "generally-available",
        "deprecation": {"inference": int(base.inference_ends.timestamp())},
        "id": model.id,
        "status": "succeeded",
        "created_at": model.created_at,
        "object": "model",
    }
