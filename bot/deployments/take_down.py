"""Taking a deployment down: by its owner or an approver, or as what a successor replaces.

Before every deletion the service is asked whether what stands under the name is still the one that was meant: somebody
may have made another since. One whose creation never had an answer is gone only when the service says so two minutes
later by its own clock, because a late request would revive it.
"""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from bot.deployments import call_off, rollout
from bot.deployments.record import (
    SUCCESSOR,
    DeploymentRecorder,
    hosting_of,
    lock_of,
    parked_problem,
    problem_of,
    unmoved,
)
from bot.deployments.retry import require_owner_or_approver
from bot.deployments.unclear import LOOK, LOOK_EVERY, LOOK_FOR, read_clock, waited
from bot.deployments.unsent import nothing_there
from bot.deps import Deps
from bot.errors import ChatError, Denied, WrongState
from bot.facts.deployment_notices import TakeDownFailed
from bot.facts.deployments import ProblemFacts
from bot.ids import request_name
from bot.people import Actor
from bot.store import deployments
from bot.store.deployments import Deployment
from bot.work import queue
from bot.work.tasks import Again, Done, Outcome, Task
from providers.errors import ProviderError, Throttled, Unavailable
from providers.hosting import Hosting, RemoteDeployment

PERSON, REPLACED = "person", "replaced"
REMOVING = "removing"
"""In `asked`: `{by, why, before, sent?}` while it is taken down; the state before, to go back to."""
POLL_SECONDS = 5.0
AGAIN_AFTER = timedelta(seconds=60)
"""A deletion after which it stands there unchanged is asked for once more."""
SLOW_AFTER = timedelta(hours=1)
RECREATED = timedelta(minutes=1)
"""A deployment that was created so much later than the one we know is another one."""


def check(found: Deployment) -> None:
    """Raise `WrongState` when there is nothing to take down."""
    if found.state in ("gone", "removing"):
        params = {"deployment": found.title, "action": "take_down", "state": found.state}
        raise WrongState("deployment_state", params)


def plant(
    connection: Connection,
    found: Deployment,
    actor: Actor | None,
    why: str,
    *,
    click: str,
    now: datetime,
    corr: str,
    due: datetime | None = None,
) -> bool:
    """Have it taken down by the worker; False when that is planned already. Whether the person may is asked then."""
    payload: dict[str, Any] = {"deployment": found.id, "why": why, "click": click}
    if actor is not None:
        payload |= {"team": actor.team_id, "user": actor.user_id}
    planted = queue.enqueue(
        connection,
        "deployment.delete",
        f"delete:{found.id}:{why}",
        payload,
        now=now,
        corr=corr,
        due_at=due,
        lock_key=lock_of(found.id),
    )
    return planted is not None


def plant_replaced(
    connection: Connection, old: Deployment, successor: Deployment, *, due: datetime, now: datetime, corr: str
) -> None:
    """The successor answers: the old one goes when its grace ends."""
    asked = {**old.asked, SUCCESSOR: successor.id}
    deployments.change(connection, old.id, now=now, take_down_at=due, asked=asked)
    plant(connection, old, None, REPLACED, click="", now=now, corr=corr, due=due)


def replant(connection: Connection, found: Deployment, *, now: datetime, corr: str) -> None:
    """Go on with what is being taken down, or will be when its grace ends."""
    if found.state == "removing":
        why = (found.asked.get(REMOVING) or {}).get("why", PERSON)
        plant(connection, found, None, why, click="", now=now, corr=corr)
    elif found.take_down_at is not None:
        plant(connection, found, None, REPLACED, click="", now=now, corr=corr, due=found.take_down_at)


class TakeDown:
    """The handler of `deployment.delete`."""

    def __init__(
        self,
        deps: Deps,
        recorder: DeploymentRecorder,
        *,
        look_for: timedelta = LOOK_FOR,
        look_every: timedelta = LOOK_EVERY,
    ) -> None:
        self._deps, self._recorder = deps, recorder
        self._look_for, self._look_every = look_for, look_every

    async def __call__(self, task: Task) -> Outcome:
        """Take one step towards "gone"."""
        number = int(task.payload["deployment"])
        found = await self._deps.store.read(lambda c: deployments.get(c, number))
        if found is None or found.state == "gone":
            return Done()
        if found.state == "removing":
            return await self._go_on(task, found)
        try:
            check(found)
            if "user" in task.payload:
                await require_owner_or_approver(self._deps, _actor(task), found)
        except ChatError:
            raise
        except (Denied, WrongState) as error:
            return self._refused(task, found, problem_of(error))
        waits = self._unsent(task, found)
        if waits is None and task.payload["why"] == REPLACED:
            waits = await self._grace(found)
        if waits is not None:
            return waits
        await self._deps.store.write(lambda c: self._intend(c, task, found))
        return Again(self._now())

    def give_up(self, connection: Connection, task: Task, error: str) -> None:
        """Parked: who asked is told, and it is watched on."""
        found = deployments.get(connection, int(task.payload["deployment"]))
        if found is not None and found.state != "gone":
            self._back(connection, task, found, parked_problem(error))

    async def _grace(self, found: Deployment) -> Outcome | None:
        """A replaced one goes only while its successor stands; None = now."""
        if found.take_down_at is None:
            return Done()  # somebody decided to keep it
        if self._now() < found.take_down_at:
            return Again(found.take_down_at)
        number = int(found.asked.get(SUCCESSOR, 0))
        successor = await self._deps.store.read(lambda c: deployments.get(c, number))
        stands = successor is not None and successor.state == "live"
        if stands and successor is not None:
            hosting = hosting_of(self._deps, successor.connection)
            remote = await hosting.deployment(successor.name) if hosting is not None else None
            stands = remote is not None and remote.state == "live"
        if stands:
            return None
        return Done(lambda c: self._spared(c, found))

    def _spared(self, connection: Connection, found: Deployment) -> None:
        """The successor is not there any more: the old one stays, and whoever has it hears that."""
        fresh = deployments.get(connection, found.id)
        if fresh is None or not unmoved(fresh, found):
            return
        successor = deployments.get(connection, int(found.asked.get(SUCCESSOR, 0)))
        name = successor.title if successor is not None else ""
        self._recorder.spare(connection, fresh, name, now=self._now())

    def _unsent(self, task: Task, found: Deployment) -> Outcome | None:
        """What is not at the service is called off; None = it was sent, and may be taken down."""
        if "user" in task.payload and nothing_there(found):
            by = str(task.payload["user"])

            def end(connection: Connection) -> None:
                call_off.end(connection, found, by, recorder=self._recorder, now=self._now(), corr=task.corr)

            return Again(self._now(), end)
        if task.payload["why"] != call_off.CALLED_OFF:
            return None
        # It was sent before this came to it: who called it off has not wanted it deleted.
        request = request_name(found.request) if found.request else found.title
        params: dict[str, str | int | float] = {"request": request, "state": found.state}
        return self._refused(task, found, ProblemFacts(code="not_called_off", params=params))

    def _intend(self, connection: Connection, task: Task, found: Deployment) -> None:
        """Committed before anything is asked: from now on it is on its way out."""
        now = self._now()
        queue.extend(connection, task, now=now)
        fresh = deployments.get(connection, found.id)
        if fresh is None or not unmoved(fresh, found):
            return
        why, by = task.payload["why"], task.payload.get("user")
        mark = {"by": by, "why": why, "before": fresh.state}
        asked = {name: value for name, value in fresh.asked.items() if name != LOOK}
        deployments.change(
            connection,
            found.id,
            now=now,
            state="removing",
            operation=None,
            asked={**asked, REMOVING: mark},
        )
        self._recorder.audit(
            connection,
            fresh,
            "deployment.take_down",
            now=now,
            corr=task.corr,
            actor=by or "tunesmith",
            via="button" if by else "task",
            before=fresh.state,
            after=why,
        )

    async def _go_on(self, task: Task, found: Deployment) -> Outcome:
        hosting = hosting_of(self._deps, found.connection)
        if hosting is None:
            params: dict[str, str | int | float] = {"connection": found.connection}
            return self._refused(task, found, ProblemFacts(code="no_hosting", params=params))
        try:
            return await self._delete(task, found, hosting)
        except (Throttled, Unavailable):
            raise
        except ProviderError as error:
            return self._refused(task, found, problem_of(error))

    async def _delete(self, task: Task, found: Deployment, hosting: Hosting) -> Outcome:
        remote = await hosting.deployment(found.name)
        if remote is None:
            return await self._absent(task, found)
        if not same(found, remote):
            return self._gone(task, found, replaced_there=True)
        mark = dict(found.asked.get(REMOVING) or {})
        sent = datetime.fromisoformat(mark["sent"]) if mark.get("sent") else None
        if remote.state == "removing" or (sent is not None and self._now() - sent < AGAIN_AFTER):
            return await self._removing(task, found, hosting)
        if not await self._deps.store.write(lambda c: self._asking(c, task, found, remote)):
            return Again(self._now())
        operation = await hosting.delete(found.name)

        def begun(connection: Connection) -> None:
            fresh = deployments.get(connection, found.id)
            if fresh is not None and unmoved(fresh, found):
                kept = rollout.kept_operation(operation)
                deployments.note(connection, found.id, operation=kept)

        wait = operation.retry_after or min(POLL_SECONDS, self._near())
        return Again(self._now() + timedelta(seconds=wait), begun)

    def _asking(
        self, connection: Connection, task: Task, found: Deployment, remote: RemoteDeployment
    ) -> bool:
        queue.extend(connection, task, now=self._now())
        fresh = deployments.get(connection, found.id)
        if fresh is None or not unmoved(fresh, found):
            return False
        mark = {**(fresh.asked.get(REMOVING) or {}), "sent": self._now().isoformat()}
        # Ours was seen there just now: once it is absent, it is gone, and nothing is on its way any more.
        created = fresh.created_remote or remote.created_at or self._now()
        deployments.note(connection, found.id, asked={**fresh.asked, REMOVING: mark}, created_remote=created)
        return True

    async def _removing(self, task: Task, found: Deployment, hosting: Hosting) -> Outcome:
        """The service is at it."""
        wait: float | None = None
        if found.operation is not None:
            state = await hosting.operation(rollout.read_operation(found.operation))
            if state.progress == "failed":
                params: dict[str, str | int | float] = {"deployment": found.title, "service_code": state.code}
                problem = ProblemFacts(code="operation_failed", params=params, text=state.message)
                return self._refused(task, found, problem_of(state.problem) if state.problem else problem)
            wait = state.retry_after
        if self._now() - found.state_at >= SLOW_AFTER:
            params = {"deployment": found.title, "minutes": int(SLOW_AFTER.total_seconds() // 60)}
            return self._refused(task, found, ProblemFacts(code="removal_slow", params=params))
        return Again(self._now() + timedelta(seconds=max(wait or 0.0, min(POLL_SECONDS, self._near()))))

    async def _absent(self, task: Task, found: Deployment) -> Outcome:
        """It is not there; one that nobody ever saw there may still come."""
        if found.created_remote is not None or found.first_ok_at is not None:
            return self._gone(task, found)
        reading = await read_clock(self._deps.provider(found.connection), self._deps.clock)
        passed = waited(found.asked, reading)
        if passed is not None and passed >= self._look_for:
            return self._gone(task, found)

        def begin(connection: Connection) -> None:
            fresh = deployments.get(connection, found.id)
            if passed is None and fresh is not None and unmoved(fresh, found):
                deployments.note(connection, found.id, asked={**fresh.asked, LOOK: reading.as_json()})

        return Again(self._now() + self._look_every, begin)

    def _gone(self, task: Task, found: Deployment, *, replaced_there: bool = False) -> Outcome:
        mark = found.asked.get(REMOVING) or {}

        def apply(connection: Connection) -> None:
            now = self._now()
            if replaced_there and not mark.get("sent"):
                # Somebody deleted it and made another of the same name: that one is not ours to take down.
                self._recorder.vanished(connection, found, now=now, corr=task.corr)
                return
            self._recorder.taken_down(
                connection, found, why=mark.get("why", PERSON), by=mark.get("by"), now=now, corr=task.corr
            )

        return Done(apply)

    def _refused(self, task: Task, found: Deployment, problem: ProblemFacts) -> Outcome:
        return Done(lambda c: self._back(c, task, found, problem))

    def _back(self, connection: Connection, task: Task, found: Deployment, problem: ProblemFacts) -> None:
        """It stays: as it was before, and told to whoever wanted it away."""
        now = self._now()
        fresh = deployments.get(connection, found.id)
        if fresh is None or not unmoved(fresh, found):
            return
        mark = fresh.asked.get(REMOVING) or {}
        if fresh.state == "removing":
            asked = {name: value for name, value in fresh.asked.items() if name not in (REMOVING, LOOK)}
            before = mark.get("before", "live")
            # A day that was planned for it holds on, unless it is this very one that did not work.
            planned = None if mark.get("why") == REPLACED else fresh.take_down_at
            deployments.change(
                connection, found.id, now=now, state=before, operation=None, take_down_at=planned, asked=asked
            )
            rollout.plant_step(connection, found.id, before, now=now, corr=task.corr)
            if planned is not None:
                plant(connection, fresh, None, REPLACED, click="", now=now, corr=task.corr, due=planned)
        facts = self._recorder.facts(connection, found.id, now=now)
        notice = TakeDownFailed(deployment=facts, problem=problem)
        by = task.payload.get("user") or mark.get("by")
        if by is not None:
            self._recorder.tell(connection, by, found.id, f"take_down_failed:{task.id}", notice, now=now)
        else:
            self._recorder.tell_owner(connection, fresh, f"take_down_failed:{task.id}", notice, now=now)

    def _near(self) -> float:
        return float(self._deps.settings.limits.poll_near_seconds)

    def _now(self) -> datetime:
        return self._deps.clock.now()


def _actor(task: Task) -> Actor:
    return Actor(team_id=task.payload["team"], user_id=task.payload["user"])


def same(found: Deployment, remote: RemoteDeployment) -> bool:
    """Whether what stands at the service is the deployment that we know, and not a later one of the same name."""
    if rollout.is_ours(found, remote):
        return True
    if found.created_remote is not None and remote.created_at is not None:
        return remote.created_at - found.created_remote < RECREATED
    # Nobody has seen ours there yet, so only its marks tell it from somebody else's.
    return found.foreign and remote.model == found.model
