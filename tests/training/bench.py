"""A program that does nothing by itself, against the real stand-in: tests take its steps one by one."""

import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp

from bot import reconcile
from bot.app import Application, build_providers, create_app, identify
from bot.config.load import load
from bot.people import Actor
from bot.store import datasets, jobs
from bot.store.jobs import Job
from bot.training.follow import Follow
from bot.work import queue
from bot.work.tasks import POLL, Again, Done, Task
from handlers.slack.web import web_client
from providers.base import JobSpec, RemoteJob
from sandbox import samples
from sandbox.azure_openai import AzureOptions
from sandbox.azure_openai.options import Limits
from sandbox.config_out import bot_config
from sandbox.server import SandboxOptions, create_sandbox
from tests.clocks import ShiftedClock
from tests.journey.steps import VERSION, azure
from tests.patience import patient, until
from tests.stores import store_at
from tests.world import World

NAME, MODEL = "prod-swc", "gpt-4.1-nano-2025-04-14"
RIN = Actor(team_id="T0SANDBOX", user_id="U0REQUEST1")


@dataclass
class Bench:
    """A program that does nothing by itself; its jobs wait at the service."""

    made: World
    application: Application
    clock: ShiftedClock
    file_id: str

    def now(self) -> Any:
        return self.clock.now()

    async def create(self, seed: int, suffix: str) -> RemoteJob:
        """A job at the service."""
        provider = self.application.deps.providers[NAME]
        return await provider.submit(self.spec(seed, suffix))

    def spec(self, seed: int, suffix: str) -> JobSpec:
        return JobSpec(
            model=MODEL,
            training_file=self.file_id,
            validation_file=None,
            training_type="GlobalStandard",
            method="supervised",
            hyperparameters={},
            seed=seed,
            suffix=suffix,
        )

    async def row(self, seed: int, suffix: str, **more: Any) -> int:
        """A row of ours."""
        values = {
            "connection": NAME,
            "intent_key": f"i{seed}",
            "team_id": RIN.team_id,
            "requester": RIN.user_id,
            "channel": "C0FINETUNE",
            "base_model": MODEL,
            "model_short": MODEL,
            "training_type": "GlobalStandard",
            "method": "supervised",
            "train": 1,
            "hyper": {},
            "seed": seed,
            "suffix": suffix,
            "state": "pending",
            "raw_state": "pending",
            "remote": {},
            **more,
        }
        number = await self.application.deps.store.write(lambda c: jobs.add(c, values, now=self.now()))
        assert number is not None
        return number

    async def job(self, number: int) -> Job:
        found = await self.application.deps.store.read(lambda c: jobs.get(c, number))
        assert found is not None
        return found

    async def task(self, kind: str, key: str, payload: dict[str, Any], lane: str = POLL) -> Task:
        """A leased task."""
        store = self.application.deps.store
        now = self.now()
        await store.write(lambda c: queue.enqueue(c, kind, key, payload, now=now, corr="t", lane=lane))
        claimed = await store.write(lambda c: queue.claim(c, lane, 9, now=self.now(), owner="test"))
        return next(one for one in claimed if one.key == key)

    async def end(self, task: Task, outcome: Again | Done) -> None:
        """Write what a handler saw, and close its row, as the worker does."""
        apply = outcome.apply

        def work(connection: Any) -> None:
            if apply is not None:
                apply(connection)
            queue.finish(connection, task, now=self.now())

        await self.application.deps.store.write(work)

    async def look(self) -> Again:
        """One look at the connection."""
        task = await self.task("connection.poll", f"poll:{NAME}", {"connection": NAME})
        outcome = await Follow(self.application.deps, self.application.engine.recorder)(task)
        assert isinstance(outcome, Again)
        await self.end(task, outcome)
        return outcome

    async def due_in(self, outcome: Again) -> float:
        due = outcome.due_at
        at = await self.application.deps.store.read(due) if callable(due) else due
        return float((at - self.now()).total_seconds())

    async def asked(self, part: str = "") -> list[str]:
        return [one["path"] for one in await self.made.requests() if part in one["path"]]


@asynccontextmanager
async def bench_in(folder: Path) -> AsyncIterator[Bench]:
    """A service with one processed file, and a program that knows of it."""
    options = AzureOptions(random_seed=5, speed=500.0, limits=Limits(queued=1000, kept=1000))
    sandbox = create_sandbox(options=SandboxOptions(slack=patient(rate_limits=False), azure=options))
    await sandbox.start()
    path = folder / "tunesmith.toml"
    path.write_text(bot_config(sandbox.url, folder), encoding="utf-8")
    async with aiohttp.ClientSession() as http:
        made = World(sandbox, load(path, {}), http)
        clock = ShiftedClock()
        client = web_client(made.settings)
        application = await create_app(
            made.settings,
            clock=clock,
            store=store_at(made.settings.store.path),
            providers=build_providers(made.settings, clock),
            client=client,
            identity=await identify(client, made.settings),
            rng=random.Random(7),  # noqa: S311  jitter
        )
        try:
            await made.post("/panel/api/service", {"set": {"hold_pending": True}})
            async with azure(made) as there:
                form = {"file": ("d.jsonl", samples.read("support_train.jsonl"), "application/octet-stream")}
                answer = await there.post(
                    "openai/files", params=VERSION, data={"purpose": "fine-tune"}, files=form
                )
                file_id = str(answer.json()["id"])

                async def processed() -> bool:
                    found = await there.get(f"openai/files/{file_id}", params=VERSION)
                    return bool(found.json()["status"] == "processed")

                await until(processed, "the file")
            bench = Bench(made, application, clock, file_id)
            await application.deps.store.write(lambda c: _data(c, made, bench))
            yield bench
        finally:
            await application.closing.aclose()
            await sandbox.stop()


def _data(connection: Any, made: World, bench: Bench) -> None:
    now = bench.now()
    reconcile.register(connection, made.settings)
    source = {"file_id": "F1", "connection": NAME}
    number = datasets.add(
        connection,
        team_id=RIN.team_id,
        owner=RIN.user_id,
        name="d.jsonl",
        source=source,
        role="training",
        now=now,
    )
    datasets.change(connection, number, now=now, state="ready")
    copy = datasets.add_copy(connection, number, NAME, now=now)
    datasets.change_copy(connection, copy, now=now, state="processed", remote_id=bench.file_id)
