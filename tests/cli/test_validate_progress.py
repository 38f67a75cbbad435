"""How far a check is, on a terminal and only there."""

import io
import sys

import pytest

from tests.cli.validated import SOUND, Shown, written


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_terminal_sees_how_far_it_is_and_nothing_is_left(
    shown: Shown, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = written("t.jsonl", *SOUND * 2500)
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    assert shown(file, "--fix", "out.jsonl")[0] == 0
    said = terminal.getvalue()
    assert "checking 5 MB …" in said
    assert "repairing, 84 %" in said
    assert said.endswith("\r\x1b[K")
    assert "\n" not in said


def test_nothing_of_it_in_a_pipe(shown: Shown) -> None:
    assert shown(written("t.jsonl", *SOUND * 10), "--fix", "out.jsonl")[2] == ""
