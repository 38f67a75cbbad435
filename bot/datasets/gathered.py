"""What one pass over a file keeps of every example, for the rules about the whole set."""

from array import array
from collections.abc import Mapping
from dataclasses import dataclass, field

KEPT_EXAMPLES = 2_000_000
"""Examples whose hashes are kept: 20 bytes each, 40 MB at most. What comes behind them is not compared."""
KEPT_SYSTEMS = 1024
"""Different system prompts that are told apart; the next ones are counted together."""
SAMPLED = 400
"""Examples whose texts are kept for statistics, spread evenly over the file."""


@dataclass(slots=True)
class Gathered:
    """Filled by the checker, read by `bot.datasets.sets`. Parts of one file are joined in their order.

    Attributes:
        lines: line number of each example. `wholes`: hash of all it says. `prompts`: hash of what stands before the
            last answer (of a chat), of the prompt or the input otherwise; 0 where there is no such thing.
        systems: number of examples per hash of their system message; key 0 = without one.
        system_lines: the first line of each key of `systems`; may be empty.
        roles: messages per role.
        sample: (line, texts of its messages) of some examples.
        turns: examples by number of messages, at most 64 entries.
    """

    lines: "array[int]" = field(default_factory=lambda: array("I"))
    wholes: "array[int]" = field(default_factory=lambda: array("q"))
    prompts: "array[int]" = field(default_factory=lambda: array("q"))
    systems: dict[int, int] = field(default_factory=dict)
    system_lines: dict[int, int] = field(default_factory=dict)
    roles: dict[str, int] = field(default_factory=dict)
    sample: list[tuple[int, tuple[str, ...]]] = field(default_factory=list)
    turns: dict[int, int] = field(default_factory=dict)


def add_up(counts: dict[str, int], more: Mapping[str, int]) -> None:
    """Add counts to counts."""
    for key, number in more.items():
        counts[key] = counts.get(key, 0) + number
