"""What happens to a job after it was created (contract 1.5, 1.6, 5): one asyncio task per job."""

import asyncio
import logging
from functools import partial
from typing import Final

from sandbox.azure_openai import rai, refusals, safety
from sandbox.azure_openai.files import Files
from sandbox.azure_openai.job_session import CheckedFile, JobSession
from sandbox.azure_openai.jobs import Checkpoint, Event, Job, JobError, metrics
from sandbox.azure_openai.options import Limits, Switches
from sandbox.azure_openai.paced_training import PacedTraining
from sandbox.azure_openai.results import results_csv
from sandbox.azure_openai.tuned_models import TunedModels
from sandbox.clock import Clock
from sandbox.common.ids import Ids
from sandbox.common.pace import Pace
from sandbox.common.turns import Turns
from sandbox.training.model import PackedWeights
from sandbox.training.trainer import Settings, Step
from sandbox.training.worker_client import Remote, Worker

QUEUE_SECONDS: Final = 2.0
CHECK_SECONDS: Final = 2.0
EVALUATION_SECONDS: Final = 4.0
FINISH_SECONDS: Final = 1.0
SYSTEM_ERROR: Final = "A system error was encountered, please try again later"
_DEPLOYABLE: Final = 3

_log = logging.getLogger(__name__)


class _FailedError(Exception):
    """The job ends in `failed`; nothing is billed."""

    def __init__(
        self, message: str, *, event: str | None = None, code: str, param: str | None = None
    ) -> None:
        super().__init__(code)
        self.error = JobError(code, message, param)
        self.event = event or message


class JobLife:
    """Runs the jobs of one resource."""

    def __init__(
        self,
        *,
        clock: Clock,
        ids: Ids,
        limits: Limits,
        switches: Switches,
        pace: Pace,
        turns: Turns,
        files: Files,
        models: TunedModels,
        worker: Worker,
    ) -> None:
        self._clock = clock
        self._ids = ids
        self._limits = limits
        self._switches = switches
        self._pace = pace
        self._turns = turns
        self._files = files
        self._models = models
        self._worker = worker

    def note(self, job: Job, message: str, level: str = "info", data: dict[str, float] | None = None) -> None:
        """Add an event."""
        now = self._now()
        job.events.append(Event(self._ids.hex("ftevent-"), now, level, message, data))
        job.updated_at = now

    async def run(self, job: Job) -> None:
        """Live through a job to its end. Cancelling the task leaves the status to whoever cancelled it."""
        try:
            await self._live(job)
        except _FailedError as failed:
            self._fail(job, failed)
        except Exception:  # noqa: BLE001 - the boundary of the job's task: a fault must not leave it running
            _log.exception("job %s broke the stand-in", job.id)
            self._fail(job, _FailedError(SYSTEM_ERROR, code="internalFailure"))
        finally:
            job.in_training = False
            if job.holds_turn:
                job.holds_turn = False
                self._turns.leave(job.request.pool)

    async def _live(self, job: Job) -> None:
        await self._pace.sleep(QUEUE_SECONDS)
        pool = job.request.pool
        await self._turns.take(pool)
        job.holds_turn = True
        job.status = "running"
        self.note(job, "Job started.")
        session = await self._worker.make(JobSession)
        try:
            await self._train(job, session)
        finally:
            session.forget()

    async def _train(self, job: Job, session: Remote[JobSession]) -> None:
        checked, total_steps = await self._prepare(job, session)
        training = PacedTraining(job, session, total_steps, self._pace)
        job.in_training = True
        while await training.until_pause(
            on_step=partial(self._stepped, job, training), on_epoch=partial(self._add_checkpoint, job)
        ):
            await self._pause(job, session)
        job.in_training = job.pause_asked = False
        job.status = "running"
        await self._finish(job, checked, session)

    def _stepped(self, job: Job, training: PacedTraining, step: Step) -> None:
        """Take in what a step measured; some of the steps are told as events."""
        job.steps.append(step)
        job.estimated_finish = self._now() + int(training.seconds_left + EVALUATION_SECONDS)
        if training.is_reported(step):
            data = metrics(step)
            measure, name = (
                ("loss", "train_loss") if "train_loss" in data else ("reward", "train_mean_reward")
            )
            self.note(job, f"Step {step.number}: training {measure}={data[name]}", data=data)

    def _add_checkpoint(self, job: Job, step: Step, weights: PackedWeights) -> None:
        """Keep a version of the model; only the newest three are kept (contract 1.7)."""
        if job.checkpoints and job.checkpoints[-1].step == step.number:
            return
        name = f"{job.model_name}:ckpt-step-{step.number}"
        job.checkpoints.append(
            Checkpoint(
                self._ids.hex("ftchkpt-"), self._now(), name, step.number, metrics(step), weights, job.id
            )
        )
        del job.checkpoints[:-_DEPLOYABLE]

    async def _pause(self, job: Job, session: Remote[JobSession]) -> None:
        """Park the job with a deployable checkpoint after an evaluation (contract 1.5). Raises _FailedError."""
        job.in_training = False
        await self._evaluate(session)
        self._add_checkpoint(job, job.steps[-1], await session.call(JobSession.weights))
        self._models.publish(job)
        job.pause_asked = False
        job.resumed.clear()
        job.status, job.estimated_finish = "paused", None
        self.note(job, "Job paused.")
        self._turns.leave(job.request.pool)
        job.holds_turn = False
        await job.resumed.wait()
        await self._turns.take(job.request.pool)
        job.holds_turn = True
        job.status, job.in_training = "running", True
        self.note(job, "Job resumed.")

    async def _prepare(self, job: Job, session: Remote[JobSession]) -> tuple[CheckedFile, int]:
        """Check the data and set the training up; the number of steps. Raises _FailedError."""
        await self._pace.sleep(CHECK_SECONDS)
        request = job.request
        form = request.method.form
        train = await self._checked(session, request.training_file, "training_file", form)
        if train.examples < self._limits.examples:
            raise _refused(refusals.too_few_examples(train.examples, self._limits.examples), "training_file")
        if request.validation_file is not None:
            await self._checked(session, request.validation_file, "validation_file", form)
        self.note(job, "Preprocessing completed.")
        settings = Settings(
            request.base.id, job.n_epochs, job.batch_size, request.learning_rate_multiplier, job.seed
        )
        try:
            loaded = await session.call(JobSession.load, settings, request.start, request.method)
        except ValueError as error:
            raise _refused(refusals.NOTHING_TO_LEARN, "training_file") from error
        job.n_epochs, job.batch_size = loaded.settings.epochs, loaded.settings.batch_size
        return train, loaded.total_steps

    async def _checked(self, session: Remote[JobSession], file_id: str, param: str, form: str) -> CheckedFile:
        file = self._files.find(file_id)
        if file is None:
            raise _refused(refusals.file_deleted(file_id), param)
        checked = None
        try:
            while checked is None:
                checked = await session.call(JobSession.check, param, file.path, form)
        except FileNotFoundError as error:
            raise _refused(refusals.file_deleted(file_id), param) from error
        if checked.problem_count:
            shown = " ".join(checked.problems)
            raise _refused(refusals.bad_lines(file.filename, checked.problem_count, shown), param)
        refusal = rai.refusal(checked.harms)
        if refusal is not None:
            raise _FailedError(refusal, code="invalidPayload", param=param)
        return checked

    async def _evaluate(self, session: Remote[JobSession]) -> None:
        """The safety evaluation of the model as it is. Raises _FailedError."""
        await self._pace.sleep(EVALUATION_SECONDS)
        found = await session.call(JobSession.harmful_categories)
        found = [*found, *(category for category in self._switches.fail_safety if category not in found)]
        if found:
            raise _FailedError(safety.refusal(found), code="invalidPayload")

    async def _finish(self, job: Job, checked: CheckedFile, session: Remote[JobSession]) -> None:
        """From the last step to `succeeded`; "Job succeeded." comes before the evaluation (contract 1.6)."""
        self.note(job, "Job succeeded.")
        await self._evaluate(session)
        self.note(job, "Model Evaluation Passed.")
        await self._pace.sleep(FINISH_SECONDS)
        switches = self._switches
        content = await asyncio.to_thread(
            results_csv,
            list(job.steps),
            method=job.request.method.type,
            columns=switches.results_columns,
            bom=switches.results_bom,
            as_base64=switches.results_base64,
        )
        file = self._files.add_result(content)
        job.result_files = [file.id]
        self.note(job, f"Completed results file: {file.id}")
        self.note(job, f"Training tokens billed: {checked.tokens * job.n_epochs}")
        job.trained_tokens = (checked.tokens + checked.overhead) * job.n_epochs
        job.checkpoints[-1].model = job.fine_tuned_model = job.model_name
        job.finished_at = self._now()
        job.status = "succeeded"
        self._models.publish(job)

    def _fail(self, job: Job, failed: _FailedError) -> None:
        job.status = "failed"
        job.error = failed.error
        self.note(job, failed.event, "error")
        self.note(job, "Training tokens billed: 0")
        job.checkpoints.clear()
        self._models.forget(job)

    def _now(self) -> int:
        return int(self._clock.now().timestamp())


def _refused(details: str, param: str) -> _FailedError:
    message = f"Training data validation failed. {details}"
    return _FailedError(message, code="jsonlValidationFailed", param=param)
