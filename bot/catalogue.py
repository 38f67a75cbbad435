"""The cached catalogue of what can be trained, and the quotas: the handler of `catalogue.refresh`, and the search."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from sqlalchemy import Connection

from bot.deps import Deps
from bot.facts.forms import Choice
from bot.naming import model_name
from bot.store import connections, deployments, jobs
from bot.store.jobs import Job
from bot.work.tasks import Again, Done, Outcome, Task
from providers.base import Model, Provider
from providers.errors import ProviderError
from providers.hosting import Place

log = logging.getLogger(__name__)
FRESH = timedelta(hours=1)
SOONER = timedelta(minutes=10)
"""When a part of it could not be read."""
SHOWN = 100
_NOT_SUBSCRIBED = {
    "absent": "has to be bought",
    "unsubscribed": "has to be bought",
    "suspended": "subscription suspended",
    "failed": "subscription failed",
}
"""Notes of a model by how its subscription stands."""
ORDER = {"base": 0, "tuned": 1, "checkpoint": 2}


class Refresh:
    """Reads a connection's models and quotas once an hour, and when a job made a new model."""

    def __init__(self, deps: Deps) -> None:
        self._deps = deps

    async def __call__(self, task: Task) -> Outcome:
        """Ask the service and keep the answer."""
        name = str(task.payload["connection"])
        if name not in self._deps.providers:
            return Done()
        provider = self._deps.provider(name)
        models = await provider.models()
        probe = await provider.probe()
        place = await self._place(name, provider)
        now = self._deps.clock.now()

        def apply(connection: Connection) -> None:
            connections.put_catalogue(connection, name, models, now=now)
            usage = {
                "files": probe.files,
                "files_bytes": probe.files_bytes,
                "jobs": probe.jobs,
                "clock_skew": probe.clock_skew,
            }
            connections.note(connection, name, usage=usage, probed_at=now)
            if place is not None:
                deployments.put_place(connection, name, place, now=now)

        unread = place is None and provider.hosting is not None
        return Again(now + (SOONER if unread else FRESH), apply)

    async def _place(self, name: str, provider: Provider) -> Place | None:
        """Where deployments can live there. What can be trained is kept even when this cannot be read."""
        if provider.hosting is None:
            return None
        try:
            return await provider.hosting.place()
        except ProviderError as error:
            log.warning("what can be deployed at %s cannot be read: %s", name, error)
            return None


def search(connection: Connection, name: str, typed: str, methods: Sequence[str]) -> Sequence[Choice]:
    """Trainable models whose name holds every typed word: base models, then tuned (newest first), then checkpoints."""
    models, _ = connections.models(connection, name)
    ours = jobs.labels(connection, name)
    words = typed.lower().split()
    fitting = [
        one
        for one in models
        if one.trainable
        and set(methods) & set(one.methods)
        and all(word in f"{one.short} {one.id} {ours.get(one.job_id or '', '')}".lower() for word in words)
    ]
    fitting.sort(
        key=lambda one: (ORDER[one.kind], -(one.created_at.timestamp() if one.created_at else 0), one.short)
    )
    shown = fitting[:SHOWN]
    made = jobs.by_remote(connection, name, [one.job_id for one in shown if one.job_id])
    shorts = {one.id: one.short for one in models}
    return [_ours(one, made.get(one.job_id or ""), shorts) for one in shown]


def _ours(model: Model, job: Job | None, shorts: Mapping[str, str]) -> Choice:
    """A model of a job of ours under the name that it has everywhere; a checkpoint keeps what tells its step."""
    if job is None or model.kind != "tuned":
        return choice(model, job.label if job else None)
    called = model_name(job.suffix or "", shorts.get(model.base, model.base), job.label)
    return choice(replace(model, short=called), job.label)


def choice(model: Model, job: str | None = None) -> Choice:
    """One model as an option; `job` is our job that made it."""
    ends = f"training ends {model.training_ends.date().isoformat()}" if model.training_ends else ""
    kind = {"base": "", "tuned": "fine-tuned", "checkpoint": "checkpoint"}[model.kind]
    bought = _NOT_SUBSCRIBED.get(model.subscription, "")
    note = " · ".join(part for part in (job or "", kind, bought, ends) if part)
    return Choice(value=model.id, label=model.short, note=note)


def elsewhere(listed: Sequence[Model]) -> tuple[tuple[str, str], ...]:
    """Base models that are trained, and not at this connection: (name, regions), at most ten."""
    away = [one for one in listed if one.kind == "base" and one.lifecycle == "other-region" and one.regions]
    return tuple((one.short, ", ".join(one.regions)) for one in away[:10])
