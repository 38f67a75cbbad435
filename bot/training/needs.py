"""What a training needs beyond its data, looked at once before anything is sent: rights, regions, subscriptions.

What nobody here can bring about refuses the job, with the rights to ask for. What is bought (a subscription) is asked
for like an expensive training, and done once it is approved: its intent is committed before the request, and after an
unknown outcome only the check tells whether it was done.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from bot.approvals.requests import open_request
from bot.deps import Deps
from bot.facts.jobs import DataRef, Money
from bot.facts.requests import TrainAsk
from bot.ids import dataset_name
from bot.naming import base_name
from bot.people import Actor
from bot.store import datasets, jobs, small
from bot.store.jobs import Job
from bot.training import gate
from bot.training.record import Recorder
from bot.work import queue
from bot.work.tasks import Again, Done, Outcome, Task
from providers.base import JobSpec
from providers.errors import OutcomeUnknown, Refused, Throttled, Unavailable, Unsupported
from providers.hosting import Operation
from providers.requirements import Requirement, Requirements

MET, ASKED_FOR, SENT, UNDER_WAY = "needs_met", "needs_asked", "needs_sent", "needs_operation"
"""Keys in `Job.asked`: when all was there; the requirement that a request is about; when it was sent; its operation."""
LOOK_EVERY = timedelta(seconds=10)
LOOK_FOR = timedelta(minutes=10)
"""How long something that was sent may take to be there before the job ends with what is missing."""
KIND = "requirement"


@dataclass(frozen=True, slots=True)
class Needs:
    """A step of `job.submit`: None = nothing is missing."""

    deps: Deps
    recorder: Recorder

    async def __call__(self, task: Task, job: Job) -> Outcome | None:
        """Look, ask, bring about; None once everything is there.

        Raises:
            ProviderError: the service cannot be asked now; the task comes again.
        """
        provider = self.deps.provider(job.connection)
        required = provider.requirements
        if required is None or MET in job.asked:
            return None
        if UNDER_WAY in job.asked:
            return await self._follow(required, task, job)
        found = await required.check(job.base_model)
        missing = lacking(found)
        if not missing:
            now = self._now()
            return Again(now, lambda c: self._met(c, job, task))
        if SENT in job.asked and job.asked.get(ASKED_FOR) == missing[0].id:
            sent = datetime.fromisoformat(str(job.asked[SENT]))
            late = self._now() - sent >= LOOK_FOR
            tried = replace(missing[0], params={**missing[0].params, "tried": 1})
            return self._refused(task, job, tried) if late else Again(self._now() + LOOK_EVERY)
        return await self._bring_about(required, task, job, missing)

    async def of_order(self, task: Task, job: Job, spec: JobSpec) -> Outcome | None:
        """The same once the data is there: its paths, its form, and what was typed; None = it can be sent."""
        required = self.deps.provider(job.connection).requirements
        if required is None:
            return None
        missing = lacking(await required.check(job.base_model, spec))
        return self._refused(task, job, missing[0]) if missing else None

    async def _bring_about(
        self, required: Requirements, task: Task, job: Job, missing: Sequence[Requirement]
    ) -> Outcome:
        hopeless = next((one for one in missing if not one.fulfillable or one.state == "blocked"), None)
        if hopeless is not None:
            return self._refused(task, job, hopeless)
        first = missing[0]
        if first.purchase and job.asked.get(ASKED_FOR) != first.id:
            return Again(self._now() + LOOK_EVERY, lambda c: self._ask(c, job, first, task))
        return await self._fulfil(required, task, job, first)

    async def _fulfil(self, required: Requirements, task: Task, job: Job, wanted: Requirement) -> Outcome:
        """Send it once: the intent is durable before the request leaves."""
        sent = self._now()
        await self.deps.store.write(lambda c: self._intend(c, job.id, wanted, task, sent))
        tags = {"tunesmith-job": job.label, "tunesmith-requester": job.requester}
        try:
            operation = await required.fulfil(wanted, job.base_model, tags)
        except OutcomeUnknown:
            return Again(sent + LOOK_EVERY)
        except (Throttled, Unavailable):
            await self.deps.store.write(lambda c: self._not_sent(c, job, task))
            raise
        except (Refused, Unsupported) as error:
            answer = error.answer.message or error.code
            asked_for = tuple(str(error.params.get("grants", "")).splitlines())
            return self._refused(task, job, replace(wanted, grants=asked_for or wanted.grants), answer)
        return Again(sent + LOOK_EVERY, lambda c: self._sent(c, job, wanted, operation, task))

    async def _follow(self, required: Requirements, task: Task, job: Job) -> Outcome:
        kept: Mapping[str, Any] = job.asked[UNDER_WAY]
        operation = Operation(name=str(kept["name"]), state=kept["state"])
        state = await required.progress(operation) if operation.state is not None else None
        if state is not None and state.progress == "running":
            return Again(self._now() + LOOK_EVERY)
        if state is not None and state.progress == "failed":
            wanted = Requirement(id=str(job.asked[ASKED_FOR]), state="missing", what=operation.name)
            told = state.problem.answer.message if state.problem is not None else ""
            return self._refused(task, job, wanted, state.message or told or state.code)
        return Again(self._now(), lambda c: self._note(c, job.id, now=self._now(), **{UNDER_WAY: None}))

    def _ask(self, connection: Connection, job: Job, wanted: Requirement, task: Task) -> None:
        """It costs money: the people who approve expensive trainings approve it, bound to what is bought."""
        fresh = jobs.get(connection, job.id)
        if fresh is None or fresh.state != "waiting" or fresh.asked.get(ASKED_FOR) == wanted.id:
            return
        approvals = self.deps.settings.approvals
        ask = TrainAsk(
            job=job.label,
            name=job.suffix or base_name(job.model_short),
            model=job.model_short,
            connection=job.connection,
            train=_data(connection, job),
            cost=Money.model_validate(job.estimate) if job.estimate else None,
            why="purchase",
            purchase=wanted.what,
            offer=str(wanted.params.get("offer", "")),
            limit=0.0,
            spent=gate.month_to_date(connection, approvals.currency, now=self._now()),
            currency=approvals.currency,
        )
        number = open_request(
            connection,
            kind="training",
            target=job.label,
            ask=ask,
            reason="",
            actor=Actor(team_id=job.team_id, user_id=job.requester),
            channel=job.channel,
            intent=f"purchase:{wanted.id}:{job.intent_key}",
            settings=self.deps.settings,
            now=self._now(),
            corr=task.corr,
            job=job.id,
            via="task",
        )
        self._note(
            connection, job.id, now=self._now(), **{ASKED_FOR: wanted.id, gate.REQUEST: number, SENT: None}
        )

    def _intend(
        self, connection: Connection, number: int, wanted: Requirement, task: Task, at: datetime
    ) -> None:
        queue.extend(connection, task, now=at)
        self._note(connection, number, now=at, **{SENT: at.isoformat(), ASKED_FOR: wanted.id})

    def _not_sent(self, connection: Connection, job: Job, task: Task) -> None:
        """Certain that nothing was brought about: the intent is taken back, and what was approved stays that."""
        now = self._now()
        queue.extend(connection, task, now=now)
        before = {name: job.asked.get(name) for name in (SENT, ASKED_FOR)}
        self._note(connection, job.id, now=now, **before)

    def _sent(
        self, connection: Connection, job: Job, wanted: Requirement, operation: Operation, task: Task
    ) -> None:
        now = self._now()
        kept = {"name": operation.name, "state": operation.state}
        self._note(connection, job.id, now=now, **{UNDER_WAY: kept, ASKED_FOR: wanted.id})
        small.record(
            connection,
            at=now,
            actor=job.requester,
            via="task",
            action="requirement.fulfilled",
            subject=job.label,
            after={"requirement": wanted.id, "what": wanted.what, "connection": job.connection},
            corr=task.corr,
        )

    def _met(self, connection: Connection, job: Job, task: Task) -> None:
        """All is there. What was brought about for it changes what the next order is told beforehand."""
        now = self._now()
        self._note(connection, job.id, now=now, **{MET: now.isoformat()})
        if ASKED_FOR in job.asked:
            payload = {"connection": job.connection}
            key = f"catalogue:{job.connection}"
            queue.enqueue(connection, "catalogue.refresh", key, payload, now=now, corr=task.corr)

    @staticmethod
    def _note(connection: Connection, number: int, *, now: datetime, **values: Any) -> None:
        """Write into what a job remembers; None takes a key out."""
        job = jobs.get(connection, number)
        if job is None:
            return
        asked = {**job.asked, **values}
        kept = {name: value for name, value in asked.items() if value is not None}
        jobs.change(connection, number, now=now, asked=kept)

    def _refused(self, task: Task, job: Job, wanted: Requirement, answer: str = "") -> Outcome:
        failure = {
            "kind": KIND,
            "code": wanted.id,
            "message": answer or wanted.answer,
            "params": {**wanted.params, "what": wanted.what, "state": wanted.state},
            "grants": list(wanted.grants),
        }
        return Done(lambda c: self.recorder.refused(c, job.id, failure, now=self._now(), corr=task.corr))

    def _now(self) -> datetime:
        return self.deps.clock.now()


def _data(connection: Connection, job: Job) -> DataRef:
    found = datasets.get(connection, job.train) if job.train is not None else None
    if found is None:
        return DataRef(id=dataset_name(job.train or 0), name="", examples=None)
    return DataRef(id=dataset_name(found.id), name=found.name, examples=found.examples)


def lacking(found: Sequence[Requirement]) -> tuple[Requirement, ...]:
    """What stands in the way of a training."""
    return tuple(one for one in found if one.state in ("missing", "blocked"))
