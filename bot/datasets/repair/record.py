"""What was repaired, how often and where."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.datasets.repair.kinds import KINDS, Kind

SHOWN_PER_KIND = 20


@dataclass(frozen=True, slots=True)
class Repairs:
    """What was done to a file.

    Attributes:
        counts: lines that each kind of repair changed or left out, in the order of `KINDS`; a byte-order mark that is
            added or cut at the beginning of the file counts as one.
        lines: the first `SHOWN_PER_KIND` of them per kind, as numbers from 1 in the file before the repair.
        changed: any byte is different.
        bytes: size of the repaired file.
    """

    counts: Mapping[Kind, int]
    lines: Mapping[Kind, tuple[int, ...]]
    changed: bool
    bytes: int


@dataclass(slots=True)
class Account:
    """Takes down repairs while they are made. Bounded."""

    counts: dict[Kind, int] = field(default_factory=dict)
    lines: dict[Kind, list[int]] = field(default_factory=dict)

    def add(self, kind: Kind, line: int) -> None:
        """One line (from 1) was repaired in this way."""
        self.counts[kind] = self.counts.get(kind, 0) + 1
        shown = self.lines.setdefault(kind, [])
        if len(shown) < SHOWN_PER_KIND:
            shown.append(line)

    def repairs(self, size: int) -> Repairs:
        """All of them; `size` is that of the repaired file in bytes."""
        done = [kind for kind in KINDS if kind in self.counts]
        return Repairs(
            {kind: self.counts[kind] for kind in done},
            {kind: tuple(self.lines[kind]) for kind in done},
            bool(done),
            size,
        )
