"""Files of plain text: accepted where they are trained on as they stand, refused as ever elsewhere."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.datasets import services, tokens
from bot.datasets.checker import check_path
from bot.datasets.repair.file import repair
from bot.datasets.services import SERVICES
from bot.datasets.study.runner import study
from sandbox import samples
from tests.datasets.files import checked, found

TEXT = services.options("databricks", name="handbook.txt")
PROSE = "Dear colleague, this is how we answer.\n\nA parcel, lost or late, is looked for first.\n"


def test_a_text_file_is_sound_for_databricks_and_only_told_to_be_short() -> None:
    data = samples.read("databricks_handbook.txt")
    report = checked(data, TEXT)
    assert report.ok
    assert report.profile == "text"
    assert report.totals == {"plain_little": 1}
    assert report.tokens.total == tokens.tokens(tokens.text_units(data.decode()))
    assert report.lines == data.count(b"\n")


@pytest.mark.parametrize("service", [one for one in SERVICES if one != "databricks"])
def test_other_services_refuse_it_in_the_words_they_had(service: str) -> None:
    report = checked(PROSE.encode(), services.options(service, name="handbook.txt"))
    assert found(report) == [("file_format", None, "")]
    assert report.findings[0].params == {"format": report.findings[0].params["format"]}
    assert not report.ok


def test_a_text_of_another_name_is_refused_until_somebody_says_that_it_is_text() -> None:
    assert not checked(PROSE.encode(), services.options("databricks", name="handbook.md")).ok
    assert checked(PROSE.encode(), services.options("databricks", name="handbook.md", profile="text")).ok


@pytest.mark.parametrize(
    "text",
    [
        "[1] A footnote at the start.\nAnd more.\n",
        "2024\nA year by itself.\n",
        "name, place, time\nlike a table, but prose, it is\n",
        "Before an object of code:\n{\n  x = 1\n}\n",
        "one line without an end",
        "\ufeffA mark before it.\n",
        "first\r\nsecond\r\n",
        "same\nsame\nsame\n",
        "<note> with a tag\n",
    ],
)
def test_whatever_its_lines_look_like_it_is_text(text: str) -> None:
    report = checked(text.encode(), TEXT)
    assert report.totals == {"plain_little": 1}, found(report)
    assert report.profile == "text"


@pytest.mark.parametrize(
    ("data", "rule"),
    [
        (b'{"text": "x"}\n' * 3, "text_folder"),
        (b'[{"text": "x"},\n{"text": "y"}]\n', "file_format"),
        (b"%PDF-1.7\n...", "file_format"),
        (b"<!doctype html><html><body>Sign in</body></html>", "file_format"),
        ("A text in the wide encoding".encode("utf-16"), "encoding_utf16"),
        (b"", "file_empty"),
        (b"\x01\x02\x03\x04" * 100, "file_format"),
    ],
)
def test_what_is_no_text_is_told_as_ever(data: bytes, rule: str) -> None:
    assert rule in checked(data, TEXT).totals


def test_bytes_that_are_no_utf_8_are_told_by_line() -> None:
    report = checked(PROSE.encode() + "Straße\n".encode("latin-1") + b"cut \xe2\x82", TEXT)
    wrong = [one.line for one in report.findings if one.rule == "encoding_invalid"]
    assert wrong == [4, 5]
    assert not report.ok


def test_a_secret_in_a_text_is_told_with_its_line() -> None:
    key = "sk-" + "proj-" + "a1B2c3D4e5F6g7H8i9J0" * 3
    early = checked(f"Hello.\nThe key is {key}\n".encode(), TEXT)
    late = checked(("All is well here.\n" * 40_000 + f"The key is {key}\n").encode(), TEXT)
    assert [(one.line, one.path) for one in early.findings if one.rule.startswith("secret")] == [(2, "")]
    assert [one.line for one in late.findings if one.rule.startswith("secret")] == [40_001]


@given(st.text(max_size=300), st.integers(1, 40))
def test_pieces_change_nothing(text: str, piece: int) -> None:
    data = ("Prose: " + text).encode(errors="surrogatepass")
    assert found(checked(data, TEXT, piece)) == found(checked(data, TEXT))


def test_long_lines_are_cut_between_characters() -> None:
    data = ("é€😀x" * 200_000).encode()
    report = checked(data, TEXT, 100_001)
    assert report.totals.keys() <= {"plain_little"}
    assert report.examples == report.lines == 1


def test_the_second_pass_counts_what_the_first_one_did(tmp_path: Path) -> None:
    path = tmp_path / "handbook.txt"
    path.write_text((PROSE + "é€😀 " * 50) * 2_000, encoding="utf-8")
    first = check_path(path, TEXT)
    second = study(path, TEXT, "text")
    assert second.findings == ()
    assert second.tokens.total == first.tokens.total
    assert not second.tokens.exact


def test_a_repair_leaves_it_as_it_is(tmp_path: Path) -> None:
    path, out = tmp_path / "a.txt", tmp_path / "b.txt"
    path.write_bytes(b"\xef\xbb\xbfFirst,\r\n\r\n{'x': 1,}\n\n")
    assert not repair(path, out, TEXT).changed
    assert out.read_bytes() == path.read_bytes()


def test_a_text_of_json_lines_is_still_json(tmp_path: Path) -> None:
    path = tmp_path / "chat.txt"
    line = {"messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]}
    path.write_text(json.dumps(line) + "\n", encoding="utf-8")
    assert check_path(path, TEXT).profile == "chat"
