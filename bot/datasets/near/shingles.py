"""Texts as hashes of their overlapping pieces of a few letters (shingles), many texts at a time."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

EMPTY = 0xFFFFFFFF
"""No hash of a piece: the value of gaps between texts, and of a bin that nothing fell into."""
JOINT = "\x1f"
"""Stands between two messages of one text; all other blanks are left out."""
LONGEST = 1 << 18
"""Letters of one text that are looked at."""

_GAP = "\uffff"
_GAPS = 3
_WIDE = 0x2E80
_BMP = 0x10000


@dataclass(frozen=True, slots=True)
class Shingles:
    """The pieces of several texts.

    Attributes:
        hashes: of all pieces, in order; `EMPTY` in the gaps between texts.
        owners: index of the text that each belongs to.
        counts: pieces per text.
        letters: the texts without blanks and in one case, with gaps; text `i` ends at `ends[i]`.
        ends: see there.
    """

    hashes: "NDArray[np.uint32]"
    owners: "NDArray[np.int64]"
    counts: "NDArray[np.uint32]"
    letters: "NDArray[np.uint32]"
    ends: "NDArray[np.int64]"


class Shingler:
    """Cuts texts into pieces: four letters each, two where a letter is wide (Chinese, Japanese, Korean).

    Case, blanks and the width of Latin and Japanese letters make no difference.
    """

    def __init__(self) -> None:
        import numpy as np

        table = np.arange(_BMP, dtype=np.uint32)
        for code in range(_BMP):
            letter = chr(code)
            if letter.isspace():
                table[code] = 0
            elif not 0xD800 <= code < 0xE000:
                folded = unicodedata.normalize("NFKC", letter).casefold()
                if len(folded) == 1:
                    table[code] = ord(folded)
        table[0] = 0
        table[ord(JOINT)] = ord(JOINT)
        self._folded = table

    def shingles(self, texts: Sequence[str]) -> Shingles:
        """The pieces of `texts`, of which there is one at least."""
        import numpy as np

        gap = _GAP * _GAPS
        texts = [text[:LONGEST] for text in texts]
        codes = np.frombuffer(
            (gap.join(texts) + gap).encode("utf-32-le", "surrogatepass"),
            dtype=np.uint32,
        )
        sizes = np.fromiter(map(len, texts), dtype=np.int64, count=len(texts)) + _GAPS
        starts = np.cumsum(sizes) - sizes
        folded = self._folded.take(codes, mode="clip")
        if codes.max() >= _BMP:
            folded = np.where(codes >= _BMP, codes, folded)
        keep = folded != 0
        kept = np.add.reduceat(keep, starts, dtype=np.int64)
        letters = folded[keep]
        ends = np.cumsum(kept)
        hashes = _hashes(letters)
        gaps = (ends[:, None] - np.arange(1, _GAPS + 1)).ravel()
        hashes[gaps] = EMPTY
        owners = np.repeat(np.arange(len(texts), dtype=np.int64), kept)
        return Shingles(hashes, owners, (kept - _GAPS).astype(np.uint32), letters, ends)


def _hashes(letters: "NDArray[np.uint32]") -> "NDArray[np.uint32]":
    """A well mixed hash of the piece that begins at each letter; those at the very end stand in a gap."""
    import numpy as np

    step, mix = np.uint32(0x85EBCA6B), np.uint32(0xC2B2AE35)
    size = len(letters)
    padded = np.concatenate([letters, np.zeros(_GAPS, dtype=np.uint32)])
    single = letters * np.uint32(0x9E3779B1)
    single ^= single >> np.uint32(16)
    pairs = (single + padded[1 : 1 + size]) * step
    fours = pairs.copy()
    for at in (2, 3):
        fours += padded[at : at + size]
        fours *= step
    hashes: NDArray[np.uint32] = np.where(letters >= _WIDE, pairs, fours)
    hashes ^= hashes >> np.uint32(15)
    hashes *= mix
    hashes ^= hashes >> np.uint32(13)
    return hashes
