"""Versions and tags of base models as the registry tells them, where it can be read (contract 2).

A training wants a version, and versions change. They are asked of the registry through the region's data plane, as the
official package does; that way is not documented, so whatever it answers but a list means "not readable". The
configured version, or the one in the table of this package, is taken then.
"""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from providers.azure_ai.client import WorkspaceClient, part
from providers.azure_ai.facts import FactRow, day, in_region, load_facts
from providers.azure_ai.names import BaseName
from providers.azure_ai.reading import inner, items, text, texts
from providers.errors import ProviderError

LOG = logging.getLogger(__name__)
API_VERSION: Final = "2021-10-01-dataplanepreview"
FRESH: Final = timedelta(minutes=50)
AT_ONCE: Final = 4
_TRAINING_ENDS: Final = ("finetuneRetirementDate", "finetuneDeprecationDate")
_INFERENCE_ENDS: Final = ("inferenceRetirementDate",)


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistryModel:
    """The newest version of a model, with what its tags say; None = they say nothing."""

    version: str
    training_ends: datetime | None = None
    inference_ends: datetime | None = None


class Registries:
    """Reads the registries of base models."""

    def __init__(self, client: WorkspaceClient) -> None:
        self._client = client
        self._homes: dict[str, str | None] = {}
        self._known: dict[str, tuple[RegistryModel | None, datetime]] = {}

    async def model(self, base: BaseName) -> RegistryModel | None:
        """The newest version; None when the registry could never be read or does not have it.

        Kept for most of an hour, and longer where the registry cannot be read then: its dates do not go back to ours.
        """
        now = self._client.clock.now()
        known = self._known.get(base.id)
        if known is not None and now - known[1] < FRESH:
            return known[0]
        try:
            found = await self._newest(base)
        except ProviderError as error:
            LOG.info("model %s of the registry %s cannot be read: %s", base.name, base.registry, error)
            found = known[0] if known else None
        self._known[base.id] = (found, now)
        return found

    async def models(self, bases: Sequence[BaseName]) -> dict[str, RegistryModel]:
        """The readable ones of several, by id."""
        gate = asyncio.Semaphore(AT_ONCE)

        async def one(base: BaseName) -> tuple[str, RegistryModel | None]:
            async with gate:
                return base.id, await self.model(base)

        # A registry is asked where it is before its models are: once, and not by all of them.
        for registry in sorted({base.registry for base in bases}):
            await self._home_or_none(registry)
        found = await asyncio.gather(*(one(base) for base in bases))
        return {id_: model for id_, model in found if model is not None}

    async def trained_in(self, region: str) -> dict[str, RegistryModel]:
        """What is told of the models that a region trains, or ever did, by id: maybe a later end than our table has."""
        return await self.models(
            [BaseName(row.registry, row.name) for row in in_region(load_facts(), region)]
        )

    async def versioned(self, base: BaseName) -> str:
        """The id with a version that a training wants."""
        if base.version is not None:
            return base.versioned(base.version)
        configured = self._client.settings.model_versions.get(base.name)
        if configured:
            return base.versioned(configured)
        found = await self.model(base)
        row = load_facts().of(base.id)
        return base.versioned(found.version if found else row.version if row else "1")

    async def _newest(self, base: BaseName) -> RegistryModel | None:
        home = await self._home_or_none(base.registry)
        if home is None:
            return None
        value = await self._client.region_get(
            "registry.models",
            f"{home}/models/{part(base.name)}/versions",
            {"api-version": API_VERSION, "listViewType": "ActiveOnly"},
            model=base.name,
        )
        return newest(items(value, "value"))

    async def _home_or_none(self, registry: str) -> str | None:
        """Path of a registry below the region's data plane; asked once, None when it cannot be told."""
        if registry not in self._homes:
            path = f"/registrymanagement/v1.0/registries/{part(registry)}/discovery"
            try:
                value = await self._client.region_get("registry.discovery", path, registry=registry)
            except ProviderError as error:
                LOG.info("the registry %s cannot be found: %s", registry, error)
                value = None
            subscription, group = text(value, "subscriptionId"), text(value, "resourceGroup")
            self._homes[registry] = (
                f"/mferp/managementfrontend/subscriptions/{part(subscription)}/resourceGroups/{part(group)}"
                f"/providers/Microsoft.MachineLearningServices/registries/{part(registry)}"
                if subscription and group
                else None
            )
        return self._homes[registry]


def ends(row: FactRow, told: RegistryModel | None) -> tuple[datetime | None, datetime | None]:
    """When training and serving end: the registry's dates before the table's; None = not announced."""
    training = (told.training_ends if told else None) or row.training_ends
    inference = (told.inference_ends if told else None) or row.inference_ends
    if training is not None and inference is not None and inference < training:
        # The registry tells a later end of training than the table has for all use: the table is out of date.
        inference = told.inference_ends if told else None
    return training, inference


def newest(versions: Sequence[Any]) -> RegistryModel | None:
    """The highest version of a list, numbers by their value; None for an empty one."""
    named = [(text(one, "name"), one) for one in versions if text(one, "name")]
    if not named:
        return None
    version, value = max(named, key=lambda one: (int(one[0]) if one[0].isdecimal() else -1, one[0]))
    tags = texts(inner(value, "properties"), "tags")
    return RegistryModel(
        version=version,
        training_ends=_first(tags, _TRAINING_ENDS),
        inference_ends=_first(tags, _INFERENCE_ENDS),
    )


def _first(tags: Mapping[str, str], names: Sequence[str]) -> datetime | None:
    return next((at for name in names if (at := day(tags.get(name))) is not None), None)
