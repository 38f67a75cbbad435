"""Cleaning up, step by step, against the stand-in."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from bot.deps import Deps
from bot.facts.deploy_forms import CleanForm, CleanItem
from bot.facts.deployment_notices import CleanDone
from bot.looking_back import clean
from bot.looking_back.cleaning import Person
from bot.looking_back.delete import CleanDelete, CleanRead
from bot.people import Actor
from bot.store.tables import audit
from bot.work import outbox_rows, queue
from bot.work.tasks import QUICK, Done, Task
from providers.base import Ref, RemoteFile
from providers.sending import ByteSource
from sandbox.azure_control.deployments import Deployment
from sandbox.azure_openai.catalogue import BASE_MODELS
from sandbox.azure_openai.jobs import Job, JobRequest
from tests.deployments.rollout_bench import BASE, Rollout, person
from tests.patience import until
from tests.sandbox.azure_calls import records
from tests.training.bench import NAME, RIN, Bench

ADA = person("U0APPROVE1")
ALL = Person(ADA.user_id, everything=True)


class Bytes:
    """A few bytes to upload."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    @property
    def size(self) -> int:
        return len(self._data)

    async def chunks(self, offset: int = 0) -> Any:
        yield self._data[offset:]


async def _quiet(sent: int) -> None:
    del sent


@dataclass
class Cleaning:
    """One bench. Models and deployments are put straight into the stand-in's records."""

    bench: Bench
    rollout: Rollout
    clicks: int = 0

    @classmethod
    def of(cls, bench: Bench) -> "Cleaning":
        return cls(bench, Rollout.of(bench))

    @property
    def deps(self) -> Deps:
        return self.bench.application.deps

    async def upload(self, name: str, data: bytes = b'{"messages": []}\n') -> RemoteFile:
        """A file that nobody here brought."""
        source: ByteSource = Bytes(data)
        return await self.deps.providers[NAME].upload(source, name, None, _quiet)

    async def processed(self, name: str) -> RemoteFile:
        """A file that nobody here brought, once the service has taken it in."""
        made = await self.upload(name)

        async def done() -> bool:
            return (await self.deps.providers[NAME].file(Ref(id=made.id))).state == "processed"

        await until(done, name)
        return made

    async def cancel(self, job_id: str) -> None:
        await self.deps.providers[NAME].control(Ref(id=job_id), "cancel")

    def with_job(self, model: str) -> str:
        """The job that made a model stands in the service's records, too; its id."""
        resource = self.bench.made.sandbox.azure.resource(NAME)
        made = resource.models._tuned[model]
        request = JobRequest(
            model=BASE, base=BASE_MODELS[BASE], start=None, training_file="file-gone", validation_file=None,
            n_epochs=1, batch_size=1, learning_rate_multiplier=1.0, suffix="n1", seed=1,
            training_type="Standard",
        )  # fmt: skip
        job = Job(made.job_id, 0, 1, request, status="succeeded", finished_at=1)
        job.fine_tuned_model = model
        resource._jobs[made.job_id] = job
        found: str = made.job_id
        return found

    async def fault(self, method: str, path: str, status: int) -> None:
        """Every such request is answered so until `mend`."""
        spec = {"match": {"method": method, "path": path}, "kind": "status", "status": status, "times": 0}
        answer = await self.bench.made.post("/panel/api/fault", {"service": "azure", **spec})
        assert answer["ok"], answer

    async def mend(self) -> None:
        made = self.bench.made
        async with made.http.delete(f"{made.sandbox.url}/panel/api/fault") as answer:
            assert answer.status == 200

    async def there(self) -> set[str]:
        """Ids of the files at the service."""
        return {one.id for one in await self.deps.providers[NAME].files()}

    async def models(self) -> set[str]:
        return {one.id for one in await self.deps.providers[NAME].models() if one.kind == "tuned"}

    def deploy(self, name: str, model: str) -> Deployment:
        """A deployment of the model that the bot has not seen yet."""
        control = self.bench.made.sandbox.azure.control
        made = records.deployment(name, self.bench.now())
        made.model = made.tuned_model = made.checkpoint = model
        return records.put(control.deployments, made)

    async def read(self) -> None:
        """One `clean.read`."""
        now = self.bench.now()
        await self.deps.store.write(lambda c: clean.plant_read(c, NAME, now=now, corr="t"))
        task = await self.bench.task(clean.READ, f"{clean.READ}:{NAME}", {}, lane=QUICK)
        outcome = await CleanRead(self.deps)(task)
        assert isinstance(outcome, Done)
        await self.bench.end(task, outcome)

    async def form(self, who: Person = ALL) -> CleanForm:
        deps = self.deps
        return await deps.store.read(lambda c: clean.form(c, deps.settings, deps.providers, who, NAME))

    async def item(self, id_: str, who: Person = ALL) -> CleanItem:
        return next(one for one in (await self.form(who)).items if one.id == id_)

    async def plant(self, *ids: str, actor: Actor = ADA, who: Person = ALL) -> str:
        """What the modal's submission writes; the task's key."""
        self.clicks += 1
        click, now, deps = f"click{self.clicks}", self.bench.now(), self.deps
        listed = (await self.form(who)).items
        chosen = [(one.kind, one.id) for one in listed if one.id in ids]

        def work(connection: Connection) -> bool:
            found = clean.check(connection, deps.providers, who, NAME, chosen)
            return clean.plant_delete(connection, NAME, found, actor, click=click, now=now, corr="c")

        assert await deps.store.write(work)
        return f"{clean.DELETE}:{click}"

    async def claim(self, key: str) -> Task:
        return await self.bench.task(clean.DELETE, key, {}, lane=QUICK)

    async def run(self, key: str) -> CleanDone:
        """One attempt to its end, written as the worker does; what is told."""
        task = await self.claim(key)
        outcome = await CleanDelete(self.deps)(task)
        assert isinstance(outcome, Done)
        await self.bench.end(task, outcome)
        return (await self.told())[-1]

    async def told(self) -> list[CleanDone]:
        def work(connection: Connection) -> list[CleanDone]:
            waiting = outbox_rows.waiting(connection, now=self.bench.now())
            rows = [outbox_rows.load(connection, one.id) for one in waiting]
            return [row.notice for row in rows if row is not None and isinstance(row.notice, CleanDone)]

        return await self.deps.store.read(work)

    async def audited(self) -> list[tuple[str, str, str]]:
        """(action, subject, actor) of what was cleaned."""
        query = select(audit.c.action, audit.c.subject, audit.c.actor).order_by(audit.c.id)
        rows = await self.deps.store.read(lambda c: c.execute(query).all())
        return [(row.action, row.subject, row.actor) for row in rows if row.action.startswith("clean.")]

    async def restart(self) -> None:
        """The process was killed: at the next start nobody holds anything."""
        await self.deps.store.write(queue.clear_leases)


__all__ = ["ADA", "ALL", "NAME", "RIN", "Cleaning"]
