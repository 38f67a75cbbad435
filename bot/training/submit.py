"""Creating a job at the service: once, whatever happens on the way.

The row is the intent. Before the request is sent its time is written (`intent_at`); a certain "no" or "not sent" takes
it back. Where it stands without an answer, the service's list is searched for two minutes for a job with our seed,
files and suffix; then the starter is asked (DESIGN section 3, calls that are not idempotent). Everything that is
written on the way is written under the task's lease: a worker that lost it cannot take another's intent back.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from bot.datasets.deriving import HELD
from bot.deps import Deps
from bot.errors import Denied
from bot.people import Actor
from bot.store import datasets, jobs, small
from bot.store.jobs import Job
from bot.store.requests import Request
from bot.training import gate
from bot.training.needs import Needs
from bot.training.record import Recorder, poll_soon
from bot.work import queue
from bot.work.tasks import BULK, Again, Done, Outcome, Task
from providers.base import JobSpec, Provider, RemoteJob
from providers.errors import OutcomeUnknown, Refused, Throttled, Unavailable, Unsupported

LOOK_FOR = timedelta(minutes=2)
LOOK_EVERY = timedelta(seconds=5)
DATA_EVERY = timedelta(seconds=20)
DECIDED_BY = timedelta(minutes=1)
"""How long after a request's closing time its job looks for the decision, should nobody have told it."""
WAITS, WAITS_UNTIL = "waits", "waits_until"
CLOCKS_DIFFER = timedelta(minutes=5)
"""The service's clock may be behind ours by so much; jobs that we know do not count, so nothing wrong is found."""
DATA_GONE = frozenset({"file_unknown"})
DATA_SENT_AGAIN = "data_sent_again"
FIRST_INTENT = "first_intent"


def plant(connection: Connection, number: int, *, now: datetime, corr: str) -> None:
    """Have the job created (or looked for) by the worker."""
    queue.enqueue(
        connection,
        "job.submit",
        f"submit:{number}",
        {"job": number},
        now=now,
        corr=corr,
        lock_key=f"job:{number}",
    )


@dataclass(frozen=True, slots=True)
class Files:
    """Where the data of a job stands at its connection. `examples`: of the training data, None = not known."""

    train: str | None
    valid: str | None
    waiting: bool
    failed: Mapping[str, Any] | None = None
    examples: int | None = None


def data_at_service(connection: Connection, job: Job, *, now: datetime, corr: str) -> Files:
    """The service's ids of the job's data; what is not there yet is sent on its way."""
    ids: list[str | None] = []
    waiting = False
    for number in (job.train, job.valid):
        if number is None:
            ids.append(None)
            continue
        found = datasets.get(connection, number)
        if found is not None and found.state in ("received", "checking"):
            # Made of other data just now (a part that is held back): its check brings this task forward at its upload.
            waiting = True
            continue
        if found is None or found.state != "ready":
            part = found is not None and HELD in found.source
            return Files(
                None, None, waiting=False, failed={"code": "part_refused" if part else "file_unknown"}
            )
        copy = datasets.copy_at(connection, number, job.connection)
        if copy is None or copy.state in ("waiting", "uploading", "processing", "uncertain"):
            copy_id = datasets.add_copy(connection, number, job.connection, now=now)
            plant_upload(connection, copy_id, number, now=now, corr=corr)
            waiting = True
        elif copy.state == "failed":
            return Files(None, None, waiting=False, failed=copy.failure or {})
        else:
            ids.append(copy.remote_id)
    if waiting:
        return Files(None, None, waiting=True)
    return Files(ids[0], ids[1], waiting=False, examples=_examples(connection, job))


def data_sent(connection: Connection, job: Job) -> Files:
    """The service's ids with which a job was asked for, whatever became of the files since."""
    copies = [
        datasets.copy_at(connection, number, job.connection) if number is not None else None
        for number in (job.train, job.valid)
    ]
    ids = [copy.remote_id if copy is not None else None for copy in copies]
    whole = ids[0] is not None and (job.valid is None or ids[1] is not None)
    if not whole:
        return Files(None, None, waiting=True)
    return Files(ids[0], ids[1], waiting=False, examples=_examples(connection, job))


def _examples(connection: Connection, job: Job) -> int | None:
    train = datasets.get(connection, job.train) if job.train is not None else None
    return train.examples if train is not None else None


def plant_upload(connection: Connection, copy_id: int, dataset: int, *, now: datetime, corr: str) -> None:
    """Have a copy uploaded by the worker. One that waits already is not hurried: the service may have asked for it."""
    key = f"upload:{copy_id}"
    if queue.is_open(connection, key):
        return
    queue.enqueue(
        connection,
        "dataset.upload",
        key,
        {"copy": copy_id},
        now=now,
        corr=corr,
        lane=BULK,
        lock_key=f"dataset:{dataset}",
    )


class Submit:
    """The handler of `job.submit`. `look_for`: how long a creation without an answer is looked for."""

    def __init__(
        self,
        deps: Deps,
        recorder: Recorder,
        *,
        look_for: timedelta = LOOK_FOR,
        look_every: timedelta = LOOK_EVERY,
    ) -> None:
        self._deps, self._recorder = deps, recorder
        self._needs = Needs(deps, recorder)
        self._look_for, self._look_every = look_for, look_every

    async def __call__(self, task: Task) -> Outcome:
        """Take one step towards a job at the service."""
        number = int(task.payload["job"])
        job = await self._deps.store.read(lambda c: jobs.get(c, number))
        if job is None or job.state not in ("waiting", "submitting"):
            return Done()
        if job.intent_at is not None:
            return await self._look(task, job)
        return await self._gate(task, job) or await self._needs(task, job) or await self._start(task, job)

    async def _start(self, task: Task, job: Job) -> Outcome:
        try:
            await self._deps.people.require(Actor(team_id=job.team_id, user_id=job.requester))
        except Denied as error:
            return self._no(job, task, {"kind": "denied", "code": error.code, "message": ""})
        files = await self._deps.store.write(
            lambda c: data_at_service(c, job, now=self._deps.clock.now(), corr=task.corr)
        )
        if files.failed is not None:
            return self._no(job, task, {"kind": "data_not_taken", "message": "", **files.failed})
        if files.waiting or files.train is None:
            # The upload's end pulls this task forward; the wait is only a safety net.
            return Again(self._now() + DATA_EVERY)
        return await self._needs.of_order(task, job, spec_of(job, files)) or await self._send(
            task, job, files
        )

    def give_up(self, connection: Connection, task: Task, error: str) -> None:
        """Parked: the starter is told, or asked where a request may have arrived."""
        number = int(task.payload["job"])
        job = jobs.get(connection, number)
        if job is None or job.state not in ("waiting", "submitting"):
            return
        now = self._now()
        if job.intent_at is not None:
            self._recorder.uncertain(connection, number, now=now)
            return
        code = error.partition("(")[0]
        failure = {"kind": code, "code": code, "message": ""}
        self._recorder.refused(connection, number, failure, now=now, corr=task.corr)

    async def _gate(self, task: Task, job: Job) -> Outcome | None:
        """What keeps a job from starting that somebody has to approve; None = it may go on."""
        request = await self._deps.store.read(lambda c: gate.request_of(c, job))
        if request is None or request.state == "approved":
            return None
        if not request.decided:
            # The decision pulls this task forward; the wait is only a safety net.
            return Again(max(request.closes_at, self._now()) + DECIDED_BY)
        if request.state == "withdrawn":
            return Done(lambda c: self._withdrawn(c, job, request, task))
        why = (request.decision or {}).get("reason", "")
        return self._no(job, task, {"kind": "not_approved", "code": request.state, "message": why})

    def _withdrawn(self, connection: Connection, job: Job, request: Request, task: Task) -> None:
        fresh = jobs.get(connection, job.id)
        if fresh is None or fresh.state != "waiting":
            return
        now, by = self._now(), request.requester
        jobs.change(
            connection, job.id, now=now, state="cancelled", state_at=now, finished_at=now, collected_at=now
        )
        small.record(
            connection,
            at=now,
            actor=by,
            via="task",
            action="job.cancel",
            subject=job.label,
            before=fresh.state,
            after="cancelled",
            corr=task.corr,
        )
        self._recorder.cancelled(connection, job.id, by=by, now=now)

    async def _send(self, task: Task, job: Job, files: Files) -> Outcome:
        spec = spec_of(job, files)
        intent_at = job.intent_at or self._now()
        if not await self._deps.store.write(lambda c: self._intend(c, job, task, intent_at)):
            return Again(self._now())
        try:
            remote = await self._deps.provider(job.connection).submit(spec)
        except OutcomeUnknown:
            return Again(self._now() + self._look_every / 5)
        except (Throttled, Unavailable):
            await self._deps.store.write(lambda c: self._not_sent(c, job.id, task))
            raise
        except (Refused, Unsupported) as error:
            if error.code in DATA_GONE and DATA_SENT_AGAIN not in job.asked:
                return self._data_again(job, task)
            kept = {
                "code": error.answer.code or error.code,
                "message": error.answer.message,
                "request_id": error.answer.request_id,
                "reason": error.code,
                "param": "",
            }
            return self._no(job, task, kept)
        return self._adopted(job, task, remote, asked_at=intent_at)

    def _intend(self, connection: Connection, job: Job, task: Task, at: datetime) -> bool:
        queue.extend(connection, task, now=at)
        fresh = jobs.get(connection, job.id)
        if fresh is None or fresh.state not in ("waiting", "submitting") or gate.undecided(connection, fresh):
            return False
        asked = _without_wait(fresh)
        jobs.change(connection, job.id, now=at, intent_at=at, state="submitting", state_at=at, asked=asked)
        return True

    def _not_sent(self, connection: Connection, number: int, task: Task) -> None:
        """Certain that nothing was made: the intent is taken back, and the job can be cancelled while it waits."""
        now = self._now()
        queue.extend(connection, task, now=now)
        job = jobs.get(connection, number)
        asked = {**(job.asked if job else {}), WAITS: "service"}
        jobs.change(connection, number, now=now, intent_at=None, state="waiting", state_at=now, asked=asked)

    def _data_again(self, job: Job, task: Task) -> Outcome:
        """The service does not know the files any more (somebody deleted them there): they are sent once more."""

        def apply(connection: Connection) -> None:
            now = self._now()
            self._not_sent(connection, job.id, task)
            fresh = jobs.get(connection, job.id) or job
            jobs.note(connection, job.id, asked={**_without_wait(fresh), DATA_SENT_AGAIN: now.isoformat()})
            for number in (job.train, job.valid):
                copy = datasets.copy_at(connection, number, job.connection) if number is not None else None
                if copy is not None and copy.state == "processed":
                    datasets.send_again(connection, copy, now=now)
                    plant_upload(connection, copy.id, copy.dataset, now=now, corr=task.corr)

        return Again(self._now() + DATA_EVERY, apply)

    async def _look(self, task: Task, job: Job) -> Outcome:
        """Nobody knows whether the request arrived: search before anything else."""
        sent_at = job.intent_at or self._now()
        asked_at = self._now()
        if job.asked.get(WAITS) != "answer":
            until = (sent_at + self._look_for).isoformat()
            await self._deps.store.write(lambda c: self._looking(c, job.id, task, until, asked_at))
        files = await self._deps.store.read(lambda c: data_sent(c, job))
        found: Sequence[RemoteJob] = ()
        provider: Provider | None = None
        if files.train is not None:
            provider = self._deps.provider(job.connection)
            found = await provider.find_job(spec_of(job, files), made_since(job))
        ours = await self._deps.store.read(
            lambda c: jobs.known_ids(c, job.connection, [one.id for one in found])
        )
        candidates = [one for one in found if one.id not in ours]
        if candidates:
            return self._adopted(
                job, task, min(candidates, key=lambda one: one.created_at), asked_at=asked_at
            )
        if abs(asked_at - sent_at) < self._look_for:
            if provider is not None and provider.capabilities.resubmit:
                # The service knows the job by our key: creating it again cannot make a second one.
                return await self._send(task, job, files)
            return Again(self._now() + self._look_every)
        return Done(lambda c: self._recorder.uncertain(c, job.id, now=self._now()))

    def _looking(self, connection: Connection, number: int, task: Task, until: str, now: datetime) -> None:
        """The card says that no answer came, and until when it is looked for."""
        queue.extend(connection, task, now=now)
        fresh = jobs.get(connection, number)
        if fresh is not None:
            asked = {**fresh.asked, WAITS: "answer", WAITS_UNTIL: until}
            jobs.change(connection, number, now=now, asked=asked)

    def _adopted(self, job: Job, task: Task, remote: RemoteJob, *, asked_at: datetime) -> Outcome:
        now = self._now()

        def apply(connection: Connection) -> None:
            jobs.change(
                connection,
                job.id,
                now=now,
                remote_id=remote.id,
                submitted_at=remote.created_at,
                asked=_without_wait(job),
            )
            jobs.forget_foreign(connection, job.connection, remote.id)
            small.record(
                connection,
                at=now,
                actor=job.requester,
                via="task",
                action="job.created",
                subject=job.label,
                after={"remote_id": remote.id, "connection": job.connection},
                corr=task.corr,
            )
            self._recorder.observed(connection, job.id, remote, asked_at=asked_at, now=now, corr=task.corr)
            near = self._deps.settings.limits.poll_near_seconds
            poll_soon(connection, job.connection, now=now, seconds=min(5.0, near), corr=task.corr)

        return Done(apply)

    def _no(self, job: Job, task: Task, failure: Mapping[str, Any]) -> Outcome:
        return Done(lambda c: self._recorder.refused(c, job.id, failure, now=self._now(), corr=task.corr))

    def _now(self) -> datetime:
        return self._deps.clock.now()


def _without_wait(job: Job) -> dict[str, Any]:
    return {name: value for name, value in job.asked.items() if name not in (WAITS, WAITS_UNTIL)}


def made_since(job: Job) -> datetime:
    """The earliest moment by the service's clock at which a job that was asked for without an answer can be made."""
    first = job.asked.get(FIRST_INTENT)
    earliest = datetime.fromisoformat(first) if first else job.intent_at or job.created_at
    return earliest - CLOCKS_DIFFER


def spec_of(job: Job, files: Files) -> JobSpec:
    """The request for a job, the same at every look."""
    return JobSpec(
        model=job.base_model,
        training_file=files.train or "",
        validation_file=files.valid,
        training_type=job.training_type,
        method=job.method,
        hyperparameters=dict(job.hyper),
        seed=job.seed,
        suffix=job.suffix,
        key=key_of(job),
        label=job.label,
        requester=job.requester,
        examples=files.examples,
    )


def key_of(job: Job) -> str:
    """The same at every attempt and for no other job: our number and a digest of the intent (letters, digits, `-`)."""
    digest = hashlib.sha256(job.intent_key.encode()).hexdigest()[:12]
    return f"tunesmith-{job.label.lower()}-{digest}"
