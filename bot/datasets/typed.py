"""Chat lines as types, for one strict decode, and what rules may learn from such a line beside its texts.

A key of a line holds everything that a rule may depend on, so that lines with the same key have
the same findings. That holds for lines that name each key of an object once, which is counted here.
"""

import re
from collections.abc import Callable, Hashable
from typing import Any, Literal

import msgspec
from msgspec import UNSET, Raw, Struct, UnsetType


class Function(Struct, forbid_unknown_fields=True, gc=False):
    """What is called."""

    name: str
    arguments: str


class Call(Struct, forbid_unknown_fields=True, gc=False):
    """One call of a tool."""

    id: str
    type: Literal["function"]
    function: Function


class Message(Struct, forbid_unknown_fields=True, gc=False, tag_field="role"):
    """What all messages may have. The class stands for the role."""

    content: str | UnsetType | None = UNSET
    weight: Literal[0, 1] | UnsetType = UNSET
    name: str | UnsetType = UNSET


class System(Message, tag="system", gc=False):
    """Role `system`."""


class Developer(Message, tag="developer", gc=False):
    """Role `developer`."""


class User(Message, tag="user", gc=False):
    """Role `user`."""


class Assistant(Message, tag="assistant", gc=False):
    """Role `assistant`."""

    tool_calls: list[Call] | UnsetType = UNSET


class Tool(Message, tag="tool", gc=False):
    """Role `tool`."""

    tool_call_id: str | UnsetType = UNSET


class Line(Struct, forbid_unknown_fields=True, gc=False):
    """A line of a chat file."""

    messages: list[System | Developer | User | Assistant | Tool]
    tools: Raw | UnsetType = UNSET
    parallel_tool_calls: bool | UnsetType = UNSET


UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
"""What a decoder raises for a line that it does not take."""

Key = tuple[Hashable, ...]

_ENDING_IN_BACKSLASH = re.compile(rb'(?<!\\)(?:\\\\)+":')
_SPACED = re.compile(rb'"[ \t\r]+:')
_LONGEST_NAME = 64
_KEYS_OF_A_CALL = 5
_KEPT_DECLARATIONS = 64
_NOTHING, _BLANK, _SAID = range(3)


def decoder() -> Callable[[bytes], Line]:
    """A decoder of lines; it raises one of `UNREADABLE`."""
    return msgspec.json.Decoder(Line).decode


def lines_decoder() -> Callable[[bytes], list[Line]]:
    """A decoder of many lines in one go; it raises one of `UNREADABLE`."""
    return msgspec.json.Decoder(Line).decode_lines


def role_of(kind: type[Message]) -> str:
    """The role that a class stands for."""
    return str(kind.__struct_config__.tag)


def unnamed(text: bytes) -> bool:
    """Whether `keys_written` cannot tell the keys of this JSON: one has white space before its colon, or ends
    in `\\`."""
    if b'\\\\":' in text and _ENDING_IN_BACKSLASH.search(text) is not None:
        return True
    return (b" :" in text or b"\t:" in text or b"\r:" in text) and _SPACED.search(text) is not None


def keys_written(text: bytes) -> int:
    """Keys as they are written: quotes that a colon follows, without those inside texts. See `unnamed`."""
    return text.count(b'":') - text.count(b'\\":')


class ToolKeys:
    """Keys of lines that declare or call tools. It remembers the last few `tools`, which most lines of a file share."""

    def __init__(self, regular: Callable[[bytes], bool]) -> None:
        self._regular = regular
        self._declared: dict[bytes, tuple[int, int] | None] = {}
        self._serial = 0
        self._last, self._last_text = Raw(), b""
        self._last_inside: tuple[int, int] | None = None

    def key(self, line: bytes, example: Line) -> Key | None:
        """All that a rule may depend on; None for a line that must be read closely, or of which `unnamed` is true."""
        keys = 1 + len(example.messages) + (example.parallel_tool_calls is not UNSET)
        serial = 0
        if isinstance(example.tools, UnsetType):
            written = keys_written(line)
        else:
            # Nearly always the same as in the line before.
            if example.tools != self._last:
                self._last = example.tools.copy()
                self._last_text = bytes(self._last)
                self._last_inside = self._inside(self._last_text)
            if self._last_inside is None:
                return None
            inside, serial = self._last_inside
            at = line.rfind(self._last_text)
            written = keys_written(line[:at]) + keys_written(line[at + len(self._last_text) :]) + inside
            keys += 1 + inside
        ids: dict[str, int] = {"": -1}
        parts: list[Hashable] = []
        for message in example.messages:
            content = message.content
            weight, name = message.weight, message.name
            keys += (content is not UNSET) + (weight is not UNSET) + (name is not UNSET)
            detail: Hashable = None
            if isinstance(message, Tool):
                given = message.tool_call_id
                if not isinstance(given, UnsetType):
                    keys += 1
                    detail = ids.setdefault(given, len(ids))
            elif isinstance(message, Assistant) and not isinstance(message.tool_calls, UnsetType):
                keys += 1 + _KEYS_OF_A_CALL * len(message.tool_calls)
                calls = _calls(message.tool_calls, ids)
                if not calls:
                    return None
                detail = calls
            if not isinstance(name, UnsetType) and len(name) > _LONGEST_NAME:
                return None
            parts.append((message.__class__, weight, name, _kind(content), detail))
        if written != keys:
            return None
        return (tuple(parts), serial, example.parallel_tool_calls)

    def _inside(self, tools: bytes) -> tuple[int, int] | None:
        """Keys inside a `tools` value and a number for it; None when it is not sound JSON."""
        if tools not in self._declared:
            if len(self._declared) == _KEPT_DECLARATIONS:
                del self._declared[next(iter(self._declared))]
            self._serial += 1
            self._declared[tools] = (keys_written(tools), self._serial) if self._regular(tools) else None
        return self._declared[tools]


def _kind(content: str | UnsetType | None) -> Hashable:
    if not isinstance(content, str):
        return content
    return _SAID if content and not content.isspace() else _BLANK if content else _NOTHING


def _calls(calls: list[Call], ids: dict[str, int]) -> tuple[Hashable, ...] | None:
    """Which ids, which functions, and which arguments by name."""
    shapes: list[Hashable] = []
    for call in calls:
        try:
            given: Any = msgspec.json.decode(call.function.arguments)
        except (msgspec.DecodeError, UnicodeError, RecursionError):
            return None
        if not isinstance(given, dict) or len(call.function.name) > _LONGEST_NAME:
            return None
        shapes.append((ids.setdefault(call.id, len(ids)), call.function.name, *given))
    return tuple(shapes)
