"""Another try of a deployment that failed, once a role was granted or a quota raised.

What failed at the service still has the name there: it is deleted first, if it is ours.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection

from bot.approvals.policy import pinned
from bot.deployments import rollout
from bot.deployments.record import TRIES, DeploymentRecorder, problem_of, unmoved
from bot.deps import Deps
from bot.errors import ChatError, Denied, WrongState
from bot.facts.deployment_notices import DeploymentFailed
from bot.people import Actor
from bot.store import deployments
from bot.store.deployments import Deployment
from bot.work import queue
from bot.work.tasks import Again, Done, Outcome, Task
from providers.hosting import Hosting

CLEAR, WANTED, ASKED = "clear", "wanted", "asked"
"""In `asked`: what failed at the service is to be deleted; the deletion was asked for."""
CLEARED_AFTER = timedelta(seconds=15)
"""A name is not free at once after a deletion (contract 2.2)."""


class Retry:
    """The part of `deployment.apply` that begins again."""

    def __init__(self, deps: Deps, recorder: DeploymentRecorder) -> None:
        self._deps, self._recorder = deps, recorder

    async def __call__(self, task: Task, found: Deployment) -> Outcome:
        """Let whoever may begin again. Denials are told to who asked."""
        actor = Actor(team_id=task.payload["team"], user_id=task.payload["user"])
        try:
            await require_owner_or_approver(self._deps, actor, found)
            await self._deps.store.read(lambda c: rollout.check_retry(c, found))
        except ChatError:
            raise
        except (Denied, WrongState) as error:
            return self._refused(task, found, actor, error)
        return Done(lambda c: self._begin(c, task, found, actor))

    @staticmethod
    def clears(found: Deployment) -> bool:
        """Whether what failed at the service is to be deleted."""
        return CLEAR in found.asked

    @staticmethod
    def cleared(found: Deployment) -> bool:
        """Whether it was there, and we asked for its deletion."""
        return bool(found.asked.get(CLEAR) == ASKED)

    @staticmethod
    def settled(asked: Mapping[str, Any]) -> dict[str, Any]:
        """`asked` without our marks."""
        return {name: value for name, value in asked.items() if name != CLEAR}

    async def clear(self, task: Task, found: Deployment, hosting: Hosting) -> Outcome:
        """Delete what failed; it is ours, and it never answered."""

        def intend(connection: Connection) -> bool:
            queue.extend(connection, task, now=self._deps.clock.now())
            fresh = deployments.get(connection, found.id)
            if fresh is None or not unmoved(fresh, found):
                return False
            deployments.note(connection, found.id, asked={**fresh.asked, CLEAR: ASKED})
            return True

        if await self._deps.store.write(intend):
            await hosting.delete(found.name)
            return Again(self._deps.clock.now() + CLEARED_AFTER)
        return Again(self._deps.clock.now())

    def _begin(self, connection: Connection, task: Task, found: Deployment, actor: Actor) -> None:
        fresh = deployments.get(connection, found.id)
        if fresh is None or not unmoved(fresh, found):
            return
        now = self._deps.clock.now()
        self._recorder.audit(
            connection,
            fresh,
            "deployment.retry",
            now=now,
            corr=task.corr,
            actor=actor.user_id,
            via="button",
            before=fresh.state,
        )
        asked = {**fresh.asked, TRIES: int(fresh.asked.get(TRIES, 0)) + 1}
        if fresh.state == "starting":
            deployments.change(connection, fresh.id, now=now, failure=None, asked=asked)
            rollout.plant_follow(connection, fresh.id, now=now, corr=task.corr)
            return
        asked.pop(rollout.SENDS, None)
        deployments.change(
            connection, fresh.id, now=now, state="approved", failure=None, asked={**asked, CLEAR: WANTED}
        )
        rollout.plant(connection, fresh.id, now=now, corr=task.corr)

    def _refused(self, task: Task, found: Deployment, actor: Actor, error: Denied | WrongState) -> Outcome:
        def apply(connection: Connection) -> None:
            now = self._deps.clock.now()
            facts = self._recorder.facts(connection, found.id, now=now)
            notice = DeploymentFailed(deployment=facts.model_copy(update={"problem": problem_of(error)}))
            self._recorder.tell(connection, actor.user_id, found.id, f"retry:{task.id}", notice, now=now)

        return Done(apply)


async def require_owner_or_approver(deps: Deps, actor: Actor, found: Deployment) -> None:
    """Return when a person may decide about a deployment. `Denied`, or `ChatError` when Slack cannot be asked."""
    if actor.user_id == found.owner:
        await deps.people.require(actor)
        return
    policy = pinned(deps.settings, "deployment", found.connection)
    if await deps.people.may_approve(actor, policy):
        return
    await deps.people.require(actor)
    if not await deps.people.is_admin(actor):
        raise Denied("not_owner", {"owner": found.owner or ""})
