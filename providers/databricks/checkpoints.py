"""Checkpoints: folders of a run's MLflow artifacts (contract 1). They are trained further, and not deployed.

A checkpoint is named by the run and the folder (`<run>/checkpoints/ep1-ba20`). That name stands for a base model in an
order, and becomes the base model with `custom_weights_path` when it is sent; the path itself is longer than an option
of Slack can be.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from providers.base import Checkpoint, Model, RemoteJob
from providers.databricks.client import JsonObject
from providers.databricks.hyperparameters import WEIGHTS_NAME
from providers.databricks.runs import Tracked, to_job, tracked
from providers.databricks.together import together
from providers.errors import NotFound
from providers.mlflow.client import MlflowClient
from providers.mlflow.values import Artifact

RUNS_READ: Final = 10
"""Newest completed runs whose checkpoints are offered; each costs one request in the life of this object."""
_NAME: Final = re.compile(r"ep(\d+)-ba(\d+)(?:-.*)?")
_MODEL: Final = re.compile(r"([^/\s]+)/checkpoints/[^/\s]+")
_SHORT: Final = 75


def run_of(model: str) -> str | None:
    """The run whose checkpoint an order names as its model; None for any other model."""
    found = _MODEL.fullmatch(model)
    return found[1] if found else None


class CheckpointModels:
    """The checkpoints of completed runs as models that can be trained further; they do not change any more."""

    def __init__(self, mlflow: MlflowClient) -> None:
        self._mlflow = mlflow
        self._read: dict[str, Sequence[Checkpoint]] = {}

    async def of(self, runs: Iterable[JsonObject], host: str, bases: Sequence[Model]) -> list[Model]:
        """Checkpoints of the newest completed runs whose base model can be trained, newest run first."""
        known = {model.id: model for model in bases if model.trainable}
        done = []
        for row in runs:
            job, at = to_job(row, host), tracked(row)
            if job is not None and job.state == "succeeded" and at.run_id and job.model in known:
                done.append((job, at))
        newest = sorted(done, key=lambda one: one[0].created_at, reverse=True)[:RUNS_READ]

        async def read(one: tuple[RemoteJob, Tracked]) -> list[Model]:
            job, at = one
            if job.id not in self._read:
                made = job.finished_at or job.created_at
                self._read[job.id] = await read_checkpoints(self._mlflow, job.id, at, made)
            return [_model(checkpoint, job, known[job.model]) for checkpoint in self._read[job.id]]

        return [model for models in await together(read, newest) for model in models]


async def read_checkpoints(
    mlflow: MlflowClient, name: str, at: Tracked, made: datetime
) -> Sequence[Checkpoint]:
    """Checkpoints of the run `name`, newest first. MLflow tells no times of artifacts: `made` stands for them."""
    if not at.run_id:
        return ()
    try:
        found = await mlflow.artifacts(at.run_id, f"{name}/checkpoints")
    except NotFound:
        return ()
    read = [_checkpoint(one, at, made) for one in found]
    return sorted((one for one in read if one is not None), key=lambda one: one.step, reverse=True)


def weights_path(at: Tracked, path: str) -> str:
    """What `custom_weights_path` takes for an artifact of a run."""
    return f"dbfs:/databricks/mlflow-tracking/{at.experiment_id}/{at.run_id}/artifacts/{path}"


def _checkpoint(artifact: Artifact, at: Tracked, made: datetime) -> Checkpoint | None:
    match = _NAME.fullmatch(artifact.name)
    if match is None:
        return None
    return Checkpoint(
        id=weights_path(at, artifact.path),
        step=int(match[2]),
        model=artifact.path,
        created_at=made,
        deployable=False,
        epoch=float(match[1]),
    )


def _model(checkpoint: Checkpoint, job: RemoteJob, base: Model) -> Model:
    name = checkpoint.model.rpartition("/")[2]
    tail = f" {name[:20]} · {base.id.rpartition('/')[2][:30]}"
    head = job.suffix or job.id
    room = _SHORT - len(tail)
    return replace(
        base,
        id=checkpoint.model,
        kind="checkpoint",
        short=(head if len(head) <= room else head[: room - 1] + "…") + tail,
        created_at=checkpoint.created_at,
        hyperparameters=tuple(one for one in base.hyperparameters if one.name != WEIGHTS_NAME),
        job_id=job.id,
        deployable=False,
    )
