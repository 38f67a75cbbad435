"""A line that is no UTF-8 or no JSON is told with its place and reason."""

import json
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.datasets.exact import UNREADABLE, ExactReader
from bot.datasets.report import Finding
from bot.datasets.rules import syntax
from bot.datasets.rules.base import JsonValue
from handlers.wording.findings import finding_text
from tests.datasets.files import GOOD
from tests.datasets.lines import lines
from tests.datasets.noted import noted


def _read(line: bytes) -> tuple[JsonValue, list[Finding]]:
    values: list[JsonValue] = []
    found = noted(lambda note: values.append(ExactReader().parse(line, 100, note)))
    return values[0], found


REASONS = {
    "no_json": b"not json at all",
    "missing_value": b'{"messages": }',
    "missing_key": b"{messages: []}",
    "missing_colon": b'{"messages" []}',
    "missing_comma": b'{"messages": [] "x": 1}',
    "open_quote": b'{"messages: []}',
    "single_quotes": b"{'messages': []}",
    "python_word": b'{"messages": None}',
    "comment": GOOD + b" # done",
    "control_character": b'{"messages": "a\tb"}',
    "zero_byte": b'{"messages": []}\x00\x00',
    "odd_space": "{\u00a0}".encode(),
    "bad_escape": b'{"messages": "\\x"}',
    "second_object": GOOD + b" " + GOOD,
    "lone_return": GOOD + b"\r" + GOOD,
    "comma_behind": GOOD + b",",
    "extra_text": GOOD + b" done",
}


def test_every_reason_has_a_line() -> None:
    assert REASONS.keys() == set(syntax.REASONS)


@pytest.mark.parametrize("reason", REASONS)
def test_bad_json_is_told_by_its_reason(reason: str) -> None:
    value, (one,) = _read(REASONS[reason])
    assert value is UNREADABLE
    assert (one.rule, one.params["reason"]) == ("json_syntax", reason)


@pytest.mark.parametrize(
    ("line", "plain"),
    [
        ("Where is my parcel?", True),
        ("  nobody knows", True),
        ("None of us knows", True),
        ("role: user", True),
        ("- item", True),
        ("```json", True),
        ("None", False),
        ("True", False),
        ("# done", False),
        ("'a'", False),
        ("“a”", False),
        (", {}", False),
        ("]", False),
        ("\u00a0{}", False),
        ("\u200b{}", False),
        ("[no]", False),
        ('{"a": no}', False),
        ("true story", False),
        ("12 parcels", False),
    ],
)
def test_words_that_are_no_json_at_all_are_told_as_that(line: str, plain: bool) -> None:
    value, (one,) = _read(line.encode())
    assert value is UNREADABLE
    assert (one.params.get("reason") == "no_json") is plain
    assert (finding_text(one.rule, one.params).message == "is plain text, not JSON") is plain


@pytest.mark.parametrize(
    ("line", "rule", "column"),
    [
        (b'{"messages": [],}', "json_trailing_comma", 17),
        (b'{"messages": [1,]}', "json_trailing_comma", 17),
        (b'{"messages": [1, \t]}', "json_trailing_comma", 19),
        ("{“messages”: []}".encode(), "json_smart_quotes", 2),
        ('{"messages”: []}'.encode(), "json_smart_quotes", 11),
        ("{„messages“: []}".encode(), "json_smart_quotes", 2),
        (b"\xef\xbb\xbf" + GOOD, "json_byte_order_mark", 1),
        (GOOD + b"\xef\xbb\xbf", "json_byte_order_mark", len(GOOD) + 1),
    ],
)
def test_what_a_repair_mends_is_a_rule_of_its_own(line: bytes, rule: str, column: int) -> None:
    _, (one,) = _read(line)
    assert (one.rule, one.params) == (rule, {"column": column})
    assert one.repair


@pytest.mark.parametrize("end", range(1, len(GOOD)))
def test_wherever_a_line_is_cut_it_is_told_as_cut(end: int) -> None:
    value, (one,) = _read(GOOD[:end])
    assert value is UNREADABLE
    # Behind a bracket inside, the cut looks like a text that was not closed.
    assert one.rule == "json_truncated" or GOOD[:end].endswith(b"}")


@pytest.mark.parametrize(
    ("bad", "kind", "byte"),
    [
        (b"\xc0\xaf", "overlong", "0xC0"),
        (b"\xe0\x80\xaf", "overlong", "0xE0"),
        (b"\xf0\x80\x80\xaf", "overlong", "0xF0"),
        (b"\xed\xa0\xbd\xed\xb8\x80", "surrogate", "0xED"),
        (b"\xf4\x90\x80\x80", "beyond", "0xF4"),
        (b"\xf8\x88\x80\x80\x80", "beyond", "0xF8"),
        (b"\xfe", "never", "0xFE"),
        (b"\xff", "never", "0xFF"),
        (b"\xe9 ", "single_byte", "0xE9"),
        (b"\x93", "single_byte", "0x93"),
        (b'\xe3\x81"', "cut", "0xE3"),
    ],
)
def test_bytes_that_are_not_utf8_are_told_by_kind_and_place(bad: bytes, kind: str, byte: str) -> None:
    line = '{"é": "'.encode() + bad
    value, (one,) = _read(line)
    assert value is UNREADABLE
    assert one.rule == "encoding_invalid"
    assert one.params == {"byte": byte, "offset": 108, "column": 8, "kind": kind}


@pytest.mark.parametrize("end", [b"\xe3", b"\xe3\x81", b"\xf0\x9f\x98", b"\xc3"])
def test_a_line_that_ends_inside_a_character_was_cut(end: bytes) -> None:
    value, (one,) = _read('{"é": "'.encode() + end)
    assert value is UNREADABLE
    assert (one.rule, one.params) == ("json_truncated", {"column": 7})


def test_every_kind_of_bad_byte_is_ours() -> None:
    pairs = (
        bytes(two)
        for first in range(0x80, 0x100)
        for two in ((first, 0x20), (first, 0x85, 0x20), (first, 0xA5, 0x20))
    )
    kinds = {str(_read(line)[1][0].params["kind"]) for line in pairs if not _is_utf8(line)}
    assert kinds == set(syntax.KINDS)


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


@pytest.mark.parametrize(
    ("line", "path", "key"),
    [
        (b'{"a": 1, "a": 2}', "a", "a"),
        (b'{"a": {"b": [0, {"c": 1, "c": 1}]}}', "a.b[1].c", "c"),
        (b'{"a": 1, "\\u0061": 2}', "a", "a"),
        (b'[{"": 1, "": 1}]', "[0]", ""),
    ],
)
def test_a_key_twice_is_found_at_any_level_and_however_it_is_written(
    line: bytes, path: str, key: str
) -> None:
    _, (one,) = _read(line)
    assert (one.rule, one.params) == ("json_duplicate_key", {"key": key})
    assert one.path.startswith(path)


def test_a_key_many_times_is_told_once() -> None:
    _, found = _read(b"{" + b",".join([b'"k":1'] * 5000) + b"}")
    assert len(found) == 1


@pytest.mark.parametrize(
    "number", ["NaN", "Infinity", "-Infinity", "1e400", "-1e999", "9" * 5000, "1" + "0" * 400 + ".5"]
)
def test_numbers_that_json_or_its_readers_do_not_know(number: str) -> None:
    _, found = _read(b'{"a": [1, ' + number.encode() + b"]}")
    assert [one.rule for one in found] == ["json_number"]
    assert len(str(found[0].params["number"])) <= 40


@pytest.mark.parametrize("depth", [127, 128, 129, 1000, 50_000])
@pytest.mark.parametrize(("left", "right"), [(b"[", b"]"), (b'{"a":', b"}")])
def test_nesting_is_told_from_the_limit_on(depth: int, left: bytes, right: bytes) -> None:
    _, found = _read(left * depth + b"1" + right * depth)
    assert [one.rule for one in found] == (["json_nesting"] if depth >= 128 else [])


@pytest.mark.parametrize("text", [b"\\ud83d", b"\\ude00", b"\\ude00\\ud83d", b"a\\uD83Db"])
def test_half_a_character_is_told_and_a_whole_pair_is_not(text: bytes) -> None:
    _, (one,) = _read(b'{"a": ["' + text + b'"]}')
    assert (one.rule, one.path) == ("json_surrogate", "a[0]")
    assert _read(b'{"a": "\\ud83d\\ude00"}')[1] == []


@given(
    lines()
    | st.binary(max_size=60)
    | st.text(alphabet='{}[]":,\\ \r\tux“”„\ufeff1eN', max_size=40).map(str.encode)
)
def test_no_line_crashes_and_what_is_read_is_what_stands_there(line: bytes) -> None:
    value, found = _read(line)
    if value is UNREADABLE:
        assert [one.severity for one in found] == ["error"]
        return
    assert all(one.rule in ("json_duplicate_key", "json_number", "json_surrogate") for one in found)
    if not found:
        assert value == json.loads(line)


def test_the_path_of_a_place_deep_down_is_short_and_costs_no_memory() -> None:
    head, tail = b'{"' + b"k" * 40 + b'":', b"}"
    line = head * 100 + b"[" + b",".join([b'"\\ud83d"', *[b"0"] * 50_000]) + b"]" + tail * 100
    tracemalloc.start()
    _, found = _read(line)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert [one.rule for one in found] == ["json_surrogate"]
    assert len(found[0].path) < 400
    assert peak < 10 * len(line)


def test_half_characters_in_keys_are_told_beside_those_in_texts() -> None:
    _, found = _read(b'{"a": {"\\ud83d": ["\\ud83d"]}, "b": "\\ud83d"}')
    assert [one.path for one in found] == [
        "a.\N{REPLACEMENT CHARACTER}",
        "a.\N{REPLACEMENT CHARACTER}[0]",
        "b",
    ]
