"""From a file somewhere else to a checked dataset: the handler of `dataset.intake`.

The file is checked by a helper process while it is fetched; a person sees how far it is, and the first errors at once.
After a crash a file that is whole on disk is checked from there, any other is fetched again.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from sqlalchemy import Connection

from bot.datasets import deriving, studying
from bot.datasets.asked import asked
from bot.datasets.fetching import Arrived, Grown, fetched, hashed, partial
from bot.datasets.origins import origin_of
from bot.datasets.report import Report
from bot.datasets.staging import Staging
from bot.datasets.telling import Teller, place, show
from bot.deps import Deps
from bot.errors import BotError, ChatUnavailable, Denied, FileProblem
from bot.facts.notices import IntakeFailed
from bot.helper import Growth, HelperError
from bot.people import Actor
from bot.store import datasets, small
from bot.store.datasets import Dataset
from bot.training.record import Recorder
from bot.training.submit import plant_upload
from bot.work import card_rows, outbox_rows, queue
from bot.work.outbox_rows import Target
from bot.work.tasks import Again, Done, Outcome, Task
from providers.errors import ProviderError, Throttled, Unavailable

Arrive = Callable[[Grown], Awaitable[Arrived]]
NAMELESS = "file"
"""What a file is called whose name Slack has not told."""
LOOKS = 10
"""How often Slack is asked for a file that Slack Connect has not checked yet."""
LOOK_EVERY = timedelta(seconds=6)
TRIES = 3
"""How often a file is fetched that breaks off or comes in another size than announced."""
TRY_EVERY = timedelta(seconds=2)


PASSING: Mapping[str, tuple[int, timedelta]] = MappingProxyType(
    {
        "awaiting_check": (LOOKS, LOOK_EVERY),
        "ended_early": (TRIES, TRY_EVERY),
        "size_differs": (TRIES, TRY_EVERY),
        "blob_changed": (TRIES, TRY_EVERY),
        "blob_cut": (TRIES, TRY_EVERY),
    }
)


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
        await self._deps.helper.warm()
        try:
            await self._deps.people.require(Actor(team_id=found.team_id, user_id=found.owner))
            report = await self._read(task, found)
        except (FileProblem, Denied) as error:
            return await self._told(task, found, error)
        except ChatUnavailable as error:
            if error.code == "download_cut":
                return await self._told(task, found, FileProblem("ended_early", error.params))
            if task.delays:
                await self._stalled(task, found)
            raise
        except (Throttled, Unavailable):
            if task.delays:
                await self._stalled(task, found)
            raise
        return Done(lambda c: self._checked(c, found, report, task.corr))

    async def _read(self, task: Task, found: Dataset) -> Report:
        """The report of the file, checked while it comes; of a file that is here already, from disk."""
        target = self._staging.path(found.id)
        if "local" in found.source:
            self._staging.take(found.id, str(found.source["copy"]))
        async with Teller(self._deps, task, found) as teller:
            if deriving.is_derived(found):
                await deriving.present(self._deps, self._staging, found)
            if self._staging.has(found.id):
                size = target.stat().st_size
                return await self._followed(found, teller, size, lambda grown: hashed(target, grown))
            limit = self._staging.limit
            origin = await origin_of(self._deps, found, limit)
            found = await self._named(found, origin.name)

            async def arrive(grown: Grown) -> Arrived:
                async with self._staging.alone(found.id):
                    return await fetched(origin, target, limit=limit, grown=grown)

            return await self._followed(found, teller, origin.size, arrive)

    async def _followed(self, found: Dataset, teller: Teller, expected: int | None, arrive: Arrive) -> Report:
        """Check a file while it arrives. Whatever becomes of it, the helper is not left waiting for the rest."""
        teller.expects(expected)
        growth, target = Growth(), self._staging.path(found.id)
        check = asyncio.create_task(
            self._deps.helper.follow(
                (partial(target), target),
                asked(self._deps, str(found.source["connection"]), found.name),
                growth,
                heard=teller.heard,
                findings=self._staging.findings(found.id),
                expected=expected or 0,
            ),
            name=f"check of {found.label}",
        )

        def grown(size: int) -> None:
            growth.grown(size)
            teller.grown()

        try:
            arrived = await arrive(grown)
            growth.ended(arrived.bytes, arrived.sha256)
            report = await check
        except (BotError, ProviderError, OSError):
            growth.abandoned()
            await asyncio.gather(check, return_exceptions=True)
            raise
        finally:
            check.cancel()
            await asyncio.gather(check, return_exceptions=True)
        if report is None:
            raise HelperError("helper_failed", {"error": "Left"})
        return report

    async def _told(self, task: Task, found: Dataset, error: BotError) -> Outcome:
        """What may pass is tried a few times more; then the person is told."""
        tries = int(task.payload.get("tries", 1))
        most, gap = PASSING.get(error.code, (1, TRY_EVERY))
        if tries < most:
            await self._stalled(task, found)
            return Again(self._now() + gap, payload={**task.payload, "tries": tries + 1})
        code, params = error.code, dict(error.params)
        return Done(lambda c: self._unreadable(c, found, code, params, task.corr))

    async def _stalled(self, task: Task, found: Dataset) -> None:
        now = self._now()

        def work(connection: Connection) -> None:
            queue.extend(connection, task, now=now)
            show(connection, found, now=now, reading={"stalled": True})

        await self._deps.store.write(work)

    async def _named(self, found: Dataset, told: str) -> Dataset:
        """A file that came from another organisation tells its name only when it is asked for."""
        if found.name != NAMELESS or told == NAMELESS:
            return found
        name, now = told[:200], self._now()
        await self._deps.store.write(lambda c: datasets.change(c, found.id, now=now, name=name))
        return replace(found, name=name)

    def give_up(self, connection: Connection, task: Task, error: str) -> None:
        """Parked: the person is told that the file could not be read."""
        found = datasets.get(connection, int(task.payload["dataset"]))
        if found is not None and found.state in ("received", "checking"):
            self._unreadable(connection, found, "intake_gave_up", {"error": error}, task.corr)

    def _unreadable(
        self, connection: Connection, found: Dataset, code: str, params: dict[str, Any], corr: str
    ) -> None:
        now = self._now()
        datasets.change(
            connection,
            found.id,
            now=now,
            state="unreadable",
            problem={"code": code, "params": params},
            report=None,
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
            report=report.to_json(),
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
        if report.examples:
            studying.plant(connection, found.id, now=now, corr=corr)
        place(connection, found, now=now)
        card_rows.hasten(connection, datasets.card_key(found.id), now=now)

    @staticmethod
    def _touch_pair(connection: Connection, found: Dataset, now: datetime) -> None:
        """The other half's card offers both only while both can be used."""
        if found.pair is not None:
            card_rows.touch(connection, datasets.card_key(found.pair), now=now)

    def _now(self) -> datetime:
        return self._deps.clock.now()
