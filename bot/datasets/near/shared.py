"""Pieces of text that many examples share: instructions that stand in every prompt, forms of an answer."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from bot.datasets.near.shingles import EMPTY, JOINT, Shingler

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

FEWEST = 60
"""Smaller samples say nothing about what is common."""
_COMMON = 0.3
_SHIFT = 12  # of 32 bits, 20 choose the cell
_LONGEST = 16_384


class Shared:
    """Tells whether a piece stands in more than three of ten examples of a sample.

    Two examples that are alike only in such pieces ("Translate this sentence: ...") are not near duplicates.

    Args:
        sample: texts of examples, spread over the file; nothing is shared when there are fewer than `FEWEST`.
    """

    def __init__(self, sample: Iterable[Sequence[str]]) -> None:
        import numpy as np

        texts = [JOINT.join(parts)[:_LONGEST] for parts in sample]
        self._rare = np.ones(1 << (32 - _SHIFT), dtype=np.bool_)
        if len(texts) < FEWEST:
            return
        counts = np.zeros(len(self._rare), dtype=np.uint32)
        shingler = Shingler()
        for text in texts:
            hashes = shingler.shingles([text]).hashes
            counts[np.unique(hashes[hashes != EMPTY] >> np.uint32(_SHIFT))] += 1
        self._rare = counts <= _COMMON * len(texts)

    @property
    def any(self) -> bool:
        """Whether there are such pieces."""
        return not bool(self._rare.all())

    def rare(self, hashes: "NDArray[np.uint32]") -> "NDArray[np.bool_]":
        """Which of these pieces are not shared. One in a thousand is taken for shared by accident, at most."""
        import numpy as np

        return self._rare.take(hashes >> np.uint32(_SHIFT), mode="clip")
