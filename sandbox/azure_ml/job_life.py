"""What happens to a job after its PUT: one asyncio task per job, from NotStarted to its end (contract 2, 6)."""

import logging
import math
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final, NamedTuple

from sandbox.azure_blob import Blobs
from sandbox.azure_ml.data_uri import Stored, UnresolvedError, resolve
from sandbox.azure_ml.job_request import HYPERPARAMETERS
from sandbox.azure_ml.jobs import RUN_PROPERTY, Job, JobFailure
from sandbox.azure_ml.options import Switches
from sandbox.azure_ml.session import BadDataError, FitSession
from sandbox.azure_ml.workspace import ModelVersion, Workspace
from sandbox.clock import Clock
from sandbox.common.pace import Pace
from sandbox.training.trainer import Settings, Step
from sandbox.training.worker_client import Remote, Worker

PREPARE_SECONDS: Final = 1.5
QUEUE_SECONDS: Final = 2.0
FINISH_SECONDS: Final = 1.5
CANCEL_SECONDS: Final = 1.0
MULTIPLIERS: Final = (0.05, 5.0)
_TICK: Final = 0.2
_WRONG: Final = re.compile(r"[^a-zA-Z0-9-]")

_log = logging.getLogger(__name__)


class _FailedError(Exception):
    """The job ends Failed."""

    def __init__(self, failure: JobFailure) -> None:
        super().__init__(failure.code)
        self.failure = failure


class Chosen(NamedTuple):
    """What the hyperparameters say."""

    epochs: int
    batch: int
    rate: float


def chosen(sent: Mapping[str, str], default_rate: float) -> Chosen:
    """Read hyperparameters from their strings. Raises ValueError with a sentence."""
    unknown = sorted(set(sent) - HYPERPARAMETERS)
    if unknown:
        msg = f"Unexpected hyperparameter '{unknown[0]}'."
        raise ValueError(msg)
    epochs = _whole(sent, "num_train_epochs")
    batch = _whole(sent, "per_device_train_batch_size")
    for name in ("max_seq_length", "lora_r", "lora_alpha"):
        _whole(sent, name)
    try:
        rate = float(sent.get("learning_rate", default_rate))
    except ValueError:
        rate = math.nan
    if not (math.isfinite(rate) and rate > 0):
        raise ValueError("Hyperparameter 'learning_rate' must be a number above 0.")
    return Chosen(epochs, batch, rate)


def _whole(sent: Mapping[str, str], name: str) -> int:
    text = sent.get(name, "1")
    if not re.fullmatch(r"[0-9]{1,6}", text) or int(text) < 1:
        msg = f"Hyperparameter '{name}' must be a whole number above 0."
        raise ValueError(msg)
    return int(text)


class JobLife:
    """Runs the jobs of all workspaces."""

    def __init__(self, *, clock: Clock, switches: Switches, blobs: Blobs, worker: Worker) -> None:
        self._clock = clock
        self._switches = switches
        self._blobs = blobs
        self._worker = worker
        self._pace = Pace(lambda: switches.speed)

    async def run(self, workspace: Workspace, job: Job) -> None:
        """Live through a job to its end."""
        try:
            await self._live(workspace, job)
        except _FailedError as failed:
            job.failure = failed.failure
            self._end(job, "Failed")
        except Exception:  # noqa: BLE001 - the boundary of the job's task: a fault must not leave it running
            _log.exception("job %s broke the stand-in", job.id)
            job.failure = JobFailure("SystemError", "An internal error occurred. Please try again.")
            self._end(job, "Failed")

    async def cancel(self, job: Job) -> None:
        """What follows a request to cancel."""
        await self._pace.sleep(CANCEL_SECONDS)
        self._end(job, "Canceled")

    async def _live(self, workspace: Workspace, job: Job) -> None:
        job.status = "Preparing"
        await self._pace.sleep(PREPARE_SECONDS)
        job.status = "Queued"
        await self._pace.sleep(QUEUE_SECONDS)
        while self._switches.hold_queued:
            await self._pace.sleep(_TICK * self._switches.speed)
        job.status, job.started = "Running", self._clock.now()
        if self._switches.fail_job is not None:
            code, message = self._switches.fail_job
            self._switches.fail_job = None
            raise _FailedError(JobFailure(code, message))
        session = await self._worker.make(FitSession)
        try:
            await self._train(workspace, job, session)
            job.status = "Finalizing"
            await self._pace.sleep(FINISH_SECONDS)
            await self._register(workspace, job, session)
        finally:
            session.forget()
        self._end(job, "Completed")

    async def _train(self, workspace: Workspace, job: Job, session: Remote[FitSession]) -> None:
        request = job.request
        try:
            wanted = chosen(request.hyperparameters, request.base.rate)
        except ValueError as error:
            raise _user_error(str(error), "HyperparameterError") from error
        for part, uri in (("training", request.training_uri), ("validation", request.validation_uri)):
            if uri is not None:
                await self._read(workspace, job, session, part, uri)
        multiplier = min(max(wanted.rate / request.base.rate, MULTIPLIERS[0]), MULTIPLIERS[1])
        settings = Settings(request.base.name, wanted.epochs, wanted.batch, multiplier, job.number)
        loaded = await session.call(FitSession.load, settings)
        began, done, losses, every = self._clock.now(), 0, list[float](), list[float]()
        seconds = self._switches.train_seconds / max(1, loaded.steps)
        due = 0.0
        while done < loaded.steps:
            due = min(float(loaded.steps), due + max(1.0, _TICK / seconds if seconds else loaded.steps))
            while done < math.floor(due):
                steps = await session.call(FitSession.advance, math.floor(due))
                done += len(steps)
                losses += [step.train.loss for step in steps]
                every += [step.train.loss for step in steps]
                if steps and steps[-1].ends_epoch:
                    self._note_epoch(job, steps[-1], losses, wanted.rate * (1 - done / loaded.steps))
                    losses.clear()
            await self._pace.sleep(max(_TICK, seconds))
        took = max(0.001, (self._clock.now() - began).total_seconds())
        for name, value in (
            ("train_loss", sum(every) / len(every)),
            ("train_runtime", took),
            ("train_samples_per_second", loaded.examples * wanted.epochs / took),
        ):
            job.note(name, value, done, self._clock.now())

    def _note_epoch(self, job: Job, step: Step, losses: list[float], rate: float) -> None:
        """One point per epoch, as `logging_strategy: epoch` has it."""
        now = self._clock.now()
        values = {"loss": sum(losses) / len(losses), "learning_rate": rate, "epoch": float(step.epoch)}
        if step.full_valid is not None:
            values["eval_loss"] = step.full_valid.loss
        for name, value in values.items():
            job.note(name, round(value, 8), step.number, now)

    async def _read(
        self, workspace: Workspace, job: Job, session: Remote[FitSession], part: str, uri: str
    ) -> None:
        try:
            place = resolve(workspace, uri)
        except UnresolvedError as error:
            raise _user_error(str(error), "DataNotFound") from error
        content = self._content(place)
        alone = job.request.validation_uri is None
        try:
            while not await session.call(FitSession.read, part, content, job.request.task, alone):
                pass
        except BadDataError as error:
            raise _user_error(str(error), "DataValidationError") from error

    def _content(self, place: Stored) -> bytes | Path:
        """The bytes of a blob, as the service reads it with what the datastore is opened with."""
        store = place.store
        keyless = store.credentials == "None"
        if keyless and (store.identity == "None" or not self._switches.workspace_reads):
            raise _FailedError(
                JobFailure(
                    "UserError",
                    f"The identity of the workspace is not authorized to read datastore '{store.name}' (storage "
                    f"account '{store.account}'): AuthorizationPermissionMismatch.",
                    ("StreamAccessError", "Authorization"),
                )
            )
        blob = (self._blobs.container(store.account, store.container) or {}).get(place.path)
        if blob is None:
            raise _FailedError(
                JobFailure(
                    "UserError",
                    f"Failed to resolve the uri: the path '{place.path}' was not found in datastore '{store.name}'.",
                    ("StreamAccessError", "NotFound"),
                )
            )
        return blob.content

    async def _register(self, workspace: Workspace, job: Job, session: Remote[FitSession]) -> None:
        """Make the model of the workspace, with the properties that the registering component writes."""
        base = job.request.base
        name = _WRONG.sub("-", job.request.output[1] or job.id)
        model = ModelVersion(
            name,
            workspace.next_version(name),
            {
                "modelType": "mlflow_model",
                "modelUri": f"azureml://jobs/{job.id}/outputs/registered_model",
                "jobName": job.id,
                "flavors": {},
                "isAnonymous": False,
                "isArchived": False,
                "stage": "",
                "description": "",
                "tags": {
                    "maas-finetuning-deploy-regions": workspace.facts.location,
                    "task": job.request.task,
                },
                "properties": {
                    "baseModelId": f"{base.uri}/versions/1",
                    "baseWeightsId": base.name,
                    "baseModelWeightsVersion": "1.0",
                    "hasDeltaWeights": "true",
                    "maas-finetuning": "true",
                },
            },
            job.stamps.touched(self._clock.now()),
            base,
            await session.call(FitSession.weights),
        )
        workspace.models[model.name, model.version] = model
        job.registered, job.registered_uri = model.name, workspace.model_uri(model)
        job.properties[RUN_PROPERTY] = model.name

    def _end(self, job: Job, status: str) -> None:
        job.status = status
        job.ended = self._clock.now()
        job.stamps = job.stamps.touched(job.ended)


def _user_error(message: str, inner: str) -> _FailedError:
    return _FailedError(JobFailure("UserError", message, ("UserError", inner)))
