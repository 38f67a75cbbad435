"""Bytes and JSON of a line."""

from collections.abc import Mapping

from bot.datasets.options import Options
from tests.datasets.files import ANSWER, GOOD, QUESTION, chat, line
from tests.datasets.smallest.case import Case

_LIMIT = {"type": "object", "properties": {"n": {"type": "integer", "maximum": 7}}}
_NUMBER = {"type": "function", "function": {"name": "find", "parameters": _LIMIT}}
_DEEP = {"type": "object", "default": {}}
_NESTED = {"type": "function", "function": {"name": "find", "parameters": _DEEP}}

CASES: Mapping[str, Case] = {
    "encoding_invalid": Case(GOOD.replace(b"parcel", b"caf\xe9 and parcel")),
    "line_blank": Case(b"  \t"),
    "line_too_long": Case(
        line(chat(QUESTION, {**ANSWER, "content": "a" * 5000})), Options(max_line_bytes=4096)
    ),
    "json_truncated": Case(GOOD[:-20]),
    "json_syntax": Case(GOOD.replace(b'"role": "user", ', b'"role": "user" ')),
    "json_trailing_comma": Case(GOOD[:-2] + b",]}"),
    "json_smart_quotes": Case(GOOD.replace(b'"messages"', "“messages”".encode())),
    "json_byte_order_mark": Case(b"\xef\xbb\xbf" + GOOD),
    "json_nesting": Case(line(chat(tools=[_NESTED])).replace(b"{}", b"[" * 200 + b"]" * 200)),
    "json_number": Case(line(chat(tools=[_NUMBER])).replace(b": 7", b": 1e400")),
    "json_surrogate": Case(GOOD.replace(b"parcel", b"\\ud83d")),
    "json_duplicate_key": Case(GOOD.replace(b'"role": "user"', b'"role": "user", "role": "user"')),
}
