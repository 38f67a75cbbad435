"""Jobs made elsewhere, taken over: they get a number, a card and a follower like any other."""

from datetime import datetime

import msgspec
from sqlalchemy import Connection, select

from bot.errors import NotThere
from bot.people import Actor
from bot.store import connections, jobs, small
from bot.store.tables import dataset_copy
from bot.store.tables import foreign_job as table
from bot.training import submit
from bot.training.record import Recorder, poll_soon
from providers.base import RemoteJob

NO_SEED = 0


def adopt(
    connection: Connection,
    name: str,
    remote_id: str,
    actor: Actor,
    *,
    channel: str,
    recorder: Recorder,
    now: datetime,
    corr: str,
) -> int:
    """Make a job made elsewhere ours; its number, also when somebody was faster. Raises `NotThere("job")`."""
    intent = f"adopt:{name}:{remote_id}"
    known = jobs.by_intent(connection, intent)
    if known is not None:
        return known.id
    kept = connection.execute(
        select(table.c.snapshot).where(table.c.connection == name, table.c.remote_id == remote_id)
    ).scalar()
    if kept is None or jobs.known_ids(connection, name, [remote_id]):
        raise NotThere("job", {"given": remote_id})
    remote = msgspec.convert(kept, RemoteJob)
    model = connections.model(connection, name, remote.model)
    number = jobs.add(
        connection,
        {
            "connection": name,
            "intent_key": intent,
            "remote_id": remote.id,
            "submitted_at": remote.created_at,
            "team_id": actor.team_id,
            "requester": actor.user_id,
            "channel": channel,
            "base_model": remote.model,
            "model_short": model.short if model else remote.model[:75],
            "training_type": remote.training_type,
            "method": "supervised",
            "train": _dataset(connection, name, remote.training_file),
            "valid": _dataset(connection, name, remote.validation_file),
            "hyper": dict(remote.hyperparameters),
            "seed": remote.seed if remote.seed is not None else NO_SEED,
            "suffix": remote.suffix,
            "state": "pending",
            "remote": {},
            "like_job": None,
            "state_at": min(remote.created_at, now),
        },
        now=now,
    )
    if number is None:
        raise NotThere("job", {"given": remote_id})
    jobs.forget_foreign(connection, name, remote_id)
    job = jobs.get(connection, number)
    if job is None:
        raise NotThere("job", {"given": remote_id})
    small.record(
        connection,
        at=now,
        actor=actor.user_id,
        via="button",
        action="job.adopted",
        subject=job.label,
        after={"remote_id": remote_id, "connection": name},
        corr=corr,
    )
    recorder.ensure_card(connection, job, now=now)
    recorder.observed(connection, number, remote, asked_at=now, now=now, corr=corr)
    poll_soon(connection, name, now=now, seconds=1, corr=corr)
    return number


def _dataset(connection: Connection, name: str, remote_id: str | None) -> int | None:
    if not remote_id:
        return None
    found: int | None = connection.execute(
        select(dataset_copy.c.dataset).where(
            dataset_copy.c.connection == name, dataset_copy.c.remote_id == remote_id
        )
    ).scalar()
    return found


def answer_uncertain(
    connection: Connection,
    number: int,
    answer: str,
    actor: Actor,
    *,
    recorder: Recorder,
    now: datetime,
    corr: str,
) -> bool:
    """What the starter found out about a job that nobody knows to exist; False when it is decided already.

    `found`: look for it again; `again`: it does not exist, create it; `giveup`: end it here.
    """
    job = jobs.get(connection, number)
    if job is None or job.state != "uncertain":
        return False
    small.record(
        connection,
        at=now,
        actor=actor.user_id,
        via="button",
        action=f"job.uncertain_{answer}",
        subject=job.label,
        before=job.state,
        corr=corr,
    )
    if answer == "giveup":
        jobs.change(
            connection, number, now=now, state="cancelled", state_at=now, finished_at=now, collected_at=now
        )
        recorder.cancelled(connection, number, by=actor.user_id, now=now)
        return True
    # "again" takes the intent back, so that a new request is sent; "found" keeps it, so that it is searched for, from
    # the time of the first request on, however late the answer comes.
    intent_at = None if answer == "again" else now
    asked = {name: value for name, value in job.asked.items() if name != submit.FIRST_INTENT}
    if answer != "again":
        first = job.asked.get(submit.FIRST_INTENT) or (job.intent_at or now).isoformat()
        asked[submit.FIRST_INTENT] = first
    jobs.change(
        connection, number, now=now, state="submitting", state_at=now, intent_at=intent_at, asked=asked
    )
    submit.plant(connection, number, now=now, corr=corr)
    return True
