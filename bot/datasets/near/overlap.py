"""Examples of a validation file that stand in the training file too."""

from typing import TYPE_CHECKING

from bot.datasets.near.duplicates import percent
from bot.datasets.near.index import BANDS, Index
from bot.datasets.near.likeness import likeness
from bot.datasets.near.sketches import Sketches
from bot.datasets.near.specs import VALIDATION_NEAR_OVERLAP, VALIDATION_OVERLAP
from bot.datasets.sets.at import At

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_NEIGHBOURS = 3


def overlap(train: Sketches, valid: Sketches, at: At) -> tuple[int, int]:
    """Report each line of `valid` that stands in `train`, at its line; how many: exactly, and nearly.

    Exactly means the same prompt and answer, whatever the case, the blanks and the system message, and is always
    found among the examples that are hashed. `ValueError` when the two leave out different shared pieces.
    """
    import numpy as np

    if train.shared is not valid.shared:
        msg = "sketches of two files are comparable only with the same shared pieces"
        raise ValueError(msg)
    ours, theirs = train.index(), valid.index()
    same = _same(ours, theirs)
    near, shares = _nearest(ours, theirs, np.flatnonzero(same[: len(theirs.bins)] < 0))
    exact, almost = 0, 0
    for one in range(len(theirs.lines)):
        if same[one] >= 0:
            exact += 1
            at(int(theirs.lines[one]))(VALIDATION_OVERLAP, train=int(ours.lines[same[one]]))
        elif one < len(near) and near[one] >= 0:
            almost += 1
            at(int(theirs.lines[one]))(
                VALIDATION_NEAR_OVERLAP,
                train=int(ours.lines[near[one]]),
                likeness=percent(float(shares[one])),
            )
    return exact, almost


def _same(ours: Index, theirs: Index) -> "NDArray[np.int64]":
    """For each of theirs the first of ours that is the same; -1 for none."""
    import numpy as np

    order = np.argsort(ours.wholes, kind="stable")
    ordered = ours.wholes[order]
    if not len(order):
        return np.full(len(theirs.wholes), -1, dtype=np.int64)
    place = np.minimum(np.searchsorted(ordered, theirs.wholes), len(order) - 1)
    same = (ordered[place] == theirs.wholes) & (theirs.wholes != 0)
    return np.where(same, order[place], -1)


def _nearest(
    ours: Index, theirs: Index, chosen: "NDArray[np.int64]"
) -> tuple["NDArray[np.int64]", "NDArray[np.float32]"]:
    """For each of theirs the one of ours that is most alike, and how much; -1 for none."""
    import numpy as np

    best = np.full(len(theirs.bins), -1, dtype=np.int64)
    shares = np.zeros(len(theirs.bins), dtype=np.float32)
    for band in range(BANDS):
        keys = _keys(ours, band)
        order = np.argsort(keys, kind="stable")
        keys = keys[order]
        asked = chosen[theirs.bands[chosen, band] != 0]
        wanted = _keys(theirs, band)[asked]
        place = np.searchsorted(keys, wanted)
        begin = np.searchsorted(keys, wanted >> np.uint64(32) << np.uint64(32))
        for where in (begin, *(place + step for step in range(-_NEIGHBOURS, _NEIGHBOURS))):
            inside = (where >= 0) & (where < len(keys))
            inside[inside] = keys[where[inside]] >> np.uint64(32) == wanted[inside] >> np.uint64(32)
            mine, other = order[where[inside]], asked[inside]
            alike = likeness(ours, theirs, mine, other)
            # each of theirs stands in `other` once
            better = alike > shares[other]
            best[other[better]] = mine[better]
            shares[other[better]] = alike[better]
    return best, shares


def _keys(index: Index, band: int) -> "NDArray[np.uint64]":
    """What the examples are sorted by: this band, then the next one."""
    import numpy as np

    keys: NDArray[np.uint64] = index.bands[:, band].astype(np.uint64) << np.uint64(32)
    return keys | index.bands[:, (band + 1) % BANDS].astype(np.uint64)
