"""The file as a whole."""

from collections.abc import Mapping

from bot.datasets.options import MEBIBYTE, Options
from tests.datasets.files import ANSWER, chat, line
from tests.datasets.smallest.case import Case
from tests.datasets.smallest.sound import example, sound_lines

_SOUND = sound_lines(12, "chat")
_PICTURE = {"type": "image_url", "image_url": {"url": "https://example.org/parcel.png"}}
_PICTURES = [
    line(chat({"role": "user", "content": [{"type": "text", "text": f"Picture {n}?"}, _PICTURE]}, ANSWER))
    for n in ("one", "two")
]
_PAIR = example("Is the blue lamp in stock?", "Three of them are left.", "prompt_response")


def _file(*lines: bytes, end: bytes = b"\n") -> bytes:
    return b"".join(one + end for one in lines)


CASES: Mapping[str, Case] = {
    "file_empty": Case(b"", many=0),
    "file_too_large": Case(_file(*_SOUND), Options(max_bytes=len(_file(*_SOUND)) + 2), many=0),
    "file_format": Case(b"[" + b",".join(_SOUND) + b"]", many=0),
    "encoding_utf16": Case(_file(*_SOUND).decode().encode("utf-16"), many=0),
    "line_ends_old": Case(_file(*_SOUND, end=b"\r"), many=0),
    "too_few_examples": Case(_file(*_SOUND[:9]), many=0),
    "too_many_examples": Case(_file(*_SOUND), Options(max_examples=11), many=0),
    "too_many_image_examples": Case(_PICTURES[0], Options(max_image_examples=1), more=(_PICTURES[1],)),
    "format_mixed": Case(_PAIR, also=frozenset({"format_other"})),
    "form_not_trained": Case(_file(*_SOUND), Options(model="o4-mini-2025-04-16"), many=0),
    "line_ends": Case(_file(*_SOUND, end=b"\r\n"), many=0),
    "line_ends_mixed": Case(_file(*_SOUND[:6], end=b"\r\n") + _file(*_SOUND[6:]), many=0),
    "byte_order_mark": Case(
        b"\xef\xbb\xbf" + _file(*_SOUND), Options(service="databricks", byte_order_mark=False), many=0
    ),
    "file_cut": Case(_file(*_SOUND)[:-20], many=0, also=frozenset({"json_truncated"})),
    "text_folder": Case(
        _file(*sound_lines(12, "text")),
        Options(service="databricks", byte_order_mark=False, max_bytes=5 * 1024 * MEBIBYTE),
        many=0,
    ),
}
