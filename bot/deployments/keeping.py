"""Carrying out what `bot.deployments.keep` was asked for: an order is written, then real calls are made in time.

A call is made at once and again before each deletion that lies before the date. How near that is comes from what the
watch saw, so that it follows the service's own records.
"""

from datetime import datetime, timedelta

from sqlalchemy import Connection

from bot.deployments import idle
from bot.deployments.keep import plant
from bot.deployments.record import (
    BOT,
    DeploymentRecorder,
    hosting_of,
    parked_problem,
    problem_of,
    unmoved,
)
from bot.deployments.reminders import plant_until
from bot.deployments.retry import require_owner_or_approver
from bot.deployments.spells import observed_of
from bot.deps import Deps
from bot.errors import BotError, ChatError, Denied, WrongState
from bot.facts.deployment_notices import KeepFailed, Kept
from bot.facts.deployments import ProblemFacts
from bot.people import Actor
from bot.store import deployments, spells
from bot.store.deployments import Deployment
from bot.work.tasks import Again, Done, Outcome, Task
from providers.errors import OutcomeUnknown, ProviderError, Throttled, Unavailable
from providers.hosting import ExpiryRule

HOUR = timedelta(hours=1)
PROMPT = "Reply with one short sentence: are you there?"
TRY_AGAIN = timedelta(minutes=1)
SILENT_FOR = timedelta(minutes=15)
"""A service that is down or busy for so long is worth a word."""
KEEP = "keep"
"""In `asked`: `{by, ordered, called?, failing?}` of the order that holds."""


class Keep:
    """The handler of `deployment.keep`: takes orders, and calls."""

    def __init__(self, deps: Deps, recorder: DeploymentRecorder) -> None:
        self._deps, self._recorder = deps, recorder

    async def __call__(self, task: Task) -> Outcome:
        """Take an order, or call when it is time."""
        number = int(task.payload["deployment"])
        found = await self._deps.store.read(lambda c: deployments.get(c, number))
        if found is None:
            return Done()
        if "until" in task.payload:
            return await self._take(task, found)
        if found.state != "live" or found.keep_until is None:
            return Done()
        return await self._keep(task, found, found.keep_until)

    def give_up(self, connection: Connection, task: Task, error: str) -> None:
        """Parked: whoever wanted it kept is told."""
        found = deployments.get(connection, int(task.payload["deployment"]))
        if found is not None and found.state == "live":
            self._say_failed(connection, task, found, parked_problem(error))

    async def _take(self, task: Task, found: Deployment) -> Outcome:
        actor = Actor(team_id=task.payload["team"], user_id=task.payload["user"])
        try:
            if found.state != "live":
                params = {"deployment": found.title, "action": "keep", "state": found.state}
                return self._failed(task, found, WrongState("deployment_state", params))
            if not task.payload["member"]:
                await require_owner_or_approver(self._deps, actor, found)
        except ChatError:
            raise
        except Denied as error:
            return self._failed(task, found, error)
        until = datetime.fromisoformat(task.payload["until"])
        return Done(lambda c: self._ordered(c, task, found, until))

    def _ordered(self, connection: Connection, task: Task, found: Deployment, until: datetime) -> None:
        fresh = deployments.get(connection, found.id)
        if fresh is None or not unmoved(fresh, found):
            return
        now, by = self._now(), task.payload["user"]
        # Keeping is also an answer to "wanted until", and to the take-down of what was replaced.
        wanted = max(until, fresh.until) if fresh.until is not None else None
        deployments.change(
            connection,
            fresh.id,
            now=now,
            keep_until=until,
            until=wanted,
            take_down_at=None,
            asked={**fresh.asked, KEEP: {"by": by, "ordered": now.isoformat()}},
        )
        self._recorder.audit(
            connection,
            fresh,
            "deployment.keep",
            now=now,
            corr=task.corr,
            actor=by,
            via="approval" if task.payload.get("request") else "button",
            after={"until": until.isoformat(), "request": task.payload.get("request")},
        )
        plant(connection, fresh.id, now=now, corr=task.corr)
        if wanted is not None:
            changed = deployments.get(connection, fresh.id) or fresh
            plant_until(connection, changed, now=now, corr=task.corr)

    async def _keep(self, task: Task, found: Deployment, until: datetime) -> Outcome:
        hosting = hosting_of(self._deps, found.connection)
        if hosting is None:
            return self._failed(task, found, BotError("no_hosting", {"connection": found.connection}))
        rule = next((one for one in idle.rules_for(hosting.rules, found.sku) if one.id == "idle"), None)
        now = self._now()
        soon = now + timedelta(minutes=self._deps.settings.watch.look_minutes)
        called = (found.asked.get(KEEP) or {}).get("called")
        if called and now >= until:
            return Done(lambda c: self._over(c, found))
        if called:
            due = call_due(found, rule, self._margin(rule), until)
            if due is None or due > now:
                # What the watch sees may bring the deletion nearer: it is looked at as often as the watch looks.
                return Again(min(due or until, until, soon))
        try:
            await hosting.call(found.name, PROMPT)
        except (Throttled, Unavailable, OutcomeUnknown) as error:
            wait = error.retry_after if isinstance(error, Throttled) else None
            pause = max(TRY_AGAIN, timedelta(seconds=wait or 0))
            problem = problem_of(error)
            return Again(self._now() + pause, lambda c: self._unanswered(c, task, found, problem))
        except ProviderError as error:
            problem = problem_of(error)
            return Again(self._now() + HOUR, lambda c: self._say_failed(c, task, found, problem))
        return Again(soon, lambda c: self._answered(c, task, found, first=not called))

    def _margin(self, rule: ExpiryRule | None) -> timedelta:
        """So long before a deletion it is called: before anybody would be warned."""
        warned = max(self._deps.settings.watch.warn_days, default=0)
        margin = timedelta(days=warned + 1)
        return min(margin, rule.after / 2) if rule is not None else margin

    def _answered(self, connection: Connection, task: Task, found: Deployment, *, first: bool) -> None:
        fresh = deployments.get(connection, found.id)
        if fresh is None or not unmoved(fresh, found):
            return
        now = self._now()
        order = {**(fresh.asked.get(KEEP) or {}), "called": now.isoformat()}
        order.pop("failing", None)
        deployments.change(connection, fresh.id, now=now, kept_at=now, asked={**fresh.asked, KEEP: order})
        # A call is what ends a spell; the next look begins another one.
        spell = spells.open_of(connection, [fresh.id])[fresh.id].get("idle")
        if spell is not None:
            spells.end(connection, spell.id, now=now)
        self._recorder.audit(
            connection, fresh, "deployment.kept", now=now, corr=task.corr, after=order.get("by") or BOT
        )
        if first:
            by = order.get("by")
            notice = Kept(deployment=self._recorder.facts(connection, fresh.id, now=now), by=by)
            self._tell(connection, fresh, f"kept:{order.get('ordered')}", notice, by, now=now)

    def _unanswered(
        self, connection: Connection, task: Task, found: Deployment, problem: ProblemFacts
    ) -> None:
        """Down or busy: told when that lasts."""
        fresh = deployments.get(connection, found.id)
        if fresh is None or not unmoved(fresh, found):
            return
        now = self._now()
        order = dict(fresh.asked.get(KEEP) or {})
        since = datetime.fromisoformat(order.setdefault("failing", now.isoformat()))
        deployments.note(connection, fresh.id, asked={**fresh.asked, KEEP: order})
        if now - since >= SILENT_FOR:
            self._say_failed(connection, task, found, problem)

    def _over(self, connection: Connection, found: Deployment) -> None:
        """The date has come: it is called no more."""
        fresh = deployments.get(connection, found.id)
        if fresh is not None and fresh.keep_until == found.keep_until:
            deployments.change(connection, fresh.id, now=self._now(), keep_until=None)

    def _failed(self, task: Task, found: Deployment, error: BotError) -> Outcome:
        return Done(lambda c: self._say_failed(c, task, found, problem_of(error)))

    def _say_failed(
        self, connection: Connection, task: Task, found: Deployment, problem: ProblemFacts
    ) -> None:
        """Told once for each order and reason."""
        now = self._now()
        order = found.asked.get(KEEP) or {}
        by = task.payload.get("user") or order.get("by")
        notice = KeepFailed(deployment=self._recorder.facts(connection, found.id, now=now), problem=problem)
        what = f"keep_failed:{order.get('ordered') or task.id}:{problem.code}"
        if "until" in task.payload:
            self._recorder.tell(connection, str(by), found.id, f"keep_failed:{task.id}", notice, now=now)
            return
        self._tell(connection, found, what, notice, by, now=now)

    def _tell(
        self,
        connection: Connection,
        found: Deployment,
        what: str,
        notice: Kept | KeepFailed,
        by: str | None,
        *,
        now: datetime,
    ) -> None:
        self._recorder.tell_owner(connection, found, what, notice, now=now)
        if by is not None and by != found.owner:
            self._recorder.tell(connection, by, found.id, what, notice, now=now)

    def _now(self) -> datetime:
        return self._deps.clock.now()


def call_due(
    found: Deployment, rule: ExpiryRule | None, margin: timedelta, until: datetime
) -> datetime | None:
    """When to call next; None = not again: it lives until the date without another call. Pure."""
    if rule is None:
        return None
    basis = idle.basis_of(rule, observed_of(found, read=True))
    if basis is None or basis + rule.after >= until:
        return None
    return basis + rule.after - margin
