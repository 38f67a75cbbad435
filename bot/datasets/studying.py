"""The second pass over a dataset that was checked: the handler of `dataset.study`.

It runs while a sound file is on its way to the service, and over a refused one as well, since who mends it wants to
know all of it; in a process of its own. It only adds to what is known: nothing that it finds takes a dataset back.
Of a pair the validation data is compared with the training data.
"""

import dataclasses
from datetime import datetime

from sqlalchemy import Connection

from bot.datasets.asked import asked
from bot.datasets.deriving import present
from bot.datasets.profiles import form_of
from bot.datasets.report import Report
from bot.datasets.retention import let_go, study_key
from bot.datasets.staging import Staging
from bot.datasets.study.studied import Studied, merged
from bot.deps import Deps
from bot.errors import FileProblem
from bot.store import datasets, small
from bot.store.datasets import Dataset
from bot.work import card_rows, queue
from bot.work.tasks import BULK, Done, Outcome, Task

STUDIED = frozenset({"ready", "refused"})
LOCK = "study"
"""One study at a time: the lane that it is in must not be full of them."""


class Study:
    """Studies one dataset."""

    def __init__(self, deps: Deps, staging: Staging) -> None:
        self._deps, self._staging = deps, staging

    async def __call__(self, task: Task) -> Outcome:
        """Study the dataset and put what was found into its report. Raises `HelperError`, which is tried again."""
        found = await self._get(int(task.payload["dataset"]))
        if found is None or found.state not in STUDIED or found.report is None:
            return Done(lambda c: self._end(c, task))
        training = await self._training(found, task.payload.get("against"))
        report = Report.from_json(found.report)
        form = form_of(report.profile)
        if form is None:
            return Done(lambda c: self._end(c, task))
        try:
            await present(self._deps, self._staging, found)
            if training is not None:
                await present(self._deps, self._staging, training)
        except FileProblem:
            # it cannot be had any more; what the first pass said stays as it is
            return Done(lambda c: self._end(c, task))
        studied = await self._deps.helper.study(
            self._staging.path(found.id),
            dataclasses.replace(
                asked(self._deps, str(found.source["connection"]), found.name), model=report.model
            ),
            form,
            against=self._staging.path(training.id) if training is not None else None,
            findings=self._staging.studied(found.id),
        )
        return Done(lambda c: self._write(c, found, training, studied, task))

    def give_up(self, connection: Connection, task: Task, error: str) -> None:
        """Parked: the estimate stays, and the bytes are kept no longer for this."""
        del error
        self._end(connection, task)

    async def _get(self, number: int) -> Dataset | None:
        return await self._deps.store.read(lambda c: datasets.get(c, number))

    async def _training(self, found: Dataset, number: int | None) -> Dataset | None:
        """The training data, while it still is what `found` validates."""
        other = await self._get(int(number)) if number else None
        fits = other is not None and other.state in STUDIED and other.role == "training"
        return other if fits and found.role == "validation" else None

    def _write(
        self,
        connection: Connection,
        found: Dataset,
        training: Dataset | None,
        studied: Studied,
        task: Task,
    ) -> None:
        now = self._deps.clock.now()
        # how long the check took is about what a person waited for
        studied = dataclasses.replace(studied, seconds=0.0)
        self._change(connection, found, studied, now=now)
        if training is not None:
            # it says how many of its examples validate
            card_rows.touch(connection, datasets.card_key(training.id), now=now)
        small.record(
            connection,
            at=now,
            actor="tunesmith",
            via="task",
            action="dataset.studied",
            subject=found.label,
            after={"tokens": studied.tokens.total, "totals": dict(studied.totals)},
            corr=task.corr,
        )
        self._end(connection, task)

    @staticmethod
    def _change(connection: Connection, found: Dataset, studied: Studied, *, now: datetime) -> None:
        row = datasets.get(connection, found.id)
        if row is None or row.state not in STUDIED or row.report is None or row.sha256 != found.sha256:
            return
        report = merged(Report.from_json(row.report), studied)
        datasets.change(
            connection,
            row.id,
            now=now,
            tokens=report.tokens.total,
            tokens_exact=report.tokens.exact,
            report={**row.report, **report.to_json()},
        )

    def _end(self, connection: Connection, task: Task) -> None:
        """Nothing of this task needs the bytes any more."""
        for name in ("dataset", "against"):
            if task.payload.get(name):
                let_go(connection, self._staging, int(task.payload[name]), done=task.key)


def plant(connection: Connection, dataset: int, *, now: datetime, corr: str) -> None:
    """Have a dataset studied that was checked, or has changed its role; and its pair, if that was checked too.

    The training data of a pair is studied alone, its validation data against it.
    """
    found = datasets.get(connection, dataset)
    if found is None or found.state not in STUDIED:
        return
    other = datasets.get(connection, found.pair) if found.pair is not None else None
    if other is None or other.state not in STUDIED or {found.role, other.role} != {"training", "validation"}:
        _plant(connection, dataset, None, now=now, corr=corr)
        return
    if found.role == "validation":
        _plant(connection, dataset, other.id, now=now, corr=corr)
        return
    _plant(connection, dataset, None, now=now, corr=corr)
    validates = datasets.get(connection, other.pair) if other.pair is not None else None
    if validates is None or validates.id == dataset or validates.state != "ready":
        _plant(connection, other.id, dataset, now=now, corr=corr)


def _plant(connection: Connection, dataset: int, against: int | None, *, now: datetime, corr: str) -> None:
    queue.enqueue(
        connection,
        "dataset.study",
        study_key(dataset, against),
        {"dataset": dataset, "against": against},
        now=now,
        corr=corr,
        lane=BULK,
        lock_key=LOCK,
    )
