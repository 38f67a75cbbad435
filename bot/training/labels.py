"""Words inside a picture: which can be drawn, and where labels go so that none covers another."""

import unicodedata
from collections.abc import Sequence
from typing import NamedTuple

_SCRIPTS = ("LATIN", "GREEK", "CYRILLIC")


def drawable(text: str) -> str:
    """`text` without the words that the font of the pictures has no letters for.

    The pictures are drawn with the one font that matplotlib brings along, which knows no Chinese, Japanese or Korean
    and no scripts that need shaping. Ids and numbers always stay; what is left may be empty.
    """
    words = ["".join(filter(str.isprintable, word)) for word in text.split()]
    return " ".join(word for word in words if word and all(map(_has_glyph, word))).strip(" ·,-–—:")


def _has_glyph(letter: str) -> bool:
    if letter.isascii() or letter in "·–—…’‘“”°±×µ€£":
        return True
    return unicodedata.category(letter)[0] == "L" and unicodedata.name(letter, "").startswith(_SCRIPTS)


class Box(NamedTuple):
    """A label on the axis: where it is centred, its width (same unit), and in which row from 0 it stands."""

    centre: float
    width: float
    row: int


def place(wanted: Sequence[tuple[float, float]], low: float, high: float, rows: int) -> list[Box | None]:
    """Rows for labels so that labels of one row do not overlap.

    Args:
        wanted: centre and width of each, in the order of the axis; the last ones are the most important.
        low: no label begins before this.
        high: no label ends behind this.
        rows: how many rows there are.

    Returns:
        One box per label; None for a label that found no room.
    """
    placed: list[Box | None] = []
    taken: list[Box] = []
    for centre, width in reversed(wanted):
        half = width / 2
        middle = min(max(centre, low + half), high - half)
        box = next((Box(middle, width, row) for row in range(rows) if _free(taken, middle, width, row)), None)
        if box is not None and width <= high - low:
            taken.append(box)
            placed.append(box)
        else:
            placed.append(None)
    return placed[::-1]


def _free(taken: Sequence[Box], centre: float, width: float, row: int) -> bool:
    return all(box.row != row or abs(box.centre - centre) >= (box.width + width) / 2 for box in taken)
