"""Limits, texts and elements of Block Kit for `tests.blockkit`."""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

from tests.specs import specs_root

Problem = str
Found = Iterator[Problem]
Check = Callable[[Mapping[str, Any], str], Found]

_MARKUP = re.compile(
    r"<(?:@[UW][A-Z0-9]+|!subteam\^S[A-Z0-9]+|#[CG][A-Z0-9]+|!date\^\d+\^[^<>|]*(?:\^https?://[^<>|]+)?\|[^<>|]*|https?://[^<>|\s]+(?:\|[^<>|]*)?)>"
)

_ENTITY = re.compile(r"&(?!(?:amp|lt|gt);)")


@lru_cache(maxsize=1)
def limits() -> Mapping[str, int]:
    path = specs_root() / "slack" / "block-kit" / "slackblocks-3.0.0-limits.flat.json"
    return json.loads(path.read_text(encoding="utf-8"))  # type: ignore[no-any-return]  # a flat object of numbers


def element_problems(element: Any, where: str = "element", among: frozenset[str] | None = None) -> Found:
    """What is wrong with one element."""
    if not isinstance(element, Mapping):
        yield f"{where}: not an object"
        return
    kind = str(element.get("type"))
    if kind not in _ELEMENTS or (among is not None and kind not in among):
        yield f"{where}: {kind} is not allowed here"
        return
    allowed, check = _ELEMENTS[kind]
    yield from (f"{where}: unknown key {key}" for key in element if key not in allowed | {"type"})
    if "action_id" in element:
        yield from length_problems(element["action_id"], "action_id", f"{where}.action_id", least=1)
    if "placeholder" in element:
        name = "select" if kind.endswith("select") else kind.replace("plain_text_input", "plain_text_input")
        yield from text_problems(
            element["placeholder"], f"{where}.placeholder", f"{name}.placeholder", ("plain_text",)
        )
    if "confirm" in element:
        yield from _confirm(element["confirm"], f"{where}.confirm")
    yield from check(element, where)


def _button(element: Mapping[str, Any], where: str) -> Found:
    yield from text_problems(element.get("text"), f"{where}.text", "button.text", ("plain_text",))
    yield from length_problems(element.get("value", ""), "button.value", f"{where}.value")
    yield from _url(element, "button.url", where)
    yield from length_problems(
        element.get("accessibility_label", ""), "button.accessibility_label", f"{where}.accessibility_label"
    )
    if element.get("style", "primary") not in {"primary", "danger"}:
        yield f"{where}.style: {element['style']}"


def _overflow(element: Mapping[str, Any], where: str) -> Found:
    shown = element.get("options", [])
    if len(shown) < limits()["overflow.options.min_items"]:
        yield f"{where}.options: empty"
    yield from count_problems(shown, "overflow.options", f"{where}.options")
    yield from _options(shown, where, url=True)


def _select(element: Mapping[str, Any], where: str) -> Found:
    if ("options" in element) == ("option_groups" in element):
        yield f"{where}: options or option_groups"
    groups = element.get("option_groups", [])
    yield from count_problems(groups, "select.option_groups", f"{where}.option_groups")
    for group in groups:
        yield from text_problems(group["label"], where, "option_group.label", ("plain_text",))
        if not group["options"]:
            yield f"{where}.option_groups: an empty group"
        yield from count_problems(group["options"], "option_group.options", where)
    shown = element.get("options", [])
    if "options" in element and not shown:
        yield f"{where}.options: empty"
    yield from count_problems(shown, "select.options", f"{where}.options")
    yield from _options(shown, where, url=False)
    initial = element.get("initial_option")
    if initial is not None and "options" in element and initial not in shown:
        yield f"{where}.initial_option: not among the options"


def _multi_select(element: Mapping[str, Any], where: str) -> Found:
    yield from _select(element, where)
    for one in element.get("initial_options", []):
        if one not in element.get("options", []):
            yield f"{where}.initial_options: not among the options"


def _external(element: Mapping[str, Any], where: str) -> Found:
    yield from _options([element["initial_option"]] if "initial_option" in element else [], where, url=False)
    if element.get("min_query_length", 1) < 0:
        yield f"{where}.min_query_length: negative"


def _datepicker(element: Mapping[str, Any], where: str) -> Found:
    initial = element.get("initial_date", "2026-01-31")
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", str(initial)):
        yield f"{where}.initial_date: {initial!r}"


def _file_input(element: Mapping[str, Any], where: str) -> Found:
    number = element.get("max_files", 10)
    if not limits()["file_input.max_files.min"] <= number <= limits()["file_input.max_files.max"]:
        yield f"{where}.max_files: {number}"


def _text_input(element: Mapping[str, Any], where: str) -> Found:
    longest = element.get("max_length", 3000)
    if (
        not limits()["plain_text_input.max_length.min"]
        <= longest
        <= limits()["plain_text_input.max_length.max"]
    ):
        yield f"{where}.max_length: {longest}"
    if len(element.get("initial_value", "")) > longest:
        yield f"{where}.initial_value: longer than max_length"


def _number_input(element: Mapping[str, Any], where: str) -> Found:
    if not isinstance(element.get("is_decimal_allowed"), bool):
        yield f"{where}.is_decimal_allowed: required"
    form = r"-?\d+(\.\d+)?" if element.get("is_decimal_allowed") else r"-?\d+"
    bounds = {}
    for name in ("min_value", "max_value", "initial_value"):
        if name in element:
            if not isinstance(element[name], str) or not re.fullmatch(form, element[name]):
                yield f"{where}.{name}: {element[name]!r} is no number as text"
                return
            bounds[name] = float(element[name])
    low, high = bounds.get("min_value", -1e300), bounds.get("max_value", 1e300)
    if low > high:
        yield f"{where}: min_value above max_value"
    if not low <= bounds.get("initial_value", low) <= high:
        yield f"{where}.initial_value: outside its bounds"


def _options(shown: Sequence[Mapping[str, Any]], where: str, *, url: bool) -> Found:
    values = [one.get("value") for one in shown]
    if len(set(values)) != len(values):
        yield f"{where}.options: a value twice"
    for at, one in enumerate(shown):
        here = f"{where}.options[{at}]"
        yield from (f"{here}: unknown key {key}" for key in one if key not in _OPTION_KEYS)
        yield from text_problems(one.get("text"), f"{here}.text", "option.text")
        yield from length_problems(one.get("value", ""), "option.value", f"{here}.value", least=1)
        if "description" in one:
            yield from text_problems(one["description"], f"{here}.description", "option.description")
        if "url" in one and not url:
            yield f"{here}.url: only in an overflow menu"
        yield from _url(one, "option.url", here)


def _confirm(dialog: Mapping[str, Any], where: str) -> Found:
    for name in ("title", "text", "confirm", "deny"):
        kinds = ("plain_text", "mrkdwn") if name == "text" else ("plain_text",)
        yield from text_problems(dialog.get(name), f"{where}.{name}", f"confirmation.{name}", kinds)
    yield from (f"{where}: unknown key {key}" for key in dialog if key not in _CONFIRM_KEYS)


def _url(thing: Mapping[str, Any], limit: str, where: str) -> Found:
    url = thing.get("url")
    if url is None:
        return
    yield from length_problems(url, limit, f"{where}.url", least=1)
    if not re.match(r"https?://\S+$", str(url)):
        yield f"{where}.url: {url!r}"


def text_problems(
    value: Any, where: str, limit: str, kinds: Sequence[str] = ("plain_text", "mrkdwn")
) -> Found:
    if (
        not isinstance(value, Mapping)
        or value.get("type") not in kinds
        or not isinstance(value.get("text"), str)
    ):
        yield f"{where}: no text of {kinds}"
        return
    text = value["text"]
    if not text.strip():
        yield f"{where}: blank"
    most = limits()["text.max_length"]
    # Context elements and fields share a limit; the flat list names it once.
    most = min(most, limits().get(f"{limit}.max_length", limits().get(f"{limit}_max_length", most)))
    if len(text) > most:
        yield f"{where}: longer than {most}"
    allowed = {"type", "text", "verbatim"} if value["type"] == "mrkdwn" else {"type", "text", "emoji"}
    yield from (f"{where}: unknown key {key}" for key in value if key not in allowed)
    if value["type"] == "mrkdwn":
        yield from markup_problems(text, where)


def markup_problems(markup: str, where: str) -> Found:
    """Nothing but mentions of people, groups and channels, dates and links may be formed, and entities are whole."""
    rest = _MARKUP.sub("", markup)
    if "<" in rest or ">" in rest:
        at = min(index for index in (rest.find("<"), rest.find(">")) if index >= 0)
        yield f"{where}: unescaped markup in {rest[max(0, at - 20) : at + 30]!r}"
    if _ENTITY.search(rest):
        yield f"{where}: half an entity in {rest[-40:]!r}"
    if any("\ud800" <= mark <= "\udfff" for mark in markup):
        yield f"{where}: half a character"


def length_problems(value: Any, limit: str, where: str, least: int = 0) -> Found:
    if not isinstance(value, str):
        yield f"{where}: no text"
    elif not least <= len(value) <= limits()[f"{limit}.max_length"]:
        yield f"{where}: of length {len(value)}"


def count_problems(items: Sequence[Any], limit: str, where: str) -> Found:
    if len(items) > limits()[f"{limit}.max_items"]:
        yield f"{where}: more than {limits()[f'{limit}.max_items']}"


def image_problems(block: Mapping[str, Any], where: str) -> Found:
    if ("image_url" in block) == ("slack_file" in block):
        yield f"{where}: one of image_url and slack_file"
    yield from length_problems(block.get("image_url", "x"), "image.image_url", f"{where}.image_url", least=1)
    yield from length_problems(block.get("alt_text", ""), "image.alt_text", f"{where}.alt_text", least=1)
    if "title" in block:
        yield from text_problems(block["title"], f"{where}.title", "image.title", ("plain_text",))


_OPTION_KEYS = frozenset({"text", "value", "description", "url"})
_CONFIRM_KEYS = frozenset({"title", "text", "confirm", "deny", "style"})
_ELEMENTS: Mapping[str, tuple[frozenset[str], Check]] = {
    "button": (
        frozenset({"text", "action_id", "value", "url", "style", "confirm", "accessibility_label"}),
        _button,
    ),
    "overflow": (frozenset({"action_id", "options", "confirm"}), _overflow),
    "static_select": (
        frozenset(
            {
                "action_id",
                "options",
                "option_groups",
                "initial_option",
                "placeholder",
                "confirm",
                "focus_on_load",
            }
        ),
        _select,
    ),
    "multi_static_select": (
        frozenset(
            {
                "action_id",
                "options",
                "option_groups",
                "initial_options",
                "max_selected_items",
                "placeholder",
                "confirm",
                "focus_on_load",
            }
        ),
        _multi_select,
    ),
    "external_select": (
        frozenset(
            {"action_id", "initial_option", "min_query_length", "placeholder", "confirm", "focus_on_load"}
        ),
        _external,
    ),
    "datepicker": (
        frozenset({"action_id", "initial_date", "placeholder", "confirm", "focus_on_load"}),
        _datepicker,
    ),
    "file_input": (frozenset({"action_id", "filetypes", "max_files"}), _file_input),
    "plain_text_input": (
        frozenset(
            {
                "action_id",
                "initial_value",
                "multiline",
                "min_length",
                "max_length",
                "placeholder",
                "dispatch_action_config",
                "focus_on_load",
            }
        ),
        _text_input,
    ),
    "number_input": (
        frozenset(
            {
                "action_id",
                "is_decimal_allowed",
                "initial_value",
                "min_value",
                "max_value",
                "placeholder",
                "dispatch_action_config",
                "focus_on_load",
            }
        ),
        _number_input,
    ),
    "image": (frozenset({"image_url", "slack_file", "alt_text"}), image_problems),
}
