"""Tools: published examples are sound, calls and results match, and nothing is said twice."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.datasets.rules.chat import ABOUT_DECLARATIONS
from bot.datasets.traits import Traits
from tests.datasets.lines import VALUES
from tests.datasets.ruling import judged, places, rules_of

Message = dict[str, Any]
QUESTION: Message = {"role": "user", "content": "Where is my parcel?"}
ANSWER: Message = {"role": "assistant", "content": "It left the depot this morning."}
FIND = {
    "name": "find",
    "description": "Finds a parcel.",
    "parameters": {"type": "object", "properties": {"id": {"type": "string"}}, "required": ["id"]},
}
TOOLS = [{"type": "function", "function": FIND}]


def call(name: str = "call_1", arguments: str = '{"id": "7"}') -> dict[str, Any]:
    return {"id": name, "type": "function", "function": {"name": "find", "arguments": arguments}}


def asks(*names: str) -> Message:
    return {"role": "assistant", "content": None, "tool_calls": [call(name) for name in names]}


def result(name: str) -> Message:
    return {"role": "tool", "tool_call_id": name, "content": ""}


def talk(*messages: Message, tools: object = TOOLS, **more: object) -> dict[str, Any]:
    return {"messages": [QUESTION, *messages], "tools": tools, **more}


@pytest.mark.parametrize(
    "sound",
    [
        talk(ANSWER),
        talk(ANSWER, parallel_tool_calls=False),
        talk(asks("a")),
        talk(asks("a", "b"), parallel_tool_calls=True),
        talk(asks("a"), result("a"), ANSWER),
        talk(asks("a", "b"), result("b"), result("a"), ANSWER),
        talk(asks("a"), result("a"), asks("a"), result("a"), ANSWER),
        talk({"role": "assistant", "tool_calls": [call()]}),
        talk({"role": "assistant", "content": "", "tool_calls": [call()]}),
        talk({"role": "assistant", "content": "I look.", "tool_calls": [call()]}),
        talk({**ANSWER, "tool_calls": None}),
        talk(asks("a"), {**result("a"), "content": [{"type": "text", "text": "sent"}]}, ANSWER),
        talk(ANSWER, tools=[{"type": "function", "function": {"name": "now"}}]),
        talk(ANSWER, tools=[{"type": "function", "function": {"name": "now", "parameters": {}}}]),
        talk(ANSWER, tools=[{"type": "function", "function": {**FIND, "strict": None}}]),
        talk(
            ANSWER,
            tools=[
                {
                    "type": "function",
                    "function": {
                        **FIND,
                        "strict": True,
                        "parameters": {**FIND["parameters"], "additionalProperties": False},  # type: ignore[dict-item]
                    },
                }
            ],
        ),
    ],
)
def test_what_services_take_is_sound(sound: object) -> None:
    assert judged(sound) == ()


def test_content_that_is_no_text_and_tool_calls_neither_crash_nor_are_refused() -> None:
    developer = {"role": "developer", "content": "Be brief."}
    sent = {**result("a"), "content": [{"type": "text", "text": "sent"}]}
    assert judged({"messages": [developer, QUESTION, asks("a"), sent, ANSWER], "tools": TOOLS}) == ()


def test_a_published_call_without_an_id_is_a_warning_and_no_error() -> None:
    calling = {
        "role": "assistant",
        "content": None,
        "tool_calls": [{k: v for k, v in call().items() if k != "id"}],
    }
    findings = judged({"messages": [QUESTION, calling]})
    assert [(one.rule, one.severity) for one in findings] == [
        ("call_id_missing", "warning"),
        ("tools_undeclared", "warning"),
    ]


def test_functions_are_the_same_in_the_old_form_and_told_once() -> None:
    calling = {
        "role": "assistant",
        "content": None,
        "function_call": {"name": "find", "arguments": '{"id": "7"}'},
    }
    answer = {"role": "function", "name": "find", "content": "{}"}
    old = {"messages": [QUESTION, calling, answer, ANSWER], "functions": [FIND]}
    assert places(old) == [("functions_obsolete", "functions")]
    del old["functions"]
    assert places(old) == [
        ("functions_obsolete", "messages[1].function_call"),
        ("tools_undeclared", "messages[1].function_call"),
    ]
    assert rules_of({**old, "functions": [{**FIND, "name": "a b"}]}) == [
        "tool_name_form",
        "functions_obsolete",
        "call_name_unknown",
    ]


@pytest.mark.parametrize(
    ("messages", "found"),
    [
        ([asks("a", "b"), result("a"), ANSWER], [("call_unanswered", "messages[1].tool_calls[1]")]),
        ([asks("a"), QUESTION, result("a"), ANSWER], [
            ("call_unanswered", "messages[1].tool_calls[0]"),
            ("result_unasked", "messages[3]"),
        ]),
        ([result("a"), ANSWER], [("result_unasked", "messages[1]")]),
        ([asks("a"), result("b"), ANSWER], [("result_id_unknown", "messages[2].tool_call_id")]),
        ([asks("a"), result(""), ANSWER], [("result_id_missing", "messages[2].tool_call_id")]),
        ([asks("a"), result("a"), result("a"), ANSWER], [("result_twice", "messages[3].tool_call_id")]),
        ([asks("a", "a"), result("a"), ANSWER], [("call_id_twice", "messages[1].tool_calls[1].id")]),
        ([asks("a"), ANSWER], [("call_unanswered", "messages[1].tool_calls[0]")]),
        ([asks("a"), {"role": "function", "name": "find", "content": ""}, ANSWER], [
            ("functions_obsolete", ""),
            ("call_unanswered", "messages[1].tool_calls[0]"),
            ("result_unasked", "messages[2]"),
        ]),
    ],
)  # fmt: skip
def test_calls_and_results_match(messages: list[Message], found: list[tuple[str, str]]) -> None:
    told = [(rule, "" if rule == "functions_obsolete" else path) for rule, path in places(talk(*messages))]
    assert sorted(told) == sorted(found)


@pytest.mark.parametrize(
    "arguments", ["", " ", "{", "{'id': '7'}", '{"id": 7} and', '{"id": NaN}', "[" * 200_000]
)
def test_arguments_are_json(arguments: str) -> None:
    calling = {"role": "assistant", "tool_calls": [call(arguments=arguments)]}
    assert places(talk(calling)) == [("call_arguments_json", "messages[1].tool_calls[0].function.arguments")]


@pytest.mark.parametrize(
    ("parameters", "arguments", "found"),
    [
        ({"properties": {"id": {}}}, {"id": 1, "zip": 2}, ["call_argument_unknown"]),
        ({"properties": {"id": {}}, "additionalProperties": True}, {"zip": 2}, []),
        ({"properties": {"id": {}}, "additionalProperties": {"type": "string"}}, {"zip": "2"}, []),
        ({"properties": {"id": {}}, "patternProperties": {"^z": {}}}, {"zip": "2"}, []),
        ({"properties": {"id": {}}, "anyOf": [{"properties": {"zip": {}}}]}, {"zip": "2"}, []),
        ({"properties": {"id": {}}, "required": ["id"]}, {}, ["call_argument_missing"]),
        ({}, {"zip": 1}, []),
    ],
)
def test_arguments_are_hints_where_the_schema_says_so_plainly(
    parameters: dict[str, Any], arguments: dict[str, Any], found: list[str]
) -> None:
    tools = [{"type": "function", "function": {"name": "find", "parameters": parameters}}]
    calling = {"role": "assistant", "tool_calls": [call(arguments=json.dumps(arguments))]}
    findings = judged(talk(calling, tools=tools))
    assert [one.rule for one in findings] == found
    assert all(one.severity == "hint" for one in findings)


def test_of_the_arguments_that_lack_the_first_is_told() -> None:
    parameters = {"properties": {"a": {}, "b": {}}, "required": ["a", "b"]}
    tools = [{"type": "function", "function": {"name": "find", "parameters": parameters}}]
    (only,) = judged(talk({"role": "assistant", "tool_calls": [call(arguments="{}")]}, tools=tools))
    assert (only.rule, only.params) == ("call_argument_missing", {"key": "a"})


def test_a_service_without_tools_says_so_once() -> None:
    plain = Traits(tools=False)
    assert places(talk(asks("a"), result("a"), ANSWER, tools=7), plain) == [("tools_refused", "tools")]
    calling: dict[str, Any] = {"messages": [QUESTION, asks("a")]}
    assert places(calling, plain) == [("tools_refused", "messages[1].tool_calls")]
    assert places({"messages": [QUESTION, ANSWER]}, plain) == []


DECLARING = st.lists(st.just(TOOLS[0]) | VALUES, max_size=3) | VALUES
SIDES = st.sampled_from([QUESTION, ANSWER, {"role": "system", "content": "Be brief."}])


@given(DECLARING, st.lists(SIDES, min_size=1, max_size=4), st.lists(SIDES, min_size=1, max_size=4))
def test_what_is_declared_is_judged_by_itself(
    tools: object, first: list[Message], second: list[Message]
) -> None:
    """Its verdict may be kept for equal declarations, whoever talks."""

    def about(messages: list[Message]) -> list[tuple[str, str]]:
        found = judged({"messages": messages, "tools": tools})
        return [(one.rule, one.path) for one in found if one.rule in ABOUT_DECLARATIONS]

    assert about(first) == about(second)


@given(st.lists(st.sampled_from(["a", "b", "c"]), min_size=1, max_size=3, unique=True), st.data())
def test_results_in_any_order_are_sound(names: list[str], data: st.DataObject) -> None:
    order = data.draw(st.permutations(names))
    assert judged(talk(asks(*names), *map(result, order), ANSWER)) == ()


@given(st.lists(st.sampled_from("ab"), max_size=3))
def test_a_call_is_answered_exactly_once_or_told(answered: list[str]) -> None:
    found = rules_of(talk(asks("a", "b"), *map(result, answered), ANSWER))
    assert (found == []) == (sorted(answered) == ["a", "b"])


def test_limits_hold_where_they_are_said_to() -> None:
    many = [{"type": "function", "function": {**FIND, "name": f"find{number}"}} for number in range(128)]
    assert rules_of(talk(ANSWER, tools=many)) == []
    longest = [{"type": "function", "function": {**FIND, "description": "a" * 1024}}]
    assert rules_of(talk(ANSWER, tools=longest)) == []
    assert rules_of(talk(asks("a"), parallel_tool_calls=False)) == []


@pytest.mark.parametrize("name", [None, "", 7, ["a"]])
def test_an_id_that_is_there_is_a_text(name: object) -> None:
    calling = {"role": "assistant", "tool_calls": [{**call(), "id": name}]}
    assert places(talk(calling)) == [("call_id_type", "messages[1].tool_calls[0].id")]


NAMED = st.lists(st.sampled_from(["a", "b", "c"]), max_size=3)


@given(NAMED, NAMED, st.text(max_size=5))
def test_the_verdict_on_calls_depends_neither_on_ids_themselves_nor_on_values(
    asked: list[str], answered: list[str], value: str
) -> None:
    def line(before: str, given: str) -> dict[str, Any]:
        calls = [call(before + name, json.dumps({"id": given, "x": given})) for name in asked]
        results = [result(before + name) for name in answered]
        return talk({"role": "assistant", "content": "I look.", "tool_calls": calls}, *results, ANSWER)

    assert judged(line("", "7")) == judged(line("call_", value))
