"""Builds the present look of live cards and of the Home tab from the store."""

from collections.abc import Mapping
from typing import Literal

from sqlalchemy import Connection

from bot.approvals.facts import request_facts, waiting_for
from bot.approvals.own_settings import decides
from bot.chat import Rendered
from bot.datasets.facts import dataset_facts
from bot.deployments.facts import deployment_facts
from bot.deployments.listing import all_facts
from bot.deps import Deps
from bot.facts.deployments import DeploymentFacts
from bot.facts.forms import HomeFacts
from bot.facts.jobs import JobFacts
from bot.facts.requests import RequestFacts
from bot.ids import number_of
from bot.people import Actor
from bot.store import datasets, deployments, jobs, people, requests
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
        if purpose == "deployment":
            return self._deployment(connection, subject)
        if purpose in ("request", "request_own"):
            return self._request(connection, purpose, subject)
        found = datasets.get(connection, number_of(subject, "D") or 0)
        if found is None:
            return None
        facts = dataset_facts(connection, found, self._deps.settings, self._deps.providers)
        return self._deps.renderer.dataset_card(facts, self._locale(connection, found.owner))

    def _deployment(self, connection: Connection, subject: str) -> Rendered | None:
        """A deployment's card, in its owner's language."""
        found = deployments.get(connection, number_of(subject, "P") or 0)
        if found is None:
            return None
        settings, providers, now = self._deps.settings, self._deps.providers, self._deps.clock.now()
        facts = deployment_facts(connection, found, settings, providers, now=now)
        locale = self._locale(connection, found.owner) if found.owner else "en"
        return self._deps.renderer.deployment_card(facts, locale)

    def _request(self, connection: Connection, purpose: str, subject: str) -> Rendered | None:
        """A round's copy for the approvers (`A31:2`), or the requester's own (`A31`)."""
        label, _, n = subject.partition(":")
        request = requests.get(connection, number_of(label, "A") or 0)
        if request is None:
            return None
        facts = request_facts(
            connection,
            request,
            self._deps.settings,
            now=self._deps.clock.now(),
            shown_round=int(n) if n else None,
        )
        locale = self._locale(connection, request.requester)
        if purpose == "request_own":
            return self._deps.renderer.own_request(facts, locale)
        return self._deps.renderer.request_card(facts, locale)

    def _requests(
        self, connection: Connection, user: str, team: str
    ) -> tuple[tuple[RequestFacts, ...], tuple[RequestFacts, ...]]:
        """(what this person can decide about now, what they asked for and waits)."""
        settings, now = self._deps.settings, self._deps.clock.now()
        groups = self._deps.people.known_groups(connection, user)
        waiting = waiting_for(connection, user, settings, groups)[:HOME_ROWS]
        asked = requests.listed(connection, team, waiting=True, requester=user, limit=HOME_ROWS)
        return (
            tuple(request_facts(connection, one, settings, now=now) for one in waiting),
            tuple(request_facts(connection, one, settings, now=now) for one in asked),
        )

    def _hosted(
        self, connection: Connection, user: str, team: str, *, everything: bool
    ) -> list[DeploymentFacts]:
        """Deployments that are not gone, the next to be deleted first: a person's own, or everybody's.

        Those that failed come last; they wait for another try or a new request.
        """
        deps, actor = self._deps, Actor(team_id=team, user_id=user)
        scope: Literal["mine", "all"] = "all" if everything else "mine"
        found = all_facts(connection, actor, deps.settings, deps.providers, scope, now=deps.clock.now())
        return [one for one in found if one.state != "gone"]

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
        waiting, asked = self._requests(connection, user, team)
        approver = person is not None and decides(self._deps.settings, person.member, person.groups)
        hosted = self._hosted(connection, user, team, everything=approver) if allowed or approver else []
        facts = HomeFacts(
            user=user,
            allowed=allowed,
            denied=denied or "",
            approver=approver,
            jobs=tuple(self.job(connection, job) for job in mine) if allowed else (),
            datasets=tuple(
                dataset_facts(connection, one, self._deps.settings, self._deps.providers)
                for one in (data[:HOME_ROWS] if allowed else ())
            ),
            more_jobs=max(0, total - len(mine)),
            more_datasets=max(0, len(data) - HOME_ROWS),
            waiting=waiting,
            asked=asked,
            deployments=tuple(hosted[:HOME_ROWS]),
            more_deployments=max(0, len(hosted) - HOME_ROWS),
            # the newest change of what is shown would go back when the newest leaves
            at=self._deps.clock.now(),
        )
        return facts, self._locale(connection, user)

    def _locale(self, connection: Connection, user: str) -> str:
        person = people.get(connection, user)
        return person.member.locale if person and person.member.locale else "en"
