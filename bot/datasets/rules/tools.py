"""Tools as they are declared: `tools`, and the obsolete `functions` with the same inside."""

from bot.datasets.rules.base import Example, JsonMap, JsonValue, Note, Rule, RuleSpec, clipped, json_type
from bot.datasets.rules.names import name_fits
from bot.datasets.rules.schemas import check_parameters
from bot.datasets.rules.sources import AZURE_TOOLS, CHAT_API, LLM_FOUNDRY, MISTRAL

MAX_TOOLS = 128
MAX_DESCRIPTION = 1024

TOOLS_REFUSED = RuleSpec(
    "tools_refused",
    "error",
    LLM_FOUNDRY,
    why="The service of this check does not train on tools: it fails the run, or learns the words without the calls.",
)
TOOLS_TYPE = RuleSpec(
    "tools_type", "error", AZURE_TOOLS, ("type",), why="Tools are a list; the line is refused."
)
TOOLS_EMPTY = RuleSpec(
    "tools_empty",
    "warning",
    CHAT_API,
    why="The chat API refuses an empty list, so the model is never asked this way.",
)
TOOLS_MANY = RuleSpec(
    "tools_many",
    "warning",
    CHAT_API,
    ("tools", "limit"),
    why="The chat API takes no more tools in one request.",
)
TOOLS_TWO_FORMS = RuleSpec(
    "tools_two_forms",
    "error",
    AZURE_TOOLS,
    why="`functions` is the obsolete form of `tools`; with both, nobody can say which one counts.",
)
TOOL_TYPE = RuleSpec(
    "tool_type", "error", AZURE_TOOLS, ("type",), why="A tool is an object; the line is refused."
)
TOOL_KIND = RuleSpec(
    "tool_kind",
    "error",
    AZURE_TOOLS,
    ("kind",),
    why="Models are trained on tools of the type `function` only.",
)
TOOL_FUNCTION = RuleSpec(
    "tool_function",
    "error",
    AZURE_TOOLS,
    ("type",),
    why="Name and parameters stand in the object `function`; without it the line is refused.",
)
TOOL_NAME_MISSING = RuleSpec(
    "tool_name_missing",
    "error",
    AZURE_TOOLS,
    ("type",),
    why="A tool without a name cannot be called; the line is refused.",
)
TOOL_NAME_FORM = RuleSpec(
    "tool_name_form",
    "error",
    CHAT_API,
    ("name",),
    why="Names of functions are 1 to 64 letters, digits, _ and -; the service refuses others.",
)
TOOL_NAME_TWICE = RuleSpec(
    "tool_name_twice",
    "error",
    CHAT_API,
    ("name",),
    why="With two tools of one name nobody can say which one a call means.",
)
TOOL_DESCRIPTION_TYPE = RuleSpec(
    "tool_description_type", "error", MISTRAL, ("type",), why="A description is a text; the line is refused."
)
TOOL_DESCRIPTION_LONG = RuleSpec(
    "tool_description_long",
    "warning",
    CHAT_API,
    why="The chat API takes 1024 characters, so the model could never be asked with this tool.",
)
TOOL_STRICT_TYPE = RuleSpec(
    "tool_strict_type",
    "error",
    CHAT_API,
    ("type",),
    why="`strict` is true, false or null; the line is refused.",
)
TOOL_UNKNOWN_KEY = RuleSpec(
    "tool_unknown_key",
    "warning",
    CHAT_API,
    ("key",),
    why="What the service does not know it ignores or refuses; often the key stands one level too high or too low.",
)
PARALLEL_TYPE = RuleSpec(
    "parallel_type", "error", CHAT_API, ("type",), why="The setting is true or false; the line is refused."
)
PARALLEL_WITHOUT_TOOLS = RuleSpec(
    "parallel_without_tools",
    "warning",
    CHAT_API,
    why="The chat API refuses the setting where no tools are declared.",
)

SPECS = (
    TOOLS_REFUSED,
    TOOLS_TYPE,
    TOOLS_EMPTY,
    TOOLS_MANY,
    TOOLS_TWO_FORMS,
    TOOL_TYPE,
    TOOL_KIND,
    TOOL_FUNCTION,
    TOOL_NAME_MISSING,
    TOOL_NAME_FORM,
    TOOL_NAME_TWICE,
    TOOL_DESCRIPTION_TYPE,
    TOOL_DESCRIPTION_LONG,
    TOOL_STRICT_TYPE,
    TOOL_UNKNOWN_KEY,
    PARALLEL_TYPE,
    PARALLEL_WITHOUT_TOOLS,
)

_TOOL_KEYS = frozenset({"type", "function"})
_FUNCTION_KEYS = frozenset({"name", "description", "parameters", "strict"})


def declared(value: JsonMap) -> dict[str, JsonMap]:
    """Declared functions by name, of both forms; what is not sound is left out."""
    found: dict[str, JsonMap] = {}
    tools, functions = value.get("tools"), value.get("functions")
    bodies: list[JsonValue] = []
    if isinstance(tools, list):
        bodies += [tool.get("function") for tool in tools if isinstance(tool, dict)]
    if isinstance(functions, list):
        bodies += functions
    for body in bodies:
        if isinstance(body, dict) and isinstance(name := body.get("name"), str):
            found.setdefault(name, body)
    return found


def _name(path: str, body: JsonMap, names: set[str], note: Note) -> None:
    name = body.get("name")
    if not isinstance(name, str):
        note(TOOL_NAME_MISSING, f"{path}.name", type=json_type(name))
    elif name in names:
        note(TOOL_NAME_TWICE, f"{path}.name", name=clipped(name))
    else:
        names.add(name)
        if not name_fits(name):
            note(TOOL_NAME_FORM, f"{path}.name", name=clipped(name))


def _function(path: str, body: JsonMap, names: set[str], note: Note) -> None:
    _name(path, body, names, note)
    description = body.get("description")
    if description is not None and not isinstance(description, str):
        note(TOOL_DESCRIPTION_TYPE, f"{path}.description", type=json_type(description))
    elif description is not None and len(description) > MAX_DESCRIPTION:
        note(TOOL_DESCRIPTION_LONG, f"{path}.description")
    strict = body.get("strict")
    if strict is not None and not isinstance(strict, bool):
        note(TOOL_STRICT_TYPE, f"{path}.strict", type=json_type(strict))
    if body.get("parameters") is not None:
        check_parameters(body["parameters"], (None, f"{path}.parameters"), note, strict=strict is True)
    for key in body:
        if key not in _FUNCTION_KEYS:
            note(TOOL_UNKNOWN_KEY, f"{path}.{clipped(key)}", key=clipped(key))


def _tool(path: str, tool: JsonValue, names: set[str], note: Note) -> None:
    if not isinstance(tool, dict):
        note(TOOL_TYPE, path, type=json_type(tool))
        return
    kind = tool.get("type")
    if kind != "function":
        shown = clipped(kind) if isinstance(kind, str) else json_type(kind)
        note(TOOL_KIND, f"{path}.type", kind=shown)
        return
    body = tool.get("function")
    if isinstance(body, dict):
        _function(f"{path}.function", body, names, note)
    else:
        note(TOOL_FUNCTION, f"{path}.function", type=json_type(body))
        return
    for key in tool:
        if key not in _TOOL_KEYS:
            note(TOOL_UNKNOWN_KEY, f"{path}.{clipped(key)}", key=clipped(key))


def _listed(path: str, value: JsonValue, note: Note) -> list[JsonValue]:
    if not isinstance(value, list):
        note(TOOLS_TYPE, path, type=json_type(value))
        return []
    if not value:
        note(TOOLS_EMPTY, path)
    elif len(value) > MAX_TOOLS:
        note(TOOLS_MANY, path, tools=len(value), limit=MAX_TOOLS)
    return value


def _check(example: Example, note: Note) -> None:
    value = example.value
    names: set[str] = set()
    if "tools" in value:
        for number, tool in enumerate(_listed("tools", value["tools"], note)):
            _tool(f"tools[{number}]", tool, names, note)
        if "functions" in value:
            note(TOOLS_TWO_FORMS, "functions")
    elif "functions" in value:
        for number, body in enumerate(_listed("functions", value["functions"], note)):
            path = f"functions[{number}]"
            if isinstance(body, dict):
                _function(path, body, names, note)
            else:
                note(TOOL_TYPE, path, type=json_type(body))
    if "parallel_tool_calls" in value:
        parallel, path = value["parallel_tool_calls"], "parallel_tool_calls"
        if not isinstance(parallel, bool):
            note(PARALLEL_TYPE, path, type=json_type(parallel))
        elif "tools" not in value and "functions" not in value:
            note(PARALLEL_WITHOUT_TOOLS, path)


def _refuse(example: Example, note: Note) -> None:
    value = example.value
    for key in ("tools", "functions"):
        if key in value:
            note(TOOLS_REFUSED, f"{key}")
            return
    talk = example.talk
    for index, message in talk.turns:
        for key in ("tool_calls", "function_call"):
            if message.get(key) is not None:
                note(TOOLS_REFUSED, f"{talk.path}[{index}].{key}")
                return


TOOLS = Rule(SPECS[1:], _check)
"""Depends on `tools`, `functions` and `parallel_tool_calls` alone, so that its verdict may be kept for equal ones."""
NO_TOOLS = Rule((TOOLS_REFUSED,), _refuse)
"""For a service that takes none: one finding for an example, and nothing about how they are written."""
