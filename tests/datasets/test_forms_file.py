"""The file as a whole: line ends, marks, cut ends, counts, and what is mistaken for JSON Lines."""

import io
import json
import tarfile
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.datasets import sniff
from bot.datasets.file_facts import FileFacts
from bot.datasets.options import Options
from bot.datasets.report import Finding
from bot.datasets.services import options, traits
from bot.datasets.sniff import BYTE_ORDER_MARK, LONE_RETURNS
from bot.datasets.whole import judge
from tests.datasets.files import checked
from tests.datasets.noted import noted
from tests.datasets.smallest.sound import sound_lines

SOUND = sound_lines(12, "chat")


def _judged(facts: FileFacts, asked: Options | None = None) -> list[Finding]:
    wanted = asked or Options()
    return noted(lambda note: judge(facts, wanted, traits(wanted.service, wanted.model), note))


def _facts(**more: object) -> FileFacts:
    facts = FileFacts(bytes=1000, lines=12, examples=12, only_blank=False, any_json=True)
    for name, value in more.items():
        setattr(facts, name, value)
    return facts


def test_the_usual_file_has_no_findings_with_or_without_a_mark() -> None:
    assert _judged(_facts()) == _judged(_facts(has_bom=True)) == _judged(_facts(ends_open=True)) == []


@pytest.mark.parametrize("service", ["azure_openai", "azure_ai_studio", "databricks"])
def test_a_mark_is_told_where_it_does_harm(service: str) -> None:
    told = [one.rule for one in _judged(_facts(has_bom=True), options(service))]
    assert told == (["byte_order_mark"] if service == "databricks" else [])


@pytest.mark.parametrize(
    ("returns", "ends_open", "told"),
    [
        (0, False, None),
        (12, False, ("line_ends", {"lines": 12})),
        (11, True, ("line_ends", {"lines": 11})),
        (12, True, ("line_ends", {"lines": 12})),
        (11, False, ("line_ends_mixed", {"lines": 11, "others": 1})),
        (1, True, ("line_ends_mixed", {"lines": 1, "others": 10})),
    ],
)
def test_line_ends_are_told_once_with_their_count(
    returns: int, ends_open: bool, told: tuple[str, object] | None
) -> None:
    found = _judged(_facts(carriage_returns=returns, ends_open=ends_open))
    assert [(one.rule, one.params) for one in found] == ([told] if told else [])


def test_line_ends_are_counted_in_a_file() -> None:
    windows = b"\r\n".join(SOUND)
    assert checked(windows).totals.keys() & {"line_ends", "line_ends_mixed"} == {"line_ends"}
    assert checked(windows + b"\r\n").totals.keys() & {"line_ends", "line_ends_mixed"} == {"line_ends"}
    mixed = checked(windows + b"\r\n" + sound_lines(13, "chat")[12] + b"\n")
    told = next(one for one in mixed.findings if one.rule == "line_ends_mixed")
    assert told.params == {"lines": 12, "others": 1}


def test_a_file_that_is_something_else_gets_that_and_nothing_more() -> None:
    assert [one.rule for one in _judged(FileFacts(mistaken="csv"))] == ["file_format"]
    assert [one.rule for one in _judged(FileFacts(mistaken=LONE_RETURNS))] == ["line_ends_old"]
    assert [one.rule for one in _judged(FileFacts(encoding="utf-16"))] == ["encoding_utf16"]
    assert [one.rule for one in _judged(FileFacts())] == ["file_empty"]
    large = FileFacts(bytes=10, mistaken="csv")
    assert [one.rule for one in _judged(large, Options(max_bytes=5))] == ["file_too_large", "file_format"]


def test_where_no_line_is_json_more_examples_are_not_what_is_missing() -> None:
    assert _judged(_facts(examples=0, any_json=False)) == []
    assert [one.rule for one in _judged(_facts(examples=0))] == ["too_few_examples"]


def test_the_most_frequent_other_form_is_named() -> None:
    (one,) = _judged(_facts(other_forms={"text": 1, "conversations": 3}))
    assert one.params == {"examples": 12, "others": 3, "format": "conversations", "form": "chat"}


@pytest.mark.parametrize("cut", range(1, len(SOUND[-1]), 9))
def test_a_file_that_ends_inside_its_last_line_was_probably_cut(cut: int) -> None:
    whole = b"\n".join(SOUND)
    report = checked(whole[:-cut])
    assert {"file_cut", "json_truncated"} <= report.totals.keys() or whole[:-cut].endswith((b"}", b"\n"))
    assert "file_cut" not in checked(whole[:-cut] + b"\n").totals
    assert "file_cut" not in checked(whole).totals


def _zip(name: str, content: bytes = b"x") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(name, content)
    return out.getvalue()


def _tar() -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("train.jsonl"), io.BytesIO())
    return out.getvalue()


@pytest.mark.parametrize(
    ("head", "name"),
    [
        (b'{"data": [' + SOUND[0] + b"]}", "json_wrapped"),
        (b'{ "examples" : [\n {"prompt": "a"', "json_wrapped"),
        (_zip("ppt/presentation.xml"), "pptx"),
        (_zip("mimetype", b"application/vnd.oasis.opendocument.spreadsheet"), "opendocument"),
        (b"PK\x05\x06" + bytes(18), "zip"),
        (_tar(), "tar"),
        (b"Rar!\x1a\x07\x01\x00", "rar"),
        (b"Obj\x01\x04\x16", "avro"),
        (b"ORC\n", "orc"),
        (b"\x93NUMPY\x01\x00", "numpy"),
        (b"<!-- sign in -->\n<HTML><body>", "html"),
        (b'<?xml version="1.0"?>\n<!DOCTYPE html><html>', "html"),
        (b"\r".join(SOUND), LONE_RETURNS),
        (b"\r".join(SOUND) + b"\r", LONE_RETURNS),
        (BYTE_ORDER_MARK * 3 + SOUND[0], None),
        (b'"a, b"\n"c, d"\n', None),
        (b"1\n2\n3\n", None),
        (SOUND[0] + b"\r" + b"\n" + SOUND[1], None),
        (SOUND[0] + b"\r", None),
        (b'{"messages": [{"messages": 1', None),
        (b'{"sources": [{"text": "a"}], ' + SOUND[0][1:] + b"\n" + SOUND[1], None),
        (b'{"tools": [{"text": 1}], "messages": []}', None),
        (b'{"input": [{"messages": []}]}', None),
        (b'{"conversations": [{"text": "a"}]}', None),
    ],
)
def test_what_is_mistaken_for_json_lines_is_named(head: bytes, name: str | None) -> None:
    assert sniff.mistaken(head) == name
    assert name is None or name in (*sniff.FORMATS, LONE_RETURNS)


@given(st.binary(max_size=300) | st.text(alphabet='[{"]}:,\r\n \t<hml!', max_size=120).map(str.encode))
def test_any_head_is_judged(head: bytes) -> None:
    assert sniff.mistaken(head) in (None, LONE_RETURNS, *sniff.FORMATS)
    assert sniff.wide_encoding(head) in (None, "utf-16", "utf-32")


@given(
    st.lists(st.sampled_from(SOUND), min_size=1, max_size=5),
    st.sampled_from([b"\n", b"\r\n", b"\n\n", b" \n"]),
)
def test_json_lines_are_never_mistaken(lines: list[bytes], end: bytes) -> None:
    for head in (end.join(lines), end.join(lines) + end, end.join(lines)[:-7]):
        assert sniff.mistaken(head) is None
        assert sniff.wide_encoding(head) is None
        assert json.loads(head.split(b"\n")[0].strip() if len(lines) > 1 else lines[0])
