"""Counting tokens of many texts at once: with a vocabulary that ships in a package, or by an estimate."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import cast

from bot.datasets import tokens

Count = Callable[[Sequence[str]], Sequence[int]]


@dataclass(frozen=True, slots=True)
class Counter:
    """Counts texts.

    Attributes:
        encoding: the vocabulary; empty for the estimate of `bot.datasets.tokens`.
        count: tokens of each text, in units of which `unit` are one token. Lone surrogates are not allowed in a text.
            It holds no lock of Python's while it works with a vocabulary, so it may run beside other work.
    """

    encoding: str
    unit: int
    count: Count

    def tokens(self, units: int) -> int:
        """Whole tokens, rounded up."""
        return -(-units // self.unit)


ESTIMATE = Counter("", tokens.UNIT, lambda texts: [tokens.text_units(text) for text in texts])


def counter_for(encoding: str) -> Counter:
    """The exact counter of `encoding`; the estimate for an empty name, and where the package cannot be imported.

    A special token that stands in a text (`<|endoftext|>`) counts as the text it is, as the services read it.
    """
    if not encoding:
        return ESTIMATE
    try:
        from toktok import batch_count  # type: ignore[import-untyped]
    except ImportError:
        return ESTIMATE

    def count(texts: Sequence[str]) -> Sequence[int]:
        return cast("list[int]", batch_count(texts, encoding, threads=1))

    return Counter(encoding, 1, count)
