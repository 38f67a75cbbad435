"""What holds for any file: pieces do not matter, nothing crashes, and the fast path agrees with the rules."""

import json

from hypothesis import given
from hypothesis import strategies as st

from bot.datasets.exact import UNREADABLE, ExactReader
from bot.datasets.findings import Findings
from bot.datasets.options import Options
from bot.datasets.profiles import CHAT
from bot.datasets.reader import LineReader
from bot.datasets.rules.base import Note
from bot.datasets.screen import Screen
from tests.datasets.files import checked
from tests.datasets.lines import lines


@given(lines())
def test_the_fast_path_accepts_only_what_no_rule_objects_to_and_counts_the_same(data: bytes) -> None:
    tally = Screen().accept(data)
    if tally is None:
        return
    findings = Findings()
    note: Note = findings.at(1)
    value = ExactReader().parse(data, 0, note)
    assert value is not UNREADABLE
    example = CHAT.example(value, note)
    assert example is not None
    for rule in CHAT.rules:
        rule.check(example, note)
    assert findings.kept == ()
    assert CHAT.tally(example) == tally


def test_the_fast_path_is_taken_by_ordinary_lines() -> None:
    plain = (
        b'{"messages": [{"role": "user", "content": "caf\\u00e9"}, {"role": "assistant", "content": "yes"}]}'
    )
    tools = plain[:-1] + b', "tools": [{"type": "function", "function": {"name": "f"}}]}'
    weighted = plain.replace(b'"yes"', b'"yes", "weight": 1')
    for data in (plain, tools, weighted, plain + b"\r"):
        assert Screen().accept(data) is not None, data


@given(st.lists(lines() | st.binary(max_size=40), max_size=12), st.integers(1, 200))
def test_nothing_crashes_and_pieces_do_not_matter(parts: list[bytes], piece: int) -> None:
    data = b"\n".join(parts)
    options = Options(max_line_bytes=300)
    whole, pieces = checked(data, options), checked(data, options, piece)
    assert whole.to_json() | {"seconds": 0} == pieces.to_json() | {"seconds": 0}
    assert whole.ok == (whole.counts["error"] == 0)
    assert sum(whole.counts.values()) == sum(whole.totals.values()) >= len(whole.findings)
    assert json.loads(json.dumps(whole.to_json(), allow_nan=False))


@given(st.lists(st.binary(max_size=30)), st.integers(1, 20), st.integers(1, 40))
def test_the_reader_gives_back_every_line(parts: list[bytes], limit: int, piece: int) -> None:
    data = b"\n".join(part.replace(b"\n", b"") for part in parts)
    reader = LineReader(limit)
    got = [one for start in range(0, len(data), piece) for one in reader.feed(data[start : start + piece])]
    got += reader.finish()
    expected = data.split(b"\n")
    if expected[-1] == b"":
        expected.pop()
    assert [one.size for one in got] == [len(one) for one in expected]
    assert [one.data for one in got] == [one if len(one) <= limit else b"" for one in expected]
    assert [one.number for one in got] == list(range(1, len(expected) + 1))
    assert all(
        data[one.offset : one.offset + one.size] == raw for one, raw in zip(got, expected, strict=True)
    )
