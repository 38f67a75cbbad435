"""The repaired file for the person who wants to look at it first: the handler of `dataset.repaired`."""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from sqlalchemy import Connection

from bot.datasets import deriving, giving
from bot.datasets.asked import asked
from bot.datasets.giving import Made
from bot.datasets.reporting import allowed, asked_for, tell_failed
from bot.datasets.staging import Staging
from bot.deps import Deps
from bot.errors import Denied, FileProblem, NotThere
from bot.facts.notices import DataRepaired
from bot.store import datasets
from bot.store.datasets import Dataset
from bot.training.record import Recorder
from bot.work import card_rows, outbox_rows
from bot.work.outbox_rows import Target
from bot.work.tasks import Done, Outcome, Task

KIND: Final = "dataset.repaired"


class Repairing:
    """Repairs a copy of the file, and gives it with what was repaired."""

    def __init__(self, deps: Deps, recorder: Recorder, staging: Staging) -> None:
        self._deps, self._recorder, self._staging = deps, recorder, staging

    async def __call__(self, task: Task) -> Outcome:
        """Take one step."""
        found = await asked_for(self._deps, task)
        if found is None:
            return Done()
        name = deriving.name_of(found.name, deriving.REPAIRED)
        try:
            await allowed(self._deps, task, found)
            place = await giving.place_of(self._deps, found, str(task.payload["user"]))
            step = await giving.give(self._deps, task, place, name, lambda: self._made(found))
        except (FileProblem, NotThere, Denied) as error:
            code, params = error.code, error.params
            return Done(lambda c: tell_failed(c, self._deps, self._recorder, task, found, code, params))
        return step or Done(lambda c: self._told(c, task, found))

    def give_up(self, connection: Connection, task: Task, error: str) -> None:
        """Parked: the person is told that there is no file."""
        del error
        found = datasets.get(connection, int(task.payload["dataset"]))
        if found is not None:
            tell_failed(connection, self._deps, self._recorder, task, found, "file_gave_up", {})

    async def _made(self, found: Dataset) -> Made:
        self._fits(found, found.bytes or 0)
        await deriving.present(self._deps, self._staging, found)
        source = self._staging.path(found.id)
        target = source.with_suffix(".repaired")
        options = asked(self._deps, str(found.source["connection"]), found.name)
        try:
            done = await self._deps.helper.repair(source, target, options, found.profile or "")
            self._fits(found, done.bytes)
            data = await asyncio.to_thread(target.read_bytes)
        finally:
            await asyncio.to_thread(_gone, target)
        lines = {str(kind): list(numbers) for kind, numbers in done.lines.items()}
        return data, {"counts": {str(kind): count for kind, count in done.counts.items()}, "lines": lines}

    @staticmethod
    def _fits(found: Dataset, size: int) -> None:
        if size > giving.LARGEST:
            raise FileProblem(
                "too_large_to_give", {"name": found.name, "bytes": size, "limit": giving.LARGEST}
            )

    def _told(self, connection: Connection, task: Task, found: Dataset) -> None:
        """Say what was repaired, beside the file."""
        user, key = str(task.payload["user"]), datasets.card_key(found.id)
        below = user == found.owner and card_rows.where(connection, key) is not None
        report = found.report or {}
        counts: Mapping[str, int] = report.get("counts", {})
        left = counts.get("error", 0) + counts.get("warning", 0) - int(report.get("repairable", 0))
        notice = DataRepaired(
            dataset=found.label,
            name=deriving.name_of(found.name, deriving.REPAIRED),
            counts=task.payload["counts"],
            lines=task.payload["lines"],
            left=max(0, left),
        )
        outbox_rows.say(
            connection,
            f"dataset:{found.label}:repaired:{task.id}",
            notice,
            Target(user=user),
            now=self._deps.clock.now(),
            parent_key=key if below else None,
            locale=self._recorder.locale(connection, user),
        )


def _gone(path: Path) -> None:
    path.unlink(missing_ok=True)
