"""Deployments of a connection: rights, region, quotas, measurements, prices. Reads and changes nothing."""

from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from datetime import datetime, timedelta

from bot.commands.findings import Looked, fine, warn, wrong
from bot.config.connections import Connection
from bot.config.settings import Settings
from providers.errors import ProviderError
from providers.hosting import Hosting, Place, RemoteDeployment, Right
from providers.registry import service

NEARLY = 0.9
"""Part of a quota from which on it is worth a word."""
SHOWN = 6
_WITHOUT = {
    "read": "the bot sees no deployments, or what can be deployed",
    "deploy": "nothing that is approved can be rolled out",
    "remove": "nothing can be taken down",
    "usage": "nobody is warned of idle deployments before the service deletes them",
    "call": "the bot cannot tell when a deployment answers, nor keep an idle one",
}
_LESS = {
    "buy": "subscriptions of the Marketplace cannot be bought after an approval",
    "usage": "the last calls of deployments are not known, so idle ones are not noticed",
}
_LESS_USUAL = "quotas are not shown before the service refuses"
_OPTION = "Correct `connections.{name}.options.warehouse_id`, or leave it out: then last calls are unknown."
Said = Callable[[str, ProviderError, Connection], Looked]


async def hosting(
    found: Hosting, connection: Connection, settings: Settings, *, now: datetime, said: Said
) -> AsyncIterator[Looked]:
    """All looks at one account; `said` puts a provider's error into words."""
    what = f"deployments at {connection.name}"
    try:
        rights = await found.rights()
    except ProviderError as error:
        yield said(f"{what}: rights", error, connection)
        return  # who cannot even be asked for rights cannot be asked for the rest
    costly = service(connection.provider).reading_costs(connection.options)
    for one in _rights(what, rights, _OPTION.format(name=connection.name) if costly else ""):
        yield one
    lacks = {right.needed_for for right in rights if right.vital and not right.held}
    place: Place | None = None
    if "read" not in lacks:
        try:
            place = await found.place()
            deployed = await found.deployments()
        except ProviderError as error:
            yield said(f"{what}: region and quotas", error, connection)
        else:
            for one in (*_region(what, place, connection), *_quotas(what, place, deployed)):
                yield one
            for one in _prices(what, place, deployed, connection, settings):
                yield one
    if "usage" not in lacks and costly:
        yield fine(f"{what}: last calls", "not looked at: reading them starts the warehouse, which is billed")
    elif "usage" not in lacks:
        try:
            usage = await found.usage(now - timedelta(days=1))
        except ProviderError as error:
            yield said(f"{what}: last calls", error, connection)
        else:
            yield _measured(f"{what}: last calls", known=usage.known)


def _measured(what: str, *, known: bool) -> Looked:
    if known:
        return fine(what, "readable")
    # Nobody can do anything about it, so it is no warning.
    return fine(what, "the service has no such measurement here, so idle deployments are not noticed")


def _rights(what: str, rights: Sequence[Right], ungranted: str) -> Iterator[Looked]:
    """`ungranted` is the remedy for measurements that no grant can bring."""
    missing = [right for right in rights if not right.held]
    for right in missing:
        if right.vital:
            detail = f"lacks {right.action}: {_WITHOUT.get(right.needed_for, 'something does not work')}"
            yield wrong(f"{what}: rights", detail, right.grant)
        else:
            detail = f"lacks {right.action}: {_LESS.get(right.needed_for, _LESS_USUAL)}"
            yield warn(
                f"{what}: rights", detail, right.grant or (ungranted if right.needed_for == "usage" else "")
            )
    if not missing:
        yield fine(f"{what}: rights", f"all {len(rights)} there")


def _region(what: str, place: Place, connection: Connection) -> Iterator[Looked]:
    what = f"{what}: region"
    if not place.fine_tuned:
        remedy = "Deploy to a connection in another region: the model can be taken from this one."
        yield warn(what, f"{place.region or 'it'} hosts no fine-tuned models", remedy)
    elif connection.region and place.region and _plain(connection.region) != _plain(place.region):
        detail = f"the service says {place.region}, the configuration {connection.region}"
        yield warn(what, detail, f'Set region = "{place.region}".')
    else:
        yield fine(what, place.region or "the service does not name it, so nothing is compared")


def _quotas(what: str, place: Place, deployed: Sequence[RemoteDeployment]) -> Iterator[Looked]:
    """Only pools that something draws from: an account has quotas for hundreds of models."""
    what = f"{what}: quotas"
    full = [
        f"{pool.name} {pool.used:,} of {pool.limit:,}"
        for pool in place.pools
        if pool.used and pool.used >= NEARLY * pool.limit
    ]
    count = sum(one.fine_tuned for one in deployed)
    if place.maximum is not None and count >= NEARLY * place.maximum:
        full.append(f"fine-tuned deployments {count:,} of {place.maximum:,}")
    if full:
        remedy = "Take down what nobody calls, or ask for more quota in the portal."
        yield warn(what, f"nearly used up: {_listed(full)}", remedy)
        return
    most = f" of {place.maximum:,}" if place.maximum is not None else ""
    pooled = any(sku.unit == "" for offer in place.offers for sku in offer.skus)
    none = "pools not readable" if pooled else "no quotas told"
    pools = f"{len(place.pools):,} pools with room" if place.pools else none
    yield fine(what, f"{count:,}{most} fine-tuned deployments, {pools}")


def _prices(
    what: str,
    place: Place,
    deployed: Sequence[RemoteDeployment],
    connection: Connection,
    settings: Settings,
) -> Iterator[Looked]:
    """A hosting price for everything that is deployed and costs by the hour."""
    what = f"{what}: prices"
    free = {sku.id.casefold() for offer in place.offers for sku in offer.skus if not sku.billed_by_the_hour}
    missing: dict[tuple[str, str], list[str]] = {}
    priced = 0
    for one in deployed:
        if not one.fine_tuned or one.sku.casefold() in free:
            continue
        price = settings.hosting_for(connection.name, one.base, one.sku)
        if price is None or price.hourly(one.capacity) is None:
            missing.setdefault((one.base, one.sku), []).append(one.name)
        else:
            priced += 1
    for (base, sku), names in missing.items():
        detail = f"none for {base or 'an unknown base model'} with {sku} ({_listed(sorted(names))})"
        model = base or "*"
        keys = "per_hour (or per_unit_hour), source and as_of"
        remedy = f'Add [[hosting]] with model = "{model}", sku = "{sku}", {keys}.'
        yield warn(what, detail, remedy)
    if priced and not missing:
        yield fine(what, f"known for all {priced:,} that cost by the hour")


def _plain(region: str) -> str:
    """`Sweden Central` and `swedencentral` are the same."""
    return region.replace(" ", "").casefold()


def _listed(names: Sequence[str]) -> str:
    more = len(names) - SHOWN
    return ", ".join(names[:SHOWN]) + (f" and {more:,} more" if more > 0 else "")
