"""Requests in one hour of watching deployments: `python -m benchmarks.watching`.

The real watch asks the real stand-ins of Resource Manager and Monitor over HTTP; only the clock of the bot is ours: it
jumps from one look to the next, so that an hour takes seconds. Watched are 10 and 200 deployments over 10 accounts,
all of them called now and then. Each hour is held against the promise of the design: a look costs one request for the
list and one for the calls, and nothing for a deployment; a number that breaks it ends the program with an error.
"""

import asyncio
import heapq
import os
import random
import tempfile
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection

from benchmarks.clocks import Jumping
from bot import reconcile
from bot.app import Application, Identity, build_providers, create_app
from bot.config.load import load
from bot.deployments.look import Look
from bot.deployments.record import DeploymentRecorder
from bot.deployments.watch import KIND, look_key
from bot.store import deployments
from bot.store.engine import open_store
from bot.work.tasks import POLL, Again, Task
from handlers.slack.web import web_client
from sandbox.azure_control.deployments import CallRecord, Deployment, Operation
from sandbox.azure_openai import AzureOptions
from sandbox.azure_openai.catalogue import BASE_MODELS
from sandbox.azure_openai.options import Account
from sandbox.config_out import bot_config, identity_environment
from sandbox.server import Sandbox, SandboxOptions, create_sandbox

HOUR = timedelta(hours=1)
BASE = "gpt-4.1-nano-2025-04-14"
ACCOUNTS = 10
CASES = (10, 200)
SUBSCRIPTION = "00000000-0000-4000-8000-000000000001"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hour:
    """What one hour cost: looks at accounts, requests of each kind."""

    looks: int
    lists: int
    metrics: int
    others: int


class NotWatched(Exception):
    """The watch gave a connection up, or did not see what is there."""


class PromiseBroken(Exception):
    """An hour cost more requests than the design allows."""


def config(url: str, folder: Path) -> str:
    """A configuration with ten accounts and the program's own cadence (a look every 15 minutes)."""
    head, _, rest = bot_config(url, folder).partition("[watch]")
    prices = rest[rest.index("# Prices") :]
    group = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg/providers/Microsoft.CognitiveServices/accounts"
    blocks = [
        f'[[connections]]\nname = "c{n}"\nprovider = "azure_openai"\nendpoint = "{url}/azure/c{n}"\n'
        'auth = "key"\nkey = "sandbox-azure-key"\ncredential = "managed_identity"\n'
        f'resource_id = "{group}/c{n}"\nmanagement = "{url}/arm"\n'
        for n in range(ACCOUNTS)
    ]
    return head + "\n".join(blocks) + prices


class Watched:
    """A program whose deployments are all there already."""

    def __init__(self, application: Application, sandbox: Sandbox, clock: Jumping) -> None:
        self._deps = application.deps
        self._look = Look(
            application.deps, DeploymentRecorder(application.deps.settings, application.deps.providers)
        )
        self._sandbox, self._clock = sandbox, clock
        self._due = [(clock.now(), name) for name in self._deps.providers]
        heapq.heapify(self._due)

    async def hour(self) -> Hour:
        """Let an hour pass, and count what was asked."""
        end, looks = self._clock.now() + HOUR, 0
        before = self._totals()
        while self._due[0][0] < end:
            self._clock.at, name = heapq.heappop(self._due)
            heapq.heappush(self._due, (await self._step(name), name))
            looks += 1
        self._clock.at = end
        spent = self._totals() - before
        lists = sum(n for asked, n in spent.items() if asked.endswith("/deployments"))
        metrics = sum(n for asked, n in spent.items() if asked.endswith("/metrics"))
        return Hour(looks=looks, lists=lists, metrics=metrics, others=spent.total() - lists - metrics)

    async def alive(self) -> int:
        """Deployments that the watch knows to be there."""
        return len(await self._deps.store.read(deployments.alive))

    async def _step(self, name: str) -> datetime:
        now = self._clock.now()
        task = Task(
            id=1, kind=KIND, key=look_key(name), lane=POLL, payload={"connection": name}, attempts=1, delays=0,
            lease_token=1, corr="bench", due_at=now, created_at=now,
        )  # fmt: skip
        outcome = await self._look(task)
        if not isinstance(outcome, Again) or outcome.apply is None:
            raise NotWatched(name)
        apply, due = outcome.apply, outcome.due_at

        def close(connection: Connection) -> datetime:
            apply(connection)
            return due(connection) if callable(due) else due

        return await self._deps.store.write(close)

    def _totals(self) -> Counter[str]:
        return Counter(self._sandbox.faults.totals("azure"))


def deploy(sandbox: Sandbox, number: int, now: datetime) -> None:
    """Deployments that have been there for a while, and are called."""
    base = BASE_MODELS[BASE]
    for n in range(number):
        account, created = f"c{n % ACCOUNTS}", now - timedelta(days=n % 12, hours=3)
        model = f"{BASE}.ft-{n:032x}-b{n}"
        record = Deployment(
            resource=account, name=f"ft-{n}", model=model, format="OpenAI", version="1", tuned_model=model,
            checkpoint=model, base=base, weights=None, sku="Standard", capacity=1, source=None, source_account=account,
            tags={}, rai_policy=None, created_at=created, modified_at=created, created_by="bench",
            created_by_type="User", modified_by="bench", modified_by_type="User", etag='"1"', state="Succeeded",
            succeeded_at=created, ready_at=created, calls=[CallRecord(now - HOUR, 200, 10, 5)],
        )  # fmt: skip
        done = Operation(f"op-{n}", "create", account, record.name, created, status="Succeeded")
        sandbox.azure.control.deployments.add(record, done)


@asynccontextmanager
async def watched(number: int) -> AsyncIterator[Watched]:
    """`number` deployments, spread over the accounts."""
    accounts = {f"c{n}": Account(SUBSCRIPTION, "rg", "swedencentral") for n in range(ACCOUNTS)}
    azure = AzureOptions(random_seed=1, accounts=accounts)
    sandbox = create_sandbox(options=SandboxOptions(azure=azure))
    await sandbox.start()
    os.environ.update(identity_environment(sandbox.url))
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        path = folder / "tunesmith.toml"
        path.write_text(config(sandbox.url, folder), encoding="utf-8")
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
            deploy(sandbox, number, clock.now())
            yield Watched(application, sandbox, clock)
        finally:
            await application.closing.aclose()
            await sandbox.stop()


async def run() -> None:
    """Print the table; end with an error where an hour breaks the promise."""
    print("accounts  deployments | first hour: looks  requests | second hour: looks  lists  metrics  others")
    for number in CASES:
        async with watched(number) as made:
            hours = [await made.hour() for _ in range(2)]
            if await made.alive() != number:
                raise NotWatched(number)
        first, last = hours
        for hour in hours:
            if hour.lists != hour.looks or hour.metrics != hour.looks:
                raise PromiseBroken(hour)
        if last.others:
            raise PromiseBroken(last)
        spent = first.lists + first.metrics + first.others
        print(
            f"{ACCOUNTS:8,}  {number:11,} | {first.looks:17,}  {spent:8,} | "
            f"{last.looks:18,}  {last.lists:5,}  {last.metrics:7,}  {last.others:6,}"
        )


if __name__ == "__main__":
    asyncio.run(run())
