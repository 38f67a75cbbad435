"""What hosting costs, at configured prices: per hour, for some hours, and all deployments together.

A month has 720 hours (contracts/azure_openai.md section 6).
"""

from collections import Counter
from dataclasses import dataclass

from sqlalchemy import Connection

from bot.config.settings import Settings
from bot.deployments.places import Places, is_free
from bot.facts.jobs import Money
from bot.facts.requests import Bill, Rate

__all__ = ["HOURS_PER_MONTH", "Planned", "bill", "is_free", "money", "rate_of"]

HOURS_PER_MONTH = 720
HOURS_PER_DAY = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """A deployment that is not there yet. `replaces` is the number of the one that goes when it answers."""

    connection: str
    base: str
    sku: str
    capacity: int
    replaces: int | None = None


@dataclass(frozen=True, slots=True)
class _Priced:
    """What one deployment costs: nothing (free), a rate (while awake, where it sleeps), or nobody knows (neither)."""

    number: int | None
    rate: Rate | None
    free: bool
    sleeps: bool


def rate_of(
    settings: Settings, connection: str, base: str, sku: str, capacity: int, *, free: bool = False
) -> Rate | None:
    """The configured price of an hour of hosting with this capacity.

    None when there is none, and for a SKU that costs nothing.
    """
    price = None if free else settings.hosting_for(connection, base, sku)
    hourly = price.hourly(capacity) if price is not None else None
    if price is None or hourly is None:
        return None
    return Rate(
        per_hour=float(hourly),
        currency=price.currency,
        source=price.source,
        as_of=price.as_of.isoformat(),
    )


def money(rate: Rate, hours: float) -> Money:
    """What that many hours cost."""
    amount = rate.per_hour * max(0.0, hours)
    return Money(low=amount, high=amount, currency=rate.currency, source=rate.source, as_of=rate.as_of)


def bill(
    connection: Connection, settings: Settings, extra: Planned | None = None, *, places: Places | None = None
) -> Bill | None:
    """All fine-tuned deployments that are there or approved, per month, without and with one more.

    In the currency of the new one's price, else of most of them; what is priced in another counts as unknown. What
    sleeps without calls is added up apart. None when nothing at all has a price.
    """
    places = places or Places(connection, settings)

    def priced(number: int | None, name: str, base: str, sku: str, capacity: int) -> _Priced:
        offered = places.sku(name, base, sku)
        free = is_free(offered)
        rate = rate_of(settings, name, base, sku, capacity, free=free)
        return _Priced(number, rate, free, offered is not None and offered.sleeps)

    there = [
        priced(one.id, one.connection, one.base, one.sku, one.capacity)
        for one in places.alive()
        if one.fine_tuned
    ]
    new = [priced(None, extra.connection, extra.base, extra.sku, extra.capacity)] if extra else []
    currency = _currency(new, there, settings.approvals.currency)
    if not any(one.free or _costs(one, currency) is not None for one in (*there, *new)) and (there or new):
        return None
    replaces = extra.replaces if extra else None
    stay = [one for one in there if not replaces or one.number != replaces]

    def month(some: list[_Priced], *, sleeps: bool) -> float:
        return sum(_costs(one, currency) or 0.0 for one in some if one.sleeps == sleeps)

    return Bill(
        before=month(there, sleeps=False),
        during=month([*there, *new], sleeps=False),
        after=month([*stay, *new], sleeps=False),
        currency=currency,
        unknown=sum(not one.free and _costs(one, currency) is None for one in (*there, *new)),
        asleep_before=month(there, sleeps=True),
        asleep_during=month([*there, *new], sleeps=True),
        asleep_after=month([*stay, *new], sleeps=True),
    )


def _currency(new: list[_Priced], there: list[_Priced], otherwise: str) -> str:
    for some in (new, there):
        known = Counter(one.rate.currency for one in some if one.rate)
        if known:
            return known.most_common(1)[0][0]
    return otherwise


def _costs(one: _Priced, currency: str) -> float | None:
    """Per month; None when not known in this currency."""
    if one.rate is None or one.rate.currency != currency:
        return None
    return one.rate.per_hour * HOURS_PER_MONTH
