"""Measurements of a training: the trainer's names in MLflow, and points (contract 6).

The trainer logs once per epoch, so a curve of one point is normal. What it calls `train_loss` is the mean over all of
the training, written at its end: it stands in only where there is no `loss`.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Final

from providers.base import Point, Split
from providers.mlflow.values import Metric

EPOCH: Final = "epoch"
_TRAIN_MEAN: Final = "train_loss"
_NO_CURVES: Final = (
    "runtime", "_per_second", "_steps", "_samples", "_load_step", "_save_step", "total_flos", "_memory",
)  # fmt: skip
_NAMES: Final = {"mean_token_accuracy": "token_accuracy", "accuracy": "token_accuracy"}
_VALID: Final = ("eval_", "validation_", "valid_", "val_")


def series_of(key: str, keys: Iterable[str] = ()) -> tuple[str, Split] | None:
    """Metric and split of a key; None for what is no curve. `keys`: all that the run has."""
    name = key.strip().lower()
    if not name or name == EPOCH or any(name.endswith(end) for end in _NO_CURVES):
        return None
    if name == _TRAIN_MEAN:
        return None if any(one.strip().lower() == "loss" for one in keys) else ("loss", "train")
    for prefix in _VALID:
        if name.startswith(prefix):
            rest = name.removeprefix(prefix)
            return _NAMES.get(rest, rest), "valid"
    rest = name.removeprefix("train_")
    return _NAMES.get(rest, rest), "train"


def steps_of(history: Sequence[Metric]) -> list[int]:
    """The steps of a history: as they are where they grow from above 0, else counted from 1.

    With one measurement per epoch the service's own steps may all be 0.
    """
    steps = [one.step for one in history]
    grows = all(first < second for first, second in pairwise(steps))
    return steps if steps and steps[0] > 0 and grows else list(range(1, len(steps) + 1))


def points_of(
    key: str, history: Sequence[Metric], epochs: Sequence[Metric] = (), keys: Iterable[str] = ()
) -> list[Point]:
    """The points of one key in its order; `epochs` is the history of `epoch`, which may be shorter."""
    series = series_of(key, keys)
    if series is None:
        return []
    at = dict(zip(steps_of(epochs), (one.value for one in epochs), strict=True))
    return [
        Point(metric=series[0], split=series[1], step=step, value=one.value, epoch=at.get(step))
        for step, one in zip(steps_of(history), history, strict=True)
    ]


def newest(metrics: Mapping[str, Metric], key: str) -> list[int]:
    """What tells whether a key has something new: its last step and the milliseconds of its last time."""
    one = metrics[key]
    return [one.step, int(one.timestamp.timestamp() * 1000) if one.timestamp else 0]
