"""What the documentation tells about base models (`models.json`): where they are trained, how, and until when.

The registry wins wherever it can be read (`providers.azure_ai.catalogue`).
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from importlib import resources
from typing import Any

from providers.azure_ai.names import BaseName, read_base

MICROSOFT = "azureml"
"""Registry of Microsoft's own models; those of all others are sold through the Marketplace (contract 3)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FactRow:
    """One base model.

    Attributes:
        regions: where it is trained, in the service's spelling (`westus3`); empty = nowhere, or nowhere known.
        methods: `supervised` (chat), `completion` (prompt and completion).
        learning_rate: what it learns with when nobody chooses; minimum and maximum as the model card tells them.
        context_tokens: longest example that is trained on; None = not documented.
        version: one that was seen to exist, for where the registry cannot be read.
        replacement: name of the model to take instead, "" = none is named.
    """

    name: str
    registry: str
    regions: frozenset[str]
    methods: tuple[str, ...]
    learning_rate: float
    learning_rate_minimum: float | None = None
    learning_rate_maximum: float | None = None
    context_tokens: int | None = None
    training_ends: datetime | None = None
    inference_ends: datetime | None = None
    replacement: str = ""
    version: str = "1"

    @property
    def id(self) -> str:
        """`azureml://registries/…/models/…`, without a version."""
        return BaseName(self.registry, self.name).id

    @property
    def marketplace(self) -> bool:
        """Whether a Marketplace subscription is needed before it is trained."""
        return self.registry.lower() != MICROSOFT


@dataclass(frozen=True, slots=True)
class Facts:
    """The whole table with its source and the day it was checked."""

    source: str
    checked: str
    learning_rate: float
    models: tuple[FactRow, ...]
    region_names: Mapping[str, str]

    def region(self, region: str) -> str:
        """A region as people call it (`West US 3`); one that is not in the table stays as it is."""
        return self.region_names.get(region, region)

    def of(self, model: str) -> FactRow | None:
        """What is known of a base model, by its id (with a version or without) or its name, in any case."""
        found = read_base(model)
        name = (found.name if found else model).lower()
        return next(
            (
                row
                for row in self.models
                if row.name.lower() == name and (found is None or row.registry == found.registry.lower())
            ),
            None,
        )


@cache
def load_facts() -> Facts:
    """Read the table that comes with this package."""
    table = json.loads(resources.files(__package__).joinpath("models.json").read_text(encoding="utf-8"))
    rate = float(table["component_learning_rate"])
    return Facts(
        source=table["source"],
        checked=table["checked"],
        learning_rate=rate,
        models=tuple(_row(row, rate) for row in table["models"]),
        region_names=table["region_names"],
    )


def in_region(facts: Facts, region: str) -> Sequence[FactRow]:
    """The rows of what a region trains, or ever did."""
    return [row for row in facts.models if region in row.regions]


def _row(row: Mapping[str, Any], rate: float) -> FactRow:
    return FactRow(
        name=row["name"],
        registry=row["registry"],
        regions=frozenset(row["regions"]),
        methods=tuple(row.get("methods", ("supervised",))),
        learning_rate=row.get("learning_rate", rate),
        learning_rate_minimum=row.get("learning_rate_minimum"),
        learning_rate_maximum=row.get("learning_rate_maximum"),
        context_tokens=row.get("context_tokens"),
        training_ends=day(row.get("training_ends")),
        inference_ends=day(row.get("inference_ends")),
        replacement=row.get("replacement", ""),
        version=row.get("version", "1"),
    )


def day(text: object) -> datetime | None:
    """A date as aware UTC; None for what is none."""
    if not isinstance(text, str):
        return None
    try:
        at = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
