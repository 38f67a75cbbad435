"""What the approvers are told about a deployment that is asked for: its facts, its cost, its quotas, its warnings."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from bot.config.settings import Settings
from bot.deployments import models, pricing
from bot.deployments.models import Found
from bot.deployments.places import Places, is_free
from bot.deployments.pricing import Planned
from bot.facts.deploy_forms import DeployOrder
from bot.facts.requests import DeployAsk, QuotaUse, Rate, Warnings
from bot.store import jobs, records
from bot.store.deployments import Deployment
from providers.base import Provider
from providers.hosting import Sku

RETIRES_SOON = timedelta(days=90)
FALLING_ALONE = "falling_alone"
PLACE_OLD = timedelta(hours=3)
"""The place is read once an hour."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What an order names, as far as it was found; `wanted` is the capacity."""

    found: Found
    sku: Sku
    wanted: int
    tags: Mapping[str, str]
    until: datetime | None
    replaced: Deployment | None
    quota: QuotaUse | None
    count: QuotaUse | None
    filter_off: bool = False


def build(
    connection: Connection,
    order: DeployOrder,
    parts: Parts,
    settings: Settings,
    providers: Mapping[str, Provider],
    places: Places,
    *,
    now: datetime,
) -> DeployAsk:
    """The ask of an order that was found to be possible."""
    found, sku, replaced = parts.found, parts.sku, parts.replaced
    base, free = found.model.base, is_free(parts.sku)
    place = places.of(order.connection)
    rate = pricing.rate_of(settings, order.connection, base, sku.id, parts.wanted, free=free)
    planned = Planned(
        connection=order.connection,
        base=base,
        sku=sku.id,
        capacity=parts.wanted,
        replaces=replaced.id if replaced else None,
    )
    return DeployAsk(
        connection=order.connection,
        region=region_of(settings, places, order.connection),
        name=order.name.strip(),
        model=found.model.id,
        model_short=found.model.short,
        base=base,
        job=found.job.label if found.job else None,
        step=found.step,
        trained_at=found.connection,
        sku=sku.id,
        sku_label=sku.label,
        processing=sku.processing,
        capacity=parts.wanted,
        tokens_per_minute=per_minute(sku.tokens_per_unit, parts.wanted),
        requests_per_minute=per_minute(sku.requests_per_unit, parts.wanted),
        content_filter=order.content_filter or None,
        tags=dict(parts.tags),
        until=parts.until,
        replaces=replaced.label if replaced else None,
        replaces_name=replaced.title if replaced else "",
        grace_hours=math.ceil(settings.approvals.grace_hours) if replaced else 0,
        rate=rate,
        free=free,
        bill=pricing.bill(connection, settings, planned, places=places),
        quota=parts.quota,
        count=parts.count,
        valid_loss=models.losses(connection, found),
        compare=_compare(connection, replaced),
        reading=_reading(found),
        safety_passed=_safety(connection, providers, found),
        unit=sku.unit,
        filter_off=parts.filter_off,
        filter_on=not parts.filter_off and bool(place is not None and place.filter_off),
        warnings=warnings(order.connection, parts, providers, places, rate, now=now),
    )


def region_of(settings: Settings, places: Places, name: str) -> str:
    """The region as the configuration names it for people, else as the service does."""
    configured = next((one.region for one in settings.connections if one.name == name), "")
    place = places.of(name)
    return configured or (place.region if place else "")


def per_minute(per_unit: int | None, capacity: int) -> int | None:
    """What a capacity means per minute; None when one unit is not known."""
    return per_unit * capacity if per_unit is not None else None


def is_off(places: Places, name: str, content_filter: str | None) -> bool:
    """Whether what was chosen turns the service's content safety off."""
    place = places.of(name)
    return bool(content_filter and place is not None and content_filter == place.filter_off)


def _compare(connection: Connection, replaced: Deployment | None) -> tuple[str, float] | None:
    """The job of what is replaced, with its validation loss."""
    job = jobs.get(connection, replaced.job) if replaced and replaced.job else None
    loss = models.last_loss(job) if job else None
    return (job.label, loss) if job is not None and loss is not None else None


def _safety(connection: Connection, providers: Mapping[str, Provider], found: Found) -> bool | None:
    """True when the job's log says so; a model that failed it is not deployable, so silence says nothing."""
    if found.job is None:
        return None
    provider = providers.get(found.job.connection)
    line = provider.capabilities.safety_line if provider else ""
    return True if line and records.says(connection, found.job.id, line) else None


def warnings(
    name: str,
    parts: Parts,
    providers: Mapping[str, Provider],
    places: Places,
    rate: Rate | None,
    *,
    now: datetime,
) -> Warnings:
    """What works and should be known, by code."""
    found, sku = parts.found, parts.sku
    told: list[tuple[str, dict[str, str | int | float]]] = []
    if sku.processing != "region":
        told.append((f"{sku.processing}_processing", {"sku": sku.label}))
    if sku.sleeps:
        told.append(("sleeps", {"connection": name}))
    if parts.filter_off:
        told.append(("filter_off", {"connection": name}))
    aged = _expires(name, sku, providers)
    told += aged
    told += _retires(name, parts, places, now, open_end=parts.until is None and not aged)
    told += _overfitted(found)
    trained_at = providers.get(found.connection)
    held_back = trained_at is not None and trained_at.capabilities.holds_back
    if _reading(found) == FALLING_ALONE and not held_back:
        told.append(("no_validation", {"job": _label(found)}))
    if found.model.kind == "checkpoint":
        told.append(("not_final_checkpoint", {"step": found.step or 0, "job": _label(found)}))
    if rate is None and not is_free(sku):
        base = places.base_name(name, found.model.base)
        told.append(("price_unknown", {"model": base, "sku": sku.label, "connection": name}))
    read_at = places.read_at(name)
    if read_at is None:
        told.append(("offer_unread", {"connection": name}))
    elif now - read_at >= PLACE_OLD:
        told.append(("place_old", {"connection": name, "hours": int((now - read_at) / timedelta(hours=1))}))
    if read_at is not None and parts.quota is None and not sku.unit:  # the others draw from no quota
        told.append(("quota_unknown", {"pool": sku.pool, "connection": name}))
    return tuple(told)


def _expires(name: str, sku: Sku, providers: Mapping[str, Provider]) -> Warnings:
    provider = providers.get(name)
    hosting = provider.hosting if provider else None
    for rule in hosting.rules if hosting else ():
        if rule.id == "age" and sku.id.casefold() in {one.casefold() for one in rule.skus}:
            return (("developer_24h", {"hours": int(rule.after / timedelta(hours=1))}),)
    return ()


def _retires(name: str, parts: Parts, places: Places, now: datetime, *, open_end: bool) -> Warnings:
    ends = retirement(parts.found, places, name)
    if ends is None:
        return ()
    # What is wanted with no end outlives every model.
    if not open_end and ends > max(now + RETIRES_SOON, parts.until or now):
        return ()
    base = places.base_name(name, parts.found.model.base)
    return (("retires_soon", {"model": base, "date": ends.date().isoformat()}),)


def retirement(found: Found, places: Places, name: str) -> datetime | None:
    """When the service stops to serve it: the earlier of what the model's list and the region's offer say."""
    offer = places.offer(name, found.model.base)
    dates = (found.model.inference_ends, offer.inference_ends if offer else None)
    return min((at for at in dates if at is not None), default=None)


def _overfitted(found: Found) -> Warnings:
    """Overfitting shows in the curves, and the checkpoint that is asked for is not from before it began."""
    reading = (found.job.reading or {}) if found.job else {}
    best = reading.get("numbers", {}).get("valid_best_step")
    if reading.get("kind") != "diverging":
        return ()
    if found.step is not None and best is not None and found.step <= best:
        return ()
    return (("overfitting", {"job": _label(found)}),)


def _reading(found: Found) -> str:
    """The kind of the job's reading as words need it: `falling_alone` where no validation data could show overfitting,
    `reward_…` of curves that are rewards."""
    told = (found.job.reading or {}) if found.job else {}
    kind = str(told.get("kind", ""))
    if found.job is not None and found.job.method == "reinforcement":
        return f"reward_{kind}" if kind else ""
    return FALLING_ALONE if kind == "falling" and "valid_last" not in told.get("numbers", {}) else kind


def _label(found: Found) -> str:
    return found.job.label if found.job else found.model.short
