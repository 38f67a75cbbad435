"""What a line must be before its messages, texts or outputs can be looked at."""

from bot.datasets.options import Form
from bot.datasets.rules.base import Example, JsonMap, JsonValue, Note, RuleSpec, Talk, json_type

_CHAT = "Azure OpenAI, customize a model: chat format (contract 1.3)"

LINE_NOT_OBJECT = RuleSpec(
    "line_not_object",
    "error",
    "Azure OpenAI, customize a model: one JSON object on each line (contract 1.3)",
    ("type",),
    why="The service refuses the whole file when one line is no object.",
)
FORMAT_OTHER = RuleSpec(
    "format_other",
    "error",
    "Together check_file: one form through the whole file (anchors B.2)",
    ("format", "form"),
    why="A line of another form has nothing that this kind of training could learn from, and the job fails on it.",
)
MESSAGES_MISSING = RuleSpec(
    "messages_missing",
    "error",
    _CHAT,
    why="Without messages there is nothing to train on, and the job fails.",
)
MESSAGES_TYPE = RuleSpec(
    "messages_type", "error", _CHAT, ("type",), why="The service reads messages from a list only."
)
MESSAGES_EMPTY = RuleSpec(
    "messages_empty",
    "error",
    "OpenAI cookbook, Together and mistral-finetune ask for a message (anchors B.2)",
    why="An example without a message teaches nothing, and the job fails on it.",
)
MESSAGE_TYPE = RuleSpec(
    "message_type",
    "error",
    "Together and mistral-finetune ask for objects (anchors B.2)",
    ("type",),
    why="A message without a role cannot be put into the conversation.",
)

SPECS = (LINE_NOT_OBJECT, FORMAT_OTHER, MESSAGES_MISSING, MESSAGES_TYPE, MESSAGES_EMPTY, MESSAGE_TYPE)

_DIALECTS = (
    ("preference", frozenset({"preferred_output"})),
    ("preference", frozenset({"non_preferred_output"})),
    ("chosen_rejected", frozenset({"chosen", "rejected"})),
    ("prompt_completion", frozenset({"prompt", "completion"})),
    ("prompt_response", frozenset({"prompt", "response"})),
    ("instruction", frozenset({"instruction", "output"})),
    ("conversations", frozenset({"conversations"})),
    ("contents", frozenset({"contents"})),
    ("text", frozenset({"text"})),
)
_NAMES: dict[Form, frozenset[str]] = {
    "chat": frozenset({"chat", "reinforcement"}),
    "preference": frozenset({"preference"}),
    "reinforcement": frozenset({"chat", "reinforcement"}),
    "prompt_response": frozenset({"prompt_completion", "prompt_response"}),
    "text": frozenset({"text"}),
}
_CHAT_KEYS = frozenset({"messages", "tools", "functions", "parallel_tool_calls"})

OTHER_FORMATS = ("chat", *dict.fromkeys(name for name, _ in _DIALECTS))
"""Values of `format` in `format_other` and `format_mixed`."""


def form_name(value: JsonValue) -> str | None:
    """The name of the form or dialect that a line is written in; None for one that is not known.

    A conversation that ends with a question and carries other keys beside it is one for reinforcement.
    """
    if not isinstance(value, dict):
        return None
    keys = value.keys()
    if "messages" in keys and not keys & {"preferred_output", "non_preferred_output", "chosen", "rejected"}:
        return "reinforcement" if _asks(value["messages"]) and keys - _CHAT_KEYS else "chat"
    return next((name for name, needed in _DIALECTS if needed <= keys), None)


def _asks(messages: JsonValue) -> bool:
    last = messages[-1] if isinstance(messages, list) and messages else None
    return isinstance(last, dict) and last.get("role") == "user"


def other_form(value: JsonValue, form: Form) -> str | None:
    """The name of the form of a line that is not built as `form`; None when it is, or has no known form."""
    name = form_name(value)
    return None if name is None or name in _NAMES[form] else "chat" if name == "reinforcement" else name


def object_of(value: JsonValue, form: Form, note: Note) -> dict[str, JsonValue] | None:
    """The object on a line, if it is one and of no other known form; otherwise None, with the reason noted."""
    if not isinstance(value, dict):
        note(LINE_NOT_OBJECT, type=json_type(value))
        return None
    other = other_form(value, form)
    if other is not None:
        note(FORMAT_OTHER, format=other, form=form)
        return None
    return value


def talk_of(holder: JsonMap, key: str, path: str, note: Note) -> Talk | None:
    """The conversation under `key`; None, with what is wrong noted, when there is none. `path` names it."""
    if key not in holder:
        note(MESSAGES_MISSING, path)
        return None
    messages = holder[key]
    if not isinstance(messages, list):
        note(MESSAGES_TYPE, path, type=json_type(messages))
        return None
    if not messages:
        note(MESSAGES_EMPTY, path)
    turns = [(index, message) for index, message in enumerate(messages) if isinstance(message, dict)]
    if len(turns) < len(messages):
        for index, message in enumerate(messages):
            if not isinstance(message, dict):
                note(MESSAGE_TYPE, f"{path}[{index}]", type=json_type(message))
    return Talk(path, turns, len(turns) == len(messages))


def example_of(value: JsonValue, note: Note) -> Example | None:
    """The chat in a decoded line; None, with what is wrong noted, when it has none."""
    return _example(value, "chat", note)


def reinforcement_of(value: JsonValue, note: Note) -> Example | None:
    """The example for reinforcement in a decoded line; None, with what is wrong noted, when it has none."""
    return _example(value, "reinforcement", note)


def _example(value: JsonValue, form: Form, note: Note) -> Example | None:
    line = object_of(value, form, note)
    talk = talk_of(line, "messages", "messages", note) if line is not None else None
    return Example(line, talk, form) if line is not None and talk is not None else None
