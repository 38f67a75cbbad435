"""Measurements of a job over its steps: collected, merged, stored; `decimate` makes them short."""

import math
from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from bot.training.thinning import KEPT_POINTS, decimate
from providers.base import Point, Split

__all__ = ["KEPT_POINTS", "Collected", "Series", "SeriesBuilder", "decimate", "merge"]

JsonObject = dict[str, object]


@dataclass(frozen=True, slots=True, eq=False)
class Series:
    """One measurement over the steps of a job.

    Attributes:
        metric: `loss`, `token_accuracy`, `reward` or the service's own name.
        split: what was measured.
        steps: ascending, each once.
        values: one per step; NaN and infinity as the service sent them.
        epochs: one per step, NaN where not known.
    """

    metric: str
    split: Split
    steps: "array[int]"
    values: "array[float]"
    epochs: "array[float]"

    @classmethod
    def of(
        cls,
        metric: str,
        split: Split,
        steps: Iterable[int],
        values: Iterable[float],
        epochs: Iterable[float | None] | None = None,
    ) -> "Series":
        """A series of plain numbers. `ValueError` when lengths differ or the steps do not ascend."""
        at, held = array("q", steps), array("d", values)
        known = array("d", (math.nan if epoch is None else epoch for epoch in epochs or ()))
        if epochs is None:
            known = array("d", [math.nan]) * len(at)
        if not len(at) == len(held) == len(known):
            raise ValueError("steps, values and epochs differ in length")
        if any(at[i] >= at[i + 1] for i in range(len(at) - 1)):
            raise ValueError("steps must ascend")
        return cls(metric, split, at, held, known)

    def __len__(self) -> int:
        return len(self.steps)

    def __eq__(self, other: object) -> bool:
        """Equal in every bit, so that NaN equals NaN."""
        return isinstance(other, Series) and self._bits() == other._bits()

    def __hash__(self) -> int:
        return hash(self._bits())

    def _bits(self) -> tuple[str, str, bytes, bytes, bytes]:
        return self.metric, self.split, self.steps.tobytes(), self.values.tobytes(), self.epochs.tobytes()

    def finite(self) -> "Series":
        """Without NaN and infinity."""
        if all(map(math.isfinite, self.values)):
            return self
        return self.pick([i for i, value in enumerate(self.values) if math.isfinite(value)])

    def pick(self, indices: Sequence[int]) -> "Series":
        """The points at these ascending indices."""
        return Series(
            self.metric,
            self.split,
            array("q", map(self.steps.__getitem__, indices)),
            array("d", map(self.values.__getitem__, indices)),
            array("d", map(self.epochs.__getitem__, indices)),
        )

    def to_json(self) -> JsonObject:
        """JSON types only; null where a number is not finite or not known."""
        return {
            "metric": self.metric,
            "split": self.split,
            "steps": self.steps.tolist(),
            "values": _nullable(self.values),
            "epochs": _nullable(self.epochs),
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, object]) -> "Series":
        """The series that `to_json` made this of; infinity comes back as NaN."""
        values = cast("list[float | None]", stored["values"])
        return cls.of(
            str(stored["metric"]),
            cast("Split", stored["split"]),
            cast("list[int]", stored["steps"]),
            [math.nan if value is None else value for value in values],
            cast("list[float | None]", stored["epochs"]),
        )


def _nullable(numbers: "array[float]") -> list[float | None]:
    return [number if math.isfinite(number) else None for number in numbers]


class SeriesBuilder:
    """Collects points in any order; a later value for the same step wins. 24 bytes per point that comes in order."""

    def __init__(self, metric: str, split: Split) -> None:
        self._metric, self._split = metric, split
        self._steps, self._values, self._epochs = array("q"), array("d"), array("d")
        self._late: dict[int, tuple[float, float]] = {}

    def add(self, step: int, value: float, epoch: float | None) -> None:
        """One measurement."""
        known = math.nan if epoch is None else epoch
        if not self._steps or step > self._steps[-1]:
            self._steps.append(step)
            self._values.append(value)
            self._epochs.append(known)
        elif step == self._steps[-1]:
            self._values[-1], self._epochs[-1] = value, known
        else:
            self._late[step] = (value, known)

    def build(self) -> Series:
        """The series so far."""
        if not self._late:
            return Series(self._metric, self._split, self._steps[:], self._values[:], self._epochs[:])
        points = dict(zip(self._steps, zip(self._values, self._epochs, strict=True), strict=True))
        points |= self._late
        steps = sorted(points)
        return Series(
            self._metric,
            self._split,
            array("q", steps),
            array("d", (points[step][0] for step in steps)),
            array("d", (points[step][1] for step in steps)),
        )


class Collected:
    """All series of a job, while points come in.

    Args:
        series: what is known already; points come on top of it.
    """

    def __init__(self, series: Iterable[Series] = ()) -> None:
        self._builders: dict[tuple[str, Split], SeriesBuilder] = {}
        for one in series:
            builder = self._builder(one.metric, one.split)
            for step, value, epoch in zip(one.steps, one.values, one.epochs, strict=True):
                builder.add(step, value, epoch)

    def add(self, point: Point) -> None:
        """One measurement."""
        self._builder(point.metric, point.split).add(point.step, point.value, point.epoch)

    def series(self) -> tuple[Series, ...]:
        """All series, in the order in which their first points came."""
        return tuple(builder.build() for builder in self._builders.values())

    def _builder(self, metric: str, split: Split) -> SeriesBuilder:
        key = (metric, split)
        if key not in self._builders:
            self._builders[key] = SeriesBuilder(metric, split)
        return self._builders[key]


def merge(series: Iterable[Series], points: Iterable[Point]) -> tuple[Series, ...]:
    """`series` with `points` on top; merging the same points again changes nothing."""
    collected = Collected(series)
    for point in points:
        collected.add(point)
    return collected.series()
