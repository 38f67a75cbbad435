"""What the documentation tells about models (`models.json`); the service's own list wins where it answers."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from functools import cache
from importlib import resources


@dataclass(frozen=True, slots=True)
class ModelFacts:
    """One base model. `context` in tokens; `training_ends` None = no date; `replacement` "" = none known."""

    id: str
    context: int
    training_ends: datetime | None
    replacement: str


@dataclass(frozen=True, slots=True)
class Facts:
    """The table with its source and the day it was checked; `licences` are lines by the pattern of a model's id."""

    source: str
    checked: str
    models: tuple[ModelFacts, ...]
    licences: tuple[tuple[str, str], ...] = ()

    def of(self, base: str) -> ModelFacts | None:
        """What is known about a base model, by its Hugging Face id in any case."""
        name = base.lower()
        return next((row for row in self.models if row.id.lower() == name), None)

    def licence(self, base: str) -> str:
        """The line that the licence asks for, "" where the documentation has none for this model."""
        name = base.lower()
        return next((line for pattern, line in self.licences if fnmatchcase(name, pattern.lower())), "")

    @property
    def says(self) -> str:
        """Who says the dates, for people."""
        return f"{self.source}, checked {self.checked}"


@cache
def load_facts() -> Facts:
    """Read the table that comes with this package."""
    table = json.loads(resources.files(__package__).joinpath("models.json").read_text(encoding="utf-8"))
    return Facts(
        source=table["source"],
        checked=table["checked"],
        licences=tuple((row["models"], row["line"]) for row in table["licences"]),
        models=tuple(
            ModelFacts(
                id=row["id"],
                context=row["context"],
                training_ends=_day(row.get("training_ends")),
                replacement=row.get("replacement", ""),
            )
            for row in table["models"]
        ),
    )


def _day(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text).replace(tzinfo=UTC) if text else None
