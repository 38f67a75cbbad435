"""Keys that a line or a message may have."""

from bot.datasets.rules.base import Example, Note, Rule, RuleSpec, clipped

EXAMPLE_KEYS = frozenset({"messages", "tools", "functions", "parallel_tool_calls"})
MESSAGE_KEYS = frozenset(
    {"role", "content", "name", "weight", "tool_calls", "tool_call_id", "function_call", "refusal"}
)

EXAMPLE_UNKNOWN_KEY = RuleSpec(
    "example_unknown_key", "warning", "known checkers refuse or ignore other keys (anchors B.2)", ("key",)
)
MESSAGE_UNKNOWN_KEY = RuleSpec(
    "message_unknown_key",
    "warning",
    "the cookbook's checker knows a fixed set of keys (anchors B.2)",
    ("key",),
)


def _check(example: Example, note: Note) -> None:
    for key in example.value:
        if key not in EXAMPLE_KEYS:
            note(EXAMPLE_UNKNOWN_KEY, clipped(key), key=clipped(key))
    for index, message in example.talk.turns:
        for key in message:
            if key not in MESSAGE_KEYS:
                note(MESSAGE_UNKNOWN_KEY, f"messages[{index}].{clipped(key)}", key=clipped(key))


KEYS = Rule((EXAMPLE_UNKNOWN_KEY, MESSAGE_UNKNOWN_KEY), _check)
