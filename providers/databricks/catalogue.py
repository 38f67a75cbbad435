"""What can be trained and what was: the service's constants over `models.json`, and the versions of our schema."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from providers.base import Model
from providers.databricks.capabilities import TASKS
from providers.databricks.hyperparameters import hyperparameters
from providers.databricks.model_facts import Facts, ModelFacts
from providers.databricks.registry import Version
from providers.mlflow.reading import number, text

SHORT = 75
"""Characters of a Slack select option."""


@dataclass(frozen=True, slots=True)
class Offered:
    """A model of the service's own list. `context` in tokens, None = not told."""

    name: str
    display: str
    context: int | None


@dataclass(frozen=True, slots=True)
class Origin:
    """What a registered version was made from: the base model and the run's name, "" = not known."""

    base: str = ""
    run: str = ""


def read_constants(rows: Iterable[Mapping[str, Any]]) -> list[Offered]:
    """The service's own list; a row without a name is left out."""
    found = []
    for row in rows:
        context = number(row.get("maxContextLength"))
        name = text(row.get("name"))
        if name:
            length = int(context) if context is not None and context > 0 else None
            found.append(Offered(name, text(row.get("displayName")), length))
    return found


def base_models(offered: Sequence[Offered] | None, facts: Facts, now: datetime) -> list[Model]:
    """Base models: trainable where the service offers them. `offered` None = it trains nothing any more.

    What it does not offer but the documentation knows is told, too: with the day of its end and its replacement.
    """
    models: dict[str, Model] = {}
    for one in offered or ():
        known = facts.of(one.name)
        models[one.name.lower()] = _base(
            one.name,
            one.context or (known.context if known else None),
            known=None,
            licence=facts.licence(one.name),
        )
    for row in facts.models:
        if row.id.lower() not in models:
            models[row.id.lower()] = _base(
                row.id, row.context, known=row, licence=facts.licence(row.id), says=facts.says, now=now
            )
    return sorted(models.values(), key=lambda model: (not model.trainable, model.id.lower()))


def tuned_models(versions: Iterable[Version], origins: Mapping[str, Origin]) -> list[Model]:
    """Registered versions, newest first. They are served, not trained further: runs go on from checkpoints."""
    ordered = sorted(
        versions, key=lambda one: (one.created_at is not None, one.created_at, one.number), reverse=True
    )
    models = []
    for one in ordered:
        origin = origins.get(one.id, Origin())
        models.append(
            Model(
                id=one.id,
                kind="tuned",
                short=short_name(one, origin.base),
                base=origin.base,
                lifecycle="unknown",
                trainable=False,
                created_at=one.created_at,
                methods=tuple(TASKS),
                job_id=origin.run or None,
            )
        )
    return models


def short_name(version: Version, base: str) -> str:
    """A name of at most 75 characters: `support-v12 v1 · Meta-Llama-3.1-8B-Instruct`."""
    tail = f" v{version.number}" + (f" · {base.rpartition('/')[2][:34]}" if base else "")
    head = version.model.rpartition(".")[2]
    room = SHORT - len(tail)
    return (head if len(head) <= room else head[: room - 1] + "…") + tail


def _base(
    name: str,
    context: int | None,
    *,
    known: ModelFacts | None,
    licence: str,
    says: str = "",
    now: datetime | None = None,
) -> Model:
    """A base model; `known` = it is not offered, and this is what the documentation has of it."""
    ended = (
        known is not None
        and known.training_ends is not None
        and now is not None
        and known.training_ends <= now
    )
    return Model(
        id=name,
        kind="base",
        short=name if len(name) <= SHORT else name[: SHORT - 1] + "…",
        base=name,
        lifecycle="offered" if known is None else "retired" if ended else "not offered",
        trainable=known is None,
        training_ends=known.training_ends if known else None,
        methods=tuple(TASKS),
        hyperparameters=hyperparameters(context) if known is None else (),
        context_tokens=context,
        replacement=known.replacement if known else "",
        dates_source=says if known and known.training_ends else "",
        licence=licence,
    )
