"""Where deployments can live and which there are, as last read: offers, SKUs, quotas."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from bot.config.settings import Settings
from bot.facts.requests import QuotaUse
from bot.store import connections, deployments
from bot.store.deployments import COMING, Deployment
from providers.hosting import Offer, Place, Pool, Sku

DEPLOYMENTS = "deployments"
"""`QuotaUse.pool` of the number of fine-tuned deployments."""


class Places:
    """Reads each thing once: an object is good for one transaction that writes none of it. No request to a service."""

    def __init__(self, connection: Connection, settings: Settings) -> None:
        self._connection, self._settings = connection, settings
        self._read: dict[str, tuple[Place | None, datetime | None]] = {}
        self._alive: Sequence[Deployment] | None = None
        self._recent: dict[tuple[str, datetime], Sequence[Deployment]] = {}

    def of(self, name: str) -> Place | None:
        """The place of a connection; None when it was never read."""
        return self._get(name)[0]

    def read_at(self, name: str) -> datetime | None:
        """When it was read."""
        return self._get(name)[1]

    def _get(self, name: str) -> tuple[Place | None, datetime | None]:
        if name not in self._read:
            self._read[name] = deployments.place(self._connection, name)
        return self._read[name]

    def alive(self, name: str | None = None) -> Sequence[Deployment]:
        """Deployments that are there or coming, of one connection or of all; newest first."""
        if self._alive is None:
            self._alive = deployments.alive(self._connection)
        return [one for one in self._alive if name in (None, one.connection)]

    def offer(self, name: str, base: str) -> Offer | None:
        """What a connection's region offers for a base model."""
        place = self.of(name)
        return next((one for one in place.offers if one.base == base), None) if place else None

    def base_name(self, name: str, base: str) -> str:
        """What people call a base model: its short name in the connection's list, else the last part of its id."""
        model = connections.model(self._connection, name, base)
        return model.short if model is not None else base.rpartition("/")[2]

    def skus(self, name: str, base: str) -> tuple[Sku, ...]:
        """The SKUs to choose from. Where the region was never read: those that the same service offers elsewhere for
        this base model, without their bounds and quotas.
        """
        if self.of(name) is not None:
            offer = self.offer(name, base)
            return offer.skus if offer else ()
        return tuple(self._elsewhere(name, base))

    def sku(self, name: str, base: str, sku: str) -> Sku | None:
        """A SKU by its id in any case: for this base model, else for any other (label, price by the hour)."""
        wanted = sku.casefold()
        near = next((one for one in self.skus(name, base) if one.id.casefold() == wanted), None)
        if near is not None:
            return near
        place = self.of(name)
        offered = [one for offer in place.offers for one in offer.skus] if place else []
        offered += self._elsewhere(name, None)
        return next((_unbound(one) for one in offered if one.id.casefold() == wanted), None)

    def _elsewhere(self, name: str, base: str | None) -> Sequence[Sku]:
        kinds = {one.name: one.provider for one in self._settings.connections}
        found: dict[str, Sku] = {}
        for other, kind in kinds.items():
            place = self.of(other) if other != name and kind == kinds.get(name) else None
            for offer in place.offers if place else ():
                for sku in offer.skus if base in (None, offer.base) else ():
                    found.setdefault(sku.id, _unbound(sku))
        return list(found.values())

    def quota(self, name: str, base: str, sku: str, wanted: int, team_id: str) -> QuotaUse | None:
        """The quota that a deployment would draw from, with what changed since it was read; None = not known."""
        place, read_at = self._get(name)
        pools = self._pools(name)
        pool_name = pools.get((base, sku.casefold()), "")
        pool = next((one for one in place.pools if _same(one.name, pool_name)), None) if place else None
        if place is None or read_at is None or pool is None:
            return None
        used = self._used(name, pool, team_id, read_at)
        return QuotaUse(pool=pool.name, used=used, limit=pool.limit, wanted=wanted)

    def drawn_from(self, name: str, team_id: str) -> list[QuotaUse]:
        """The pools of fine-tuned models (they have their own) that something is drawn from now, by name."""
        place, read_at = self._get(name)
        if place is None or read_at is None:
            return []
        ours = {pool.casefold() for pool in self._pools(name).values() if pool}
        found = [
            QuotaUse(pool=one.name, used=self._used(name, one, team_id, read_at), limit=one.limit, wanted=0)
            for one in sorted(place.pools, key=lambda one: one.name)
            if one.limit > 0 and one.name.casefold() in ours
        ]
        return [one for one in found if one.used > 0]

    def _used(self, name: str, pool: Pool, team_id: str, read_at: datetime) -> int:
        pools = self._pools(name)

        def drawn(rows: Sequence[Deployment]) -> int:
            return sum(
                one.capacity for one in rows if _same(pools.get((one.base, one.sku.casefold())), pool.name)
            )

        added = [one for one in self.alive(name) if _after(one, read_at)]
        return max(0, pool.used + drawn(added) - drawn(self._gone(name, team_id, read_at)))

    def _gone(self, name: str, team_id: str, read_at: datetime) -> Sequence[Deployment]:
        """Deployments that were there when the quotas were read, and are gone since."""
        key = (team_id, read_at)
        if key not in self._recent:
            self._recent[key] = deployments.recent(self._connection, team_id, gone_since=read_at)
        return [
            one
            for one in self._recent[key]
            if one.connection == name and one.state == "gone" and not _after(one, read_at)
        ]

    def _pools(self, name: str) -> dict[tuple[str, str], str]:
        place = self.of(name)
        offers = place.offers if place else ()
        return {(offer.base, sku.id.casefold()): sku.pool for offer in offers for sku in offer.skus}

    def count(self, name: str) -> QuotaUse | None:
        """How many fine-tuned deployments the account has of those it may have; None where there is no limit."""
        place = self.of(name)
        if place is None or place.maximum is None:
            return None
        used = sum(one.fine_tuned for one in self.alive(name))
        return QuotaUse(pool=DEPLOYMENTS, used=used, limit=place.maximum, wanted=1)


def is_free(sku: Sku | None) -> bool:
    """Whether hosting with this SKU costs nothing by the hour; an unknown one is taken to cost."""
    return sku is not None and not sku.billed_by_the_hour


def _unbound(sku: Sku) -> Sku:
    return replace(sku, minimum=1, maximum=None, step=1, default=1, pool="")


def _same(one: str | None, other: str) -> bool:
    return bool(one) and str(one).casefold() == other.casefold()


def _after(one: Deployment, read_at: datetime) -> bool:
    """Whether the quotas that were read then cannot know of it."""
    since = one.created_remote or one.intent_at
    return one.state in COMING or (since is not None and since > read_at)
