"""The tasks of cleaning up: `clean.read` asks a service what it keeps, `clean.delete` deletes what a person chose.

Deleting is harmless to repeat: what is gone is gone. Each thing is looked at again right before, and what became of it
is written before the next one, so that a task that is broken off goes on where it was.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from bot.deployments.record import parked_problem, problem_of
from bot.deps import Deps
from bot.errors import ChatError, Denied, NotThere
from bot.facts.deploy_forms import CleanItem
from bot.facts.deployment_notices import CleanDone, NotCleaned
from bot.facts.deployments import ProblemFacts
from bot.looking_back import clean, cleaning
from bot.looking_back.cleaning import Known, Person
from bot.people import Actor
from bot.store import connections, datasets, inventory, jobs, people, records, small
from bot.store.inventory import Kept
from bot.store.work_tables import task as tasks
from bot.work import outbox_rows, queue
from bot.work.outbox_rows import Target
from bot.work.tasks import Done, Kind, OnParked, Outcome, Task
from providers.base import Provider, Ref, RemoteJob, State
from providers.errors import ProviderError, Throttled, Unavailable

MODEL_DELETED = "model_deleted"
"""In `Job.asked`: the name of the model that was deleted."""
DOING = "doing"
"""In a task's payload: what is being deleted; should the task be broken off, its absence is our doing."""
MOST_PAGES = 100


def kinds(deps: Deps, parked: Callable[[OnParked | None], OnParked]) -> dict[str, Kind]:
    """How the tasks of cleaning up are run."""
    delete = CleanDelete(deps)
    return {
        clean.READ: Kind(handler=CleanRead(deps), on_parked=parked(None)),
        clean.DELETE: Kind(handler=delete, on_parked=parked(delete.give_up)),
    }


async def all_jobs(provider: Provider) -> list[RemoteJob]:
    """Every job of the service; one request per page of a hundred."""
    found: dict[str, RemoteJob] = {}
    cursor: State | None = None
    for _ in range(MOST_PAGES):
        page = await provider.jobs(cursor)
        found.update({one.id: one for one in page.jobs})
        if page.next is None or page.next == cursor:
            break
        cursor = page.next
    return list(found.values())


class CleanRead:
    """The handler of `clean.read`. A service that cannot be asked is told in the picker, and nobody retries."""

    def __init__(self, deps: Deps) -> None:
        self._deps = deps

    async def __call__(self, task: Task) -> Outcome:
        """Read files, jobs and models."""
        name = str(task.payload["connection"])
        provider = self._deps.providers.get(name)
        if provider is None:
            return Done()
        try:
            files, listed, models = await provider.files(), await all_jobs(provider), await provider.models()
        except ProviderError as error:
            code, text = error.code, error.answer.message
            return Done(lambda c: inventory.failed(c, name, code, text, now=self._deps.clock.now()))

        def apply(connection: Connection) -> None:
            now = self._deps.clock.now()
            inventory.put(connection, name, files, listed, now=now)
            connections.put_catalogue(connection, name, models, now=now)

        return Done(apply)


class CleanDelete:
    """The handler of `clean.delete`."""

    def __init__(self, deps: Deps) -> None:
        self._deps = deps

    async def __call__(self, task: Task) -> Outcome:
        """Delete one after the other, and tell what became of each."""
        actor = Actor(team_id=task.payload["team"], user_id=task.payload["user"])
        name = str(task.payload["connection"])
        payload = dict(task.payload)
        try:
            person = await clean.require_person(self._deps, actor, name)
            provider = self._deps.provider(name)
        except ChatError:
            raise
        except (Denied, NotThere) as error:
            problem = problem_of(error)
            return Done(lambda c: self._tell(c, task, _all_failed(payload, problem)))
        for item in _left(payload):
            failure = await self._one(task, payload, provider, person, item)
            payload = await self._deps.store.write(_noted(self, task, payload, item, failure, person))
        return Done(lambda c: self._end(c, task, payload, name))

    def give_up(self, connection: Connection, task: Task, error: str) -> None:
        """Parked: what was done and what was not is told all the same."""
        payload = connection.execute(select(tasks.c.payload).where(tasks.c.id == task.id)).scalar_one()
        self._tell(connection, task, _all_failed(payload, parked_problem(error)))

    async def _one(
        self, task: Task, payload: Mapping[str, Any], provider: Provider, person: Person, item: CleanItem
    ) -> ProblemFacts | None:
        """Look again, delete; None = it is gone. Raises `Throttled` and `Unavailable`: the task comes back."""
        key = [item.kind, item.id]
        try:
            known = await self._fresh(provider, item.connection)
            present = cleaning.find(known, person, item.kind, item.id)
            if present is None:
                if payload.get(DOING) == key:
                    return None  # an earlier attempt deleted it and was broken off
                return ProblemFacts(code="clean_unknown", params={"item": item.name})
            if present.blocked:
                return ProblemFacts(code=present.blocked, params=clean.blocked_params(present))
            if item.kind == "model":
                deployed = await self._deployed(provider, known, item)
                if deployed:
                    return ProblemFacts(code="clean_deployed", params={"item": item.name, "by": deployed})
            await self._deps.store.write(lambda c: queue.keep(c, task, {**payload, DOING: key}))
            await _delete(provider, item)
        except (Throttled, Unavailable):
            raise
        except ProviderError as error:
            return problem_of(error)
        return None

    async def _fresh(self, provider: Provider, name: str) -> Known:
        listed = await all_jobs(provider)

        def work(connection: Connection) -> Known:
            kept = inventory.get(connection, name)
            fresh = Kept(files=kept.files, jobs=listed, read_at=kept.read_at)
            return clean.gather(connection, self._deps.providers, name, fresh)

        return await self._deps.store.read(work)

    async def _deployed(self, provider: Provider, known: Known, item: CleanItem) -> str:
        """Deployments of the model that the service has at this moment, whatever our last look saw."""
        model = next(one for one in known.models if one.id == item.id)
        names = cleaning.names_of(known, model)
        there = await provider.hosting.deployments() if provider.hosting is not None else ()
        return ", ".join(f"{item.connection}/{one.name}" for one in there if one.model in names)

    def note(
        self,
        connection: Connection,
        task: Task,
        payload: Mapping[str, Any],
        item: CleanItem,
        failure: ProblemFacts | None,
        user: str,
    ) -> dict[str, Any]:
        """Write what became of one thing, with the task's memory of it in the same transaction."""
        changed = dict(payload)
        key = [item.kind, item.id]
        if failure is None:
            changed["done"] = [*payload["done"], key]
            self._gone(connection, item, user, task.corr)
        else:
            changed["failed"] = [*payload["failed"], [*key, failure.model_dump(mode="json")]]
        queue.keep(connection, task, changed)
        return changed

    def _gone(self, connection: Connection, item: CleanItem, user: str, corr: str) -> None:
        now = self._deps.clock.now()
        forgotten = [item.id]
        if item.kind == "file":
            datasets.forget_copy(connection, item.connection, item.id, now=now)
        elif item.kind == "model":
            forgotten += self._forget_model(connection, item, now=now)
        inventory.forget(connection, item.connection, forgotten)
        small.record(
            connection,
            at=now,
            actor=user,
            via="modal",
            action=f"clean.{item.kind}",
            subject=item.label or item.id,
            before={"connection": item.connection, "id": item.id, "name": item.name, "bytes": item.bytes},
            corr=corr,
        )

    def _forget_model(self, connection: Connection, item: CleanItem, *, now: datetime) -> list[str]:
        """The model, its checkpoints and its job are gone: nobody is offered them any more. Ids of the jobs."""
        catalogue, _ = connections.models(connection, item.connection)
        makers = [one.job_id for one in catalogue if one.id == item.id and one.job_id]
        names = {item.id, *(one.id for one in catalogue if one.job_id in makers and one.kind != "base")}
        connections.forget_models(connection, item.connection, names)
        for job in jobs.by_remote(connection, item.connection, makers).values():
            asked = {**job.asked, MODEL_DELETED: item.id}
            jobs.change(connection, job.id, now=now, result_model=None, asked=asked)
            records.close_checkpoints(connection, job.id)
        return makers

    def _end(self, connection: Connection, task: Task, payload: Mapping[str, Any], name: str) -> None:
        now = self._deps.clock.now()
        self._tell(connection, task, payload)
        clean.plant_read(connection, name, now=now, corr=task.corr)
        queue.enqueue(
            connection,
            "catalogue.refresh",
            f"catalogue:{name}",
            {"connection": name},
            now=now,
            corr=task.corr,
        )

    def _tell(self, connection: Connection, task: Task, payload: Mapping[str, Any]) -> None:
        user, items = task.payload["user"], _items(payload)
        person = people.get(connection, user)
        notice = CleanDone(
            connection=task.payload["connection"],
            done=tuple(items[kind, id_] for kind, id_ in payload["done"]),
            failed=tuple(
                NotCleaned(item=items[kind, id_], problem=ProblemFacts.model_validate(problem))
                for kind, id_, problem in payload["failed"]
            ),
        )
        outbox_rows.say(
            connection,
            f"clean:{task.id}",
            notice,
            Target(user=user),
            now=self._deps.clock.now(),
            locale=person.member.locale if person and person.member.locale else "en",
        )


async def _delete(provider: Provider, item: CleanItem) -> None:
    if item.kind == "file":
        await provider.delete_file(Ref(id=item.id))
    elif item.kind == "job":
        await provider.delete_job(Ref(id=item.id))
    elif provider.hosting is not None:
        await provider.hosting.delete_model(item.id)


def _noted(
    handler: CleanDelete,
    task: Task,
    payload: Mapping[str, Any],
    item: CleanItem,
    failure: ProblemFacts | None,
    person: Person,
) -> Callable[[Connection], dict[str, Any]]:
    """The transaction that follows one deletion; bound here, because the loop goes on."""
    return lambda connection: handler.note(connection, task, payload, item, failure, person.user)


def _items(payload: Mapping[str, Any]) -> dict[tuple[str, str], CleanItem]:
    found = [CleanItem.model_validate(one) for one in payload["items"]]
    return {(one.kind, one.id): one for one in found}


def _left(payload: Mapping[str, Any]) -> Sequence[CleanItem]:
    """What is still to be done."""
    over = {(kind, id_) for kind, id_ in payload["done"]} | {(one[0], one[1]) for one in payload["failed"]}
    return [one for key, one in _items(payload).items() if key not in over]


def _all_failed(payload: Mapping[str, Any], problem: ProblemFacts) -> dict[str, Any]:
    """Nothing more is tried."""
    said = problem.model_dump(mode="json")
    return {**payload, "failed": [*payload["failed"], *([one.kind, one.id, said] for one in _left(payload))]}
