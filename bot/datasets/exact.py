"""The slow, exact reading of one line: where and why it is not sound JSON.

Only lines that the fast path did not accept come here. `json` alone reports positions; what it lets through and
other parsers refuse (duplicate keys, NaN, huge numbers, half characters, deep nesting) is looked for as well.
"""

import json
import math
from collections.abc import Iterator
from typing import Any

from bot.datasets.rules import syntax
from bot.datasets.rules.base import JsonValue, Note, clipped

MAX_DEPTH = 128
UNREADABLE = object()
"""Returned by `ExactReader.parse` for a line that has no value."""

_REASONS = {
    "Expecting value": "missing_value",
    "Expecting property name enclosed in double quotes": "missing_key",
    "Expecting ':' delimiter": "missing_colon",
    "Expecting ',' delimiter": "missing_comma",
    "Illegal trailing comma before end of object": "trailing_comma",
    "Illegal trailing comma before end of array": "trailing_comma",
    "Invalid control character at": "control_character",
    "Invalid \\escape": "bad_escape",
    "Invalid \\uXXXX escape": "bad_escape",
    "Extra data": "extra_text",
}
_PYTHON_WORDS = ("True", "False", "None")


class _Irregular:
    """Collects what the parser meets on its way: duplicate keys and numbers outside JSON."""

    def __init__(self) -> None:
        self.duplicates: list[tuple[dict[str, Any], str]] = []
        self.numbers: list[str] = []

    def pairs(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        value = dict(pairs)
        if len(value) < len(pairs):
            seen: set[str] = set()
            for key, _ in pairs:
                if key in seen:
                    self.duplicates.append((value, key))
                seen.add(key)
        return value

    def constant(self, word: str) -> float:
        self.numbers.append(word)
        return math.nan

    def number(self, digits: str) -> float:
        value = float(digits)
        if math.isinf(value):
            self.numbers.append(digits)
        return value


class ExactReader:
    """Reads lines one after the other; its parser is made once."""

    def __init__(self) -> None:
        self._irregular = _Irregular()
        self._decode = json.JSONDecoder(
            object_pairs_hook=self._irregular.pairs,
            parse_constant=self._irregular.constant,
            parse_float=self._irregular.number,
        ).decode

    def parse(self, line: bytes, offset: int, note: Note) -> JsonValue:
        """The value of a line, or `UNREADABLE` with the reason noted.

        Args:
            line: the bytes without line end and byte-order mark.
            offset: where in the file the line begins, in bytes from 0.
            note: takes the findings.
        """
        try:
            text = line.decode()
        except UnicodeDecodeError as error:
            _not_utf8(line, offset, error, note)
            return UNREADABLE
        value = self._value(text, note)
        if value is UNREADABLE:
            return value
        if _too_deep(value):
            note(syntax.JSON_NESTING, limit=MAX_DEPTH)
            return UNREADABLE
        _note_irregular(text, value, self._irregular, note)
        return value

    def _value(self, text: str, note: Note) -> JsonValue:
        self._irregular.duplicates.clear()
        self._irregular.numbers.clear()
        try:
            return self._decode(text)
        except json.JSONDecodeError as error:
            _not_json(text, error, note)
        except RecursionError:
            note(syntax.JSON_NESTING, limit=MAX_DEPTH)
        except ValueError:
            # Python refuses to convert whole numbers of more than 4,300 digits.
            note(syntax.JSON_NUMBER, number="a number of more than 4,300 digits")
        return UNREADABLE


def _not_utf8(line: bytes, offset: int, error: UnicodeDecodeError, note: Note) -> None:
    note(
        syntax.ENCODING_INVALID,
        byte=f"0x{line[error.start]:02X}",
        offset=offset + error.start,
        column=len(line[: error.start].decode()) + 1,
    )


def _not_json(text: str, error: json.JSONDecodeError, note: Note) -> None:
    end = len(text.rstrip())
    if error.pos >= end or error.msg.startswith("Unterminated string"):
        note(syntax.JSON_TRUNCATED, column=end)
        return
    note(syntax.JSON_SYNTAX, column=error.pos + 1, reason=_reason(text, error))


def _reason(text: str, error: json.JSONDecodeError) -> str:
    here, before = text[error.pos :], text[: error.pos].rstrip()
    by_letter = {
        "\N{BYTE ORDER MARK}": "byte_order_mark",
        "'": "single_quotes",
        "“": "smart_quotes",
        "”": "smart_quotes",
    }
    if here[0] in by_letter:
        return by_letter[here[0]]
    if here.startswith(_PYTHON_WORDS):
        return "python_word"
    reason = _REASONS.get(error.msg, "extra_text")
    if reason in ("missing_value", "missing_key") and here[0] in "]}" and before.endswith(","):
        return "trailing_comma"
    if reason == "extra_text" and here[0] in "{[":
        return "second_object"
    return reason


def _too_deep(value: JsonValue) -> bool:
    level: list[Any] = [value]
    for _ in range(MAX_DEPTH):
        level = [
            child
            for node in level
            if isinstance(node, dict | list)
            for child in (node.values() if isinstance(node, dict) else node)
        ]
        if not level:
            return False
    return True


def _note_irregular(text: str, value: JsonValue, irregular: _Irregular, note: Note) -> None:
    for number in irregular.numbers:
        note(syntax.JSON_NUMBER, number=clipped(number))
    if irregular.duplicates:
        paths = {id(node): path for path, node in _walk(value)}
        for holder, key in irregular.duplicates:
            # A duplicate inside a value that was itself overwritten by a later one is no longer in the tree.
            path = paths.get(id(holder), "")
            note(syntax.JSON_DUPLICATE_KEY, _child(path, clipped(key)), key=clipped(key))
    if "\\ud" in text or "\\uD" in text:
        for path, node in _walk(value):
            if isinstance(node, str) and _has_surrogate(node):
                note(syntax.JSON_SURROGATE, path)


def _has_surrogate(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False


def _walk(value: JsonValue) -> Iterator[tuple[str, JsonValue]]:
    waiting: list[tuple[str, Any]] = [("", value)]
    while waiting:
        path, node = waiting.pop()
        yield path, node
        if isinstance(node, dict):
            for key in node:
                if _has_surrogate(key):
                    yield _child(path, clipped(key)), key
            waiting.extend((_child(path, clipped(key)), child) for key, child in reversed(node.items()))
        elif isinstance(node, list):
            waiting.extend((f"{path}[{index}]", child) for index, child in reversed(list(enumerate(node))))


def _child(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key
