"""Which of our rules other checkers have: data for the last section of docs/dataset-rules.md.

`anchors B.2` is the comparison of the checkers' sources and documents that the project began with; two were read in
full in their packages. What was not read is unknown, and is shown as such.
"""

from collections.abc import Mapping
from typing import Literal, NamedTuple

Answer = Literal["yes", "no", "unknown"]


class Peer(NamedTuple):
    """Another checker.

    Attributes:
        letter: in `TESTED`.
        name: for the head of the column.
        read: where its rules were read.
        whole: all of its rules were read, so that what is not in `TESTED` is known to be missing.
    """

    letter: str
    name: str
    read: str
    whole: bool = False


PEERS = (
    Peer("C", "cookbook", "OpenAI cookbook, Chat_finetuning_data_prep.ipynb"),
    Peer("P", "prepare_data", "openai-python, _validators.py"),
    Peer("S", "together 1.x", "together-python, utils/files.py"),
    Peer(
        "T",
        "together 3.x",
        "package together 3.1.1, lib/utils/files.py: `check_file` for JSON Lines",
        whole=True,
    ),
    Peer("M", "mistral-finetune", "utils/validate_data.py"),
    Peer("D", "Databricks", "llm-foundry's exceptions and the notebook"),
    Peer("A", "Azure", "documents of the service"),
    Peer("G", "parallelogram", "package parallelogram 0.4.2, most of its rules"),
)

# Rules of which the comparison says who tests them; a peer that is not named does not.
TESTED: Mapping[str, str] = {
    "file_empty": "PST",
    "file_too_large": "STA",
    "file_format": "PST",
    "encoding_invalid": "ST",
    "encoding_utf16": "ST",
    "too_few_examples": "STA",
    "too_many_examples": "",
    "format_mixed": "S",
    "format_other": "S",
    "byte_order_mark": "",
    "line_blank": "",
    "line_ends": "",
    "line_ends_mixed": "",
    "json_truncated": "CPSTMDAG",
    "json_syntax": "CPSTMDAG",
    "json_trailing_comma": "CPSTMDAG",
    "json_smart_quotes": "CPSTMDAG",
    "json_byte_order_mark": "CPSTMDAG",
    "json_duplicate_key": "",
    "json_number": "",
    "line_not_object": "CSTMDG",
    "messages_missing": "CSMDG",
    "messages_type": "CSMG",
    "messages_empty": "CSMG",
    "message_type": "SMDG",
    "example_unknown_key": "SP",
    "message_unknown_key": "CD",
    "role_missing": "CSG",
    "role_type": "CSMDG",
    "role_unknown": "CSMADG",
    "role_repeated": "SDG",
    "roles_alternate": "SDG",
    "system_not_first": "MDG",
    "system_late": "MDG",
    "system_repeated": "MDG",
    "system_refused": "D",
    "assistant_missing": "CSDA",
    "assistant_not_last": "DMG",
    "answer_not_last": "DMG",
    "user_missing": "CG",
    "too_few_messages": "DG",
    "content_missing": "CSG",
    "content_null": "CG",
    "content_type": "SMDG",
    "content_empty": "SMDG",
    "weight_value": "SA",
    "weight_all_zero": "",
    "weight_images": "S",
    "tools_type": "M",
    "tool_type": "M",
    "tool_name_missing": "M",
    "tool_description_type": "M",
    "parameters_type": "M",
    "calls_type": "M",
    "call_function": "M",
    "call_name_missing": "M",
    "call_arguments_type": "M",
    "call_arguments_json": "",
    "result_id_missing": "M",
    "result_id_unknown": "M",
    "parallel_type": "",
    "functions_obsolete": "M",
    "image_role": "S",
    "image_media": "S",
    "image_size": "S",
    "images_many": "S",
    "preference_input_missing": "S",
    "preference_input_type": "S",
    "preference_input_answered": "S",
    "preference_output_missing": "S",
    "preference_output_type": "S",
    "preference_output_unanswered": "S",
    "preference_output_long": "S",
    "preference_same": "",
    "pair_missing": "PSD",
    "pair_type": "SD",
    "pair_empty": "PD",
    "pair_unknown_key": "P",
    "pair_long": "P",
    "pair_capitals": "P",
    "duplicate_example": "PG",
    "conflicting_answers": "",
    "near_duplicate": "",
    "validation_overlap": "",
    "validation_near_overlap": "",
    "system_prompt_varies": "",
    "system_prompt_missing": "C",
    "languages_mixed": "",
}


def answer(rule: str, peer: Peer) -> Answer:
    """Whether `peer` tests what `rule` does."""
    if peer.letter in TESTED.get(rule, ""):
        return "yes"
    return "no" if peer.whole or rule in TESTED else "unknown"
