"""What holds for any file: pieces do not matter, nothing crashes, and the fast path finds what the rules find."""

import json
from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.datasets.options import Options
from bot.datasets.reader import BlockReader
from bot.datasets.report import Finding, Report
from bot.datasets.stream import Checker
from tests.datasets.files import GOOD, checked
from tests.datasets.lines import lines

SERVICES = st.sampled_from(
    [Options(), Options(service="databricks", max_example_tokens=60), Options(service="azure_ai_studio")]
)


def looked_at(data: bytes, options: Options, scan_from: int | None) -> tuple[Report, list[Finding]]:
    """The report, and every finding as it was told."""
    told: list[Finding] = []
    checker = Checker(options, each=told.append, scan_from=scan_from)
    checker.feed(data)
    return checker.finish(), told


def same(report: Report) -> dict[str, object]:
    return report.to_json() | {"seconds": 0}


@settings(max_examples=120)
@given(st.lists(lines(), min_size=1, max_size=4), SERVICES)
def test_the_fast_path_finds_and_counts_what_a_close_look_does(some: list[bytes], options: Options) -> None:
    # Each line comes again: the second time its shape is known.
    data = b"\n".join(one.replace(b"\n", b" ") for one in (GOOD, *some, *some, *reversed(some)))
    (fast, told), (close, told_closely) = looked_at(data, options, 0), looked_at(data, options, None)
    assert same(fast) == same(close)
    assert told == told_closely


@given(
    st.lists(lines() | st.binary(max_size=40), max_size=12), st.integers(1, 200), st.sampled_from([0, None])
)
def test_nothing_crashes_and_pieces_do_not_matter(
    parts: list[bytes], piece: int, scan_from: int | None
) -> None:
    data = b"\n".join(parts)
    options = Options(max_line_bytes=300)
    whole, told = looked_at(data, options, scan_from)
    pieces = checked(data, options, piece)
    assert same(whole) == same(pieces)
    assert whole.ok == (whole.counts["error"] == 0)
    assert sum(whole.counts.values()) == sum(whole.totals.values()) == len(told) >= len(whole.findings)
    assert Counter(one.rule for one in told) == whole.totals
    assert json.loads(json.dumps(whole.to_json(), allow_nan=False))


@given(st.lists(st.binary(max_size=30)), st.integers(1, 20), st.integers(1, 40))
def test_the_reader_gives_back_every_line(parts: list[bytes], limit: int, piece: int) -> None:
    data = b"\n".join(part.replace(b"\n", b"") for part in parts)
    reader = BlockReader(limit)
    blocks = [one for start in range(0, len(data), piece) for one in reader.feed(data[start : start + piece])]
    blocks += reader.finish()
    expected = data.split(b"\n")
    if expected[-1] == b"":
        expected.pop()
    got: list[bytes | None] = []
    for block in blocks:
        got += block.data.split(b"\n") if block.data is not None else [None]
        assert block.data is None or data[block.offset : block.offset + block.size] == block.data
    assert len(got) == len(expected)
    assert all(one is None or one == raw for one, raw in zip(got, expected, strict=True))
    assert all(one is not None or len(raw) > limit for one, raw in zip(got, expected, strict=True))
