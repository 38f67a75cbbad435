"""Equal numbers in a long array."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Repeats:
    """Entries that equal an earlier one, in order.

    Attributes:
        laters: their indexes. `firsts`: index of the first equal one of each. `times`: how often the value occurs.
    """

    laters: "NDArray[np.int64]"
    firsts: "NDArray[np.int64]"
    times: "NDArray[np.int64]"


def repeats(values: "NDArray[np.int64]") -> Repeats:
    """All entries that equal an earlier one. Where there are none it takes the memory of one copy."""
    import numpy as np

    ordered = np.sort(values)
    known = np.unique(ordered[1:][ordered[1:] == ordered[:-1]])
    if not len(known):
        none = np.zeros(0, dtype=np.int64)
        return Repeats(none, none, none)
    del ordered
    groups = np.minimum(np.searchsorted(known, values), len(known) - 1)
    members = np.flatnonzero(known[groups] == values)
    groups = groups[members]
    firsts = np.full(len(known), len(values), dtype=np.int64)
    np.minimum.at(firsts, groups, members)
    times = np.bincount(groups, minlength=len(known))
    later = members != firsts[groups]
    return Repeats(members[later], firsts[groups][later], times[groups][later])
