"""Forms of numbers that are known by themselves, without a word beside them.

`FORMS` are for raw lines: in the common part of `re` and hyperscan, and looser than what the finders ask for. A decoded
text is looked through by its outline (`outline_of`), in which each form is a few fixed strings: looking for those is
many times faster than an expression, and digits behind a decimal point are passed over.
"""

import functools
import heapq
import re
from collections.abc import Iterable, Iterator

FORMS = (
    # What is written without groups: cards, France, China. A run of digits matches once, and not at all behind a
    # decimal point, where no number begins, or when it is too long. Up to four may belong to a `\uXXXX` before it.
    "[^0-9.,][0-9]{14,23}[^0-9]",
    "[0-9][0-9]{3}[ -][0-9]{4}[ 0-9-][0-9]",  # cards, India
    "[0-9][0-9]{5}[-+A-FU-Y][0-9]{3}",  # Sweden, Finland, Korea
    "[0-9][0-9]{2}-[0-9]{2}-[0-9]{4}",  # United States
    r"[0-9]\.[0-9]{3}-[0-9]{2}",  # Brazil
    "[0-9][0-9][A-EHLMPRST][0-9]{2}[A-Z][0-9]{3}[A-Z]",  # Italy
)
OF_CARDS = frozenset({0, 1})
"""Places of those that cards have."""
ACCOUNT = "[A-Z][A-Z][0-9]{2} ?[A-Z0-9]{4} ?[A-Z0-9]{4}"

_OUTLINES = (
    (b" 00000000000000",),
    (b" 0000 0000 0", b" 0000 00000", b" 0000-0000-0", b" 0000-00000"),
    (b" 000000-000", b" 00000000-000", b" 000000A000"),
    (b" 000-00-0000",),
    (b" 000.000.000-00",),
    (b" AAAAAA00A00A000A",),
)
"""For each of `FORMS`, in the same order: what is in the outline of every text with such a number."""
_PLACED = tuple((drawn, place) for place, each in enumerate(_OUTLINES) for drawn in each)
_OUTLINE_OF_ACCOUNT = b"AA00"


def _drawn(byte: int) -> str:
    letter = chr(byte)
    if byte >= 0x80:
        return " "
    if letter.isdigit():
        return "0"
    if letter.isupper():
        return "A"
    if letter.islower() or letter in "_,/":
        return "x"
    return "-" if letter == "+" else letter if letter in ".-" else " "


_DRAWN = "".join(map(_drawn, range(256))).encode()


def outline_of(text: str) -> bytes:
    """A blank, then one byte for each character of `text`.

    `0` a digit, `A` a capital, `-` minus and plus, `.` itself, `x` whatever else no number begins behind, ` ` the rest.
    """
    return b" " + text.encode("latin-1", "replace").translate(_DRAWN)


def forms_in(outline: bytes) -> frozenset[int]:
    """Which of `FORMS` are in a text and may be a number of their own there, by their places."""
    return frozenset([place for drawn, place in _PLACED if drawn in outline])


def starts_of(outline: bytes, forms: Iterable[int]) -> Iterator[int]:
    """Where in the text numbers of these forms may begin, in order."""
    there = [drawn for form in forms for drawn in _OUTLINES[form] if drawn in outline]
    return (
        _starts(outline, there[0])
        if len(there) == 1
        else heapq.merge(*(_starts(outline, one) for one in there))
    )


def _starts(outline: bytes, drawn: bytes) -> Iterator[int]:
    # The outline has one blank more than the text at its head, the form one at its own.
    at = outline.find(drawn)
    while at >= 0:
        yield at
        at = outline.find(drawn, at + 1)


def has_account(text: str, outline: bytes) -> bool:
    """Whether `ACCOUNT` is in `text`."""
    return _OUTLINE_OF_ACCOUNT in outline and _account().search(text) is not None


@functools.cache
def _account() -> "re.Pattern[str]":
    return re.compile(ACCOUNT)
