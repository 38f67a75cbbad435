"""The modal "Ask to deploy" for what is chosen so far: filled in, priced, with what speaks against it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection

from bot.config.settings import Settings
from bot.deployments import ask as asking
from bot.deployments import models, order, prefill, pricing
from bot.deployments.ask import Parts
from bot.deployments.models import Found
from bot.deployments.parsing import format_tags, format_until
from bot.deployments.places import Places, is_free
from bot.deployments.pricing import Planned
from bot.deployments.refusals import can_be_replaced, can_go, hours_of
from bot.errors import Invalid
from bot.facts.deploy_forms import DeployForm, DeployOrder
from bot.facts.forms import Choice
from bot.facts.requests import DeployAsk
from bot.ids import number_of
from bot.people import Actor
from bot.store import deployments, requests
from bot.store.deployments import Deployment
from providers.base import Provider
from providers.hosting import Sku

UNTYPED = frozenset({"reason_empty"})
"""Refusals of what nobody has typed yet."""
Problem = tuple[str, str, dict[str, str | int | float]]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeployWish:
    """What a person has chosen so far. None = open, it is filled in; "" = left empty on purpose.

    `model` is anything that `models.resolve` understands; `request` (`A31`) fills in what that request asks for.
    """

    model: str | None = None
    connection: str | None = None
    name: str | None = None
    sku: str | None = None
    capacity: int | None = None
    content_filter: str | None = None
    tags: str | None = None
    reason: str | None = None
    until: str | None = None
    replaces: str | None = None
    request: str | None = None
    channel: str = ""


def deploy_form(
    connection: Connection,
    settings: Settings,
    providers: Mapping[str, Provider],
    actor: Actor,
    wish: DeployWish,
    now: datetime,
) -> DeployForm:
    """The modal. What does not work is in its `problems`; nothing is raised."""
    return _Form(connection, settings, providers, actor, Places(connection, settings), now).build(wish)


@dataclass(frozen=True, slots=True)
class _Form:
    connection: Connection
    settings: Settings
    providers: Mapping[str, Provider]
    actor: Actor
    places: Places
    now: datetime

    def build(self, wish: DeployWish) -> DeployForm:
        """All of it."""
        wish = self._filled(wish)
        found, problem = self._resolved(wish)
        able = self._able(found)
        names = [one.value for one in able]
        target = wish.connection if wish.connection in names else names[0] if names else None
        # Without any connection that manages deployments the modal only says so.
        target = target or self.settings.connections[0].name
        place = self.places.of(target)
        filters = place.filters if place else ()
        # Not readable: what was asked for before stays, and the service decides.
        filters = filters or ((wish.content_filter,) if wish.content_filter else ())
        there = self.places.alive(target)
        old = [one for one in there if can_be_replaced(one)]
        form = DeployForm(
            models=self._models(found),
            model=found.value if found else None,
            connections=able,
            connection=target,
            name=wish.name or "",
            skus=(),
            sku=None,
            capacity=wish.capacity,
            filters=tuple(Choice(value=one, label=one) for one in filters),
            content_filter=wish.content_filter if wish.content_filter in filters else None,
            filter_off=place.filter_off if place else "",
            tags=wish.tags or "",
            reason=wish.reason or "",
            until=wish.until or None,
            replaceable=tuple(Choice(value=one.label, label=one.name, note=one.model_short) for one in old),
            replaces=self._replaced(wish.replaces, old),
            bill=pricing.bill(self.connection, self.settings, places=self.places),
            count=self.places.count(target),
            read_at=self.places.read_at(target),
            problems=(problem,) if problem else (),
            request=wish.request,
            channel=wish.channel,
        )
        if found is None or target not in self.providers:
            return form
        capabilities = self.providers[target].capabilities
        rule = capabilities.deployment_name
        form = form.model_copy(update=prefill.told(rule) | {"once": capabilities.deploys_once})
        if wish.name is None:
            name = prefill.free_name(found, rule, [one.name for one in there])
            form = form.model_copy(update={"name": name})
        sku = self._sku(target, found, wish.sku)
        return self._judged(self._priced(form, found, sku) if sku else form, found, sku)

    def _filled(self, wish: DeployWish) -> DeployWish:
        """From the request that is changed, where nothing was chosen yet."""
        number = number_of(wish.request or "", "A")
        row = requests.get(self.connection, number) if number else None
        if row is None or row.kind != "deployment" or row.team_id != self.actor.team_id:
            return replace(wish, request=None)
        ask = DeployAsk.model_validate(row.spec)
        until = (
            format_until(ask.until, hours_of(self.connection, self.settings, self.actor)) if ask.until else ""
        )
        asked = DeployWish(
            model=ask.model,
            connection=ask.connection,
            name=ask.name,
            sku=ask.sku,
            capacity=ask.capacity,
            content_filter=ask.content_filter or "",
            tags=format_tags(ask.tags),
            reason=row.reason,
            until=until,
            replaces=ask.replaces or "",
        )
        chosen: dict[str, Any] = {name: getattr(wish, name) for name in DeployWish.__dataclass_fields__}
        return replace(asked, **{name: value for name, value in chosen.items() if value is not None})

    def _resolved(self, wish: DeployWish) -> tuple[Found | None, Problem | None]:
        if not wish.model:
            return None, None
        try:
            found = models.resolve(
                self.connection, self.settings, self.actor, wish.model, prefer=wish.connection
            )
        except Invalid as error:
            return None, _problem(error)
        return found, None

    def _able(self, found: Found | None) -> tuple[Choice, ...]:
        """Connections where deployments are managed and the model can go; the one that has it first."""
        able = [
            one
            for one in self.settings.connections
            if one.name in self.providers
            and self.providers[one.name].hosting is not None
            and (found is None or can_go(self.settings, self.providers, found.connection, one.name))
        ]
        able.sort(key=lambda one: found is None or one.name != found.connection)
        return tuple(Choice(value=one.name, label=one.name, note=one.region) for one in able)

    def _models(self, found: Found | None) -> tuple[Choice, ...]:
        """What can be deployed; the chosen one is among them whatever speaks against it."""
        able = models.deployable(self.connection, self.settings, self.providers, self.actor, now=self.now)
        if found is not None and found.value not in {one.value for one in able}:
            able = [models.as_choice(found), *able][: models.SHOWN]
        return tuple(able)

    def _replaced(self, given: str | None, old: Sequence[Deployment]) -> str | None:
        there = deployments.find(self.connection, self.actor.team_id, given) if given else ()
        return next((one.label for one in old if one.id in {match.id for match in there}), None)

    def _sku(self, target: str, found: Found, wanted: str | None) -> Sku | None:
        base = found.model.base
        skus = self.places.skus(target, base)
        chosen = next((one for one in skus if one.id.casefold() == (wanted or "").casefold()), None)
        quotas = {
            one.id: self.places.quota(target, base, one.id, one.minimum, self.actor.team_id) for one in skus
        }
        return chosen or prefill.sensible_sku(self.settings, target, base, skus, quotas)

    def _priced(self, form: DeployForm, found: Found, sku: Sku) -> DeployForm:
        target, base = form.connection, found.model.base
        quota = self.places.quota(target, base, sku.id, sku.minimum, self.actor.team_id)
        capacity = form.capacity if form.capacity is not None else prefill.fitting_capacity(sku, quota)
        planned = Planned(
            connection=target,
            base=base,
            sku=sku.id,
            capacity=capacity,
            replaces=number_of(form.replaces or "", "P"),
        )
        skus = self.places.skus(target, base)
        return form.model_copy(
            update={
                "skus": tuple(Choice(value=one.id, label=one.label, note=one.hint) for one in skus),
                "sku": sku.id,
                "capacity": capacity,
                "capacity_minimum": sku.minimum,
                "capacity_maximum": sku.maximum,
                "capacity_step": sku.step,
                "unit": sku.unit,
                "hosting": _apart(skus),
                "tokens_per_unit": sku.tokens_per_unit,
                "requests_per_unit": sku.requests_per_unit,
                "rate": pricing.rate_of(self.settings, target, base, sku.id, capacity, free=is_free(sku)),
                "free": is_free(sku),
                "bill": pricing.bill(self.connection, self.settings, planned, places=self.places),
                "quota": quota.model_copy(update={"wanted": capacity}) if quota else None,
            }
        )

    def _judged(self, form: DeployForm, found: Found, sku: Sku | None) -> DeployForm:
        """With what would refuse it, and what should be known."""
        wanted = DeployOrder(
            model=form.model or "",
            connection=form.connection,
            name=form.name,
            sku=form.sku or "",
            capacity=form.capacity if form.capacity is not None else form.capacity_minimum,
            content_filter=form.content_filter,
            tags=form.tags,
            reason=form.reason,
            until=form.until,
            replaces=form.replaces,
            request=form.request,
        )
        examined = order.examine(
            self.connection,
            wanted,
            self.settings,
            self.providers,
            self.actor,
            now=self.now,
            places=self.places,
        )
        problems = tuple(_problem(one) for one in examined.refusals if one.code not in UNTYPED)
        if sku is None:
            return form.model_copy(update={"problems": problems})
        parts = Parts(
            found=found,
            sku=sku,
            wanted=wanted.capacity,
            tags={},
            until=examined.until,
            replaced=examined.replaced,
            quota=form.quota,
            count=form.count,
            filter_off=asking.is_off(self.places, form.connection, form.content_filter),
        )
        told = asking.warnings(form.connection, parts, self.providers, self.places, form.rate, now=self.now)
        return form.model_copy(update={"problems": problems, "warnings": told})


def _apart(skus: Sequence[Sku]) -> Literal["", "processing", "sleep"]:
    """What a person chooses by choosing one of these."""
    if any(one.processing != "region" for one in skus):
        return "processing"
    return "sleep" if any(one.sleeps for one in skus) else ""


def _problem(error: Invalid) -> Problem:
    return error.field, error.code, dict(error.params)
