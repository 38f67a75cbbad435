"""What speaks against deploying something: one method per thing to look at, each refusing at its field.

Everything is answered from the store: it is the ack of a form.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from bot import naming
from bot.config.settings import Settings
from bot.deployments import models
from bot.deployments.ask import region_of, retirement
from bot.deployments.models import Found
from bot.deployments.parsing import parse_until
from bot.deployments.places import Places
from bot.errors import Invalid
from bot.facts.deploy_forms import DeployOrder
from bot.facts.requests import QuotaUse
from bot.ids import request_name
from bot.people import Actor
from bot.store import deployments, people, requests
from bot.store.deployments import Deployment
from bot.store.requests import Request
from bot.working_hours import Hours
from providers.base import NameRule, Provider
from providers.hosting import Sku

REPLACEABLE = ("starting", "live")
SHOWN = 80
ANY_NAME = NameRule(pattern=r"^\S+$", minimum=1, maximum=SHOWN)
Params = dict[str, str | int | float]


def hours_of(connection: Connection, settings: Settings, actor: Actor) -> Hours:
    """Working hours in the time zone of who asks."""
    person = people.get(connection, actor.user_id)
    return Hours.of(settings.approvals.working_hours, person.member.tz if person else "")


def can_go(settings: Settings, providers: Mapping[str, Provider], trained_at: str, target: str) -> bool:
    """Whether a model of one connection can be deployed at another: the service has to copy it there."""
    if trained_at == target:
        return True
    kinds = {one.name: one.provider for one in settings.connections}
    source = providers.get(trained_at)
    same = kinds.get(trained_at) == kinds.get(target)
    return same and source is not None and source.capabilities.copies and source.hosting is not None


def can_be_replaced(one: Deployment) -> bool:
    """Whether it answers callers who can move to a new one, and nothing replaces it yet."""
    return one.fine_tuned and one.state in REPLACEABLE and one.take_down_at is None


@dataclass(frozen=True, slots=True)
class Looker:
    """One order and what it is held against. `own` is the request that is changed, which is not in its own way."""

    connection: Connection
    order: DeployOrder
    settings: Settings
    providers: Mapping[str, Provider]
    actor: Actor
    places: Places
    now: datetime
    own: int | None

    def hosted(self) -> None:
        """The connection manages deployments."""
        if self.providers[self.order.connection].hosting is not None:
            return
        able = [one.name for one in self.settings.connections if self._hosts(one.name)]
        params: Params = {"connection": self.order.connection, "others": ", ".join(able)}
        raise Invalid("no_hosting", params, field="connection")

    def _hosts(self, name: str) -> bool:
        return name in self.providers and self.providers[name].hosting is not None

    def model(self) -> Found:
        """The model exists."""
        return models.resolve(
            self.connection, self.settings, self.actor, self.order.model, prefer=self.order.connection
        )

    def not_deployed(self, found: Found) -> None:
        """One deployment per custom model where that is a rule (azure_openai.md 1.10, azure_ml.md 4), and one request
        about it."""
        capabilities, target = self.providers[self.order.connection].capabilities, self.order.connection
        if not capabilities.deploys_once:
            return
        params: Params = {"model": found.model.short}
        for name in sorted(found.names):
            for there in models.in_the_way(capabilities, target, name, self.places.alive()):
                params |= {"where": there.title, "deployment": there.label, "state": there.state}
                raise Invalid("model_deployed", params, field="model")
        for waiting in self._waiting():
            here = waiting.spec.get("connection", target) == target
            if (capabilities.copies or here) and waiting.spec.get("model") in found.names:
                params["request"] = request_name(waiting.id)
                raise Invalid("model_coming", params, field="model")

    def _waiting(self) -> list[Request]:
        """Other requests to deploy that nobody has decided."""
        waiting = requests.undecided(self.connection)
        return [one for one in waiting if one.kind == "deployment" and one.id != self.own]

    def not_retired(self, found: Found) -> None:
        """The service still serves the base model (section 1.11, `ServiceModelDeprecated` in 2.3)."""
        offer = self.places.offer(self.order.connection, found.model.base)
        ends = retirement(found, self.places, self.order.connection)
        gone = offer is not None and offer.lifecycle.casefold() == models.GONE and ends is None
        if (ends is not None and ends <= self.now) or gone or models.is_retired(found.model, self.now):
            params: Params = {
                "model": found.model.short,
                "base": self._base(found),
                "instead": found.model.replacement,
                "date": ends.date().isoformat() if ends else "",
            }
            # Other than for a training, choosing another training type or connection does not help.
            raise Invalid("model_retired_deploy", params, field="model")

    def _base(self, found: Found) -> str:
        """The base model as people call it."""
        return self.places.base_name(self.order.connection, found.model.base)

    def reachable(self, found: Found) -> None:
        """The service can fetch the model from the connection that has it (section 2.2, `model.source`)."""
        target = self.order.connection
        if can_go(self.settings, self.providers, found.connection, target):
            return
        params: Params = {
            "model": found.model.short,
            "trained_at": found.connection,
            "connection": target,
        }
        raise Invalid("source_unreachable", params, field="connection")

    def region(self) -> bool:
        """The region hosts fine-tuned models at all (section 2.2)."""
        if self._hosts_tuned(self.order.connection, unread=True):
            return True
        others = [one.name for one in self.settings.connections if self._hosts_tuned(one.name)]
        params = {**self._where(), "others": ", ".join(others)}
        raise Invalid("region_without_fine_tuning", params, field="connection")

    def _hosts_tuned(self, name: str, *, unread: bool = False) -> bool:
        place = self.places.of(name)
        return place.fine_tuned if place is not None else unread

    def _where(self) -> Params:
        target = self.order.connection
        return {"connection": target, "region": region_of(self.settings, self.places, target)}

    def name(self) -> None:
        """The service takes the name, and nothing has it."""
        name, target = self.order.name.strip(), self.order.connection
        rule = self.providers[target].capabilities.deployment_name or ANY_NAME
        fits = rule.minimum <= len(name) <= rule.maximum and re.match(rule.pattern, name)
        params: Params = {"name": name[:SHOWN]}
        if not fits:
            bounds: Params = {"minimum": rule.minimum, "maximum": rule.maximum}
            if naming.letter_first(rule.pattern, rule.minimum):
                bounds |= {"signs": " ".join(naming.signs(rule.pattern, rule.minimum))}
                raise Invalid("name_rule_letter", params | bounds, field="name")
            raise Invalid("name_rule", params | bounds, field="name")
        for there in self.places.alive(target):
            if there.name.casefold() == name.casefold():
                params |= {"where": there.title, "deployment": there.label, "state": there.state}
                raise Invalid("name_used", params, field="name")
        for waiting in self._waiting():
            if waiting.target.casefold() == f"{target}/{name}".casefold():
                raise Invalid("name_coming", params | {"request": request_name(waiting.id)}, field="name")

    def sku(self, found: Found) -> Sku:
        """The region offers the SKU for this base model; where it was never read, the service decides."""
        target, base, wanted = self.order.connection, found.model.base, self.order.sku.strip()
        offered = self.places.skus(target, base)
        sku = next((one for one in offered if one.id.casefold() == wanted.casefold()), None)
        if sku is not None:
            return sku
        unread = self.places.of(target) is None
        if wanted and unread:
            # Where nobody has told, the widest processing is assumed: nobody may approve less than what happens.
            known = self.places.sku(target, base, wanted)
            return known or Sku(id=wanted, label=wanted, hint="", processing="global")
        if unread and not offered:
            raise Invalid("place_unread", self._where(), field="sku")
        if not offered:
            raise Invalid(
                "model_not_offered", {**self._where(), "model": self._base(found)}, field="connection"
            )
        skus = ", ".join(one.label for one in offered)
        params: Params = {"sku": wanted[:SHOWN], "model": self._base(found), "skus": skus}
        raise Invalid("sku_unavailable", params, field="sku")

    def capacity(self, found: Found, sku: Sku) -> QuotaUse | None:
        """The capacity is one that the SKU has, and the quota has room for it."""
        wanted, target = self.order.capacity, self.order.connection
        params: Params = {"capacity": wanted, "minimum": sku.minimum}
        if wanted < sku.minimum or (sku.maximum is not None and wanted > sku.maximum):
            # 0 = the service names no maximum.
            raise Invalid("capacity_range", params | {"maximum": sku.maximum or 0}, field="capacity")
        # Whether steps are counted from 0 or from the minimum is documented nowhere: both are let through.
        if wanted % sku.step and (wanted - sku.minimum) % sku.step:
            raise Invalid("capacity_step", params | {"step": sku.step}, field="capacity")
        quota = self.places.quota(target, found.model.base, sku.id, wanted, self.actor.team_id)
        if quota is not None and quota.used + wanted > quota.limit:
            free = max(0, quota.limit - quota.used)
            params = {"pool": quota.pool, "free": free, "wanted": wanted, "limit": quota.limit}
            raise Invalid("quota_exceeded", params, field="capacity")
        return quota

    def count(self) -> QuotaUse | None:
        """The account has room for one more. What is replaced goes only after the new one answers."""
        count = self.places.count(self.order.connection)
        if count is not None and count.used + count.wanted > count.limit:
            params: Params = {
                "connection": self.order.connection,
                "used": count.used,
                "maximum": count.limit,
            }
            raise Invalid("deployments_full", params, field="connection")
        return count

    def content_filter(self) -> None:
        """The filter exists; None is the service's default. Every account has some: none is unread."""
        place, wanted = self.places.of(self.order.connection), self.order.content_filter
        known = place.filters if place else ()
        if wanted and known and wanted not in known:
            params: Params = {"filter": wanted[:SHOWN], "filters": ", ".join(known)}
            raise Invalid("filter_unknown", params, field="content_filter")

    def until(self) -> datetime | None:
        """The day until which it is wanted."""
        given = (self.order.until or "").strip()
        hours = hours_of(self.connection, self.settings, self.actor)
        return parse_until(given, hours, self.now) if given else None

    def replaced(self) -> Deployment | None:
        """The deployment that goes when the new one answers: of the same connection, and there."""
        given = (self.order.replaces or "").strip()
        if not given:
            return None
        for one in deployments.find(self.connection, self.actor.team_id, given):
            if one.connection == self.order.connection and can_be_replaced(one):
                return one
        params: Params = {"given": given[:SHOWN], "connection": self.order.connection}
        raise Invalid("replaces_unknown", params, field="replaces")

    def reason(self) -> None:
        """The approvers are told why."""
        if not self.order.reason.strip():
            raise Invalid("reason_empty", {}, field="reason")
