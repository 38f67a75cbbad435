"""The fast path: recognises a sound chat line with one typed decode, and is silent about all others.

A `Screen` accepts a line only if no rule would find anything in it; a property test holds it against the rules. What it
does not accept is read again by `bot.datasets.exact`. So a new rule changes this file only if it can fire on a line
that is accepted here.
"""

from typing import Any, Literal, NamedTuple

import msgspec
from msgspec import UNSET, Raw, Struct, UnsetType

from bot.datasets.exact import UNREADABLE, ExactReader
from bot.datasets.report import Param
from bot.datasets.rules.base import RuleSpec
from bot.datasets.tokens import ASCII, PER_EXAMPLE, PER_MESSAGE, text_units, value_units

Role = Literal["system", "developer", "user", "assistant", "tool", "function"]


class Tally(NamedTuple):
    """What a sound line adds to the statistics: the role of each message, and hundredths of tokens."""

    roles: list[str]
    units: int


class _Function(Struct, forbid_unknown_fields=True, gc=False):
    name: str
    arguments: str


class _ToolCall(Struct, forbid_unknown_fields=True, gc=False):
    id: str
    type: str
    function: _Function


class _Message(Struct, forbid_unknown_fields=True, gc=False):
    role: Role
    content: str | UnsetType | None = UNSET
    name: str | UnsetType = UNSET
    weight: Literal[0, 1] | UnsetType = UNSET
    tool_calls: list[_ToolCall] | UnsetType = UNSET
    tool_call_id: str | UnsetType = UNSET


class _Line(Struct, forbid_unknown_fields=True, gc=False):
    messages: list[_Message]
    tools: Raw | UnsetType = UNSET
    parallel_tool_calls: bool | UnsetType = UNSET


class _Declared(NamedTuple):
    """A `tools` value that was read exactly: how many quoted colons it holds, and its size."""

    colons: int
    units: int


_UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
_KEYS_OF_A_CALL = 5
_KEPT_DECLARATIONS = 64


class Screen:
    """The fast path for one file. It remembers the last few `tools`, which most lines of a file share."""

    def __init__(self) -> None:
        self._decode = msgspec.json.Decoder(_Line).decode
        self._declared: dict[bytes, _Declared | None] = {}

    def accept(self, line: bytes) -> Tally | None:
        """The tally of a sound line; None for a line that must be looked at closely."""
        try:
            example = self._decode(line)
        except _UNREADABLE:
            return None
        messages = example.messages
        if not messages or messages[-1].role != "assistant":
            return None
        units = PER_EXAMPLE + PER_MESSAGE * len(messages)
        roles: list[str] = []
        texts = 0
        rare = example.tools is not UNSET or example.parallel_tool_calls is not UNSET
        for message in messages:
            content = message.content
            roles.append(message.role)
            if isinstance(content, str) and content and (content[0] > " " or not content.isspace()):
                texts += 1
                units += len(content) * ASCII if content.isascii() else text_units(content)
            elif _may_lack_content(message, content):
                rare = True
                units += text_units(content) if isinstance(content, str) else 0
            else:
                return None
            if message.weight is not UNSET:
                if message.role != "assistant":
                    return None
                rare = True
            if not (message.name is message.tool_calls is message.tool_call_id is UNSET):
                rare = True
        if not rare:
            return Tally(roles, units) if _keys_once(line, len(messages), texts) else None
        extra = self._extra_units(line, example)
        return None if extra is None else Tally(roles, units + extra)

    def _extra_units(self, line: bytes, example: _Line) -> int | None:
        """Hundredths of tokens of what only some lines have; None when a key may be there twice."""
        keys = 1 + len(example.messages) + (example.parallel_tool_calls is not UNSET)
        units = 0
        if not isinstance(example.tools, UnsetType):
            declared = self._declaration(bytes(example.tools))
            if declared is None:
                return None
            keys += 1 + declared.colons
            units += declared.units
        for message in example.messages:
            keys += (
                (message.content is not UNSET)
                + (message.weight is not UNSET)
                + (message.tool_call_id is not UNSET)
            )
            if not isinstance(message.name, UnsetType):
                keys += 1
                units += text_units(message.name)
            if not isinstance(message.tool_calls, UnsetType):
                keys += 1 + _KEYS_OF_A_CALL * len(message.tool_calls)
                units += sum(map(_call_units, message.tool_calls))
        return units if _quoted_colons(line) == keys else None

    def _declaration(self, raw: bytes) -> _Declared | None:
        if raw not in self._declared:
            if len(self._declared) == _KEPT_DECLARATIONS:
                del self._declared[next(iter(self._declared))]
            self._declared[raw] = _declared(raw)
        return self._declared[raw]


def _may_lack_content(message: _Message, content: str | UnsetType | None) -> bool:
    return bool(message.tool_calls) or (isinstance(content, str) and message.role in ("tool", "function"))


def _keys_once(line: bytes, messages: int, texts: int) -> bool:
    """No key twice in a line that has only roles and texts.

    A quoted name stands in the bytes as often as the decoder found it. (A text that is just `role` makes this answer
    False, which only costs a closer look. A second key that is written with escapes is not seen here.)
    """
    return (
        line.count(b'"content"') == texts
        and line.count(b'"role"') == messages
        and line.count(b'"messages"') == 1
    )


def _quoted_colons(text: bytes) -> int:
    """Keys as they are written: quotes that a colon follows, without those inside texts."""
    return text.count(b'":') - text.count(b'\\":')


def _call_units(call: _ToolCall) -> int:
    return value_units(msgspec.to_builtins(call))


def _declared(raw: bytes) -> _Declared | None:
    flawed: list[str] = []

    def note(spec: RuleSpec, path: str = "", /, **params: Param) -> None:
        del path, params
        flawed.append(spec.id)

    value: Any = ExactReader().parse(raw, 0, note)
    if value is UNREADABLE or flawed:
        return None
    return _Declared(_quoted_colons(raw), value_units(value))
