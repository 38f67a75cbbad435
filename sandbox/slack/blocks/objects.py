"""Composition objects: texts, options, confirmation dialogues, files of Slack (contract section 3.1)."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from sandbox.slack.blocks.rules import (
    Flag,
    Form,
    Many,
    Number,
    Refusal,
    Text,
    at_least_one,
    choice,
    exactly_one,
)

IDENTIFIER: Final = Text(max=255)
URL: Final = Text(min=1, max=3000)


@dataclass(frozen=True, slots=True)
class TextObject:
    """A text object of 1 to `max` characters in one of the given kinds."""

    max: int = 3000
    plain: bool = True
    mrkdwn: bool = True
    min: int = 1

    def check(self, value: Any, pointer: str) -> Iterator[Refusal]:
        """Yield what is wrong with the text object."""
        if not isinstance(value, dict):
            yield pointer, "must be an object"
            return
        kind = value.get("type")
        if not ((kind == "plain_text" and self.plain) or (kind == "mrkdwn" and self.mrkdwn)):
            yield f"{pointer}/type", f"unsupported type: {kind}"
            return
        optional = {"emoji": Flag()} if kind == "plain_text" else {"verbatim": Flag()}
        form = Form({"text": Text(min=self.min, max=self.max)}, optional)
        yield from form.check(value, pointer)


def plain(maximum: int, minimum: int = 1) -> TextObject:
    """A `plain_text` object of up to this length."""
    return TextObject(maximum, mrkdwn=False, min=minimum)


CONFIRM: Final = Form(
    {"title": plain(100), "text": TextObject(300), "confirm": plain(30), "deny": plain(30)},
    {"style": choice("primary", "danger")},
)

PLAIN_OPTION: Final = Form(
    {"text": plain(75), "value": Text(max=150)}, {"description": plain(75), "url": Text(max=3000)}
)
RICH_OPTION: Final = Form(
    {"text": TextObject(75), "value": Text(max=150)},
    {"description": TextObject(75), "url": Text(max=3000)},
)
OPTION_GROUP: Final = Form({"label": plain(75), "options": Many(PLAIN_OPTION, 1, 100)})

DISPATCH: Final = Form({"trigger_actions_on": Many(choice("on_enter_pressed", "on_character_entered"), 1, 2)})
CONVERSATION_FILTER: Final = Form(
    {},
    {
        "include": Many(choice("im", "mpim", "private", "public"), 1),
        "exclude_external_shared_channels": Flag(),
        "exclude_bot_users": Flag(),
    },
    (at_least_one("include", "exclude_external_shared_channels", "exclude_bot_users"),),
)

SLACK_FILE: Final = Form({}, {"id": Text(pattern=r"F[A-Z0-9]+"), "url": URL}, (exactly_one("id", "url"),))
INPUT_PARAMETER: Final = Form({"name": Text(min=1), "value": Text()})
TRIGGER: Final = Form({"url": URL}, {"customizable_input_parameters": Many(INPUT_PARAMETER)})
WORKFLOW: Final = Form({"trigger": TRIGGER})
URL_SOURCE: Final = Form({"url": URL, "text": Text(min=1)})
NOT_NEGATIVE: Final = Number(min=0)
