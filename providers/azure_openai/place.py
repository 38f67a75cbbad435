"""What a region offers to fine-tuned models, from the lists of models and quotas (contract 1.11, 2.4)."""

from collections.abc import Iterable, Mapping
from typing import Any

from providers.azure_openai.arm_wire import ArmCapacity, ArmModelSku, ArmOffer, ArmUsage, read
from providers.azure_openai.deployments import base_id
from providers.azure_openai.model_facts import Facts
from providers.azure_openai.skus import (
    MAXIMUM,
    POOL_END,
    REQUESTS_PER_UNIT,
    SKUS,
    TOKENS_PER_UNIT,
    SkuFacts,
    facts_of,
    pool_of,
)
from providers.hosting import Offer, Place, Pool, Sku


def build_place(
    resource: str,
    region: str,
    *,
    models: Iterable[Any],
    usages: Iterable[Any] | None,
    filters: Iterable[Any],
    facts: Facts,
) -> Place:
    """A place out of the items of the three lists; items that cannot be read are passed over.

    A SKU is offered for a base model when the region's list names a fine-tuned pool for it, or the quotas have one.
    Where the quotas are not readable (None), a SKU of a model that can be fine-tuned in the region counts as offered.
    """
    pools = read_pools(usages or ())
    known = None if usages is None else {pool.name.lower() for pool in pools}
    offers = _offers(models, known, facts)
    return Place(
        resource=resource,
        region=region,
        fine_tuned=any(offer.skus for offer in offers),
        offers=offers,
        pools=pools,
        filters=tuple(sorted({name for item in filters if (name := _name(item))}, key=str.lower)),
        maximum=MAXIMUM,
    )


def read_pools(usages: Iterable[Any]) -> tuple[Pool, ...]:
    """The quotas of the region with a name and a limit; base models' pools are among them."""
    read_ = (read(ArmUsage, item) for item in usages)
    return tuple(
        Pool(name=one.name.value, used=one.used or 0, limit=one.limit)
        for one in read_
        if one.name.value and one.limit is not None
    )


def _offers(models: Iterable[Any], pools: set[str] | None, facts: Facts) -> tuple[Offer, ...]:
    """One offer per base model; a list that names a model for several kinds of account is put together."""
    found: dict[str, Offer] = {}
    for item in models:
        # The region's list wraps each model (`{"model": {…}, "kind", "skuName"}`), an account's does not.
        inner = item.get("model") if isinstance(item, Mapping) else None
        model = read(ArmOffer, inner if isinstance(inner, Mapping) else item)
        if model.name is None:
            continue
        base = base_id(model.name, model.version or "", model.format or "OpenAI")
        offer = _offer(base, model, _skus(model, pools, documented=facts.of(base) is not None), facts)
        if base not in found or len(offer.skus) > len(found[base].skus):
            found[base] = offer
    return tuple(sorted(found.values(), key=lambda offer: (not offer.skus, offer.base)))


def _offer(base: str, model: ArmOffer, skus: tuple[Sku, ...], facts: Facts) -> Offer:
    known = facts.of(base)
    return Offer(
        base=base,
        skus=skus,
        lifecycle=model.lifecycle or "",
        training_ends=model.deprecation.training or (known.training_ends if known else None),
        inference_ends=model.deprecation.inference or (known.inference_ends if known else None),
    )


def _skus(model: ArmOffer, pools: set[str] | None, *, documented: bool) -> tuple[Sku, ...]:
    """SKUs in our order. Capacities come from the fine-tuned entry where the list has one.

    Pools are named without the version, and not every version is one that can be fine-tuned; `documented` says that
    it is or was, for versions that are not trained any more and still hosted.
    """
    chosen: dict[str, Sku] = {}
    for item in model.skus:
        sku = read(ArmModelSku, item)
        facts = facts_of(sku.name or "")
        if facts is None:
            continue
        named = sku.usage if sku.usage and sku.usage.lower().endswith(POOL_END) else None
        pool = named or pool_of(facts.id, model.name or "")
        listed = documented and pools is not None
        has_pool = (pools is None or pool.lower() in pools) and (model.fine_tunable or listed)
        if named or (has_pool and facts.id not in chosen):
            chosen[facts.id] = _sku(facts, pool, sku.capacity)
    return tuple(chosen[facts.id] for facts in SKUS if facts.id in chosen)


def _sku(facts: SkuFacts, pool: str, capacity: ArmCapacity) -> Sku:
    least = max(1, capacity.minimum or 1)
    most = capacity.maximum if capacity.maximum is not None and capacity.maximum >= least else None
    usual = max(least, capacity.default or least)
    return Sku(
        id=facts.id,
        label=facts.label,
        hint=facts.hint,
        processing=facts.processing,
        minimum=least,
        maximum=most,
        step=max(1, capacity.step or 1),
        default=usual if most is None else min(usual, most),
        tokens_per_unit=TOKENS_PER_UNIT,
        requests_per_unit=REQUESTS_PER_UNIT,
        pool=pool,
        billed_by_the_hour=facts.billed_by_the_hour,
    )


def _name(item: Any) -> str:
    name = item.get("name") if isinstance(item, Mapping) else None
    return name if isinstance(name, str) else ""
