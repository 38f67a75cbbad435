"""The forms that a line of data can have (contract 1.3): a conversation, a preference, a prompt with what is graded."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec

from sandbox.training.data import Turn

ROLES: Final = frozenset({"system", "developer", "user", "assistant", "tool", "function"})


class MalformedError(Exception):
    """A line is JSON, but not of the wanted form; the arguments end the sentence "line N …"."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line. `turns` is what is learnt or asked, `rejected` the answer of a preference that is not wanted.

    `item` are the keys beside `messages` that a grader reads.
    """

    turns: list[Turn]
    rejected: list[Turn] = field(default_factory=list)
    item: Mapping[str, Any] = field(default_factory=dict)


def conversation(row: Any) -> Line:
    """A line of supervised training. Raises MalformedError."""
    messages = _messages(row, "messages")
    turns = [_turn(message, f"messages[{index}]") for index, message in enumerate(messages)]
    if not any(isinstance(m, dict) and m.get("role") == "assistant" for m in messages):
        raise MalformedError("has no assistant message")
    return Line(turns)


def preference(row: Any) -> Line:
    """A line of preference training: one input, a wanted and an unwanted output. Raises MalformedError."""
    given = row.get("input") if isinstance(row, dict) else None
    if not isinstance(given, dict):
        raise MalformedError("has no 'input' object")
    asked = [
        _turn(message, f"input.messages[{index}]")._replace(learnt=False)
        for index, message in enumerate(_messages(given, "messages"))
    ]
    outputs = []
    for name in ("preferred_output", "non_preferred_output"):
        messages = _messages(row, name)
        if any(not isinstance(one, dict) or one.get("role") != "assistant" for one in messages):
            raise MalformedError(name, "has a message that is not the assistant's")
        outputs.append([_turn(message, f"{name}[{index}]") for index, message in enumerate(messages)])
    return Line([*asked, *outputs[0]], [*asked, *outputs[1]])


def prompt(row: Any) -> Line:
    """A line of reinforcement: messages that end with the user's, and the item's other keys. Raises MalformedError."""
    messages = _messages(row, "messages")
    turns = [
        _turn(message, f"messages[{index}]")._replace(learnt=False) for index, message in enumerate(messages)
    ]
    if messages[-1].get("role") != "user":
        raise MalformedError("does not end with a user message")
    return Line(turns, item={name: value for name, value in row.items() if name != "messages"})


READERS: Final[Mapping[str, Callable[[Any], Line]]] = {
    "chat": conversation,
    "preference": preference,
    "prompt": prompt,
}


def _messages(holder: Any, name: str) -> list[Any]:
    messages = holder.get(name) if isinstance(holder, dict) else None
    if not isinstance(messages, list):
        raise MalformedError("has no", f"'{name}'", "list")
    if not messages:
        raise MalformedError("has no", name)
    return messages


def _turn(message: Any, where: str) -> Turn:
    if not isinstance(message, dict):
        raise MalformedError(where, "is not an object")
    role = message.get("role")
    if not isinstance(role, str) or role not in ROLES:
        raise MalformedError(where, "has an unknown role")
    weight = message.get("weight", 1)
    if "weight" in message and (role != "assistant" or isinstance(weight, bool) or weight not in (0, 1)):
        raise MalformedError(where, "has a weight other than 0 or 1")
    return Turn(_content(message, where), role == "assistant" and weight == 1)


def _content(message: Mapping[str, Any], where: str) -> str:
    content = message.get("content")
    if isinstance(content, str) and content:
        return content
    if isinstance(content, list) and content:
        texts = [part.get("text", "") for part in content if isinstance(part, dict)]
        return " ".join(text for text in texts if isinstance(text, str))
    if message.get("role") == "assistant" and (message.get("tool_calls") or message.get("function_call")):
        return msgspec.json.encode(message.get("tool_calls") or message["function_call"]).decode()
    raise MalformedError(where, "has no content")
