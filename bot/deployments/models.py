"""Which models can be deployed, and which one is meant: from the catalogues and our jobs, no request to a service."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from sqlalchemy import Connection

from bot import naming
from bot.catalogue import choice
from bot.config.settings import Settings
from bot.errors import Invalid
from bot.facts.forms import Choice
from bot.ids import job_name, number_of
from bot.people import Actor
from bot.store import connections, deployments, jobs, records
from bot.store.deployments import Deployment
from bot.store.jobs import Job
from providers.base import Capabilities, Model, Provider

GIVEN_SHOWN = 80
SHOWN = 100
"""Options of a Slack select (contracts/slack.md)."""
GONE = "deprecated"
"""The service's word for a model that it serves no longer; `deprecating` ones go on until their date (1.11)."""
NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A model that is there.

    Attributes:
        connection: has the model. model: with the base model's id in `base`.
        job: ours that made it. step: of the checkpoint, None for a final model and where it is not known.
        names: all names and ids that a deployment of it may carry.
    """

    connection: str
    model: Model
    job: Job | None = None
    step: int | None = None
    names: frozenset[str] = frozenset()

    @property
    def value(self) -> str:
        """How it is named in forms: `J142`, `J142:642`, or its own name when it was made elsewhere."""
        if self.job is None or (self.step is None and self.model.id != self.job.result_model):
            return self.model.id
        return self.job.label if self.step is None else f"{self.job.label}:{self.step}"


def is_retired(model: Model, now: datetime) -> bool:
    """Whether the service deploys it no longer; without a date its own word for the lifecycle tells."""
    if model.inference_ends is not None:
        return model.inference_ends <= now
    return model.lifecycle.casefold() == GONE


def in_the_way(
    capabilities: Capabilities, name: str, model: str, there: Iterable[Deployment]
) -> list[Deployment]:
    """Those of `there` that leave no room for a deployment of `model` at the connection `name`.

    What has an id at one connection is another model at the next, unless the service copies models between them.
    """
    if not capabilities.deploys_once:
        return []
    return [one for one in there if one.model == model and (capabilities.copies or one.connection == name)]


def deployable(
    connection: Connection,
    settings: Settings,
    providers: Mapping[str, Provider],
    actor: Actor,
    *,
    now: datetime,
) -> list[Choice]:
    """Tuned models and checkpoints that can be deployed (again), newest first, at most 100.

    Retired ones cannot, and those that are deployed already where a service takes each model once.
    """
    alive = deployments.alive(connection)

    def taken(name: str, model_id: str) -> bool:
        there = name in providers and in_the_way(providers[name].capabilities, name, model_id, alive)
        return bool(there)

    listed: dict[str, tuple[str, Model]] = {}
    for one in settings.connections:
        for model in connections.models(connection, one.name)[0]:
            if model.kind != "base" and model.deployable:
                listed.setdefault(model.id, (one.name, model))
    names = {one.name for one in settings.connections}
    for job in jobs.trained(connection, actor.team_id, limit=SHOWN):
        if job.result_model and job.connection in names and job.result_model not in listed:
            listed[job.result_model] = (job.connection, _model_of(connection, job, job.result_model))
    open_ = [one for one in listed.values() if not taken(one[0], one[1].id) and not is_retired(one[1], now)]
    open_.sort(key=lambda one: one[1].created_at or NEVER, reverse=True)
    found = _with_jobs(connection, actor, open_[:SHOWN])
    # A model that is deployed under its checkpoint's id is deployed, too.
    return [as_choice(one) for one in found if not any(taken(one.connection, name) for name in one.names)]


def as_choice(found: Found) -> Choice:
    """One model as an option. When its base model's training ends is nothing to a deployment."""
    shown = choice(replace(found.model, training_ends=None), found.job.label if found.job else None)
    return shown.model_copy(update={"value": found.value})


def _with_jobs(connection: Connection, actor: Actor, listed: Iterable[tuple[str, Model]]) -> list[Found]:
    """Each with our job and step; three queries for all of them."""
    listed = list(listed)
    by_place: dict[str, list[str]] = {}
    for name, model in listed:
        if model.job_id:
            by_place.setdefault(name, []).append(model.job_id)
    ours = {
        (name, remote): job
        for name, remotes in by_place.items()
        for remote, job in jobs.by_remote(connection, name, remotes).items()
        if job.team_id == actor.team_id
    }
    rows = records.checkpoints_named(connection, [model.id for _, model in listed])
    found, bases = [], dict[tuple[str, str], str]()
    for name, model in listed:
        job = ours.get((name, model.job_id or ""))
        mine = [row for row in rows if row["model"] == model.id and (job is None or row["job"] == job.id)]
        final = job is not None and model.id == job.result_model
        one = Found(
            connection=name,
            model=model,
            job=job,
            step=None if final or not mine or job is None else mine[0]["step"],
            names=frozenset({model.id, *(row["remote_id"] for row in mine)}),
        )
        found.append(_called(connection, one, bases))
    return found


def _called(connection: Connection, found: Found, bases: dict[tuple[str, str], str]) -> Found:
    """With the name that people read: the same rule for every service. `bases` keeps what was looked up."""
    key = (found.connection, found.model.base)
    if key not in bases:
        rooted = _rooted(connection, found.connection, found.model).base
        base = connections.model(connection, found.connection, rooted)
        bases[key] = base.short if base is not None else rooted
    suffix = (found.job.suffix or "") if found.job else found.model.short
    job = found.job.label if found.job else ""
    short = naming.model_name(suffix, bases[key], job, found.step)
    return replace(found, model=replace(found.model, short=short))


def resolve(
    connection: Connection, settings: Settings, actor: Actor, given: str, *, prefer: str | None = None
) -> Found:
    """The model that is meant by `J142`, `J142:642` (its checkpoint of step 642), a model's name, a checkpoint's id, or
    the suffix or id of a job. `prefer` is the connection to take where several have it.

    Raises:
        Invalid: at `model`: `model_unknown`, `job`, `job_not_deployable`, `checkpoint_not_deployable`, `model_is_base`,
            `model_not_deployable`.
    """
    given = given.strip()
    head, colon, tail = given.partition(":")
    if number_of(head, "J") is not None and (not colon or tail.isdecimal()):
        job = jobs.find(connection, actor.team_id, head)
        if job is None:
            raise Invalid("job", {"given": given[:GIVEN_SHOWN]}, field="model")
        return _of_job(connection, job, int(tail) if tail else None, prefer)
    held = _held(connection, settings, given, prefer)
    if held is not None:
        name, model = held
        if model.kind == "base":
            raise Invalid("model_is_base", {"model": model.short}, field="model")
        if not model.deployable:
            raise Invalid("model_not_deployable", {"model": model.short}, field="model")
        return _with_jobs(connection, actor, [(name, _rooted(connection, name, model))])[0]
    for row in records.checkpoints_named(connection, [given]):
        job = jobs.get(connection, row["job"])
        if job is not None and job.team_id == actor.team_id:
            return _of_job(connection, job, row["step"], prefer)
    job = jobs.find(connection, actor.team_id, given)
    if job is None:
        raise Invalid("model_unknown", {"given": given[:GIVEN_SHOWN]}, field="model")
    return _of_job(connection, job, None, prefer)


def _held(
    connection: Connection, settings: Settings, model_id: str, prefer: str | None
) -> tuple[str, Model] | None:
    names = sorted((one.name for one in settings.connections), key=lambda name: name != prefer)
    for name in names:
        model = connections.model(connection, name, model_id)
        if model is not None:
            return name, model
    return None


def _of_job(connection: Connection, job: Job, step: int | None, prefer: str | None) -> Found:
    rows = records.checkpoints(connection, job.id)
    name = job.result_model if job.state == "succeeded" else None
    if step is not None:
        name = next((row["model"] for row in rows if row["step"] == step and row["deployable"]), None)
        if name is None:
            able = ", ".join(str(row["step"]) for row in rows if row["deployable"])
            raise Invalid(
                "checkpoint_not_deployable", {"job": job.label, "step": step, "steps": able}, field="model"
            )
    if name is None:
        raise Invalid("job_not_deployable", {"job": job.label, "state": job.state}, field="model")
    # The service that trained it has it; a copy elsewhere counts only where it is wanted.
    place = prefer if prefer is not None and connections.model(connection, prefer, name) else job.connection
    model = connections.model(connection, place, name) or _model_of(connection, job, name)
    found = Found(
        connection=place,
        model=_rooted(connection, place, model),
        job=job,
        step=None if name == job.result_model else step,
        names=frozenset({name, *(row["remote_id"] for row in rows if row["model"] == name)}),
    )
    return _called(connection, found, {})


def _model_of(connection: Connection, job: Job, name: str) -> Model:
    """A model of our job that the catalogue does not have yet: it is read once an hour and after a job."""
    trained_from = connections.model(connection, job.connection, job.base_model)
    base = trained_from.base if trained_from else job.base_model
    return Model(
        id=name,
        kind="tuned" if name == job.result_model else "checkpoint",
        short=f"{job.suffix or job_name(job.id)} · {job.model_short}"[:75],
        base=base,
        lifecycle=trained_from.lifecycle if trained_from else "",
        trainable=False,
        created_at=job.finished_at or job.created_at,
        training_ends=trained_from.training_ends if trained_from else None,
        inference_ends=trained_from.inference_ends if trained_from else None,
        job_id=job.remote_id,
    )


def _rooted(connection: Connection, name: str, model: Model) -> Model:
    """With the base model that everything began with: a tuned model may have been trained further."""
    base, seen = model.base, {model.id}
    while base not in seen:
        seen.add(base)
        parent = connections.model(connection, name, base)
        if parent is None or parent.kind == "base":
            break
        base = parent.base
    return model if base == model.base else replace(model, base=base)


def losses(connection: Connection, found: Found) -> float | None:
    """The validation loss of the job's end, or of the checkpoint; None when it was not measured."""
    if found.job is None:
        return None
    if found.step is None:
        return last_loss(found.job)
    for row in records.checkpoints(connection, found.job.id):
        if row["step"] == found.step:
            metrics: Mapping[str, float | None] = row["metrics"]
            whole = metrics.get("full_valid_loss")
            return whole if whole is not None else metrics.get("valid_loss")
    return None


def last_loss(job: Job) -> float | None:
    """The last validation loss of a job."""
    value = job.progress.get("valid_last")
    return float(value) if value is not None else None
