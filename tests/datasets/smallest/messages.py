"""Rules about messages: keys, roles, order, names, content, weights."""

from collections.abc import Mapping

from bot.datasets.options import Options
from tests.datasets.files import ANSWER, QUESTION, chat
from tests.datasets.smallest.case import Case

DATABRICKS = Options(service="databricks", byte_order_mark=False)
MISTRAL = Options(service="databricks", model="mistralai/Mistral-7B-v0.1", byte_order_mark=False)
SYSTEM = {"role": "system", "content": "Be brief."}
PICTURE = {"type": "image_url", "image_url": {"url": "https://images.example.com/lamp.png"}}


def _asked(**more: object) -> dict[str, object]:
    return chat({**QUESTION, **more}, ANSWER)


def _answered(**more: object) -> dict[str, object]:
    return chat(QUESTION, {**ANSWER, **more})


def _without(key: str) -> dict[str, object]:
    return chat({name: value for name, value in QUESTION.items() if name != key}, ANSWER)


CASES: Mapping[str, Case] = {
    "example_unknown_key": Case(chat(id=7)),
    "example_key_refused": Case(chat(id=7), DATABRICKS),
    "message_unknown_key": Case(_answered(wieght=1)),
    "message_key_refused": Case(_asked(name="rin"), DATABRICKS),
    "message_key_role": Case(_asked(tool_call_id="call_1")),
    "role_missing": Case(_without("role")),
    "role_type": Case(_asked(role=3)),
    "role_unknown": Case(_answered(role="assitant")),
    "role_refused": Case(chat({**SYSTEM, "role": "developer"}, QUESTION, ANSWER), DATABRICKS),
    "assistant_missing": Case(chat(QUESTION)),
    "assistant_not_last": Case(chat(QUESTION, ANSWER, QUESTION)),
    "answer_not_last": Case(chat(QUESTION, ANSWER, QUESTION), DATABRICKS),
    "user_missing": Case(chat(SYSTEM, ANSWER)),
    "too_few_messages": Case(chat(ANSWER), DATABRICKS),
    "system_late": Case(chat(QUESTION, SYSTEM, ANSWER)),
    "system_repeated": Case(chat(SYSTEM, SYSTEM, QUESTION, ANSWER)),
    "system_not_first": Case(chat(QUESTION, SYSTEM, ANSWER), DATABRICKS),
    "system_refused": Case(chat(SYSTEM, QUESTION, ANSWER), MISTRAL),
    "role_repeated": Case(chat(QUESTION, ANSWER, ANSWER)),
    "roles_alternate": Case(chat(QUESTION, ANSWER, ANSWER), DATABRICKS),
    "name_type": Case(_asked(name=7)),
    "name_form": Case(_asked(name="Rin K.")),
    "function_name_missing": Case(
        chat(
            QUESTION,
            {"role": "assistant", "content": None, "function_call": {"name": "find", "arguments": "{}"}},
            {"role": "function", "content": "[]"},
            ANSWER,
            functions=[{"name": "find"}],
        ),
        also=frozenset({"functions_obsolete"}),
    ),
    "content_missing": Case(_without("content")),
    "content_null": Case(_answered(content=None)),
    "content_type": Case(_answered(content=3)),
    "content_empty": Case(_answered(content="")),
    "content_part": Case(_asked(content=[7])),
    "content_part_unknown": Case(_asked(content=[{"type": "input_text", "text": "Hello"}])),
    "content_part_text": Case(_asked(content=[{"type": "text", "text": None}])),
    "content_part_empty": Case(_asked(content=[PICTURE, {"type": "text", "text": " "}])),
    "content_parts_refused": Case(_asked(content=[{"type": "text", "text": "Hello"}]), DATABRICKS),
    "refusal_type": Case(_answered(refusal=True)),
    "weight_value": Case(_answered(weight=2)),
    "weight_role": Case(_asked(weight=1)),
    "weight_all_zero": Case(_answered(weight=0)),
    "weight_images": Case(chat({**QUESTION, "content": [PICTURE]}, {**ANSWER, "weight": 1})),
    "weight_refused": Case(_answered(weight=1), DATABRICKS),
}
