"""What a message says: text, parts, or a call or refusal in their place."""

from bot.datasets.rules.base import Example, JsonMap, Note, Rule, RuleSpec, clipped, json_type
from bot.datasets.rules.sources import (
    AZURE_VISION,
    CHAT_API,
    COOKBOOK,
    EVERY_CHECKER,
    LLM_FOUNDRY,
    TOGETHER,
)
from bot.datasets.traits import Traits

CONTENT_MISSING = RuleSpec(
    "content_missing",
    "error",
    EVERY_CHECKER,
    why="The service refuses a message that says nothing and calls nothing.",
)
CONTENT_NULL = RuleSpec(
    "content_null",
    "error",
    COOKBOOK,
    why="Only a call of a tool or a refusal may stand in for the text, so the service refuses the line.",
)
CONTENT_TYPE = RuleSpec(
    "content_type",
    "error",
    TOGETHER,
    ("type",),
    why="Neither the service nor a chat template can read content that is neither text nor a list of parts.",
)
CONTENT_EMPTY = RuleSpec(
    "content_empty",
    "error",
    EVERY_CHECKER,
    why="There is nothing to learn from a blank message, and most services refuse it.",
)
CONTENT_PART = RuleSpec(
    "content_part",
    "error",
    CHAT_API,
    ("type",),
    why="A part without a type cannot be read, so the service refuses the line.",
)
CONTENT_PART_UNKNOWN = RuleSpec(
    "content_part_unknown",
    "error",
    f"{CHAT_API}; {AZURE_VISION}",
    ("part",),
    why="Models are trained on text and images only; a part of another type is refused.",
)
CONTENT_PART_TEXT = RuleSpec(
    "content_part_text",
    "error",
    CHAT_API,
    ("type",),
    why="A part that promises text and holds none is refused.",
)
CONTENT_PART_EMPTY = RuleSpec(
    "content_part_empty",
    "warning",
    CHAT_API,
    why="A blank part says nothing, and the service may refuse the line for it.",
)
CONTENT_PARTS_REFUSED = RuleSpec(
    "content_parts_refused",
    "error",
    LLM_FOUNDRY,
    why="This service reads content as one text and fails the run on a list.",
)
REFUSAL_TYPE = RuleSpec(
    "refusal_type",
    "error",
    CHAT_API,
    ("type",),
    why="A refusal is a text or null; anything else is refused.",
)

SPECS = (
    CONTENT_MISSING,
    CONTENT_NULL,
    CONTENT_TYPE,
    CONTENT_EMPTY,
    CONTENT_PART,
    CONTENT_PART_UNKNOWN,
    CONTENT_PART_TEXT,
    CONTENT_PART_EMPTY,
    CONTENT_PARTS_REFUSED,
    REFUSAL_TYPE,
)

TEXT_PARTS = {"text": "text", "refusal": "refusal"}
"""Types of part that hold text, and the key that it stands under."""
PART_TYPES = (*TEXT_PARTS, "image_url")

_MAY_BE_EMPTY = ("tool", "function")


def calls_a_tool(message: JsonMap) -> bool:
    """Whether the message asks for a tool or function, which stands in for content."""
    return bool(message.get("tool_calls")) or bool(message.get("function_call"))


def _excused(message: JsonMap) -> bool:
    return calls_a_tool(message) or bool(message.get("refusal"))


def _blank(text: str) -> bool:
    return not text or text.isspace()


def _part(path: str, part: object, note: Note) -> None:
    if not isinstance(part, dict):
        note(CONTENT_PART, path, type=json_type(part))
        return
    kind = part.get("type")
    if not isinstance(kind, str):
        note(CONTENT_PART, f"{path}.type", type=json_type(kind))
    elif kind not in PART_TYPES:
        note(CONTENT_PART_UNKNOWN, f"{path}.type", part=clipped(kind))
    elif key := TEXT_PARTS.get(kind):
        text = part.get(key)
        if not isinstance(text, str):
            note(CONTENT_PART_TEXT, f"{path}.{key}", type=json_type(text))
        elif _blank(text):
            note(CONTENT_PART_EMPTY, f"{path}.{key}")


def _content(path: str, message: JsonMap, traits: Traits, note: Note) -> None:
    excused = _excused(message)
    if "content" not in message:
        if not excused:
            note(CONTENT_MISSING, path)
        return
    content = message["content"]
    if content is None:
        if not excused:
            note(CONTENT_NULL, path)
    elif isinstance(content, str):
        if _blank(content) and not excused and message.get("role") not in _MAY_BE_EMPTY:
            note(CONTENT_EMPTY, path)
    elif not isinstance(content, list):
        note(CONTENT_TYPE, path, type=json_type(content))
    elif not traits.parts:
        note(CONTENT_PARTS_REFUSED, path)
    elif not content:
        note(CONTENT_EMPTY, path)
    else:
        for number, part in enumerate(content):
            _part(f"{path}[{number}]", part, note)


def content_rule(traits: Traits) -> Rule:
    """What each message must say."""

    def check(example: Example, note: Note) -> None:
        talk = example.talk
        for index, message in talk.turns:
            _content(f"{talk.path}[{index}].content", message, traits, note)
            refusal = message.get("refusal")
            if refusal is not None and not isinstance(refusal, str):
                note(REFUSAL_TYPE, f"{talk.path}[{index}].refusal", type=json_type(refusal))

    return Rule(SPECS, check)
