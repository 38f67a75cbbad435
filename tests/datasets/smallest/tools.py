"""Rules about tools: as they are declared, their schemas, their calls and their results."""

from collections.abc import Mapping, Sequence

from tests.datasets.files import ANSWER, QUESTION, chat
from tests.datasets.smallest.case import Case
from tests.datasets.smallest.messages import DATABRICKS

SCHEMA: Mapping[str, object] = {
    "type": "object",
    "properties": {"city": {"type": "string"}},
    "required": ["city"],
}
FUNCTION: Mapping[str, object] = {"name": "find", "description": "Finds a parcel.", "parameters": SCHEMA}
TOOL: Mapping[str, object] = {"type": "function", "function": FUNCTION}
CALLED: Mapping[str, object] = {"name": "find", "arguments": '{"city": "Oslo"}'}
CALL: Mapping[str, object] = {"id": "call_1", "type": "function", "function": CALLED}
OTHER = {**CALL, "id": "call_2"}
RESULT = {"role": "tool", "tool_call_id": "call_1", "content": "on its way"}


def calling(*calls: object) -> dict[str, object]:
    """The assistant's message with these calls."""
    return {"role": "assistant", "content": None, "tool_calls": list(calls)}


def _ends(call: object, **more: object) -> dict[str, object]:
    return chat(QUESTION, calling(call), **{"tools": [TOOL], **more})


def _called(**more: object) -> dict[str, object]:
    return _ends({**CALL, "function": {**CALLED, **more}})


def _declares(**more: object) -> dict[str, object]:
    return chat(tools=[{"type": "function", "function": {**FUNCTION, **more}}])


def _schema(**more: object) -> dict[str, object]:
    return _declares(parameters={**SCHEMA, **more})


def _city(schema: object) -> dict[str, object]:
    return _schema(properties={"city": schema})


def _talk(messages: Sequence[object], **more: object) -> dict[str, object]:
    return chat(QUESTION, *messages, ANSWER, **{"tools": [TOOL], **more})


def _tools(*tools: object) -> dict[str, object]:
    return chat(tools=list(tools))


CASES: Mapping[str, Case] = {
    "tools_refused": Case(chat(tools=[TOOL]), DATABRICKS),
    "tools_type": Case(chat(tools={})),
    "tools_empty": Case(_tools()),
    "tools_many": Case(_tools(*({**TOOL, "function": {**FUNCTION, "name": f"f{n}"}} for n in range(129)))),
    "tools_two_forms": Case(chat(tools=[TOOL], functions=[FUNCTION])),
    "tool_type": Case(_tools("find")),
    "tool_kind": Case(_tools({"type": "custom", "custom": {"name": "find"}})),
    "tool_function": Case(_tools({"type": "function", **FUNCTION})),
    "tool_name_missing": Case(_declares(name=None)),
    "tool_name_form": Case(_declares(name="find parcel")),
    "tool_name_twice": Case(_tools(TOOL, TOOL)),
    "tool_description_type": Case(_declares(description=7)),
    "tool_description_long": Case(_declares(description="a" * 1025)),
    "tool_strict_type": Case(_declares(strict="yes")),
    "tool_unknown_key": Case(_declares(returns="text")),
    "parallel_type": Case(chat(tools=[TOOL], parallel_tool_calls="no")),
    "parallel_without_tools": Case(chat(parallel_tool_calls=True)),
    "parameters_type": Case(_declares(parameters=["city"])),
    "parameters_root": Case(_declares(parameters={"type": "string"})),
    "schema_keyword": Case(_schema(required="city")),
    "schema_type_word": Case(_city({"type": "str"})),
    "schema_enum_empty": Case(_city({"type": "string", "enum": []})),
    "schema_required_unknown": Case(_schema(required=["town"])),
    "schema_reference": Case(_city({"$ref": "#/$defs/city"})),
    "schema_items_missing": Case(_city({"type": "array"})),
    "schema_strict": Case(_declares(strict=True)),
    "functions_obsolete": Case(chat(functions=[FUNCTION])),
    "calls_type": Case(_talk([{"role": "assistant", "content": "I look.", "tool_calls": {"a": 1}}])),
    "calls_empty": Case(chat(QUESTION, {**ANSWER, "tool_calls": []}, tools=[TOOL])),
    "calls_role": Case(chat({**QUESTION, "tool_calls": [CALL]}, ANSWER, tools=[TOOL])),
    "call_type": Case(_ends("find")),
    "call_kind": Case(_ends({**CALL, "type": "custom"})),
    "call_id_missing": Case(_ends({"type": "function", "function": CALLED})),
    "call_id_type": Case(_ends({**CALL, "id": 1})),
    "call_id_twice": Case(chat(QUESTION, calling(CALL, CALL), tools=[TOOL])),
    "call_function": Case(_ends({**CALL, "function": "find"})),
    "call_name_missing": Case(_called(name="")),
    "call_name_unknown": Case(_called(name="fetch")),
    "tools_undeclared": Case(chat(QUESTION, calling(CALL))),
    "call_arguments_type": Case(_called(arguments={"city": "Oslo"})),
    "call_arguments_json": Case(_called(arguments="{'city': 'Oslo'}")),
    "call_arguments_object": Case(_called(arguments='"Oslo"')),
    "call_argument_unknown": Case(_called(arguments='{"city": "Oslo", "zip": "0150"}')),
    "call_argument_missing": Case(_called(arguments="{}")),
    "calls_parallel": Case(chat(QUESTION, calling(CALL, OTHER), tools=[TOOL], parallel_tool_calls=False)),
    "call_unanswered": Case(_talk([calling(CALL)])),
    "result_unasked": Case(_talk([RESULT])),
    "result_id_missing": Case(_talk([calling(CALL), {"role": "tool", "content": "on its way"}])),
    "result_id_unknown": Case(_talk([calling(CALL), {**RESULT, "tool_call_id": "call_9"}])),
    "result_twice": Case(_talk([calling(CALL), RESULT, RESULT])),
}
