"""What the tables are written in."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

Params = Mapping[str, str | int | float]


class Words(NamedTuple):
    """Words of a rule.

    Attributes:
        message: `{subject}` is the JSON path where there is one, else `subject`; other names are parameters.
        remedy: what to do, for the same names.
        subject: what the message is about where there is no path.
        many: the message for several lines, where the lines themselves are what it is about ("17 lines are blank").
        derive: names that only this rule's sentences have, made of the parameters.
    """

    message: str
    remedy: str
    subject: str = "the line"
    many: str = ""
    derive: Callable[[Params], Mapping[str, str]] | None = None


def counted(number: int, one: str, many: str) -> str:
    """`1 line`, `2,140 lines`."""
    return f"{number:,} {one if number == 1 else many}"
