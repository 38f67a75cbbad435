"""How far a job is."""

import math
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.facts.jobs import Progress
from bot.training.progress import by_clock, steps_in_all, update
from providers.base import Point
from tests.training.jobs_of import NOW

HYPER = {"n_epochs": 3, "batch_size": 4}


def loss(step: int, value: float, split: str = "train") -> Point:
    return Point(metric="loss", split=split, step=step, value=value)  # type: ignore[arg-type]  # a split by its name


@pytest.mark.parametrize(
    ("hyper", "examples", "expected"),
    [
        (HYPER, 10, (9, 3)),
        (HYPER, None, (None, 3)),
        ({"n_epochs": 3}, 10, (None, 3)),
        ({"n_epochs": -1, "batch_size": 4}, 10, (None, None)),
        ({"n_epochs": 3, "batch_size": -1}, 10, (None, 3)),
        ({}, 10, (None, None)),
    ],
)
def test_steps_are_known_only_when_the_service_said_what_decides_them(
    hyper: dict[str, int], examples: int | None, expected: tuple[int | None, int | None]
) -> None:
    assert steps_in_all(hyper, examples) == expected


def test_measurements_are_taken_in_the_order_of_their_steps() -> None:
    known = update(Progress(), [loss(3, 0.5), loss(1, 2.0), loss(2, 0.7, "valid")], HYPER, 10)
    assert (known.step, known.steps, known.train_first, known.train_last, known.valid_last) == (
        3,
        9,
        2.0,
        0.5,
        0.7,
    )
    assert known.fraction == pytest.approx(1 / 3)
    assert known.epoch == pytest.approx(1.0)


@given(st.lists(st.tuples(st.integers(1, 9), st.floats(allow_nan=True, allow_infinity=True)), max_size=20))
def test_progress_never_goes_back_and_holds_no_nonsense(measured: list[tuple[int, float]]) -> None:
    known = Progress()
    for step, value in measured:
        before = known
        known = update(known, [loss(step, value)], HYPER, 10)
        assert (known.step or 0) >= (before.step or 0)
        assert known.fraction is None or 0 <= known.fraction <= 1
        assert known.train_last is None or math.isfinite(known.train_last)


def test_a_service_that_batches_otherwise_than_it_says_gets_no_guess() -> None:
    known = update(Progress(), [loss(10, 1.0)], HYPER, 10)
    assert (known.step, known.steps, known.fraction) == (10, None, None)


def test_the_clock_helps_only_where_steps_do_not() -> None:
    end = NOW + timedelta(hours=4)
    assert by_clock(Progress(), NOW, end, NOW + timedelta(hours=1)).fraction == 0.25
    assert by_clock(Progress(), NOW, end, NOW + timedelta(hours=9)).fraction == 0.99
    assert by_clock(Progress(), NOW, end, NOW - timedelta(hours=1)).fraction == 0.0
    assert by_clock(Progress(fraction=0.5), NOW, end, NOW).fraction == 0.5
    assert by_clock(Progress(), NOW, None, NOW).fraction is None


def test_rewards_are_told_from_the_first_to_the_newest() -> None:
    def reward(step: int, value: float, split: str = "train") -> Point:
        return Point(metric="reward", split=split, step=step, value=value)  # type: ignore[arg-type]  # by its name

    known = update(Progress(), [reward(2, 0.3), reward(1, 0.1), reward(2, 0.9, "valid")], {}, None)
    known = update(known, [reward(3, 0.6), reward(4, math.nan)], {}, None)
    assert (known.reward_first, known.reward_last, known.step, known.train_last) == (0.1, 0.6, 3, None)
