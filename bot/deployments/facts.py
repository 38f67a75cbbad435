"""From rows to what the surface is told about a deployment. Reads only."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import Connection

from bot.config.settings import Settings
from bot.deployments import expiry, pricing, retirement
from bot.deployments.ask import is_off, per_minute, region_of
from bot.deployments.expiry import Idle
from bot.deployments.idle import rules_for
from bot.deployments.places import Places, is_free
from bot.deployments.unsent import nothing_there
from bot.facts.deployments import DeploymentFacts, HostedState, ProblemFacts, Snippet
from bot.facts.jobs import Money
from bot.facts.requests import Rate
from bot.ids import deployment_name, job_name, request_name
from bot.store import deployments, jobs, spells
from bot.store.deployments import Deployment
from providers.base import Provider
from providers.hosting import ExpiryRule, Hosting

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ANSWERING = ("starting", "live")


def deployment_facts(
    connection: Connection,
    deployment: Deployment,
    settings: Settings,
    providers: Mapping[str, Provider],
    *,
    now: datetime,
    places: Places | None = None,
) -> DeploymentFacts:
    """Everything that any surface shows of a deployment; give `places` where many are shown at once."""
    one = deployment
    places = places or Places(connection, settings)
    provider = providers.get(one.connection)
    hosting = provider.hosting if provider else None
    rules = rules_for(hosting.rules if hosting else (), one.sku)
    going = spells.open_of(connection, [one.id])[one.id]
    idle = expiry.idle_of(one, rules, going)
    sku = places.sku(one.connection, one.base, one.sku)
    free = is_free(sku)
    rate = (
        pricing.rate_of(settings, one.connection, one.base, one.sku, one.capacity, free=free)
        if one.fine_tuned
        else None
    )
    days = _idle_days(one, idle, now)
    successor = deployments.successor(connection, one.id)
    replaced = deployments.get(connection, one.replaces) if one.replaces else None
    ends = retirement.dates(connection, one)
    return DeploymentFacts(
        id=one.label,
        connection=one.connection,
        region=region_of(settings, places, one.connection),
        name=one.name,
        title=one.title,
        state=cast("HostedState", one.state),
        raw_state=one.raw_state,
        model=one.model,
        model_short=one.model_short,
        base=one.base,
        job=job_name(one.job) if one.job else None,
        request=request_name(one.request) if one.request else None,
        owner=one.owner,
        provider=next((c.provider for c in settings.connections if c.name == one.connection), ""),
        foreign=one.foreign,
        frozen=str(one.asked.get("frozen", "")) if one.state == "approved" else "",
        sku=one.sku,
        sku_label=sku.label if sku else one.sku,
        capacity=one.capacity,
        tokens_per_minute=per_minute(sku.tokens_per_unit, one.capacity) if sku else None,
        requests_per_minute=per_minute(sku.requests_per_unit, one.capacity) if sku else None,
        unit=sku.unit if sku else "",
        sleeps=sku is not None and sku.sleeps,
        filter_off=is_off(places, one.connection, _filter(one)),
        until=one.until,
        replaces=deployment_name(one.replaces) if one.replaces else None,
        replaces_name=replaced.title if replaced else "",
        replaces_answers=replaced is not None and replaced.state == "live",
        replaced_by=successor.label if successor else None,
        replaced_by_name=successor.title if successor else "",
        take_down_at=one.take_down_at,
        created_at=one.created_remote,
        first_ok_at=one.first_ok_at,
        made_by=str(one.remote.get("created_by") or "") if one.foreign else "",
        never_sent=nothing_there(one),
        last_call=idle.last_call,
        last_call_until=idle.last_until,
        own_call=expiry.own_last_call(one),
        idle_limit_days=next((rule.after // DAY for rule in rules if rule.id == "idle"), 0),
        use=idle.use,
        calls_day=idle.calls_day,
        idle_days=days,
        idle_spent=pricing.money(rate, days * pricing.HOURS_PER_DAY) if rate and days else None,
        rate=rate,
        free=free,
        spent=_spent(one, rate, now),
        day=pricing.money(rate, pricing.HOURS_PER_DAY) if rate else None,
        period=_period(rules, rate),
        expires=expiry.expiry_of(one, rules, idle, going, now),
        training_ends=ends.get("training"),
        inference_ends=ends.get("inference"),
        kept_at=one.kept_at,
        keep_until=one.keep_until,
        gone_at=one.gone_at,
        gone_why=one.gone_why or "",
        problem=_problem(one.failure),
        snippet=_snippet(one, hosting),
        key_problem=_problem(one.asked.get(KEY_PROBLEM)),
        model_gone=_model_deleted(connection, one),
        offer=_offer(one),
        can=_can(connection, one, rules, hosting),
        read_at=idle.read_at,
        updated_at=one.updated_at,
    )


def _filter(one: Deployment) -> str | None:
    """Its content filter as the service tells it, else as it was asked for."""
    return (one.remote or one.spec or {}).get("content_filter")


def _idle_days(one: Deployment, idle: Idle, now: datetime) -> int:
    """Whole days without a call, while it is there."""
    if not one.there or idle.since is None:
        return 0
    return max(0, (now - idle.since) // DAY)


def _spent(one: Deployment, rate: Rate | None, now: datetime) -> Money | None:
    """Hosting since its creation; until it was gone."""
    if rate is None or one.created_remote is None:
        return None
    return pricing.money(rate, ((one.gone_at or now) - one.created_remote) / HOUR)


def _period(rules: Sequence[ExpiryRule], rate: Rate | None) -> Money | None:
    """Hosting of one more idle period: what a keep call costs until the next one."""
    idle = next((rule for rule in rules if rule.id == "idle"), None)
    return pricing.money(rate, idle.after / HOUR) if rate and idle else None


def _problem(failure: Mapping[str, Any] | None) -> ProblemFacts | None:
    if not failure:
        return None
    return ProblemFacts(
        code=str(failure.get("code", "")),
        params=dict(failure.get("params") or {}),
        text=str(failure.get("text") or ""),
        request_id=str(failure.get("request_id") or ""),
    )


KEY_PROBLEM = "key_problem"
"""Key in `Deployment.asked`: why its key could not be put where the configuration wants it."""


def _offer(one: Deployment) -> str:
    """How the subscription to its base model stood last, as `bot.deployments.offers` keeps it."""
    return str((one.asked.get("offer") or {}).get("standing", ""))


def _snippet(one: Deployment, hosting: Hosting | None) -> Snippet | None:
    """How programs call it, once the service has it."""
    if hosting is None or one.state not in ANSWERING:
        return None
    where = hosting.endpoint(one.name)
    return Snippet(
        url=where.url,
        deployment=where.deployment,
        api_version=where.api_version,
        auth=where.auth,
        scope=where.scope,
        style=where.style,
        key_secret=where.key_secret,
        key_vault=where.key_vault,
        key_command=where.key_command,
        key_direct=where.key_direct,
    )


def _model_deleted(connection: Connection, one: Deployment) -> bool:
    """Whether the bot deleted the job's model since; what others deleted shows when it is asked for."""
    job = jobs.get(connection, one.job) if one.job else None
    return job is not None and job.asked.get("model_deleted") == one.model


def _can(
    connection: Connection, one: Deployment, rules: Sequence[ExpiryRule], hosting: Hosting | None
) -> tuple[str, ...]:
    """What may be done now. A deployment that the service deletes by its age is not kept by calls."""
    from bot.deployments.rollout import can_retry  # it writes messages, which are made of these facts

    if hosting is None or not one.fine_tuned:
        return ()
    able = []
    held = {rule.id for rule in rules}
    if one.state == "live" and "idle" in held and "age" not in held:
        able.append("keep")
    if one.there and one.state != "removing":
        able.append("take_down")
    if can_retry(connection, one):
        able.append("retry")
    if one.state in ("gone", "failed") and not _model_deleted(connection, one):
        able.append("deploy_again")
    return tuple(able)
