"""Data of the two methods that learn from more than a conversation, kept like `sandbox.training.data.Dataset`."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sandbox.training.data import KEPT_EXAMPLES, KEPT_TOKENS, Dataset, Example, Turn, encode

# A turn that is learnt, so that a prompt can be kept as an example and its answer be added later.
_NOTHING: Final = Turn("", learnt=True)


class Pairs(Dataset):
    """Preferences: each example is the wanted output, `rejected` the other one. The first 4,000 are kept."""

    def __init__(self) -> None:
        super().__init__()
        self.rejected: list[Example] = []

    def add_pair(self, wanted: Sequence[Turn], unwanted: Sequence[Turn]) -> None:
        """Take in the next preference."""
        index = self.count
        self.count += 1
        chosen, other = encode(wanted), encode(unwanted)
        if chosen is not None and other is not None and len(self._kept) < KEPT_EXAMPLES:
            self._kept.append((index, chosen))
            self.rejected.append(other)


class Prompts(Dataset):
    """Prompts with what the grader reads. The first 4,000 are kept."""

    def __init__(self) -> None:
        super().__init__()
        self.turns: list[tuple[Turn, ...]] = []
        self.items: list[Mapping[str, Any]] = []

    def add_prompt(self, turns: Sequence[Turn], item: Mapping[str, Any]) -> None:
        """Take in the next prompt."""
        index = self.count
        self.count += 1
        kept = encode([*turns, _NOTHING])
        if kept is not None and len(self._kept) < KEPT_EXAMPLES:
            self._kept.append((index, kept))
            self.turns.append(tuple(Turn(turn.text[-KEPT_TOKENS:], learnt=False) for turn in turns))
            self.items.append(item)
