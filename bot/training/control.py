"""Pausing, resuming and cancelling."""

from datetime import datetime, timedelta
from typing import cast

from sqlalchemy import Connection

from bot.approvals.requests import drop_for_job
from bot.deps import Deps
from bot.errors import BotError, ChatError, Denied, WrongState
from bot.facts.notices import ControlFailed
from bot.people import Actor
from bot.store import jobs, small
from bot.store.jobs import Job
from bot.training.facts import CANCELLABLE, PAUSABLE, RESUMABLE
from bot.training.record import Recorder, poll_soon
from bot.work import outbox_rows, queue
from bot.work.tasks import Again, Done, Outcome, Task
from providers.base import ControlAction, Ref, RemoteJob
from providers.errors import OutcomeUnknown, ProviderError, Throttled, Unavailable

ALLOWED: dict[str, tuple[str, ...]] = {"pause": PAUSABLE, "resume": RESUMABLE, "cancel": CANCELLABLE}
REACHED: dict[str, tuple[str, ...]] = {
    "pause": ("pausing", "paused"),
    "resume": ("resuming", "running"),
    "cancel": ("cancelled",),
}
LOOK_AGAIN = timedelta(seconds=3)


def plant(
    connection: Connection, job: Job, action: str, actor: Actor, *, click: str, now: datetime, corr: str
) -> bool:
    """Have it done by the worker; False when that is planned already (a double click)."""
    planted = queue.enqueue(
        connection,
        "job.control",
        f"control:{job.id}:{action}",
        {"job": job.id, "action": action, "team": actor.team_id, "user": actor.user_id, "click": click},
        now=now,
        corr=corr,
        lock_key=f"job:{job.id}",
    )
    return planted is not None


def check(job: Job, action: str) -> None:
    """Raise `WrongState` when the job's state does not allow the action."""
    if job.state not in ALLOWED[action]:
        raise WrongState("job_state", {"job": job.label, "action": action, "state": job.state})


class Control:
    """The handler of `job.control`."""

    def __init__(self, deps: Deps, recorder: Recorder) -> None:
        self._deps, self._recorder = deps, recorder

    async def __call__(self, task: Task) -> Outcome:
        """Ask the service, and write what it says."""
        action = cast("ControlAction", task.payload["action"])
        actor = Actor(team_id=task.payload["team"], user_id=task.payload["user"])
        number = int(task.payload["job"])
        job = await self._deps.store.read(lambda c: jobs.get(c, number))
        if job is None or (task.payload.get("asked") and job.state in REACHED[action]):
            return Done()  # an earlier attempt has done it
        try:
            await self._deps.people.require_owner(actor, job.requester)
            check(job, action)
        except ChatError:
            raise
        except (Denied, WrongState) as error:
            return self._failed(job, action, actor, task, error)
        if job.remote_id is None:
            return Done(lambda c: self._drop(c, job, actor, task))
        if not await self._deps.store.write(lambda c: self._asking(c, job, action, actor, task)):
            return Again(self._deps.clock.now())
        return await self._ask(task, job, action, actor)

    def give_up(self, connection: Connection, task: Task, error: str) -> None:
        """Parked: whoever asked is told that it did not work."""
        actor = Actor(team_id=task.payload["team"], user_id=task.payload["user"])
        job = jobs.get(connection, int(task.payload["job"]))
        action = task.payload["action"]
        if job is not None and job.state not in REACHED[action]:
            self._say_failed(connection, job, action, actor, task, BotError(error.partition("(")[0]))

    def _asking(self, connection: Connection, job: Job, action: str, actor: Actor, task: Task) -> bool:
        """Note before the request that it was asked for, and by whom: the answer may get lost. False = look again."""
        queue.extend(connection, task, now=self._deps.clock.now())
        queue.keep(connection, task, {**task.payload, "asked": True})
        fresh = jobs.get(connection, job.id)
        if fresh is None or fresh.state != job.state:
            return False
        if action == "cancel":
            jobs.note(connection, job.id, asked={**fresh.asked, "cancelled_by": actor.user_id})
        return True

    async def _ask(self, task: Task, job: Job, action: ControlAction, actor: Actor) -> Outcome:
        provider = self._deps.provider(job.connection)
        ref = jobs_ref(job)
        try:
            remote = await provider.control(ref, action)
        except (Throttled, Unavailable):
            raise
        except OutcomeUnknown:
            # Asking twice is harmless here: the next attempt first looks whether it was done.
            return Again(self._deps.clock.now() + LOOK_AGAIN)
        except ProviderError as error:
            asked_at = self._deps.clock.now()
            remote = await provider.job(ref)
            if remote.state not in REACHED[action]:
                translated = BotError(error.code, dict(error.params))
                return self._failed(
                    job, action, actor, task, translated, error.answer.message, remote, asked_at
                )
        # Looks that were asked for before this answer came may have seen the job as it was before.
        answered_at = self._deps.clock.now()
        return Done(lambda c: self._reached(c, job, action, actor, task, remote, answered_at))

    def _reached(
        self,
        connection: Connection,
        job: Job,
        action: str,
        actor: Actor,
        task: Task,
        remote: RemoteJob,
        asked_at: datetime,
    ) -> None:
        now = self._deps.clock.now()
        small.record(
            connection,
            at=now,
            actor=actor.user_id,
            via="button",
            action=f"job.{action}",
            subject=job.label,
            before=job.state,
            after=remote.state,
            corr=task.corr,
        )
        self._recorder.observed(connection, job.id, remote, asked_at=asked_at, now=now, corr=task.corr)
        near = self._deps.settings.limits.poll_near_seconds
        poll_soon(connection, job.connection, now=now, seconds=min(5.0, near), corr=task.corr)

    def _drop(self, connection: Connection, job: Job, actor: Actor, task: Task) -> None:
        """The service does not know of the job yet: it ends here."""
        fresh = jobs.get(connection, job.id)
        if fresh is None or fresh.state != "waiting" or fresh.intent_at is not None:
            return
        now = self._deps.clock.now()
        jobs.change(
            connection, job.id, now=now, state="cancelled", state_at=now, finished_at=now, collected_at=now
        )
        small.record(
            connection,
            at=now,
            actor=actor.user_id,
            via="button",
            action="job.cancel",
            subject=job.label,
            before=job.state,
            after="cancelled",
            corr=task.corr,
        )
        self._recorder.cancelled(connection, job.id, by=actor.user_id, now=now)
        drop_for_job(
            connection,
            job.id,
            actor.user_id,
            settings=self._deps.settings,
            now=now,
            corr=task.corr,
        )

    def _failed(
        self,
        job: Job,
        action: str,
        actor: Actor,
        task: Task,
        error: BotError,
        text: str = "",
        remote: RemoteJob | None = None,
        asked_at: datetime | None = None,
    ) -> Outcome:
        def apply(connection: Connection) -> None:
            now = self._deps.clock.now()
            if remote is not None and asked_at is not None:
                self._recorder.observed(
                    connection, job.id, remote, asked_at=asked_at, now=now, corr=task.corr
                )
            fresh = jobs.get(connection, job.id)
            if action == "cancel" and fresh is not None and fresh.state != "cancelled":
                asked = {name: value for name, value in fresh.asked.items() if name != "cancelled_by"}
                jobs.note(connection, job.id, asked=asked)
            self._say_failed(connection, job, action, actor, task, error, text)

        return Done(apply)

    def _say_failed(
        self,
        connection: Connection,
        job: Job,
        action: str,
        actor: Actor,
        task: Task,
        error: BotError,
        text: str = "",
    ) -> None:
        now = self._deps.clock.now()
        notice = ControlFailed(
            job=self._recorder.facts(connection, job.id, now=now),
            action=action,
            code=error.code,
            params=dict(error.params),
            text=text,
        )
        outbox_rows.say(
            connection,
            f"control:{task.id}",
            notice,
            outbox_rows.Target(user=actor.user_id),
            now=now,
            locale=self._recorder.locale(connection, actor.user_id),
        )


def jobs_ref(job: Job) -> Ref:
    """The service's name of a job that exists there."""
    if job.remote_id is None:
        raise LookupError(job.label)
    return Ref(id=job.remote_id)
