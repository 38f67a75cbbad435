"""Hyperparameters of an order against what the service says of each: kinds, ranges, forms. Pure."""

import math
import re
from collections.abc import Mapping, Sequence

from bot.errors import Invalid
from providers.base import HyperParam, Value

FIELD = "hp:"
"""Before a name: the field that an error belongs to."""


def check_parameters(given: Mapping[str, Value], known: Sequence[HyperParam]) -> None:
    """Raise `Invalid` for a name that the model does not take, a value out of its range, or one that is missing."""
    described = {one.name: one for one in known}
    for name, value in given.items():
        one = described.get(name)
        if one is None:
            raise Invalid("hyperparameter_unknown", {"name": name}, field=FIELD + name)
        if isinstance(value, str):
            _text(one, value)
        elif one.auto is None or value != one.auto:
            _number(one, value)
    for one in known:
        if one.required and given.get(one.name) in (None, ""):
            raise Invalid("value_missing", {"name": one.label}, field=FIELD + one.name)


def _number(one: HyperParam, value: float) -> None:
    field = FIELD + one.name
    if one.kind not in ("int", "float"):
        raise Invalid("not_text", {"name": one.label}, field=field)
    if not math.isfinite(value):
        raise Invalid("not_number", {"name": one.label}, field=field)
    if one.kind == "int" and not isinstance(value, int):
        raise Invalid("not_whole", {"name": one.label}, field=field)
    if one.minimum is not None and value < one.minimum:
        raise Invalid("value_small", {"name": one.label, "minimum": one.minimum}, field=field)
    if one.maximum is not None and value > one.maximum:
        raise Invalid("value_large", {"name": one.label, "maximum": one.maximum}, field=field)


def _text(one: HyperParam, value: str) -> None:
    field = FIELD + one.name
    if one.kind in ("int", "float"):
        raise Invalid("not_number", {"name": one.label}, field=field)
    if one.kind == "choice" and value not in {each.value for each in one.options}:
        raise Invalid("value_form", {"name": one.label, "hint": one.hint}, field=field)
    if len(value) > one.longest:
        raise Invalid("value_long", {"name": one.label, "maximum": one.longest}, field=field)
    if one.pattern and re.fullmatch(one.pattern, value) is None:
        raise Invalid("value_form", {"name": one.label, "hint": one.hint}, field=field)
