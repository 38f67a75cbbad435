"""Fields of the training modal that hold numbers and names: how they look and how they are read."""

import math
import re

from bot.facts.forms import FieldSpec
from handlers.blocks.primitives import Block, Element
from handlers.views.amounts import misread
from handlers.views.inputs import choice, field, number, text
from handlers.views.upload import file_input
from handlers.wording.markup import units
from handlers.wording.modals import say, wrong_suffix
from handlers.wording.numbers import plain as figure

ANY_SIGNS = "-_"
"""What a suffix may have beside letters and digits where the form does not say it."""
MOST_TYPED = 3000
"""Characters that Slack takes in one text input."""
HYPER = "hp:"
"""Before the name of a setting: its block."""
FILE = "hpf:"
"""Before the name of a setting that can be longer than a field: the block of the file that holds it."""
_SMALL = 0.001
_NUMBER_TYPED = 60
_QUOTED = 60
_NUMBER = re.compile(r"[+-]?(\d+([.,]\d*)?|[.,]\d+)(e[+-]?\d{1,3})?", re.IGNORECASE)


def limits(spec: FieldSpec, locale: str) -> str:
    """`From 1 to 10.`, nothing without bounds; with the value that lets the service decide, where that lies below."""
    if spec.auto is not None and spec.minimum is not None and spec.auto < spec.minimum:
        key = "field_from_or" if spec.maximum is None else "field_range_or"
        most = "" if spec.maximum is None else figure(spec.maximum)
        return say(key, locale, minimum=figure(spec.minimum), maximum=most, auto=figure(spec.auto))
    if spec.minimum is not None and spec.maximum is not None:
        return say("field_range", locale, minimum=figure(spec.minimum), maximum=figure(spec.maximum))
    if spec.minimum is not None:
        return say("field_from", locale, minimum=figure(spec.minimum))
    return say("field_to", locale, maximum=figure(spec.maximum)) if spec.maximum is not None else ""


def hyper_block(block_id: str, spec: FieldSpec, locale: str) -> Block:
    """One hyperparameter; empty means its default, or that the service decides."""
    empty, placeholder = say("field_auto", locale), say("ph_auto", locale)
    if spec.default is not None and spec.default != spec.auto:
        usual = spec.default if isinstance(spec.default, str) else figure(spec.default)
        empty, placeholder = say("field_default", locale, {"value": usual}), usual
    elif spec.default is not None and spec.auto is not None:
        empty = say("field_auto_as", locale, auto=figure(spec.auto))
    if spec.kind in ("text", "lines", "choice"):
        hint = (
            spec.hint if spec.required else f"{spec.hint} {empty if spec.default is not None else ''}".strip()
        )
        return field(block_id, spec.label, _element(spec, locale), hint=hint, optional=not spec.required)
    hint = " ".join(part for part in (spec.hint, limits(spec, locale), empty) if part)
    # The value for "the service decides" may lie below the range; typing it must not be refused.
    lowest = spec.minimum if spec.auto is None or spec.minimum is None else min(spec.minimum, spec.auto)
    value = None if isinstance(spec.value, str) else spec.value
    shown = None if value == spec.auto or not _fits(value, lowest, spec.maximum) else value
    if spec.kind == "float" and _small(spec):
        typed = "" if shown is None else figure(shown)
        element = text(spec.name, typed, most=_NUMBER_TYPED, placeholder=placeholder)
        return field(block_id, spec.label, element, hint=hint, optional=True)
    element = number(
        spec.name,
        decimal=spec.kind == "float",
        minimum=lowest,
        maximum=spec.maximum,
        initial=shown,
        placeholder=placeholder,
    )
    return field(block_id, spec.label, element, hint=hint, optional=True)


def hyper_blocks(spec: FieldSpec, like: str, locale: str) -> list[Block]:
    """The block of one hyperparameter, and one for a file where it can be longer than Slack lets people type.

    `like` is the job whose settings the form holds: one that no field can hold is meant when both are empty.
    """
    block = hyper_block(HYPER + spec.name, spec, locale)
    if not as_file(spec):
        return [block]
    empty = ""
    if kept(spec):
        empty = say("field_kept", locale, {"job": like})
    elif spec.required:
        empty = say("field_needed", locale)
    hint = " ".join(part for part in (spec.hint, empty) if part)
    by_file = field(
        FILE + spec.name,
        say("train_file", locale, {"name": spec.label}),
        file_input(f"{spec.name}_file"),
        hint=say("train_file_hint", locale, maximum=f"{spec.longest:,}"),
        optional=True,
    )
    return [field(HYPER + spec.name, spec.label, _element(spec, locale), hint=hint, optional=True), by_file]


def as_file(spec: FieldSpec) -> bool:
    """Whether it can be longer than what people can type."""
    return spec.kind == "lines" and spec.longest > MOST_TYPED


def kept(spec: FieldSpec) -> str:
    """What it was before, where that is too long for its field; "" otherwise."""
    value = spec.value if isinstance(spec.value, str) else ""
    return value if as_file(spec) and MOST_TYPED < units(value) <= spec.longest else ""


def _small(spec: FieldSpec) -> bool:
    """Whether it is usually written with an exponent (`5e-7`), which Slack's own input for numbers refuses."""
    default = spec.default if isinstance(spec.default, int | float) else None
    return any(one is not None and 0 < one < _SMALL for one in (default, spec.minimum))


def _element(spec: FieldSpec, locale: str) -> Element:
    value = spec.value if isinstance(spec.value, str) else ""
    if spec.kind == "choice":
        return choice(spec.name, spec.choices, value or None, say("choose", locale))
    return text(spec.name, value, most=min(spec.longest, MOST_TYPED), lines=spec.kind == "lines")


def read_text(given: str, spec: FieldSpec, locale: str) -> tuple[str | None, str]:
    """The text, or None and what is wrong with it."""
    if units(given) > spec.longest:
        return None, say("e_long", locale, maximum=str(spec.longest))
    if spec.kind == "choice" and given not in {one.value for one in spec.choices}:
        return None, _not_so(given, spec, locale)
    if spec.pattern and re.fullmatch(spec.pattern, given) is None:
        return None, misread(given, spec, locale) or _not_so(given, spec, locale)
    return given, ""


def _not_so(given: str, spec: FieldSpec, locale: str) -> str:
    """What was typed, and the form that is needed."""
    short = given if len(given) <= _QUOTED else given[: _QUOTED - 1] + "…"
    return say("e_form", locale, {"given": short, "hint": spec.hint})


def _fits(value: float | None, lowest: float | None, highest: float | None) -> bool:
    """Slack refuses a whole modal for one number outside its bounds, as a job made elsewhere may have it."""
    if value is None or not math.isfinite(value):
        return False
    return (lowest is None or value >= lowest) and (highest is None or value <= highest)


def read_number(text: str, spec: FieldSpec | None, locale: str) -> tuple[float | int | None, str]:
    """The number, or None and what is wrong with it."""
    if not _NUMBER.fullmatch(text):
        return None, say("e_number", locale)
    value = float(text.replace(",", "."))
    if not math.isfinite(value):
        return None, say("e_number", locale)
    whole = value.is_integer()
    if spec is not None:
        if spec.kind == "int" and not whole:
            return None, say("e_whole", locale)
        outside = (spec.minimum is not None and value < spec.minimum) or (
            spec.maximum is not None and value > spec.maximum
        )
        if outside and value != spec.auto:
            return None, say("e_range", locale, range=limits(spec, locale))
    keep_decimal = spec is not None and spec.kind == "float"
    return (int(value) if whole and not keep_decimal else value), ""


def read_seed(text: str, maximum: int, locale: str) -> tuple[int | None, str]:
    """The seed, None when the bot shall draw one; or what is wrong with it."""
    if not text:
        return None, ""
    if not re.fullmatch(r"[0-9]{1,10}", text) or int(text) > maximum:
        return None, say("e_seed", locale)
    return int(text), ""


def read_suffix(text: str, signs: str, locale: str) -> tuple[str | None, str]:
    """The suffix, None when there is none; or what is wrong with it. `signs`: what the service takes beside letters."""
    if not text:
        return None, ""
    if not re.fullmatch(rf"[A-Za-z0-9{re.escape(signs)}]+", text):
        return None, wrong_suffix(signs, locale)
    return text, ""
