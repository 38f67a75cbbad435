"""How far a running job is, from its measurements. Pure."""

import math
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from bot.facts.jobs import Progress
from providers.base import Point


def steps_in_all(hyper: Mapping[str, Any], examples: int | None) -> tuple[int | None, int | None]:
    """(steps, epochs) when the service has said batch size and epochs; None where it decides silently."""
    epochs, batch = _epochs(hyper), hyper.get("batch_size")
    if epochs is None:
        return None, None
    if not isinstance(batch, int) or batch < 1 or not examples:
        return None, epochs
    return epochs * math.ceil(examples / batch), epochs


def _epochs(hyper: Mapping[str, Any]) -> int | None:
    """By the names that the services have for it; `3ep` is three."""
    for name in ("n_epochs", "num_train_epochs", "training_duration"):
        value = hyper.get(name)
        if isinstance(value, str):
            value = (
                int(value[:-2])
                if value.endswith("ep") and value[:-2].isascii() and value[:-2].isdigit()
                else None
            )
        if isinstance(value, int | float) and value >= 1:
            return int(value)
    return None


def update(
    known: Progress, points: Iterable[Point], hyper: Mapping[str, Any], examples: int | None
) -> Progress:
    """What is known now, after further measurements."""
    step, first, last = known.step, known.train_first, known.train_last
    valid, accuracy = known.valid_last, known.token_accuracy
    reward_first, reward = known.reward_first, known.reward_last
    points = sorted(points, key=lambda one: one.step)
    for point in points:
        if not math.isfinite(point.value):
            continue
        step = max(step or 0, point.step)
        if point.metric == "loss" and point.split == "train":
            first = point.value if first is None else first
            last = point.value
        elif point.metric == "loss":
            valid = point.value
        elif point.metric == "token_accuracy" and point.split == "train":
            accuracy = point.value
        elif point.metric == "reward" and point.split == "train":
            reward_first = point.value if reward_first is None else reward_first
            reward = point.value
    steps, epochs = steps_in_all(hyper, examples)
    if steps is not None and step is not None and step > steps:
        steps = None  # the service batches otherwise than it says: no guess is better than a wrong one
    fraction = step / steps if step is not None and steps else None
    epoch = fraction * epochs if fraction is not None and epochs else None
    told = max((point.epoch for point in points if point.epoch is not None), default=None)
    if steps is None and told is not None:
        # Services that measure once per epoch tell the epoch; their steps cannot be counted from outside.
        epoch = max(told, known.epoch or 0.0)
        fraction = min(1.0, epoch / epochs) if epochs else None
    return Progress(
        step=step,
        steps=steps,
        epoch=epoch,
        epochs=epochs,
        fraction=fraction,
        train_first=first,
        train_last=last,
        valid_last=valid,
        token_accuracy=accuracy,
        reward_first=reward_first,
        reward_last=reward,
    )


def by_clock(known: Progress, started: datetime, eta: datetime | None, now: datetime) -> Progress:
    """Progress by the service's own estimate, where steps are not known."""
    if known.fraction is not None or eta is None or eta <= started:
        return known
    fraction = (now - started) / (eta - started)
    return known.model_copy(update={"fraction": min(0.99, max(0.0, fraction))})
