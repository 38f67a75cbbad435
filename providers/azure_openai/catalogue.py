"""What can be trained: the service's list of models with what the documentation adds (contract 1.9, 1.11)."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from providers.azure_openai.hyperparameters import of_methods
from providers.azure_openai.model_facts import Facts, ModelFacts
from providers.azure_openai.surface import SUPERVISED
from providers.azure_openai.wire import WireModel, moment
from providers.base import Checkpoint, Model
from providers.clock import from_unix

SHORT: Final = 75
"""Characters of a Slack select option."""
_TUNED: Final = re.compile(
    r"(?P<base>.+?)\.ft-(?P<job>[0-9a-f]{32})(?:-(?P<suffix>[^:]+))?(?::ckpt-step-(?P<step>\d+))?",
    re.IGNORECASE,
)
_DATE: Final = re.compile(r"-\d{4}-\d{2}-\d{2}$")
SERVICE: Final = "the service"
"""Who says when a model retires, where its own list does."""


@dataclass(frozen=True, slots=True)
class TunedName:
    """A tuned model's name taken apart: `base.ft-<job>[-suffix][:ckpt-step-N]`; `job` is 32 hex digits."""

    base: str
    job: str
    suffix: str
    step: int | None


def read_name(model: str) -> TunedName | None:
    """The parts of a tuned model's or checkpoint's name; None for a base model."""
    match = _TUNED.fullmatch(model)
    if match is None:
        return None
    step = int(match["step"]) if match["step"] else None
    return TunedName(match["base"], match["job"], match["suffix"] or "", step)


def short_name(model: str) -> str:
    """A name of at most 75 characters that starts with what tells models apart.

    `gpt-4.1-mini-2025-04-14.ft-3c27…-support-v12` becomes `support-v12 · gpt-4.1-mini · 3c27ab`; the first digits
    of the job keep names with the same suffix apart.
    """
    name = read_name(model)
    if name is None:
        return model if len(model) <= SHORT else model[: SHORT - 1] + "…"
    step = f" step {name.step}" if name.step is not None else ""
    base = _DATE.sub("", name.base)[:30]
    tail = f"{step} · {base} · {name.job[:6]}" if name.suffix else f"{step} · {name.job[:6]}"
    head = name.suffix or base
    room = SHORT - len(tail)
    return (head if len(head) <= room else head[: room - 1] + "…") + tail


def job_of(wire: WireModel) -> str | None:
    """The job that made a tuned model: told by the service, or read out of the name."""
    name = read_name(wire.id)
    return wire.fine_tune or (f"ftjob-{name.job}" if name else None)


def build(wires: Iterable[WireModel], facts: Facts, now: datetime) -> list[Model]:
    """Base models that can be trained or are documented to have been, then tuned models, newest first."""
    bases: dict[str, Model] = {}
    tuned: list[WireModel] = []
    for wire in wires:
        if wire.model or wire.fine_tune or read_name(wire.id):
            tuned.append(wire)
        else:
            model = _base(wire, facts, now)
            if model is not None:
                bases[model.id] = model
    made = [
        _tuned(wire, bases, facts) for wire in tuned if (wire.status or "succeeded").lower() == "succeeded"
    ]
    made.sort(key=lambda model: model.created_at or now, reverse=True)
    return sorted(bases.values(), key=lambda model: (not model.trainable, model.id)) + made


def with_checkpoints(models: Sequence[Model], checkpoints: Mapping[str, Sequence[Checkpoint]]) -> list[Model]:
    """Each tuned model followed by the checkpoints of its job that can be trained further.

    The newest checkpoint is the tuned model itself under the same name and is left out.
    """
    listed: list[Model] = []
    for model in models:
        listed.append(model)
        found = checkpoints.get(model.job_id or "", ()) if model.kind == "tuned" else ()
        listed.extend(
            replace(
                model,
                id=checkpoint.model,
                kind="checkpoint",
                short=short_name(checkpoint.model),
                created_at=checkpoint.created_at,
            )
            for checkpoint in found
            if checkpoint.deployable and checkpoint.model != model.id
        )
    return listed


def _base(wire: WireModel, facts: Facts, now: datetime) -> Model | None:
    """A base model; None for one that has nothing to do with training.

    v1's list tells no more than a name (contract 1.9): what the documentation knows is then all that is known.
    """
    known = facts.of(wire.id)
    flagged = wire.capabilities.get("fine_tune") is True
    if not flagged and known is None:
        return None
    told = _ends(wire, "fine_tune")
    ends = told or (known.training_ends if known else None)
    lifecycle = wire.lifecycle_status or "unknown"
    trusted = known is not None and (known.family == "open" or not wire.capabilities)
    methods = known.methods if known else (SUPERVISED,)
    return Model(
        id=wire.id,
        kind="base",
        short=short_name(wire.id),
        base=wire.id,
        lifecycle=lifecycle,
        trainable=(flagged or trusted) and lifecycle != "deprecated" and (ends is None or ends > now),
        created_at=_created(wire),
        training_ends=ends,
        inference_ends=_ends(wire, "inference") or (known.inference_ends if known else None),
        methods=methods,
        training_types=known.training_types if known else (),
        hyperparameters=of_methods(methods),
        replacement=known.replacement if known else "",
        dates_source=_source(wire, facts, known),
    )


def _tuned(wire: WireModel, bases: Mapping[str, Model], facts: Facts) -> Model:
    """A tuned model: trainable further while its base is, OpenAI's models only.

    The service's `fine_tune` flag is false on its own examples of tuned models, so the base decides where it is known.
    """
    name = read_name(wire.id)
    base_id = wire.model or (name.base if name else wire.id)
    base = bases.get(base_id)
    known = facts.of(base_id)
    flagged = wire.capabilities.get("fine_tune") is True
    trainable = base.trainable if base else flagged
    if known is not None and known.family == "open":
        trainable = False
    methods = base.methods if base else (SUPERVISED,)
    told = _ends(wire, "inference")
    return Model(
        id=wire.id,
        kind="tuned",
        short=short_name(wire.id),
        base=base_id,
        lifecycle=wire.lifecycle_status or "unknown",
        trainable=trainable,
        created_at=_created(wire),
        training_ends=base.training_ends if base else None,
        inference_ends=told or (base.inference_ends if base else None),
        methods=methods,
        training_types=base.training_types if base else (),
        hyperparameters=of_methods(methods),
        job_id=job_of(wire),
        replacement=base.replacement if base else "",
        dates_source=SERVICE if told else (base.dates_source if base else ""),
    )


def _source(wire: WireModel, facts: Facts, known: ModelFacts | None) -> str:
    """Who tells the dates: the service where it tells one, else the table; "" where nobody does."""
    if _ends(wire, "fine_tune") or _ends(wire, "inference"):
        return SERVICE
    dated = known is not None and (known.training_ends or known.inference_ends)
    return f"{facts.source} (checked {facts.checked})" if dated else ""


def _created(wire: WireModel) -> datetime | None:
    seconds = wire.created_at or wire.created
    return from_unix(seconds) if seconds else None


def _ends(wire: WireModel, use: str) -> datetime | None:
    seconds = moment(wire.deprecation.get(use))
    return from_unix(seconds) if seconds else None
