"""The `$filter` of a metrics query: `A eq 'a1' and B eq 'b1' or B eq 'b2' and C eq '*'` (contract 3.3)."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from sandbox.azure_monitor.errors import MonitorError

ANY: Final = "*"
_TERM: Final = re.compile(r"\s*(?P<name>[A-Za-z][\w.-]*)\s+eq\s+'(?P<value>(?:[^']|'')*)'\s*", re.IGNORECASE)
_JOINT: Final = re.compile(r"(?P<word>and|or)\s+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Condition:
    """One dimension (in lower case) and the values it may have; `*` allows all. Values are compared without case."""

    dimension: str
    values: tuple[str, ...]

    def admits(self, dimensions: Mapping[str, str]) -> bool:
        """Whether a sample with these dimensions passes."""
        value = dimensions.get(self.dimension, "")
        return any(wanted == ANY or wanted.casefold() == value.casefold() for wanted in self.values)


def read_filter(text: str) -> tuple[Condition, ...]:
    """The conditions, all of which must hold, in the order given.

    Raises MonitorError for anything else than terms of `eq`, for `or` between different dimensions, and for a
    dimension that `and` names twice.
    """
    groups: dict[str, list[str]] = {}
    last = ""
    for joint, name, value in _terms(text):
        if joint == "or" and name != last:
            raise MonitorError("The filter '{}' is invalid: 'or' cannot separate different dimensions.", text)
        if joint != "or" and name in groups:
            raise MonitorError("The filter '{}' is invalid: 'and' names dimension '{}' twice.", text, name)
        groups.setdefault(name, []).append(value)
        last = name
    return tuple(Condition(name, tuple(values)) for name, values in groups.items())


def _terms(text: str) -> Iterator[tuple[str, str, str]]:
    """How each term is joined to the one before it ("" for the first), its dimension and its value."""
    at, joint = 0, ""
    while True:
        term = _TERM.match(text, at)
        if term is None:
            raise MonitorError("The filter '{}' is invalid at position {}.", text, at)
        yield joint, term["name"].lower(), term["value"].replace("''", "'")
        at = term.end()
        if at == len(text):
            return
        word = _JOINT.match(text, at)
        if word is None:
            raise MonitorError("The filter '{}' is invalid at position {}.", text, at)
        joint, at = word["word"].lower(), word.end()
