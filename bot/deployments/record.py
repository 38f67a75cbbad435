"""Writing what becomes of a deployment, together with what follows from it: messages, audit, further work.

All functions run inside one transaction, on the row as it is then. What was observed is held against the row that was
read before anything was asked (`unmoved`): once its state has changed since, the observation changes nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, select

from bot.config.settings import Settings
from bot.deployments.facts import deployment_facts
from bot.deps import Deps
from bot.errors import BotError, ServiceSays
from bot.facts.deployment_notices import DeploymentFailed, DeploymentGone, TakeDownFailed, TakenDown
from bot.facts.deployments import DeploymentFacts, ProblemFacts
from bot.facts.notice import Notice
from bot.ids import deployment_name
from bot.store import deployments, people, requests, small
from bot.store.deployments import Deployment
from bot.store.work_tables import message_ref
from bot.work import card_rows, outbox_rows
from bot.work.outbox_rows import Target
from providers.base import Provider
from providers.errors import ProviderError
from providers.hosting import Hosting, RemoteDeployment

INTENT_TAG, REQUEST_TAG = "tunesmith-intent", "tunesmith-request"
DIGEST = "digest"
"""In `asked`: the digest of what was approved when the roll-out began."""
TRIES = "tries"
"""In `asked`: how often somebody had it tried again."""
SUCCESSOR = "successor"
"""In `asked`: number of the deployment that answers in its place, while `take_down_at` stands."""
BOT = "tunesmith"
"""The actor of what the program does by itself."""


def lock_of(number: int) -> str:
    """One task at a time works on a deployment."""
    return f"deployment:P{number}"


def hosting_of(deps: Deps, connection: str) -> Hosting | None:
    """Where a connection's deployments are managed; None when the configuration does not say so (any more)."""
    provider = deps.providers.get(connection)
    return provider.hosting if provider is not None else None


def unmoved(fresh: Deployment | None, seen: Deployment) -> bool:
    """Whether the state is still the one in which something was asked."""
    return fresh is not None and (fresh.state, fresh.state_at) == (seen.state, seen.state_at)


def problem_of(error: ProviderError | BotError) -> ProblemFacts:
    """What is told of an error: our code, the service's own words."""
    words, request_id = "", ""
    if isinstance(error, ProviderError | ServiceSays):
        words, request_id = error.answer.message, error.answer.request_id
    return ProblemFacts(code=error.code, params=dict(error.params), text=words, request_id=request_id)


def parked_problem(error: str) -> ProblemFacts:
    """The problem of parked work, from the line that the worker keeps (`code(params)`)."""
    return ProblemFacts(code=error.partition("(")[0].strip())


def seen_remote(remote: RemoteDeployment) -> dict[str, Any]:
    """Columns that hold how the service tells it."""
    return {
        "remote": msgspec.to_builtins(remote),
        "raw_state": remote.raw_state,
        "created_remote": remote.created_at,
    }


@dataclass(frozen=True, slots=True)
class DeploymentRecorder:
    """Writes deployments. Holds what facts and messages need."""

    settings: Settings
    providers: Mapping[str, Provider]

    def facts(self, connection: Connection, number: int, *, now: datetime) -> DeploymentFacts:
        """Facts of a deployment that exists."""
        found = deployments.get(connection, number)
        if found is None:
            raise LookupError(number)
        return deployment_facts(connection, found, self.settings, self.providers, now=now)

    def locale(self, connection: Connection, user: str) -> str:
        """The language to speak to a person in."""
        person = people.get(connection, user)
        return person.member.locale if person and person.member.locale else "en"

    def tell(
        self, connection: Connection, user: str, number: int, what: str, notice: Notice, *, now: datetime
    ) -> bool:
        """Say something to a person, once for each `what`; False when it was said before."""
        label = deployment_name(number)
        key = f"deployment:{label}:{what}:{user}"
        locale = self.locale(connection, user)
        return outbox_rows.say(connection, key, notice, Target(user=user), now=now, locale=locale)

    def tell_owner(
        self, connection: Connection, found: Deployment, what: str, notice: Notice, *, now: datetime
    ) -> None:
        """Say something to whom it belongs; to the approvers where nobody is known."""
        if found.owner is not None:
            self.tell(connection, found.owner, found.id, what, notice, now=now)
            return
        target = Target(channel=self.settings.slack.approvals_channel or self.settings.slack.channel)
        outbox_rows.say(connection, f"deployment:{found.label}:{what}", notice, target, now=now)

    def tell_thread(
        self, connection: Connection, found: Deployment, what: str, notice: Notice, *, now: datetime
    ) -> None:
        """Say something in the thread of the request that it was approved with; nothing without one."""
        request = requests.get(connection, found.request) if found.request else None
        if request is None:
            return
        outbox_rows.say(
            connection,
            f"deployment:{found.label}:{what}:thread",
            notice,
            Target(channel=self.settings.slack.approvals_channel or self.settings.slack.channel),
            now=now,
            parent_key=requests.card_key(request.id, request.round),
        )

    def ensure_card(self, connection: Connection, found: Deployment, *, now: datetime) -> None:
        """The deployment's card in the bot's channel: everybody sees what is there, wherever it was asked for."""
        key = deployments.card_key(found.id)
        if connection.execute(select(message_ref.c.id).where(message_ref.c.key == key)).first() is None:
            place_card(connection, found.id, found.team_id, self.settings.slack.channel, now=now)

    def audit(
        self,
        connection: Connection,
        found: Deployment,
        action: str,
        *,
        now: datetime,
        corr: str,
        actor: str = BOT,
        via: str = "task",
        before: Any = None,
        after: Any = None,
    ) -> None:
        """Append to the audit."""
        small.record(
            connection,
            at=now,
            actor=actor,
            via=via,
            action=action,
            subject=found.label,
            before=before,
            after=after,
            corr=corr,
        )

    def failed(
        self,
        connection: Connection,
        seen: Deployment,
        problem: ProblemFacts,
        *,
        now: datetime,
        corr: str,
        **values: Any,
    ) -> None:
        """It could not be rolled out: the owner and the request's thread are told why, and what to do."""
        fresh = deployments.get(connection, seen.id)
        if fresh is None or not unmoved(fresh, seen):
            return
        deployments.change(
            connection,
            seen.id,
            now=now,
            **{"state": "failed", "failure": problem.model_dump(), "operation": None, **values},
        )
        self.audit(
            connection,
            fresh,
            "deployment.failed",
            now=now,
            corr=corr,
            before=fresh.state,
            after={"code": problem.code, "request_id": problem.request_id},
        )
        self._say_failed(connection, fresh, f"failed:v{fresh.version}", now=now)

    def trouble(
        self, connection: Connection, seen: Deployment, problem: ProblemFacts, *, now: datetime
    ) -> None:
        """It is at the service and does not answer yet: told once for each reason, and it stays as it is."""
        fresh = deployments.get(connection, seen.id)
        if fresh is None or not unmoved(fresh, seen) or (fresh.failure or {}).get("code") == problem.code:
            return
        deployments.change(connection, seen.id, now=now, failure=problem.model_dump())
        what = f"trouble:{problem.code}:{fresh.state_at.timestamp():.0f}:{fresh.asked.get(TRIES, 0)}"
        self._say_failed(connection, fresh, what, now=now)

    def _say_failed(self, connection: Connection, found: Deployment, what: str, *, now: datetime) -> None:
        notice = DeploymentFailed(deployment=self.facts(connection, found.id, now=now))
        self.tell_owner(connection, found, what, notice, now=now)
        self.tell_thread(connection, found, what, notice, now=now)

    def taken_down(
        self,
        connection: Connection,
        seen: Deployment,
        *,
        why: str,
        by: str | None,
        now: datetime,
        corr: str,
    ) -> None:
        """It is no longer there, because of us."""
        fresh = deployments.get(connection, seen.id)
        if fresh is None or not unmoved(fresh, seen):
            return
        self._gone(connection, fresh, why, now=now, corr=corr, by=by)
        notice = TakenDown(deployment=self.facts(connection, fresh.id, now=now), by=by)
        what = f"taken_down:{fresh.incarnation}"
        self.tell_owner(connection, fresh, what, notice, now=now)
        if by is not None and by != fresh.owner:
            self.tell(connection, by, fresh.id, what, notice, now=now)

    def vanished(self, connection: Connection, seen: Deployment, *, now: datetime, corr: str) -> None:
        """It is no longer there, and we did not do that."""
        fresh = deployments.get(connection, seen.id)
        if fresh is None or not unmoved(fresh, seen):
            return
        self._gone(connection, fresh, "elsewhere", now=now, corr=corr, by=None)
        notice = DeploymentGone(deployment=self.facts(connection, fresh.id, now=now))
        self.tell_owner(connection, fresh, f"gone:{fresh.incarnation}", notice, now=now)

    def _gone(
        self, connection: Connection, fresh: Deployment, why: str, *, now: datetime, corr: str, by: str | None
    ) -> None:
        deployments.change(
            connection,
            fresh.id,
            now=now,
            state="gone",
            gone_at=now,
            gone_why=why,
            operation=None,
            take_down_at=None,
            keep_until=None,
        )
        self.audit(
            connection,
            fresh,
            "deployment.gone",
            now=now,
            corr=corr,
            actor=by or BOT,
            before=fresh.state,
            after=why,
        )
        self.spare_replaced(connection, fresh, now=now)

    def spare_replaced(self, connection: Connection, successor: Deployment, *, now: datetime) -> None:
        """What was to go because this one answers stays, now that this one is gone."""
        old = deployments.get(connection, successor.replaces) if successor.replaces else None
        waits = old is not None and old.take_down_at is not None and old.state != "gone"
        if old is not None and waits and old.asked.get(SUCCESSOR) == successor.id:
            self.spare(connection, old, successor.title, now=now)

    def spare(self, connection: Connection, old: Deployment, successor: str, *, now: datetime) -> None:
        """It is not taken down as planned, because its successor (a title) is gone; whoever has it hears that."""
        deployments.change(connection, old.id, now=now, take_down_at=None)
        if old.state == "removing":
            return  # somebody wanted that for another reason, and hears of it
        params: dict[str, str | int | float] = {"deployment": old.title, "successor": successor}
        notice = TakeDownFailed(
            deployment=self.facts(connection, old.id, now=now),
            problem=ProblemFacts(code="successor_gone", params=params),
        )
        self.tell_owner(connection, old, f"spared:v{old.version}", notice, now=now)


def place_card(connection: Connection, number: int, team_id: str, channel: str, *, now: datetime) -> None:
    """Make sure that a deployment's card exists, and mark it as changed."""
    key, label = deployments.card_key(number), deployment_name(number)
    card_rows.place(connection, key, "deployment", label, team_id, Target(channel=channel), now=now)
