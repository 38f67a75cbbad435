"""Following the jobs of a connection: one list call per page and tick, details only for jobs that run.

The requests do not grow with the number of jobs that wait (DESIGN section 4). What is wrong with one job does not keep
the others from being followed.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import msgspec
from sqlalchemy import Connection

from bot.deps import Deps
from bot.facts.jobs import Progress
from bot.store import connections, datasets, jobs, records
from bot.store.jobs import Foreign, Job
from bot.training import progress, submit
from bot.training.cadence import next_look
from bot.training.record import Recorder
from bot.training.series import Series, decimate, merge
from bot.work.tasks import Again, Done, Outcome, Task
from providers.base import EventPage, Failure, Point, Provider, Ref, RemoteJob, State
from providers.errors import NotFound, ProviderError, Throttled

PAGE = 100
SPARE_PAGES = 20
"""Pages beyond those that our own jobs fill: other people's jobs stand among them."""
LOOKED_UP = 20
"""Jobs that a complete list does not show, asked for one by one in each look."""
FOREIGN_SINCE = timedelta(days=30)
FAILING_AFTER_LONGEST = 300.0
DETAILED = frozenset({"running", "pausing", "resuming"})


log = logging.getLogger(__name__)
GONE = "not_found"


@dataclass(slots=True)
class Seen:
    """What one tick saw at the service."""

    asked_at: datetime
    jobs: dict[str, RemoteJob] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)
    events: dict[int, EventPage] = field(default_factory=dict)
    complete: bool = False
    come_after: float = 0.0


class Follow:
    """The handler of `connection.poll`."""

    def __init__(self, deps: Deps, recorder: Recorder) -> None:
        self._deps, self._recorder = deps, recorder

    async def __call__(self, task: Task) -> Outcome:
        """Look once at everything that a connection runs."""
        name = str(task.payload["connection"])
        if name not in self._deps.providers:
            return Done()  # the connection left the configuration
        provider = self._deps.provider(name)
        known = await self._deps.store.read(lambda c: jobs.open_at(c, name))
        seen = Seen(self._deps.clock.now())
        try:
            await self._list(provider, known, seen)
        except ProviderError as error:
            return self._failing(name, error)
        try:
            await self._missing(provider, known, seen)
            await self._details(provider, known, seen)
        except Throttled as error:
            # What was seen so far counts; the rest is seen when the service lets us come again.
            seen.come_after = error.retry_after or 0.0
        return Again(
            lambda c: self._next(c, name, seen), lambda c: self._apply(c, name, known, seen, task.corr)
        )

    async def _list(self, provider: Provider, known: Sequence[Job], seen: Seen) -> None:
        wanted = {job.remote_id for job in known if job.remote_id}
        cursor: State | None = None
        for _ in range(len(wanted) // PAGE + SPARE_PAGES):
            page = await provider.jobs(cursor)
            for remote in page.jobs:
                seen.jobs.setdefault(remote.id, remote)
            cursor = page.next
            if cursor is None:
                seen.complete = True
                break
            if wanted <= seen.jobs.keys():
                break

    async def _missing(self, provider: Provider, known: Sequence[Job], seen: Seen) -> None:
        """Ask for jobs that the whole list does not show: just made, or deleted by somebody."""
        if not seen.complete:
            return
        missing = [job.remote_id for job in known if job.remote_id and job.remote_id not in seen.jobs]
        for remote_id in missing[:LOOKED_UP]:
            try:
                seen.jobs[remote_id] = await provider.job(Ref(id=remote_id))
            except Throttled:
                raise
            except NotFound as error:
                if error.code == GONE:
                    seen.gone.add(remote_id)
            except ProviderError as error:
                log.warning("job %s cannot be looked at: %s", remote_id, error)

    async def _details(self, provider: Provider, known: Sequence[Job], seen: Seen) -> None:
        for job in known:
            remote = seen.jobs.get(job.remote_id or "")
            if remote is None or (remote.state not in DETAILED and remote.state == job.state):
                continue
            try:
                seen.events[job.id] = await provider.events(Ref(id=remote.id), job.event_cursor)
            except Throttled:
                raise
            except ProviderError as error:
                log.warning("the log of %s cannot be read now: %s", job.label, error)

    def _apply(self, connection: Connection, name: str, known: Sequence[Job], seen: Seen, corr: str) -> None:
        now = self._deps.clock.now()
        for job in known:
            if job.id in seen.events:
                take_events(connection, job.id, seen.events[job.id], now=now)
            remote = seen.jobs.get(job.remote_id or "")
            if remote is None and job.remote_id in seen.gone:
                remote = _deleted(job, seen.asked_at)
            if remote is not None:
                self._recorder.observed(
                    connection, job.id, remote, asked_at=seen.asked_at, now=now, corr=corr
                )
        ours = self._found_in_doubt(connection, name, seen, now, corr)
        self._note_foreign(connection, name, seen, ours, now)
        connections.note(connection, name, state="healthy", polled_at=now, last_error=None)

    def _found_in_doubt(
        self, connection: Connection, name: str, seen: Seen, now: datetime, corr: str
    ) -> set[str]:
        """The service's jobs that are ones of ours whose creation had no answer: they are not somebody else's."""
        ours: set[str] = set()
        for job in jobs.in_doubt(connection, name):
            since = submit.made_since(job)
            sent = submit.data_sent(connection, job)
            fitting = [
                remote
                for remote in seen.jobs.values()
                if remote.training_file == sent.train
                and remote.seed in (None, job.seed)
                and (remote.suffix or None) == (job.suffix or None)
                and remote.created_at >= since
            ]
            if fitting and job.state == "uncertain":
                # It came late, after the two minutes: taken over as if it had been found within them.
                jobs.change(connection, job.id, now=now, state="submitting", state_at=now)
                submit.plant(connection, job.id, now=now, corr=corr)
            ours.update(remote.id for remote in fitting)
        return ours

    def _note_foreign(
        self, connection: Connection, name: str, seen: Seen, in_doubt: set[str], now: datetime
    ) -> None:
        ours = jobs.known_ids(connection, name, seen.jobs) | in_doubt
        for remote in seen.jobs.values():
            if remote.id in ours or now - remote.created_at > FOREIGN_SINCE:
                continue
            foreign = Foreign(
                connection=name,
                remote_id=remote.id,
                snapshot=msgspec.to_builtins(remote),
                created_at=remote.created_at,
            )
            jobs.see_foreign(connection, foreign, now=now)

    def _next(self, connection: Connection, name: str, seen: Seen) -> datetime:
        limits = self._deps.settings.limits
        now = self._deps.clock.now()
        due = next_look(
            jobs.open_at(connection, name),
            now,
            near=limits.poll_near_seconds,
            far=limits.poll_far_seconds,
            jitter=self._deps.rng.random(),
        )
        return max(due, now + timedelta(seconds=seen.come_after))

    def _failing(self, name: str, error: ProviderError) -> Outcome:
        now = self._deps.clock.now()
        limits = self._deps.settings.limits
        wait: float = limits.poll_near_seconds
        if isinstance(error, Throttled) and error.retry_after is not None:
            wait = error.retry_after

        def due(connection: Connection) -> datetime:
            known = connections.known(connection).get(name)
            failures = int((known.last_error or {}).get("failures", 1)) if known else 1
            longest = max(wait, min(FAILING_AFTER_LONGEST, limits.poll_far_seconds))
            return now + timedelta(seconds=min(max(wait, 1.0) * 2 ** min(failures - 1, 6), longest))

        def apply(connection: Connection) -> None:
            known = connections.known(connection).get(name)
            failures = int((known.last_error or {}).get("failures", 0)) + 1 if known else 1
            kept = {
                "code": error.code,
                "params": dict(error.params),
                "text": error.answer.message,
                "status": error.answer.status,
                "request_id": error.answer.request_id,
                "at": now.isoformat(),
                "failures": failures,
            }
            connections.note(connection, name, state="failing", last_error=kept)

        return Again(due, apply)


def take_events(connection: Connection, number: int, page: EventPage, *, now: datetime) -> None:
    """Keep the log, the measurements in it and the progress they mean."""
    job = jobs.get(connection, number)
    if job is None:
        return
    records.add_events(connection, number, page.events)
    points = [point for event in page.events for point in event.points]
    values: dict[str, object] = {}
    if points:
        take_points(connection, number, points)
        train = datasets.get(connection, job.train) if job.train else None
        hyper = (job.remote or {}).get("hyperparameters") or job.hyper
        fresh = progress.update(
            Progress.model_validate(job.progress), points, hyper, train.examples if train else None
        )
        if fresh.model_dump() != dict(job.progress):
            values["progress"] = fresh.model_dump()
    if page.cursor and page.cursor != job.event_cursor:
        jobs.note(connection, number, event_cursor=page.cursor)
    if values:
        jobs.change(connection, number, now=now, **values)


def take_points(connection: Connection, number: int, points: Sequence[Point]) -> None:
    """Add live measurements to the stored series."""
    stored = {(row["metric"], row["split"]): row for row in records.series(connection, number)}
    known = [Series.from_json(row["points"]) for row in stored.values()]
    touched = {(point.metric, point.split) for point in points}
    for series in merge(known, points):
        if (series.metric, series.split) in touched:
            put_series(connection, number, series, total=len(series), complete=False)


def put_series(connection: Connection, number: int, series: Series, *, total: int, complete: bool) -> None:
    """Store a series thinned out; `total` is its true length."""
    thin = decimate(series)
    records.put_series(
        connection, number, series.metric, series.split, thin.to_json(), total, complete=complete
    )


def _deleted(job: Job, at: datetime) -> RemoteJob:
    """What stands for a job that somebody deleted at the service."""
    return RemoteJob(
        id=job.remote_id or "",
        state="failed",
        raw_state="deleted",
        model=job.base_model,
        created_at=job.submitted_at or job.created_at,
        training_file="",
        finished_at=at,
        failure=Failure(code="job_deleted", message="", param=""),
    )
