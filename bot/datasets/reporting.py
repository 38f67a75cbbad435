"""The full report of a check as a file for the person: the handler of `dataset.report`.

All findings were spooled when the file was checked; when that is gone, the file is checked once more.
"""

import asyncio
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final

import msgspec
from sqlalchemy import Connection

from bot.datasets import deriving, giving
from bot.datasets.asked import asked
from bot.datasets.facts import dataset_facts
from bot.datasets.giving import Made
from bot.datasets.report import Finding
from bot.datasets.spool import LeftOut, spooled
from bot.datasets.staging import Staging
from bot.deps import Deps
from bot.errors import Denied, FileProblem, NotThere
from bot.facts.notices import DataFileFailed
from bot.helper import Growth
from bot.people import Actor
from bot.store import datasets
from bot.store.datasets import Dataset
from bot.training.record import Recorder
from bot.work import outbox_rows, queue
from bot.work.outbox_rows import Target
from bot.work.tasks import Done, Outcome, Task

KIND: Final = "dataset.report"
CHECKED: Final = frozenset({"ready", "refused"})


class Reporting:
    """Makes the report and gives it."""

    def __init__(self, deps: Deps, recorder: Recorder, staging: Staging) -> None:
        self._deps, self._recorder, self._staging = deps, recorder, staging

    async def __call__(self, task: Task) -> Outcome:
        """Take one step."""
        found = await asked_for(self._deps, task)
        if found is None:
            return Done()
        user = str(task.payload["user"])
        try:
            await allowed(self._deps, task, found)
            place = await giving.place_of(self._deps, found, user)
            step = await giving.give(
                self._deps, task, place, f"{found.label}-report.txt", lambda: self._report(found, user)
            )
        except (FileProblem, NotThere, Denied) as error:
            code, params = error.code, error.params
            return Done(lambda c: tell_failed(c, self._deps, self._recorder, task, found, code, params))
        return step or Done()

    def give_up(self, connection: Connection, task: Task, error: str) -> None:
        """Parked: the person is told that there is no report."""
        del error
        found = datasets.get(connection, int(task.payload["dataset"]))
        if found is not None:
            tell_failed(connection, self._deps, self._recorder, task, found, "file_gave_up", {})

    async def _report(self, found: Dataset, user: str) -> Made:
        path = self._staging.findings(found.id)
        if not path.exists():
            await self._checked_again(found)

        def facts(connection: Connection) -> tuple[Any, str]:
            shown = dataset_facts(connection, found, self._deps.settings, self._deps.providers)
            return shown, self._recorder.locale(connection, user)

        shown, locale = await self._deps.store.read(facts)
        try:
            data = await asyncio.to_thread(
                lambda: self._deps.renderer.data_report(shown, self._all(found), giving.LARGEST, locale)
            )
        except (FileNotFoundError, msgspec.MsgspecError):
            raise FileProblem("findings_gone", {"name": found.name}) from None
        return data, {}

    def _all(self, found: Dataset) -> Iterator[Finding | LeftOut]:
        """What both passes found; of the second one only what there is."""
        yield from spooled(self._staging.findings(found.id))
        studied = self._staging.studied(found.id)
        if studied.exists():
            yield from spooled(studied)

    async def _checked_again(self, found: Dataset) -> None:
        """Spool the findings anew. The file is the one that was checked, or the person is told."""
        await deriving.present(self._deps, self._staging, found)
        path, growth = self._staging.path(found.id), Growth()
        growth.ended(path.stat().st_size, found.sha256 or "")
        await self._deps.helper.follow(
            (path,),
            asked(self._deps, str(found.source["connection"]), found.name),
            growth,
            heard=lambda _: None,
            findings=self._staging.findings(found.id),
            expected=found.bytes or 0,
        )


async def asked_for(deps: Deps, task: Task) -> Dataset | None:
    """The checked dataset that a person asks a file of; None when it is being read anew."""
    number = int(task.payload["dataset"])
    found = await deps.store.read(lambda c: datasets.get(c, number))
    return found if found is not None and found.state in CHECKED else None


async def allowed(deps: Deps, task: Task, found: Dataset) -> None:
    """Raise `Denied` when this may not be given to who asks for it: the click was judged by what was known then."""
    actor = Actor(team_id=found.team_id, user_id=str(task.payload["user"]))
    await deps.people.require_owner(actor, found.owner)


def plant(
    connection: Connection, kind: str, found: Dataset, user: str, *, lane: str, now: datetime, corr: str
) -> bool:
    """Have a file made for `user`; False when it is being made already."""
    word = kind.partition(".")[2]
    task = queue.enqueue(
        connection,
        kind,
        f"{word}:{found.id}:{user}",
        {"dataset": found.id, "user": user},
        now=now,
        corr=corr,
        lane=lane,
    )
    return task is not None


def tell_failed(
    connection: Connection,
    deps: Deps,
    recorder: Recorder,
    task: Task,
    found: Dataset,
    code: str,
    params: Mapping[str, str | int | float],
) -> None:
    """Tell the person that a file could not be made."""
    user = str(task.payload["user"])
    what = task.kind.partition(".")[2]
    notice = DataFileFailed(dataset=found.label, name=found.name, what=what, code=code, params=dict(params))
    outbox_rows.say(
        connection,
        f"dataset:{found.label}:{what}:{task.id}",
        notice,
        Target(user=user),
        now=deps.clock.now(),
        locale=recorder.locale(connection, user),
    )
