"""Input blocks of modals, and reading what came back; nothing that came back is trusted."""

import math
import re
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from bot.facts.forms import Choice
from handlers.blocks.primitives import Block, Element, option, plain, select, usable
from handlers.wording.markup import units
from handlers.wording.numbers import plain as figure

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


class Untrusted(BaseModel):
    """Base of what Slack sends back: extra keys are ignored, values are checked."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class _Option(Untrusted):
    value: str
    text: dict[str, Any] = {}


class Answered(Untrusted):
    """What one input holds."""

    type: str = ""
    value: str | None = None
    selected_option: _Option | None = None
    selected_options: tuple[_Option, ...] = ()
    selected_date: str | None = None
    files: tuple[dict[str, Any], ...] = ()


Values = Mapping[str, object]
"""`view.state.values`: block id, then action id, then what was answered."""


def answered(values: Values, block_id: str) -> Answered:
    """The answer of a block, whatever its element is called; empty when there is none or it has another shape."""
    block = values.get(block_id)
    if not isinstance(block, Mapping):
        return Answered()
    for one in block.values():
        try:
            return Answered.model_validate(one)
        except ValidationError:
            continue
    return Answered()


def chosen(values: Values, block_id: str) -> str | None:
    """The value of the option that is chosen in a select."""
    found = answered(values, block_id).selected_option
    return found.value if found is not None and found.value else None


def several(values: Values, block_id: str) -> tuple[str, ...]:
    """The values of the options that are chosen in a select of several."""
    return tuple(one.value for one in answered(values, block_id).selected_options if one.value)


def label_of(values: Values, block_id: str) -> str:
    """The text of the option that is chosen in a select."""
    found = answered(values, block_id).selected_option
    text = found.text.get("text") if found is not None else None
    return text if isinstance(text, str) else ""


def typed(values: Values, block_id: str) -> str:
    """What was typed, without blanks around it."""
    return (answered(values, block_id).value or "").strip()


def dated(values: Values, block_id: str) -> str | None:
    """The day that is chosen, as `2027-01-31`."""
    return answered(values, block_id).selected_date or None


def field(
    block_id: str,
    label: str,
    element: Element,
    *,
    hint: str = "",
    optional: bool = False,
    dispatch: bool = False,
) -> Block:
    """An input block."""
    block: Block = {"type": "input", "block_id": block_id, "label": plain(label, 150), "element": element}
    if hint:
        block["hint"] = plain(hint, 1000)
    if optional:
        block["optional"] = True
    if dispatch:
        block["dispatch_action"] = True
    return block


def options(choices: Sequence[Choice]) -> list[Element]:
    """At most 100 options; a value that Slack would not take whole is left out, since half an id is another id."""
    return [option(one.label, one.value, one.note) for one in choices if usable(one.value)][:100]


def choice(action_id: str, choices: Sequence[Choice], initial: str | None, placeholder: str) -> Element:
    """A select over choices."""
    return select(action_id, options(choices), initial, placeholder)


def choices(action_id: str, choices: Sequence[Choice], placeholder: str) -> Element:
    """A select over choices of which several can be chosen."""
    shown = options(choices)
    return {
        "type": "multi_static_select",
        "action_id": action_id,
        "options": shown,
        "placeholder": plain(placeholder, 150),
    }


def number(
    action_id: str,
    *,
    decimal: bool,
    minimum: float | None,
    maximum: float | None,
    initial: float | None,
    placeholder: str = "",
) -> Element:
    """A number input; bounds are sent as text, as Slack wants them."""
    element: Element = {"type": "number_input", "action_id": action_id, "is_decimal_allowed": decimal}
    for name, value in (("min_value", minimum), ("max_value", maximum), ("initial_value", initial)):
        if value is not None and _writable(value, decimal=decimal):
            element[name] = figure(value)
    if placeholder:
        element["placeholder"] = plain(placeholder, 150)
    return element


def text(action_id: str, initial: str, *, most: int, lines: bool = False, placeholder: str = "") -> Element:
    """A text input of at most `most` characters; an initial text that is longer is left out."""
    element: Element = {"type": "plain_text_input", "action_id": action_id, "max_length": most}
    if lines:
        element["multiline"] = True
    if 0 < units(initial) <= most:
        element["initial_value"] = initial
    if placeholder:
        element["placeholder"] = plain(placeholder, 150)
    return element


def date(action_id: str, initial: str | None) -> Element:
    """A calendar; `initial` is `2027-01-31`."""
    element: Element = {"type": "datepicker", "action_id": action_id}
    if initial and _DAY.fullmatch(initial):
        element["initial_date"] = initial
    return element


def _writable(value: float, *, decimal: bool) -> bool:
    """Whether Slack reads the number: finite, without an exponent, whole where only whole ones are allowed."""
    return math.isfinite(value) and "e" not in figure(value) and (decimal or float(value).is_integer())


def modal(
    callback_id: str, title: str, blocks: Sequence[Block], *, close: str, submit: str = "", metadata: str = ""
) -> dict[str, object]:
    """A modal; without `submit` it only informs."""
    view: dict[str, object] = {
        "type": "modal",
        "callback_id": callback_id,
        "title": plain(title, 24),
        "close": plain(close, 24),
        "blocks": list(blocks)[:100],
        "private_metadata": metadata,
    }
    if submit:
        view["submit"] = plain(submit, 24)
    return view
