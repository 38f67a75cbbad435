"""In which steps models are served, as far as the workspace tells: for a registered version only (contract 5)."""

import logging
from collections import Counter
from collections.abc import Mapping
from typing import Final

from providers.databricks.client import WorkspaceClient, path_of
from providers.databricks.serving import Optimization, read_optimization, skus, split_model
from providers.databricks.serving_wire import WireOptimization, read
from providers.errors import Refused
from providers.hosting import Offer

LOG = logging.getLogger(__name__)
PATH: Final = "/api/2.0/serving-endpoints/get-model-optimization-info"
LOOK_UPS: Final = 12
"""Versions that one reading of the place asks about; what is known already is not asked again."""
PER_BASE: Final = 3
"""Of them, versions of one base model."""
_NOT_LET_IN: Final = frozenset({"network_refused", "key_refused", "oauth_refused", "token_refused"})


class Offers:
    """Asks, and keeps what was told as long as it lives: a version's step does not change."""

    def __init__(self, client: WorkspaceClient) -> None:
        self._client = client
        self._told: dict[str, Optimization] = {}
        self._by_base: dict[str, int] = {}
        self._refused: set[str] = set()

    async def chunk(self, model: str) -> int | None:
        """Tokens per second of one step of a version; None = it is not served with provisioned throughput.

        Raises:
            NotFound, Conflict: there is no such version, or it is still being registered.
        """
        if model not in self._told:
            name, version = split_model(model) or (model, "")
            told = await self._client.get(
                "models.optimization", PATH + path_of(name, version), what={"model": model}
            )
            self._told[model] = read_optimization(read(WireOptimization, told))
        return self._told[model].chunk

    def forget(self, model: str) -> None:
        """The version was deleted."""
        self._told.pop(model, None)

    async def of(self, bases: Mapping[str, str]) -> tuple[tuple[Offer, ...], bool]:
        """Offers for the base models of registered versions, and whether all that was trained is told to have none.

        Args:
            bases: base model of each version. At most `LOOK_UPS` of them are asked about.
        """
        models = {name: base for name, base in bases.items() if base and split_model(name)}
        for name in self._to_ask(models):
            if models[name] not in self._by_base:
                await self._learn(name, models[name])
        known = sorted({base for base in models.values() if base in self._by_base})
        offers = tuple(Offer(base=base, skus=skus(self._by_base[base])) for base in known)
        return offers, bool(models) and not offers and all(name in self._told for name in models)

    def _to_ask(self, models: Mapping[str, str]) -> list[str]:
        """Versions to ask about, few of each base model that is not known; those that were refused before come last."""
        waiting = [name for name, base in models.items() if base not in self._by_base]
        asked: list[tuple[bool, int, str]] = []
        seen: Counter[str] = Counter()
        for name in sorted(waiting, key=lambda one: one in self._refused):
            known = self._told.get(name)
            if known is None or known.chunk is not None:
                asked.append((name in self._refused, seen[models[name]], name))
                seen[models[name]] += 1
        return [name for _, nth, name in sorted(asked, key=lambda one: one[:2]) if nth < PER_BASE][:LOOK_UPS]

    async def _learn(self, model: str, base: str) -> None:
        """How a base model is served, by one of its versions; one that nothing is told about is passed over."""
        try:
            chunk = await self.chunk(model)
        except Refused as error:
            if error.code in _NOT_LET_IN:
                raise
            LOG.info("how %s can be served is not told: %s", model, error)
            self._refused.add(model)
            return
        if chunk is not None:
            self._by_base[base] = chunk
