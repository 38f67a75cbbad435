"""What a line must be before its messages can be looked at."""

from bot.datasets.rules.base import Example, JsonMap, JsonValue, Note, RuleSpec, Talk, json_type

LINE_NOT_OBJECT = RuleSpec("line_not_object", "error", "one JSON object per line (contract 1.3)", ("type",))
FORMAT_OTHER = RuleSpec(
    "format_other", "error", "fine-tuning of chat models reads `messages` (contract 1.3)", ("format",)
)
MESSAGES_MISSING = RuleSpec("messages_missing", "error", "chat form (contract 1.3)")
MESSAGES_TYPE = RuleSpec("messages_type", "error", "chat form (contract 1.3)", ("type",))
MESSAGES_EMPTY = RuleSpec("messages_empty", "error", "every checker asks for a message (anchors B.2)")
MESSAGE_TYPE = RuleSpec("message_type", "error", "every checker asks for objects (anchors B.2)", ("type",))

SPECS = (LINE_NOT_OBJECT, FORMAT_OTHER, MESSAGES_MISSING, MESSAGES_TYPE, MESSAGES_EMPTY, MESSAGE_TYPE)

_FORMS = (
    ("preference", frozenset({"preferred_output"})),
    ("preference", frozenset({"chosen", "rejected"})),
    ("prompt_completion", frozenset({"prompt", "completion"})),
    ("prompt_response", frozenset({"prompt", "response"})),
    ("instruction", frozenset({"instruction", "output"})),
    ("conversations", frozenset({"conversations"})),
    ("contents", frozenset({"contents"})),
    ("text", frozenset({"text"})),
)

OTHER_FORMATS = tuple(dict.fromkeys(name for name, _ in _FORMS))
"""Values of `format` in `format_other` and `format_mixed`."""


def other_format(value: JsonMap) -> str | None:
    """The name of the form that a line without `messages` is written in, if it is a known one."""
    keys = value.keys()
    if "messages" in keys:
        return None
    return next((name for name, needed in _FORMS if needed <= keys), None)


def example_of(value: JsonValue, note: Note) -> Example | None:
    """The example in a decoded line; None, with what is wrong noted, when it has none."""
    if not isinstance(value, dict):
        note(LINE_NOT_OBJECT, type=json_type(value))
        return None
    if "messages" not in value:
        other = other_format(value)
        if other is None:
            note(MESSAGES_MISSING, "messages")
        else:
            note(FORMAT_OTHER, format=other)
        return None
    messages = value["messages"]
    if not isinstance(messages, list):
        note(MESSAGES_TYPE, "messages", type=json_type(messages))
        return None
    if not messages:
        note(MESSAGES_EMPTY, "messages")
    turns = [(index, message) for index, message in enumerate(messages) if isinstance(message, dict)]
    if len(turns) < len(messages):
        for index, message in enumerate(messages):
            if not isinstance(message, dict):
                note(MESSAGE_TYPE, f"messages[{index}]", type=json_type(message))
    return Example(value, Talk("messages", turns, len(turns) == len(messages)))
