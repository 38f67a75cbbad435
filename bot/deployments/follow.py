"""From the service's "yes" to the first answer: the long-running operation, the deployment, then a real call.

The control plane says "succeeded" minutes before the data plane answers (contract 2.2), and nothing is said to be live
before it answered. What does not answer in time is told with its reason and kept: it costs, so it is looked at further,
slowly, until it answers, somebody takes it down, or it is gone.
"""

from datetime import datetime, timedelta

from sqlalchemy import Connection

from bot.deployments import keep, rollout, take_down
from bot.deployments.keys import handed_over, with_key_problem
from bot.deployments.record import (
    DeploymentRecorder,
    hosting_of,
    parked_problem,
    problem_of,
    seen_remote,
    unmoved,
)
from bot.deployments.watch import look_soon
from bot.deps import Deps
from bot.facts.deployment_notices import DeploymentLive, ReplacedSoon
from bot.facts.deployments import ProblemFacts
from bot.store import deployments
from bot.store.deployments import Deployment
from bot.work.tasks import Again, Done, Outcome, Task
from providers.errors import NotFound, OutcomeUnknown, ProviderError, Throttled, Unavailable
from providers.hosting import CallResult, Hosting

FOLLOWED: tuple[str, ...] = ("creating", "starting")
PROMPT = "Reply with one short sentence: are you ready?"
ANSWER_SHOWN = 200
READY_FOR = timedelta(minutes=30)
"""How long the first answer is waited for before somebody is told."""
CREATED_FOR = timedelta(hours=1)
APPEARS_FOR = timedelta(minutes=2)
"""What was accepted may take so long to stand in the service's answers."""
SOON_SECONDS, CALM_SECONDS = 5.0, 30.0
SLOWLY = timedelta(minutes=10)
ELSEWHERE = timedelta(hours=1)


class FollowDeployment:
    """The handler of `deployment.follow`. `ready_for`: how long the first answer is waited for in silence."""

    def __init__(self, deps: Deps, recorder: DeploymentRecorder, *, ready_for: timedelta = READY_FOR) -> None:
        self._deps, self._recorder, self._ready_for = deps, recorder, ready_for

    async def __call__(self, task: Task) -> Outcome:
        """Look once, or call once."""
        number = int(task.payload["deployment"])
        found = await self._deps.store.read(lambda c: deployments.get(c, number))
        if found is None or found.state not in FOLLOWED:
            return Done()
        hosting = hosting_of(self._deps, found.connection)
        if hosting is None:
            # It is at the service all the same: followed again once the configuration has its connection back.
            return self._trouble(
                found, ProblemFacts(code="no_hosting", params={"connection": found.connection})
            )
        step = self._creating if found.state == "creating" else self._starting
        try:
            return await step(task, found, hosting)
        except (Throttled, Unavailable) as error:
            wait = error.retry_after if isinstance(error, Throttled) else None
            return self._not_yet(found, error, wait)
        except ProviderError as error:
            return self._trouble(found, problem_of(error))

    def give_up(self, connection: Connection, task: Task, error: str) -> None:
        """Parked: told as what keeps it from answering; the next start goes on."""
        found = deployments.get(connection, int(task.payload["deployment"]))
        if found is not None and found.state in FOLLOWED:
            self._recorder.trouble(connection, found, parked_problem(error), now=self._now())

    async def _creating(self, task: Task, found: Deployment, hosting: Hosting) -> Outcome:
        if found.operation is not None:
            state = await hosting.operation(rollout.read_operation(found.operation))
            if state.progress == "running":
                return self._running(found, state.retry_after)
            if state.progress == "failed":
                problem = self._failure(found, state.problem, state.code, state.message)
                return Done(
                    lambda c: self._recorder.failed(c, found, problem, now=self._now(), corr=task.corr)
                )
        remote = await hosting.deployment(found.name)
        if remote is None:
            return self._absent(task, found)
        if remote.state == "failed":
            code, words = remote.failure or ("", "")
            problem = self._failure(found, None, code, words)
            return Done(lambda c: self._recorder.failed(c, found, problem, now=self._now(), corr=task.corr))
        if remote.state in ("creating", "removing"):
            return self._running(found, None)

        def made(connection: Connection) -> None:
            if unmoved(deployments.get(connection, found.id), found):
                values = {**seen_remote(remote), "state": "starting", "operation": None, "failure": None}
                deployments.change(connection, found.id, now=self._now(), **values)

        return Again(self._now(), made)

    async def _starting(self, task: Task, found: Deployment, hosting: Hosting) -> Outcome:
        try:
            answer = await hosting.call(found.name, PROMPT)
        except NotFound as error:
            # The data plane learns late of what is there; the control plane knows whether it is.
            if await hosting.deployment(found.name) is None:
                return self._absent(task, found)
            return self._not_yet(found, error, None)
        except OutcomeUnknown as error:
            return self._not_yet(found, error, None)
        problem = await handed_over(hosting, found)
        return Done(lambda c: self._live(c, found, answer, problem, task.corr))

    def _failure(
        self, found: Deployment, problem: ProviderError | None, code: str, words: str
    ) -> ProblemFacts:
        """Why the operation failed: with the remedy of a refusal in the same words, where there is one."""
        if problem is not None:
            told = problem_of(problem)
            return told.model_copy(update={"text": told.text or words})
        params: dict[str, str | int | float] = {"deployment": found.title, "service_code": code}
        return ProblemFacts(code="operation_failed", params=params, text=words)

    def _running(self, found: Deployment, retry_after: float | None) -> Outcome:
        if self._now() - found.state_at >= CREATED_FOR:
            minutes = int(CREATED_FOR.total_seconds() // 60)
            params: dict[str, str | int | float] = {"deployment": found.title, "minutes": minutes}
            return self._trouble(found, ProblemFacts(code="creation_slow", params=params))
        return Again(self._soon(found, retry_after))

    def _absent(self, task: Task, found: Deployment) -> Outcome:
        if timedelta(0) <= self._now() - found.state_at < APPEARS_FOR:
            return Again(self._soon(found, None))
        return Done(lambda c: self._recorder.vanished(c, found, now=self._now(), corr=task.corr))

    def _not_yet(self, found: Deployment, error: ProviderError, retry_after: float | None) -> Outcome:
        if self._now() - found.state_at >= self._ready_for:
            return self._trouble(found, problem_of(error))
        return Again(self._soon(found, retry_after))

    def _trouble(self, found: Deployment, problem: ProblemFacts) -> Outcome:
        wait = ELSEWHERE if problem.code == "no_hosting" else SLOWLY
        return Again(self._now() + wait, lambda c: self._recorder.trouble(c, found, problem, now=self._now()))

    def _soon(self, found: Deployment, retry_after: float | None) -> datetime:
        """Often at first, then calmly; never more often than the service asks for."""
        near = min(SOON_SECONDS, float(self._deps.settings.limits.poll_near_seconds))
        passed = max(0.0, (self._now() - found.state_at).total_seconds())
        wait = min(CALM_SECONDS, near + passed / 10)
        return self._now() + timedelta(seconds=max(retry_after or 0.0, wait))

    def _live(
        self,
        connection: Connection,
        seen: Deployment,
        answer: CallResult,
        problem: ProblemFacts | None,
        corr: str,
    ) -> None:
        """It answers: who asked is told how to call it, and what it replaces gets its day."""
        fresh = deployments.get(connection, seen.id)
        if fresh is None or not unmoved(fresh, seen):
            return
        now = self._now()
        asked = with_key_problem(fresh.asked, problem)
        deployments.change(
            connection,
            fresh.id,
            now=now,
            state="live",
            first_ok_at=now,
            failure=None,
            operation=None,
            asked=asked,
        )
        self._recorder.audit(
            connection, fresh, "deployment.live", now=now, corr=corr, before=fresh.state, after=fresh.title
        )
        keep.plant_until(connection, fresh, now=now, corr=corr)
        look_soon(connection, fresh.connection, now=now, corr=corr)
        notice = DeploymentLive(
            deployment=self._recorder.facts(connection, fresh.id, now=now), answer=answer.text[:ANSWER_SHOWN]
        )
        self._recorder.tell_owner(connection, fresh, f"live:{fresh.incarnation}", notice, now=now)
        # That the old one goes is said after that the new one answers.
        self._replace(connection, fresh, now=now, corr=corr)

    def _replace(self, connection: Connection, successor: Deployment, *, now: datetime, corr: str) -> None:
        old = deployments.get(connection, successor.replaces) if successor.replaces else None
        if old is None or not old.there or old.state == "removing" or old.id == successor.id:
            return
        due = now + timedelta(hours=successor.grace_hours or 0)
        take_down.plant_replaced(connection, old, successor, due=due, now=now, corr=corr)
        notice = ReplacedSoon(
            deployment=self._recorder.facts(connection, old.id, now=now),
            successor=self._recorder.facts(connection, successor.id, now=now),
        )
        what = f"replaced_by:{successor.label}"
        self._recorder.tell_owner(connection, old, what, notice, now=now)
        if successor.owner is not None and old.owner not in (None, successor.owner):
            self._recorder.tell(connection, successor.owner, old.id, what, notice, now=now)

    def _now(self) -> datetime:
        return self._deps.clock.now()
