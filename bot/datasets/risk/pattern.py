"""Expressions over the raw bytes of lines, for one scan with hyperscan.

A line is JSON: a letter may stand there as itself, as `\\uXXXX`, and a slash as `\\/`. So an expression allows for both
ways of writing each letter that is not ASCII. ASCII that is written as `\\u00XX` has one expression for all
(`bot.datasets.risk.marks`).
"""

from typing import NamedTuple

SECRETS, CONTACTS, NUMBERS, TOPICS = 1, 2, 4, 8
"""Families of what is found: bits of `Pattern.family`."""
EVERY = SECRETS | CONTACTS | NUMBERS | TOPICS


class Pattern(NamedTuple):
    """One expression.

    Attributes:
        expression: in hyperscan's syntax, all bytes beyond ASCII as `\\xNN`, without flags for UTF-8. It never
            crosses a line feed before its last byte.
        caseless: ASCII letters match in either case.
        family: what may be in a line with a match; 0 for patterns that are no hint of a risk.
    """

    expression: bytes
    caseless: bool = False
    family: int = 0


_SPECIAL = frozenset(b"\\^$.|?*+()[]{}")


def literal(text: str) -> str:
    """Hyperscan's expression for `text` as UTF-8, its ASCII unescaped in the JSON except for slashes."""
    return "".join(_byte(byte) for byte in text.encode())


def escaped(text: str) -> str:
    """The same with every letter beyond ASCII as `\\uXXXX`; the hexadecimal digits need `caseless`."""
    return "".join(_byte(ord(letter)) if letter.isascii() else _units(letter) for letter in text)


def either_way(letter: str) -> str:
    """A group for one letter beyond ASCII: both cases, both ways of writing. It needs `caseless`."""
    forms = dict.fromkeys((letter, *(other for other in (letter.lower(), letter.upper()) if len(other) == 1)))
    return f"(?:{'|'.join([*map(literal, forms), *map(_units, forms)])})"


def _byte(byte: int) -> str:
    if byte == ord("/"):
        return r"\\?/"
    if byte >= 0x80:
        return f"\\x{byte:02x}"
    return f"\\{chr(byte)}" if byte in _SPECIAL else chr(byte)


def _units(letter: str) -> str:
    data = letter.encode("utf-16-be")
    return "".join(f"\\\\u{data[at : at + 2].hex()}" for at in range(0, len(data), 2))
