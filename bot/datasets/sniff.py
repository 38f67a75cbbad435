"""What a file is, judged by its first bytes: JSON Lines, or something that is often mistaken for it."""

import json
import re
from typing import Literal

HEAD_BYTES = 64 * 1024
"""How much of a file the judgement needs at most."""

BYTE_ORDER_MARK = b"\xef\xbb\xbf"

Encoding = Literal["utf-16", "utf-32"]

FORMATS = (
    "json_array",
    "json_pretty",
    "json_wrapped",
    "csv",
    "tsv",
    "plain_text",
    "html",
    "xml",
    "xlsx",
    "docx",
    "pptx",
    "opendocument",
    "zip",
    "gzip",
    "zstandard",
    "bzip2",
    "xz",
    "seven_zip",
    "rar",
    "tar",
    "pdf",
    "parquet",
    "arrow",
    "avro",
    "orc",
    "numpy",
    "sqlite",
    "image",
    "rtf",
    "binary",
)
"""Values of `format` in `file_format`."""

LONE_RETURNS = "lone_returns"
"""Answer of `mistaken` for JSON Lines whose lines end with a carriage return alone."""

_MAGIC = (
    (b"\x1f\x8b", "gzip"),
    (b"\x28\xb5\x2f\xfd", "zstandard"),
    (b"BZh", "bzip2"),
    (b"\xfd7zXZ\x00", "xz"),
    (b"7z\xbc\xaf\x27\x1c", "seven_zip"),
    (b"Rar!\x1a\x07", "rar"),
    (b"%PDF-", "pdf"),
    (b"PAR1", "parquet"),
    (b"ARROW1", "arrow"),
    (b"Obj\x01", "avro"),
    (b"ORC\x0a", "orc"),
    (b"ORC\x11", "orc"),
    (b"\x93NUMPY", "numpy"),
    (b"SQLite format 3\x00", "sqlite"),
    (b"\x89PNG", "image"),
    (b"\xff\xd8\xff", "image"),
    (b"GIF8", "image"),
    (b"{\\rtf", "rtf"),
)
_CONTROLS = bytes({*range(0x20)} - {*b"\t\n\r\f\v\x1a\x1b"})
_SAMPLE = 4096
"""How many bytes at the start are looked at for what no text has."""
_MANY = 0.02
"""Share of control characters from which bytes are no text."""
_JSON_LINE = re.compile(rb"[\[{]\s*[\"']\w")
_JSON_START = re.compile(rb"[\[{]\s*[\[\]{}\"'\w]")
_WRAPPED = re.compile(
    rb"\{\s*\"(?!messages\"|contents\"|conversations\"|tools\"|input\"|chosen\"|rejected\"|(?:non_)?preferred_output\")"
    rb"\w{1,40}\"\s*:\s*\[\s*\{\s*\"(?:messages|prompt|input|instruction|conversations|contents|text)\""
)
"""One object that holds the list of examples: `{"data": [{"messages": …`."""
_EXAMPLE_KEYS = frozenset(
    {"messages", "prompt", "input", "text", "instruction", "conversations", "contents", "chosen"}
)
_HTML = re.compile(rb"<(!doctype\s+html|html|head|body)\b", re.IGNORECASE)
_MARKUP_HEAD = 2048
_WORD_BYTES = re.compile(rb"[^\x00-\x08\x0b\x0c\x0e-\x1f]*\Z")


def wide_encoding(head: bytes) -> Encoding | None:
    """UTF-16 or UTF-32, by its mark or by the zero bytes that ASCII letters get there."""
    if head.startswith((b"\xff\xfe\x00\x00", b"\x00\x00\xfe\xff")):
        return "utf-32"
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    start = head[:4]
    if len(start) == 4 and start.count(0) == 3 and (start[0] or start[3]):
        return "utf-32"
    if len(start) == 4 and (start[0] == start[2] == 0 < start[1] or start[1] == start[3] == 0 < start[0]):
        return "utf-16"
    return None


def mistaken(head: bytes) -> str | None:
    """The name of another format, one of `FORMATS`; None for what may be JSON Lines.

    `head` is the first `HEAD_BYTES` without a byte-order mark, or the whole file if it is shorter.
    """
    for magic, name in _MAGIC:
        if head.startswith(magic):
            return name
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")):
        return _zipped(head)
    if head[257:262] == b"ustar":
        return "tar"
    text = head.lstrip()
    # Joined files begin with several marks: the line itself is reported.
    while text.startswith(BYTE_ORDER_MARK):
        text = text[len(BYTE_ORDER_MARK) :].lstrip()
    if not text:
        return None
    return "binary" if _binary(text) else _text_format(text)


def mostly_text(text: bytes) -> bool:
    """Whether few of the first bytes are control characters."""
    sample = text[:_SAMPLE]
    return len(sample) - len(sample.translate(None, _CONTROLS)) <= len(sample) * _MANY


def _text_format(text: bytes) -> str | None:
    if text.startswith(b"<"):
        return "html" if _HTML.search(text[:_MARKUP_HEAD]) else "xml"
    if text.startswith(b"["):
        return _list(text)
    if text.startswith(b"{"):
        return _object(text)
    return _table_or_text(text)


def _binary(text: bytes) -> bool:
    """Whether these bytes are no text in any encoding. A line of JSON with a stray byte in it is one."""
    sample = text[:_SAMPLE]
    if _JSON_START.match(sample):
        return False
    if any(_JSON_LINE.match(line.lstrip(_CONTROLS + b" ")) for line in sample.split(b"\n")):
        return False
    return b"\x00" in sample or not mostly_text(text)


def _zipped(head: bytes) -> str:
    for inside, name in (
        (b"xl/", "xlsx"),
        (b"word/", "docx"),
        (b"ppt/", "pptx"),
        (b"mimetypeapplication/vnd.oasis.opendocument", "opendocument"),
    ):
        if inside in head:
            return name
    return "zip"


def _list(text: bytes) -> str | None:
    """One JSON array, unless several lines are complete lists: then each line is told that it is no object."""
    first, _, rest = text.partition(b"\n")
    return None if rest.lstrip().startswith(b"[") and complete(first) else "json_array"


def _object(text: bytes) -> str | None:
    if _lone_returns(text):
        return LONE_RETURNS
    if _WRAPPED.match(text) and not _has_own_keys(text):
        return "json_wrapped"
    return "json_pretty" if _pretty(text) else None


def _has_own_keys(text: bytes) -> bool:
    """Whether the first line is an example itself, which only begins with a list of something."""
    try:
        first = json.loads(text.partition(b"\n")[0])
    except (ValueError, RecursionError):
        return False
    return not _EXAMPLE_KEYS.isdisjoint(first)


def _lone_returns(text: bytes) -> bool:
    """Whether a carriage return alone ends the lines, as on very old Macs."""
    if b"\n" in text:
        return False
    first, end, rest = text.partition(b"\r")
    return bool(end) and rest.lstrip().startswith(b"{") and complete(first)


def _pretty(text: bytes) -> bool:
    """Whether the first object is spread over several lines."""
    first, end, rest = text.partition(b"\n")
    if not end or complete(first):
        return False
    if first.strip() == b"{":
        return rest.lstrip()[:1] in (b'"', b"}")
    try:
        _, stop = json.JSONDecoder().raw_decode(text.decode(errors="replace"))
    except (ValueError, RecursionError):
        return False
    return stop > len(first.decode(errors="replace"))


def complete(text: bytes) -> bool:
    """Whether this is one value of JSON and nothing else."""
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _table_or_text(text: bytes) -> str | None:
    lines = [line.strip() for line in text.split(b"\n", 3)[:3]]
    if complete(lines[0]):
        # Texts, numbers: each line is told that it is no object.
        return None
    following = [line for line in lines[1:] if line]
    if any(line.startswith(b"{") for line in following):
        # A stray first line before good ones: the line itself is reported.
        return None
    if not _WORD_BYTES.match(text):
        return None
    for separator, name in ((b"\t", "tsv"), (b",", "csv"), (b";", "csv")):
        if separator in lines[0] and (not following or separator in following[0] or b'"' in lines[1]):
            return name
    return "plain_text"
