"""Forms other than chat: what is sound, what is told, and that a file is held against its own form."""

from collections.abc import Mapping
from typing import Any

import pytest

from bot.datasets import profiles
from bot.datasets.file_facts import FileFacts
from bot.datasets.options import FORMS, PROFILES, Form, Options
from bot.datasets.profiles import form_of, profile, refined
from bot.datasets.rules import registry
from bot.datasets.services import options, traits
from bot.datasets.traits import Traits
from handlers.wording.findings import finding_text
from tests.datasets.files import ANSWER, QUESTION, checked, found
from tests.datasets.noted import noted
from tests.datasets.smallest.case import Case, written
from tests.datasets.smallest.sound import example

CALL = {"id": "call_1", "type": "function", "function": {"name": "find", "arguments": "{}"}}
TOOL = {"type": "function", "function": {"name": "find", "parameters": {"type": "object", "properties": {}}}}
SYSTEM = {"role": "system", "content": "Be brief."}
CALLING = {"role": "assistant", "content": None, "tool_calls": [CALL]}
RESULT = {"role": "tool", "tool_call_id": "call_1", "content": "sent"}
OTHER = {"role": "assistant", "content": "No idea."}


def _preference(*asked: object, good: object = ANSWER, bad: object = OTHER, **more: object) -> dict[str, Any]:
    return {
        "input": {"messages": list(asked) or [QUESTION], **more},
        "preferred_output": [good],
        "non_preferred_output": [bad],
    }


@pytest.mark.parametrize(
    ("form", "line"),
    [
        ("preference", _preference()),
        ("preference", _preference(SYSTEM, QUESTION, ANSWER, QUESTION)),
        ("preference", _preference(QUESTION, tools=[TOOL], parallel_tool_calls=True)),
        ("preference", _preference(QUESTION, good=CALLING, tools=[TOOL])),
        ("preference", _preference(QUESTION, CALLING, RESULT, tools=[TOOL])),
        (
            "reinforcement",
            {"messages": [{**QUESTION, "content": "Six times seven?"}], "reference": "42", "item": {"a": 1}},
        ),
        ("reinforcement", {"messages": [SYSTEM, QUESTION, ANSWER, QUESTION], "item": [1, 2]}),
    ],
)
def test_what_azure_openai_takes_is_sound(form: Form, line: object) -> None:
    report = checked(Case(line, form=form).data())
    assert report.counts["error"] == report.counts["warning"] == 0, found(report)
    assert (report.profile, report.examples) == (form, 19)


@pytest.mark.parametrize("key", ["completion", "response"])
def test_databricks_reads_the_answer_under_both_names(key: str) -> None:
    case = Case({"prompt": "Is it?", key: "It is."}, options("databricks"), form="prompt_response")
    report = checked(case.data(), case.options)
    assert report.counts["error"] == report.counts["warning"] == 0, found(report)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (_preference({"role": "user", "content": ""}), {("content_empty", "input.messages[0].content")}),
        (_preference(good={"role": "assistant", "content": 7}), {("content_type", "preferred_output[0].content")}),
        (_preference(bad={"role": "assistant"}), {("content_missing", "non_preferred_output[0].content")}),
        (_preference(QUESTION, tools=[7]), {("tool_type", "input.tools[0]")}),
        (_preference(bad=CALLING), {("tools_undeclared", "non_preferred_output[0].tool_calls[0].function")}),
        (_preference("Where?"), {("message_type", "input.messages[0]")}),
        (_preference(QUESTION, id=7), {("preference_unknown_key", "input.id")}),
        ({"input": {}, "preferred_output": [], "non_preferred_output": [7]}, {
            ("messages_missing", "input.messages"),
            ("messages_empty", "preferred_output"),
            ("message_type", "non_preferred_output[0]"),
        }),
        ({"input": {"messages": [QUESTION]}}, {
            ("preference_output_missing", "preferred_output"),
            ("preference_output_missing", "non_preferred_output"),
        }),
    ],
)  # fmt: skip
def test_a_preference_line_is_told_where_it_is_wrong(line: object, told: set[tuple[str, str]]) -> None:
    report = checked(Case(line, form="preference").data())
    assert {(one.rule, one.path) for one in report.findings if one.severity != "hint"} == told


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("other", [*FORMS, "chosen_rejected"])
def test_a_line_of_another_form_is_named(form: Form, other: str) -> None:
    dialect = {"prompt": "Where?", "chosen": "Here.", "rejected": "There."}
    line = dialect if other == "chosen_rejected" else example("Where?", "Here.", other)  # type: ignore[arg-type]
    told = noted(lambda note: profile(form).example(line, note))
    pair = {form, other}
    if other == form or pair == {"chat", "reinforcement"}:
        assert told == []
        return
    (one,) = told
    assert one.rule == "format_other"
    assert one.params["form"] == form
    assert one.params["format"] == {"reinforcement": "chat", "prompt_response": "prompt_completion"}.get(
        other, other
    )


@pytest.mark.parametrize(
    ("form", "service", "model", "trained"),
    [
        ("preference", "azure_openai", "gpt-4.1-2025-04-14", True),
        ("preference", "azure_openai", "gpt-4o-mini-2024-07-18", False),
        ("reinforcement", "azure_openai", "o4-mini-2025-04-16", True),
        ("reinforcement", "azure_openai", "gpt-4.1-2025-04-14", False),
        ("chat", "azure_openai", "o4-mini-2025-04-16", False),
        ("prompt_response", "azure_openai", "", False),
        ("prompt_response", "azure_ai_studio", "Phi-4", True),
        ("preference", "databricks", "", False),
        ("text", "azure_ai_studio", "", False),
        ("text", "databricks", "", True),
    ],
)
def test_a_form_that_is_not_trained_is_told_once_for_the_file(
    form: Form, service: str, model: str, trained: bool
) -> None:
    line = example("Is it?", "It is.", form)
    report = checked(Case(line, form=form).data(), options(service, model))
    told = [one for one in report.findings if one.rule == "form_not_trained"]
    assert [one.line for one in told] == ([] if trained else [None])
    for one in told:
        wanted = str(one.params["wanted"])
        assert wanted in traits(service, model).forms
        assert one.params == {"form": form, "service": service, "model": model, "wanted": wanted}


@pytest.mark.parametrize("model", ["", "gpt-4.1"])
def test_pairs_that_are_not_trained_are_told_once_with_the_form_to_write(model: str) -> None:
    line = {"prompt": "Is it?", "response": "It is."}
    report = checked(Case(line, form="prompt_response").data(), options("azure_openai", model))
    (one,) = [one for one in report.findings if one.severity == "error"]
    assert "pair_wrong_key" not in report.totals
    assert finding_text(one.rule, one.params).remedy.startswith('write {"messages": […]} on each line')


@pytest.mark.parametrize(
    ("service", "model"), [("azure_openai", "davinci-002"), ("azure_ai_studio", "Phi-4")]
)
def test_where_pairs_are_trained_the_wrong_key_is_told(service: str, model: str) -> None:
    line = {"prompt": "Is it?", "response": "It is."}
    report = checked(Case(line, form="prompt_response").data(), options(service, model))
    assert "pair_wrong_key" in report.totals
    assert "form_not_trained" not in report.totals


def test_a_named_profile_is_held_against_every_line() -> None:
    lines = [written(example(f"Number {n}?", f"{n}.", "prompt_response")) for n in range(12)]
    data = b"\n".join(lines)
    assert checked(data).profile == "prompt_response"
    report = checked(data, Options(profile="chat"))
    assert report.profile == "chat"
    assert report.totals["format_other"] == 12


def test_every_name_of_a_profile_has_a_form() -> None:
    assert {form_of(name) for name in PROFILES} == set(FORMS)
    assert form_of("") is None
    with pytest.raises(KeyError):
        form_of("poem")


def test_a_chat_is_called_by_what_occurs_in_it() -> None:
    assert refined("chat", FileFacts()) == "chat"
    assert refined("chat", FileFacts(tools=1)) == "tools"
    assert refined("chat", FileFacts(tools=1, images=1)) == "vision"
    assert refined("preference", FileFacts(tools=1)) == "preference"


@pytest.mark.parametrize(
    ("form", "line", "texts"),
    [
        ("chat", {"messages": [SYSTEM, QUESTION, CALLING, RESULT, ANSWER]}, [
            ("system", "Be brief."), ("user", "Where is my parcel?"), ("assistant", "find"), ("assistant", "{}"),
            ("tool", "sent"), ("assistant", "It left the depot this morning."),
        ]),
        ("chat", {"messages": [{"role": "user", "content": [{"type": "text", "text": "See"}, {"type": "image_url"}]}]},
            [("user", "See")]),
        ("preference", _preference(), [
            ("user", "Where is my parcel?"), ("assistant", "It left the depot this morning."),
            ("assistant", "No idea."),
        ]),
        ("prompt_response", {"prompt": "a", "response": "b"}, [("user", "a"), ("assistant", "b")]),
        ("prompt_response", {"prompt": 1, "completion": "b"}, [("assistant", "b")]),
        ("text", {"text": "a"}, [("", "a")]),
        ("text", {"text": 1}, []),
    ],
)  # fmt: skip
def test_texts_are_all_that_is_said(form: Form, line: Mapping[str, object], texts: object) -> None:
    one = profile(form)
    held: list[Any] = []
    noted(lambda note: held.append(one.example(line, note)))
    assert list(one.texts(held[0])) == texts


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("asked", [Traits(), traits("azure_ai_studio"), traits("databricks", "mistral-7b")])
def test_every_rule_of_a_form_is_registered(form: Form, asked: Traits) -> None:
    known = {spec.id for spec in registry.SPECS}
    rules = profiles.profile(form).rules(asked)
    assert rules
    assert {spec.id for rule in rules for spec in rule.specs} <= known
