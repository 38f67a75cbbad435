"""The estimate: its formula, and that nothing is left out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.datasets.tokens import UNIT, text_units, tokens, value_units
from tests.datasets.files import GOOD, checked


@pytest.mark.parametrize(
    ("text", "hundredths"),
    [
        ("", 0),
        ("word", 100),
        ("é", 40),
        ("Привет", 240),
        ("สวัสดี", 240),
        ("返金", 160),
        ("환불", 120),
        ("🙂", 200),
        ("a返🙂", 305),
    ],
)
def test_each_script_has_its_weight(text: str, hundredths: int) -> None:
    assert text_units(text) == hundredths


@given(st.text(), st.text())
def test_texts_add_up(left: str, right: str) -> None:
    assert text_units(left + right) == text_units(left) + text_units(right)


@given(st.text(min_size=1))
def test_a_text_is_never_free_and_never_above_two_tokens_a_letter(text: str) -> None:
    assert 0 < text_units(text) <= 2 * UNIT * len(text)


def test_keys_and_values_of_nested_data_count() -> None:
    assert value_units({"name": ["find", 7, None]}) == 100 + UNIT + 100 + 2 * UNIT
    assert tokens(1) == 1
    assert tokens(200) == 2


def test_a_file_counts_messages_and_examples_too() -> None:
    texts = text_units("Where is my parcel?") + text_units("It left the depot this morning.")
    assert checked((GOOD + b"\n") * 10).tokens.total == tokens(10 * (texts + 2 * 400 + 300))
