"""Writes training files that try to crash, stall or fool a checker: `python -m scripts.hostile_files FOLDER`.

The same files every time. Each name is followed by the rules of which at least one must be found in it; an empty set
is a file that must be found sound.
"""

import argparse
import gzip
import io
import json
import tarfile
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

MARK = b"\xef\xbb\xbf"
LONG = 1024 * 1024
MANY = 100_000
FINDINGS = 10_000
"""How often a mistake is made that is told each time."""


class Hostile(NamedTuple):
    """One file.

    Attributes:
        make: its bytes.
        finds: rules of which at least one must be found; empty = nothing but hints.
    """

    make: Callable[[], bytes]
    finds: frozenset[str]


def chat(question: str, answer: str = "Yes.", **more: object) -> bytes:
    """A line with one question and answer."""
    messages = [{"role": "user", "content": question}, {"role": "assistant", "content": answer}]
    return json.dumps({"messages": messages, **more}, ensure_ascii=False).encode("utf-8", "surrogatepass")


GOOD = [chat(f"Question number {number}?", f"Answer {number * number}.") for number in range(12)]


def lines(*bad: bytes, end: bytes = b"\n") -> bytes:
    """A file with these lines among sound ones."""
    return b"".join(line + end for line in (*GOOD[:6], *bad, *GOOD[6:]))


def _said(text: str) -> Callable[[], bytes]:
    """A sound chat that says something hard to search."""
    return lambda: lines(chat(text), chat("What?", text))


def _line(line: bytes) -> Callable[[], bytes]:
    return lambda: lines(line)


def _zip() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(zipfile.ZipInfo("train.jsonl"), lines())
    return out.getvalue()


def _tar() -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        entry = tarfile.TarInfo("train.jsonl")
        entry.size = len(lines())
        archive.addfile(entry, io.BytesIO(lines()))
    return out.getvalue()


def _inside(value: bytes) -> Callable[[], bytes]:
    """A chat with `value` as a key that nobody asked for."""
    return _line(GOOD[0][:-1] + b', "tools": ' + value + b"}")


def _finds(*rules: str) -> frozenset[str]:
    return frozenset(rules)


_ENCODING, _SYNTAX, _CUT = _finds("encoding_invalid"), _finds("json_syntax"), _finds("json_truncated")
_FORMAT, _WIDE, _DEEP = _finds("file_format"), _finds("encoding_utf16"), _finds("json_nesting")
_NUMBER, _TWICE = _finds("json_number"), _finds("json_duplicate_key")
_HALF, _BLANK, _SOUND = _finds("json_surrogate"), _finds("content_empty"), _finds()
_STRAY, _TOOL = _finds("example_unknown_key"), _finds("tool_type")
_ROLE, _WEIGHT, _MESSAGE = _finds("role_missing"), _finds("weight_value"), _finds("message_type")
_ROLE_TWICE = GOOD[0].replace(b'"assistant"', b'"assistant", "role": "user"')
_MANY_KEYS = b"".join(b',"k%d":0' % number for number in range(FINDINGS))
_HUGE_WEIGHT = GOOD[0].replace(b'"role": "assistant"', b'"role": "assistant", "weight": 1' + b"0" * 4000)
_BLANK_BY_ESCAPES = GOOD[0].replace(b"Question number 0?", b"\\u0020\\n\\u3000")

ENCODINGS: Mapping[str, Hostile] = {
    "utf16.jsonl": Hostile(lambda: lines().decode().encode("utf-16"), _WIDE),
    "utf16-be-without-mark.jsonl": Hostile(lambda: lines().decode().encode("utf-16-be"), _WIDE),
    "utf32.jsonl": Hostile(lambda: lines().decode().encode("utf-32"), _WIDE),
    "latin-1.jsonl": Hostile(_line(GOOD[0].replace(b"Question", b"caf\xe9")), _ENCODING),
    "shift-jis.jsonl": Hostile(_line(chat("返金は三日後です。").decode().encode("shift-jis")), _ENCODING),
    "overlong-slash.jsonl": Hostile(_line(GOOD[0].replace(b"number", b"\xc0\xaf")), _ENCODING),
    "overlong-quote.jsonl": Hostile(_line(GOOD[0].replace(b"number", b"\xe0\x80\xa2")), _ENCODING),
    "overlong-four.jsonl": Hostile(_line(GOOD[0].replace(b"number", b"\xf0\x80\x80\xaf")), _ENCODING),
    "cesu-8.jsonl": Hostile(_line(GOOD[0].replace(b"number", b"\xed\xa0\xbd\xed\xb8\x80")), _ENCODING),
    "beyond-unicode.jsonl": Hostile(_line(GOOD[0].replace(b"number", b"\xf4\x90\x80\x80")), _ENCODING),
    "byte-fe.jsonl": Hostile(_line(GOOD[0].replace(b"number", b"\xfe\xff")), _ENCODING),
    "continuations-only.jsonl": Hostile(_line(b'{"messages": "' + b"\x80" * MANY + b'"}'), _ENCODING),
    "character-cut-at-line-end.jsonl": Hostile(_line(b'{"messages": "\xe3\x81'), _CUT),
    "mark-twice.jsonl": Hostile(lambda: MARK + MARK + lines(), _finds("json_byte_order_mark")),
    "mark-in-the-middle.jsonl": Hostile(_line(MARK + GOOD[0]), _finds("json_byte_order_mark")),
    "marks-only.jsonl": Hostile(lambda: MARK * 1000, _finds("json_byte_order_mark", "json_syntax", "file_format")),
    "zero-bytes.jsonl": Hostile(lambda: bytes(LONG), _FORMAT),
    "zero-bytes-at-the-end.jsonl": Hostile(lambda: lines() + bytes(70_000), _SYNTAX),
    "zero-byte-in-a-text.jsonl": Hostile(_line(GOOD[0].replace(b"number", b"num\x00ber")), _SYNTAX),
    "control-characters.jsonl": Hostile(_line(bytes(range(1, 10)) * 1000), _SYNTAX),
    "escape-sequences.jsonl": Hostile(_line(b"\x1b[31m\x1b]0;title\x07" + GOOD[0]), _SYNTAX),
}  # fmt: skip

FORMATS: Mapping[str, Hostile] = {
    "gzip-named.jsonl": Hostile(lambda: gzip.compress(lines(), mtime=0), _FORMAT),
    "zip-named.jsonl": Hostile(_zip, _FORMAT),
    "empty-zip-named.jsonl": Hostile(lambda: b"PK\x05\x06" + bytes(18), _FORMAT),
    "tar-named.jsonl": Hostile(_tar, _FORMAT),
    "login-page.jsonl": Hostile(lambda: b"<!-- proxy -->\n<html><body>Sign in</body></html>", _FORMAT),
    "array.jsonl": Hostile(lambda: b"[" + b",".join(GOOD) + b"]", _FORMAT),
    "array-over-lines.jsonl": Hostile(lambda: b"[\n" + b",\n".join(GOOD) + b"\n]\n", _FORMAT),
    "wrapped.jsonl": Hostile(lambda: b'{"data": [' + b",".join(GOOD) + b"]}", _FORMAT),
    "array-without-brackets.jsonl": Hostile(lambda: lines(end=b",\n"), _SYNTAX),
    "brackets-only.jsonl": Hostile(lambda: b"[" * LONG, _FORMAT | _DEEP),
    "old-mac.jsonl": Hostile(lambda: lines(end=b"\r"), _finds("line_ends_old")),
    "return-in-the-middle.jsonl": Hostile(_line(GOOD[0] + b"\r" + GOOD[1]), _SYNTAX),
    "returns-only.jsonl": Hostile(lambda: b"\r" * MANY, _finds("file_empty")),
    "line-feeds-only.jsonl": Hostile(lambda: b"\n" * FINDINGS, _finds("file_empty")),
    "blank-lines-between.jsonl": Hostile(lambda: lines(*[b" \t\r"] * FINDINGS), _finds("line_blank")),
    "spaces-of-unicode.jsonl": Hostile(_line("\u00a0\u3000\u2003".encode() * 100), _SYNTAX),
    "space-of-unicode-behind.jsonl": Hostile(_line(GOOD[0] + "\u00a0".encode()), _SYNTAX),
    "mixed-line-ends.jsonl": Hostile(lambda: lines(end=b"\r\n") + lines(), _finds("line_ends_mixed")),
    "cut.jsonl": Hostile(lambda: lines()[:-30], _finds("file_cut")),
    "one-byte.jsonl": Hostile(lambda: b"{", _CUT),
    "one-quote.jsonl": Hostile(lambda: b'"', _CUT | _FORMAT),
    "nothing.jsonl": Hostile(lambda: b"", _finds("file_empty")),
}  # fmt: skip

STRUCTURES: Mapping[str, Hostile] = {
    "lists-deep.jsonl": Hostile(_line(b"[" * LONG), _DEEP | _CUT),
    "lists-deep-and-closed.jsonl": Hostile(_inside(b"[" * MANY + b"]" * MANY), _DEEP),
    "objects-deep.jsonl": Hostile(_line(b'{"a":' * MANY), _DEEP | _CUT),
    "objects-deep-and-closed.jsonl": Hostile(_inside(b'{"a":' * MANY + b"1" + b"}" * MANY), _DEEP),
    "just-too-deep.jsonl": Hostile(_inside(b"[" * 129 + b"]" * 129), _DEEP),
    "wide-and-deep.jsonl": Hostile(_inside(b"[" + b",".join([b"[" * 90 + b"]" * 90] * 2000) + b"]"), _TOOL),
    "keys-twice.jsonl": Hostile(_inside(b"[{" + b",".join([b'"k":1'] * MANY) + b"}]"), _TWICE),
    "messages-twice.jsonl": Hostile(_line(b'{"messages": [], ' + GOOD[0][1:]), _TWICE),
    "key-twice-by-escape.jsonl": Hostile(_line(b'{"\\u006dessages": [], ' + GOOD[0][1:]), _TWICE),
    "role-twice-in-a-late-message.jsonl": Hostile(_line(_ROLE_TWICE), _TWICE),
    "different-keys.jsonl": Hostile(_line(GOOD[0][:-1] + _MANY_KEYS + b"}"), _STRAY),
    "long-key.jsonl": Hostile(_line(GOOD[0][:-1] + b',"' + b"k" * LONG + b'": 0}'), _STRAY),
    "many-messages.jsonl": Hostile(_line(b'{"messages": [' + b",".join([b"7"] * FINDINGS) + b"]}"), _MESSAGE),
    "many-empty-messages.jsonl": Hostile(_line(b'{"messages": [' + b",".join([b"{}"] * FINDINGS) + b"]}"), _ROLE),
    "objects-on-one-line.jsonl": Hostile(_line(GOOD[0] * 1000), _SYNTAX),
    "numbers-on-lines.jsonl": Hostile(lambda: lines(*[b"7"] * FINDINGS), _finds("line_not_object")),
    "python.jsonl": Hostile(_line(b"{'messages': [None, True]}"), _SYNTAX),
    "comment.jsonl": Hostile(_line(GOOD[0] + b" // checked"), _SYNTAX),
    "smart-quotes.jsonl": Hostile(_line("{“messages”: []}".encode()), _finds("json_smart_quotes")),
    "smart-closing-quote.jsonl": Hostile(_line('{"messages”: []}'.encode()), _finds("json_smart_quotes")),
    "trailing-comma.jsonl": Hostile(_line(GOOD[0][:-1] + b",}"), _finds("json_trailing_comma")),
    "commas.jsonl": Hostile(_line(b'{"messages": [' + b"," * MANY + b"]}"), _SYNTAX),
    "quotes.jsonl": Hostile(_line(b'"' * MANY), _SYNTAX),
    "backslashes.jsonl": Hostile(_line(b'{"messages": "' + b"\\" * (MANY + 1)), _CUT),
    "open-text.jsonl": Hostile(_line(b'{"messages": "' + b"x" * LONG), _CUT),
    "prototype.jsonl": Hostile(_line(GOOD[0][:-1] + b', "__proto__": {"constructor": {}}}'), _STRAY),
}  # fmt: skip

NUMBERS: Mapping[str, Hostile] = {
    "digits-5000.jsonl": Hostile(_inside(b"9" * 5000), _NUMBER),
    "digits-1000000.jsonl": Hostile(_inside(b"9" * LONG), _NUMBER),
    "numbers-of-4300-digits.jsonl": Hostile(_inside(b"[" + b",".join([b"9" * 4300] * 200) + b"]"), _TOOL),
    "fraction-1000000.jsonl": Hostile(_inside(b"0." + b"1" * LONG), _finds("tools_type")),
    "exponent.jsonl": Hostile(_inside(b"1e400"), _NUMBER),
    "exponent-long.jsonl": Hostile(_inside(b"1e" + b"9" * MANY), _NUMBER),
    "nan.jsonl": Hostile(_inside(b"[NaN, Infinity, -Infinity]"), _NUMBER),
    "infinities.jsonl": Hostile(_inside(b"[" + b",".join([b"1e999"] * FINDINGS) + b"]"), _NUMBER),
    "weight-huge.jsonl": Hostile(_line(_HUGE_WEIGHT), _WEIGHT),
}  # fmt: skip

TEXTS: Mapping[str, Hostile] = {
    "half-characters.jsonl": Hostile(_line(GOOD[0].replace(b"number", b"\\ud83d" * 1000)), _HALF),
    "halves-in-wrong-order.jsonl": Hostile(_line(GOOD[0].replace(b"number", b"\\ude00\\ud83d")), _HALF),
    "half-character-in-a-key.jsonl": Hostile(_line(GOOD[0][:-1] + b', "\\udc00": 1}'), _HALF),
    "escaped-zero.jsonl": Hostile(_line(GOOD[0].replace(b"number", b"\\u0000")), _SOUND),
    "blank-by-escapes.jsonl": Hostile(_line(_BLANK_BY_ESCAPES), _BLANK),
    "line-separators.jsonl": Hostile(_said("one\u2028two\u2029three\x85four\x0bfive"), _SOUND),
    "right-to-left.jsonl": Hostile(_said("\u202egnp.exe \u2066\u2067 abc"), _SOUND),
    "combining.jsonl": Hostile(_said("e" + "\u0301" * MANY), _SOUND),
    "zero-width.jsonl": Hostile(_said("a" + "\u200d" * MANY + "b"), _SOUND),
    "emoji-family.jsonl": Hostile(_said("\U0001f468\u200d\U0001f469\u200d\U0001f467" * 5000), _SOUND),
    "not-characters.jsonl": Hostile(_said("\ufffe\uffff\U0010ffff\ufffd"), _SOUND),
    "astral.jsonl": Hostile(_said("\U00020000" * MANY), _SOUND),
    "ligature.jsonl": Hostile(_said("\ufdfa" * 20_000), _SOUND),
    "at-signs.jsonl": Hostile(_said("@" * MANY), _SOUND),
    "almost-mails.jsonl": Hostile(_said("a@" * MANY), _SOUND),
    "mail-with-dots.jsonl": Hostile(_said("a" * 50_000 + "@" + "a." * 50_000), _SOUND),
    "digits.jsonl": Hostile(_said("1" * MANY), _SOUND),
    "digits-apart.jsonl": Hostile(_said("1 " * MANY), _SOUND),
    "digits-with-dashes.jsonl": Hostile(_said("12-" * MANY), _SOUND),
    "pluses.jsonl": Hostile(_said("+1" * MANY), _SOUND),
    "key-heads.jsonl": Hostile(_said("sk-" * MANY), _SOUND),
    "private-key-heads.jsonl": Hostile(_said("-----BEGIN " * 20_000), _SOUND),
    "jwt-heads.jsonl": Hostile(_said("eyJ" * MANY), _SOUND),
    "addresses.jsonl": Hostile(_said("http://a:" * 20_000), _SOUND),
    "base64.jsonl": Hostile(_said("QUJD" * MANY), _SOUND),
    "spaces.jsonl": Hostile(_said("x" + " " * LONG + "x"), _SOUND),
    "quotes-escaped.jsonl": Hostile(_said('"' * MANY), _SOUND),
    "json-in-a-text.jsonl": Hostile(_said('{"role": "user", "content": "", "messages": ['), _SOUND),
    "markup.jsonl": Hostile(_said("<!channel> <script>alert(1)</script> `code` *bold*"), _SOUND),
    "format-braces.jsonl": Hostile(_line(GOOD[0][:-1] + b', "{0.__class__}%s${x}": 1}'), _STRAY),
}  # fmt: skip

FILES: Mapping[str, Hostile] = {**ENCODINGS, **FORMATS, **STRUCTURES, **NUMBERS, **TEXTS}


def main() -> None:
    """Write all files into the folder that is named."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", type=Path)
    folder: Path = parser.parse_args().folder
    folder.mkdir(parents=True, exist_ok=True)
    for name, file in FILES.items():
        (folder / name).write_bytes(file.make())


if __name__ == "__main__":
    main()
