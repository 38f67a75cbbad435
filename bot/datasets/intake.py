"""From a file in Slack to a checked dataset: the handler of `dataset.intake`."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from bot.datasets.options import Options
from bot.datasets.report import Report
from bot.datasets.staging import Staging
from bot.deps import Deps
from bot.errors import Denied, FileProblem
from bot.facts.notices import IntakeFailed
from bot.people import Actor
from bot.store import datasets, small
from bot.store.datasets import Dataset
from bot.training.record import Recorder
from bot.training.submit import plant_upload
from bot.work import card_rows, outbox_rows, queue
from bot.work.outbox_rows import Target
from bot.work.tasks import Done, Outcome, Task


class Intake:
    """Fetches, checks, and sends what is sound on to the service."""

    def __init__(self, deps: Deps, recorder: Recorder, staging: Staging) -> None:
        self._deps, self._recorder, self._staging = deps, recorder, staging

    async def __call__(self, task: Task) -> Outcome:
        """Read and check one dataset; nothing has been sent to the service before this says it is sound."""
        number = int(task.payload["dataset"])
        found = await self._deps.store.read(lambda c: datasets.get(c, number))
        if found is None or found.state not in ("received", "checking"):
            return Done()
        try:
            await self._deps.people.require(Actor(team_id=found.team_id, user_id=found.owner))
            path = await self._staging.fetch(self._deps.chat, number, str(found.source["file_id"]))
        except (FileProblem, Denied) as error:
            code, params = error.code, dict(error.params)
            return Done(lambda c: self._unreadable(c, found, code, params, task.corr))
        await self._deps.store.write(lambda c: self._checking(c, task, number))
        report = await self._deps.helper.check(path, self._options(str(found.source["connection"])))
        return Done(lambda c: self._checked(c, found, report, task.corr))

    def give_up(self, connection: Connection, task: Task, error: str) -> None:
        """Parked: the person is told that the file could not be read."""
        found = datasets.get(connection, int(task.payload["dataset"]))
        if found is not None and found.state in ("received", "checking"):
            self._unreadable(connection, found, "intake_gave_up", {"error": error}, task.corr)

    def _options(self, name: str) -> Options:
        able = self._deps.provider(name).capabilities
        limit = able.limits.file_bytes or self._deps.settings.limits.intake_max_bytes
        return Options(
            service=self._deps.settings.connection(name).provider,
            max_bytes=min(limit, self._deps.settings.limits.intake_max_bytes),
            min_examples=able.limits.min_examples,
            byte_order_mark=able.byte_order_mark,
        )

    def _checking(self, connection: Connection, task: Task, number: int) -> None:
        queue.extend(connection, task, now=self._now())
        datasets.change(connection, number, now=self._now(), state="checking")

    def _unreadable(
        self, connection: Connection, found: Dataset, code: str, params: dict[str, Any], corr: str
    ) -> None:
        now = self._now()
        datasets.change(
            connection, found.id, now=now, state="unreadable", problem={"code": code, "params": params}
        )
        self._touch_pair(connection, found, now)
        small.record(
            connection,
            at=now,
            actor="tunesmith",
            via="task",
            action="dataset.unreadable",
            subject=found.label,
            after={"code": code},
            corr=corr,
        )
        notice = IntakeFailed(dataset=found.label, name=found.name, code=code, params=params)
        outbox_rows.say(
            connection,
            f"dataset:{found.label}:unreadable:{corr}",
            notice,
            Target(user=found.owner),
            now=now,
            locale=self._recorder.locale(connection, found.owner),
        )

    def _checked(self, connection: Connection, found: Dataset, report: Report, corr: str) -> None:
        now = self._now()
        state = "ready" if report.ok else "refused"
        same = datasets.earlier_same(connection, found.id, report.sha256)
        datasets.change(
            connection,
            found.id,
            now=now,
            state=state,
            sha256=report.sha256,
            bytes=report.bytes,
            examples=report.examples,
            tokens=report.tokens.total,
            tokens_exact=report.tokens.exact,
            profile=report.profile,
            report={**report.to_json(), "same_as": same},
        )
        small.record(
            connection,
            at=now,
            actor="tunesmith",
            via="task",
            action=f"dataset.{state}",
            subject=found.label,
            after={"counts": dict(report.counts)},
            corr=corr,
        )
        self._touch_pair(connection, found, now)
        if report.ok:
            copy = datasets.add_copy(connection, found.id, str(found.source["connection"]), now=now)
            plant_upload(connection, copy, found.id, now=now, corr=corr)
        else:
            self._staging.drop(found.id)
        key = datasets.card_key(found.id)
        card_rows.place(
            connection, key, "dataset", found.label, found.team_id, Target(user=found.owner), now=now
        )

    @staticmethod
    def _touch_pair(connection: Connection, found: Dataset, now: datetime) -> None:
        """The other half's card offers both only while both can be used."""
        if found.pair is not None:
            card_rows.touch(connection, datasets.card_key(found.pair), now=now)

    def _now(self) -> datetime:
        return self._deps.clock.now()
