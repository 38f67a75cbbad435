"""Some lines, evenly spread over a file of unknown length: for the estimate of tokens and for statistics of texts.

The grid is a power of two bytes wide. The first line that begins behind a point of the grid is picked; when
there are too
many, the grid gets twice as wide. So the same lines are picked whatever the chunks or parts in which a file is read.
"""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from bot.datasets.gathered import SAMPLED

PICKED = 512
"""Lines that are kept at most."""
KEPT_LETTERS = 2000
"""Of the texts of each."""
LARGE = 16_000_000
"""Bytes from which the grid of a file of known size begins wide: before it is, every line is picked."""
ALIGNED = 4 * 1024 * 1024
"""A multiple of every grid of files up to 2 GB. A part of a file begins behind a point of it."""


class Picked(NamedTuple):
    """One picked line.

    Attributes:
        before, start: where the picked line before it and it itself begin.
        line: its number. `size`: its bytes. `units`: hundredths of tokens; 0 for a line without an example.
        texts: what its messages say, clipped; empty for a line without an example.
    """

    before: int
    start: int
    line: int
    size: int
    units: int = 0
    texts: tuple[str, ...] = ()


class Sampling:
    """Picks lines and keeps what they were found to hold.

    Args:
        expected: bytes of the file, 0 = not known.
        before: the point of the grid behind which a part begins; -1 at the start of a file.
    """

    def __init__(self, expected: int = 0, before: int = -1) -> None:
        self._width = 1
        while expected > LARGE and expected > self._width * PICKED:
            self._width *= 2
        self._last = before
        self._kept: list[Picked] = []

    def places(self, starts: Sequence[int]) -> dict[int, int]:
        """Which of the next lines are picked, each with the start of the one picked before it.

        `starts`: where each line begins in the file, ascending.
        """
        width, last, place = self._width, self._last, 0
        chosen: dict[int, int] = {}
        while True:
            place = bisect_left(starts, ((last - 1) // width + 1) * width + 1, place)
            if place == len(starts):
                break
            chosen[place] = last
            last = starts[place]
            place += 1
        self._last = starts[-1] if starts else last
        return chosen

    def keep(self, picked: Picked) -> None:
        """Keep what a picked line holds."""
        self._kept.append(picked)
        if len(self._kept) > 2 * PICKED:
            self._thin()

    def join(self, other: "Sampling", lines: int) -> None:
        """Append the picks of the next part, whose lines are counted from `lines` + 1."""
        width, kept = other.state()
        self._kept += (one._replace(line=one.line + lines) for one in kept)
        self._width = max(self._width, width)
        self._kept = [one for one in self._kept if self._on_grid(one)]

    def finish(self) -> None:
        """Bring the picks down to `PICKED`."""
        self._thin()

    def tokens_per(self, size: int) -> int:
        """Hundredths of tokens in lines of `size` bytes together, by what the picked ones hold."""
        seen = sum(one.size for one in self._kept)
        units = sum(one.units for one in self._kept)
        return units if seen == size else round(units * size / seen) if seen else 0

    def texts(self) -> list[tuple[int, tuple[str, ...]]]:
        """Line and texts of at most `SAMPLED` examples."""
        told = [(one.line, one.texts) for one in self._kept if one.texts]
        if len(told) <= SAMPLED:
            return told
        return [told[place * len(told) // SAMPLED] for place in range(SAMPLED)]

    def state(self) -> tuple[int, list[Picked]]:
        """Grid and picks, for another process."""
        return self._width, self._kept

    @classmethod
    def restored(cls, width: int, kept: Iterable[Picked]) -> "Sampling":
        """What `state` gave."""
        sampling = cls()
        sampling._width, sampling._kept = width, list(kept)
        return sampling

    def _thin(self) -> None:
        while len(self._kept) > PICKED:
            self._width *= 2
            self._kept = [one for one in self._kept if self._on_grid(one)]

    def _on_grid(self, one: Picked) -> bool:
        return (one.start - 1) // self._width != (one.before - 1) // self._width


def clipped_texts(texts: Iterable[str]) -> tuple[str, ...]:
    """Texts, the last of them cut where `KEPT_LETTERS` are reached together."""
    room = KEPT_LETTERS
    kept: list[str] = []
    for text in texts:
        if room <= 0:
            break
        kept.append(text[:room])
        room -= len(text)
    return tuple(kept)
