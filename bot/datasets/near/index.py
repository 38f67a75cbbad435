"""What is kept of many examples to compare them: hashes of the whole, and sketches of the parts."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

PART_BINS = 64
RARE_BINS = 32
BINS = 2 * PART_BINS + RARE_BINS
BANDS = 16


@dataclass(frozen=True, slots=True)
class Index:
    """Sketches of examples in the order of the file. The first three arrays cover more examples than the others.

    Attributes:
        lines: line number of each example.
        raws: hash of all that stands in it, as it stands there; only good within one process.
        wholes: hash of prompt and answer without case and blanks; 0 where there is no letter.
        bins: (examples, `BINS`) one byte of the smallest hash of a piece in each bin, 0 = nothing fell into it. First
            the prompt's bins, then the answer's, then those of the pieces that few examples share.
        counts: (examples, 3) pieces of prompt, answer, and those that few examples share.
        bands: (examples, `BANDS`) hash of eight bins, four of the prompt and four of the answer; 0 = nothing in them.
    """

    lines: "NDArray[np.uint32]"
    raws: "NDArray[np.int64]"
    wholes: "NDArray[np.int64]"
    bins: "NDArray[np.uint8]"
    counts: "NDArray[np.uint32]"
    bands: "NDArray[np.uint32]"
