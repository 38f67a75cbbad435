"""From rows to what is known of a connection: who uses its files and models. Reads only."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection

from bot.looking_back.cleaning import CopyUse, HostedUse, JobUse, Known
from bot.naming import base_name
from bot.store import connections, datasets, deployments, jobs, records, requests
from bot.store.datasets import Copy, Dataset
from bot.store.deployments import Deployment
from bot.store.inventory import Kept
from bot.store.jobs import Job
from providers.base import TERMINAL, Model, RemoteJob

ARRIVED = ("processed", "failed")


def known_of(connection: Connection, name: str, kept: Kept, *, models: bool) -> Known:
    """What is known of a connection, with what its service told (`kept`); `models` only where they can be deleted."""
    copies = datasets.copies_at(connection, name)
    catalogue, _ = connections.models(connection, name)
    return Known(
        connection=name,
        files=kept.files,
        models=[one for one in catalogue if one.kind != "base"] if models else (),
        jobs=_uses(connection, name, kept.jobs, copies, catalogue),
        copies={copy.remote_id: _copy(copy, of) for copy, of in copies if copy.remote_id},
        hosted=[
            HostedUse(
                title=one.title,
                model=one.model,
                alive=one.there or one.state in deployments.COMING,
                last=_last(one),
            )
            for one in deployments.fine_tuned(connection)
        ],
        wanted=[
            (str(one.spec.get("model", "")), one.label)
            for one in requests.undecided(connection)
            if one.kind == "deployment"
        ],
    )


def _copy(copy: Copy, of: Dataset) -> CopyUse:
    return CopyUse(label=of.label, name=of.name, owner=of.owner, arriving=copy.state not in ARRIVED)


def _last(one: Deployment) -> datetime | None:
    """The last call that is known, else when it was there last."""
    called = (one.last_use or {}).get("last")
    known = [datetime.fromisoformat(called)] if isinstance(called, str) else []
    known += [at for at in (one.gone_at, one.first_ok_at) if at is not None]
    return max(known, default=None)


def _uses(
    connection: Connection,
    name: str,
    remote: Sequence[RemoteJob],
    copies: Sequence[tuple[Copy, Dataset]],
    catalogue: Sequence[Model],
) -> list[JobUse]:
    """Every job that the service tells of, and ours that it does not tell of yet."""
    ours = jobs.by_remote(connection, name, [one.id for one in remote])
    waiting = [
        one
        for one in jobs.unfinished(connection)
        if one.connection == name and not one.ended and one.remote_id not in ours
    ]
    sent = {copy.dataset: copy.remote_id for copy, _ in copies if copy.remote_id}
    made = _made(connection, ours.values(), catalogue)
    return [
        *(_at_service(one, ours.get(one.id), made) for one in remote),
        *(_here(one, sent) for one in waiting),
    ]


def _made(
    connection: Connection, ours: Iterable[Job], catalogue: Sequence[Model]
) -> Mapping[str, frozenset[str]]:
    """By the service's id of a job: names and ids of what it made."""
    made: dict[str, set[str]] = {}
    for model in catalogue:
        if model.job_id:
            made.setdefault(model.job_id, set()).add(model.id)
    for job in ours:
        rows = records.checkpoints(connection, job.id)
        names = {str(name) for row in rows for name in (row["model"], row["remote_id"]) if name}
        made.setdefault(job.remote_id or "", set()).update(names)
    return {job: frozenset(names) for job, names in made.items()}


def _at_service(remote: RemoteJob, ours: Job | None, made: Mapping[str, frozenset[str]]) -> JobUse:
    files = (remote.training_file, remote.validation_file)
    results = {remote.result_model} if remote.result_model else set()
    return JobUse(
        id=remote.id,
        label=ours.label if ours else remote.id,
        owner=ours.requester if ours else None,
        open=remote.state not in TERMINAL,
        unread=remote.state in TERMINAL and ours is not None and ours.collected_at is None,
        files=frozenset(one for one in files if one),
        results=frozenset(remote.result_files),
        model=remote.model,
        result=remote.result_model,
        made=made.get(remote.id, frozenset()) | results,
        name=remote.suffix or base_name(remote.model),
        at=remote.finished_at or remote.created_at,
        created_at=remote.created_at,
    )


def _here(job: Job, sent: Mapping[int, str]) -> JobUse:
    data = (job.train, job.valid)
    return JobUse(
        id=job.remote_id or "",
        label=job.label,
        owner=job.requester,
        open=True,
        files=frozenset(sent[one] for one in data if one is not None and one in sent),
        model=job.base_model,
        name=job.suffix or base_name(job.model_short),
        at=job.created_at,
        created_at=job.created_at,
    )
