"""`name` of who speaks."""

import re

from bot.datasets.rules.base import Example, Note, Rule, RuleSpec, clipped, json_type
from bot.datasets.rules.sources import CHAT_API

NAME_PATTERN = r"^[a-zA-Z0-9_-]{1,64}\Z"
"""What participants and functions may be called. A line whose names all fit is sound in this respect."""
_FITS = re.compile(NAME_PATTERN)

NAME_TYPE = RuleSpec(
    "name_type",
    "error",
    CHAT_API,
    ("type",),
    why="A name is a word; the service refuses anything else.",
)
NAME_FORM = RuleSpec(
    "name_form",
    "warning",
    CHAT_API,
    ("name",),
    why="The chat API takes 1 to 64 letters, digits, _ and - only, so the model could never be asked with this name.",
)
FUNCTION_NAME_MISSING = RuleSpec(
    "function_name_missing",
    "error",
    CHAT_API,
    why="The result of a function says by its name which function it comes from; without it the line is refused.",
)

SPECS = (NAME_TYPE, NAME_FORM, FUNCTION_NAME_MISSING)


def name_fits(name: str) -> bool:
    """Whether the chat API takes this name for a participant or a function."""
    return _FITS.match(name) is not None


def _check(example: Example, note: Note) -> None:
    talk = example.talk
    for index, message in talk.turns:
        name = message.get("name")
        path = f"{talk.path}[{index}].name"
        if name is None:
            if message.get("role") == "function":
                note(FUNCTION_NAME_MISSING, path)
        elif not isinstance(name, str):
            note(NAME_TYPE, path, type=json_type(name))
        elif not name_fits(name):
            note(NAME_FORM, path, name=clipped(name))


NAMES = Rule(SPECS, _check)
