"""The slow, exact reading of one line: where and why it is not sound JSON.

Only lines that the fast path did not accept come here. `json` alone reports positions; what it lets through and
other parsers refuse (duplicate keys, NaN, huge numbers, half characters, deep nesting) is looked for as well.
"""

import itertools
import json
import math
from collections.abc import Iterable, Iterator
from typing import Any

from bot.datasets.malformed import note_not_json, note_not_utf8
from bot.datasets.rules import syntax
from bot.datasets.rules.base import JsonValue, Note, clipped

MAX_DEPTH = 128
MAX_PATH = 300
"""Characters of a path after which the rest is left out."""
UNREADABLE = object()
"""Returned by `ExactReader.parse` for a line that has no value."""


class _Irregular:
    """Collects what the parser meets on its way: duplicate keys and numbers outside JSON."""

    def __init__(self) -> None:
        self.duplicates: list[tuple[dict[str, Any], str]] = []
        self.numbers: list[str] = []

    def pairs(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        value = dict(pairs)
        if len(value) < len(pairs):
            seen: set[str] = set()
            told: set[str] = set()
            for key, _ in pairs:
                if key in seen and key not in told:
                    self.duplicates.append((value, key))
                    told.add(key)
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
            note_not_utf8(line, offset, error, note)
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
            note_not_json(text, error, note)
        except RecursionError:
            note(syntax.JSON_NESTING, limit=MAX_DEPTH)
        except ValueError:
            # Python refuses to convert whole numbers of more than 4,300 digits.
            note(syntax.JSON_NUMBER, number="a number of more than 4,300 digits")
        return UNREADABLE


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
    if irregular.numbers:
        note(syntax.JSON_NUMBER, number=clipped(irregular.numbers[0]))
    if irregular.duplicates:
        _note_duplicates(value, irregular.duplicates, note)
    if "\\ud" in text or "\\uD" in text:
        _note_surrogates(value, note)


def _note_duplicates(value: JsonValue, duplicates: Iterable[tuple[dict[str, Any], str]], note: Note) -> None:
    keys: dict[int, list[str]] = {}
    for holder, key in duplicates:
        keys.setdefault(id(holder), []).append(key)
    for parent, step, node in _walk(value):
        for key in keys.pop(id(node), ()):
            note(syntax.JSON_DUPLICATE_KEY, _child(_child(parent, step), key), key=clipped(key))
    # What was itself overwritten by a later value of the same key is no longer in the tree.
    for key in itertools.chain.from_iterable(keys.values()):
        note(syntax.JSON_DUPLICATE_KEY, clipped(key), key=clipped(key))


def _note_surrogates(value: JsonValue, note: Note) -> None:
    for parent, step, node in _walk(value):
        if isinstance(node, str) and _has_surrogate(node):
            note(syntax.JSON_SURROGATE, _child(parent, step))
        elif isinstance(node, dict):
            for key in filter(_has_surrogate, node):
                note(syntax.JSON_SURROGATE, _child(_child(parent, step), key))


def _has_surrogate(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False


def _walk(value: JsonValue) -> Iterator[tuple[str, str | int, JsonValue]]:
    """Each node with the path of its parent and the step from there; the root's step is empty.

    Only the paths of the present branch are held: those of all nodes would be many times the line.
    """
    yield "", "", value
    branch = [("", _children(value))]
    while branch:
        path, children = branch[-1]
        following = next(children, None)
        if following is None:
            branch.pop()
            continue
        step, child = following
        yield path, step, child
        if isinstance(child, dict | list):
            branch.append((_child(path, step), _children(child)))


def _children(node: JsonValue) -> Iterator[tuple[str | int, JsonValue]]:
    if isinstance(node, dict):
        return iter(node.items())
    return iter(enumerate(node)) if isinstance(node, list) else iter(())


def _child(path: str, step: str | int) -> str:
    """JSON path of a child; what goes beyond `MAX_PATH` characters is left out."""
    if step == "" or len(path) > MAX_PATH:
        return path
    if isinstance(step, int):
        return f"{path}[{step}]"
    key = clipped(step)
    whole = f"{path}.{key}" if path else key
    return whole if len(whole) <= MAX_PATH else f"{whole[:MAX_PATH]}…"
