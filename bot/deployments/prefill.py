"""What the modal "Ask to deploy" is filled in with where nobody has chosen: a name, a SKU, a capacity."""

import re
from collections.abc import Collection, Mapping, Sequence

from bot import naming
from bot.config.settings import Settings
from bot.deployments.models import Found
from bot.deployments.places import is_free
from bot.deployments.pricing import rate_of
from bot.facts.requests import QuotaUse
from providers.base import NameRule
from providers.hosting import Sku

UNNAMED = "model"
USUAL = NameRule(pattern=r"^[A-Za-z0-9][A-Za-z0-9-]*$", minimum=2, maximum=60)
NUMBERED = 4
"""Characters that are kept for `-123`."""
_UNFIT = re.compile(r"[^A-Za-z0-9]+")


def free_name(found: Found, rule: NameRule | None, used: Collection[str]) -> str:
    """The model's suffix, with a number when a deployment has that name; letters, digits and `-` only."""
    rule = rule or USUAL
    stem = _UNFIT.sub("-", _said(found)).strip("-")[: rule.maximum - NUMBERED].strip("-")
    fits = len(stem) >= rule.minimum and re.match(rule.pattern, stem)
    stem = stem if fits else f"{UNNAMED}-{stem}"[: rule.maximum - NUMBERED].strip("-")
    taken = {one.casefold() for one in used}
    names = (stem if n == 1 else f"{stem}-{n}" for n in range(1, len(taken) + 2))
    return next(name for name in names if name.casefold() not in taken)


def told(rule: NameRule | None) -> dict[str, object]:
    """What a form says about names (`DeployForm.name_minimum` and the like); nothing where no rule is known."""
    if rule is None:
        return {}
    return {
        "name_minimum": rule.minimum,
        "name_maximum": rule.maximum,
        "name_signs": naming.signs(rule.pattern, rule.minimum),
        "name_letter_first": naming.letter_first(rule.pattern, rule.minimum),
    }


def _said(found: Found) -> str:
    """What people call a model; for one made elsewhere its short name begins with it."""
    if found.job is None:
        return found.model.short.partition(" · ")[0]
    name = found.job.suffix or f"{found.job.model_short}-{found.job.label}"
    return name if found.step is None else f"{name}-step-{found.step}"


def sensible_sku(
    settings: Settings,
    name: str,
    base: str,
    skus: Sequence[Sku],
    quotas: Mapping[str, QuotaUse | None],
) -> Sku | None:
    """The cheapest that stays and has quota left; in the offer's order where the price is the same or not known."""

    def rank(sku: Sku) -> tuple[bool, bool, float]:
        quota = quotas.get(sku.id)
        is_full = quota is not None and quota.limit - quota.used < sku.minimum
        rate = rate_of(settings, name, base, sku.id, sku.default)
        return is_free(sku), is_full, rate.per_hour if rate else float("inf")

    return min(skus, key=rank, default=None)


def fitting_capacity(sku: Sku, quota: QuotaUse | None) -> int:
    """The offer's default, or the most that the quota still has."""
    left = quota.limit - quota.used if quota else None
    if left is None or left >= sku.default or left < sku.minimum:
        return sku.default
    return sku.minimum + (left - sku.minimum) // sku.step * sku.step
