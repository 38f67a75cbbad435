"""What the surface asks about deployments: which is meant, and pages of them. Reads only."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Literal

from sqlalchemy import Connection

from bot.config.settings import Settings
from bot.deployments import pricing
from bot.deployments.facts import deployment_facts
from bot.deployments.places import Places
from bot.errors import NotThere
from bot.facts.deployments import DeploymentFacts, DeploymentList
from bot.facts.jobs import Money
from bot.facts.requests import Rate
from bot.filtering import named
from bot.ids import number_of
from bot.people import Actor
from bot.store import deployments, looks
from bot.store.deployments import Deployment
from bot.work import card_rows
from providers.base import Provider

PAGE = 10
GONE_SHOWN = timedelta(days=7)
ENDED: tuple[str, ...] = ("gone", "failed")
NEVER = datetime.max.replace(tzinfo=UTC)


def find(
    connection: Connection, actor: Actor, given: str, place: tuple[str, str] | None = None
) -> Sequence[Deployment]:
    """The deployments that may be meant, by `P12`, `connection/name` or name, else by the thread it is spoken of in.

    Several are meant when a name is used in several connections; one that is there comes before those that are gone.

    Args:
        connection: of the store.
        actor: who asks; only what belongs to their team is found.
        given: what was typed, "" = nothing.
        place: channel and timestamp of the thread's parent.

    Raises:
        NotThere: `deployment` with what was given.
    """
    found: Sequence[Deployment] = ()
    if given:
        found = deployments.find(connection, actor.team_id, given)
    elif place is not None:
        number = number_of(card_rows.at(connection, *place) or "", "P")
        one = deployments.get(connection, number) if number else None
        found = [one] if one is not None and one.team_id == actor.team_id else []
    if not found:
        raise NotThere("deployment", {"given": given[:80]})
    there = [one for one in found if one.state not in ENDED]
    return there or found


def get(connection: Connection, actor: Actor, label: str) -> Deployment:
    """The deployment of this label in the person's team. Raises `NotThere("deployment")`."""
    number = number_of(label, "P")
    found = deployments.get(connection, number) if number else None
    if found is None or found.team_id != actor.team_id:
        raise NotThere("deployment", {"given": label[:80]})
    return found


def all_facts(
    connection: Connection,
    actor: Actor,
    settings: Settings,
    providers: Mapping[str, Provider],
    scope: Literal["mine", "all"],
    *,
    now: datetime,
) -> list[DeploymentFacts]:
    """Deployments that are there, coming, or ended lately: the next to be deleted first, what has ended last."""
    places = Places(connection, settings)
    rows = [
        one
        for one in deployments.recent(connection, actor.team_id, gone_since=now - GONE_SHOWN)
        if scope == "all" or one.owner == actor.user_id
    ]
    facts = [
        deployment_facts(connection, one, settings, providers, now=now, places=places)
        for one in _newest(rows)
    ]
    return sorted(facts, key=_order)


def page(
    connection: Connection,
    actor: Actor,
    settings: Settings,
    providers: Mapping[str, Provider],
    scope: Literal["mine", "all"],
    offset: int,
    *,
    now: datetime,
    where: str = "",
) -> DeploymentList:
    """One page (of the connections that `where` names), with what a month of all of this scope costs."""
    found = all_facts(connection, actor, settings, providers, scope, now=now)
    names = {one.name for one in settings.connections}
    if where:
        names &= named(settings, where)
        found = [one for one in found if one.title.partition("/")[0] in names]
    first = max(0, offset) if offset < len(found) else 0
    month, asleep, unknown = _month(found)
    return DeploymentList(
        deployments=tuple(found[first : first + PAGE]),
        scope=scope,
        total=len(found),
        offset=first,
        where=where,
        unread=looks.unread(connection, [one.name for one in settings.connections if one.name in names]),
        month=month,
        asleep=asleep,
        unknown=unknown,
    )


def _newest(rows: Sequence[Deployment]) -> list[Deployment]:
    """Without those that ended and have a later one of the same name."""
    last: dict[tuple[str, str], int] = {}
    for one in rows:
        key = (one.connection, one.name)
        last[key] = max(last.get(key, 0), one.incarnation)
    return [
        one for one in rows if one.state not in ENDED or one.incarnation == last[(one.connection, one.name)]
    ]


def _order(one: DeploymentFacts) -> tuple[bool, datetime, datetime, str]:
    ended = one.state in ENDED
    # The nearer of its deletions: by the service, or by us when its grace ends.
    ends = [at for at in (one.expires.at if one.expires else None, one.take_down_at) if at is not None]
    return ended, min(ends, default=NEVER), _reversed(one.updated_at), one.id


def _reversed(at: datetime) -> datetime:
    """Sorts later moments first."""
    return NEVER - (at - datetime.min.replace(tzinfo=UTC))


def _month(found: Sequence[DeploymentFacts]) -> tuple[Money | None, Money | None, int]:
    """A month of hosting of those that are there, in the currency of most: of those that are always on, and the most
    that those which sleep can cost; how many are in neither."""
    there = [one for one in found if one.state in deployments.THERE and not one.free]
    currencies = [one.rate.currency for one in there if one.rate is not None]
    if not currencies:
        return None, None, len(there)
    currency = max(sorted(set(currencies)), key=currencies.count)
    counted = [(one.sleeps, one.rate) for one in there if one.rate and one.rate.currency == currency]
    always, asleep = (
        _together([rate for sleeps, rate in counted if sleeps is kind]) for kind in (False, True)
    )
    return always, asleep, len(there) - len(counted)


def _together(rates: Sequence[Rate]) -> Money | None:
    """A month of them all, as of the newest price."""
    if not rates:
        return None
    newest = max(rates, key=lambda rate: rate.as_of)
    whole = newest.model_copy(update={"per_hour": sum(rate.per_hour for rate in rates)})
    return pricing.money(whole, pricing.HOURS_PER_MONTH)
