"""The form of a file is that of most of its first lines."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.datasets.options import FORMS, Form
from bot.datasets.recognise import recognised
from bot.datasets.rules.shape import OTHER_FORMATS, form_name, other_form
from tests.datasets.lines import VALUES
from tests.datasets.smallest.sound import example, sound_lines

LINES: dict[str, object] = {
    "chat": example("Where?", "Here.", "chat"),
    "preference": example("Where?", "Here.", "preference"),
    "chosen_rejected": {"prompt": "Where?", "chosen": "Here.", "rejected": "There."},
    "prompt_completion": {"prompt": "Where?", "completion": "Here."},
    "prompt_response": {"prompt": "Where?", "response": "Here."},
    "instruction": {"instruction": "Say where.", "input": "", "output": "Here."},
    "conversations": {"conversations": [{"from": "human", "value": "Where?"}]},
    "contents": {"contents": [{"role": "user", "parts": [{"text": "Where?"}]}]},
    "text": {"text": "Here."},
}


def test_every_known_form_and_dialect_has_a_line() -> None:
    assert LINES.keys() == set(OTHER_FORMATS)


@pytest.mark.parametrize("name", LINES)
def test_a_line_is_named_by_its_form(name: str) -> None:
    assert form_name(LINES[name]) == name


@pytest.mark.parametrize("form", FORMS)
def test_a_file_is_recognised(form: Form) -> None:
    lines = sound_lines(12, form)
    assert recognised(b"\n".join(lines)) == form
    assert recognised(b"\r\n".join(lines)) == form
    assert recognised(b"7\n{\n\n" + b"\n".join(lines)) == form
    assert recognised(lines[0]) == form


@pytest.mark.parametrize("form", FORMS)
def test_a_cut_last_line_and_a_few_others_change_nothing(form: Form) -> None:
    others = [line for other in FORMS if other != form for line in sound_lines(2, other)]
    head = b"\n".join([*sound_lines(12, form), *others])
    assert recognised(head[:-9]) == form


@pytest.mark.parametrize(
    ("head", "form"),
    [
        (b"", "chat"),
        (b'{"messages": [{"role": "us', "chat"),
        (b'{ "input": {"messages": [', "preference"),
        (b'{"prompt": "Where', "prompt_response"),
        (b'{"text":"Where', "text"),
        (b"prompt,completion\n", "chat"),
        (b"\xff\xfe\x00", "chat"),
        (b"[" * 60_000, "chat"),
        (b'{"other": 1}\n{"another": 2}', "chat"),
    ],
)
def test_a_head_without_a_whole_line_is_judged_by_its_first_key(head: bytes, form: Form) -> None:
    assert recognised(head) == form


def test_a_question_with_other_keys_is_for_reinforcement_and_without_them_a_chat_that_lacks_its_answer() -> (
    None
):
    asked = {"messages": [{"role": "user", "content": "Where?"}]}
    assert form_name({**asked, "reference": "Here."}) == "reinforcement"
    assert form_name(asked) == form_name({**asked, "tools": []}) == "chat"
    answered = {"messages": [{"role": "assistant", "content": "Here."}], "id": 7}
    assert form_name(answered) == "chat"


@pytest.mark.parametrize("form", FORMS)
def test_a_line_of_its_own_form_is_never_another(form: Form) -> None:
    assert all(other_form(json.loads(line), form) is None for line in sound_lines(5, form))


@given(VALUES, st.sampled_from(FORMS))
def test_any_value_has_a_known_name_or_none(value: object, form: Form) -> None:
    assert form_name(value) in (None, "reinforcement", *OTHER_FORMATS)
    assert other_form(value, form) in (None, *OTHER_FORMATS)


@given(st.binary(max_size=200))
def test_any_head_has_a_form(head: bytes) -> None:
    assert recognised(head) in FORMS
