"""What can be trained: the table of base models with what the registry adds, and the workspace's own models."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from providers.azure_ai.facts import FactRow, Facts
from providers.azure_ai.hyperparameters import described
from providers.azure_ai.marketplace import Offers
from providers.azure_ai.models import OwnModel
from providers.azure_ai.names import short_name
from providers.azure_ai.registry import RegistryModel, ends
from providers.azure_ai.workspace import Workspace
from providers.base import Model

RETIRED, AVAILABLE, ELSEWHERE = "retired", "generally-available", "other-region"


def build(
    facts: Facts,
    workspace: Workspace,
    registry: Mapping[str, RegistryModel],
    own: Iterable[OwnModel],
    now: datetime,
    offers: Offers | None = None,
) -> list[Model]:
    """Base models, those that can be trained here first, then the workspace's own, newest first.

    Args:
        facts: the table of this package.
        workspace: its region decides what can be trained.
        registry: what the registry tells, by id; it wins over the table.
        own: what trainings have made.
        now: decides what is retired.
        offers: what the workspace is subscribed to; None = not known, and then nothing is said of it.
    """
    bases = [_base(row, facts, workspace.region, registry.get(row.id), now) for row in facts.models]
    if offers is not None:
        bases = [_standing(model, offers) for model in bases]
    bases.sort(key=lambda model: (not model.trainable, model.short.lower()))
    known = {model.id.lower(): model for model in bases}
    tuned = [_tuned(one, workspace, known.get(one.base.lower())) for one in own]
    tuned.sort(key=lambda model: model.created_at or now, reverse=True)
    return [*bases, *tuned]


def default_rate(facts: Facts, model: str) -> float:
    """The learning rate that a multiplier multiplies."""
    row = facts.of(model)
    return row.learning_rate if row else facts.learning_rate


def _base(row: FactRow, facts: Facts, region: str, told: RegistryModel | None, now: datetime) -> Model:
    training, inference = ends(row, told)
    dated_by_registry = told is not None and (told.training_ends or told.inference_ends)
    over = training is not None and training <= now
    return Model(
        id=row.id,
        kind="base",
        short=short_name(row.id),
        base=row.id,
        lifecycle=RETIRED if over else AVAILABLE if region in row.regions else ELSEWHERE,
        trainable=region in row.regions and not over,
        training_ends=training,
        inference_ends=inference,
        methods=row.methods,
        hyperparameters=described(row),
        context_tokens=row.context_tokens,
        replacement=row.replacement,
        regions=tuple(sorted(map(facts.region, row.regions))),
        subscribed=row.marketplace,
        dates_source=_dates_source(facts, training or inference, from_registry=bool(dated_by_registry)),
    )


def _standing(model: Model, offers: Offers) -> Model:
    return replace(model, subscription=offers.of(model.id).standing) if model.subscribed else model


def _dates_source(facts: Facts, dated: datetime | None, *, from_registry: bool) -> str:
    if dated is None:
        return ""
    return "the model registry" if from_registry else f"Microsoft Learn, checked on {facts.checked}"


def _tuned(one: OwnModel, workspace: Workspace, base: Model | None) -> Model:
    """A trained model. It is a difference to its base, which no training takes as its base again (contract 2)."""
    id_ = workspace.model_id(one.name, one.version)
    return Model(
        id=id_,
        kind="tuned",
        short=short_name(id_),
        base=base.id if base else one.base or id_,
        lifecycle=base.lifecycle if base else "unknown",
        trainable=False,
        created_at=one.created_at,
        training_ends=base.training_ends if base else None,
        inference_ends=base.inference_ends if base else None,
        methods=base.methods if base else ("supervised",),
        hyperparameters=base.hyperparameters if base else (),
        job_id=one.job or None,
        context_tokens=base.context_tokens if base else None,
        replacement=base.replacement if base else "",
        dates_source=base.dates_source if base else "",
    )
