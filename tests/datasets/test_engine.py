"""The first pass over large files: parts, samples, marks, shapes that are known."""

import json
import os
import random
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

import bot
from bot.datasets import parts
from bot.datasets.checker import Checker, check_path
from bot.datasets.options import Options
from bot.datasets.part import Job
from bot.datasets.report import Report
from bot.datasets.sampling import ALIGNED, PICKED, Picked, Sampling
from bot.datasets.scan import Scanner
from bot.datasets.sniff import BYTE_ORDER_MARK
from tests.datasets.files import ANSWER, GOOD, QUESTION, chat, checked, jsonl, line, sound

CALL = {"id": "call_1", "type": "function", "function": {"name": "find", "arguments": '{"number": "7"}'}}
TOOL = {
    "type": "function",
    "function": {
        "name": "find",
        "parameters": {"type": "object", "properties": {"number": {"type": "string"}}},
    },
}
LONG = "It left the depot this morning. " * 40


def same(report: Report) -> dict[str, object]:
    return report.to_json() | {"seconds": 0}


def with_calls(number: int) -> bytes:
    calling = {"role": "assistant", "tool_calls": [{**CALL, "id": f"call_{number}"}]}
    result = {"role": "tool", "tool_call_id": f"call_{number}", "content": "sent"}
    asked = {**QUESTION, "content": f"Where is parcel {number} with {LONG}?"}
    return line(chat(asked, calling, result, {**ANSWER, "content": f"{number}"}, tools=[TOOL]))


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Somewhat over 10 MB, with something wrong in both halves and copies across them."""
    path = tmp_path_factory.mktemp("large") / "large.jsonl"
    rng = random.Random(3)  # noqa: S311 - the same file each time
    with path.open("wb") as file:
        file.write(BYTE_ORDER_MARK)
        for number in range(7_500):
            asked = {**QUESTION, "content": f"Where is parcel {number}?"}
            answer = {**ANSWER, "content": f"{LONG} {number}", "weight": number % 2}
            data = with_calls(number) if number % 8 == 0 else line(chat(asked, answer))
            draw = rng.random()
            if draw < 0.01:
                data = data[:-2]
            elif draw < 0.02:
                data = GOOD
            elif draw < 0.03:
                data = line(chat(asked))
            elif draw < 0.04:
                # a message without a content
                data = with_calls(0)
            file.write(data + b"\n")
    assert path.stat().st_size > 2 * ALIGNED
    return path


@pytest.mark.parametrize("seed", ["", "11"])
def test_two_processes_find_what_one_does_and_tell_it_in_order(large: Path, seed: str) -> None:
    script = (
        "import sys, json; from pathlib import Path; from bot.datasets.checker import check_path;"
        "from bot.datasets.options import Options; told = [];"
        "report = check_path(Path(sys.argv[1]), Options(), processes=2, each=told.append);"
        "print(json.dumps([report.to_json(), [[one.rule, one.line] for one in told]]))"
    )
    environment = {"PYTHONPATH": str(Path(bot.__file__).parent.parent)} | (
        {"PYTHONHASHSEED": seed} if seed else {}
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(large)],
        env=environment,
        capture_output=True,
        check=True,
        timeout=60,
    )
    two, told = json.loads(done.stdout)
    one = check_path(large, Options(), processes=1)
    assert same(one) == two | {"seconds": 0}
    lines = [number for rule, number in told if rule in ("json_truncated", "assistant_missing")]
    assert lines == sorted(lines)
    assert len(lines) == one.totals["json_truncated"] + one.totals["assistant_missing"]
    assert one.totals["duplicate_example"] > 100


def test_the_fast_path_of_a_large_file_finds_what_a_close_look_does(large: Path) -> None:
    data = large.read_bytes()
    reports = []
    for scan_from in (0, None):
        checker = Checker(Options(), scan_from=scan_from)
        checker.feed(data)
        reports.append(same(checker.finish()))
    assert reports[0] == reports[1]


def test_a_file_that_is_gone_is_an_error_of_the_system(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        check_path(tmp_path / "gone.jsonl", Options(), processes=2)


def test_a_large_file_without_line_feeds_is_checked_by_one_process(tmp_path: Path) -> None:
    path = tmp_path / "one.jsonl"
    path.write_bytes(b'{"messages": "' + b"x" * (2 * ALIGNED + 5))
    options = Options(max_line_bytes=ALIGNED)
    assert check_path(path, options, processes=2).totals["line_too_long"] == 1


def test_the_digest_is_left_out_on_request(tmp_path: Path) -> None:
    path = tmp_path / "train.jsonl"
    path.write_bytes(jsonl())
    assert check_path(path, Options(), digest=False).sha256 == ""
    assert len(check_path(path, Options()).sha256) == 64


@given(st.lists(st.binary(max_size=20).map(lambda one: one.replace(b"\n", b"")), max_size=30), st.data())
def test_lines_are_read_again_by_number(
    tmp_path_factory: pytest.TempPathFactory, some: list[bytes], data: st.DataObject
) -> None:
    path = tmp_path_factory.mktemp("lines") / "lines.jsonl"
    path.write_bytes(BYTE_ORDER_MARK + b"\n".join(some))
    wanted = data.draw(st.lists(st.integers(1, 35), max_size=5))
    found = parts.lines_of(path, 12, wanted)
    for number in wanted:
        exists = number <= len(some) and (number < len(some) or some[-1])
        if exists and len(some[number - 1]) <= 12:
            assert found[number] == some[number - 1]
        elif not exists:
            assert number not in found


@given(
    st.lists(st.integers(1, 400), min_size=1, max_size=3000),
    st.integers(0, 2999),
)
def test_the_same_lines_are_picked_whatever_the_blocks(sizes: list[int], cut: int) -> None:
    starts = [0]
    for size in sizes[:-1]:
        starts.append(starts[-1] + size)

    def picked(*blocks: list[int]) -> list[int]:
        sampling = Sampling()
        number = 0
        for block in blocks:
            for place, before in sampling.places(block).items():
                sampling.keep(Picked(before, block[place], number + place, 1))
            number += len(block)
        sampling.finish()
        return [one.start for one in sampling.state()[1]]

    whole = picked(starts)
    assert whole == picked(*(part for part in (starts[:cut], starts[cut:]) if part))
    assert len(whole) == len(starts) if len(starts) <= PICKED else PICKED // 8 <= len(whole) <= PICKED
    assert all(left < right for left, right in pairwise(whole))


@pytest.mark.parametrize(
    ("text", "marked"),
    [
        (GOOD, False),
        (GOOD.replace(b"role", b"r\\u006fle", 1), True),
        (GOOD[:-1] + b', "messages": []}', True),
        (GOOD[:-1] + b',   "messages": []}', True),
        (GOOD.replace(b'"role":', b'"role" :', 1), True),
        (with_calls(1), True),
    ],
)
def test_what_the_fast_path_cannot_see_is_marked(text: bytes, *, marked: bool) -> None:
    data = b"\n".join([GOOD, text, GOOD])
    marks = Scanner().marks(data, [0, len(GOOD) + 1, len(GOOD) + len(text) + 2])
    assert marks is not None
    assert set(marks) == ({1} if marked else set())


def test_too_many_matches_are_no_reason_to_miss_any() -> None:
    marked = line(chat({**QUESTION, "content": "a@b " * 20_000}, ANSWER))
    data = b"\n".join([*sound(60), marked, marked[:-1]])
    options = Options()
    checker = Checker(options, scan_from=0)
    checker.feed(data)
    assert same(checker.finish()) == same(checked(data, options))


def test_shapes_beyond_number_do_not_fill_the_memory() -> None:
    # each line has another number of messages
    talks = [[QUESTION, ANSWER] * count for count in range(1, 700)]
    data = b"\n".join(line(chat(*talk)) for talk in talks)
    checker = Checker(Options(), scan_from=0)
    checker.feed(data)
    report = checker.finish()
    assert report.examples == len(talks)
    assert report.turns == {"user": sum(range(1, 700)), "assistant": sum(range(1, 700))}


def test_the_estimate_of_a_large_file_is_near_to_that_of_all_its_lines(large: Path) -> None:
    report = check_path(large, Options(), digest=False)
    part = sound(1)[0]
    assert report.tokens.total > 0
    per_byte = report.tokens.total / large.stat().st_size
    assert 0.15 < per_byte < 0.35
    assert checked(part).tokens.total > 0


def test_the_process_of_a_part_ends_with_whoever_started_it(large: Path) -> None:
    job = Job(str(large), 3, large.stat().st_size, 0, -1, "chat", Options(), each=False)
    data = msgspec.msgpack.encode(job)
    with subprocess.Popen(
        [sys.executable, "-m", "bot.datasets.part"],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": str(Path(bot.__file__).parent.parent)},
    ) as process:
        assert process.stdin is not None
        process.stdin.write(len(data).to_bytes(4, "big") + data)
        process.stdin.close()
        assert process.wait(timeout=30) == 0


ODD = {
    "content twice": b'{"messages": [{"role": "user", "content": "a", "content": "b"}, '
    b'{"role": "assistant", "content": "c"}]}',
    "content twice, the first like a role": b'{"messages": [{"role": "user", "content": "user", "content": "b"}, '
    b'{"role": "assistant", "content": "c"}]}',
    "content twice, without blanks": b'{"messages":[{"role":"user","content":"user","content":"b"},'
    b'{"role":"assistant","content":"c"}]}',
    "weight twice at once": b'{"messages": [{"role": "user", "content": "a"}, '
    b'{"role": "assistant", "content": "c", "weight": 1, "weight": 1}]}',
    "weight twice around a name": b'{"messages": [{"role": "user", "content": "a"}, '
    b'{"role": "assistant", "content": "c", "weight":1,"name": "rin","weight":1}]}',
    "name twice": b'{"messages": [{"role": "user", "content": "a", "name": "rin", "name": "rin"}, '
    b'{"role": "assistant", "content": "c"}]}',
    "a key that ends in a backslash": GOOD[:-1] + b', "tools": [{"a\\\\": 1}]}',
    "JSON in a text in a text": GOOD.replace(b"Where is my parcel?", rb"{\"a\": \"{\\\"b\\\": 1}\"}"),
    "role twice": b'{"messages": [{"role": "user", "role": "user", "content": "a"}, '
    b'{"role": "assistant", "content": "c"}]}',
    "role twice, far apart": b'{"messages": [{"role": "user", "content": "a", "role": "user"}, '
    b'{"role": "assistant", "content": "c"}]}',
    "weight twice": b'{"messages": [{"role": "user", "content": "a"}, '
    b'{"role": "assistant", "weight": 1, "content": "c", "weight": 1}]}',
    "two objects": GOOD + b" " + GOOD,
    "two objects and one over two lines": GOOD + b" " + GOOD[:12] + b"\n" + GOOD[12:],
    "one object over two lines": GOOD[:12] + b"\n" + GOOD[12:],
    "a break between braces": GOOD[:-1] + b', "tools": [{}\n{}]}',
    "a text that is a key": GOOD.replace(b"Where is my parcel?", b"content"),
    "a schema with such a key": json.dumps(
        {
            "messages": [QUESTION, ANSWER],
            "tools": [
                {
                    "type": "function",
                    "function": {
                        "name": "f",
                        "parameters": {"type": "object", "properties": {"content": {"type": "string"}}},
                    },
                }
            ],
        }
    ).encode(),
    "role behind content": b'{"messages": [{"content": "a", "role": "user"}, {"content": "b", "role": "assistant"}]}',
    "blank content": GOOD.replace(b"Where is my parcel?", b" \\u3000\\n"),
    "blank line": b"",
    "carriage return": GOOD + b"\r",
}


@pytest.mark.parametrize("odd", ODD.values(), ids=ODD)
@pytest.mark.parametrize("place", ["first", "middle", "last"])
def test_an_odd_line_among_many_is_found_in_a_block_as_by_itself(odd: bytes, place: str) -> None:
    lines = [
        line(chat({**QUESTION, "content": f"Where is parcel {number}?"}, ANSWER)) for number in range(60)
    ]
    lines.insert({"first": 0, "middle": 30, "last": 60}[place], odd)
    data = b"\n".join(lines) + b"\n"
    reports = []
    for scan_from in (0, None):
        checker = Checker(Options(), scan_from=scan_from)
        checker.feed(data)
        reports.append(same(checker.finish()))
    assert reports[0] == reports[1]


def test_values_of_weights_are_not_taken_for_each_other() -> None:
    def weighted(*weights: int) -> bytes:
        return line(chat(*(turn for weight in weights for turn in (QUESTION, {**ANSWER, "weight": weight}))))

    lines = [weighted(1, 0), weighted(0, 1), weighted(0, 0), weighted(1, 1), weighted(0, 0), weighted(0)]
    data = b"\n".join([*lines, *lines, *reversed(lines)]) + b"\n"
    reports = []
    for scan_from in (0, None):
        checker = Checker(Options(), scan_from=scan_from)
        checker.feed(data)
        reports.append(checker.finish())
    assert same(reports[0]) == same(reports[1])
    assert reports[0].totals["weight_all_zero"] == 9


@pytest.mark.parametrize("number", ["1234567890123456", "12345678901234567890123456789"])
@pytest.mark.parametrize("escape", [b"", b"\\u2014"])
def test_runs_of_digits_are_marked_where_they_may_be_a_number(number: str, escape: bytes) -> None:
    text = line(chat({**QUESTION, "content": f"@@{number} sent"}, ANSWER)).replace(b"@@", escape)
    marks = Scanner().marks(text, [0])
    assert marks is not None
    assert bool(marks) == (len(number) < 20)
