"""The running application: worker, sender, painter and ticker over one store."""

import asyncio
import logging
from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import Connection

from bot import reconcile
from bot.approvals import standing
from bot.approvals.kinds import kinds as approval_kinds
from bot.catalogue import Refresh
from bot.datasets import repairing, reporting
from bot.datasets.intake import Intake
from bot.datasets.repairing import Repairing
from bot.datasets.reporting import Reporting
from bot.datasets.staging import Staging
from bot.datasets.studying import Study
from bot.datasets.upload import Upload
from bot.deployments.kinds import kinds as deployment_kinds
from bot.deployments.look import Look
from bot.deployments.record import DeploymentRecorder
from bot.deployments.watch import KIND as LOOK
from bot.deps import Deps
from bot.errors import ChatError
from bot.facts.notices import TaskParked
from bot.looking_back.delete import kinds as clean_kinds
from bot.painter import StorePainter
from bot.store import small
from bot.training import guess
from bot.training.collect import Collect
from bot.training.control import Control
from bot.training.follow import Follow
from bot.training.guess import Guess
from bot.training.record import Recorder
from bot.training.submit import Submit
from bot.work import outbox_rows
from bot.work.cards import Cards
from bot.work.outbox import Outbox
from bot.work.outbox_rows import Target
from bot.work.schedule import Schedule
from bot.work.tasks import Kind, Task
from bot.work.worker import Worker

log = logging.getLogger(__name__)
GiveUp = Callable[[Connection, Task, str], None]


class Engine:
    """Everything that works without being asked. `prepare`, then `start` once the socket is connected, then `stop`."""

    def __init__(self, deps: Deps) -> None:
        self.deps = deps
        self.recorder = Recorder(deps.settings, deps.providers)
        self.staging = Staging(deps.settings.files.staging, deps.settings.limits.intake_max_bytes)
        self.painter = StorePainter(deps)
        self._admins: tuple[str, ...] = ()
        self._worker = Worker(
            deps.store,
            deps.clock,
            self._kinds(),
            owner=deps.new_id(),
            rng=deps.rng,
            on_unknown=self._parked(),
            pulse=deps.pulses.of("worker"),
        )
        self._outbox = Outbox(
            deps.store,
            deps.clock,
            deps.chat,
            deps.renderer,
            self._artifact,
            rng=deps.rng,
            pulse=deps.pulses.of("outbox"),
        )
        self._cards = Cards(
            deps.store, deps.clock, deps.chat, self.painter, rng=deps.rng, pulse=deps.pulses.of("painter")
        )
        self._ticked = deps.pulses.of("schedule")
        self._schedule = Schedule(self._tick)
        self._loops: list[asyncio.Task[None]] = []

    def _kinds(self) -> dict[str, Kind]:
        deps, recorder, staging = self.deps, self.recorder, self.staging
        intake, upload = Intake(deps, recorder, staging), Upload(deps, recorder, staging)
        report, repair = Reporting(deps, recorder, staging), Repairing(deps, recorder, staging)
        collect, guessed = Collect(deps, recorder), Guess(deps, recorder, staging)
        study = Study(deps, staging)
        submit, control = Submit(deps, recorder), Control(deps, recorder)
        hosted = DeploymentRecorder(deps.settings, deps.providers)
        return {
            "dataset.intake": Kind(handler=intake, on_parked=self._parked(intake.give_up)),
            "dataset.upload": Kind(handler=upload, on_parked=self._parked(upload.give_up)),
            "dataset.study": Kind(handler=study, on_parked=self._parked(study.give_up)),
            reporting.KIND: Kind(handler=report, on_parked=self._parked(report.give_up)),
            repairing.KIND: Kind(handler=repair, on_parked=self._parked(repair.give_up)),
            guess.KIND: Kind(handler=guessed, on_parked=self._parked(guessed.give_up)),
            "job.submit": Kind(handler=submit, on_parked=self._parked(submit.give_up)),
            "job.control": Kind(handler=control, on_parked=self._parked(control.give_up)),
            "job.collect": Kind(handler=collect, on_parked=self._parked(collect.give_up)),
            "connection.poll": Kind(handler=Follow(deps, recorder), budget=None),
            "catalogue.refresh": Kind(handler=Refresh(deps), budget=None),
            LOOK: Kind(handler=Look(deps, hosted), budget=None),
            **deployment_kinds(deps, hosted, self._parked),
            **approval_kinds(deps, self._parked),
            **clean_kinds(deps, self._parked),
        }

    def _parked(self, give_up: GiveUp | None = None) -> GiveUp:
        def parked(connection: Connection, task: Task, error: str) -> None:
            if give_up is not None:
                give_up(connection, task, error)
            notice = TaskParked(
                task=task.id, task_kind=task.kind, key=task.key, attempts=task.attempts, error=error
            )
            for admin in self._admins[:1]:
                now = self.deps.clock.now()
                outbox_rows.say(
                    connection, f"parked:{task.id}:{task.attempts}", notice, Target(user=admin), now=now
                )

        return parked

    async def prepare(self) -> None:
        """Register connections, free leases, plant what recurs. Raises `PointedElsewhere`."""
        deps = self.deps
        now, corr = deps.clock.now(), deps.new_id()

        def work(connection: Connection) -> tuple[int, int]:
            reconcile.register(connection, deps.settings)
            freed = reconcile.free_leases(connection)
            reconcile.plant_recurring(connection, deps.providers, now=now, corr=corr)
            reconcile.plant_looks(connection, deps.providers, now=now, corr=corr)
            standing.plant(connection, deps.settings, now=now, corr=corr)
            reconcile.replant_jobs(connection, now=now, corr=corr)
            reconcile.replant_data(connection, now=now, corr=corr)
            reconcile.replant_requests(connection, now=now, corr=corr)
            reconcile.replant_deployments(connection, now=now, corr=corr)
            reconcile.housekeeping(connection, now=now)
            return freed

        tasks, messages = await deps.store.write(work)
        alone = await deps.store.read(lambda c: reconcile.left_behind(c, deps.providers))
        if alone:
            log.warning("nobody follows %s: their connections left the configuration", ", ".join(alone))
        if tasks or messages:
            log.info("the last run held %d tasks and %d messages: going on with them", tasks, messages)

    async def start(self) -> None:
        """Begin to work."""
        await self._find_admins()
        for run in (self._worker.run, self._outbox.run, self._cards.run):
            self._loops.append(asyncio.create_task(run(), name=run.__qualname__))
        self._schedule.start()
        self._ticked()

    async def _find_admins(self) -> None:
        """Whom to tell of parked work; Slack need not answer for the work itself to begin."""
        try:
            self._admins = await self.deps.people.admins()
        except ChatError as error:
            log.warning("who administers could not be asked: %s", error)

    async def watch(self) -> None:
        """Return only when one of the loops died; raises what killed it."""
        done, _ = await asyncio.wait(self._loops, return_when=asyncio.FIRST_COMPLETED)
        for loop in done:
            loop.result()

    async def stop(self) -> None:
        """Stop working; what was under way is claimed again at the next start."""
        self._schedule.stop()
        for loop in self._loops:
            loop.cancel()
        await asyncio.gather(*self._loops, return_exceptions=True)
        self._loops.clear()

    async def _tick(self) -> None:
        self._ticked()
        now, corr = self.deps.clock.now(), self.deps.new_id()

        def work(connection: Connection) -> None:
            reconcile.plant_recurring_missing(connection, self.deps.providers, now=now, corr=corr)
            reconcile.plant_looks(connection, self.deps.providers, now=now, corr=corr, only_missing=True)
            self.recorder.alert_pending(connection, now=now)
            reconcile.housekeeping(connection, now=now)

        await self.deps.store.write(work)
        needed, handed = await self.deps.store.read(reconcile.staged_still)
        hours = self.deps.settings.files.retention_hours
        before = now - timedelta(hours=max(1, hours))
        await asyncio.to_thread(self.staging.sweep, before, needed, handed)
        if not self._admins:
            await self._find_admins()
        self._worker.wake()
        self._outbox.wake()

    async def _artifact(self, number: int) -> bytes:
        return await self.deps.store.read(lambda c: small.bytes_of(c, number))
