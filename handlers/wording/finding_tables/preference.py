"""Preference examples (DPO)."""

from collections.abc import Mapping

from handlers.wording.finding_tables.words import Words

WORDS: Mapping[str, Words] = {
    "preference_input_missing": Words(
        "has no `input`", 'write the question as {{"input": {{"messages": […]}}}}', many="have no `input`"
    ),
    "preference_input_type": Words(
        "{subject} is {type}, not an object", 'write {{"messages": […]}}', "`input`"
    ),
    "preference_input_answered": Words(
        "{subject} is assistant: the input already ends with an answer",
        "end the input with the question, and keep the answers in the two outputs",
        "a role",
    ),
    "preference_output_missing": Words(
        "has no `{key}`", "add it, or drop the example", many="have no `{key}`"
    ),
    "preference_output_type": Words(
        "{subject} is {type}, not a list", "write a list with one assistant message", "a preference output"
    ),
    "preference_output_unanswered": Words(
        "{subject} has no assistant message", "add the answer, or drop the example", "a preference output"
    ),
    "preference_output_role": Words(
        "{subject} is `{role}`, and in an output only assistant and tool may speak",
        "move it to the input, or make it assistant",
        "a role",
    ),
    "preference_output_long": Words(
        "{subject} has {messages} messages",
        "Azure OpenAI takes them; for other services keep one assistant message",
        "a preference output",
    ),
    "preference_same": Words(
        "{subject} is the same as `preferred_output`",
        "give two different answers, or drop the example",
        "`non_preferred_output`",
    ),
    "preference_unknown_key": Words("{subject} is not a key of a preference example", "remove it", "`{key}`"),
}
