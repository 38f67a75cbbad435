"""The small language in which the tables of Block Kit are written.

A rule's `check(value, pointer)` yields `(json pointer, message)` for whatever Slack refuses, and nothing for
what it takes.
"""

import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

Refusal = tuple[str, str]


class Rule(Protocol):
    """What a value must be."""

    def check(self, value: Any, pointer: str) -> Iterator[Refusal]:
        """Yield what is wrong with the value at this JSON pointer."""
        ...


@dataclass(frozen=True, slots=True)
class Text:
    """A string; lengths in Unicode code points, as the corpus counts them."""

    max: int | None = None
    min: int = 0
    pattern: str | None = None

    def check(self, value: Any, pointer: str) -> Iterator[Refusal]:
        """Yield what is wrong with the string."""
        if not isinstance(value, str):
            yield pointer, "must be a string"
        elif len(value) < self.min:
            yield pointer, f"must be more than {self.min - 1} characters"
        elif self.max is not None and len(value) > self.max:
            yield pointer, f"must be less than {self.max + 1} characters"
        elif self.pattern is not None and re.fullmatch(self.pattern, value) is None:
            yield pointer, "must match the expected format"


@dataclass(frozen=True, slots=True)
class Number:
    """A finite number, by default an integer."""

    min: float | None = None
    max: float | None = None
    integer: bool = True
    above: float | None = None

    def check(self, value: Any, pointer: str) -> Iterator[Refusal]:
        """Yield what is wrong with the number."""
        wanted = int if self.integer else (int, float)
        if isinstance(value, bool) or not isinstance(value, wanted) or not math.isfinite(value):
            yield pointer, "must be an integer" if self.integer else "must be a number"
        elif self.min is not None and value < self.min:
            yield pointer, f"must be at least {self.min:g}"
        elif self.max is not None and value > self.max:
            yield pointer, f"must be at most {self.max:g}"
        elif self.above is not None and value <= self.above:
            yield pointer, f"must be greater than {self.above:g}"


@dataclass(frozen=True, slots=True)
class Flag:
    """A boolean."""

    def check(self, value: Any, pointer: str) -> Iterator[Refusal]:
        """Yield what is wrong with the boolean."""
        if not isinstance(value, bool):
            yield pointer, "must be a boolean"


@dataclass(frozen=True, slots=True)
class Choice:
    """One of some words."""

    words: frozenset[str]

    def check(self, value: Any, pointer: str) -> Iterator[Refusal]:
        """Yield a refusal for any other word."""
        if value not in self.words:
            yield pointer, "must be a valid enum value"


def choice(*words: str) -> Choice:
    """The rule for one of these words."""
    return Choice(frozenset(words))


@dataclass(frozen=True, slots=True)
class Anything:
    """A value that Slack does not look into."""

    def check(self, value: Any, pointer: str) -> Iterator[Refusal]:  # noqa: ARG002 - the protocol's signature
        """Yield nothing."""
        yield from ()


@dataclass(frozen=True, slots=True)
class Many:
    """A list with `min` to `max` items."""

    item: Rule
    min: int = 0
    max: int | None = None

    def check(self, value: Any, pointer: str) -> Iterator[Refusal]:
        """Yield what is wrong with the list and its items."""
        if not isinstance(value, list):
            yield pointer, "must be an array"
            return
        if len(value) < self.min:
            yield pointer, f"no less than {self.min} items allowed"
        if self.max is not None and len(value) > self.max:
            yield pointer, f"no more than {self.max} items allowed"
            return
        for number, item in enumerate(value):
            yield from self.item.check(item, f"{pointer}/{number}")


Extra = Callable[[Mapping[str, Any], str], Iterator[Refusal]]


@dataclass(frozen=True, slots=True)
class Form:
    """An object: required and optional fields, no others; `extras` see the object as a whole."""

    required: Mapping[str, Rule] = field(default_factory=dict)
    optional: Mapping[str, Rule] = field(default_factory=dict)
    extras: Sequence[Extra] = ()

    def check(self, value: Any, pointer: str) -> Iterator[Refusal]:
        """Yield what is wrong with the object and its fields."""
        if not isinstance(value, dict):
            yield pointer, "must be an object"
            return
        for name in self.required:
            if value.get(name) is None:
                yield pointer, f"missing required field: {name}"
        for name, item in value.items():
            rule = self.required.get(name) or self.optional.get(name)
            if rule is None:
                if name != "type":
                    yield pointer, f"invalid additional property: {name}"
            elif item is not None:
                yield from rule.check(item, f"{pointer}/{name}")
        for extra in self.extras:
            yield from extra(value, pointer)


@dataclass(frozen=True, slots=True)
class ByType:
    """An object whose `type` decides its form."""

    forms: Callable[[], Mapping[str, Rule]]

    def check(self, value: Any, pointer: str) -> Iterator[Refusal]:
        """Yield what is wrong with the object of this type."""
        if not isinstance(value, dict):
            yield pointer, "must be an object"
            return
        kind = value.get("type")
        form = self.forms().get(kind) if isinstance(kind, str) else None
        if form is None:
            yield f"{pointer}/type", f"unsupported type: {kind}"
            return
        yield from form.check(value, pointer)


def by_type(forms: Mapping[str, Rule]) -> ByType:
    """The rule for an object of one of these types."""
    return ByType(lambda: forms)


def exactly_one(*names: str) -> Extra:
    """Exactly one of these fields must be there."""

    def extra(value: Mapping[str, Any], pointer: str) -> Iterator[Refusal]:
        given = [name for name in names if value.get(name) is not None]
        if len(given) != 1:
            yield pointer, f"must provide exactly one of: {', '.join(names)}"

    return extra


def at_least_one(*names: str) -> Extra:
    """At least one of these fields must be there."""

    def extra(value: Mapping[str, Any], pointer: str) -> Iterator[Refusal]:
        if all(not value.get(name) for name in names):
            yield pointer, f"must provide at least one of: {', '.join(names)}"

    return extra


def in_order(low: str, high: str) -> Extra:
    """The number (or numeric string) in `low` may not exceed that in `high`."""

    def extra(value: Mapping[str, Any], pointer: str) -> Iterator[Refusal]:
        try:
            if float(value[low]) > float(value[high]):
                yield f"{pointer}/{low}", f"must not be greater than {high}"
        except (KeyError, TypeError, ValueError):
            return

    return extra
