"""What people asked to be told later: a reminder for the next working morning, and the day until which it was wanted.

Nothing is taken down by itself at that day: the owner is asked, a day before and when it has come.
"""

from datetime import datetime, timedelta

from sqlalchemy import Connection

from bot.config.settings import Settings
from bot.deployments.record import DeploymentRecorder
from bot.deps import Deps
from bot.errors import WrongState
from bot.facts.deployment_notices import ReminderDue, UntilReached
from bot.people import Actor
from bot.store import deployments, people
from bot.store.deployments import Deployment
from bot.work import queue
from bot.work.tasks import Again, Done, Outcome, Task
from bot.working_hours import Hours

AHEAD = timedelta(days=1)


def hours_of(connection: Connection, settings: Settings, user: str | None) -> Hours:
    """Working hours in a person's own time zone."""
    person = people.get(connection, user) if user else None
    return Hours.of(settings.approvals.working_hours, person.member.tz if person else "")


def remind(
    connection: Connection,
    found: Deployment,
    actor: Actor,
    *,
    settings: Settings,
    now: datetime,
    corr: str,
) -> datetime:
    """Remind a person of an idle deployment on the next working morning; when that is.

    Raises:
        WrongState: `deployment_state` for one that does not answer: nothing could be said of it.
    """
    if found.state != "live":
        params = {"deployment": found.title, "action": "remind", "state": found.state}
        raise WrongState("deployment_state", params)
    due = hours_of(connection, settings, actor.user_id).next_morning(now)
    queue.enqueue(
        connection,
        "deployment.remind",
        f"remind:{found.id}:{actor.user_id}",
        {"deployment": found.id, "user": actor.user_id},
        now=now,
        corr=corr,
        due_at=due,
    )
    return due


def plant_until(connection: Connection, found: Deployment, *, now: datetime, corr: str) -> None:
    """Ask the owner again when the day comes until which it was wanted; nothing without such a day."""
    if found.until is None:
        return
    queue.enqueue(
        connection,
        "deployment.until",
        f"until:{found.id}",
        {"deployment": found.id},
        now=now,
        corr=corr,
        due_at=max(now, found.until - AHEAD),
    )


class Remind:
    """The handler of `deployment.remind`."""

    def __init__(self, deps: Deps, recorder: DeploymentRecorder) -> None:
        self._deps, self._recorder = deps, recorder

    async def __call__(self, task: Task) -> Outcome:
        """Say it, unless the deployment is no longer there; in the person's working hours."""
        number, user = int(task.payload["deployment"]), str(task.payload["user"])
        found = await self._deps.store.read(lambda c: deployments.get(c, number))
        if found is None or found.state != "live":
            return Done()
        now = self._deps.clock.now()
        hours = await self._deps.store.read(lambda c: hours_of(c, self._deps.settings, user))
        if not hours.is_open(now):
            return Again(hours.next_open(now))

        def apply(connection: Connection) -> None:
            notice = ReminderDue(deployment=self._recorder.facts(connection, number, now=now))
            self._recorder.tell(connection, user, number, f"reminder:{task.id}", notice, now=now)

        return Done(apply)


class Until:
    """The handler of `deployment.until`."""

    def __init__(self, deps: Deps, recorder: DeploymentRecorder) -> None:
        self._deps, self._recorder = deps, recorder

    async def __call__(self, task: Task) -> Outcome:
        """Say what is due: a day before, and at the time; once each for every such day."""
        number = int(task.payload["deployment"])
        found = await self._deps.store.read(lambda c: deployments.get(c, number))
        if found is None or found.state != "live" or found.until is None:
            return Done()
        now, until = self._deps.clock.now(), found.until
        if now < until - AHEAD:
            return Again(until - AHEAD)
        hours = await self._deps.store.read(lambda c: hours_of(c, self._deps.settings, found.owner))
        if not hours.is_open(now):
            return Again(hours.next_open(now))
        stage = "ahead" if now < until else "reached"

        def apply(connection: Connection) -> None:
            fresh = deployments.get(connection, number)
            if fresh is None or fresh.state != "live" or fresh.until != until:
                return
            facts = self._recorder.facts(connection, number, now=now)
            notice = UntilReached(deployment=facts, ahead=stage == "ahead")
            what = f"until:{until.isoformat()}:{stage}"
            self._recorder.tell_owner(connection, fresh, what, notice, now=now)

        return Again(until, apply) if stage == "ahead" else Done(apply)
