"""What the curves of a job say, as typed facts for one plain sentence."""

import itertools
import math
import statistics
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from bot.training.series import Series
from providers.base import Split

Kind = Literal["falling", "flat", "diverging", "rising", "too_short", "no_points"]

ENOUGH_POINTS = 5
"""Fewer say nothing about a direction."""

CLEAR_CHANGE = 0.02
"""Share of the start below which a change is called none."""

CLEAR_RISE = 0.05
"""Share of its best by which validation must have risen again."""

OVERFITTED_FROM = 1.5
"""Validation over training loss from which the gap alone tells of overfitting (contract section 4, reading advice)."""

_BLOCKS = 12
_BLOCK_POINTS = 3
_HUGE = 1e100
"""Beyond this a value is as good as infinite, and sums of such overflow."""

_SURE = 4.0
"""Standard errors of one level that a change between two must exceed."""

_GAPS = ((1.2, "healthy"), (1.5, "mild"), (2.0, "moderate"), (math.inf, "severe"))


@dataclass(frozen=True, slots=True)
class Reading:
    """One verdict and its numbers.

    Attributes:
        kind: `falling` is what one wants of a loss, `rising` of a reward: see `metric` in `params`.
            `diverging` means overfitting: validation got worse while training got better, or the gap is wide; the
            remedy is fewer epochs or a smaller learning-rate multiplier (contract section 4, the seed's advice).
        params: `metric`; for all but `no_points` also `points`, `first`, `last`, `best`, `best_step` (of the training
            series, or of what there is); with validation `valid_first`, `valid_last`, `valid_best`,
            `valid_best_step`, `gap_ratio`, `gap` (`healthy`, `mild`, `moderate`, `severe`). All are smoothed values.
    """

    kind: Kind
    params: Mapping[str, str | int | float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Trend:
    """A series as the medians of up to `_BLOCKS` equal pieces, which single outliers do not move.

    Attributes:
        points: how many measurements went in.
        steps, levels: the middle step and the median of each piece.
        noise: standard error of a level.
        best: index of the best level.
    """

    points: int
    steps: Sequence[int]
    levels: Sequence[float]
    noise: float
    best: int

    def level_at(self, step: int) -> float:
        """The level nearest to a step."""
        return self.levels[min(range(len(self.steps)), key=lambda index: abs(self.steps[index] - step))]


def read_curves(series: Sequence[Series]) -> Reading:
    """The reading of a job's curves: of its loss, else of its reward. Never raises for any numbers."""
    metric = next((name for name in ("loss", "reward") if _has(series, name)), None)
    if metric is None:
        return Reading("no_points")
    better = max if metric == "reward" else min
    train = _trend(_of(series, metric, ("train",)), better)
    valid = _trend(_of(series, metric, ("full_valid", "valid")), better)
    shown = train or valid
    if shown is None:
        return Reading("no_points", {"metric": metric})
    params = _params(metric, shown)
    if train and valid:
        params |= _validation(metric, train, valid)
    if shown.points < ENOUGH_POINTS:
        return Reading("too_short", params)
    if metric == "loss" and train and valid and _diverging(train, valid):
        return Reading("diverging", params)
    return Reading(_direction(shown), params)


def _params(metric: str, trend: _Trend) -> dict[str, str | int | float]:
    return {
        "metric": metric,
        "points": trend.points,
        "first": trend.levels[0],
        "last": trend.levels[-1],
        "best": trend.levels[trend.best],
        "best_step": trend.steps[trend.best],
    }


def _validation(metric: str, train: _Trend, valid: _Trend) -> dict[str, str | int | float]:
    params: dict[str, str | int | float] = {
        "valid_first": valid.levels[0],
        "valid_last": valid.levels[-1],
        "valid_best": valid.levels[valid.best],
        "valid_best_step": valid.steps[valid.best],
    }
    ratio = _ratio(train, valid)
    if metric == "loss" and ratio is not None:
        params |= {"gap_ratio": ratio, "gap": next(name for below, name in _GAPS if ratio <= below)}
    return params


def _ratio(train: _Trend, valid: _Trend) -> float | None:
    if train.levels[-1] <= 0 or valid.levels[-1] < 0:
        return None
    ratio = valid.levels[-1] / train.levels[-1]
    return ratio if math.isfinite(ratio) else None


def _direction(trend: _Trend) -> Kind:
    first, last = trend.levels[0], trend.levels[-1]
    if abs(last - first) <= max(CLEAR_CHANGE * abs(first), _SURE * trend.noise):
        return "flat"
    return "falling" if last < first else "rising"


def _diverging(train: _Trend, valid: _Trend) -> bool:
    best = valid.levels[valid.best]
    # The last two pieces must both be above the best: one alone may be noise.
    risen = min(valid.levels[-2:]) - best > max(CLEAR_RISE * abs(best), _SURE * valid.noise)
    if risen and train.levels[-1] <= train.level_at(valid.steps[valid.best]) + train.noise:
        return True
    ratio = _ratio(train, valid)
    return ratio is not None and ratio > OVERFITTED_FROM and _direction(train) == "falling"


def _has(series: Sequence[Series], metric: str) -> bool:
    return any(one.metric == metric and any(abs(value) < _HUGE for value in one.values) for one in series)


def _of(series: Sequence[Series], metric: str, splits: Sequence[Split]) -> list[tuple[int, float]]:
    """Finite points of the first of these splits with enough of them, else of the longest."""
    found = [
        [(step, value) for step, value in zip(one.steps, one.values, strict=True) if abs(value) < _HUGE]
        for split in splits
        for one in series
        if one.metric == metric and one.split == split
    ]
    enough = [points for points in found if len(points) >= ENOUGH_POINTS]
    return enough[0] if enough else max(found, key=len, default=[])


def _trend(points: Sequence[tuple[int, float]], better: Callable[[Iterable[float]], float]) -> _Trend | None:
    count = len(points)
    if not count:
        return None
    pieces = min(_BLOCKS, count // _BLOCK_POINTS) if count >= ENOUGH_POINTS * _BLOCK_POINTS else count
    bounds = [count * piece // pieces for piece in range(pieces + 1)]
    blocks = [points[start:end] for start, end in itertools.pairwise(bounds)]
    levels = [statistics.median(value for _, value in block) for block in blocks]
    # Second differences tell the noise of one point (times the root of 6) whatever the slope; a median of n points is
    # off by 1.25 / sqrt(n) of that.
    values = [value for _, value in points]
    bends = [abs(a - 2 * b + c) for a, b, c in zip(values, values[1:], values[2:], strict=False)]
    spread = 1.4826 * statistics.median(bends) / math.sqrt(6) if bends else 0.0
    return _Trend(
        points=count,
        steps=[block[len(block) // 2][0] for block in blocks],
        levels=levels,
        noise=1.25 * spread / math.sqrt(count / pieces),
        best=levels.index(better(levels)),
    )
