"""Examples for reinforcement (RFT): a conversation that ends with the question, and what its grader reads."""

from bot.datasets.rules.base import Example, Note, Rule, RuleSpec, clipped

_AZURE = "Azure OpenAI, reinforcement fine-tuning: dataset format (contract 1.3)"

LAST_NOT_USER = RuleSpec(
    "reinforcement_last_not_user",
    "error",
    _AZURE,
    ("role",),
    why="The model writes the next answer itself, so the last message must be the user's; the service refuses others.",
)
NO_REFERENCE = RuleSpec(
    "reinforcement_no_reference",
    "hint",
    _AZURE,
    why="A grader that compares with `item.…` finds nothing there; only one that needs no reference works.",
)

SPECS = (LAST_NOT_USER, NO_REFERENCE)

CHAT_KEYS = frozenset({"messages", "tools", "functions", "parallel_tool_calls"})


def _check(example: Example, note: Note) -> None:
    talk = example.talk
    if talk.turns and talk.complete:
        index, last = talk.turns[-1]
        role = last.get("role")
        if isinstance(role, str) and role != "user":
            note(LAST_NOT_USER, f"messages[{index}].role", role=clipped(role))
    if not example.value.keys() - CHAT_KEYS:
        note(NO_REFERENCE)


REINFORCEMENT = Rule(SPECS, _check)
"""What is asked beside the rules of messages."""
