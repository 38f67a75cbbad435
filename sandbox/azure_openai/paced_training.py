"""Training in small slices in the worker process, spread over a time that people can watch."""

import asyncio
import math
from collections.abc import Callable
from typing import Final

from sandbox.azure_openai.job_session import JobSession
from sandbox.azure_openai.jobs import Job
from sandbox.common.pace import Pace
from sandbox.training.model import PackedWeights
from sandbox.training.trainer import Step
from sandbox.training.worker_client import Remote

SHORTEST_SECONDS: Final = 18.0
LONGEST_SECONDS: Final = 30.0
_REPORTED_STEPS: Final = 50
_TICK: Final = 0.25


class PacedTraining:
    """Drives the training of one job. At speed 1 a job takes 18 to 30 seconds, more only when the steps need more."""

    def __init__(self, job: Job, session: Remote[JobSession], total_steps: int, pace: Pace) -> None:
        self._job = job
        self._session = session
        self._total = total_steps
        self._done = 0
        self._pace = pace
        length = min(1.0, total_steps / 1_000)
        self._seconds = SHORTEST_SECONDS + (LONGEST_SECONDS - SHORTEST_SECONDS) * length
        self._elapsed = 0.0
        self._report_every = max(1, total_steps // _REPORTED_STEPS)

    @property
    def seconds_left(self) -> float:
        """Real seconds to the last step, at the present speed."""
        left = 1 - self._done / self._total
        return left * self._seconds / self._pace.speed

    def is_reported(self, step: Step) -> bool:
        """Whether a step becomes an event: the first, the ends of epochs, and about fifty between them."""
        return step.number == 1 or step.ends_epoch or step.number % self._report_every == 0

    async def until_pause(
        self, *, on_step: Callable[[Step], None], on_epoch: Callable[[Step, PackedWeights], None]
    ) -> bool:
        """Train until a pause is asked for (True) or all steps are done (False)."""
        loop = asyncio.get_running_loop()
        last = loop.time()
        while self._done < self._total:
            if self._job.pause_asked and self._done > 0:
                return True
            now = loop.time()
            self._elapsed = min(self._seconds, self._elapsed + (now - last) * self._pace.speed)
            last = now
            due = math.ceil(self._total * self._elapsed / self._seconds)
            if self._done >= due:
                await asyncio.sleep(min(_TICK, self._seconds_per_step() / self._pace.speed))
                continue
            steps, weights = await self._session.call(JobSession.advance, due)
            self._done += len(steps)
            for step in steps:
                on_step(step)
            if weights is not None:
                on_epoch(steps[-1], weights)
        return False

    def _seconds_per_step(self) -> float:
        return self._seconds / self._total
