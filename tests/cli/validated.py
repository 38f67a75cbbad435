"""Files for `tunesmith validate`, and what it says of them."""

from collections.abc import Callable
from pathlib import Path

from tests.datasets.smallest.sound import sound_lines

SOUND = [line.decode() for line in sound_lines(12, "chat")]
EMPTY = '{"messages": [{"role": "user", "content": "When?"}, {"role": "assistant", "content": ""}]}'
COMMA = '{"messages": [{"role": "user", "content": "How?"}, {"role": "assistant", "content": "So."},]}'
Shown = Callable[..., tuple[int, str, str]]
"""Runs the command with these words: exit code, output, errors."""


def written(name: str, *lines: str) -> str:
    Path(name).write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return name
