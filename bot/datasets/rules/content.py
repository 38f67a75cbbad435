"""What a message says."""

from bot.datasets.rules.base import Example, JsonMap, Note, Rule, RuleSpec, json_type

CONTENT_MISSING = RuleSpec("content_missing", "error", "every checker asks for content (anchors B.2)")
CONTENT_NULL = RuleSpec("content_null", "error", "null only beside a tool or function call (anchors B.2)")
CONTENT_TYPE = RuleSpec("content_type", "error", "text, or a list of parts (anchors B.2)", ("type",))
CONTENT_EMPTY = RuleSpec("content_empty", "error", "nothing to learn from, or refused (anchors B.2)")
CONTENT_PART = RuleSpec("content_part", "error", "a part is an object with a `type` (anchors B.2)", ("type",))

_MAY_BE_EMPTY = ("tool", "function")


def calls_a_tool(message: JsonMap) -> bool:
    """Whether the message asks for a tool or function, which stands in for content."""
    return bool(message.get("tool_calls")) or bool(message.get("function_call"))


def _parts(path: str, parts: list[object], note: Note) -> None:
    for number, part in enumerate(parts):
        if not isinstance(part, dict):
            note(CONTENT_PART, f"{path}[{number}]", type=json_type(part))
        elif not isinstance(part.get("type"), str):
            note(CONTENT_PART, f"{path}[{number}].type", type=json_type(part.get("type")))


def _message(index: int, message: JsonMap, note: Note) -> None:
    path = f"messages[{index}].content"
    excused = calls_a_tool(message)
    if "content" not in message:
        if not excused:
            note(CONTENT_MISSING, path)
        return
    content = message["content"]
    if content is None:
        if not excused:
            note(CONTENT_NULL, path)
    elif isinstance(content, str):
        if (not content or content.isspace()) and not excused and message.get("role") not in _MAY_BE_EMPTY:
            note(CONTENT_EMPTY, path)
    elif not isinstance(content, list):
        note(CONTENT_TYPE, path, type=json_type(content))
    elif not content:
        note(CONTENT_EMPTY, path)
    else:
        _parts(path, content, note)


def _check(example: Example, note: Note) -> None:
    for index, message in example.talk.turns:
        _message(index, message, note)


CONTENT = Rule((CONTENT_MISSING, CONTENT_NULL, CONTENT_TYPE, CONTENT_EMPTY, CONTENT_PART), _check)
