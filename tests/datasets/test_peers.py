"""Faults of other checkers (contracts/anchors.md B.3) that must not be ours."""

import subprocess
import sys
import tracemalloc
from pathlib import Path

import bot
from bot.datasets.checker import Checker, check_path
from bot.datasets.options import Options
from tests.datasets.files import ANSWER, GOOD, QUESTION, chat, checked, jsonl, line

CALL = {"id": "call_1", "type": "function", "function": {"name": "find", "arguments": "{}"}}


def test_content_that_is_no_text_and_tool_calls_neither_crash_nor_are_refused() -> None:
    calling = {"role": "assistant", "content": None, "tool_calls": [CALL]}
    developer = {"role": "developer", "content": "Be brief."}
    result = {"role": "tool", "tool_call_id": "call_1", "content": [{"type": "text", "text": "sent"}]}
    sound = line(
        chat(
            developer,
            QUESTION,
            calling,
            result,
            ANSWER,
            tools=[{"type": "function", "function": {"name": "find"}}],
        )
    )
    # the hint is about the set: only one of its examples has instructions
    assert set(checked(jsonl(sound)).totals) == {"system_prompt_missing"}


def test_a_broken_line_adds_nothing_to_the_figures_of_the_line_before() -> None:
    without, with_broken = checked(jsonl()), checked(jsonl(GOOD[:-5], b"7", b"{\xff}"))
    assert with_broken.tokens == without.tokens
    assert (with_broken.turns, with_broken.examples) == (without.turns, without.examples)


def test_the_check_does_not_depend_on_the_locale(tmp_path: Path) -> None:
    path = tmp_path / "train.jsonl"
    path.write_bytes(jsonl(line(chat(QUESTION, {**ANSWER, "content": "返金は三営業日以内です。"}))))
    script = (
        "import sys; from pathlib import Path; from bot.datasets.checker import check_path;"
        "from bot.datasets.options import Options; print(check_path(Path(sys.argv[1]), Options()).ok)"
    )
    environment = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONPATH": str(Path(bot.__file__).parent.parent)}
    done = subprocess.run(
        [sys.executable, "-c", script, str(path)],
        env=environment,
        capture_output=True,
        check=True,
        timeout=30,
    )
    assert done.stdout.strip() == b"True"


def test_everything_is_told_and_not_only_the_first() -> None:
    report = checked(jsonl(b"7", b"{", line(chat(QUESTION)), b""))
    assert [one.line for one in report.findings] == [10, 11, 12, 13]


def _peak(lines: int, piece: bytes) -> int:
    tracemalloc.start()
    checker = Checker(Options())
    for _ in range(lines):
        checker.feed(piece)
    checker.finish()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak


def test_memory_does_not_grow_with_the_file_sound_or_not() -> None:
    for piece in ((GOOD + b"\n") * 200, b'{"messages": [7]}\n' * 400, b"[" * 10_000 + b"\n"):
        small, large = _peak(10, piece), _peak(25, piece)
        assert large < 1.5 * small + 50_000, piece[:20]


def test_a_line_without_an_end_is_held_up_to_the_limit_only() -> None:
    options = Options(max_line_bytes=100_000)
    tracemalloc.start()
    checker = Checker(options)
    checker.feed(GOOD + b"\n")
    for _ in range(500):
        checker.feed(b'{"messages": "' + b"x" * 10_000)
    report = checker.finish()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert report.totals["line_too_long"] == 1
    assert peak < 1_500_000


def test_a_file_on_disk_is_checked_like_the_same_bytes(tmp_path: Path) -> None:
    data = jsonl(*[b"7"] * 3) * 500
    path = tmp_path / "train.jsonl"
    path.write_bytes(data)
    assert check_path(path, Options()).to_json() | {"seconds": 0} == checked(data).to_json() | {"seconds": 0}
