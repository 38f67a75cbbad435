"""`functions`: the obsolete way to declare and call functions, written as tools.

    "functions": [F]                              "tools": [{"type": "function", "function": F}]
    "function_call": {"name", "arguments"}        "tool_calls": [{"id", "type": "function", "function": {…}}]
    {"role": "function", "name": N, …}            {"role": "tool", "tool_call_id": ID, "name": N, …}

The ids that the obsolete form does not have are made of the call's place: `call_3` is called by `messages[3]`, so the
same file always gets the same ids. An example is written anew as a whole or not at all: where a result belongs to no
call, or a call in the middle has no result, only a person knows what was meant. An empty `functions` declares nothing
and is cut.
"""

from collections.abc import Iterator, Sequence

from bot.datasets.repair.example import Talk, Turn, Written
from bot.datasets.repair.spans import Edit, Member, Span, elements, without
from bot.datasets.rules.base import JsonValue


def functions(example: Written) -> list[Edit]:
    """Edits that write an example's functions as tools; none where it has none, or where it is unclear."""
    if not _obsolete(example):
        return []
    edits = _declarations(example)
    for talk in example.talks:
        turned = _messages(example, talk)
        if edits is None or turned is None:
            return []
        edits += turned
    return edits or []


def _obsolete(example: Written) -> bool:
    return "functions" in example.holder or any(
        turn.value.get("function_call") is not None or turn.role == "function"
        for talk in example.talks
        for turn in talk.turns
    )


def _declarations(example: Written) -> list[Edit] | None:
    if "functions" not in example.holder:
        return []
    listed, line = example.holder["functions"], example.line
    if listed is None or listed == []:
        return _dropped(example.members, "functions")
    if "tools" in example.holder or not isinstance(listed, list):
        return None
    if not all(_is_function(one) for one in listed):
        return None
    member = example.member("functions")
    opening = b"{" + _pair(line, member, b'"type"', b'"function"') + b'"function"' + _colon(line, member)
    edits = [Edit(member.start, member.key_end, b'"tools"')]
    for span in elements(line, member.value):
        edits += _wrapped(span, opening, b"}")
    return edits


def _is_function(value: JsonValue) -> bool:
    return isinstance(value, dict) and isinstance(value.get("name"), str) and "function" not in value


def _messages(example: Written, talk: Talk) -> list[Edit] | None:
    edits: list[Edit] = []
    taken = set(_ids(example))
    waiting: tuple[str, JsonValue] | None = None
    for place, turn in enumerate(talk.turns, talk.first):
        if (turn.role == "function") != (waiting is not None):
            return None
        if waiting is not None:
            if turn.value.get("name", waiting[1]) != waiting[1] or "tool_call_id" in turn.value:
                return None
            edits += _result(turn, waiting[0])
            waiting = None
        if "function_call" not in turn.value:
            continue
        call = turn.value["function_call"]
        if call is None:
            edits += _dropped(turn.members, "function_call")
            continue
        name = f"call_{place}"
        if (
            turn.role != "assistant"
            or "tool_calls" in turn.value
            or name in taken
            or not isinstance(call, dict)
        ):
            return None
        if not isinstance(call.get("name"), str) or not isinstance(call.get("arguments"), str):
            return None
        edits += _call(turn, name)
        waiting = (name, call["name"])
    return edits


def _ids(example: Written) -> Iterator[str]:
    for turn in (turn for talk in example.talks for turn in talk.turns):
        calls = turn.value.get("tool_calls")
        for call in calls if isinstance(calls, list) else ():
            if isinstance(call, dict) and isinstance(call.get("id"), str):
                yield call["id"]


def _call(turn: Turn, name: str) -> list[Edit]:
    line, member = turn.line, turn.member("function_call")
    opening = (
        b"[{"
        + _pair(line, member, b'"id"', f'"{name}"'.encode())
        + _pair(line, member, b'"type"', b'"function"')
        + b'"function"'
        + _colon(line, member)
    )
    return [Edit(member.start, member.key_end, b'"tool_calls"'), *_wrapped(member.value, opening, b"}]")]


def _result(turn: Turn, name: str) -> list[Edit]:
    line, role = turn.line, turn.member("role")
    behind = _comma(line, role) + b'"tool_call_id"' + _colon(line, role) + f'"{name}"'.encode()
    return [Edit(role.value.start, role.value.end, b'"tool"' + behind)]


def _dropped(listed: Sequence[Member], key: str) -> list[Edit]:
    places = [index for index, member in enumerate(listed) if member.key == key]
    return without([member.span for member in listed], places)


def _wrapped(span: Span, before: bytes, after: bytes) -> list[Edit]:
    return [Edit(span.start, span.start, before), Edit(span.end, span.end, after)]


def _pair(line: bytes, like: Member, key: bytes, value: bytes) -> bytes:
    """A member with its comma, with blanks as they are around `like`."""
    return key + _colon(line, like) + value + _comma(line, like)


def _colon(line: bytes, like: Member) -> bytes:
    return line[like.key_end : like.value.start]


def _comma(line: bytes, like: Member) -> bytes:
    return b", " if _colon(line, like).endswith(b" ") else b","
