"""For every rule: a smallest file that breaks it and only it."""

from collections.abc import Mapping

import pytest

from bot.datasets.options import Options
from bot.datasets.rules import registry, whole
from tests.datasets.files import ANSWER, GOOD, QUESTION, chat, checked, jsonl, line, only, rules

CALL = {"id": "call_1", "type": "function", "function": {"name": "find", "arguments": "{}"}}

AT_CAFE = {"byte": "0xE9", "offset": 9 * (len(GOOD) + 1) + 17, "column": 18}
PICTURE = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AA=="}}

LINES: Mapping[str, tuple[bytes, str, Mapping[str, object]]] = {
    "encoding_invalid": (b'{"messages": "caf\xe9"}', "", AT_CAFE),
    "line_blank": (b"  \t", "", {}),
    "json_truncated": (GOOD[:-20], "", {"column": len(GOOD) - 20}),
    "json_syntax": (b'{"messages": [] "x": 1}', "", {"column": 17, "reason": "missing_comma"}),
    "json_nesting": (line(chat(tools=[])).replace(b"[]", b"[" * 200 + b"]" * 200), "", {"limit": 128}),
    "json_number": (line(chat(tools=[{"type": 1}])).replace(b": 1}", b": NaN}"), "", {"number": "NaN"}),
    "json_surrogate": (GOOD.replace(b"parcel", b"\\ud83d"), "messages[0].content", {}),
    "json_duplicate_key": (
        GOOD.replace(b'"role": "user"', b'"role": "user", "role": "user"'),
        "messages[0].role",
        {"key": "role"},
    ),
    "line_not_object": (b'"text"', "", {"type": "string"}),
    "messages_missing": (b'{"message": []}', "messages", {}),
    "messages_type": (b'{"messages": {}}', "messages", {"type": "object"}),
    "messages_empty": (b'{"messages": []}', "messages", {}),
    "message_type": (line(chat(QUESTION, "Hello", ANSWER)), "messages[1]", {"type": "string"}),
    "example_unknown_key": (line(chat(id=7)), "id", {"key": "id"}),
    "message_unknown_key": (line(chat(QUESTION, {**ANSWER, "wieght": 1})), "messages[1].wieght", {"key": "wieght"}),
    "role_missing": (line(chat({"content": "Hello"}, ANSWER)), "messages[0]", {}),
    "role_type": (line(chat({**QUESTION, "role": 3}, ANSWER)), "messages[0].role", {"type": "number"}),
    "role_unknown": (line(chat(QUESTION, {**ANSWER, "role": "assitant"})), "messages[1].role", {"role": "assitant"}),
    "assistant_missing": (line(chat(QUESTION)), "messages", {}),
    "assistant_not_last": (line(chat(QUESTION, ANSWER, QUESTION)), "messages[2].role", {"role": "user"}),
    "content_missing": (line(chat({"role": "user"}, ANSWER)), "messages[0].content", {}),
    "content_null": (line(chat(QUESTION, {**ANSWER, "content": None})), "messages[1].content", {}),
    "content_type": (line(chat(QUESTION, {**ANSWER, "content": 3})), "messages[1].content", {"type": "number"}),
    "content_empty": (line(chat(QUESTION, {**ANSWER, "content": ""})), "messages[1].content", {}),
    "content_part": (line(chat({**QUESTION, "content": [7]}, ANSWER)), "messages[0].content[0]", {"type": "number"}),
    "weight_value": (line(chat(QUESTION, {**ANSWER, "weight": 2})), "messages[1].weight", {"value": "2"}),
    "weight_role": (line(chat({**QUESTION, "weight": 1}, ANSWER)), "messages[0].weight", {"role": "user"}),
}  # fmt: skip
ELSEWHERE = {spec.id for spec in whole.SPECS} | {"format_other", "line_too_long"}


def test_every_rule_has_a_file_that_breaks_it() -> None:
    assert LINES.keys() | ELSEWHERE == {spec.id for spec in registry.SPECS}
    assert len({spec.id for spec in registry.SPECS}) == len(registry.SPECS)


@pytest.mark.parametrize("rule", LINES)
def test_a_line_breaks_one_rule_and_only_that(rule: str) -> None:
    broken, path, params = LINES[rule]
    report = checked(jsonl(broken))
    assert only(report) == (rule, 10, path, params)
    spec = next(spec for spec in registry.SPECS if spec.id == rule)
    assert report.counts == {"error": 0, "warning": 0, "hint": 0} | {spec.severity: 1}
    assert report.ok == (spec.severity != "error")
    assert set(params) == set(spec.params)


@pytest.mark.parametrize(
    "sound",
    [
        chat({"role": "system", "content": "Be brief."}, QUESTION, ANSWER),
        chat({"role": "developer", "content": "Be brief."}, QUESTION, ANSWER),
        chat(QUESTION, {**ANSWER, "weight": 0}, QUESTION, {**ANSWER, "weight": 1}),
        chat({**QUESTION, "name": "rin"}, ANSWER),
        chat({**QUESTION, "content": [{"type": "text", "text": "Hello"}]}, ANSWER),
        chat({"role": "user", "content": [PICTURE]}, ANSWER),
        chat(
            QUESTION,
            {"role": "assistant", "content": None, "tool_calls": [CALL]},
            {"role": "tool", "tool_call_id": "call_1", "content": ""},
            ANSWER,
            tools=[{"type": "function", "function": {"name": "find", "parameters": {"type": "object"}}}],
            parallel_tool_calls=False,
        ),
        chat(QUESTION, {"role": "assistant", "content": "", "tool_calls": [CALL]}),
        chat(QUESTION, {"role": "assistant", "tool_calls": [CALL]}),
        chat(
            QUESTION,
            {"role": "assistant", "content": None, "function_call": {"name": "find", "arguments": "{}"}},
            {"role": "function", "name": "find", "content": "{}"},
            ANSWER,
            functions=[{"name": "find", "parameters": {}}],
        ),
        chat({**QUESTION, "content": "role"}, {**ANSWER, "content": ': "content": "'}),
    ],
)  # fmt: skip
def test_what_services_take_is_sound(sound: object) -> None:
    report = checked(jsonl(line(sound)))
    assert report.ok
    assert report.findings == ()
    assert report.examples == 19


@pytest.mark.parametrize("weight", [True, False, 1.0, 0.0, -1, "1", None, 10**400, [1]])
def test_a_weight_is_the_number_0_or_1(weight: object) -> None:
    report = checked(jsonl(line(chat(QUESTION, {**ANSWER, "weight": weight}))))
    assert rules(report) == ["weight_value"]


def test_whitespace_is_no_content() -> None:
    assert rules(checked(jsonl(line(chat(QUESTION, {**ANSWER, "content": " \n\u3000"}))))) == [
        "content_empty"
    ]


def test_a_whole_number_beyond_the_parser_is_told_and_not_raised() -> None:
    big = line(chat(tools=[{"type": 1}])).replace(b": 1}", b": " + b"9" * 5000 + b"}")
    assert rules(checked(jsonl(big))) == ["json_number"]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (b'{"messages": [],}', "trailing_comma"),
        (b'{"messages": [1,]}', "trailing_comma"),
        (b"{'messages': []}", "single_quotes"),
        ("{“messages”: []}".encode(), "smart_quotes"),
        (b'{"messages": None}', "python_word"),
        (b'{"messages" []}', "missing_colon"),
        (b'{"messages": }', "missing_value"),
        (b"{messages: []}", "missing_key"),
        (b'{"messages": "a\tb"}', "control_character"),
        (b'{"messages": "\\x"}', "bad_escape"),
        (GOOD + b" " + GOOD, "second_object"),
        (GOOD + b" # done", "extra_text"),
        (b"\xef\xbb\xbf" + GOOD, "byte_order_mark"),
    ],
)
def test_bad_json_is_told_by_its_reason(text: bytes, reason: str) -> None:
    rule, number, _, params = only(checked(jsonl(text)))
    assert (rule, number, params["reason"]) == ("json_syntax", 10, reason)


@pytest.mark.parametrize(
    ("value", "name"),
    [
        ({"prompt": "a", "completion": "b"}, "prompt_completion"),
        ({"prompt": "a", "response": "b"}, "prompt_response"),
        ({"input": {"messages": []}, "preferred_output": [], "non_preferred_output": []}, "preference"),
        ({"instruction": "a", "input": "", "output": "b"}, "instruction"),
        ({"conversations": []}, "conversations"),
        ({"contents": []}, "contents"),
        ({"text": "a"}, "text"),
    ],
)
def test_other_forms_are_named_and_a_mixed_file_is_told_once(value: object, name: str) -> None:
    report = checked(jsonl(line(value), line(value)))
    assert report.totals == {"format_other": 2, "format_mixed": 1}
    mixed, *others = report.findings
    assert (mixed.line, mixed.params) == (None, {"examples": 18, "others": 2, "format": name})
    assert [(one.line, one.params) for one in others] == [(10, {"format": name}), (11, {"format": name})]


def test_a_line_beyond_the_limit_is_told_with_its_size_and_the_next_one_is_read() -> None:
    long = line(chat(QUESTION, {**ANSWER, "content": "a" * 5000}))
    report = checked(jsonl(long, line(chat(QUESTION))), Options(max_line_bytes=4096), piece=1000)
    first, second = report.findings
    assert (first.rule, first.line, first.params) == (
        "line_too_long",
        10,
        {"bytes": len(long), "limit": 4096},
    )
    assert (second.rule, second.line) == ("assistant_missing", 11)
