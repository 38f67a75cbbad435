"""Whether the parameters of a function are a JSON Schema: keyword by keyword, without running it.

What is accepted is what the meta-schema of 2020-12 accepts for the keywords below, and besides it a list under `items`
as earlier drafts have it. Other keywords are free, as JSON Schema has them.
"""

from collections.abc import Callable

from bot.datasets.rules.base import JsonMap, JsonValue, Note, RuleSpec, clipped, json_type
from bot.datasets.rules.sources import CHAT_API, JSON_SCHEMA, MISTRAL

PARAMETERS_TYPE = RuleSpec(
    "parameters_type",
    "error",
    MISTRAL,
    ("type",),
    why="Parameters are a JSON Schema, which is an object; the line is refused.",
)
PARAMETERS_ROOT = RuleSpec(
    "parameters_root",
    "error",
    CHAT_API,
    why="A function takes named arguments, so its schema must be one of an object; the service refuses others.",
)
SCHEMA_KEYWORD = RuleSpec(
    "schema_keyword",
    "error",
    JSON_SCHEMA,
    ("keyword", "wanted"),
    why="This is no JSON Schema, so the service refuses the tool.",
)
SCHEMA_TYPE_WORD = RuleSpec(
    "schema_type_word",
    "error",
    JSON_SCHEMA,
    ("word",),
    why="JSON Schema knows seven types; the service refuses the tool for any other word.",
)
SCHEMA_ENUM_EMPTY = RuleSpec(
    "schema_enum_empty",
    "error",
    CHAT_API,
    why="No value fits an empty list of choices, and the service refuses the tool.",
)
SCHEMA_REQUIRED_UNKNOWN = RuleSpec(
    "schema_required_unknown",
    "warning",
    CHAT_API,
    ("key",),
    why="The model is asked for an argument of which it is told nothing; often the name is misspelt.",
)
SCHEMA_REFERENCE = RuleSpec(
    "schema_reference",
    "error",
    CHAT_API,
    ("reference",),
    why="The service follows references within the schema only, and this one leads nowhere.",
)
SCHEMA_ITEMS_MISSING = RuleSpec(
    "schema_items_missing",
    "warning",
    CHAT_API,
    why="The chat API refuses a list of which it is not said what is in it.",
)
SCHEMA_STRICT = RuleSpec(
    "schema_strict",
    "warning",
    CHAT_API,
    ("wanted",),
    why="In strict mode the chat API wants every property required and no others allowed, and refuses the tool.",
)

SPECS = (
    PARAMETERS_TYPE,
    PARAMETERS_ROOT,
    SCHEMA_KEYWORD,
    SCHEMA_TYPE_WORD,
    SCHEMA_ENUM_EMPTY,
    SCHEMA_REQUIRED_UNKNOWN,
    SCHEMA_REFERENCE,
    SCHEMA_ITEMS_MISSING,
    SCHEMA_STRICT,
)

TYPES = ("object", "array", "string", "integer", "number", "boolean", "null")
WANTED = (
    "schema",
    "schemas_by_name",
    "schemas",
    "names",
    "names_by_name",
    "text",
    "true_or_false",
    "list",
    "number",
    "positive_number",
    "whole_number",
    "type",
)
"""Values of `wanted` in `schema_keyword`."""
STRICT = ("additionalProperties", "required")
"""Values of `wanted` in `schema_strict`."""

_SHOWN_STEPS = 12


Place = tuple["Place | None", str | int]
"""Where in the line a schema stands: a key or index behind another place. Written out only for a finding."""


def written(place: Place) -> str:
    """The path of a place; of one that is far down only its end."""
    steps: list[str] = []
    here: Place | None = place
    while here is not None and len(steps) < _SHOWN_STEPS:
        before, step = here
        if isinstance(step, int):
            steps.append(f"[{step}]")
        else:
            steps.append(step if before is None else clipped(step))
            if before is not None:
                steps[-1] = f".{steps[-1]}"
        here = before
    return ("…" if here is not None else "") + "".join(reversed(steps))


def _is_schema(value: JsonValue) -> bool:
    return isinstance(value, dict | bool)


def _is_number(value: JsonValue) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_count(value: JsonValue) -> bool:
    whole = isinstance(value, int) or (isinstance(value, float) and value.is_integer())
    return whole and not isinstance(value, bool) and isinstance(value, int | float) and value >= 0


def _are_names(value: JsonValue) -> bool:
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        return False
    return len(set(value)) == len(value)


def _listed(value: JsonValue) -> set[str]:
    """The names in a list of names; none when it is no such list."""
    return (
        {one for one in value if isinstance(one, str)}
        if isinstance(value, list) and _are_names(value)
        else set()
    )


def _is_type(value: JsonValue) -> bool:
    return isinstance(value, str) or (_are_names(value) and bool(value))


def _are_named(fits: Callable[[JsonValue], bool]) -> Callable[[JsonValue], bool]:
    return lambda value: isinstance(value, dict) and all(map(fits, value.values()))


_FITS: dict[str, Callable[[JsonValue], bool]] = {
    "schema": _is_schema,
    "schemas_by_name": lambda value: isinstance(value, dict),
    "schemas": lambda value: isinstance(value, list) and bool(value),
    "names": _are_names,
    "names_by_name": _are_named(_are_names),
    "text": lambda value: isinstance(value, str),
    "true_or_false": lambda value: isinstance(value, bool),
    "list": lambda value: isinstance(value, list),
    "number": _is_number,
    "positive_number": lambda value: _is_number(value) and isinstance(value, int | float) and value > 0,
    "whole_number": _is_count,
    "type": _is_type,
}
_KEYWORDS = {
    **dict.fromkeys(
        ("additionalProperties", "contains", "not", "if", "then", "else", "propertyNames", "contentSchema"),
        "schema",
    ),
    **dict.fromkeys(("unevaluatedItems", "unevaluatedProperties"), "schema"),
    **dict.fromkeys(
        ("properties", "patternProperties", "$defs", "definitions", "dependentSchemas"), "schemas_by_name"
    ),
    **dict.fromkeys(("anyOf", "oneOf", "allOf", "prefixItems"), "schemas"),
    "required": "names",
    "dependentRequired": "names_by_name",
    **dict.fromkeys(("title", "description", "$comment", "$ref", "$schema", "format", "pattern"), "text"),
    **dict.fromkeys(("contentEncoding", "contentMediaType"), "text"),
    **dict.fromkeys(("uniqueItems", "deprecated", "readOnly", "writeOnly"), "true_or_false"),
    **dict.fromkeys(("enum", "examples"), "list"),
    **dict.fromkeys(("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"), "number"),
    "multipleOf": "positive_number",
    **dict.fromkeys(("minLength", "maxLength", "minItems", "maxItems"), "whole_number"),
    **dict.fromkeys(("minProperties", "maxProperties", "minContains", "maxContains"), "whole_number"),
    "type": "type",
}


def check_parameters(parameters: JsonValue, place: Place, note: Note, *, strict: bool = False) -> None:
    """Report what keeps `parameters`, found at `place`, from being the JSON Schema of a function's arguments."""
    if not isinstance(parameters, dict):
        note(PARAMETERS_TYPE, written(place), type=json_type(parameters))
        return
    kind = parameters.get("type", "object")
    if isinstance(kind, str) and kind in TYPES and kind != "object":
        note(PARAMETERS_ROOT, written(place))
        return
    _Walk(parameters, note, strict=strict).schema(parameters, place)


class _Walk:
    """One walk over a schema; as deep as the line is nested, which the reader bounds."""

    def __init__(self, root: JsonMap, note: Note, *, strict: bool) -> None:
        self._root, self._note, self._strict = root, note, strict

    def schema(self, schema: JsonMap, place: Place) -> None:
        """Hold one schema and all within it against the meta-schema."""
        for key, value in schema.items():
            wanted = _KEYWORDS.get(key)
            if wanted is None:
                if key == "items":
                    self._items(value, (place, "items"))
                continue
            at = (place, key)
            if not _FITS[wanted](value):
                self._note(SCHEMA_KEYWORD, written(at), keyword=key, wanted=wanted)
            elif wanted == "schema":
                self._inner(value, at)
            elif wanted == "schemas_by_name":
                self._named(key, value, at)
            elif wanted == "schemas":
                self._several(key, value, at)
        self._types(schema, place)
        self._meaning(schema, place)

    def _inner(self, value: JsonValue, place: Place) -> None:
        if isinstance(value, dict):
            self.schema(value, place)

    def _items(self, value: JsonValue, place: Place) -> None:
        if isinstance(value, list):
            self._several("items", value, place)
        elif _is_schema(value):
            self._inner(value, place)
        else:
            self._note(SCHEMA_KEYWORD, written(place), keyword="items", wanted="schema")

    def _named(self, keyword: str, value: JsonValue, place: Place) -> None:
        for name, inner in value.items() if isinstance(value, dict) else ():
            at = (place, name)
            if _is_schema(inner):
                self._inner(inner, at)
            else:
                self._note(SCHEMA_KEYWORD, written(at), keyword=keyword, wanted="schema")

    def _several(self, keyword: str, value: JsonValue, place: Place) -> None:
        for number, inner in enumerate(value if isinstance(value, list) else ()):
            at = (place, number)
            if _is_schema(inner):
                self._inner(inner, at)
            else:
                self._note(SCHEMA_KEYWORD, written(at), keyword=keyword, wanted="schema")

    def _types(self, schema: JsonMap, place: Place) -> None:
        kind = schema.get("type")
        if not _is_type(kind):
            return
        words = [kind] if isinstance(kind, str) else kind
        for word in words if isinstance(words, list) else ():
            if word not in TYPES:
                self._note(SCHEMA_TYPE_WORD, f"{written(place)}.type", word=clipped(word))
        if kind == "array" and "items" not in schema and "prefixItems" not in schema:
            self._note(SCHEMA_ITEMS_MISSING, written(place))

    def _meaning(self, schema: JsonMap, place: Place) -> None:
        if schema.get("enum") == []:
            self._note(SCHEMA_ENUM_EMPTY, f"{written(place)}.enum")
        properties, required = schema.get("properties"), schema.get("required")
        if isinstance(properties, dict):
            for name in sorted(_listed(required) - properties.keys()):
                self._note(SCHEMA_REQUIRED_UNKNOWN, f"{written(place)}.required", key=clipped(name))
            if self._strict and (required is None or _are_names(required)):
                self._strictly(schema, properties, required, place)
        reference = schema.get("$ref")
        if isinstance(reference, str) and not self._leads_somewhere(reference):
            self._note(SCHEMA_REFERENCE, f"{written(place)}.$ref", reference=clipped(reference))

    def _strictly(self, schema: JsonMap, properties: JsonMap, required: JsonValue, place: Place) -> None:
        if schema.get("additionalProperties") is not False:
            self._note(SCHEMA_STRICT, written(place), wanted="additionalProperties")
        elif not properties.keys() <= _listed(required):
            self._note(SCHEMA_STRICT, written(place), wanted="required")

    def _leads_somewhere(self, reference: str) -> bool:
        pointer = reference.removeprefix("#")
        if pointer == reference or (pointer and not pointer.startswith("/")):
            return False
        found: JsonValue = self._root
        for step in pointer.split("/")[1:]:
            name = step.replace("~1", "/").replace("~0", "~")
            if isinstance(found, dict) and name in found:
                found = found[name]
            elif isinstance(found, list) and name.isascii() and name.isdigit() and int(name[:9]) < len(found):
                found = found[int(name[:9])]
            else:
                return False
        return _is_schema(found)
