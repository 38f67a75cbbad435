"""Why a line is no UTF-8, or no JSON: the words behind a decoder's error."""

import json

from bot.datasets.rules import syntax
from bot.datasets.rules.base import Note

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
_BY_LETTER = {
    "\N{BYTE ORDER MARK}": "byte_order_mark",
    "'": "single_quotes",
    "“": "smart_quotes",
    "”": "smart_quotes",
    "„": "smart_quotes",
    "«": "smart_quotes",
    "\x00": "zero_byte",
}
_OF_THEIR_OWN = {
    "trailing_comma": syntax.JSON_TRAILING_COMMA,
    "smart_quotes": syntax.JSON_SMART_QUOTES,
    "byte_order_mark": syntax.JSON_BYTE_ORDER_MARK,
}
_PYTHON_WORDS = ("True", "False", "None")
_COMMENTS = ("//", "/*", "#")
_UNSEEN = "\u200b\u200c\u200d\u2060\u00ad\u180e"
_BLANK = " \t\r\n"
"""White space of JSON; `str.strip` knows much more."""


def note_not_utf8(line: bytes, offset: int, error: UnicodeDecodeError, note: Note) -> None:
    """Take down where a line stops being UTF-8, and in which way. `offset`: where the line begins in the file."""
    if error.reason == "unexpected end of data":
        # The line ends inside a character: it was cut, and its encoding is sound.
        note(syntax.JSON_TRUNCATED, column=len(line[: error.start].decode()))
        return
    note(
        syntax.ENCODING_INVALID,
        byte=f"0x{line[error.start]:02X}",
        offset=offset + error.start,
        column=len(line[: error.start].decode()) + 1,
        kind=_kind(line[error.start : error.start + 2]),
    )


def _kind(two: bytes) -> str:
    first, second = two[0], two[1] if len(two) > 1 else 0
    if (
        first in (0xC0, 0xC1)
        or (first == 0xE0 and 0x80 <= second < 0xA0)
        or (first == 0xF0 and 0x80 <= second < 0x90)
    ):
        return "overlong"
    if first == 0xED and 0xA0 <= second < 0xC0:
        return "surrogate"
    if 0xF5 <= first < 0xFE or (first == 0xF4 and 0x90 <= second < 0xC0):
        return "beyond"
    if first >= 0xFE:
        return "never"
    return "cut" if first >= 0xC2 and (len(two) == 1 or 0x80 <= second < 0xC0) else "single_byte"


def note_not_json(text: str, error: json.JSONDecodeError, note: Note) -> None:
    """Take down where and why a line is no JSON."""
    end = len(text.rstrip(_BLANK))
    open_text = error.msg.startswith("Unterminated string")
    if open_text and text.endswith("}", 0, end):
        curly = min((at for at in map(text.find, "“”„«", [error.pos] * 4) if at >= 0), default=-1)
        if curly >= 0:
            note(syntax.JSON_SMART_QUOTES, column=curly + 1)
        else:
            note(syntax.JSON_SYNTAX, column=error.pos + 1, reason="open_quote")
    elif error.pos >= end or open_text:
        note(syntax.JSON_TRUNCATED, column=end)
    else:
        reason = _reason(text, error)
        if reason in _OF_THEIR_OWN:
            note(_OF_THEIR_OWN[reason], column=error.pos + 1)
        else:
            note(syntax.JSON_SYNTAX, column=error.pos + 1, reason=reason)


def _reason(text: str, error: json.JSONDecodeError) -> str:
    here = text[error.pos : error.pos + 8]
    letter, reason = here[0], _REASONS.get(error.msg, "extra_text")
    if letter in _BY_LETTER:
        return _BY_LETTER[letter]
    plain = error.msg == "Expecting value" and _is_plain(text, error.pos)
    if plain or here.startswith(_PYTHON_WORDS):
        return "no_json" if plain else "python_word"
    if reason in ("control_character", "bad_escape"):
        return reason
    if here.startswith(_COMMENTS):
        return "comment"
    if letter.isspace() or letter in _UNSEEN:
        return "odd_space"
    return _between(text, error.pos, reason)


def _is_plain(text: str, at: int) -> bool:
    """Whether the line is words all through: it begins with what is neither a value of JSON nor a spoiled one."""
    line = text.strip(_BLANK)
    # other white space and signs of JSON have reasons of their own
    odd = line[0].isspace() or line.startswith((*_COMMENTS, *_UNSEEN, *"]},:"))
    return not text[:at].strip(_BLANK) and not odd and line not in _PYTHON_WORDS


def _between(text: str, at: int, reason: str) -> str:
    """The reason by what stands on both sides of the place."""
    letter, before = text[at], text[max(0, at - 64) : at]
    if reason in ("missing_value", "missing_key") and letter in "]}" and before.rstrip(_BLANK).endswith(","):
        return "trailing_comma"
    if reason == "extra_text" and letter in "{[":
        return "lone_return" if "\r" in before[len(before.rstrip(_BLANK)) :] else "second_object"
    return "comma_behind" if reason == "extra_text" and letter == "," else reason
