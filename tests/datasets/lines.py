"""Lines as programs write them, for Hypothesis: sound ones, and sound ones with one thing changed."""

import json
from typing import Any

from hypothesis import strategies as st

Message = dict[str, Any]

SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=8,
)
TRICKY = [
    "role",
    "content",
    "messages",
    ": ",
    '":',
    '\\":',
    "返金",
    "é",
    "🙂",
    "a\\",
    "\t\n",
    '{"role": "user"}',
]
TEXTS = st.text(min_size=1, max_size=20) | st.sampled_from(TRICKY) | st.just("Where is my parcel?")
CALLS = st.fixed_dictionaries(
    {
        "id": TEXTS,
        "type": st.just("function"),
        "function": st.fixed_dictionaries({"name": TEXTS, "arguments": TEXTS}),
    }
)
ASKING: st.SearchStrategy[Message] = st.fixed_dictionaries(
    {"role": st.sampled_from(["system", "developer", "user"]), "content": TEXTS}, optional={"name": TEXTS}
)
ANSWERING: st.SearchStrategy[Message] = st.fixed_dictionaries(
    {"role": st.just("assistant"), "content": TEXTS}, optional={"weight": st.sampled_from([0, 1])}
)
CALLING: st.SearchStrategy[Message] = st.fixed_dictionaries(
    {"role": st.just("assistant"), "tool_calls": st.lists(CALLS, min_size=1, max_size=2)},
    optional={"content": st.none() | st.just("") | TEXTS},
)
RESULTS: st.SearchStrategy[Message] = st.fixed_dictionaries(
    {"role": st.just("tool"), "content": st.just("") | TEXTS, "tool_call_id": TEXTS}
)
SCHEMAS = st.fixed_dictionaries(
    {"type": st.just("function"), "function": st.dictionaries(st.text(max_size=6), VALUES, max_size=3)}
)
AROUND: st.SearchStrategy[dict[str, Any]] = st.just({}) | st.fixed_dictionaries(
    {}, optional={"tools": st.lists(SCHEMAS, max_size=2), "parallel_tool_calls": st.booleans()}
)
MESSAGES = st.lists(ASKING | ANSWERING | CALLING | RESULTS, max_size=3)


class Pairs(dict[str, object]):
    """A JSON object whose keys may come twice."""

    def __init__(self, pairs: list[tuple[str, object]]) -> None:
        super().__init__(pairs)
        self.pairs = pairs


def written(value: object, separators: tuple[str, str], *, ascii_only: bool) -> str:
    comma, colon = separators
    if isinstance(value, dict):
        pairs = value.pairs if isinstance(value, Pairs) else list(value.items())
        members = (
            json.dumps(key, ensure_ascii=ascii_only)
            + colon
            + written(inner, separators, ascii_only=ascii_only)
            for key, inner in pairs
        )
        return "{" + comma.join(members) + "}"
    if isinstance(value, list):
        return "[" + comma.join(written(inner, separators, ascii_only=ascii_only) for inner in value) + "]"
    return json.dumps(value, ensure_ascii=ascii_only)


def _changed(draw: st.DrawFn, messages: list[Message]) -> None:
    place = draw(st.integers(0, len(messages) - 1))
    message = messages[place]
    key = draw(st.sampled_from(sorted(message)))
    match draw(st.sampled_from(["twice", "gone", "other", "extra", "message"])):
        case "twice":
            again = message[key] if draw(st.booleans()) else draw(VALUES)
            messages[place] = Pairs([*message.items(), (key, again)])
        case "gone":
            messages[place] = {name: value for name, value in message.items() if name != key}
        case "other":
            messages[place] = {**message, key: draw(VALUES)}
        case "extra":
            name = draw(st.sampled_from(["weight", "refusal", "function_call", "note"]))
            messages[place] = {**message, name: draw(VALUES | st.sampled_from([1.0, True, 2]))}
        case _:
            del messages[place]


@st.composite
def lines(draw: st.DrawFn) -> bytes:
    """One line without a line feed."""
    messages: list[Message] = [*draw(MESSAGES), draw(ANSWERING)]
    top = draw(AROUND)
    pairs: list[tuple[str, object]] = [("messages", messages), *top.items()]
    change = draw(st.sampled_from(["none", "none", "none", "message", "top", "cut", "byte"]))
    if change == "message":
        _changed(draw, messages)
    elif change == "top":
        pairs.append((draw(st.sampled_from(["messages", "tools", "id"])), draw(VALUES)))
    separators = draw(st.sampled_from([(", ", ": "), (",", ":"), (", ", " : ")]))
    text = written(Pairs(pairs), separators, ascii_only=draw(st.booleans())).encode("utf-8", "surrogatepass")
    at = draw(st.integers(0, len(text) - 1))
    if change == "cut":
        return text[:at]
    if change == "byte":
        return text[:at] + bytes([draw(st.integers(11, 255))]) + text[at + 1 :]
    return text
