"""After a safety check refused data or model: our guess which lines it was about, for the starter alone.

The service names topics and no lines. The handler of `job.guess` looks for words of these topics in the training data.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection

from bot.datasets import deriving
from bot.datasets.staging import Staging
from bot.deps import Deps
from bot.errors import FileProblem, NotThere
from bot.facts.jobs import DataRef, FailureFacts
from bot.facts.notices import DataFileFailed, DataSuspects
from bot.store import datasets, jobs
from bot.store.datasets import Dataset
from bot.store.jobs import Job
from bot.training.record import Recorder
from bot.work import queue
from bot.work.tasks import BULK, Done, Outcome, Task

KIND: Final = "job.guess"
KINDS: Final = frozenset({"data_refused", "model_refused"})
"""Kinds of failure (`providers.failures`) that a safety check is behind."""
TOPICS: Final = ("hate_fairness", "self_harm", "sexual", "violence")
"""What is looked for where the service named no topic."""
NOTED: Final = "guess"
"""The key of `Job.asked` with the artifact that lists the lines."""
SHOWN: Final = 20


def plant(
    connection: Connection, job: Job, failure: FailureFacts | None, *, now: datetime, corr: str
) -> None:
    """Have the guess made, if a safety check is what the job failed at."""
    if failure is None or failure.kind not in KINDS or job.train is None:
        return
    queue.enqueue(
        connection,
        KIND,
        f"guess:{job.label}",
        {"job": job.id, "categories": list(failure.categories)},
        now=now,
        corr=corr,
        lane=BULK,
    )


class Guess:
    """The handler of `job.guess`."""

    def __init__(self, deps: Deps, recorder: Recorder, staging: Staging) -> None:
        self._deps, self._recorder, self._staging = deps, recorder, staging

    async def __call__(self, task: Task) -> Outcome:
        """Look through the training data, and tell the starter."""
        job, found = await self._deps.store.read(lambda c: self._of(c, task))
        if job is None or found is None or NOTED in job.asked:
            return Done()
        try:
            await deriving.present(self._deps, self._staging, found)
        except (FileProblem, NotThere) as error:
            code, params = error.code, error.params
            return Done(lambda c: self._failed(c, job, found, code, params))
        categories = tuple(task.payload["categories"]) or TOPICS
        path = self._staging.path(found.id)
        suspects = await self._deps.helper.suspects(path, found.profile or "", categories)

        def apply(connection: Connection) -> None:
            now = self._deps.clock.now()
            fresh = jobs.get(connection, job.id) or job
            kept = deriving.keep_lines(connection, f"{job.label}-suspects.json", suspects.lines, now=now)
            jobs.change(connection, job.id, now=now, asked={**fresh.asked, NOTED: kept})
            notice = DataSuspects(
                job=self._recorder.facts(connection, job.id, now=now),
                data=DataRef(id=found.label, name=found.name, examples=found.examples),
                own=found.owner == job.requester,
                lines=suspects.lines[:SHOWN],
                count=len(suspects.lines),
                cut=suspects.cut,
                categories=dict(suspects.by_category),
                unknown=suspects.unknown,
            )
            self._recorder.tell_privately(connection, job, "suspects", notice, now=now)

        return Done(apply)

    def give_up(self, connection: Connection, task: Task, error: str) -> None:
        """Parked: the starter is told that there is no guess."""
        del error
        job, found = self._of(connection, task)
        if job is not None and found is not None and NOTED not in job.asked:
            self._failed(connection, job, found, "file_gave_up", {})

    @staticmethod
    def _of(connection: Connection, task: Task) -> tuple[Job | None, Dataset | None]:
        job = jobs.get(connection, int(task.payload["job"]))
        return job, datasets.get(connection, job.train) if job is not None and job.train else None

    def _failed(
        self, connection: Connection, job: Job, found: Dataset, code: str, params: Mapping[str, Any]
    ) -> None:
        notice = DataFileFailed(
            dataset=found.label, name=found.name, what="suspects", code=code, params=dict(params)
        )
        self._recorder.tell_privately(connection, job, "suspects", notice, now=self._deps.clock.now())
