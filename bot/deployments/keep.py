"""Keeping a deployment that nobody calls: real calls, as often as it takes until a date.

What that costs is hosting until then; above the configured amount it is asked for like a deployment. Nothing is called
here: `bot.deployments.keeping` does.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection

from bot.config.settings import Settings
from bot.deployments import pricing
from bot.deployments.facts import deployment_facts
from bot.deployments.idle import rules_for
from bot.deployments.record import (
    lock_of,
)
from bot.deployments.reminders import plant_until, remind
from bot.errors import Invalid, WrongState
from bot.facts.deployments import DeploymentFacts
from bot.facts.jobs import Money
from bot.facts.requests import KeepAsk
from bot.ids import number_of
from bot.people import Actor
from bot.store.deployments import Deployment
from bot.store.requests import Request
from bot.work import queue
from bot.work.tasks import POLL
from providers.base import Provider

__all__ = ["ask_keep", "begin", "plant", "plant_until", "remind"]

HOUR = timedelta(hours=1)


def ask_keep(
    connection: Connection,
    found: Deployment,
    until: datetime,
    actor: Actor,
    *,
    reason: str,
    channel: str,
    settings: Settings,
    providers: Mapping[str, Provider],
    intent: str,
    now: datetime,
    corr: str,
) -> int | None:
    """Keep it until then: the number of the request that decides, None when nobody has to be asked.

    Without a request the task is planted; whether the person may (owner or approver) is asked before the call.

    Raises:
        Invalid: `until_past`, `reason_empty` (a request needs one), `request_open`.
        WrongState: `deployment_state`; `keep_useless` where calls do not keep it (developer tier), `keep_needless`
            where the service deletes nothing by itself.
    """
    if found.state != "live":
        raise WrongState(
            "deployment_state", {"deployment": found.title, "action": "keep", "state": found.state}
        )
    if until <= now:
        raise Invalid("until_past", {"date": until.date().isoformat()}, field="until")
    facts = deployment_facts(connection, found, settings, providers, now=now)
    if "keep" not in facts.can:
        raise not_kept(found, providers)
    cost = cost_until(facts, until, now)
    if not needs_approval(settings, facts, cost):
        _order(
            connection,
            found.id,
            until,
            {"team": actor.team_id, "user": actor.user_id, "member": False},
            now=now,
            corr=corr,
        )
        return None
    if not reason.strip():
        raise Invalid("reason_empty", {}, field="reason")
    from bot.approvals.requests import open_request  # it begins what was approved, here

    ask = KeepAsk(
        deployment=found.label,
        title=found.title,
        until=until,
        cost=cost,
        rate=facts.rate,
        last_call=facts.last_call,
        expires_at=facts.expires.at if facts.expires else None,
    )
    return open_request(
        connection,
        kind="keep",
        target=found.label,
        ask=ask,
        reason=reason.strip(),
        actor=actor,
        channel=channel,
        intent=intent,
        settings=settings,
        now=now,
        corr=corr,
        deployment=found.id,
    )


def cost_until(facts: DeploymentFacts, until: datetime, now: datetime) -> Money | None:
    """Hosting from now until then; None when it is free or no price is configured."""
    return pricing.money(facts.rate, (until - now) / HOUR) if facts.rate else None


def not_kept(found: Deployment, providers: Mapping[str, Provider]) -> WrongState:
    """Why calls do not keep it: the service deletes it all the same, or never by itself."""
    provider = providers.get(found.connection)
    hosting = provider.hosting if provider is not None else None
    params = {"deployment": found.title, "sku": found.sku}
    if hosting is not None and found.fine_tuned and not rules_for(hosting.rules, found.sku):
        return WrongState("keep_needless", params)
    return WrongState("keep_useless", params)


def needs_approval(settings: Settings, facts: DeploymentFacts, cost: Money | None) -> bool:
    """Whether keeping it is asked for first: an unknown price may be any, and so may one in another currency."""
    above = settings.approvals.keep_above
    if above is None or facts.free:
        return False
    if cost is None or cost.currency != settings.approvals.currency:
        return True
    return Decimal(repr(cost.high)) > above


def begin(connection: Connection, request: Request, *, now: datetime, corr: str) -> int:
    """Keep what an approved request asks for; the deployment's number. In the transaction that approves it."""
    ask = KeepAsk.model_validate(request.spec)
    number = number_of(ask.deployment, "P") or 0
    who = {"team": request.team_id, "user": request.requester, "member": True, "request": request.label}
    _order(connection, number, ask.until, who, now=now, corr=corr)
    return number


def _order(
    connection: Connection, number: int, until: datetime, who: Mapping[str, Any], *, now: datetime, corr: str
) -> None:
    queue.enqueue(
        connection,
        "deployment.keep",
        f"keep_order:{number}:{until.isoformat()}",
        {"deployment": number, "until": until.isoformat(), **who},
        now=now,
        corr=corr,
        lock_key=lock_of(number),
    )


def plant(connection: Connection, number: int, *, now: datetime, corr: str) -> None:
    """Have it called when it is time."""
    queue.enqueue(
        connection,
        "deployment.keep",
        f"keep:{number}",
        {"deployment": number},
        now=now,
        corr=corr,
        lane=POLL,
        lock_key=lock_of(number),
    )
