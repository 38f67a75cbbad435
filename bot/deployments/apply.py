"""Creating a deployment at the service: once, whatever happens on the way.

The row is the intent. The service is asked first: the name must be free (or hold what this very intent made before an
answer was lost), the model deployed nowhere. Then `intent_at` is committed, and the request is sent once. A certain
"no" or "not sent" takes the intent back; without an answer the service is asked until it is clear, and only when it
says "absent" two minutes later by its own clock is anything sent again: a late request resizes or revives what
somebody pays for (DESIGN section 3). Everything on the way is written under the task's lease.
"""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import Connection

from bot.approvals.policy import held
from bot.deployments import rollout
from bot.deployments.models import in_the_way
from bot.deployments.record import (
    DeploymentRecorder,
    hosting_of,
    parked_problem,
    problem_of,
    seen_remote,
    unmoved,
)
from bot.deployments.retry import Retry
from bot.deployments.rollout import SENDS
from bot.deployments.unclear import LOOK, LOOK_EVERY, LOOK_FOR, read_clock, waited
from bot.deps import Deps
from bot.facts.deployments import ProblemFacts
from bot.store import deployments, requests
from bot.store.deployments import COMING, Deployment
from bot.work import queue
from bot.work.tasks import Again, Done, Outcome, Task
from providers.errors import OutcomeUnknown, ProviderError, Throttled, Unavailable
from providers.hosting import DeploySpec, Hosting, Operation, RemoteDeployment

FROZEN_EVERY = timedelta(minutes=1)
REMOVING_EVERY = timedelta(seconds=10)
STALE = timedelta(seconds=20)
"""A process that slept so long between its intent and its request may have been overtaken: it sends nothing."""
TRIES = 3
"""Requests that may go without an answer before a person has to look."""
FROZEN = "frozen"
"""In `asked`: why it is held."""


class Apply:
    """The handler of `deployment.apply`. `look_for`: how long a creation without an answer is looked for."""

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
        self._retry = Retry(deps, recorder)

    async def __call__(self, task: Task) -> Outcome:
        """Take one step towards a deployment at the service."""
        number = int(task.payload["deployment"])
        found = await self._deps.store.read(lambda c: deployments.get(c, number))
        if found is None:
            return Done()
        if "user" in task.payload:
            return await self._retry(task, found)
        if found.state not in COMING:
            return Done()
        hosting = hosting_of(self._deps, found.connection)
        if hosting is None:
            return self._no(
                task, found, ProblemFacts(code="no_hosting", params={"connection": found.connection})
            )
        try:
            return await self._step(task, found, hosting)
        except (Throttled, Unavailable):
            raise
        except ProviderError as error:
            # Looking was refused. What was sent before may have arrived: the intent stays for the next try.
            return self._no(task, found, problem_of(error))

    def give_up(self, connection: Connection, task: Task, error: str) -> None:
        """Parked: the owner is told."""
        found = deployments.get(connection, int(task.payload["deployment"]))
        if found is not None and found.state in COMING:
            self._recorder.failed(connection, found, parked_problem(error), now=self._now(), corr=task.corr)

    async def _step(self, task: Task, found: Deployment, hosting: Hosting) -> Outcome:
        if found.intent_at is None:
            await self._deps.store.write(lambda c: self._recorder.ensure_card(c, found, now=self._now()))
            if not await self._deps.store.read(lambda c: rollout.still_approved(c, found)):
                params: dict[str, str | int | float] = {"deployment": found.title}
                return self._no(task, found, ProblemFacts(code="deployment_not_approved", params=params))
            waits = await self._held(found)
            if waits is not None:
                return waits
        remote = await hosting.deployment(found.name)
        if remote is not None:
            return await self._present(task, found, remote, hosting)
        if found.intent_at is not None:
            return await self._absent(task, found)
        elsewhere = await self._deployed_at(found, hosting)
        if elsewhere is not None:
            params = {"model": found.model_short, "deployment": elsewhere}
            return self._no(task, found, ProblemFacts(code="already_deployed", params=params))
        # A service that is slow to say so leaves time for somebody to stop everything.
        return await self._held(found) or await self._send(task, found, hosting)

    async def _held(self, found: Deployment) -> Outcome | None:
        """A freeze: nothing is sent, not even a question. Fails closed; a broken glass ends it."""
        request = await self._deps.store.read(
            lambda c: requests.get(c, found.request) if found.request else None
        )
        glass = request.glass if request else None
        reason = await asyncio.to_thread(held, self._deps.settings, glass, self._now())
        if reason == found.asked.get(FROZEN):
            return Again(self._now() + FROZEN_EVERY) if reason else None

        def note(connection: Connection) -> None:
            fresh = deployments.get(connection, found.id)
            if fresh is not None and unmoved(fresh, found):
                asked = {name: value for name, value in fresh.asked.items() if name != FROZEN}
                asked |= {FROZEN: reason} if reason else {}
                deployments.change(connection, found.id, now=self._now(), asked=asked)

        return Again(self._now() + (FROZEN_EVERY if reason else timedelta(0)), note)

    async def _deployed_at(self, found: Deployment, hosting: Hosting) -> str | None:
        """Where this model is deployed already, of a service where it can be once (contract 2.3)."""
        capabilities = self._deps.provider(found.connection).capabilities
        if not capabilities.deploys_once:
            return None
        for remote in await hosting.deployments():
            if remote.model == found.model and remote.name != found.name and remote.state != "removing":
                return f"{found.connection}/{remote.name}"
        known = await self._deps.store.read(lambda c: deployments.of_model(c, found.model))
        for other in in_the_way(capabilities, found.connection, found.model, known):
            # Here the service's own list says what is there, and of two that are wanted at once the earlier goes first.
            there = other.there and other.connection != found.connection and other.state != "removing"
            if other.id != found.id and (there or (not other.there and other.id < found.id)):
                return other.title
        return None

    async def _present(
        self, task: Task, found: Deployment, remote: RemoteDeployment, hosting: Hosting
    ) -> Outcome:
        """Something has the name: our own (its answer was lost), or somebody else's."""
        if remote.state == "removing":
            return Again(self._now() + REMOVING_EVERY)
        if not rollout.is_ours(found, remote):
            if await self._deps.store.read(lambda c: rollout.left_behind(c, found, remote)):
                return await self._retry.clear(task, found, hosting)
            params = {"deployment": found.title, "model": remote.model}
            return self._no(task, found, ProblemFacts(code="name_taken", params=params))
        if remote.state != "failed":
            return Done(lambda c: self.accepted(c, found, None, remote, task.corr))
        if self._retry.clears(found):
            return await self._retry.clear(task, found, hosting)
        code, words = remote.failure or ("", "")
        params = {"deployment": found.title, "service_code": code}
        return self._no(task, found, ProblemFacts(code="operation_failed", params=params, text=words))

    async def _absent(self, task: Task, found: Deployment) -> Outcome:
        """A request was sent, and nothing is there: not yet, or not at all."""
        if self._retry.cleared(found):
            # What failed was there, and we removed it: nothing is on its way any more.
            return Again(self._now(), lambda c: self._take_back(c, found))
        reading = await read_clock(self._deps.provider(found.connection), self._deps.clock)
        passed = waited(found.asked, reading)
        if passed is None:

            def begin(connection: Connection) -> None:
                fresh = deployments.get(connection, found.id)
                if fresh is not None and unmoved(fresh, found):
                    deployments.note(connection, found.id, asked={**fresh.asked, LOOK: reading.as_json()})

            return Again(self._now() + self._look_every, begin)
        if passed < self._look_for:
            return Again(self._now() + self._look_every)
        if int(found.asked.get(SENDS, 0)) >= TRIES:
            kept = (
                ProblemFacts.model_validate(found.failure)
                if found.failure
                else ProblemFacts(code="no_answer")
            )
            return self._no(task, found, kept)
        return Again(self._now(), lambda c: self._take_back(c, found))

    def _take_back(self, connection: Connection, found: Deployment) -> None:
        """Certain that nothing was made, and nothing is on its way: it is wanted, as before."""
        fresh = deployments.get(connection, found.id)
        if fresh is None or not unmoved(fresh, found):
            return
        asked = self._retry.settled({name: value for name, value in fresh.asked.items() if name != LOOK})
        deployments.change(
            connection, found.id, now=self._now(), state="approved", intent_at=None, failure=None, asked=asked
        )

    async def _send(self, task: Task, found: Deployment, hosting: Hosting) -> Outcome:
        spec = await self._spec(found)
        if spec is None:
            return self._no(
                task, found, ProblemFacts(code="source_unreachable", params={"deployment": found.title})
            )
        intent_at = self._now()
        if not await self._deps.store.write(lambda c: self._intend(c, found, spec, task, intent_at)):
            return Again(self._now())
        sent = replace(found, state="sending", state_at=intent_at, intent_at=intent_at)
        if not timedelta(0) <= self._now() - intent_at < STALE:
            await self._deps.store.write(lambda c: self._not_sent(c, sent, task))
            return Again(self._now())
        try:
            operation = await hosting.apply(spec)
        except OutcomeUnknown as error:
            kept = problem_of(error).model_dump()
            return Again(self._now() + self._look_every / 5, lambda c: self._no_answer(c, sent, kept))
        except (Throttled, Unavailable):
            await self._deps.store.write(lambda c: self._not_sent(c, sent, task))
            raise
        except ProviderError as error:
            return self._no(task, sent, problem_of(error), intent_at=None)
        return Done(lambda c: self.accepted(c, sent, operation, None, task.corr))

    async def _spec(self, found: Deployment) -> DeploySpec | None:
        """What to send; None when the account that has the model is not known any more."""
        request = await self._deps.store.read(
            lambda c: requests.get(c, found.request) if found.request else None
        )
        trained_at = request.spec.get("trained_at") if request else None
        if trained_at in (None, found.connection):
            return rollout.stored_spec(found, None)
        source = hosting_of(self._deps, str(trained_at))
        return rollout.stored_spec(found, source.resource) if source is not None else None

    def _intend(
        self, connection: Connection, found: Deployment, spec: DeploySpec, task: Task, at: datetime
    ) -> bool:
        queue.extend(connection, task, now=at)
        fresh = deployments.get(connection, found.id)
        if fresh is None or not unmoved(fresh, found) or not rollout.still_approved(connection, fresh):
            return False
        asked = {name: value for name, value in fresh.asked.items() if name not in (LOOK, FROZEN)}
        asked[SENDS] = int(asked.get(SENDS, 0)) + 1
        deployments.change(
            connection,
            found.id,
            now=at,
            state="sending",
            intent_at=at,
            spec=msgspec.to_builtins(spec),
            asked=asked,
        )
        what = {"name": spec.name, "sku": spec.sku, "capacity": spec.capacity, "source": spec.source}
        self._recorder.audit(
            connection, fresh, "deployment.sent", now=at, corr=task.corr, before=fresh.state, after=what
        )
        return True

    def _not_sent(self, connection: Connection, sent: Deployment, task: Task) -> None:
        """It did not reach the service, or was turned away at its door: the count of requests does not grow."""
        queue.extend(connection, task, now=self._now())
        fresh = deployments.get(connection, sent.id)
        if fresh is None or not unmoved(fresh, sent):
            return
        asked = {**fresh.asked, SENDS: max(0, int(fresh.asked.get(SENDS, 1)) - 1)}
        deployments.change(
            connection, sent.id, now=self._now(), state="approved", intent_at=None, asked=asked
        )

    def _no_answer(self, connection: Connection, sent: Deployment, kept: dict[str, Any]) -> None:
        """The card says that no answer came, and what came instead."""
        if unmoved(deployments.get(connection, sent.id), sent):
            deployments.change(connection, sent.id, now=self._now(), failure=kept)

    def accepted(
        self,
        connection: Connection,
        seen: Deployment,
        operation: Operation | None,
        remote: RemoteDeployment | None,
        corr: str,
    ) -> None:
        """The service has it: what follows is `deployment.follow`'s."""
        fresh = deployments.get(connection, seen.id)
        if fresh is None or not unmoved(fresh, seen):
            return
        now = self._now()
        asked = self._retry.settled({k: v for k, v in fresh.asked.items() if k not in (LOOK, FROZEN, SENDS)})
        values = seen_remote(remote) if remote is not None else {}
        deployments.change(
            connection,
            seen.id,
            now=now,
            state="creating",
            operation=rollout.kept_operation(operation) if operation is not None else None,
            failure=None,
            asked=asked,
            **values,
        )
        rollout.plant_follow(connection, seen.id, now=now, corr=corr)

    def _no(self, task: Task, found: Deployment, problem: ProblemFacts, **values: Any) -> Outcome:
        return Done(
            lambda c: self._recorder.failed(c, found, problem, now=self._now(), corr=task.corr, **values)
        )

    def _now(self) -> datetime:
        return self._deps.clock.now()
