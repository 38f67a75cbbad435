"""What happens to a run after it was created (contract 1): one asyncio task per run."""

import asyncio
import logging
import math
from datetime import datetime, timedelta
from typing import Final

from sandbox.clock import Clock
from sandbox.common.pace import Pace
from sandbox.common.turns import Turns
from sandbox.databricks.checking import DataRefusedError
from sandbox.databricks.data_source import files_of
from sandbox.databricks.errors import ApiError
from sandbox.databricks.mlflow import Tracking
from sandbox.databricks.run_session import Checked, Plan, RunSession
from sandbox.databricks.runs import ENDED, FinetuneRun
from sandbox.databricks.switches import Switches
from sandbox.databricks.unity import Unity, Version
from sandbox.databricks.volumes import Volumes
from sandbox.training.model import PackedWeights
from sandbox.training.trainer import Score, Step
from sandbox.training.worker_client import Remote, Worker

POOL: Final = "runs"
_PENDING, _QUEUED, _STARTING, _VALIDATING, _LOADING, _ENDING = 1.0, 2.0, 2.0, 2.0, 1.0, 2.0
_SHORTEST, _LONGEST = 18.0, 30.0
_TICK: Final = 0.25
_USUAL_RATE: Final = 5e-7
_WILD_RATE: Final = 1e-3
_LARGEST_BATCH: Final = 64
_CPT_CONTEXT: Final = 4096
_KEPT_CHECKPOINTS: Final = 12
_LOWER: Final = "Please try submitting the run again with a lower learning rate."

_log = logging.getLogger(__name__)


class _FailedError(Exception):
    def __init__(self, name: str, sentence: str) -> None:
        super().__init__(name)
        self.reason = f"{name}: {sentence}"


class RunLife:
    """Runs the runs of the workspace."""

    def __init__(
        self, *, clock: Clock, switches: Switches, pace: Pace, turns: Turns, gate: Turns, tracking: Tracking,
        unity: Unity, volumes: Volumes, worker: Worker, minimum_batch: int,
    ) -> None:  # fmt: skip
        self._clock = clock
        self._switches = switches
        self._pace = pace
        self._turns = turns
        self._gate = gate
        self._tracking = tracking
        self._unity = unity
        self._volumes = volumes
        self._worker = worker
        self._minimum = minimum_batch

    async def run(self, run: FinetuneRun) -> None:
        """Live through a run to its end. Cancelling the task leaves the status to whoever cancelled it."""
        try:
            await self._queue(run)
            try:
                await self._live(run)
            finally:
                self._turns.leave(POOL)
        except _FailedError as failed:
            self._fail(run, failed.reason)
        except Exception:  # noqa: BLE001 - the boundary of the run's task: a fault must not leave it running
            _log.exception("run %s broke the stand-in", run.name)
            self._fail(run, "InternalError: An internal error occurred.")

    async def stop(self, run: FinetuneRun, reason: str) -> None:
        """From TERMINATING to STOPPED."""
        await self._pace.sleep(_ENDING)
        self._end(run, "STOPPED", reason)
        run.note("CANCELED", reason, self._now())
        if run.mlflow is not None:
            self._tracking.end(run.mlflow, "KILLED")

    async def _queue(self, run: FinetuneRun) -> None:
        await self._pace.sleep(_PENDING)
        await self._gate.take(POOL)
        self._become(run, "QUEUED", "Waiting for capacity.")
        await self._pace.sleep(_QUEUED)
        await self._turns.take(POOL)

    async def _live(self, run: FinetuneRun) -> None:
        request = run.request
        experiment = self._tracking.ensure_experiment(run.experiment)
        run.mlflow = self._tracking.start(
            experiment,
            run.name,
            run.created_by_email,
            {
                "model": request.model.name,
                "task_type": request.task,
                "train_data_path": request.train,
                "training_duration": f"{request.duration.count}{request.duration.unit}",
                "learning_rate": repr(request.learning_rate),
                "context_length": str(request.context_length),
            },
        )
        self._become(run, "STARTING", "Preparing compute.")
        run.note("STARTED", "Run started.", self._now())
        await self._pace.sleep(_STARTING)
        run.started_at = self._now()
        self._become(run, "RUNNING", "Run is running.")
        session = await self._worker.make(RunSession)
        try:
            await self._train(run, session)
        finally:
            session.forget()

    async def _train(self, run: FinetuneRun, session: Remote[RunSession]) -> None:
        plan = await self._prepare(run, session)
        seconds = _SHORTEST + (_LONGEST - _SHORTEST) * min(1.0, plan.batches / 1_000)
        fate = self._switches.fail_next
        if fate is not None:
            self._switches.fail_next = None
        if fate is None and run.request.learning_rate >= _WILD_RATE:
            fate = "loss_spike"
        weights = await self._steps(run, session, plan, seconds, fate)
        run.note("TRAIN_FINISHED", "Training completed.", self._now())
        if fate == "timeout":
            raise _FailedError("RunTimeoutError", "Run has timed out.")
        await self._register(run, weights, fails=fate == "registration")
        self._end(run, "COMPLETED", "Run completed successfully.")
        run.note("COMPLETED", "Run completed. Final weights uploaded.", self._now())
        if run.mlflow is not None:
            self._tracking.end(run.mlflow, "FINISHED")

    async def _prepare(self, run: FinetuneRun, session: Remote[RunSession]) -> Plan:
        await self._pace.sleep(_VALIDATING)
        request = run.request
        train = await self._checked(run, session, "train", request.train)
        if request.eval is not None:
            await self._checked(run, session, "eval", request.eval)
        self._enough(request.task, request.context_length, train)
        run.note("DATA_VALIDATED", "Training data validated.", self._now())
        await self._pace.sleep(_LOADING)
        batch = min(_LARGEST_BATCH, max(self._minimum, train.examples // 20))
        rate = min(4.0, max(0.1, (request.learning_rate / _USUAL_RATE) ** 0.3))
        try:
            plan = await session.call(
                RunSession.load, request.model.name, batch, rate, request.duration, request.start
            )
        except ValueError as error:
            raise _FailedError(
                "DatasetTooSmallError", "The dataset is too small and produced no complete samples."
            ) from error
        run.note("MODEL_INITIALIZED", "Model data downloaded and initialized for base model.", self._now())
        if self._switches.unknown_events:
            run.note("CAPACITY_REBALANCED", "Compute was moved.", self._now())
        return plan

    async def _checked(self, run: FinetuneRun, session: Remote[RunSession], part: str, path: str) -> Checked:
        request = run.request
        try:
            paths = files_of(self._volumes, path, request.task)
            checked = None
            while checked is None:
                checked = await session.call(
                    RunSession.check, part, request.task, paths, request.model.system_role
                )
        except DataRefusedError as refused:
            raise _FailedError(refused.name, refused.sentence) from refused
        except FileNotFoundError as error:
            raise _FailedError("FinetuningFileNotFoundError", f"Could not find the file {path}.") from error
        return checked

    def _enough(self, task: str, context: int, train: Checked) -> None:
        if task == "CONTINUED_PRETRAIN":
            if train.tokens < min(context, _CPT_CONTEXT):
                raise _FailedError(
                    "DatasetTooSmallError", "The dataset is too small and produced no complete samples."
                )
        elif train.examples < self._minimum:
            raise _FailedError(
                "NotEnoughDatasetSamplesError",
                f"Your dataset has {train.examples} samples, but your minimum batch size is {self._minimum}. "
                f"Please increase the number of samples in your dataset to at least {self._minimum}.",
            )

    async def _steps(
        self, run: FinetuneRun, session: Remote[RunSession], plan: Plan, seconds: float, fate: str | None
    ) -> PackedWeights:
        """All batches, spread over the time. Raises _FailedError in the middle when the loss is to explode."""
        loop = asyncio.get_running_loop()
        last, elapsed, done = loop.time(), 0.0, 0
        newest: PackedWeights | None = None
        while done < plan.batches:
            now = loop.time()
            elapsed = min(seconds, elapsed + (now - last) * self._pace.speed)
            last = now
            due = math.ceil(plan.batches * elapsed / seconds)
            if done >= due:
                await asyncio.sleep(min(_TICK, seconds / plan.batches / self._pace.speed))
                continue
            steps, weights = await session.call(RunSession.advance, due)
            for step in steps:
                done += 1
                self._measured(run, step, plan, spike=fate in {"loss_spike", "high_loss"})
            run.estimated_end = self._now() + timedelta(
                seconds=((1 - done / plan.batches) * seconds + _ENDING) / self._pace.speed
            )
            if fate in {"loss_spike", "high_loss"} and done * 2 >= plan.batches:
                raise _exploded(fate)
            if weights is not None and steps:
                newest = weights
                self._checkpoint(run, steps[-1], weights)
                self._progress(run, done, steps[-1], plan)
        if newest is None:
            raise RuntimeError("no_weights")
        return newest

    def _measured(self, run: FinetuneRun, step: Step, plan: Plan, *, spike: bool) -> None:
        if run.mlflow is None:
            return
        grown = 1 + 6 * (step.number / plan.batches) ** 2 if spike else 1.0
        train = Score(step.train.loss * grown, step.train.accuracy)
        values = {
            "loss/train/total": train.loss,
            "lr-DecoupledLionW/group0": run.request.learning_rate * (1 - 0.98 * step.number / plan.batches),
            "time/epoch": float(step.epoch - 1),
            "time/batch": float(step.number),
            "time/token": float(step.number * plan.batch_tokens),
            **_language("train", train),
        }
        last = step.number == plan.batches
        if step.full_valid is not None or (last and step.valid is not None):
            values |= _language("eval", step.full_valid or step.valid or train)
        self._tracking.log(run.mlflow, step.number, values)

    def _checkpoint(self, run: FinetuneRun, step: Step, weights: PackedWeights) -> None:
        if run.mlflow is None:
            return
        name = f"ep{step.epoch if step.ends_epoch else step.epoch - 1}-ba{step.number}"
        folder = f"{run.name}/checkpoints/{name}"
        run.checkpoints[name] = weights
        if len(run.checkpoints) > _KEPT_CHECKPOINTS:
            oldest = next(iter(run.checkpoints))
            del run.checkpoints[oldest]
            for part in ("__0_0.distcp", ".metadata"):
                del run.mlflow.artifacts[f"{run.name}/checkpoints/{oldest}/{part}"]
        size = weights.embedding.nbytes + weights.output.nbytes
        run.mlflow.artifacts |= {f"{folder}/__0_0.distcp": size, f"{folder}/.metadata": 4_096}

    def _progress(self, run: FinetuneRun, done: int, step: Step, plan: Plan) -> None:
        duration = run.request.duration
        shown = {
            "ep": f"[epoch={step.epoch}/{duration.count}]",
            "ba": f"[batch={done}/{plan.batches}]",
            "tok": f"[token={min(done * plan.batch_tokens, duration.count)}/{duration.count}]",
        }
        run.note("TRAIN_UPDATED", shown[duration.unit], self._now())

    async def _register(self, run: FinetuneRun, weights: PackedWeights, *, fails: bool) -> None:
        if run.mlflow is None:
            return
        tracked, request = run.mlflow, run.request
        task = "llm/v1/chat" if request.task == "CHAT_COMPLETION" else "llm/v1/completions"

        def version(number: int, identity: str) -> Version:
            source = f"{tracked.artifact_uri}/{run.name}/registry"
            return Version(
                number, identity, tracked.id, source, request.model.name, task, weights, self._unity.now(),
                run.created_by_email,
            )  # fmt: skip

        try:
            made = self._unity.register(run.registered_name, run.created_by_email, version)
        except ApiError as error:
            raise _FailedError("InsufficientPermissionsError", error.message) from error
        await self._pace.sleep(self._switches.registration_seconds)
        if fails:
            made.status = "FAILED_REGISTRATION"
            raise _FailedError("InternalError", "The model could not be registered.")
        made.status = "READY"

    def _become(self, run: FinetuneRun, status: str, reason: str) -> None:
        run.status, run.reason, run.updated_at = status, reason, self._now()

    def _end(self, run: FinetuneRun, status: str, reason: str) -> None:
        self._become(run, status, reason)
        run.completed_at, run.estimated_end = self._now(), None

    def _fail(self, run: FinetuneRun, reason: str) -> None:
        if run.status in ENDED:
            return
        self._end(run, "FAILED", reason)
        run.note("FAILED", reason, self._now())
        if run.mlflow is not None:
            self._tracking.end(run.mlflow, "FAILED")

    def _now(self) -> datetime:
        return self._clock.now()


def _exploded(fate: str) -> _FailedError:
    if fate == "loss_spike":
        return _FailedError("LossSpikeError", f"Training stopped due to a loss spike. {_LOWER}")
    return _FailedError("HighLossError", f"Training stopped due to consistently high losses. {_LOWER}")


def _language(split: str, score: Score) -> dict[str, float]:
    """The three metrics of the training stack."""
    return {
        f"metrics/{split}/LanguageCrossEntropy": score.loss,
        f"metrics/{split}/LanguagePerplexity": math.exp(min(score.loss, 700.0)),
        f"metrics/{split}/TokenAccuracy": score.accuracy,
    }
