"""What a month cost so far, as far as prices are configured: hosting by the hour it was there, training by the job."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection

from bot.config.settings import Settings
from bot.deployments.facts import deployment_facts
from bot.deployments.places import Places
from bot.deployments.pricing import money
from bot.facts.deploy_forms import CostFacts, CostLine
from bot.facts.deployments import DeploymentFacts
from bot.facts.jobs import JobFacts, Money
from bot.store import deployments, jobs
from bot.training.facts import job_facts
from providers.base import Provider

HOUR = timedelta(hours=1)


def month(
    connection: Connection,
    team_id: str,
    settings: Settings,
    providers: Mapping[str, Provider],
    *,
    now: datetime,
) -> CostFacts:
    """The calendar month of `now`, in UTC, the dearest first.

    Hosting counts from the creation at the service (or the month's begin) to its end (or now). Training counts when
    the job was submitted in the month: what was billed at its price, else the estimate. Amounts in another currency
    than `approvals.currency` are listed and not added up; `unknown` counts what has no price.
    """
    begin, end = bounds(now)
    places = Places(connection, settings)
    hosted = [
        deployment_facts(connection, one, settings, providers, now=now, places=places)
        for one in deployments.recent(connection, team_id, gone_since=begin)
    ]
    trained = [
        job_facts(connection, one, settings, providers, now=now)
        for one in jobs.submitted_since(connection, team_id, begin)
    ]
    lines = [hosting_line(one, begin, end, now) for one in hosted if _was_there(one, begin)]
    lines += [training_line(one) for one in trained]
    lines.sort(key=lambda line: -(_amount(line.so_far or line.estimated)))
    currency = settings.approvals.currency
    cap = settings.approvals.monthly_cap
    return CostFacts(
        month=begin.strftime("%Y-%m"),
        lines=tuple(lines),
        hosting=_sum(lines, "hosting", currency),
        training=_sum(lines, "training", currency),
        cap=_plain(float(cap), currency) if cap is not None else None,
        unknown=sum(line.so_far is None and line.estimated is None for line in lines),
        at=now,
    )


def _was_there(one: DeploymentFacts, begin: datetime) -> bool:
    """Whether it cost anything since then; one that went before may have been noticed only after."""
    return one.created_at is not None and (one.gone_at is None or one.gone_at > begin)


def bounds(now: datetime) -> tuple[datetime, datetime]:
    """Begin and end of the calendar month, UTC."""
    begin = now.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return begin, (begin + timedelta(days=32)).replace(day=1)


def hosting_line(one: DeploymentFacts, begin: datetime, end: datetime, now: datetime) -> CostLine:
    """One deployment: so far, and until the month ends if it stays."""
    started = max(begin, one.created_at or now)
    until = min(now, one.gone_at) if one.gone_at else now
    leaves = one.gone_at or min(end, one.take_down_at or end)
    so_far = whole = idle = None
    if one.rate is not None:
        so_far = money(one.rate, (until - started) / HOUR)
        whole = money(one.rate, (max(leaves, until) - started) / HOUR)
        basis = max(started, one.last_call) if one.last_call else started
        idle = money(one.rate, (until - basis) / HOUR) if one.use != "unknown" else None
    elif one.free:
        so_far = _plain(0.0, "USD")
    return CostLine(
        kind="hosting",
        label=one.id,
        title=one.title,
        owner=one.owner,
        so_far=so_far,
        whole_month=whole,
        idle=idle,
        sleeps=one.sleeps and one.rate is not None,
    )


def training_line(one: JobFacts) -> CostLine:
    """One job: what was billed at its price; the estimate while that is not known."""
    return CostLine(
        kind="training",
        label=one.id,
        title=one.name,
        owner=one.requester,
        so_far=one.cost,
        estimated=one.estimate if one.cost is None else None,
    )


def _amount(amount: Money | None) -> float:
    return amount.high if amount else 0.0


def _plain(amount: float, currency: str) -> Money:
    return Money(low=amount, high=amount, currency=currency, source="", as_of="")


def _sum(lines: list[CostLine], kind: str, currency: str) -> Money | None:
    """All of a kind in one currency; None when nothing has a price in it."""
    known = [line.so_far or line.estimated for line in lines if line.kind == kind]
    priced = [one for one in known if one is not None and one.currency == currency]
    if not priced:
        return None
    sources = " · ".join(dict.fromkeys(one.source for one in priced if one.source))
    return Money(
        low=sum(one.low for one in priced),
        high=sum(one.high for one in priced),
        currency=currency,
        source=sources,
        as_of=min((one.as_of for one in priced if one.as_of), default=""),
    )
