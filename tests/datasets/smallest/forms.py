"""What a line is, and the forms other than chat."""

from collections.abc import Mapping
from typing import Any

from bot.datasets.options import Options
from tests.datasets.files import ANSWER, QUESTION, chat
from tests.datasets.smallest.case import Case
from tests.datasets.smallest.sound import example

_ASKED, _SAID = "Is the blue lamp in stock?", "Three of them are left."
_PAIRS = Options(service="databricks", byte_order_mark=False)
_COMPLETIONS = Options(model="davinci-002")
_OTHER = {"role": "assistant", "content": "No idea."}


_FUNCTION = {"name": "find", "parameters": {"type": "object", "properties": {}}}
_TOOL = {"type": "function", "function": _FUNCTION}
_CALL = {"id": "call_1", "type": "function", "function": {"name": "find", "arguments": "{}"}}
_CALLING = {"role": "assistant", "content": None, "tool_calls": [_CALL]}
_RESULT = {"role": "tool", "tool_call_id": "call_1", "content": _SAID}


def _preference(also: frozenset[str] = frozenset(), **changed: object) -> Case:
    line: dict[str, Any] = {**example(_ASKED, _SAID, "preference"), **changed}
    return Case(
        {key: value for key, value in line.items() if value is not None}, form="preference", also=also
    )


def _reinforcement(line: object) -> Case:
    return Case(line, form="reinforcement")


def _pair(line: object, options: Options = _COMPLETIONS, also: frozenset[str] = frozenset()) -> Case:
    return Case(line, options, form="prompt_response", also=also)


def _text(line: object) -> Case:
    # Databricks wants a folder of texts, and says so whatever the lines hold.
    return Case(line, _PAIRS, form="text", also=frozenset({"text_folder"}))


CASES: Mapping[str, Case] = {
    "line_not_object": Case(b'"text"'),
    "format_other": Case({"conversations": [{"from": "human", "value": _ASKED}]}, also=frozenset({"format_mixed"})),
    "messages_missing": Case({"message": []}),
    "messages_type": Case({"messages": {}}),
    "messages_empty": Case({"messages": []}),
    "message_type": Case(chat(QUESTION, "Hello", ANSWER)),
    "preference_input_missing": _preference(input=None),
    "preference_input_type": _preference(input=[QUESTION]),
    "preference_input_answered": _preference(input={"messages": [QUESTION, ANSWER]}),
    "preference_output_missing": _preference(non_preferred_output=None),
    "preference_output_type": _preference(preferred_output=_SAID),
    "preference_output_unanswered": _preference(
        # A tool that answers nothing is wrong as well, but nobody else may stand in an output.
        preferred_output=[_RESULT],
        also=frozenset({"result_unasked"}),
    ),
    "preference_output_role": _preference(preferred_output=[{**ANSWER, "role": "user"}]),
    "preference_output_long": _preference(
        input={"messages": [QUESTION], "tools": [_TOOL]}, preferred_output=[_CALLING, _RESULT, ANSWER]
    ),
    "preference_same": _preference(preferred_output=[_OTHER], non_preferred_output=[_OTHER]),
    "preference_unknown_key": _preference(source="chat of Monday"),
    "reinforcement_last_not_user": _reinforcement({"messages": [QUESTION, ANSWER], "reference": _SAID}),
    "reinforcement_no_reference": _reinforcement({"messages": [QUESTION]}),
    "pair_missing": _pair({"prompt": _ASKED}),
    "pair_type": _pair({"prompt": _ASKED, "completion": 7}),
    "pair_empty": _pair({"prompt": _ASKED, "completion": " "}),
    "pair_both": _pair({"prompt": _ASKED, "completion": _SAID, "response": _SAID}),
    "pair_wrong_key": _pair({"prompt": _ASKED, "response": _SAID}),
    "pair_unknown_key": _pair({"prompt": _ASKED, "completion": _SAID, "id": 7}),
    "pair_long": _pair({"prompt": _ASKED + " x" * 5000, "completion": _SAID}),
    "pair_capitals": _pair({"prompt": _ASKED, "completion": "THREE OF THEM ARE LEFT, AND TWO MORE COME ON MONDAY."}),
    "text_missing": _text({"txt": _SAID}),
    "text_type": _text({"text": 7}),
    "text_empty": _text({"text": ""}),
    "text_unknown_key": _text({"text": _SAID, "id": 7}),
}  # fmt: skip
