"""How alike two examples are, estimated from their sketches."""

from typing import TYPE_CHECKING

from bot.datasets.near.index import PART_BINS, Index

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

ALIKE = 0.75
"""Share of common pieces from which two examples are called near duplicates."""

_ANSWERS_ALIKE = 0.5
_SHORT_ANSWER = 16
_RARE_ALIKE = 0.4
_RARE_ENOUGH = 14
_CHANCE = 1 / 255
_CHUNK = 8192
_MOST = 0.99  # 1 is for what is known to be the same up to case and blanks


def likeness(
    left: Index, right: Index, these: "NDArray[np.int64]", those: "NDArray[np.int64]"
) -> "NDArray[np.float32]":
    """For each pair the share of common pieces, 0.99 at most; 0 for pairs that are no near duplicates.

    A pair is none when its whole is less alike than `ALIKE`; when its answers are (the same question may have been
    answered in another way), short ones by a single letter; or when what it does not share with everyone differs.
    """
    import numpy as np

    found = np.zeros(len(these), dtype=np.float32)
    for start in range(0, len(these), _CHUNK):
        part = slice(start, start + _CHUNK)
        found[part] = _chunk(left, right, these[part], those[part])
    return found


def _chunk(
    left: Index, right: Index, these: "NDArray[np.int64]", those: "NDArray[np.int64]"
) -> "NDArray[np.float32]":
    import numpy as np

    ours, theirs = left.bins[these], right.bins[those]
    our_counts, their_counts = left.counts[these].astype(np.float32), right.counts[those].astype(np.float32)
    counts = our_counts + their_counts
    equal, filled = ours == theirs, (ours | theirs) != 0
    answers = slice(PART_BINS, 2 * PART_BINS)
    asked = _share(equal[:, :PART_BINS], filled[:, :PART_BINS])
    answered = _share(equal[:, answers], filled[:, answers])
    rare = _share(equal[:, 2 * PART_BINS :], filled[:, 2 * PART_BINS :])
    # n pieces in all and a share j of common ones: n / (1 + j) different pieces
    either = counts[:, 0] / (1 + asked) + counts[:, 1] / (1 + answered)
    both = asked * counts[:, 0] / (1 + asked) + answered * counts[:, 1] / (1 + answered)
    whole = both / np.maximum(either, 1)
    short = np.minimum(our_counts[:, 1], their_counts[:, 1]) < _SHORT_ANSWER
    good = (whole >= ALIKE) & (answered >= np.where(short, 0.99, _ANSWERS_ALIKE))
    good &= (rare >= _RARE_ALIKE) | (np.minimum(our_counts[:, 2], their_counts[:, 2]) < _RARE_ENOUGH)
    return np.where(good, np.minimum(whole, _MOST), 0).astype(np.float32)


def _share(equal: "NDArray[np.bool_]", filled: "NDArray[np.bool_]") -> "NDArray[np.float32]":
    """The share of equal bins among those that are filled, less what chance makes equal; 1 where none is filled."""
    import numpy as np

    of = filled.sum(axis=1, dtype=np.float32)
    share = (equal & filled).sum(axis=1, dtype=np.float32) / np.maximum(of, 1)
    return np.where(of == 0, 1, np.maximum((share - _CHANCE) / (1 - _CHANCE), 0)).astype(np.float32)
