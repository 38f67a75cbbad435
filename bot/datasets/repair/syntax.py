"""Lines that are not JSON, and would be with a comma, a mark or quotation marks less: unambiguous cases only."""

import re
from typing import NamedTuple

from bot.datasets.repair.kinds import Kind
from bot.datasets.repair.spans import Edit, edited, skip_blanks
from bot.datasets.sniff import BYTE_ORDER_MARK

_CURLY = "“”„‟"
_OPENING = tuple(letter.encode() for letter in _CURLY)
_STRING = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"', re.DOTALL)
_PLAIN = re.compile(rb'[^"\xe2\xef,]+')
_CURLY_TEXT = re.compile(rb"(?:[^\"\\\xe2]|\\.|\xe2(?!\x80[\x9c-\x9f]))*", re.DOTALL)
_CLOSING = re.compile(rb'"|\xe2\x80[\x9c-\x9f]')
_BEHIND_TEXT = (b",", b":", b"]", b"}")
_LOOK_BACK = 64
"""Blanks before a comma that are looked past. More of them are no slip of a hand, and would cost time."""


class Repaired(NamedTuple):
    """A line with its edits made. It is not proven to be JSON: that is for the caller."""

    line: bytes
    kinds: frozenset[Kind]


def proposed(line: bytes) -> Repaired | None:
    """The line with everything mended that can be; None when there is nothing, or more than one way to read it.

    Outside texts, byte-order marks and a comma right before a closing bracket are cut. A text between curly quotes
    gets straight ones where it cannot be read in two ways: its first quotation mark of any kind, curly or straight,
    must be followed by a comma, a colon, a bracket or the end.
    """
    edits: list[Edit] = []
    kinds: set[Kind] = set()
    at = 0
    while at < len(line):
        if (plain := _PLAIN.match(line, at)) is not None:
            at = plain.end()
        elif line.startswith(b'"', at):
            text = _STRING.match(line, at)
            if text is None:
                return None
            at = text.end()
        elif line.startswith(b",", at):
            if _comma_too_many(line, at):
                edits.append(Edit(at, at + 1))
                kinds.add("trailing_comma")
            at += 1
        elif line.startswith(BYTE_ORDER_MARK, at):
            edits.append(Edit(at, at + len(BYTE_ORDER_MARK)))
            kinds.add("byte_order_mark")
            at += len(BYTE_ORDER_MARK)
        elif line.startswith(_OPENING, at):
            closing = _closing(line, at + 3)
            if closing is None:
                return None
            edits += (Edit(at, at + 3, b'"'), Edit(*closing, b'"'))
            kinds.add("smart_quotes")
            at = closing[1]
        else:
            return None
    return Repaired(edited(line, edits), frozenset(kinds)) if edits else None


def _comma_too_many(line: bytes, at: int) -> bool:
    """Whether a value ends before the comma and a closing bracket comes behind it."""
    behind = skip_blanks(line, at + 1)
    if line[behind : behind + 1] not in (b"]", b"}"):
        return False
    before = line[max(0, at - _LOOK_BACK) : at].rstrip()
    return bool(before) and before[-1:] not in (b",", b":", b"[", b"{")


def _closing(line: bytes, at: int) -> tuple[int, int] | None:
    text = _CURLY_TEXT.match(line, at)
    mark = _CLOSING.match(line, text.end()) if text is not None else None
    if mark is None:
        return None
    behind = skip_blanks(line, mark.end())
    if behind < len(line) and line[behind : behind + 1] not in _BEHIND_TEXT:
        return None
    return mark.span()
