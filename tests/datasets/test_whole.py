"""The file as a whole: what it is, how large, how many examples."""

import gzip
import hashlib
import io
import json
import zipfile

import pytest

from bot.datasets.options import Options
from bot.datasets.report import SHOWN_PER_RULE, Report
from bot.datasets.sniff import BYTE_ORDER_MARK, FORMATS
from tests.datasets.files import GOOD, chat, checked, jsonl, line, only, rules, sound

TEN = jsonl()


def _zip(name: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(name, "content")
    return out.getvalue()


FILES = {
    "json_array": json.dumps([chat()] * 12).encode(),
    "json_pretty": b"\n".join(json.dumps(chat(), indent=2).encode() for _ in range(12)),
    "csv": b"prompt,completion\nHello,Hi\nBye,Later\n",
    "tsv": b"prompt\tcompletion\nHello\tHi\n",
    "plain_text": b"Dear all\nhere is the data\n",
    "html": b"<!DOCTYPE html><html><head><title>Sign in</title></head></html>",
    "xml": b'<?xml version="1.0"?><a/>',
    "xlsx": _zip("xl/workbook.xml"),
    "docx": _zip("word/document.xml"),
    "zip": _zip("train.jsonl"),
    "gzip": gzip.compress(TEN),
    "zstandard": b"\x28\xb5\x2f\xfd" + bytes(20),
    "bzip2": b"BZh9" + bytes(20),
    "xz": b"\xfd7zXZ\x00" + bytes(20),
    "seven_zip": b"7z\xbc\xaf\x27\x1c" + bytes(20),
    "pdf": b"%PDF-1.7\n",
    "parquet": b"PAR1" + bytes(20),
    "arrow": b"ARROW1" + bytes(20),
    "sqlite": b"SQLite format 3\x00" + bytes(20),
    "image": b"\x89PNG\r\n\x1a\n" + bytes(20),
    "rtf": b"{\\rtf1\\ansi Dear all}\n",
    "binary": b"RIFF\x10\x00\x00\x00WEBP\x9c\x01\n\xff\xfe\x00\x07\n",
}


def test_these_are_formats_that_are_told_apart() -> None:
    assert FILES.keys() <= set(FORMATS)


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("mark", [b"", BYTE_ORDER_MARK])
@pytest.mark.parametrize("times", [1, 3000])
def test_another_format_is_recognised_and_named_once(name: str, mark: bytes, times: int) -> None:
    text = name in ("json_array", "json_pretty", "csv", "tsv", "plain_text", "html", "xml")
    if mark and not text:
        return
    report = checked(mark + FILES[name] * times, piece=70_000)
    assert only(report) == ("file_format", None, "", {"format": name})
    assert not report.ok


@pytest.mark.parametrize(
    ("encoding", "name"),
    [
        ("utf-16", "utf-16"),
        ("utf-16-le", "utf-16"),
        ("utf-16-be", "utf-16"),
        ("utf-32", "utf-32"),
        ("utf-32-be", "utf-32"),
    ],
)
def test_wide_encodings_are_recognised(encoding: str, name: str) -> None:
    assert only(checked(TEN.decode().encode(encoding))) == ("encoding_utf16", None, "", {"encoding": name})


@pytest.mark.parametrize("data", [b"", BYTE_ORDER_MARK, b"\n", b" \r\n\r\n"])
def test_an_empty_file_is_told_as_such(data: bytes) -> None:
    report = checked(data)
    assert "file_empty" in report.totals
    assert "too_few_examples" not in report.totals


def test_ten_examples_are_enough_and_nine_are_not() -> None:
    assert checked(b"\n".join(sound(10))).ok
    assert only(checked(b"\n".join(sound(9)))) == (
        "too_few_examples",
        None,
        "",
        {"examples": 9, "minimum": 10},
    )


def test_the_last_line_needs_no_line_feed() -> None:
    report = checked(b"\n".join(sound(10)))
    assert report.ok
    assert (report.lines, report.examples) == (10, 10)


def test_line_ends_of_windows_are_fine_and_not_blank_lines() -> None:
    report = checked(b"".join(one + b"\r\n" for one in sound(50)))
    assert [one.rule for one in report.findings] == ["line_ends"]
    assert report.lines == 50


def test_a_mark_is_recognised_and_counts_in_size_and_offsets() -> None:
    marked = checked(BYTE_ORDER_MARK + jsonl(b"{\xff}"))
    plain = checked(jsonl(b"{\xff}"))
    assert (marked.has_bom, plain.has_bom) == (True, False)
    assert marked.bytes == plain.bytes + 3
    (told,) = [one for one in marked.findings if one.rule == "encoding_invalid"]
    (before,) = [one for one in plain.findings if one.rule == "encoding_invalid"]
    assert told.params["offset"] == int(before.params["offset"]) + 3
    assert told.line == before.line == 10


@pytest.mark.parametrize(
    ("limit", "mark", "fits"), [(0, True, False), (3, True, True), (2, True, False), (0, False, True)]
)
def test_the_limit_counts_the_mark_that_the_upload_adds(limit: int, mark: bool, fits: bool) -> None:
    report = checked(TEN, Options(max_bytes=len(TEN) + limit, byte_order_mark=mark))
    assert report.ok is fits
    if not fits:
        size = len(TEN) + 3
        assert only(report) == ("file_too_large", None, "", {"bytes": size, "limit": len(TEN) + limit})


def test_all_findings_are_counted_and_the_first_of_each_rule_are_kept() -> None:
    report = checked(jsonl(*[b"7"] * 30, *[b""] * 25, b"7"))
    assert report.totals == {"line_not_object": 31, "line_blank": 25}
    assert report.counts == {"error": 31, "warning": 25, "hint": 0}
    kept = [one.line for one in report.findings if one.rule == "line_not_object"]
    assert kept == list(range(10, 10 + SHOWN_PER_RULE))
    assert [one.line for one in report.findings] == sorted(one.line or 0 for one in report.findings)


def test_numbers_of_the_report() -> None:
    report = checked(TEN)
    assert report.sha256 == hashlib.sha256(TEN).hexdigest()
    assert (report.bytes, report.lines, report.examples) == (len(TEN), 59, 59)
    assert report.turns == {"user": 59, "assistant": 59}
    assert (report.profile, report.service) == ("chat", "azure_openai")
    assert not report.tokens.exact


def test_examples_over_the_limit_of_the_model_are_counted() -> None:
    long = line(chat({"role": "user", "content": "word " * 400}, {"role": "assistant", "content": "yes"}))
    assert checked(jsonl(long, long), Options(max_example_tokens=200)).tokens.over_limit == 2


def test_a_report_survives_the_store() -> None:
    report = checked(BYTE_ORDER_MARK + jsonl(b"7", b"{", line({"prompt": "", "completion": ""})))
    assert Report.from_json(json.loads(json.dumps(report.to_json()))) == report


def test_the_public_form_has_words_instead_of_parameters() -> None:
    report = checked(jsonl(b"7"))
    shown = report.to_public_json(lambda rule, params: (f"{rule} {params['type']}", "remedy"))
    assert shown["findings"] == [
        {
            "rule": "line_not_object",
            "severity": "error",
            "line": 10,
            "path": "",
            "message": "line_not_object number",
            "remedy": "remedy",
        }
    ]
    assert shown["totals"] == {"line_not_object": 1}
    assert shown["ok"] is False


@pytest.mark.parametrize(
    "data",
    [
        bytes(5000),
        bytes(range(256)) * 40,
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500),
        b"\x80\x04\x95\x01\n\x00" * 9,
    ],
    ids=["zeros", "all bytes", "old Word", "pickle"],
)
def test_what_is_no_text_is_told_once_as_binary(data: bytes) -> None:
    assert only(checked(data)) == ("file_format", None, "", {"format": "binary"})


@pytest.mark.parametrize("stray", [b"\x00\x00", b"\x1b[0m", b"\x07 note\n"])
def test_lines_with_stray_bytes_are_still_lines(stray: bytes) -> None:
    report = checked(stray + TEN)
    assert "file_format" not in report.totals
    assert report.examples >= 17


def test_where_no_line_is_json_more_examples_are_not_asked_for() -> None:
    text = '{"messages": "caf\u00e9"}\n'.encode("latin-1")
    assert checked(text * 5).totals == {"encoding_invalid": 5}
    assert checked(GOOD[:-5]).totals == {"json_truncated": 1, "file_cut": 1}
    assert set(checked(GOOD[:-5] + b"\n" + GOOD).totals) == {"json_truncated", "too_few_examples"}


def test_a_stray_first_line_does_not_hide_the_rest() -> None:
    report = checked(b"// exported on Monday, by Rin\n" + TEN)
    assert rules(report) == ["json_syntax"]
    assert report.examples == 59


def test_objects_over_lines_are_recognised_whatever_the_first_line_holds() -> None:
    spread = (
        b'{"messages": [\n  {"role": "user", "content": "a"},\n  {"role": "assistant", "content": "b"}]}\n'
    )
    assert only(checked(spread * 2000)) == ("file_format", None, "", {"format": "json_pretty"})
    assert only(checked(spread)) == ("file_format", None, "", {"format": "json_pretty"})


def test_a_broken_first_line_is_not_taken_for_another_format() -> None:
    report = checked(GOOD[:-9] + b"\n" + TEN)
    assert [(one.rule, one.line) for one in report.findings] == [("json_truncated", 1)]


def test_lists_on_lines_are_told_line_by_line() -> None:
    report = checked((json.dumps(chat()["messages"]).encode() + b"\n") * 12)
    assert report.totals == {"line_not_object": 12, "too_few_examples": 1}
