"""Rules about messages: what services take is sound, and what each rule says beyond its smallest file."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.datasets.rules import chat as chat_module
from bot.datasets.rules.names import name_fits
from bot.datasets.traits import Traits
from handlers.wording.findings import finding_text
from tests.datasets.lines import VALUES
from tests.datasets.ruling import judged, places, rules_of

Message = dict[str, object]
QUESTION: Message = {"role": "user", "content": "Where is my parcel?"}
ANSWER: Message = {"role": "assistant", "content": "It left the depot this morning."}
SYSTEM: Message = {"role": "system", "content": "Be brief."}
PICTURE = {"type": "image_url", "image_url": {"url": "https://images.example.com/lamp.png", "detail": "low"}}
KINDS = {
    "",
    "byte_order_mark",
    "line_ends",
    "blank_lines",
    "trailing_comma",
    "smart_quotes",
    "functions",
    "trailing_turns",
    "stray_keys",
}
STRICT = Traits(
    roles=frozenset({"system", "user", "assistant"}),
    message_keys=frozenset({"role", "content"}),
    example_keys=frozenset({"messages"}),
    parts=False,
    alternate=True,
    system="first",
    min_messages=2,
    answer_last=True,
    tools=False,
    images=False,
    weights=False,
)
"""What Databricks asks (contract databricks 6)."""


def chat(*messages: object, **more: object) -> dict[str, object]:
    return {"messages": list(messages) or [QUESTION, ANSWER], **more}


def test_every_rule_says_why_who_says_so_and_what_mends_it() -> None:
    assert len({spec.id for spec in chat_module.SPECS}) == len(chat_module.SPECS)
    for spec in chat_module.SPECS:
        assert spec.why.endswith("."), spec.id
        assert spec.source, spec.id
        assert spec.repair in KINDS, spec.id


@pytest.mark.parametrize("traits", [Traits(), STRICT, Traits(images=False), Traits(tools=False)])
def test_rules_report_nothing_that_is_not_registered(traits: Traits) -> None:
    known = {spec.id for spec in chat_module.SPECS}
    for rule in chat_module.chat_rules(traits):
        assert {spec.id for spec in rule.specs} <= known


@pytest.mark.parametrize(
    "sound",
    [
        chat(SYSTEM, QUESTION, ANSWER),
        chat({**SYSTEM, "role": "developer"}, QUESTION, ANSWER),
        chat(QUESTION, {**ANSWER, "weight": 0}, QUESTION, {**ANSWER, "weight": 1}),
        chat({**QUESTION, "name": "rin"}, ANSWER),
        chat({**QUESTION, "name": None}, ANSWER),
        chat({**QUESTION, "content": [{"type": "text", "text": "Hello"}]}, ANSWER),
        chat(SYSTEM, QUESTION, {"role": "user", "content": [PICTURE]}, ANSWER),
        chat(QUESTION, {**ANSWER, "refusal": None}),
        chat(QUESTION, {"role": "assistant", "content": None, "refusal": "I cannot help with that."}),
        chat(QUESTION, {"role": "assistant", "content": [{"type": "refusal", "refusal": "No."}]}),
        chat({**QUESTION, "content": "role"}, {**ANSWER, "content": ': "content": "'}),
        chat(QUESTION, ANSWER, QUESTION, ANSWER),
        chat(ANSWER, QUESTION, ANSWER),
    ],
)
def test_what_services_take_is_sound(sound: object) -> None:
    assert judged(sound) == ()


def test_what_the_strictest_service_takes_is_sound() -> None:
    assert judged(chat(SYSTEM, QUESTION, ANSWER, QUESTION, ANSWER), STRICT) == ()


@pytest.mark.parametrize("weight", [True, False, 1.0, 0.0, -1, 2, 0.5, "1", None, 10**400, [1]])
def test_a_weight_is_the_whole_number_0_or_1(weight: object) -> None:
    assert rules_of(chat(QUESTION, {**ANSWER, "weight": weight})) == ["weight_value"]


def test_weights_are_all_zero_only_when_no_answer_is_left() -> None:
    zero, one = {**ANSWER, "weight": 0}, {**ANSWER, "weight": 1}
    assert places(chat(QUESTION, zero, QUESTION, zero)) == [("weight_all_zero", "messages")]
    assert rules_of(chat(QUESTION, zero, QUESTION, ANSWER)) == []
    assert rules_of(chat(QUESTION, zero, QUESTION, one)) == []


def test_a_weight_that_is_wrong_has_one_finding_and_not_two() -> None:
    assert rules_of(chat(QUESTION, {**ANSWER, "weight": False})) == ["weight_value"]
    assert rules_of(chat({**QUESTION, "weight": 0}, {**ANSWER, "weight": 0})) == ["weight_role"]


@pytest.mark.parametrize("text", ["", " ", "\n\t", "\u3000", " \n\u3000"])
def test_whitespace_is_no_content(text: str) -> None:
    assert rules_of(chat(QUESTION, {**ANSWER, "content": text})) == ["content_empty"]


def test_what_stands_in_for_content_excuses_it() -> None:
    calling = {"role": "assistant", "refusal": "I cannot help with that."}
    assert rules_of(chat(QUESTION, calling)) == []
    assert rules_of(chat(QUESTION, {"role": "assistant", "refusal": ""})) == ["content_missing"]


@pytest.mark.parametrize(
    "kind", ["input_text", "output_text", "input_image", "input_audio", "file", "TEXT", ""]
)
def test_parts_of_other_interfaces_are_told(kind: str) -> None:
    asked = {**QUESTION, "content": [{"type": kind, "text": "Hello"}]}
    assert places(chat(asked, ANSWER)) == [("content_part_unknown", "messages[0].content[0].type")]


def test_keys_of_another_role_are_told_unless_null() -> None:
    assert rules_of(chat({**QUESTION, "refusal": "no"}, ANSWER)) == ["message_key_role"]
    assert rules_of(chat({**QUESTION, "refusal": None}, ANSWER)) == []


def test_tool_choice_is_no_key_of_an_example() -> None:
    assert places(chat(tool_choice="auto")) == [("example_unknown_key", "tool_choice")]


def test_keys_from_the_file_are_clipped() -> None:
    (finding,) = judged(chat(**{"k" * 5000 + "\n": 1}))
    assert len(finding.path) <= 40


@pytest.mark.parametrize(
    ("name", "fits"),
    [
        ("rin", True),
        ("get_weather-2", True),
        ("a" * 64, True),
        ("a" * 65, False),
        ("", False),
        ("a b", False),
    ],
)
def test_names_are_letters_digits_and_two_signs(name: str, fits: bool) -> None:
    assert name_fits(name) is fits
    assert (rules_of(chat({**QUESTION, "name": name}, ANSWER)) == []) is fits


@pytest.mark.parametrize("name", ["rin\n", "été", "名前", "a.b"])
def test_names_end_where_they_end_and_are_ascii(name: str) -> None:
    assert not name_fits(name)


def test_a_service_that_fixes_the_keys_refuses_each_other_one_once() -> None:
    talk = chat({**QUESTION, "name": "rin"}, {**ANSWER, "weight": 1, "note": 2}, id=7, tools=[])
    assert places(talk, STRICT) == [
        ("example_key_refused", "id"),
        ("message_key_refused", "messages[0].name"),
        ("message_key_refused", "messages[1].note"),
        ("weight_refused", "messages[1].weight"),
        ("tools_refused", "tools"),
    ]


def test_the_words_of_content_are_in_no_finding() -> None:
    secret = "correct horse battery staple"
    talk = chat(
        {"role": "user", "content": secret, "weight": 1, "name": 7},
        {"role": "assistant", "content": [{"type": "text", "text": secret, "weight": 2}, secret]},
        {"role": "tool", "content": secret},
    )
    assert judged(talk)
    assert secret not in repr(judged(talk))


def test_a_role_that_cannot_be_read_hides_what_it_might_be() -> None:
    assert rules_of(chat(QUESTION, {**ANSWER, "role": "assitant"})) == ["role_unknown"]
    assert rules_of(chat({"content": "Hello"}, ANSWER)) == ["role_missing"]
    more = {"weight": 1, "tool_calls": [], "content": [PICTURE]}
    assert rules_of(chat(QUESTION, {**more, "role": "assitant"}, tools=[])) == [
        "role_unknown",
        "weight_images",
        "tools_empty",
        "calls_empty",
    ]


ROLES = st.sampled_from(["system", "developer", "user", "assistant"])
SIGNATURES = st.lists(
    st.tuples(ROLES, st.sampled_from([None, 0, 1]), st.sampled_from([None, "rin", "b_2"])),
    min_size=1,
    max_size=7,
)
TEXTS = st.text(min_size=1).filter(lambda text: not text.isspace())


def _written(
    signature: Sequence[tuple[str, int | None, str | None]], texts: Sequence[str]
) -> dict[str, object]:
    messages: list[Message] = []
    for (role, weight, name), text in zip(signature, texts, strict=True):
        message: Message = {"role": role, "content": text}
        if weight is not None:
            message["weight"] = weight
        if name is not None:
            message["name"] = name
        messages.append(message)
    return {"messages": messages}


@given(SIGNATURES, st.data(), st.sampled_from([Traits(), STRICT]))
def test_the_verdict_on_a_plain_line_depends_on_its_signature_alone(
    signature: list[tuple[str, int | None, str | None]], data: st.DataObject, traits: Traits
) -> None:
    many = len(signature)
    first = data.draw(st.lists(TEXTS, min_size=many, max_size=many))
    other = _written([(role, weight, name and "zoe") for role, weight, name in signature], ["x"] * many)
    assert judged(_written(signature, first), traits) == judged(other, traits)


MESSAGES = st.lists(
    st.dictionaries(
        st.sampled_from(
            ["role", "content", "name", "weight", "tool_calls", "tool_call_id", "function_call", "refusal"]
        )
        | st.text(max_size=5),
        VALUES
        | st.sampled_from(
            ["user", "assistant", "tool", "function", "system", [{"type": "image_url"}], ["id"]]
        ),
        max_size=6,
    )
    | VALUES,
    max_size=6,
)


@given(MESSAGES, st.dictionaries(st.sampled_from(["tools", "functions", "parallel_tool_calls"]), VALUES))
def test_nothing_that_a_line_can_hold_stops_the_rules(
    messages: list[object], more: dict[str, object]
) -> None:
    for traits in (Traits(), STRICT, Traits(images=False)):
        for finding in judged({"messages": messages, **more}, traits):
            assert finding.rule
            assert all(isinstance(value, str | int) for value in finding.params.values())


@pytest.mark.parametrize(
    ("rule", "params", "guess"),
    [
        ("role_unknown", {"role": "gpt"}, "(`assistant`?)"),
        ("role_unknown", {"role": "human"}, "(`user`?)"),
        ("example_unknown_key", {"key": "available_tools"}, "(`tools`?)"),
        ("message_unknown_key", {"key": "value"}, "(`content`?)"),
        ("content_part_unknown", {"part": "input_image"}, "(`image_url`?)"),
        ("schema_type_word", {"word": "int"}, "(`integer`?)"),
    ],
)
def test_words_of_other_formats_are_translated(rule: str, params: dict[str, str], guess: str) -> None:
    assert guess in finding_text(rule, params).message
