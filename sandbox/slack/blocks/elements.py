"""Block elements: buttons, selects, inputs, pictures (contract section 3.1)."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from sandbox.slack.blocks.objects import (
    CONFIRM,
    CONVERSATION_FILTER,
    DISPATCH,
    IDENTIFIER,
    NOT_NEGATIVE,
    OPTION_GROUP,
    PLAIN_OPTION,
    RICH_OPTION,
    SLACK_FILE,
    URL,
    WORKFLOW,
    plain,
)
from sandbox.slack.blocks.rules import (
    Anything,
    Extra,
    Flag,
    Form,
    Many,
    Number,
    Refusal,
    Rule,
    Text,
    choice,
    exactly_one,
    in_order,
)

ACTION: Final[Mapping[str, Rule]] = {"action_id": IDENTIFIER}
COMMON: Final[Mapping[str, Rule]] = {**ACTION, "confirm": CONFIRM, "focus_on_load": Flag()}
PLACEHOLDER: Final = plain(150)
IDS: Final = Many(Text(min=1))
STYLE: Final = choice("primary", "danger")
LABEL: Final = Text(max=75)


def _numeric(*names: str) -> Extra:
    def extra(value: Mapping[str, Any], pointer: str) -> Iterator[Refusal]:
        decimal = value.get("is_decimal_allowed") is True
        form = r"-?\d+(\.\d+)?" if decimal else r"-?\d+"
        for name in names:
            given = value.get(name)
            if given is not None and (not isinstance(given, str) or re.fullmatch(form, given) is None):
                yield f"{pointer}/{name}", "must be a string that holds a number"

    return extra


def _initial_among(field: str, several: bool) -> Extra:
    """What is selected at first must be one of the options."""

    def extra(value: Mapping[str, Any], pointer: str) -> Iterator[Refusal]:
        given = value.get(field)
        groups = value.get("option_groups") or [{"options": value.get("options")}]
        if given is None or not isinstance(groups, list):
            return
        options = [
            option for group in groups if isinstance(group, dict) for option in (group.get("options") or [])
        ]
        for chosen in given if several and isinstance(given, list) else [given]:
            if chosen not in options:
                yield f"{pointer}/{field}", "must be one of the options"

    return extra


def _select(several: bool, own: Mapping[str, Rule], required: Mapping[str, Rule], *extras: Extra) -> Form:
    optional: dict[str, Rule] = {**COMMON, "placeholder": PLACEHOLDER, **own}
    if several:
        optional["max_selected_items"] = Number(min=1)
    return Form(required, optional, extras)


def _selects() -> dict[str, Rule]:
    forms: dict[str, Rule] = {}
    for several in (False, True):
        prefix = "multi_" if several else ""
        one = "initial_options" if several else "initial_option"
        initial: Rule = Many(PLAIN_OPTION, 1) if several else PLAIN_OPTION
        forms[f"{prefix}static_select"] = _select(
            several,
            {
                "options": Many(PLAIN_OPTION, 1, 100),
                "option_groups": Many(OPTION_GROUP, 1, 100),
                one: initial,
            },
            {},
            exactly_one("options", "option_groups"),
            _initial_among(one, several),
        )
        forms[f"{prefix}external_select"] = _select(
            several, {"min_query_length": NOT_NEGATIVE, one: initial}, {}
        )
        for word in ("users", "conversations", "channels"):
            own: dict[str, Rule] = {f"initial_{word}" if several else f"initial_{word[:-1]}": IDS}
            if not several:
                own = {f"initial_{word[:-1]}": Text(min=1)}
                if word != "users":
                    own["response_url_enabled"] = Flag()
            if word == "conversations":
                own |= {"default_to_current_conversation": Flag(), "filter": CONVERSATION_FILTER}
            forms[f"{prefix}{word}_select"] = _select(several, own, {})
    return forms


SELECTS: Final = _selects()

IMAGE: Final = Form(
    {"alt_text": Text(max=2000, min=1)},
    {"image_url": URL, "slack_file": SLACK_FILE},
    (exactly_one("image_url", "slack_file"),),
)

BUTTON: Final = Form(
    {"text": plain(75)},
    {
        **ACTION,
        "url": Text(max=3000),
        "value": Text(max=2000),
        "style": STYLE,
        "confirm": CONFIRM,
        "accessibility_label": LABEL,
    },
)

PICKERS: Final[Mapping[str, Rule]] = {
    "datepicker": Form(
        {}, {**COMMON, "placeholder": PLACEHOLDER, "initial_date": Text(pattern=r"\d{4}-\d{2}-\d{2}")}
    ),
    "timepicker": Form(
        {},
        {
            **COMMON,
            "placeholder": PLACEHOLDER,
            "initial_time": Text(pattern=r"([01]\d|2[0-3]):[0-5]\d"),
            "timezone": Text(min=1),
        },
    ),
    "datetimepicker": Form({}, {**COMMON, "initial_date_time": Number(min=0, max=9_999_999_999)}),
}

CHOICES: Final[Mapping[str, Rule]] = {
    "checkboxes": Form(
        {"options": Many(RICH_OPTION, 1, 10)},
        {**COMMON, "initial_options": Many(RICH_OPTION, 1)},
        (_initial_among("initial_options", several=True),),
    ),
    "radio_buttons": Form(
        {"options": Many(RICH_OPTION, 1, 10)},
        {**COMMON, "initial_option": RICH_OPTION},
        (_initial_among("initial_option", several=False),),
    ),
}

_WRITING: Final[Mapping[str, Rule]] = {
    **ACTION,
    "focus_on_load": Flag(),
    "placeholder": PLACEHOLDER,
    "dispatch_action_config": DISPATCH,
}

INPUTS: Final[Mapping[str, Rule]] = {
    "plain_text_input": Form(
        {},
        {
            **_WRITING,
            "initial_value": Text(max=3000),
            "multiline": Flag(),
            "min_length": Number(min=0, max=3000),
            "max_length": Number(min=1, max=3000),
        },
        (in_order("min_length", "max_length"),),
    ),
    "number_input": Form(
        {"is_decimal_allowed": Flag()},
        {**_WRITING, "initial_value": Anything(), "min_value": Anything(), "max_value": Anything()},
        (
            _numeric("initial_value", "min_value", "max_value"),
            in_order("min_value", "max_value"),
            in_order("min_value", "initial_value"),
            in_order("initial_value", "max_value"),
        ),
    ),
    "email_text_input": Form({}, {**_WRITING, "initial_value": Text()}),
    "url_text_input": Form({}, {**_WRITING, "initial_value": Text()}),
    "rich_text_input": Form(
        {},
        {
            **_WRITING,
            "initial_value": Anything(),
            "min_lines": Number(min=1, max=100),
            "max_lines": Number(min=1, max=100),
        },
        (in_order("min_lines", "max_lines"),),
    ),
    "file_input": Form({}, {**ACTION, "filetypes": Many(Text(min=1)), "max_files": Number(min=1, max=10)}),
}

OVERFLOW: Final = Form({"options": Many(PLAIN_OPTION, 1, 5)}, {**ACTION, "confirm": CONFIRM})
WORKFLOW_BUTTON: Final = Form(
    {"text": plain(75), "workflow": WORKFLOW}, {**ACTION, "style": STYLE, "accessibility_label": LABEL}
)

FEEDBACK_BUTTON: Final = Form({"text": plain(75), "value": Text(max=2000)}, {"accessibility_label": LABEL})
CONTEXT_ACTIONS: Final[Mapping[str, Rule]] = {
    "feedback_buttons": Form(
        {"positive_button": FEEDBACK_BUTTON, "negative_button": FEEDBACK_BUTTON}, ACTION
    ),
    "icon_button": Form(
        {"icon": Text(min=1), "text": plain(75)},
        {
            **ACTION,
            "value": Text(max=2000),
            "confirm": CONFIRM,
            "accessibility_label": LABEL,
            "visible_to_user_ids": Many(Text(min=1), 0, 10),
        },
    ),
}

IN_ACTIONS: Final[Mapping[str, Rule]] = {
    "button": BUTTON,
    "overflow": OVERFLOW,
    "workflow_button": WORKFLOW_BUTTON,
    **SELECTS,
    **PICKERS,
    **CHOICES,
    "rich_text_input": INPUTS["rich_text_input"],
}
IN_SECTION: Final[Mapping[str, Rule]] = {
    "image": IMAGE,
    "button": BUTTON,
    "overflow": OVERFLOW,
    "workflow_button": WORKFLOW_BUTTON,
    **SELECTS,
    **PICKERS,
    **CHOICES,
}
IN_INPUT: Final[Mapping[str, Rule]] = {**SELECTS, **PICKERS, **CHOICES, **INPUTS}
