"""Builds the present look of live cards and of the Home tab from the store."""

from collections.abc import Mapping

from sqlalchemy import Connection

from bot.chat import Rendered
from bot.datasets.facts import dataset_facts
from bot.deps import Deps
from bot.facts.forms import HomeFacts
from bot.facts.jobs import JobFacts
from bot.ids import number_of
from bot.store import datasets, jobs, people
from bot.training.facts import job_facts

HOME_ROWS = 10


class StorePainter:
    """The painter that `bot.work.cards` asks."""

    def __init__(self, deps: Deps) -> None:
        self._deps = deps

    async def paint(self, purpose: str, subject: str) -> Rendered | None:
        """A job's or a dataset's card; None when it does not exist."""
        return await self._deps.store.read(lambda c: self._paint(c, purpose, subject))

    def _paint(self, connection: Connection, purpose: str, subject: str) -> Rendered | None:
        if purpose == "job":
            job = jobs.get(connection, number_of(subject, "J") or 0)
            if job is None:
                return None
            return self._deps.renderer.job_card(
                self.job(connection, job), self._locale(connection, job.requester)
            )
        found = datasets.get(connection, number_of(subject, "D") or 0)
        if found is None:
            return None
        facts = dataset_facts(connection, found, self._deps.settings)
        return self._deps.renderer.dataset_card(facts, self._locale(connection, found.owner))

    def job(self, connection: Connection, job: jobs.Job) -> JobFacts:
        """Facts of a job, progress by the clock included."""
        return job_facts(
            connection, job, self._deps.settings, self._deps.providers, now=self._deps.clock.now()
        )

    async def paint_home(self, user: str) -> Mapping[str, object]:
        """A person's Home tab."""
        facts, locale = await self._deps.store.read(lambda c: self._home(c, user))
        return self._deps.renderer.home(facts, locale)

    def _home(self, connection: Connection, user: str) -> tuple[HomeFacts, str]:
        person = people.get(connection, user)
        team = person.member.team_id if person else ""
        denied = self._deps.people.last_denial(connection, user)
        allowed = denied is None
        mine, total = jobs.listed(connection, team, requester=user, limit=HOME_ROWS)
        data = datasets.of_owner(connection, team, user, limit=HOME_ROWS + 1)
        changed = [one.updated_at for one in mine] + [one.created_at for one in data]
        facts = HomeFacts(
            user=user,
            allowed=allowed,
            denied=denied or "",
            jobs=tuple(self.job(connection, job) for job in mine) if allowed else (),
            datasets=tuple(
                dataset_facts(connection, one, self._deps.settings)
                for one in (data[:HOME_ROWS] if allowed else ())
            ),
            more_jobs=max(0, total - len(mine)),
            more_datasets=max(0, len(data) - HOME_ROWS),
            at=max(changed, default=self._deps.clock.now()),
        )
        return facts, self._locale(connection, user)

    def _locale(self, connection: Connection, user: str) -> str:
        person = people.get(connection, user)
        return person.member.locale if person and person.member.locale else "en"
