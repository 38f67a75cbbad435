"""After a failed safety check the lines that it was probably about are found again."""

import json
from pathlib import Path

import pytest

from bot.datasets.risk import Suspects, suspects
from bot.datasets.risk.suspects import topic_of


def _line(*contents: str, ascii_only: bool = False) -> bytes:
    said = {"messages": [{"role": "user", "content": content} for content in contents]}
    return json.dumps(said, ensure_ascii=ascii_only).encode() + b"\n"


PLAIN = _line("Where is my parcel?", "It left the depot.")


def test_all_lines_of_the_named_categories_are_given(tmp_path: Path) -> None:
    path = tmp_path / "train.jsonl"
    path.write_bytes(
        b"\xef\xbb\xbf"
        + _line("Just punch him.")
        + PLAIN * 30
        + b"\n"
        + _line("Skip your meals for a week, and hurt yourself.", "smash his window")
        + _line("убить человека", ascii_only=True)
        + b'{"broken": "punch him'
        + b"\n"
        + _line("explicit scene placeholder")
        + PLAIN
        + _line("punch her").rstrip()
    )
    assert suspects(path, "chat", ["violence"]) == Suspects((1, 33, 34, 38), {"violence": 4})
    both = suspects(path, "chat", ["Self Harm", "Violence"])
    assert both == Suspects((1, 33, 34, 38), {"Self Harm": 1, "Violence": 4})
    assert suspects(path, "chat", ["sexual", "jailbreak"]) == Suspects(
        (36,), {"sexual": 1}, unknown=("jailbreak",)
    )
    assert suspects(path, "chat", ["jailbreak"]) == Suspects((), {}, unknown=("jailbreak",))
    assert suspects(path, "chat", []) == Suspects((), {})


def test_more_lines_than_the_first_twenty_over_many_blocks(tmp_path: Path) -> None:
    path = tmp_path / "train.jsonl"
    block = PLAIN * 999 + _line("punch him")
    with path.open("wb") as file:
        for _ in range(40):
            file.write(block)
    assert path.stat().st_size > 3 * 1024 * 1024
    found = suspects(path, "chat", ["violence"])
    assert found.lines == tuple(range(1000, 40_001, 1000))
    assert not found.cut


def test_a_bound_is_kept_and_said(tmp_path: Path) -> None:
    path = tmp_path / "train.jsonl"
    path.write_bytes(_many())
    found = suspects(path, "text", ["violence"])
    assert len(found.lines) == 100_000
    assert found.by_category == {"violence": 100_005}
    assert found.cut


def _many() -> bytes:
    return b'["punch him"]\n' * 100_005


def test_a_line_that_is_too_long_is_passed_over_and_lines_still_count(tmp_path: Path) -> None:
    path = tmp_path / "train.jsonl"
    path.write_bytes(b'["' + b"punch him " * 2_000_000 + b'"]\n' + PLAIN + b'["punch him"]\n')
    assert suspects(path, "text", ["violence"]).lines == (3,)


@pytest.mark.parametrize(
    ("category", "topic"),
    [
        ("hate_fairness", "hate"),
        ("Hate/Fairness", "hate"),
        ("Hate / Fairness ", "hate"),
        ("Self Harm", "self_harm"),
        ("self-harm", "self_harm"),
        ("Violence", "violence"),
        ("sexual", "sexual"),
        ("jailbreak", ""),
        ("", ""),
    ],
)
def test_names_of_the_services(category: str, topic: str) -> None:
    assert topic_of(category) == topic
