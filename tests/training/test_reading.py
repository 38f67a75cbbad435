"""What the curves are said to be, whatever the noise."""

import math
import random
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.training.reading import Reading, read_curves
from bot.training.series import Series
from providers.base import Split

LENGTHS = st.integers(15, 400)
SEEDS = st.integers(0, 10_000)


def curve(shape: str, count: int, seed: int = 0, noise: float = 0.0, split: Split = "train") -> Series:
    """A curve over `count` steps with noise of this share of its height."""
    rng = random.Random(seed)  # noqa: S311  # noise for a curve
    heights: dict[str, Callable[[float], float]] = {
        "falling": lambda x: 0.5 + 1.6 * math.exp(-4 * x),
        "flat": lambda _: 1.5,
        "rising": lambda x: 0.6 + 1.5 * x,
        "turning": lambda x: 0.6 + 3.2 * (x - 0.4) ** 2,
    }
    values = [heights[shape](i / (count - 1)) * (1 + rng.gauss(0, noise)) for i in range(count)]
    return Series.of("loss", split, range(1, count + 1), values)


@given(st.sampled_from(["falling", "rising"]), LENGTHS, SEEDS)
def test_a_direction_is_seen_through_noise(shape: str, count: int, seed: int) -> None:
    noise = 0.02 if count < 60 else 0.06
    assert read_curves([curve(shape, count, seed, noise)]).kind == shape


def test_noise_alone_is_neither_a_direction_nor_overfitting() -> None:
    kinds = [
        read_curves([curve("flat", count, seed, 0.05), curve("flat", count, seed + 1, 0.05, "valid")]).kind
        for count in (20, 60, 200)
        for seed in range(100)
    ]
    assert kinds.count("flat") >= 0.95 * len(kinds)
    assert kinds.count("diverging") <= 0.01 * len(kinds)


@given(LENGTHS, SEEDS)
def test_validation_that_turns_while_training_falls_is_diverging(count: int, seed: int) -> None:
    series = [curve("falling", count, seed, 0.02), curve("turning", count, seed + 1, 0.02, "valid")]
    reading = read_curves(series)
    assert reading.kind == "diverging"
    best = float(reading.params["valid_best_step"])
    assert 0.2 * count < best < 0.65 * count
    assert float(reading.params["valid_last"]) > float(reading.params["valid_best"])


@given(LENGTHS, SEEDS)
def test_validation_that_falls_along_is_not_diverging(count: int, seed: int) -> None:
    valid = curve("falling", count, seed + 1, 0.02, "valid")
    higher = Series.of("loss", "valid", valid.steps, [value * 1.15 for value in valid.values])
    reading = read_curves([curve("falling", count, seed, 0.02), higher])
    assert reading.kind == "falling"
    assert reading.params["gap"] in ("healthy", "mild")


@pytest.mark.parametrize(
    ("factor", "gap", "kind"),
    [
        (1.0, "healthy", "falling"),
        (1.3, "mild", "falling"),
        (1.7, "moderate", "diverging"),
        (2.5, "severe", "diverging"),
    ],
)
def test_the_gap_is_named_as_the_contract_does(factor: float, gap: str, kind: str) -> None:
    train = curve("falling", 200)
    valid = Series.of("loss", "valid", train.steps, [value * factor for value in train.values])
    reading = read_curves([train, valid])
    assert (reading.kind, reading.params["gap"]) == (kind, gap)
    assert reading.params["gap_ratio"] == pytest.approx(factor)


@given(st.sampled_from(["falling", "flat", "rising", "turning"]), LENGTHS, SEEDS, st.floats(0.01, 100))
def test_the_unit_of_loss_and_the_spacing_of_steps_do_not_matter(
    shape: str, count: int, seed: int, unit: float
) -> None:
    valid = curve(shape, count, seed, 0.03, "valid")
    series = [curve("falling", count, seed + 1, 0.03), valid]
    scaled = [
        Series.of("loss", one.split, [7 * step for step in one.steps], [unit * value for value in one.values])
        for one in series
    ]
    assert read_curves(scaled).kind == read_curves(series).kind


@given(st.integers(60, 300), SEEDS)
def test_single_outliers_change_nothing(count: int, seed: int) -> None:
    series = curve("falling", count, seed, 0.02)
    values = list(series.values)
    for index in range(seed % 50, count, 50):
        values[index] = 50.0
    spiked = Series.of("loss", "train", series.steps, values)
    assert read_curves([spiked]).kind == "falling"
    assert float(read_curves([spiked]).params["last"]) < 1


@given(
    st.lists(
        st.builds(
            lambda metric, split, values: Series.of(metric, split, range(len(values)), values),
            st.sampled_from(["loss", "reward", "token_accuracy"]),
            st.sampled_from(["train", "valid", "full_valid"]),
            st.lists(st.floats(), max_size=40),
        ),
        max_size=5,
    )
)
def test_any_numbers_get_a_reading_with_finite_figures(series: list[Series]) -> None:
    reading = read_curves(series)
    assert all(math.isfinite(value) for value in reading.params.values() if isinstance(value, float))
    if reading.kind != "no_points":
        assert {"metric", "points", "first", "last", "best", "best_step"} <= reading.params.keys()


def test_nothing_and_too_little_are_said_to_be_so() -> None:
    assert read_curves([]) == Reading("no_points")
    assert read_curves([Series.of("token_accuracy", "train", [1], [0.5])]) == Reading("no_points")
    assert read_curves([Series.of("loss", "train", [1, 2], [math.nan, math.inf])]) == Reading("no_points")
    assert read_curves([Series.of("loss", "train", [1, 2, 3, 4], [4.0, 3.0, 2.0, 1.0])]).kind == "too_short"


def test_a_rising_reward_is_rising() -> None:
    reading = read_curves([Series.of("reward", "train", range(50), [0.2 + i / 100 for i in range(50)])])
    assert (reading.kind, reading.params["metric"]) == ("rising", "reward")
    assert float(reading.params["best"]) > float(reading.params["first"])


def test_full_validation_is_preferred_where_there_is_enough_of_it() -> None:
    few = Series.of("loss", "full_valid", [100, 200], [1.0, 0.9])
    many = Series.of("loss", "full_valid", range(10, 70, 10), [0.9] * 6)
    valid = curve("falling", 200, split="valid")
    assert read_curves([curve("falling", 200), valid, few]).params["valid_last"] != 0.9
    assert read_curves([curve("falling", 200), valid, many]).params["valid_last"] == 0.9
