"""Graders are applied as their names say."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.azure_openai.graders import MEASURES, GradingError, grade, render
from tests.sandbox.azure_openai.method_data import EXACT

ITEM = {"answer": "red", "deep": {"n": 4}}


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("{{item.answer}}", "red"),
        ("is {{ item.answer }}, {{item.deep.n}}", "is red, 4"),
        ("{{sample.output_text}}", '{"x": {"y": "a"}}'),
        ("{{sample.output_json.x.y}}", "a"),
        ("{{item.deep}}", '{"n": 4}'),
        ("no place", "no place"),
    ],
)
def test_places_are_filled(template: str, text: str) -> None:
    assert render(template, ITEM, '{"x": {"y": "a"}}') == text


@pytest.mark.parametrize(
    "template", ["{{item.other}}", "{{item.answer.x}}", "{{model}}", "{{sample.output_json.x}}", "{{sample}}"]
)
def test_what_is_not_there_cannot_be_graded(template: str) -> None:
    with pytest.raises(GradingError):
        render(template, ITEM, "not JSON")


@pytest.mark.parametrize(
    ("operation", "answer", "reward"),
    [
        ("eq", "red", 1), ("eq", "Red", 0), ("ne", "Red", 1), ("ne", "red", 0),
        ("like", "it is red.", 1), ("like", "it is Red.", 0), ("ilike", "it is Red.", 1), ("ilike", "blue", 0),
    ],
)  # fmt: skip
def test_checks(operation: str, answer: str, reward: float) -> None:
    assert grade({**EXACT, "operation": operation}, ITEM, answer) == reward


@pytest.mark.parametrize(
    ("metric", "given_", "reference", "expected"),
    [
        ("fuzzy_match", "abcd", "abxd", 0.75),
        ("rouge_1", "the cat", "the dog", 0.5),
        ("rouge_2", "the cat sat", "the cat ran", 0.5),
        ("rouge_l", "a b c d", "a c d e", 0.75),
        ("gleu", "a b", "a b c", 3 / 6),
        ("bleu", "a b", "a b c d", pytest.approx(0.36788, abs=1e-4)),
        ("meteor", "a b", "a b c d", pytest.approx(10 * 0.5 / (0.5 + 9), abs=1e-6)),
    ],
)
def test_measures(metric: str, given_: str, reference: str, expected: float) -> None:
    assert MEASURES[metric](given_, reference) == expected


TEXT = st.text(alphabet="ab c.", max_size=12)


@given(st.sampled_from(sorted(MEASURES)), TEXT, TEXT)
def test_a_measure_is_a_share(metric: str, one: str, other: str) -> None:
    assert 0 <= MEASURES[metric](one, other) <= 1 + 1e-9


@given(st.sampled_from(sorted(MEASURES)), st.lists(st.sampled_from("abcde"), min_size=5, max_size=9))
def test_the_same_is_best(metric: str, words: list[str]) -> None:
    text = " ".join(words)
    assert MEASURES[metric](text, text) == pytest.approx(1)
