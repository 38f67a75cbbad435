"""Calls of tools, as the assistant writes them: `tool_calls`, and the obsolete `function_call`."""

from dataclasses import dataclass

import msgspec

from bot.datasets.rules.base import Example, JsonMap, JsonValue, Note, Rule, RuleSpec, clipped, json_type
from bot.datasets.rules.places import KNOWN_ROLES
from bot.datasets.rules.sources import AZURE_TOOLS, CHAT_API, COOKBOOK, MISTRAL
from bot.datasets.rules.tools import declared

CALLS_TYPE = RuleSpec(
    "calls_type",
    "error",
    MISTRAL,
    ("type",),
    why="Calls are a list of objects; the service refuses the line.",
)
CALLS_EMPTY = RuleSpec(
    "calls_empty",
    "error",
    CHAT_API,
    why="The service refuses an empty list of calls: leave the key away instead.",
)
CALLS_ROLE = RuleSpec(
    "calls_role",
    "error",
    CHAT_API,
    ("role",),
    why="Only the assistant calls tools; from anyone else the call is refused, and is not learned.",
)
CALL_TYPE = RuleSpec(
    "call_type", "error", MISTRAL, ("type",), why="A call is an object; the line is refused."
)
CALL_KIND = RuleSpec(
    "call_kind",
    "error",
    AZURE_TOOLS,
    ("kind",),
    why="Models are trained on calls of the type `function` only.",
)
CALL_ID_MISSING = RuleSpec(
    "call_id_missing",
    "warning",
    MISTRAL,
    why="Without an id no result can be matched to the call; the chat API refuses such a message.",
)
CALL_ID_TYPE = RuleSpec(
    "call_id_type", "error", MISTRAL, ("type",), why="An id is a text that is not empty; the line is refused."
)
CALL_ID_TWICE = RuleSpec(
    "call_id_twice",
    "error",
    CHAT_API,
    why="With one id for two calls nobody can say which of them a result answers.",
)
CALL_FUNCTION = RuleSpec(
    "call_function",
    "error",
    MISTRAL,
    ("type",),
    why="Name and arguments stand in an object of their own; without it the line is refused.",
)
CALL_NAME_MISSING = RuleSpec(
    "call_name_missing",
    "error",
    MISTRAL,
    ("type",),
    why="A call without a name calls nothing; the line is refused.",
)
CALL_NAME_UNKNOWN = RuleSpec(
    "call_name_unknown",
    "error",
    f"{AZURE_TOOLS}; {MISTRAL}",
    ("name",),
    why="The model would learn to call what it is not offered.",
)
TOOLS_UNDECLARED = RuleSpec(
    "tools_undeclared",
    "warning",
    AZURE_TOOLS,
    why="Without `tools` in the example the model learns to call what it is not told of; some services refuse it.",
)
CALL_ARGUMENTS_TYPE = RuleSpec(
    "call_arguments_type",
    "error",
    f"{MISTRAL}; {COOKBOOK}",
    ("type",),
    why="Arguments are JSON written as one text, as the model writes them; an object in their place is refused.",
)
CALL_ARGUMENTS_JSON = RuleSpec(
    "call_arguments_json",
    "error",
    AZURE_TOOLS,
    why="The model would learn to write arguments that no program can read.",
)
CALL_ARGUMENTS_OBJECT = RuleSpec(
    "call_arguments_object",
    "error",
    AZURE_TOOLS,
    ("type",),
    why="Arguments have names, so they are an object; the model would learn to leave the names out.",
)
CALL_ARGUMENT_UNKNOWN = RuleSpec(
    "call_argument_unknown",
    "hint",
    AZURE_TOOLS,
    ("key",),
    why="The tool does not declare it, so the model learns an argument that nobody offers.",
)
CALL_ARGUMENT_MISSING = RuleSpec(
    "call_argument_missing",
    "hint",
    AZURE_TOOLS,
    ("key",),
    why="The tool requires it, so the model learns calls that fail.",
)
CALLS_PARALLEL = RuleSpec(
    "calls_parallel",
    "warning",
    CHAT_API,
    why="The example calls several tools at once and says beside it that this must not be.",
)

SPECS = (
    CALLS_TYPE,
    CALLS_EMPTY,
    CALLS_ROLE,
    CALL_TYPE,
    CALL_KIND,
    CALL_ID_MISSING,
    CALL_ID_TYPE,
    CALL_ID_TWICE,
    CALL_FUNCTION,
    CALL_NAME_MISSING,
    CALL_NAME_UNKNOWN,
    TOOLS_UNDECLARED,
    CALL_ARGUMENTS_TYPE,
    CALL_ARGUMENTS_JSON,
    CALL_ARGUMENTS_OBJECT,
    CALL_ARGUMENT_UNKNOWN,
    CALL_ARGUMENT_MISSING,
    CALLS_PARALLEL,
)

_UNREADABLE = object()


def _decoded(text: str) -> JsonValue:
    try:
        return msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return _UNREADABLE


@dataclass(frozen=True, slots=True)
class _Wants:
    """What a declared function says about the names of its arguments.

    Attributes:
        known: all names that it takes; None where others may come, or it cannot be told at a glance.
        required: names that must come.
    """

    known: frozenset[str] | None = None
    required: tuple[str, ...] = ()


_ANYTHING = _Wants()
_COMBINING = ("anyOf", "oneOf", "allOf", "patternProperties", "if")


def _wants(function: JsonMap) -> _Wants:
    schema = function.get("parameters")
    if not isinstance(schema, dict) or "$ref" in schema:
        return _ANYTHING
    properties, required = schema.get("properties"), schema.get("required")
    open_ended = schema.get("additionalProperties", False) is not False or any(
        key in schema for key in _COMBINING
    )
    return _Wants(
        None if open_ended or not isinstance(properties, dict) else frozenset(properties),
        tuple(one for one in required if isinstance(one, str)) if isinstance(required, list) else (),
    )


def _against_schema(path: str, given: JsonMap, wants: _Wants, note: Note) -> None:
    if wants.known is not None:
        for key in given:
            if key not in wants.known:
                note(CALL_ARGUMENT_UNKNOWN, path, key=clipped(key))
    # One that lacks is enough to say: with all of them, many calls of a tool with many arguments would take their
    # product in time.
    missing = next((key for key in wants.required if key not in given), None)
    if missing is not None:
        note(CALL_ARGUMENT_MISSING, path, key=clipped(missing))


class _Caller:
    """Looks at the calls of one example."""

    def __init__(self, example: Example, note: Note) -> None:
        self._note = note
        value = example.value
        self._offered = "tools" in value or "functions" in value
        self._well_offered = all(isinstance(value.get(key, []), list) for key in ("tools", "functions"))
        self._declared = declared(value)
        self._wants: dict[str, _Wants] = {}
        self._one_at_a_time = value.get("parallel_tool_calls") is False
        self._told = False

    def message(self, path: str, message: JsonMap) -> None:
        """Hold what one message calls against the rules."""
        for key in ("tool_calls", "function_call"):
            value = message.get(key)
            if value is None:
                continue
            role = message.get("role")
            if isinstance(role, str) and role in KNOWN_ROLES - {"assistant"}:
                self._note(CALLS_ROLE, f"{path}.{key}", role=role)
            elif key == "tool_calls":
                self._calls(f"{path}.{key}", value)
            else:
                self._function(f"{path}.{key}", value)

    def _calls(self, path: str, calls: JsonValue) -> None:
        if not isinstance(calls, list):
            self._note(CALLS_TYPE, path, type=json_type(calls))
            return
        if not calls:
            self._note(CALLS_EMPTY, path)
        elif len(calls) > 1 and self._one_at_a_time:
            self._note(CALLS_PARALLEL, path)
        ids: set[str] = set()
        for number, call in enumerate(calls):
            self._call(f"{path}[{number}]", call, ids)

    def _call(self, path: str, call: JsonValue, ids: set[str]) -> None:
        if not isinstance(call, dict):
            self._note(CALL_TYPE, path, type=json_type(call))
            return
        self._id(path, call, ids)
        kind = call.get("type")
        if kind != "function":
            shown = clipped(kind) if isinstance(kind, str) else json_type(kind)
            self._note(CALL_KIND, f"{path}.type", kind=shown)
        else:
            self._function(f"{path}.function", call.get("function"))

    def _id(self, path: str, call: JsonMap, ids: set[str]) -> None:
        if "id" not in call:
            self._note(CALL_ID_MISSING, path)
            return
        name = call["id"]
        if not isinstance(name, str) or not name:
            self._note(CALL_ID_TYPE, f"{path}.id", type=json_type(name) if name != "" else "empty")
        elif name in ids:
            self._note(CALL_ID_TWICE, f"{path}.id")
        else:
            ids.add(name)

    def _function(self, path: str, called: JsonValue) -> None:
        if not isinstance(called, dict):
            self._note(CALL_FUNCTION, path, type=json_type(called))
            return
        name = called.get("name")
        wants: _Wants | None = None
        if not isinstance(name, str) or not name:
            self._note(CALL_NAME_MISSING, f"{path}.name", type=json_type(name) if name != "" else "empty")
        elif not self._offered:
            if not self._told:
                self._note(TOOLS_UNDECLARED, path)
            self._told = True
        elif self._well_offered:
            wants = self._wants_of(name)
            if wants is None:
                self._note(CALL_NAME_UNKNOWN, f"{path}.name", name=clipped(name))
        self._arguments(f"{path}.arguments", called.get("arguments"), wants)

    def _wants_of(self, name: str) -> _Wants | None:
        if name in self._declared and name not in self._wants:
            self._wants[name] = _wants(self._declared[name])
        return self._wants.get(name)

    def _arguments(self, path: str, arguments: JsonValue, wants: _Wants | None) -> None:
        if not isinstance(arguments, str):
            self._note(CALL_ARGUMENTS_TYPE, path, type=json_type(arguments))
            return
        given = _decoded(arguments)
        if given is _UNREADABLE:
            self._note(CALL_ARGUMENTS_JSON, path)
        elif not isinstance(given, dict):
            self._note(CALL_ARGUMENTS_OBJECT, path, type=json_type(given))
        elif wants is not None:
            _against_schema(path, given, wants, self._note)


def _check(example: Example, note: Note) -> None:
    caller: _Caller | None = None
    talk = example.talk
    for index, message in talk.turns:
        if "tool_calls" in message or "function_call" in message:
            caller = caller or _Caller(example, note)
            caller.message(f"{talk.path}[{index}]", message)


CALLS = Rule(SPECS, _check)
