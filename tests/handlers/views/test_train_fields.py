"""Settings of a training in words: what the modal shows is what Slack takes, and what comes back is what was typed."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.facts.forms import Choice, FieldSpec, TrainOrder
from handlers.views import train
from handlers.views.train_fields import hyper_block, read_number
from sandbox.slack.blocks import check_view
from tests.blockkit import view_problems
from tests.handlers.samples import FORM
from tests.handlers.views.test_train import METADATA, blocks, option, text, values


def described(**given: Any) -> FieldSpec:
    values: dict[str, Any] = {
        "name": "duration",
        "label": "Duration",
        "kind": "text",
        "minimum": None,
        "maximum": None,
        "auto": None,
        "value": None,
        "hint": "Such as 3ep.",
        **given,
    }
    return FieldSpec(**values)


DURATION = described(pattern=r"[1-9][0-9]*(ep|ba)", longest=12, default="1ep")
BATCH = described(
    name="batch",
    label="Batch",
    kind="choice",
    choices=(Choice(value="8", label="eight"), Choice(value="16", label="sixteen")),
)
GRADER = described(name="grader", label="Grader", kind="lines", required=True, longest=5000)
PROMPTS = described(name="prompts", label="Prompts", kind="lines", required=True, longest=3000)
LONG = "x" * 4000
ALL = (DURATION, BATCH, GRADER)


def view(*fields: FieldSpec) -> dict[str, Any]:
    """The modal, refused by nobody: neither by the published limits nor by the simulated Slack."""
    made: Any = train.build(FORM.model_copy(update={"fields": fields}), "en")
    assert [*view_problems(made), *check_view(json.loads(json.dumps(made)))] == []
    return dict(made)


def element(fields: tuple[FieldSpec, ...], name: str) -> dict[str, Any]:
    found: dict[str, Any] = blocks(view(*fields))[f"hp:{name}"]["element"]
    return found


def test_each_kind_has_its_own_field() -> None:
    duration, batch, grader = (element(ALL, one.name) for one in ALL)
    assert (duration["type"], duration["max_length"], "multiline" in duration) == (
        "plain_text_input",
        12,
        False,
    )
    assert (batch["type"], [one["value"] for one in batch["options"]]) == ("static_select", ["8", "16"])
    assert (grader["type"], grader["multiline"], grader["max_length"]) == ("plain_text_input", True, 3000)


def test_only_what_is_needed_must_be_filled_in() -> None:
    shown = blocks(view(*ALL, PROMPTS))
    named = ("duration", "batch", "grader", "prompts")
    assert [name for name in named if not shown[f"hp:{name}"].get("optional")] == ["prompts"]
    assert "1ep" in shown["hp:duration"]["hint"]["text"], "what an empty field means"


@pytest.mark.parametrize(
    ("spec", "value", "shown"),
    [(DURATION, "3ep", "3ep"), (DURATION, "3" * 13, None), (DURATION, "", None), (DURATION, None, None)],
)
def test_what_stood_there_stands_there_again(spec: FieldSpec, value: str | None, shown: str | None) -> None:
    again = spec.model_copy(update={"value": value})
    assert element((again,), spec.name).get("initial_value") == shown


@pytest.mark.parametrize(("value", "shown"), [("16", "16"), ("32", None), (None, None)])
def test_a_choice_that_is_not_offered_any_more_is_not_shown(value: str | None, shown: str | None) -> None:
    initial = element((BATCH.model_copy(update={"value": value}),), "batch").get("initial_option")
    assert (initial["value"] if initial else None) == shown


def parsed(**given: dict[str, Any]) -> TrainOrder | dict[str, str]:
    filled = {name: one for name, one in values().items() if not name.startswith("hp:")}
    return train.parse(
        filled | {f"hp:{name}": {name: one} for name, one in given.items()}, METADATA, ALL, "en"
    )


def test_words_come_back_as_they_were_typed() -> None:
    order = parsed(duration=text("100ba"), batch=option("16"), grader=text('{"a":\n 1}'))
    assert isinstance(order, TrainOrder)
    assert order.hyperparameters == {"duration": "100ba", "batch": "16", "grader": '{"a":\n 1}'}


@pytest.mark.parametrize(
    ("name", "given_value", "told"),
    [
        ("duration", text("3 epochs"), "Such as 3ep."),
        ("duration", text("100000000000ba"), "12"),
        ("batch", option("32"), "Such as"),
    ],
)
def test_a_mistake_is_told_at_its_field(name: str, given_value: dict[str, Any], told: str) -> None:
    found = parsed(**{name: given_value})
    assert isinstance(found, dict)
    assert list(found) == [f"hp:{name}"]
    assert told in found[f"hp:{name}"]


def test_the_form_anew_keeps_what_was_typed_and_chosen() -> None:
    filled = {"hp:duration": {"duration": text("nonsense")}, "hp:batch": {"batch": option("16")}}
    assert train.draft(filled, METADATA).hyperparameters == {"duration": "nonsense", "batch": "16"}


def test_what_can_be_longer_than_a_field_can_be_a_file() -> None:
    shown = blocks(view(*ALL, PROMPTS))
    assert [name for name in shown if name.startswith("hpf:")] == ["hpf:grader"]
    assert shown["hpf:grader"]["element"]["type"] == "file_input"
    assert shown["hpf:grader"]["optional"] is True
    assert "5,000" in shown["hpf:grader"]["hint"]["text"]
    assert "here or as a file" in shown["hp:grader"]["hint"]["text"]


def attached(file: str = "F0123ABC") -> dict[str, Any]:
    return {"hpf:grader": {"grader_file": {"type": "file_input", "files": [{"id": file, "name": "g.json"}]}}}


def test_a_file_counts_instead_of_what_was_typed() -> None:
    filled = {name: one for name, one in values().items() if not name.startswith("hp:")}
    filled |= {"hp:grader": {"grader": text("typed")}, **attached()}
    order = train.parse(filled, METADATA, ALL, "en")
    assert isinstance(order, TrainOrder)
    assert order.hyperparameters == {}
    given = train.draft(filled, METADATA)
    assert {name: one.id for name, one in given.files.items()} == {"grader": "F0123ABC"}
    assert given.hyperparameters == {"grader": "typed"}, "so that the summary can say which counts"


def test_what_is_no_file_is_none() -> None:
    assert not train.draft(attached("no id"), METADATA).files


@pytest.mark.parametrize(
    ("typed", "file", "wanted"), [("", False, LONG), ("{}", False, "{}"), ("", True, None)]
)
def test_what_no_field_can_hold_is_kept(typed: str, file: bool, wanted: str | None) -> None:
    long = GRADER.model_copy(update={"value": LONG})
    block: Any = blocks(view(long))["hp:grader"]
    assert "initial_value" not in block["element"]
    assert "Both fields empty" in block["hint"]["text"]
    filled = {name: one for name, one in values().items() if not name.startswith("hp:")}
    filled |= {"hp:grader": {"grader": text(typed)}} | (attached() if file else {})
    order = train.parse(filled, METADATA, (long,), "en")
    assert isinstance(order, TrainOrder)
    assert order.hyperparameters.get("grader") == wanted


words = st.text(max_size=300)


@given(
    st.builds(
        described,
        name=st.from_regex(r"[a-z_]{1,40}", fullmatch=True),
        label=words.filter(str.strip),
        kind=st.sampled_from(["text", "lines"]),
        value=st.none() | st.text(max_size=4000) | st.floats() | st.integers(),
        hint=words,
        longest=st.integers(1, 6000),
        required=st.booleans(),
        default=st.none() | words | st.floats(),
    )
)
def test_whatever_a_service_says_of_a_setting_slack_takes_the_modal(spec: FieldSpec) -> None:
    view(spec)


RATE = described(
    name="rate", label="Learning rate", kind="float", minimum=1e-9, default=5e-7, value=None, hint="Small."
)


def test_a_small_number_is_a_text_so_that_it_can_have_an_exponent() -> None:
    block: Any = hyper_block("hp:rate", RATE.model_copy(update={"value": 2e-6}), "en")
    assert block["element"]["type"] == "plain_text_input"
    assert block["element"]["initial_value"] == "0.000002"
    assert block["element"]["placeholder"]["text"] == "0.0000005"
    assert read_number("5e-7", RATE, "en") == (5e-7, "")
    assert read_number("1e-10", RATE, "en")[0] is None
    assert read_number("quick", RATE, "en")[0] is None


def test_other_numbers_stay_numbers() -> None:
    usual = RATE.model_copy(update={"minimum": 0.0, "default": 1.0})
    block: Any = hyper_block("hp:rate", usual, "en")
    assert block["element"]["type"] == "number_input"


@pytest.mark.parametrize(
    ("given", "hint"),
    [
        ({"minimum": 1, "auto": -1, "default": -1}, "Passes. At least 1, or -1. Empty: as -1."),
        ({"minimum": 1, "maximum": 256, "auto": -1, "default": 1}, "Passes. From 1 to 256, or -1. Empty: 1."),
        ({"minimum": 1, "auto": -1}, "Passes. At least 1, or -1. Empty: the service decides."),
        ({"minimum": 0, "maximum": 5, "auto": None}, "Passes. From 0 to 5. Empty: the service decides."),
    ],
)
def test_a_hint_does_not_exclude_the_value_that_it_names(given: dict[str, Any], hint: str) -> None:
    spec = described(**{"name": "n", "label": "N", "kind": "int", "hint": "Passes.", **given})
    shown: Any = hyper_block("hp:n", spec, "en")
    assert shown["hint"]["text"] == hint
