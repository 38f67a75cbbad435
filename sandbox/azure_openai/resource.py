"""One Azure OpenAI resource: its files, jobs and models."""

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, Final

from sandbox.azure_openai import refusals
from sandbox.azure_openai.errors import not_found
from sandbox.azure_openai.files import Files
from sandbox.azure_openai.job_life import JobLife
from sandbox.azure_openai.job_request import JobRequests
from sandbox.azure_openai.jobs import Job
from sandbox.azure_openai.options import Limits, Switches
from sandbox.azure_openai.tuned_models import TunedModels
from sandbox.azure_openai.uploads import Uploads
from sandbox.azure_openai.versions import ApiVersion
from sandbox.clock import Clock
from sandbox.common.ids import Ids
from sandbox.common.pace import Pace
from sandbox.common.turns import Turns
from sandbox.training.worker_client import Worker

_FIRST_ESTIMATE: Final = 40


class Resource:
    """The state of one resource. `spawn` runs a coroutine that belongs to it until it is done or closed."""

    def __init__(
        self,
        name: str,
        *,
        clock: Clock,
        ids: Ids,
        limits: Limits,
        switches: Switches,
        directory: Path,
        worker: Worker,
        deployed: Callable[[str, str], bool],
    ) -> None:
        self.name = name
        self.switches = switches
        self._clock = clock
        self._ids = ids
        self._limits = limits
        self._deployed = deployed
        self._tasks: set[asyncio.Task[Any]] = set()
        pace = Pace(lambda: switches.speed)
        directory.mkdir(parents=True, exist_ok=True)
        self.files = Files(
            clock=clock,
            ids=ids,
            limits=limits,
            switches=switches,
            pace=pace,
            directory=directory,
            spawn=self.spawn,
        )
        self.uploads = Uploads(clock=clock, ids=ids, limits=limits, files=self.files)
        self.models = TunedModels(clock)
        self.turns = Turns(
            {"shared": limits.running, "developer": limits.running_developer}, lambda: switches.hold_pending
        )
        self._requests = JobRequests(clock, self.files, self.models)
        self._life = JobLife(
            clock=clock,
            ids=ids,
            limits=limits,
            switches=switches,
            pace=pace,
            turns=self.turns,
            files=self.files,
            models=self.models,
            worker=worker,
        )
        self._worker = worker
        self._jobs: dict[str, Job] = {}

    def warm_up(self) -> None:
        """Start the worker process while files are processed, so that the first job need not wait for it."""
        self.spawn(self._worker.start())

    def spawn(self, work: Coroutine[Any, Any, object]) -> asyncio.Task[Any]:
        """Run something in the background."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def jobs(self) -> list[Job]:
        """All jobs, newest first."""
        return list(reversed(self._jobs.values()))

    def job(self, job_id: str) -> Job:
        """One job. Raises ServiceError (notFound)."""
        job = self._jobs.get(job_id)
        if job is None:
            raise not_found("fine-tuning job", job_id)
        return job

    def create_job(self, body: dict[str, Any], version: ApiVersion) -> Job:
        """Check the request and the limits and start the job's life. Raises ServiceError."""
        request = self._requests.read(body, version)
        if len(self._jobs) >= self._limits.kept:
            raise refusals.too_many_jobs(self._limits.kept)
        if sum(job.status == "pending" for job in self._jobs.values()) >= self._limits.queued:
            raise refusals.too_many_queued(self._limits.queued)
        now = int(self._clock.now().timestamp())
        seed = self._ids.seed() if request.seed is None else request.seed
        job = Job(self._ids.hex("ftjob-"), now, seed, request, updated_at=now)
        job.n_epochs, job.batch_size = request.n_epochs, request.batch_size
        job.estimated_finish = now + _FIRST_ESTIMATE
        self._jobs[job.id] = job
        self._life.note(job, "Job enqueued. Waiting for jobs ahead to complete.")
        job.task = self.spawn(self._life.run(job))
        return job

    def cancel_job(self, job_id: str) -> Job:
        """End a job that has not ended. Raises ServiceError."""
        job = self.job(job_id)
        if job.ended:
            raise refusals.wrong_state("job", job.id, job.status, "cancelled")
        if job.task is not None:
            job.task.cancel()
        job.status = "cancelled"
        self._life.note(job, "Job cancelled.")
        return job

    def pause_job(self, job_id: str) -> Job:
        """Ask a running job with at least one step to park. Raises ServiceError."""
        job = self.job(job_id)
        if job.status != "running" or not job.in_training or not job.steps:
            raise refusals.wrong_state("job", job.id, job.status, "paused before its first step")
        job.pause_asked = True
        job.status = "pausing"
        self._life.note(job, "Job pausing.")
        return job

    def resume_job(self, job_id: str) -> Job:
        """Let a paused job go on. Raises ServiceError."""
        job = self.job(job_id)
        if job.status != "paused":
            raise refusals.wrong_state("job", job.id, job.status, "resumed")
        job.status = "resuming"
        self._life.note(job, "Job resuming.")
        job.resumed.set()
        return job

    def delete_job(self, job_id: str) -> None:
        """Remove a job that has ended, and its model. Raises ServiceError."""
        job = self.job(job_id)
        if not job.ended:
            raise refusals.wrong_state("job", job.id, job.status, "deleted")
        if any(
            self._deployed(self.name, name) for name in (job.model_name, *(c.id for c in job.checkpoints))
        ):
            raise refusals.has_deployment(job.model_name)
        self.models.forget(job)
        del self._jobs[job.id]

    async def close(self) -> None:
        """Stop everything that runs."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
