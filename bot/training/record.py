"""Writing what was observed of a job, together with what follows from it: messages, audit, further work.

All functions run inside one transaction, on the row as it is then.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from bot.config.settings import Settings
from bot.facts.notice import Notice
from bot.facts.notices import JobCancelled, JobFailed, JobMoved, JobPendingLong, JobUncertain
from bot.store import jobs, people, small
from bot.store.jobs import Job
from bot.training.facts import job_facts
from bot.training.states import advance
from bot.work import card_rows, outbox_rows, queue
from bot.work.outbox_rows import Target
from bot.work.tasks import BULK, POLL
from providers.base import Provider, RemoteJob


@dataclass(frozen=True, slots=True)
class Recorder:
    """Writes jobs. Holds what facts and messages need."""

    settings: Settings
    providers: Mapping[str, Provider]

    def observed(
        self,
        connection: Connection,
        number: int,
        remote: RemoteJob,
        *,
        asked_at: datetime,
        now: datetime,
        corr: str,
    ) -> None:
        """Apply what the service said of a job."""
        job = jobs.get(connection, number)
        if job is None:
            return
        step = advance(job, remote, asked_at=asked_at)
        if not step.values:
            return
        jobs.change(connection, number, now=now, **step.values)
        if step.moved is None:
            return
        before, after = step.moved
        small.record(
            connection,
            at=now,
            actor="tunesmith",
            via="poll",
            action=f"job.{after}",
            subject=job.label,
            before=before,
            after=after,
            corr=corr,
        )
        if not step.ended:
            moved = JobMoved(
                job=self.facts(connection, number, now=now), before=before, after=after, at=asked_at
            )
            self.tell(connection, number, f"moved:{job.version}", moved, now=now)
            return
        # The end is told when the log and the curves are there: they belong into the same message.
        queue.enqueue(
            connection,
            "job.collect",
            f"collect:{job.label}",
            {"job": number},
            now=now,
            corr=corr,
            lane=BULK,
            lock_key=f"job:{number}",
        )

    def facts(self, connection: Connection, number: int, *, now: datetime) -> Any:
        """Facts of a job that exists."""
        job = jobs.get(connection, number)
        if job is None:
            raise LookupError(number)
        return job_facts(connection, job, self.settings, self.providers, now=now)

    def tell(
        self, connection: Connection, number: int, what: str, notice: Notice, *, now: datetime, **more: Any
    ) -> None:
        """Say something in the job's thread, once for each `what`."""
        job = jobs.get(connection, number)
        if job is None:
            raise LookupError(number)
        self.ensure_card(connection, job, now=now)
        outbox_rows.say(
            connection,
            f"job:{job.label}:{what}",
            notice,
            Target(channel=job.channel),
            now=now,
            parent_key=jobs.card_key(number),
            locale=self.locale(connection, job.requester),
            **more,
        )

    def tell_privately(
        self, connection: Connection, job: Job, what: str, notice: Notice, *, now: datetime
    ) -> None:
        """Say something to the starter alone, once for each `what`."""
        outbox_rows.say(
            connection,
            f"job:{job.label}:{what}",
            notice,
            Target(user=job.requester),
            now=now,
            locale=self.locale(connection, job.requester),
        )

    def ensure_card(self, connection: Connection, job: Job, *, now: datetime) -> None:
        """The job's card in its channel."""
        key = jobs.card_key(job.id)
        if card_rows.where(connection, key) is None:
            card_rows.place(
                connection, key, "job", job.label, job.team_id, Target(channel=job.channel), now=now
            )

    def locale(self, connection: Connection, user: str) -> str:
        """The language to speak to a person in."""
        person = people.get(connection, user)
        return person.member.locale if person and person.member.locale else "en"

    def refused(
        self, connection: Connection, number: int, failure: Mapping[str, Any], *, now: datetime, corr: str
    ) -> None:
        """The service (or a rule of ours) will not create the job."""
        job = jobs.get(connection, number)
        if job is None or job.ended:
            return
        jobs.change(
            connection,
            number,
            now=now,
            state="refused",
            state_at=now,
            finished_at=now,
            collected_at=now,
            failure=dict(failure),
        )
        small.record(
            connection,
            at=now,
            actor="tunesmith",
            via="task",
            action="job.refused",
            subject=job.label,
            before=job.state,
            after="refused",
            corr=corr,
        )
        self.tell(
            connection, number, "ended", JobFailed(job=self.facts(connection, number, now=now)), now=now
        )

    def uncertain(self, connection: Connection, number: int, *, now: datetime) -> None:
        """Two minutes of looking did not tell: the starter decides."""
        job = jobs.get(connection, number)
        if job is None or job.remote_id is not None or job.ended:
            return
        jobs.change(connection, number, now=now, state="uncertain", state_at=now)
        since = job.intent_at or job.created_at
        notice = JobUncertain(job=self.facts(connection, number, now=now), since=since)
        self.tell_privately(connection, job, f"uncertain:{since.timestamp():.0f}", notice, now=now)

    def cancelled(self, connection: Connection, number: int, *, by: str | None, now: datetime) -> None:
        """Say that a job was cancelled."""
        facts = self.facts(connection, number, now=now)
        self.tell(connection, number, "ended", JobCancelled(job=facts, by=by), now=now)

    def alert_pending(self, connection: Connection, *, now: datetime) -> None:
        """Tell the starters of jobs that wait too long, once."""
        long_ago = now - timedelta(hours=self.settings.limits.pending_alert_hours)
        for job in jobs.pending_since(connection, long_ago, untold="pending_long"):
            jobs.note(connection, job.id, asked={**job.asked, "pending_long": now.isoformat()})
            waited = int((now - job.state_at).total_seconds() // 3600)
            notice = JobPendingLong(job=self.facts(connection, job.id, now=now), hours=waited)
            self.tell(connection, job.id, "pending_long", notice, now=now)


def poll_soon(connection: Connection, name: str, *, now: datetime, seconds: float, corr: str) -> None:
    """Look at a connection soon."""
    queue.enqueue(
        connection,
        "connection.poll",
        f"poll:{name}",
        {"connection": name},
        now=now,
        corr=corr,
        due_at=now + timedelta(seconds=seconds),
        lane=POLL,
    )
