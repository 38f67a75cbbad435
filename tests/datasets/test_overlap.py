"""Examples of the validation file that stand in the training file."""

from collections.abc import Callable
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.datasets.near.overlap import overlap
from tests.datasets.near_texts import CHANGES, overlapping, seeded, shared_of, sketched, talk, words
from tests.datasets.told import Told

MANY = 150


def pairs(seed: int, many: int = MANY) -> list[tuple[str, str]]:
    random = seeded(seed)
    return [(words(random, 15), words(random, 30)) for _ in range(many)]


def test_files_without_common_examples_do_not_overlap() -> None:
    assert overlapping([talk(*pair) for pair in pairs(1)], [talk(*pair) for pair in pairs(2)]).all == []


def test_the_same_prompt_and_answer_is_told_with_its_training_line() -> None:
    train, valid = pairs(1), pairs(2)
    valid[3], valid[9] = train[20], (train[70][0].upper(), f" {train[70][1]}")
    told = overlapping([talk(*pair) for pair in train], [talk(*pair, "Be terse.") for pair in valid])
    assert told.all == [
        ("validation_overlap", 1004, {"train": 21}),
        ("validation_overlap", 1010, {"train": 71}),
    ]


def test_the_same_prompt_with_another_answer_is_no_overlap() -> None:
    train = pairs(1)
    valid = [(asked, answered) for (asked, _), (_, answered) in zip(train, pairs(2), strict=True)]
    assert overlapping([talk(*pair) for pair in train], [talk(*pair) for pair in valid]).all == []


@pytest.mark.parametrize(
    "change", [one for one in CHANGES if one.__name__ != "blanks"], ids=lambda one: one.__name__
)
def test_almost_the_same_is_told_apart_from_the_same(change: Callable[[str, Random], str]) -> None:
    random = seeded(3)
    train = pairs(1)
    valid = [(asked, change(answered, random)) for asked, answered in train]
    told = overlapping([talk(*pair) for pair in train], [talk(*pair) for pair in valid])
    assert told.of("validation_overlap") == []
    found = told.of("validation_near_overlap")
    assert len(found) >= 0.95 * MANY
    for line, params in found:
        assert line == 1000 + int(params["train"])
        assert 75 <= int(params["likeness"]) <= 99


def test_the_training_line_that_is_most_alike_is_named() -> None:
    random = seeded(5)
    asked, answered = words(random, 20), words(random, 40)
    train = [talk(asked + " one two three four five", answered), talk(asked + " one", answered)]
    told = overlapping(train, [talk(asked, answered)])
    assert told.of("validation_near_overlap")[0][1]["train"] == 2


def test_empty_files_do_not_overlap() -> None:
    some = [talk("a", "b")]
    assert overlapping([], some).all == []
    assert overlapping(some, []).all == []
    assert overlapping([], []).all == []


def test_examples_without_a_letter_do_not_overlap() -> None:
    assert overlapping([talk(" ", "")], [talk("\n", "")]).all == []


@given(
    st.lists(st.tuples(st.integers(0, 30), st.integers(0, 3)), max_size=25),
    st.lists(st.tuples(st.integers(0, 30), st.integers(0, 3)), max_size=25),
)
@settings(max_examples=30)
def test_what_is_in_both_is_always_told_and_nothing_else(
    train: list[tuple[int, int]], valid: list[tuple[int, int]]
) -> None:
    told = overlapping(
        [talk(str(asked), str(answered)) for asked, answered in train],
        [talk(str(asked), str(answered)) for asked, answered in valid],
    )
    assert told.of("validation_overlap") == [
        (1001 + place, {"train": 1 + train.index(pair)}) for place, pair in enumerate(valid) if pair in train
    ]


def test_sketches_that_leave_out_different_pieces_are_refused() -> None:
    examples = [talk(*pair) for pair in pairs(1, 3)]
    with pytest.raises(ValueError, match="same shared pieces"):
        overlap(sketched(examples, shared_of(examples)), sketched(examples), Told().at)
