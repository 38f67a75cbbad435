"""What the documentation tells about models and the service's own list does not (`models.json`).

The service's list wins wherever it says something: what exists, lifecycle, dates.
"""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from functools import cache
from importlib import resources
from typing import Any, Literal

from providers.base import TrainingType


@dataclass(frozen=True, slots=True)
class ModelFacts:
    """One row: `match` is a lower-case glob over base model ids; empty `training_types` = not documented.

    `family` open: models that are not OpenAI's. Their `fine_tune` flag is wrongly false in the service's list, and
    they cannot be trained on from an earlier result (contract 1.4, 1.9). `replacement`: the base model that the source
    names instead, "" = it names none.
    """

    match: str
    family: Literal["openai", "open"]
    methods: tuple[str, ...]
    training_types: tuple[str, ...]
    training_ends: datetime | None
    inference_ends: datetime | None
    replacement: str = ""


@dataclass(frozen=True, slots=True)
class Facts:
    """The whole table with its source and the day it was checked."""

    source: str
    checked: str
    training_types: tuple[TrainingType, ...]
    models: tuple[ModelFacts, ...]

    def of(self, base: str) -> ModelFacts | None:
        """What is known about a base model."""
        name = base.lower()
        return next((row for row in self.models if fnmatchcase(name, row.match)), None)


@cache
def load_facts() -> Facts:
    """Read the table that comes with this package."""
    table = json.loads(resources.files(__package__).joinpath("models.json").read_text(encoding="utf-8"))
    return Facts(
        source=table["source"],
        checked=table["checked"],
        training_types=tuple(TrainingType(**row) for row in table["training_types"]),
        models=tuple(_row(row) for row in table["models"]),
    )


def _row(row: dict[str, Any]) -> ModelFacts:
    return ModelFacts(
        match=row["match"],
        family=row["family"],
        methods=tuple(row["methods"]),
        training_types=tuple(row.get("training_types", ())),
        training_ends=_day(row.get("training_ends")),
        inference_ends=_day(row.get("inference_ends")),
        replacement=row.get("replacement", ""),
    )


def _day(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text).replace(tzinfo=UTC) if text else None
