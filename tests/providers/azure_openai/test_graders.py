"""Graders: what is documented is checked, the rest is the service's business."""

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.azure_openai.graders import OPERATIONS, SIMILARITIES, GraderError, parse_grader

EXACT: dict[str, Any] = {
    "type": "string_check",
    "name": "exact",
    "input": "{{sample.output_text}}",
    "reference": "{{item.answer}}",
    "operation": "eq",
}
JUDGE: dict[str, Any] = {
    "type": "score_model",
    "name": "judge",
    "model": "gpt-4.1-2025-04-14",
    "input": [{"role": "user", "content": "Score {{sample.output_text}}"}],
    "range": [0, 10],
}
NAME = st.text(st.characters(categories=("Ll", "Nd")), min_size=1, max_size=8)
SOUND = st.one_of(
    st.builds(lambda name, word: {**EXACT, "name": name, "operation": word}, NAME, st.sampled_from(sorted(OPERATIONS))),
    st.builds(
        lambda name, word: {
            **{key: EXACT[key] for key in ("input", "reference")},
            "type": "text_similarity", "name": name, "evaluation_metric": word,
        },
        NAME, st.sampled_from(sorted(SIMILARITIES)),
    ),
    st.builds(lambda name, extra: {**JUDGE, "name": name, "sampling_params": extra}, NAME, st.none() | st.just({})),
    st.builds(lambda name: {"type": "python", "name": name, "source": "def grade(sample, item): return 1"}, NAME),
    st.builds(lambda name, url: {"type": "endpoint", "name": name, "url": url}, NAME, NAME),
)  # fmt: skip
MULTI = st.builds(
    lambda name, parts: {"type": "multi", "name": name, "graders": parts, "calculate_output": "a + b"},
    NAME, st.dictionaries(NAME, SOUND, min_size=1, max_size=3),
)  # fmt: skip
JSON = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(sorted(EXACT)), inner, max_size=4)
    ),
    max_leaves=6,
)


@given(SOUND | MULTI)
def test_a_sound_grader_is_sent_as_it_is(grader: dict[str, Any]) -> None:
    assert parse_grader(json.dumps(grader)) == grader


@given(st.text(max_size=50) | JSON.map(json.dumps))
def test_anything_else_is_told_with_its_place(text: str) -> None:
    with suppress(GraderError):
        assert parse_grader(text)["type"] == "endpoint", "nothing else can be made of these words"


@given(SOUND | MULTI, st.data())
def test_a_grader_without_one_of_its_fields_is_none(grader: dict[str, Any], data: st.DataObject) -> None:
    free = {"range", "sampling_params", "url"}
    field = data.draw(st.sampled_from(sorted(set(grader) - free)))
    with pytest.raises(GraderError) as wrong:
        parse_grader(json.dumps({name: value for name, value in grader.items() if name != field}))
    assert (wrong.value.where, wrong.value.why) == (field, "missing")


def multi(**part: Any) -> dict[str, Any]:
    return {
        "type": "multi", "name": "m", "graders": {"one": {**EXACT, **part}}, "calculate_output": "one",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("grader", "where", "why"),
    [
        ({**EXACT, "operation": "is"}, "operation", "unknown"),
        ({**EXACT, "operation": 5}, "operation", "not_text"),
        ({**EXACT, "type": "label_model"}, "type", "unknown"),
        ({**EXACT, "name": ""}, "name", "empty"),
        (
            {**EXACT, "type": "text_similarity", "evaluation_metric": "rouge_6"},
            "evaluation_metric",
            "unknown",
        ),
        ({**JUDGE, "input": "Score"}, "input", "not_list"),
        ({**JUDGE, "input": []}, "input", "empty"),
        ({**JUDGE, "input": ["Score"]}, "input[0]", "not_object"),
        ({**JUDGE, "input": [{"role": "tool", "content": "x"}]}, "input[0].role", "unknown"),
        ({**JUDGE, "input": [{"role": "user"}]}, "input[0].content", "missing"),
        ({**JUDGE, "range": [1, 0]}, "range", "not_range"),
        ({**JUDGE, "range": [0]}, "range", "not_range"),
        ({**multi(), "graders": []}, "graders", "not_object"),
        ({**multi(), "graders": {}}, "graders", "empty"),
        ({**multi(), "graders": {"one": 5}}, "graders.one", "not_object"),
        (multi(operation="is"), "graders.one.operation", "unknown"),
        (multi(type="multi"), "graders.one.type", "unknown"),
        ([EXACT], "", "not_object"),
    ],
)
def test_what_is_wrong_is_named(grader: Any, where: str, why: str) -> None:
    with pytest.raises(GraderError) as wrong:
        parse_grader(json.dumps(grader))
    assert (wrong.value.where, wrong.value.why) == (where, why)


@pytest.mark.parametrize(
    "text", ["", "{", '{"a": NaN}', '{"a": ' * 5000, '{"a": ' + "[" * 100 + "]" * 100 + "}", "\ud800"]
)
def test_what_is_no_json_is_said_to_be_none(text: str) -> None:
    with pytest.raises(GraderError) as wrong:
        parse_grader(text)
    assert wrong.value.why == "json"
