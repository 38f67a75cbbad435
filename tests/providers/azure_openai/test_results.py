"""Results files as they occur, and as they should not (contract section 4)."""

import base64
import csv
import io
import tracemalloc
from collections.abc import Iterable

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from providers.azure_openai.results import NoTableError, ResultsReader
from providers.base import Point

LIVE = (
    "step,train_loss,train_mean_token_accuracy,valid_loss,valid_mean_token_accuracy,"
    "full_valid_loss,full_valid_mean_token_accuracy"
)
ROWS = ["1,3.2177,0.5139,2.9830,0.5522,,", "2,2.8841,0.5602,,,,", "10,1.9023,0.6411,1.7710,0.6603,,",
        "50,0.8512,0.8120,0.9904,0.7833,0.9417,0.7921"]  # fmt: skip


def pieces(data: bytes, size: int) -> Iterable[bytes]:
    return (data[start : start + size] for start in range(0, len(data), size))


def read(text: str | bytes, size: int = 7) -> list[Point]:
    reader = ResultsReader()
    found = [
        point
        for piece in pieces(text if isinstance(text, bytes) else text.encode(), size)
        for point in reader.feed(piece)
    ]
    return [*found, *reader.finish()]


def table(*rows: str, header: str = LIVE, end: str = "\n") -> str:
    return end.join((header, *rows)) + end


EXPECTED = read(table(*ROWS))


def test_values_stand_under_metric_and_split() -> None:
    assert EXPECTED[:2] == [
        Point(metric="loss", split="train", step=1, value=3.2177),
        Point(metric="token_accuracy", split="train", step=1, value=0.5139),
    ]
    assert EXPECTED[-1] == Point(metric="token_accuracy", split="full_valid", step=50, value=0.7921)
    assert len(EXPECTED) == 4 + 2 + 4 + 6, "blank cells are no points"


@pytest.mark.parametrize("size", [1, 3, 64, 100_000])
@pytest.mark.parametrize("bom", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\n\n"])
@pytest.mark.parametrize("encode", [bytes, base64.b64encode, base64.encodebytes])
def test_every_encoding_says_the_same(size: int, bom: bytes, end: str, encode: object) -> None:
    plain = bom + table(*ROWS, end=end).encode()
    assert callable(encode)
    assert read(encode(plain), size) == EXPECTED


@pytest.mark.parametrize(
    ("column", "metric", "split"),
    [
        ("validation_mean_token_accuracy", "token_accuracy", "valid"),
        ("valid_mean_token_accuracy", "token_accuracy", "valid"),
        ("validation_loss", "loss", "valid"),
        ("train_accuracy", "token_accuracy", "train"),
        ("full_validation_loss", "loss", "full_valid"),
        ("train_mean_reward", "reward", "train"),
        ("full_valid_mean_reward", "reward", "full_valid"),
        ("train_reward_margin", "reward_margin", "train"),
        ("valid_reward_accuracy", "reward_accuracy", "valid"),
        ("completion_tokens_mean", "completion_tokens_mean", "train"),
        ("reasoning_tokens_mean", "reasoning_tokens_mean", "train"),
        ("train_sample_parse_error_count", "train_sample_parse_error_count", "train"),
        ("valid_something_new", "valid_something_new", "valid"),
        (" Train_Loss ", "loss", "train"),
    ],
)
def test_columns_by_name(column: str, metric: str, split: str) -> None:
    assert read(f"{column},step\n0.5,3\n") == [Point(metric=metric, split=split, step=3, value=0.5)]  # type: ignore[arg-type]  # the split is one of the three


def test_both_spellings_in_one_file_are_one_series() -> None:
    header = "step,valid_mean_token_accuracy,validation_mean_token_accuracy"
    assert [(p.step, p.value) for p in read(f"{header}\n1,,0.4\n2,0.5,\n3,0.6,0.7\n")] == [
        (1, 0.4),
        (2, 0.5),
        (3, 0.6),
    ]


def test_epochs_are_kept() -> None:
    assert read("step,epoch,train_loss\n3,1.5,0.5\n4,,0.4\n") == [
        Point(metric="loss", split="train", step=3, value=0.5, epoch=1.5),
        Point(metric="loss", split="train", step=4, value=0.4),
    ]


@pytest.mark.parametrize(
    "row",
    [
        "x,1,1",
        "1.5,1,1",
        "-1,1,1",
        "nan,1,1",
        ",1,1",
        "5",
        "5,0.1",
        "5,0.1,0.2,0.3",
        "5,abc,0.1",
        "step,a,b",
        "5,0.1;0.2,",
    ],
)
def test_rows_that_are_none_are_skipped_and_counted(row: str) -> None:
    reader = ResultsReader()
    text = f"step,train_loss,valid_loss\n1,0.5,0.6\n{row}\n2,0.4,\n"
    points = [*reader.feed(text.encode()), *reader.finish()]
    assert [point.step for point in points] == [1, 1, 2]
    assert (reader.rows, reader.skipped) == (2, 1)


def test_values_that_are_no_measurements_are_left_out() -> None:
    reader = ResultsReader()
    points = [*reader.feed(b"step,train_loss,valid_loss\n1,nan,0.5\n2,inf,\n3,-inf,0.4\n"), *reader.finish()]
    assert [(point.step, point.split) for point in points] == [(1, "valid"), (3, "valid")]
    assert (reader.rows, reader.skipped) == (3, 0)


def test_last_line_may_lack_its_end() -> None:
    assert read(table(*ROWS).rstrip("\n")) == EXPECTED
    cut = table(*ROWS)[:-20]
    assert read(cut) == EXPECTED[:-6], "a row cut short is not a row"


@pytest.mark.parametrize("quoted", ['"step","train_loss"\n"1","0.5"\n', 'step,"train_loss"\n1,"0.5"\n'])
def test_quoted_cells(quoted: str) -> None:
    assert read(quoted) == [Point(metric="loss", split="train", step=1, value=0.5)]


@pytest.mark.parametrize(
    "data",
    [b"", b"\n\n", b"no table here", b"<html><body>sign in</body></html>", b"a,b,c\n1,2,3\n", b"\x89PNG\r\n\x1a\n",
     b"x" * 200_000, base64.b64encode(b"nothing of the kind" * 100), b"AAAA====BBBB"],
)  # fmt: skip
def test_what_is_no_table_is_said(data: bytes) -> None:
    with pytest.raises(NoTableError):
        read(data, 4096)


@given(st.binary(max_size=400), st.integers(1, 50))
@example(b'\x01\r"', 1)
def test_any_bytes_give_points_or_that_one_error(data: bytes, size: int) -> None:
    for candidate in (data, b"step,train_loss\n" + data):
        try:
            points = read(candidate, size)
        except NoTableError:
            continue
        assert all(point.step >= 0 for point in points)


CELL = st.none() | st.floats(allow_nan=False, allow_infinity=False, width=32)


@given(st.lists(st.tuples(st.integers(0, 10**9), CELL, CELL), max_size=20), st.integers(1, 64), st.booleans())
def test_what_is_written_is_read(
    rows: list[tuple[int, float | None, float | None]], size: int, as_base64: bool
) -> None:
    written = io.StringIO()
    writer = csv.writer(written)
    writer.writerow(["valid_loss", "step", "train_loss"])
    writer.writerows([valid, step, train] for step, train, valid in rows)
    data = written.getvalue().encode()
    points = read(base64.b64encode(data) if as_base64 else data, size)
    expected = [
        (step, split, value)
        for step, train, valid in rows
        for split, value in (("valid", valid), ("train", train))
        if value is not None
    ]
    assert [(point.step, point.split, point.value) for point in points] == expected


def test_memory_does_not_grow_with_the_file() -> None:
    def chunks(rows: int) -> Iterable[bytes]:
        yield (LIVE + "\n").encode()
        for step in range(rows):
            yield f"{step},0.{step},0.5,0.25,0.125,,\n".encode()

    def peak(rows: int) -> int:
        reader = ResultsReader()
        tracemalloc.start()
        for chunk in chunks(rows):
            reader.feed(chunk)
        reader.finish()
        highest = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert reader.rows == rows
        return highest

    assert peak(8_000) < peak(1_000) * 1.5 + 20_000
