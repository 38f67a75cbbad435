"""Deployments on their way, step by step, against the stand-in's Resource Manager and data plane."""

import asyncio
import time
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from typing import Any

import pytest
from sqlalchemy import Connection, select

from bot.approvals.digest import digest_of
from bot.deployments import rollout
from bot.deployments.kinds import kinds
from bot.deployments.record import DeploymentRecorder
from bot.facts.notice import Notice
from bot.people import Actor
from bot.store import deployments, requests
from bot.store.deployments import Deployment
from bot.store.tables import audit
from bot.store.work_tables import outbox
from bot.store.work_tables import task as tasks
from bot.work import outbox_rows, queue
from bot.work.tasks import LANES, Again, Done, Handler, Outcome, Task
from providers.hosting import Hosting
from sandbox.azure_control.deployments import Deployment as Record
from sandbox.azure_openai.catalogue import BASE_MODELS
from sandbox.azure_openai.jobs import Checkpoint, Job, JobRequest
from sandbox.training.model import PackedWeights, base_weights
from tests.approvals.samples import ADA, BRUNO, deploy_ask
from tests.patience import PATIENCE
from tests.training.bench import NAME, RIN, Bench

BASE = "gpt-4.1-nano-2025-04-14"
NAMES = ("deployment.apply", "deployment.follow", "deployment.delete", "deployment.keep")


@cache
def weights() -> PackedWeights:
    """What a model knows that was taught nothing; computed once, because it takes a while."""
    return base_weights(BASE).pack()


@dataclass
class Rollout:
    """One bench. `handlers` may be replaced by ones with other patience."""

    bench: Bench
    recorder: DeploymentRecorder
    handlers: dict[str, Handler] = field(default_factory=dict)
    models: int = 0

    @classmethod
    def of(cls, bench: Bench) -> "Rollout":
        deps = bench.application.deps
        recorder = DeploymentRecorder(deps.settings, deps.providers)
        known = kinds(deps, recorder, lambda give_up: give_up or (lambda _c, _t, _e: None))
        return cls(bench, recorder, {name: kind.handler for name, kind in known.items()})

    @property
    def hosting(self) -> Hosting:
        found = self.bench.application.deps.providers[NAME].hosting
        assert found is not None
        return found

    async def write(self, work: Any) -> Any:
        return await self.bench.application.deps.store.write(work)

    async def read(self, work: Any) -> Any:
        return await self.bench.application.deps.store.read(work)

    def switch(self, **changes: Any) -> None:
        """Set switches of the stand-in."""
        self.bench.made.sandbox.azure.configure(changes)

    def tuned(self, account: str = NAME) -> str:
        """A tuned model that answers, without the time that training takes."""
        self.models += 1
        n = self.models
        request = JobRequest(
            model=BASE, base=BASE_MODELS[BASE], start=None, training_file="file-1", validation_file=None,
            n_epochs=1, batch_size=1, learning_rate_multiplier=1.0, suffix=f"n{n}", seed=1,
            training_type="Standard",
        )  # fmt: skip
        job = Job(f"ftjob-{n:032x}", 0, 1, request, status="succeeded", finished_at=1)
        job.checkpoints = [Checkpoint(f"ftchkpt-{n:032x}", 1, job.model_name, 20, {}, weights(), job.id)]
        self.bench.made.sandbox.azure.resource(account).models.publish(job)
        return job.model_name

    async def request(self, *, reason: str = "wrong answers", **ask: Any) -> int:
        """An approved request."""
        now, given = self.bench.now(), {"base": BASE, "model": "m", "job": None, **ask}
        wanted = deploy_ask(**given)
        values = {
            "team_id": RIN.team_id,
            "kind": "deployment",
            "target": f"{wanted.connection}/{wanted.name}",
            "intent_key": f"{wanted.name}:{now.timestamp()}",
            "spec": wanted.model_dump(mode="json"),
            "digest": digest_of(wanted, reason),
            "state": "approved",
            "requester": RIN.user_id,
            "reason": reason,
            "channel": "C0FINETUNE",
            "policy": {"count": 2, "groups": ["S0MLLEADS"], "closes_hours": 72},
            "closes_at": now + timedelta(hours=72),
            "corr": "c",
        }

        def add(connection: Connection) -> int:
            number = requests.add(connection, values, now=now)
            assert number is not None
            for who in (ADA, BRUNO):
                given_vote = requests.Vote(
                    round=1, team_id=RIN.team_id, user_id=who, decision="approve", reason="", groups=(), at=now,
                    corr="c",
                )  # fmt: skip
                requests.add_vote(connection, number, given_vote)
            return number

        return int(await self.write(add))

    async def wanted(self, **ask: Any) -> int:
        """A deployment whose roll-out has just begun."""
        number = await self.request(**ask)

        def begin(connection: Connection) -> int:
            found = requests.get(connection, number)
            assert found is not None
            return rollout.begin(connection, found, now=self.bench.now(), corr="c")

        return int(await self.write(begin))

    async def row(self, number: int) -> Deployment:
        found = await self.read(lambda c: deployments.get(c, number))
        assert found is not None
        return found  # type: ignore[no-any-return]  # `read` of this bench takes any function

    async def step(self, number: int, *names: str) -> Outcome | None:
        """One step of the next open task of a deployment, whenever it is due, written as the worker does."""
        task = await self.claim(number, *names)
        if task is None:
            return None
        try:
            outcome = await self.handlers[task.kind](task)
        except Exception as error:
            due, told = self.bench.now(), str(error)
            await self.write(lambda c: queue.delay(c, task, due_at=due, error=told))
            raise
        await self.end(task, outcome)
        return outcome

    async def claim(self, number: int, *names: str) -> Task | None:
        """Lease the next open task of a deployment."""
        now, wanted = self.bench.now(), names or NAMES

        def work(connection: Connection) -> Task | None:
            rows = connection.execute(
                select(tasks.c.id, tasks.c.payload)
                .where(tasks.c.state == "queued", tasks.c.kind.in_(wanted))
                .order_by(tasks.c.due_at, tasks.c.id)
            )
            first = next((row.id for row in rows if row.payload["deployment"] == number), None)
            if first is None:
                return None
            connection.execute(
                tasks.update().where(tasks.c.id == first).values(due_at=now - timedelta(days=400))
            )
            for lane in LANES:
                for one in queue.claim(connection, lane, 1, now=now, owner="test"):
                    if one.id == first:
                        return one
                    queue.release(connection, one)
            return None

        return await self.write(work)  # type: ignore[no-any-return]  # as above

    async def end(self, task: Task, outcome: Outcome) -> None:
        def close(connection: Connection) -> None:
            if outcome.apply is not None:
                outcome.apply(connection)
            if isinstance(outcome, Done):
                queue.finish(connection, task, now=self.bench.now())
                return
            assert isinstance(outcome, Again)
            due = outcome.due_at(connection) if callable(outcome.due_at) else outcome.due_at
            queue.again(connection, task, due_at=due, payload=outcome.payload)

        await self.write(close)

    async def until(self, number: int, *states: str, names: tuple[str, ...] = ()) -> Deployment:
        """Step until the deployment is in one of these states."""
        end = time.monotonic() + PATIENCE
        while (found := await self.row(number)).state not in states:
            assert time.monotonic() < end, f"{found.state}: {found.failure}"
            if await self.step(number, *names) is None:
                why = f"nothing is planned, and it is {found.state}: {found.failure}"
                raise AssertionError(why)
            await asyncio.sleep(0.005)
        return found

    async def killed(
        self, number: int, nth: int, state: str, *, after: bool, seconds: float = 0
    ) -> list[str]:
        """Step until a state, ending the process at the nth request to the service; what that request was.

        `after`: once it was carried out. After that every step takes some `seconds`.
        """
        count, killed = [0], []

        def wrap(name: str, real: Any) -> Any:
            async def call(*given: Any) -> Any:
                here = count[0]
                count[0] += 1
                if here == nth and not after:
                    killed.append(name)
                    raise asyncio.CancelledError
                answer = await real(*given)
                if here == nth:
                    killed.append(name)
                    raise asyncio.CancelledError
                return answer

            return call

        with pytest.MonkeyPatch.context() as patch:
            for name in ("deployment", "deployments", "apply", "operation", "call", "delete"):
                patch.setattr(self.hosting, name, wrap(name, getattr(self.hosting, name)))
            while (found := await self.row(number)).state != state:
                task = await self.claim(number)
                assert task is not None, found
                try:
                    outcome = await self.handlers[task.kind](task)
                except asyncio.CancelledError:
                    await self.write(queue.clear_leases)
                    continue
                await self.end(task, outcome)
                self.bench.clock.forward(seconds if killed else 0)
        return killed

    async def live(self, **ask: Any) -> Deployment:
        """A deployment that answers."""
        given = {"name": f"support-v{self.models + 1}", "model": self.tuned(), **ask}
        return await self.until(await self.wanted(**given), "live")

    async def said(self, kind: type[Notice] | None = None) -> list[tuple[Any, str]]:
        """(notice, to whom) of what is to be said."""

        def work(connection: Connection) -> list[tuple[Any, str]]:
            rows = [
                outbox_rows.load(connection, one.id)
                for one in outbox_rows.waiting(connection, now=self.bench.now())
            ]
            found = [(row.notice, row.target.user or row.target.channel) for row in rows if row is not None]
            return [one for one in found if kind is None or isinstance(one[0], kind)]

        return await self.read(work)  # type: ignore[no-any-return]  # as above

    async def keys(self) -> list[str]:
        return list(await self.read(lambda c: c.execute(select(outbox.c.key)).scalars().all()))

    async def planned(self) -> list[str]:
        """Keys of open tasks."""
        query = select(tasks.c.key).where(tasks.c.state.in_(("queued", "leased")))
        return list(await self.read(lambda c: c.execute(query).scalars().all()))

    async def actions(self) -> list[str]:
        """What the audit has of deployments, oldest first."""
        query = select(audit.c.action).order_by(audit.c.id)
        found = await self.read(lambda c: c.execute(query).scalars().all())
        return [one for one in found if one.startswith("deployment.")]

    def record(self, name: str, account: str = NAME) -> Record | None:
        """What the stand-in has."""
        found: Record | None = self.bench.made.sandbox.azure.control.deployments.get(account, name)
        return found

    async def fault(
        self, kind: str, method: str = "PUT", path: str = "re:/arm/.*/deployments/", **more: Any
    ) -> str:
        """Break the next such request."""
        spec = {"service": "azure", "match": {"method": method, "path": path}, "kind": kind, **more}
        answer = await self.bench.made.post("/panel/api/fault", spec)
        assert answer["ok"], answer
        return str(answer.get("id", ""))

    async def sent(self, method: str, part: str = "/deployments/") -> int:
        """How many such requests Resource Manager got."""
        found = await self.bench.made.requests()
        return sum(
            one["method"] == method and one["path"].startswith("/arm") and part in one["path"]
            for one in found
        )


def person(user: str) -> Actor:
    """Somebody of the home team."""
    return Actor(team_id=RIN.team_id, user_id=user)
