"""Checking what somebody asks to deploy, and telling the approvers about it.

What has changed at the service since it was read shows when it is rolled out.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from sqlalchemy import Connection

from bot.config.settings import Settings
from bot.deployments import ask as asking
from bot.deployments.ask import Parts
from bot.deployments.models import Found
from bot.deployments.parsing import parse_tags
from bot.deployments.places import Places
from bot.deployments.refusals import SHOWN, Looker
from bot.errors import Invalid, NotThere
from bot.facts.deploy_forms import DeployOrder
from bot.facts.requests import DeployAsk
from bot.ids import number_of
from bot.people import Actor
from bot.store.deployments import Deployment
from providers.base import Provider

T = TypeVar("T")


@dataclass(slots=True)
class Examined:
    """An order with everything that speaks against it; `ask` is there when nothing does.

    `found`, `until` and `replaced` are what it names, as far as it is there.
    """

    ask: DeployAsk | None = None
    found: Found | None = None
    until: datetime | None = None
    replaced: Deployment | None = None
    refusals: list[Invalid] = field(default_factory=list)

    def attempt(self, work: Callable[[], T]) -> T | None:
        """What `work` finds; None when it refuses, which is kept."""
        try:
            return work()
        except Invalid as error:
            self.refusals.append(error)
            return None


def check(
    connection: Connection,
    order: DeployOrder,
    settings: Settings,
    providers: Mapping[str, Provider],
    actor: Actor,
    *,
    now: datetime,
    request: int | None = None,
) -> DeployAsk:
    """What the approvers are asked. `request` is the one that is changed (else `order.request`).

    Raises:
        Invalid: the first refusal, at `model`, `connection`, `name`, `sku`, `capacity`, `content_filter`, `tags`,
            `until`, `replaces` or `reason`; `examine` has all of them.
        NotThere: `connection`, one that is not configured.
    """
    examined = examine(connection, order, settings, providers, actor, now=now, request=request)
    if examined.refusals:
        raise examined.refusals[0]
    if examined.ask is None:
        raise NotThere("model", {"given": order.model[:SHOWN]})
    return examined.ask


def examine(
    connection: Connection,
    order: DeployOrder,
    settings: Settings,
    providers: Mapping[str, Provider],
    actor: Actor,
    *,
    now: datetime,
    request: int | None = None,
    places: Places | None = None,
) -> Examined:
    """All that speaks against an order, so that a person hears of it at once. Raises only `NotThere`."""
    if order.connection not in providers:
        raise NotThere("connection", {"given": order.connection[:SHOWN]})
    places = places or Places(connection, settings)
    own = request if request is not None else number_of(order.request or "", "A")
    looker = Looker(connection, order, settings, providers, actor, places, now, own)
    made = Examined()
    made.attempt(looker.hosted)
    found = made.found = made.attempt(looker.model)
    sku, quota = None, None
    if found is not None:
        made.attempt(lambda: looker.not_deployed(found))
        made.attempt(lambda: looker.not_retired(found))
        made.attempt(lambda: looker.reachable(found))
    has_tuned = made.attempt(looker.region)
    count = made.attempt(looker.count)
    made.attempt(looker.name)
    if found is not None and has_tuned:
        sku = made.attempt(lambda: looker.sku(found))
    if found is not None and sku is not None:
        chosen = sku
        quota = made.attempt(lambda: looker.capacity(found, chosen))
    made.attempt(looker.content_filter)
    tags = made.attempt(lambda: parse_tags(order.tags))
    made.until = made.attempt(looker.until)
    made.replaced = made.attempt(looker.replaced)
    made.attempt(looker.reason)
    if found is not None and sku is not None and tags is not None and not made.refusals:
        parts = Parts(
            found=found,
            sku=sku,
            wanted=order.capacity,
            tags=tags,
            until=made.until,
            replaced=made.replaced,
            quota=quota,
            count=count,
            filter_off=asking.is_off(places, order.connection, order.content_filter),
        )
        made.ask = asking.build(connection, order, parts, settings, providers, places, now=now)
    return made
