"""The inputs of a view: what each holds, and what the client refuses to submit (contract sections 1.3 and 3.1)."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from sandbox.slack.blocks.fill import interactive
from sandbox.slack.files import FILE_INPUT_MAX_BYTES, File

State = dict[str, dict[str, dict[str, Any]]]
FindFile = Callable[[str], File | None]

# type of the element: field of the state, field with the value at first, whether it is a list
FIELDS: Final[Mapping[str, tuple[str, str, bool]]] = {
    "plain_text_input": ("value", "initial_value", False),
    "number_input": ("value", "initial_value", False),
    "email_text_input": ("value", "initial_value", False),
    "url_text_input": ("value", "initial_value", False),
    "rich_text_input": ("rich_text_value", "initial_value", False),
    "static_select": ("selected_option", "initial_option", False),
    "external_select": ("selected_option", "initial_option", False),
    "radio_buttons": ("selected_option", "initial_option", False),
    "users_select": ("selected_user", "initial_user", False),
    "conversations_select": ("selected_conversation", "initial_conversation", False),
    "channels_select": ("selected_channel", "initial_channel", False),
    "multi_static_select": ("selected_options", "initial_options", True),
    "multi_external_select": ("selected_options", "initial_options", True),
    "checkboxes": ("selected_options", "initial_options", True),
    "multi_users_select": ("selected_users", "initial_users", True),
    "multi_conversations_select": ("selected_conversations", "initial_conversations", True),
    "multi_channels_select": ("selected_channels", "initial_channels", True),
    "datepicker": ("selected_date", "initial_date", False),
    "timepicker": ("selected_time", "initial_time", False),
    "datetimepicker": ("selected_date_time", "initial_date_time", False),
    "file_input": ("files", "", True),
}
REQUIRED: Final = "Please complete this required field."


def full_state(blocks: list[dict[str, Any]], known: State, given: State) -> State:
    """The state of every input: what the page gave, else what was known, else what the element begins with."""
    state: State = {}
    for block in blocks:
        for element in interactive(block):
            if element["type"] not in FIELDS:
                continue
            field, initial, several = FIELDS[element["type"]]
            block_id, action_id = block["block_id"], element["action_id"]
            entry: dict[str, Any] = {"type": element["type"]}
            entry[field] = element.get(initial, [] if several else None)
            for source in (known, given):
                value = (source.get(block_id) or {}).get(action_id)
                if isinstance(value, dict) and field in value:
                    entry[field] = value[field]
            if entry[field] == "":
                entry[field] = None
            if element["type"] == "timepicker" and "timezone" in element:
                entry["timezone"] = element["timezone"]
            state.setdefault(block_id, {})[action_id] = entry
    return state


def refusals(blocks: list[dict[str, Any]], state: State, find_file: FindFile) -> dict[str, str]:
    """What the client says at the fields instead of submitting, by block id."""
    found: dict[str, str] = {}
    for block in blocks:
        element = block.get("element")
        if block.get("type") != "input" or not isinstance(element, dict):
            continue
        field, _initial, _several = FIELDS[element["type"]]
        value = state[block["block_id"]][element["action_id"]][field]
        if value in (None, [], ""):
            if not block.get("optional"):
                found[block["block_id"]] = REQUIRED
            continue
        refusal = next(_refused(element, value, find_file), None)
        if refusal is not None:
            found[block["block_id"]] = refusal
    return found


def _refused(element: dict[str, Any], value: Any, find_file: FindFile) -> Iterator[str]:
    kind = element["type"]
    if kind == "plain_text_input":
        yield from _length(element, value)
    elif kind == "number_input":
        yield from _number(element, value)
    elif kind == "email_text_input" and re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", value) is None:
        yield "Enter a valid email address."
    elif kind == "url_text_input" and re.fullmatch(r"https?://\S+", value) is None:
        yield "Enter a valid URL."
    elif kind == "file_input":
        yield from _files(element, value, find_file)
    elif kind in {"static_select", "multi_static_select", "radio_buttons", "checkboxes"}:
        yield from _options(element, value)
    if isinstance(value, list) and len(value) > element.get("max_selected_items", len(value)):
        yield f"Choose at most {element['max_selected_items']} items."


def _length(element: dict[str, Any], value: str) -> Iterator[str]:
    low, high = element.get("min_length", 0), element.get("max_length", 3000)
    if len(value) < low:
        yield f"Enter at least {low} characters."
    if len(value) > high:
        yield f"Enter at most {high} characters."


def _number(element: dict[str, Any], value: str) -> Iterator[str]:
    decimal = element.get("is_decimal_allowed")
    if re.fullmatch(r"-?\d+(\.\d+)?" if decimal else r"-?\d+", str(value)) is None:
        yield "Enter a number." if decimal else "Enter a whole number."
        return
    low, high = element.get("min_value"), element.get("max_value")
    if low is not None and float(value) < float(low):
        yield f"Enter a number of at least {low}."
    if high is not None and float(value) > float(high):
        yield f"Enter a number of at most {high}."


def _files(element: dict[str, Any], value: list[dict[str, Any]], find_file: FindFile) -> Iterator[str]:
    most = element.get("max_files", 10)
    if len(value) > most:
        yield f"Upload at most {most} files."
    endings = tuple(f".{ending.lower()}" for ending in element.get("filetypes") or ())
    for entry in value:
        file = find_file(str(entry.get("id")))
        if file is None or not file.uploaded:
            yield "This file could not be uploaded."
        elif file.size > FILE_INPUT_MAX_BYTES:
            yield f"{file.name} is larger than 10 MB."
        elif endings and not file.name.lower().endswith(endings):
            yield f"{file.name} is not of a supported file type."


def _options(element: dict[str, Any], value: Any) -> Iterator[str]:
    groups = element.get("option_groups") or [{"options": element.get("options") or []}]
    known = {option["value"] for group in groups for option in group["options"]}
    for chosen in value if isinstance(value, list) else [value]:
        if not isinstance(chosen, dict) or chosen.get("value") not in known:
            yield "Choose one of the options."
