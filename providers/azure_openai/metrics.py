"""The service's names for measurements, in results files, events and checkpoints alike.

Contract section 4: `validation_mean_token_accuracy` (the first articles) and `valid_mean_token_accuracy` (the live
service) are the same; `train_accuracy` is an older name; reinforcement jobs have rewards. What preference jobs measure
beside losses is published nowhere: the two names are those of common practice. Every other column is kept under its
own name.
"""

import math
import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from providers.base import Point, Split

_PREFIX: Final = re.compile(r"(train|full_valid(?:ation)?|valid(?:ation)?)_(.+)")
_SPLITS: Final[Mapping[str, Split]] = MappingProxyType(
    {
        "train": "train",
        "valid": "valid",
        "validation": "valid",
        "full_valid": "full_valid",
        "full_validation": "full_valid",
    }
)
_METRICS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "loss": "loss",
        "mean_token_accuracy": "token_accuracy",
        "token_accuracy": "token_accuracy",
        "accuracy": "token_accuracy",
        "mean_reward": "reward",
        "reward": "reward",
        "reward_margin": "reward_margin",
        "reward_accuracy": "reward_accuracy",
    }
)
NOT_MEASUREMENTS: Final = frozenset({"step", "epoch", "elapsed_tokens", "elapsed_examples"})


def series_of(column: str) -> tuple[str, Split] | None:
    """Metric and split of a column; None for what counts progress instead of measuring it."""
    name = column.strip().lower()
    if not name or name in NOT_MEASUREMENTS:
        return None
    match = _PREFIX.fullmatch(name)
    if match is None:
        return name, "train"
    metric = _METRICS.get(match[2])
    return (metric or name, _SPLITS[match[1]])


def number(value: Any) -> float | None:
    """A finite number, None for anything else (a blank, `nan`, a word)."""
    if isinstance(value, bool):
        return None
    try:
        read = float(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return read if math.isfinite(read) else None


def step_of(value: Any) -> int | None:
    """A step number: whole and not negative."""
    read = number(value)
    return int(read) if read is not None and read >= 0 and read == int(read) else None


def points_of(data: Mapping[str, Any], step: int | None = None) -> tuple[Point, ...]:
    """The measurements of one metrics record; empty without a step."""
    at = step_of(data.get("step")) if step is None else step
    if at is None:
        return ()
    epoch = number(data.get("epoch"))
    found: dict[tuple[str, Split], Point] = {}
    for column, raw in data.items():
        series, value = series_of(column), number(raw)
        if series is not None and value is not None and series not in found:
            found[series] = Point(metric=series[0], split=series[1], step=at, value=value, epoch=epoch)
    return tuple(found.values())
