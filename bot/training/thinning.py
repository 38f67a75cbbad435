"""Fewer points of a series, so that a picture of it looks the same."""

import itertools
import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # `bot.training.series` offers `decimate` as well
    from bot.training.series import Series

KEPT_POINTS = 2000
"""Points per series that the store keeps and a picture shows."""

NUMPY_FROM = 20_000
"""Longer series are worth an import of numpy; shorter ones take a millisecond without."""


def decimate(series: "Series", limit: int = KEPT_POINTS) -> "Series":
    """At most `limit` (4 or more) of its points.

    A series within the limit is returned as it is. Otherwise NaN and infinity are left out, the points are cut into
    equal buckets, and the least and greatest value of each is kept besides the first and the last point.
    A series of 1,000,000 steps belongs into the helper process (`HelperProcess.decimate`), not the event loop.
    """
    if limit < 4:
        raise ValueError("limit must be 4 or more")
    if len(series) <= limit:
        return series
    buckets = (limit - 2) // 2
    kept = _kept_by_numpy(series, buckets) if len(series) >= NUMPY_FROM else _kept(series, buckets)
    return series.pick(kept)


def _bounds(count: int, buckets: int) -> list[int]:
    return [count * bucket // buckets for bucket in range(buckets)]


def _kept(series: "Series", buckets: int) -> list[int]:
    finite = [index for index, value in enumerate(series.values) if math.isfinite(value)]
    if len(finite) <= 2 * buckets + 2:
        return finite
    values = [series.values[index] for index in finite]
    kept = {0, len(values) - 1}
    bounds = [*_bounds(len(values), buckets), len(values)]
    for start, end in itertools.pairwise(bounds):
        part = values[start:end]
        kept.add(start + part.index(min(part)))
        kept.add(start + part.index(max(part)))
    return [finite[index] for index in sorted(kept)]


def _kept_by_numpy(series: "Series", buckets: int) -> list[int]:
    import numpy as np

    everything = np.frombuffer(series.values)
    finite = np.flatnonzero(np.isfinite(everything))
    if len(finite) <= 2 * buckets + 2:
        return [int(index) for index in finite]
    values = everything[finite]
    starts = np.asarray(_bounds(len(values), buckets))
    sizes = np.diff(np.append(starts, len(values)))
    kept = [np.asarray([0, len(values) - 1])]
    for extreme in (np.minimum.reduceat(values, starts), np.maximum.reduceat(values, starts)):
        found = np.flatnonzero(values == np.repeat(extreme, sizes))
        # The first of each bucket: where the bucket number changes.
        bucket = np.searchsorted(starts, found, side="right")
        kept.append(found[np.append(True, bucket[1:] != bucket[:-1])])
    return [int(index) for index in finite[np.unique(np.concatenate(kept))]]
