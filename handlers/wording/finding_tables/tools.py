"""Tools, the schemas of their parameters, their calls and results."""

from collections.abc import Mapping

from bot.datasets.rules.schemas import TYPES
from handlers.wording.finding_tables.messages import nearest
from handlers.wording.finding_tables.words import Params, Words

_WANTED = {
    "schema": "a schema (an object, true or false)",
    "schemas_by_name": "an object with a schema for each name",
    "schemas": "a list of schemas with at least one in it",
    "names": "a list of different names",
    "names_by_name": "an object with a list of names for each name",
    "text": "a text",
    "true_or_false": "true or false",
    "list": "a list",
    "number": "a number",
    "positive_number": "a number above 0",
    "whole_number": "a whole number from 0",
    "type": "a type, or a list of different types",
}
_STRICT = {
    "additionalProperties": ("may have other properties", "write `additionalProperties`: false"),
    "required": ("has properties that are not required", "name every property in `required`"),
}
_TYPES = {
    "str": "string",
    "text": "string",
    "date": "string",
    "int": "integer",
    "long": "integer",
    "float": "number",
    "double": "number",
    "decimal": "number",
    "bool": "boolean",
    "list": "array",
    "tuple": "array",
    "dict": "object",
    "map": "object",
    "none": "null",
}
"""Words of programming languages, and what JSON Schema calls them."""
_MAKE_OBJECT = 'write {{"type": "function", "function": {{"name": …}}}}'
_MAKE_CALL = 'write {{"id": …, "type": "function", "function": {{"name": …, "arguments": …}}}}'
_MAKE_ARGUMENTS = "write the arguments with a JSON library, as one text"
_NAME_LETTERS = "write 1 to 64 of the letters a to z, digits, _ and -"
_OBSOLETE = {
    "functions": "the old form of `tools`",
    "function_call": "the old form of `tool_calls`",
    "function": "the old form of the role tool",
}


def _wanted(params: Params) -> Mapping[str, str]:
    word = str(params.get("wanted", ""))
    return {"name": _WANTED.get(word, word)}


def _strict(params: Params) -> Mapping[str, str]:
    word = str(params.get("wanted", ""))
    said, remedy = _STRICT.get(word, (f"lacks `{word}`", f"add `{word}`"))
    return {"said": said, "remedy": remedy}


def _near_type(params: Params) -> Mapping[str, str]:
    word = str(params.get("word", ""))
    known = _TYPES.get(word.lower())
    return {"nearest": f" (`{known}`?)"} if known else nearest(word, TYPES)


def _obsolete(params: Params) -> Mapping[str, str]:
    word = str(params.get("key", ""))
    return {"name": _OBSOLETE.get(word, f"an old form (`{word}`)")}


DECLARATIONS: Mapping[str, Words] = {
    "tools_refused": Words(
        "{subject} is there, and this service does not train on tools",
        "choose another service, or drop the example",
        "`tools`",
    ),
    "tools_type": Words("{subject} is {type}, not a list", "write a list of tools", "`tools`"),
    "tools_empty": Words("{subject} is empty", "leave the key away", "`tools`"),
    "tools_many": Words(
        "{subject} has {tools} tools; the chat API takes {limit}", "keep those that matter", "`tools`"
    ),
    "tools_two_forms": Words(
        "{subject} stands beside `tools`", "keep `tools`, and move what is missing there", "`functions`"
    ),
    "tool_type": Words("{subject} is {type}, not an object", _MAKE_OBJECT, "a tool"),
    "tool_kind": Words("{subject} is `{kind}`, not `function`", _MAKE_OBJECT, "`type`"),
    "tool_function": Words("{subject} is {type}, not an object", _MAKE_OBJECT, "`function`"),
    "tool_name_missing": Words("{subject} is {type}, not a name", "give the function a name", "`name`"),
    "tool_name_form": Words(
        "{subject} is `{name}`, which the service does not take", _NAME_LETTERS, "`name`"
    ),
    "tool_name_twice": Words(
        "{subject} is `{name}`, and another tool has that name", "rename or remove one", "`name`"
    ),
    "tool_description_type": Words(
        "{subject} is {type}, not text", "write what the tool does", "`description`"
    ),
    "tool_description_long": Words(
        "{subject} has more than 1,024 characters", "say it shorter", "`description`"
    ),
    "tool_strict_type": Words(
        "{subject} is {type}", "write true or false, or leave the key away", "`strict`"
    ),
    "tool_unknown_key": Words(
        "{subject} is not a key of a tool", "remove it, or move it to where it belongs", "`{key}`"
    ),
    "parallel_type": Words("{subject} is {type}", "write true or false", "`parallel_tool_calls`"),
    "parallel_without_tools": Words(
        "{subject} stands there without tools", "declare the tools, or remove it", "`parallel_tool_calls`"
    ),
    "functions_obsolete": Words(
        "{subject} is {name}", "write `tools` and `tool_calls`", "`{key}`", derive=_obsolete
    ),
}
SCHEMAS: Mapping[str, Words] = {
    "parameters_type": Words(
        "{subject} is {type}, not an object", 'write {{"type": "object", "properties": …}}', "`parameters`"
    ),
    "parameters_root": Words(
        "{subject} is not the schema of an object",
        'write {{"type": "object", "properties": …}}',
        "`parameters`",
    ),
    "schema_keyword": Words(
        "{subject} is no JSON Schema: `{keyword}` wants {name}", "write {name}", "a schema", derive=_wanted
    ),
    "schema_type_word": Words(
        "{subject} is `{word}`, which is no type of JSON{nearest}",
        "write string, integer, number, boolean, array, object or null",
        "`type`",
        derive=_near_type,
    ),
    "schema_enum_empty": Words("{subject} is empty", "list the choices, or remove it", "`enum`"),
    "schema_required_unknown": Words(
        "{subject} names `{key}`, which is not among the properties",
        "declare the property, or remove the name",
        "`required`",
    ),
    "schema_reference": Words(
        "{subject} is `{reference}`, which leads nowhere",
        'write what it stands for, or point to "#/$defs/…" in the same schema',
        "`$ref`",
    ),
    "schema_items_missing": Words(
        "{subject} is a list of unknown things", "say in `items` what is in the list", "a schema"
    ),
    "schema_strict": Words("{subject} is strict and {said}", "{remedy}", "a schema", derive=_strict),
}
CALLS: Mapping[str, Words] = {
    "calls_type": Words("{subject} is {type}, not a list", "write a list of calls", "`tool_calls`"),
    "calls_empty": Words("{subject} is empty", "leave the key away", "`tool_calls`"),
    "calls_role": Words(
        "{subject} stands in a message of the {role}", "let the assistant call", "`tool_calls`"
    ),
    "call_type": Words("{subject} is {type}, not an object", _MAKE_CALL, "a call"),
    "call_kind": Words("{subject} is `{kind}`, not `function`", _MAKE_CALL, "`type`"),
    "call_id_missing": Words("{subject} has no id", "give each call an id", "a call"),
    "call_id_type": Words("{subject} is {type}", "write a text, such as `call_1`", "`id`"),
    "call_id_twice": Words(
        "{subject} is the id of another call beside it", "give each call an id of its own", "`id`"
    ),
    "call_function": Words("{subject} is {type}, not an object", _MAKE_CALL, "`function`"),
    "call_name_missing": Words(
        "{subject} is {type}, not a name", "write the name of a declared tool", "`name`"
    ),
    "call_name_unknown": Words(
        "{subject} is `{name}`, which is not declared",
        "declare the tool, or write the name as declared",
        "`name`",
    ),
    "tools_undeclared": Words(
        "{subject} calls a tool, and the example declares none", "add `tools` to the example", "a message"
    ),
    "call_arguments_type": Words("{subject} is {type}, not text", _MAKE_ARGUMENTS, "`arguments`"),
    "call_arguments_json": Words("{subject} is not JSON", _MAKE_ARGUMENTS, "`arguments`"),
    "call_arguments_object": Words(
        "{subject} is {type}, not an object with names", _MAKE_ARGUMENTS, "`arguments`"
    ),
    "call_argument_unknown": Words(
        "{subject} has `{key}`, which the tool does not declare",
        "declare it, or leave it away",
        "`arguments`",
    ),
    "call_argument_missing": Words(
        "{subject} lacks `{key}`, which the tool requires", "add it, or do not require it", "`arguments`"
    ),
    "calls_parallel": Words(
        "{subject} has several calls, and `parallel_tool_calls` is false",
        "call one at a time, or set it to true",
        "`tool_calls`",
    ),
    "call_unanswered": Words(
        "{subject} has no result before the conversation goes on",
        "add a tool message with its id",
        "a call",
    ),
    "result_unasked": Words(
        "{subject} is a {role} message that follows no call",
        "add the call before it, or drop it",
        "a message",
    ),
    "result_id_missing": Words(
        "{subject} is missing", "write the id of the call that is answered", "`tool_call_id`"
    ),
    "result_id_unknown": Words(
        "{subject} is the id of no call before it",
        "write the id of the call that is answered",
        "`tool_call_id`",
    ),
    "result_twice": Words(
        "{subject} is the id of a call that has its result already", "keep one result", "`tool_call_id`"
    ),
}
WORDS: Mapping[str, Words] = {**DECLARATIONS, **SCHEMAS, **CALLS}
