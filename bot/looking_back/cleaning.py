"""What can be deleted at a service, what cannot and why, in the safe order. Pure.

The order (issue 2 of 4, point 5): files that failed or that nothing ever used, results files of old jobs, data that was
used longest ago, models that are not deployed, jobs that ended without a model. Base models are never listed.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal

from bot.facts.deploy_forms import CleanItem
from providers.base import Model, RemoteFile

ItemKind = Literal["file", "model", "job"]
KINDS: tuple[ItemKind, ...] = ("file", "model", "job")
PURPOSE = "fine-tune"
"""Begin of the purposes that are ours: the others (batches, assistants) are somebody else's, and count elsewhere."""
ORDER = {"failed": 0, "unused": 1, "results": 2, "data": 3, "model": 4, "job": 5}
BEGINNING = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class JobUse:
    """What one training job uses and made.

    Attributes:
        id: the service's, "" before it is there. label: ours, else the service's id.
        open: it has not ended. unread: it ended, and its results are still to be fetched.
        files: training and validation data. results: its results files. model: what it starts from.
        made: names of its model and checkpoints, with their ids. at: when it ended, else when it was asked for.
    """

    id: str
    label: str
    owner: str | None = None
    open: bool
    unread: bool = False
    files: frozenset[str] = frozenset()
    results: frozenset[str] = frozenset()
    model: str = ""
    result: str | None = None
    made: frozenset[str] = frozenset()
    name: str = ""
    at: datetime
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyUse:
    """Data of ours at the service. `arriving`: it is still being sent or taken in."""

    label: str
    name: str
    owner: str
    arriving: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class HostedUse:
    """A deployment, in any connection; `alive`: it is there or coming. `last`: its last use, or when it was there."""

    title: str
    model: str
    alive: bool
    last: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """All that is known of one connection. `wanted`: (model, request that waits for it)."""

    connection: str
    files: Sequence[RemoteFile] = ()
    models: Sequence[Model] = ()
    jobs: Sequence[JobUse] = ()
    copies: Mapping[str, CopyUse] = field(default_factory=dict)
    hosted: Sequence[HostedUse] = ()
    wanted: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True, slots=True)
class Person:
    """Who looks: `everything` for approvers and administrators, others delete what is theirs."""

    user: str
    everything: bool


def items(known: Known, person: Person) -> list[CleanItem]:
    """Everything, in the safe order; what cannot go comes last."""
    found = [_file(known, one) for one in known.files if ours(one)]
    found += [_model(known, one) for one in known.models if one.kind == "tuned"]
    found += [_job(known, one) for one in known.jobs if _bare(known, one)]
    found = [_for(person, one) for one in found]
    found.sort(key=_rank)
    return found


def find(known: Known, person: Person, kind: str, id_: str) -> CleanItem | None:
    """One thing as it is now; None when it is not there."""
    return next((one for one in items(known, person) if (one.kind, one.id) == (kind, id_)), None)


def ours(file: RemoteFile) -> bool:
    """Whether a file counts for fine-tuning and is there."""
    return file.purpose.startswith(PURPOSE) and file.state != "deleted"


def names_of(known: Known, model: Model) -> frozenset[str]:
    """All names under which a model or a checkpoint of its job can be deployed or trained further."""
    made = {one.id for one in known.models if one.job_id and one.job_id == model.job_id}
    for job in known.jobs:
        if model.job_id and job.id == model.job_id:
            made |= job.made
    return frozenset(made | {model.id})


def _rank(item: CleanItem) -> tuple[bool, int, datetime, str]:
    return (
        bool(item.blocked),
        ORDER.get(item.why, len(ORDER)),
        item.used_at or item.created_at or BEGINNING,
        item.id,
    )


def _for(person: Person, item: CleanItem) -> CleanItem:
    """What is somebody else's stays shown: who asks for room has to know whom to ask."""
    if item.blocked or person.everything or item.owner == person.user:
        return item
    return item.model_copy(
        update={"blocked": "clean_not_yours", "blocked_by": (item.owner,) if item.owner else ()}
    )


def _labels(jobs: Iterable[JobUse]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one.label for one in jobs))


def _file(known: Known, file: RemoteFile) -> CleanItem:
    users = [one for one in known.jobs if file.id in one.files]
    makers = [one for one in known.jobs if file.id in one.results]
    copy = known.copies.get(file.id)
    using = [one for one in users if one.open]
    unread = [one for one in makers if one.unread]
    blocked = ""
    by: tuple[str, ...] = ()
    if using:
        blocked, by = "clean_used", _labels(using)
    elif unread:
        blocked, by = "clean_unread", _labels(unread)
    elif (copy is not None and copy.arriving) or (copy is None and file.state == "pending"):
        blocked = "clean_arriving"
    maker = makers[0] if makers else None
    owner = copy.owner if copy else maker.owner if maker else None
    why = "failed" if file.state == "failed" else "results" if maker else "data" if users else "unused"
    return CleanItem(
        kind="file",
        connection=known.connection,
        id=file.id,
        name=copy.name if copy else file.name,
        label=copy.label if copy else maker.label if maker else "",
        why=why,
        owner=owner,
        bytes=file.bytes,
        used_at=max((one.at for one in (*users, *makers)), default=None),
        created_at=file.created_at,
        used_by=_labels((*users, *makers)),
        blocked=blocked,
        blocked_by=by,
    )


def _in_the_way(known: Known, names: frozenset[str]) -> tuple[str, tuple[str, ...]]:
    """Why what has these names cannot go: (code, by whom)."""
    deployed = tuple(one.title for one in known.hosted if one.alive and one.model in names)
    if deployed:
        return "clean_deployed", deployed
    wanted = tuple(dict.fromkeys(label for model, label in known.wanted if model in names))
    if wanted:
        return "clean_wanted", wanted
    further = _labels(one for one in known.jobs if one.open and one.model in names)
    return ("clean_trained_from", further) if further else ("", ())


def _model(known: Known, model: Model) -> CleanItem:
    names = names_of(known, model)
    maker = next((one for one in known.jobs if model.job_id and one.id == model.job_id), None)
    hosted = [one for one in known.hosted if one.model in names]
    further = [one for one in known.jobs if one.model in names]
    blocked, by = _in_the_way(known, names)
    if not blocked and maker is not None and maker.unread:
        blocked, by = "clean_unread", (maker.label,)
    used = [one.last for one in hosted if one.last is not None] + [one.at for one in further]
    return CleanItem(
        kind="model",
        connection=known.connection,
        id=model.id,
        name=maker.name if maker is not None and maker.owner and model.kind == "tuned" else model.short,
        label=maker.label if maker else "",
        why="model",
        owner=maker.owner if maker else None,
        used_at=max(used, default=None),
        created_at=model.created_at,
        used_by=(*dict.fromkeys(one.title for one in hosted), *_labels(further)),
        blocked=blocked,
        blocked_by=by,
    )


def _bare(known: Known, job: JobUse) -> bool:
    """Whether a job at the service ended without a model: the others go with theirs."""
    made = any(one.kind == "tuned" and one.job_id == job.id for one in known.models)
    return bool(job.id) and not job.open and job.result is None and not made


def _job(known: Known, job: JobUse) -> CleanItem:
    blocked, by = _in_the_way(known, job.made)
    if not blocked and job.unread:
        blocked, by = "clean_unread", (job.label,)
    return CleanItem(
        kind="job",
        connection=known.connection,
        id=job.id,
        name=job.name or job.id,
        label=job.label,
        why="job",
        owner=job.owner,
        used_at=None,
        created_at=job.at,
        blocked=blocked,
        blocked_by=by,
    )
