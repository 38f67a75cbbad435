"""A duration that was typed otherwise: what to write instead."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.questions import _field
from handlers.views.train_fields import read_text
from providers.databricks.hyperparameters import DURATION, hyperparameters

SPEC = _field(hyperparameters(None)[0], None)


def refusal(typed: str) -> str:
    value, problem = read_text(typed, SPEC, "en")
    assert value is None
    return problem


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("3 epochs", "Write 3ep instead of “3 epochs”."),
        ("3 EP", "Write 3ep instead of “3 EP”."),
        ("1,000 epochs", "Write 1000ep instead of “1,000 epochs”."),
        ("5 000 000 tokens", "Write 5000000tok instead of “5 000 000 tokens”."),
        ("1_00ba", "Write 100ba instead of “1_00ba”."),
        ("0ep", "Write at least 1ep."),
        ("-2 batches", "Write at least 1ba."),
        ("1001ep", "At most 1,000 epochs: 1000ep."),
        ("3", "“3” has no unit. Write one of: 3ep (epochs) · 3ba (batches) · 3tok (tokens)."),
        ("20000", "“20000” has no unit. Write one of: 20000ba (batches) · 20000tok (tokens)."),
    ],
)
def test_a_slip_is_told_with_what_to_write(typed: str, said: str) -> None:
    assert refusal(typed) == said


@pytest.mark.parametrize("typed", ["three", "1.5 epochs", "3 weeks", "ep"])
def test_what_nobody_can_read_is_quoted_with_the_form(typed: str) -> None:
    assert refusal(typed) == f"“{typed}” is not in the form that is needed. {SPEC.hint}"


@given(
    st.integers(-3, 10**14),
    st.sampled_from(["{:d}", "{:,}", "{:_}"]),
    st.sampled_from(["ep", " epochs", "Epoch", "ba", " batch", "tok", " tokens"]),
)
def test_what_is_advised_is_taken(count: int, form: str, unit: str) -> None:
    value, problem = read_text(form.format(count) + unit, SPEC, "en")
    if value is None:
        advised = re.search(r"(?:Write (?:at least )?|: )(\d+(?:ep|ba|tok))", problem)
        assert advised is not None, problem
        assert re.fullmatch(DURATION, advised[1])


@given(st.text(max_size=100))
def test_anything_is_answered(typed: str) -> None:
    value, problem = read_text(typed, SPEC, "en")
    assert (value is None) == bool(problem)
