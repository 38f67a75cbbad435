"""The examples of a file on disk, read once more."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import msgspec

from bot.datasets import sniff
from bot.datasets.options import Form
from bot.datasets.profiles import Profile, profile
from bot.datasets.reader import BLOCK, BlockReader
from bot.datasets.report import Param
from bot.datasets.rules.base import Example, RuleSpec
from bot.datasets.typed import UNREADABLE

SAMPLED = 400
"""Places of a file from which an example is taken for statistics."""
_MARK = len(sniff.BYTE_ORDER_MARK)


class Read(NamedTuple):
    """An example: line from 1, and bytes of the file that were read when it came."""

    line: int
    example: Example
    bytes: int


class Examples:
    """Finds the examples of one file; lines without one, and those that are no JSON, are left out.

    Args:
        path: the file.
        form: how its lines are built.
        max_line_bytes: longer lines are left out.
    """

    def __init__(self, path: Path, form: Form, max_line_bytes: int) -> None:
        self._path, self._max = path, max_line_bytes
        self.profile: Profile = profile(form)
        self._decode: Callable[[bytes], object] = msgspec.json.Decoder().decode

    def all(self) -> Iterator[Read]:
        """Each example in order. `OSError` when the file cannot be read."""
        number = done = 0
        reader = BlockReader(self._max)
        with self._path.open("rb", buffering=0) as file:
            chunk = file.read(BLOCK)
            skip = _MARK if chunk.startswith(sniff.BYTE_ORDER_MARK) else 0
            while True:
                done += len(chunk)
                for block in reader.feed(chunk[skip:]) if chunk else reader.finish():
                    for line in block.data.split(b"\n") if block.data is not None else (b"",):
                        number += 1
                        example = self.of(line)
                        if example is not None:
                            yield Read(number, example, done)
                if not chunk:
                    return
                chunk, skip = file.read(BLOCK), 0

    def sample(self) -> Iterator[tuple[str, ...]]:
        """Texts of at most `SAMPLED` examples, spread evenly. `OSError` when the file cannot be read."""
        start, following = -1, 0
        with self._path.open("rb") as file:
            size = file.seek(0, 2)
            for place in range(SAMPLED):
                at = place * size // SAMPLED
                if at <= start:
                    continue
                # the first line that begins there or behind
                file.seek(at - 1 if at > following else following)
                if at > following:
                    file.readline(self._max)
                start = file.tell()
                line = file.readline(self._max + 1).rstrip(b"\n")
                following = file.tell()
                example = self.of(line.removeprefix(sniff.BYTE_ORDER_MARK))
                if example is not None and (texts := tuple(text for _, text in self.profile.texts(example))):
                    yield texts

    def of(self, line: bytes) -> Example | None:
        """The example on a line without its line feed."""
        if len(line) > self._max or not line or line.isspace():
            return None
        try:
            value = self._decode(line)
        except UNREADABLE:
            return None
        return self.profile.example(value, _nothing)


def _nothing(_: RuleSpec, __: str = "", /, **___: Param) -> None:
    """What is wrong with a line was told by the first pass."""
