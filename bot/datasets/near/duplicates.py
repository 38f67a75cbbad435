"""Near duplicates within one file."""

from typing import TYPE_CHECKING

from bot.datasets.near.index import BANDS, Index
from bot.datasets.near.likeness import likeness
from bot.datasets.near.sketches import Sketches
from bot.datasets.near.specs import NEAR_DUPLICATE, NEAR_NOT_LOOKED
from bot.datasets.sets.at import At
from bot.datasets.sets.equals import repeats

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_NEIGHBOURS = 4


def near_duplicates(sketches: Sketches, at: At) -> int:
    """Report each example that says almost the same as an earlier one, once, at its line; how many there are.

    Examples that are equal letter by letter are left to the first pass. Those that differ only in case, blanks or the
    system message are always found. Of others, with random words exchanged, were found: all from a likeness of 85 %
    on, 97 in 100 between 80 and 85 %, 73 in 100 between 75 and 80 %, and 27 in 100 a little below the threshold.
    Where thousands are alike in part, each is compared with its closest neighbours only.

    What it tells too much: two questions of a few words about one long text, with the same short answer. What it
    misses besides: whatever stands behind the first `shingles.LONGEST` letters of a part, and behind the bounds of
    `Sketches`.
    """
    import numpy as np

    index = sketches.index()
    firsts, shares = _same(index)
    chosen = _originals(index)
    near, near_shares = _nearest(index, chosen)
    own = near >= 0
    # an example that says the same as another up to case and blanks keeps that one
    own &= firsts[: len(own)] < 0
    firsts[: len(own)][own] = near[own]
    shares[: len(own)][own] = near_shares[own]
    found = np.flatnonzero(firsts >= 0)
    lines = index.lines
    for one in found.tolist():
        at(int(lines[one]))(
            NEAR_DUPLICATE,
            first=int(lines[firsts[one]]),
            likeness=percent(float(shares[one])),
        )
    if sketches.not_sketched is not None:
        at(sketches.not_sketched)(NEAR_NOT_LOOKED, compared=len(index.bins))
    return len(found)


def percent(share: float) -> int:
    """Whole per cent; 100 is what is the same up to case and blanks."""
    return round(100 * share)


def _same(index: Index) -> tuple["NDArray[np.int64]", "NDArray[np.float32]"]:
    """The first one that is the same up to case and blanks but not to the letter; -1 for none."""
    import numpy as np

    found = repeats(index.wholes)
    firsts = np.full(len(index.lines), -1, dtype=np.int64)
    firsts[found.laters] = found.firsts
    firsts[repeats(index.raws).laters] = -1
    firsts[index.wholes == 0] = -1
    return firsts, (firsts >= 0).astype(np.float32)


def _originals(index: Index) -> "NDArray[np.int64]":
    """Examples with a sketch that are not the same as an earlier one."""
    import numpy as np

    wholes = index.wholes[: len(index.bins)]
    original = wholes != 0
    original[repeats(wholes).laters] = False
    return np.flatnonzero(original)


def _nearest(index: Index, chosen: "NDArray[np.int64]") -> tuple["NDArray[np.int64]", "NDArray[np.float32]"]:
    """For each sketched example the earliest one that is alike, and how much; -1 for none."""
    import numpy as np

    sketched = len(index.bins)
    firsts = np.full(sketched, sketched, dtype=np.int64)
    shares = np.zeros(sketched, dtype=np.float32)
    for band in range(BANDS):
        early, late = _candidates(index, chosen, band)
        fresh = early < firsts[late]
        early, late = early[fresh], late[fresh]
        alike = likeness(index, index, early, late)
        good = alike > 0
        early, late, alike = early[good], late[good], alike[good]
        np.minimum.at(firsts, late, early)
        best = firsts[late] == early
        shares[late[best]] = alike[best]
    return np.where(firsts == sketched, -1, firsts), shares


def _candidates(
    index: Index, chosen: "NDArray[np.int64]", band: int
) -> tuple["NDArray[np.int64]", "NDArray[np.int64]"]:
    """Pairs of examples in one bucket of a band, the earlier one first: neighbours, and all with the bucket's first."""
    import numpy as np

    mine = chosen[index.bands[chosen, band] != 0]
    if len(mine) < 2:
        return mine[:0], mine[:0]
    keys = index.bands[mine, band].astype(np.uint64) << np.uint64(32)
    # within a bucket those that agree in the next band too stand side by side
    keys |= index.bands[mine, (band + 1) % BANDS]
    ordered = np.argsort(keys, kind="stable")
    mine, buckets = mine[ordered], (keys[ordered] >> np.uint64(32))
    begins = np.flatnonzero(np.concatenate([[True], buckets[1:] != buckets[:-1]]))
    sizes = np.diff(np.append(begins, len(mine)))
    heads = np.repeat(np.minimum.reduceat(mine, begins), sizes)
    left, right = [heads], [mine]
    for step in range(1, min(_NEIGHBOURS, len(mine) - 1) + 1):
        together = buckets[step:] == buckets[:-step]
        left.append(mine[:-step][together])
        right.append(mine[step:][together])
    ones, others = np.concatenate(left), np.concatenate(right)
    early, late = np.minimum(ones, others), np.maximum(ones, others)
    return early[early != late], late[early != late]
