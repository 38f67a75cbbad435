"""Conversations as the model sees them: bytes, of which the assistant's are to be predicted."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sandbox.training.model import END, Ints, contexts

KEPT_EXAMPLES: Final = 4_000
KEPT_TOKENS: Final = 2_048


class Turn(NamedTuple):
    """One message: its text and whether the model learns to write it."""

    text: str
    learnt: bool


class Example(NamedTuple):
    """One conversation: `tokens` (bytes and END), `targets` the positions that are learnt."""

    tokens: NDArray[np.uint16]
    targets: NDArray[np.uint16]

    def pairs(self) -> tuple[Ints, Ints]:
        """Rows of the embedding (targets, orders) and the byte that follows (targets,)."""
        tokens = self.tokens.astype(np.int64)
        return contexts(tokens)[self.targets], tokens[self.targets]


def encode(turns: Sequence[Turn]) -> Example | None:
    """A conversation's last 2,048 bytes; None when nothing of it is to be learnt."""
    pieces, learnt = [], []
    for turn in turns:
        piece = np.frombuffer(turn.text.encode(errors="replace"), dtype=np.uint8)[:KEPT_TOKENS]
        pieces.append(np.append(piece.astype(np.uint16), np.uint16(END)))
        learnt.append(np.full(len(piece) + 1, turn.learnt))
    if not pieces:
        return None
    tokens = np.concatenate(pieces)[-KEPT_TOKENS:]
    targets = np.flatnonzero(np.concatenate(learnt)[-KEPT_TOKENS:]).astype(np.uint16)
    return Example(tokens, targets) if len(targets) else None


@dataclass(slots=True)
class Dataset:
    """The conversations of one file; of a large file every second, fourth, … is kept (at most 4,000).

    `count` is the number of all conversations, kept or not.
    """

    count: int = 0
    _stride: int = 1
    _kept: list[tuple[int, Example]] = field(default_factory=list)

    def add(self, turns: Sequence[Turn]) -> None:
        """Take in the next conversation."""
        index = self.count
        self.count += 1
        if index % self._stride:
            return
        example = encode(turns)
        if example is None:
            return
        self._kept.append((index, example))
        if len(self._kept) > KEPT_EXAMPLES:
            self._stride *= 2
            self._kept = [(at, kept) for at, kept in self._kept if at % self._stride == 0]

    def __len__(self) -> int:
        return len(self._kept)

    def __getitem__(self, index: int) -> Example:
        return self._kept[index][1]

    def __iter__(self) -> Iterator[Example]:
        return (example for _, example in self._kept)
