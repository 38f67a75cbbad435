"""Series: merged without regard to order or repetition, thinned out without losing what one sees, stored."""

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.training import thinning
from bot.training.series import Collected, Series, decimate, merge
from providers.base import Point, Split

SPLITS: list[Split] = ["train", "valid", "full_valid"]
POINTS = st.builds(
    Point,
    metric=st.sampled_from(["loss", "token_accuracy", "completion_tokens_mean"]),
    split=st.sampled_from(SPLITS),
    step=st.integers(0, 30),
    value=st.floats(),
    epoch=st.none() | st.floats(0, 10),
)


def points(series: Series) -> list[tuple[int, float]]:
    return list(zip(series.steps, series.values, strict=True))


def as_sets(series: tuple[Series, ...]) -> set[Series]:
    return set(series)


@given(st.lists(POINTS))
def test_the_later_value_of_a_step_wins_and_steps_ascend(given_points: list[Point]) -> None:
    expected = {(one.metric, one.split, one.step): one.value for one in given_points}
    merged = merge((), given_points)
    got = {
        (one.metric, one.split, step): value
        for one in merged
        for step, value in zip(one.steps, one.values, strict=True)
    }
    assert got.keys() == expected.keys()
    assert all(got[key] == value or math.isnan(value) for key, value in expected.items())
    assert all(list(one.steps) == sorted(set(one.steps)) for one in merged)


@given(st.lists(POINTS), st.lists(POINTS))
def test_merging_in_two_parts_or_twice_is_the_same_as_once(first: list[Point], second: list[Point]) -> None:
    once = merge((), [*first, *second])
    assert as_sets(merge(merge((), first), second)) == as_sets(once)
    assert as_sets(merge(once, [*first, *second])) == as_sets(once)


def test_epochs_stay_with_their_steps() -> None:
    collected = Collected()
    for step, epoch in ((3, 1.5), (1, 0.5), (2, None)):
        collected.add(Point(metric="loss", split="train", step=step, value=float(step), epoch=epoch))
    (series,) = collected.series()
    assert series == Series.of("loss", "train", [1, 2, 3], [1.0, 2.0, 3.0], [0.5, None, 1.5])


@pytest.mark.parametrize(
    ("steps", "values", "epochs"),
    [([1, 2], [1.0], None), ([1], [1.0], []), ([2, 1], [1.0, 1.0], None), ([1, 1], [1.0, 1.0], None)],
)
def test_a_series_is_consistent(steps: list[int], values: list[float], epochs: list[float] | None) -> None:
    with pytest.raises(ValueError, match="steps"):
        Series.of("loss", "train", steps, values, epochs)


@given(st.lists(st.floats(), max_size=40))
def test_the_stored_form_is_json_and_comes_back(values: list[float]) -> None:
    series = Series.of("loss", "valid", range(1, len(values) + 1), values)
    back = Series.from_json(json.loads(json.dumps(series.to_json(), allow_nan=False)))
    assert back.steps == series.steps
    assert [value for value in back.values if not math.isnan(value)] == [
        v for v in values if math.isfinite(v)
    ]
    assert back.finite() == series.finite()


VALUES = st.lists(st.floats(width=32) | st.integers(-3, 3).map(float), max_size=300)


@given(VALUES, st.integers(4, 60))
def test_thinning_out_keeps_ends_and_extremes(values: list[float], limit: int) -> None:
    series = Series.of("loss", "train", range(0, 2 * len(values), 2), values)
    thin = decimate(series, limit)
    if len(series) <= limit:
        assert thin is series
        return
    finite = series.finite()
    assert len(thin) <= limit
    assert set(points(thin)) <= set(points(finite))
    assert list(thin.steps) == sorted(set(thin.steps))
    if len(finite):
        kept, known = points(thin), points(finite)
        assert (kept[0], kept[-1]) == (known[0], known[-1])
        assert min(thin.values) == min(finite.values)
        assert max(thin.values) == max(finite.values)
    assert decimate(thin, limit) is thin


@given(VALUES, st.integers(4, 60))
def test_both_ways_of_thinning_out_are_one(values: list[float], limit: int) -> None:
    series = Series.of("loss", "train", range(len(values)), values)
    buckets = (limit - 2) // 2
    assert thinning._kept(series, buckets) == thinning._kept_by_numpy(series, buckets)


def test_a_spike_of_one_step_in_a_million_is_kept() -> None:
    values = [1.0] * 1_000_000
    values[654_321] = 9.0
    thin = decimate(Series.of("loss", "train", range(1_000_000), values))
    assert (654_321, 9.0) in points(thin)
    assert len(thin) <= 2000


def test_too_small_a_limit_is_refused() -> None:
    with pytest.raises(ValueError, match="limit"):
        decimate(Series.of("loss", "train", [], []), 3)
