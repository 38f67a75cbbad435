"""Where things stand in a line of sound JSON, and edits of its bytes.

A repair changes only the bytes that are wrong: the order of keys, the spelling of numbers and escapes, and the blanks
between stay as they were. All functions take a line that a JSON parser accepts, and are linear in the bytes that they
pass over.
"""

import json
import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

_BLANKS = re.compile(rb"[ \t\r\n]*")
_STRING = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"', re.DOTALL)
_SCALAR = re.compile(rb"[^ \t\r\n,\]}]*")
_TOKEN = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"|[\[\]{}]', re.DOTALL)
_OPENING, _QUOTE = b"{[", b'"'[0]


class Span(NamedTuple):
    """Bytes from `start` up to `end`."""

    start: int
    end: int


class Member(NamedTuple):
    """One key of an object with its value; `start` and `key_end` are those of the key with its quotes."""

    key: str
    start: int
    key_end: int
    value: Span

    @property
    def span(self) -> Span:
        """Key and value together."""
        return Span(self.start, self.value.end)


class Edit(NamedTuple):
    """Put `new` in the place of the bytes from `start` to `end`."""

    start: int
    end: int
    new: bytes = b""


def skip_blanks(line: bytes, at: int) -> int:
    """The first place from `at` that holds no blank."""
    found = _BLANKS.match(line, at)
    return found.end() if found else at


def whole(line: bytes) -> Span:
    """The value of the line without the blanks around it."""
    start = skip_blanks(line, 0)
    return Span(start, _value_end(line, start))


def members(line: bytes, of: Span) -> list[Member]:
    """Keys and values of the object at `of`, in their order, a key twice if it is there twice."""
    found: list[Member] = []
    at = skip_blanks(line, of.start + 1)
    while line[at : at + 1] != b"}":
        key_end = _value_end(line, at)
        value = skip_blanks(line, skip_blanks(line, key_end) + 1)
        end = _value_end(line, value)
        found.append(Member(json.loads(line[at:key_end]), at, key_end, Span(value, end)))
        at = _behind_comma(line, end)
    return found


def elements(line: bytes, of: Span) -> list[Span]:
    """The elements of the list at `of`."""
    found: list[Span] = []
    at = skip_blanks(line, of.start + 1)
    while line[at : at + 1] != b"]":
        end = _value_end(line, at)
        found.append(Span(at, end))
        at = _behind_comma(line, end)
    return found


def without(items: Sequence[Span], dropped: Iterable[int]) -> list[Edit]:
    """Edits that take members or elements with these indexes out, each with one comma and the blanks beside it."""
    edits: list[Edit] = []
    gone = frozenset(dropped)
    kept_before = False
    for index, item in enumerate(items):
        if index not in gone:
            kept_before = True
        elif kept_before:
            edits.append(Edit(items[index - 1].end, item.end))
        else:
            edits.append(Edit(item.start, items[index + 1].start if index + 1 < len(items) else item.end))
    return edits


def edited(line: bytes, edits: Iterable[Edit]) -> bytes:
    """The line with all edits made. They must not overlap; their order does not matter."""
    pieces: list[bytes] = []
    at = 0
    for edit in sorted(edits):
        pieces += (line[at : edit.start], edit.new)
        at = edit.end
    pieces.append(line[at:])
    return b"".join(pieces)


def _behind_comma(line: bytes, end: int) -> int:
    at = skip_blanks(line, end)
    return skip_blanks(line, at + 1) if line[at : at + 1] == b"," else at


def _value_end(line: bytes, start: int) -> int:
    first = line[start : start + 1]
    if first == b'"':
        return _matched(_STRING, line, start)
    if first not in (b"{", b"["):
        return _matched(_SCALAR, line, start)
    depth = 0
    for token in _TOKEN.finditer(line, start):
        mark = line[token.start()]
        if mark in _OPENING:
            depth += 1
        elif mark != _QUOTE:
            depth -= 1
            if not depth:
                return token.end()
    msg = "a bracket is not closed"
    raise ValueError(msg)


def _matched(pattern: "re.Pattern[bytes]", line: bytes, at: int) -> int:
    found = pattern.match(line, at)
    if found is None:
        msg = "a string is not closed"
        raise ValueError(msg)
    return found.end()
