"""The approvals at work: the real worker and the real Slack client against the stand-in, with a clock that is moved."""

import asyncio
import random
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select, update

from bot.app import Application, build_providers, create_app, identify
from bot.approvals import kinds, voting
from bot.approvals import requests as asking
from bot.approvals.facts import request_facts
from bot.config.settings import Settings
from bot.facts.deployments import ProblemFacts
from bot.facts.requests import RequestFacts
from bot.store import requests
from bot.store.deployment_tables import deployment
from bot.store.requests import Request
from bot.store.work_tables import outbox
from bot.store.work_tables import task as tasks
from bot.work.tasks import Done, Kind, Outcome, Task
from bot.work.worker import Worker
from handlers.slack.web import web_client
from sandbox.server import Sandbox, SandboxOptions, create_sandbox
from tests.approvals.samples import NOW, RIN, actor, deploy_ask, settings_in
from tests.clocks import FixedClock
from tests.patience import patient, until
from tests.stores import store_at


@dataclass
class Office:
    """A running worker for requests; nothing else of the program runs."""

    sandbox: Sandbox
    application: Application
    settings: Settings
    clock: FixedClock
    worker: Worker
    opened: int = 0

    async def write(self, work: Any) -> Any:
        return await self.application.deps.store.write(work)

    async def read(self, work: Any) -> Any:
        return await self.application.deps.store.read(work)

    async def ask(self, user: str = RIN, **given: Any) -> int:
        """Open a request for a deployment; its number."""
        self.opened += 1
        ask, intent = deploy_ask(**given), f"i{self.opened}"

        def work(connection: Any) -> int:
            return asking.open_request(
                connection,
                kind="deployment",
                target=f"{ask.connection}/{ask.name}",
                ask=ask,
                reason="Wrong refund answers in v11.",
                actor=actor(user),
                channel="C0FINETUNE",
                intent=intent,
                settings=self.settings,
                now=self.clock.now(),
                corr="t",
            )

        number: int = await self.write(work)
        return number

    async def plant(self, number: int, user: str, decision: Any = "approve", n: int | None = None) -> bool:
        """Take a click in."""
        shown = (await self.request(number)).round if n is None else n
        now = self.clock.now()
        planted: int | None = await self.write(
            lambda c: voting.plant_vote(
                c, number, shown, decision, "why", actor(user), click="c", now=now, corr="t"
            )
        )
        return planted is not None

    async def vote(self, number: int, user: str, decision: Any = "approve", n: int | None = None) -> Request:
        """Click, and wait until that is done."""
        await self.plant(number, user, decision, n)
        await self.idle()
        return await self.request(number)

    async def glass(self, number: int, user: str) -> Request:
        """Break the glass, and wait until that is done."""
        shown, now = (await self.request(number)).round, self.clock.now()
        await self.write(
            lambda c: voting.plant_glass(
                c, number, shown, "it burns", actor(user), click="c", now=now, corr="t"
            )
        )
        await self.idle()
        return await self.request(number)

    async def idle(self) -> None:
        """Wait until nothing is due."""

        async def done() -> bool:
            self.worker.wake()
            now = self.clock.now()
            due = select(tasks.c.id).where(
                (tasks.c.state == "leased") | ((tasks.c.state == "queued") & (tasks.c.due_at <= now))
            )
            return not await self.read(lambda c: c.execute(due).all())

        await until(done, "the worker to be idle")

    async def pass_time(self, hours: float) -> None:
        """Let time pass, and the worker do what became due."""
        self.clock.forward(hours * 3600)
        await self.idle()

    async def request(self, number: int) -> Request:
        found: Request = await self.read(lambda c: requests.get(c, number))
        return found

    async def facts(self, number: int, n: int | None = None) -> RequestFacts:
        """As a copy of it is shown."""
        row, now = await self.request(number), self.clock.now()
        facts: RequestFacts = await self.read(
            lambda c: request_facts(c, row, self.settings, now=now, shown_round=n)
        )
        return facts

    async def said(self, kind: str) -> Sequence[Any]:
        """(key, target, params) of messages of a kind."""
        found = select(outbox.c.key, outbox.c.target, outbox.c.params, outbox.c.parent_key)
        rows: Sequence[Any] = await self.read(
            lambda c: c.execute(found.where(outbox.c.kind == kind).order_by(outbox.c.id)).all()
        )
        return rows

    async def refusals(self) -> list[tuple[str, ProblemFacts]]:
        """(who was told, why) of clicks that did not count."""
        rows = await self.said("request.vote_refused")
        return [(row.target["user"], ProblemFacts.model_validate(row.params["problem"])) for row in rows]

    async def begun(self) -> Sequence[Any]:
        """Deployments that were begun."""
        rows: Sequence[Any] = await self.read(lambda c: c.execute(select(deployment)).all())
        return rows

    async def planted(self) -> dict[str, datetime]:
        """Open tasks, and when they are due."""
        found = select(tasks.c.key, tasks.c.due_at).where(tasks.c.state == "queued")
        return {row.key: row.due_at for row in await self.read(lambda c: c.execute(found).all())}

    async def all_keys(self) -> set[str]:
        """Keys of all tasks that there ever were."""
        return set(await self.read(lambda c: c.execute(select(tasks.c.key)).scalars().all()))

    async def lose_tasks(self) -> None:
        """All rows of tasks are dropped, as by an administrator's mistake."""
        await self.write(lambda c: c.execute(update(tasks).values(state="dropped")).close())


async def _not_here(task: Task) -> Outcome:
    """Rolling out is tested elsewhere: here counts that it was begun."""
    del task
    return Done()


@asynccontextmanager
async def office_in(folder: Path, **approvals: Any) -> AsyncIterator[Office]:
    """An office whose `[approvals]` are these."""
    sandbox = create_sandbox(options=SandboxOptions(slack=patient(rate_limits=False)))
    await sandbox.start()
    settings, clock = settings_in(folder, **approvals), FixedClock(NOW)
    slack = settings.slack.model_copy(update={"api_base": f"{sandbox.url}/slack/api/"})
    settings = settings.model_copy(update={"slack": slack})
    client = web_client(settings)
    application = await create_app(
        settings,
        clock=clock,
        store=store_at(settings.store.path),
        providers=build_providers(settings, clock),
        client=client,
        identity=await identify(client, settings),
        rng=random.Random(7),  # noqa: S311  jitter
    )
    deps = application.deps
    run = {
        **kinds.kinds(deps, application.engine._parked),
        "deployment.apply": Kind(handler=_not_here),
        "deployment.keep": Kind(handler=_not_here),
        "job.submit": Kind(handler=_not_here),
    }
    worker = Worker(deps.store, clock, run, owner="test", rng=deps.rng)
    working = asyncio.create_task(worker.run())
    try:
        yield Office(sandbox, application, settings, clock, worker)
    finally:
        working.cancel()
        with suppress(asyncio.CancelledError):
            await working
        await application.closing.aclose()
        await sandbox.stop()
