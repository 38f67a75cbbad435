"""Requests to the service in one hour of following jobs that wait: `python -m benchmarks.polling`.

The real follower asks the real stand-in over HTTP; only the clock is ours: it jumps from one look to the next, so that
an hour takes seconds. Counted are the first hour of the jobs' life (its first five minutes are looked at closely) and
the second. Each is held against the promise of the design: one request per page of 100 jobs and look, and none per job;
a number that breaks it ends the program with an error.
"""

import asyncio
import heapq
import random
import tempfile
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import httpx
from sqlalchemy import Connection

from benchmarks.clocks import Jumping
from bot import reconcile
from bot.app import Application, Identity, build_providers, create_app
from bot.config.load import load
from bot.store import jobs
from bot.store.engine import open_store
from bot.training.follow import Follow
from bot.work.tasks import POLL, Again, Task
from handlers.slack.web import web_client
from sandbox import samples
from sandbox.azure_openai import AzureOptions
from sandbox.azure_openai.options import Limits
from sandbox.config_out import bot_config
from sandbox.server import Sandbox, SandboxOptions, create_sandbox

PAGE = 100
HOUR = timedelta(hours=1)
MODEL = "gpt-4.1-nano-2025-04-14"
VERSION = {"api-version": "2024-10-21"}
CASES = ((50, 10), (50, 50), (50, 1_000), (1, 10), (1, 1_000))


@dataclass(frozen=True, slots=True, kw_only=True)
class Hour:
    """What one hour cost: looks at connections, requests by their kind, what the promise allows."""

    looks: int
    requests: int
    allowed: int
    per_job: int


def config(url: str, folder: Path, connections: int) -> str:
    """A configuration with many connections and the program's own cadence (30 s to 5 min)."""
    text = bot_config(url, folder)
    head, _, rest = text.partition("[limits]")
    prices = rest[rest.index("# Prices") :]
    blocks = [
        f'[[connections]]\nname = "c{n}"\nprovider = "azure_openai"\nendpoint = "{url}/azure/c{n}"\n'
        'auth = "key"\nkey = "sandbox-azure-key"\n'
        for n in range(connections)
    ]
    return head + "\n".join(blocks) + prices


class NotFollowed(Exception):
    """The follower gave a connection up."""


class PromiseBroken(Exception):
    """An hour cost more requests than the design allows."""


class Followed:
    """A program whose jobs all wait at their services."""

    def __init__(
        self, application: Application, sandbox: Sandbox, clock: Jumping, waiting: Counter[str]
    ) -> None:
        self._deps = application.deps
        self._follow = Follow(application.deps, application.engine.recorder)
        self._sandbox, self._clock, self._waiting = sandbox, clock, waiting
        self._due = [(clock.now(), name) for name in self._deps.providers]
        heapq.heapify(self._due)

    async def hour(self) -> Hour:
        """Let an hour pass, and hold it against the promise."""
        end, looks, allowed = self._clock.now() + HOUR, 0, 0
        before = self._totals()
        while self._due[0][0] < end:
            self._clock.at, name = heapq.heappop(self._due)
            heapq.heappush(self._due, (await self._look(name), name))
            looks += 1
            allowed += max(1, -(-self._waiting[name] // PAGE))
        self._clock.at = end
        spent = self._totals() - before
        lists = sum(n for asked, n in spent.items() if asked.endswith("/fine_tuning/jobs"))
        return Hour(looks=looks, requests=spent.total(), allowed=allowed, per_job=spent.total() - lists)

    async def _look(self, name: str) -> datetime:
        now = self._clock.now()
        task = Task(
            id=1, kind="connection.poll", key=f"poll:{name}", lane=POLL, payload={"connection": name}, attempts=1,
            delays=0, lease_token=1, corr="bench", due_at=now, created_at=now,
        )  # fmt: skip
        outcome = await self._follow(task)
        if not isinstance(outcome, Again) or outcome.apply is None:
            raise NotFollowed(name)
        apply, due = outcome.apply, outcome.due_at

        def close(connection: Connection) -> datetime:
            apply(connection)
            return due(connection) if callable(due) else due

        return await self._deps.store.write(close)

    def _totals(self) -> Counter[str]:
        return Counter(self._sandbox.faults.totals("azure"))


async def make_jobs(url: str, name: str, number: int) -> list[str]:
    """Jobs at the service, the way anybody makes them; their ids."""
    async with httpx.AsyncClient(
        base_url=f"{url}/azure/{name}/openai/",
        headers={"api-key": "sandbox-azure-key"},
        trust_env=False,
        timeout=60,
    ) as client:
        data = samples.read("support_train.jsonl")
        form = {"file": ("data.jsonl", data, "application/octet-stream")}
        answer = await client.post("files", params=VERSION, data={"purpose": "fine-tune"}, files=form)
        file_id = answer.raise_for_status().json()["id"]
        state = ""
        while state != "processed":
            await asyncio.sleep(0.02)
            state = (await client.get(f"files/{file_id}", params=VERSION)).json()["status"]
        body = {"model": MODEL, "training_file": file_id, "trainingType": "GlobalStandard"}
        made = [await client.post("fine_tuning/jobs", params=VERSION, json=body) for _ in range(number)]
    return [one.raise_for_status().json()["id"] for one in made]


def note(connection: Connection, name: str, remote_ids: list[str], now: datetime) -> None:
    """Our rows of them."""
    for remote_id in remote_ids:
        values = {
            "connection": name, "intent_key": remote_id, "remote_id": remote_id, "team_id": "T", "requester": "U",
            "channel": "C", "base_model": MODEL, "model_short": MODEL, "method": "supervised", "hyper": {}, "seed": 1,
            "state": "pending", "raw_state": "pending", "remote": {},
        }  # fmt: skip
        jobs.add(connection, values, now=now)


@asynccontextmanager
async def followed(connections: int, number: int) -> AsyncIterator[Followed]:
    """`number` jobs that wait, spread over the connections."""
    limits = Limits(queued=10**6, kept=10**6)
    azure = AzureOptions(random_seed=1, speed=1000.0, limits=limits)
    sandbox = create_sandbox(options=SandboxOptions(azure=azure))
    await sandbox.start()
    sandbox.azure.configure({"hold_pending": True})
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        path = folder / "tunesmith.toml"
        path.write_text(config(sandbox.url, folder, connections), encoding="utf-8")
        settings = load(path, {})
        clock = Jumping(datetime.now(UTC))
        application = await create_app(
            settings,
            clock=clock,
            store=open_store(settings.store.path),
            providers=build_providers(settings, clock),
            client=web_client(settings),
            identity=Identity("T0SANDBOX", "U0TUNESMTH", "B0TUNESMTH", sandbox.url),
            rng=random.Random(1),  # noqa: S311  jitter
        )
        try:
            await application.deps.store.write(lambda c: reconcile.register(c, settings))
            waiting = Counter(f"c{n % connections}" for n in range(number))
            for name, of in waiting.items():
                remote_ids = await make_jobs(sandbox.url, name, of)
                await application.deps.store.write(
                    partial(note, name=name, remote_ids=remote_ids, now=clock.now())
                )
            yield Followed(application, sandbox, clock, waiting)
        finally:
            await application.closing.aclose()
            await sandbox.stop()


async def run() -> None:
    """Print the table; end with an error where an hour breaks the promise."""
    print("connections  waiting jobs | first hour: looks  requests | second hour: looks  requests  per job")
    for connections, number in CASES:
        async with followed(connections, number) as made:
            hours = [await made.hour() for _ in range(2)]
        first, last = hours[0], hours[-1]
        for hour in hours:
            if hour.requests != hour.allowed or hour.per_job:
                raise PromiseBroken(hour)
        print(
            f"{connections:11,}  {number:12,} | {first.looks:17,}  {first.requests:8,} | "
            f"{last.looks:17,}  {last.requests:8,}  {last.per_job:7,}"
        )


if __name__ == "__main__":
    asyncio.run(run())
