"""The obsolete way to write tools: `functions`, `function_call` and the role `function`."""

from bot.datasets.rules.base import Example, Note, Rule, RuleSpec
from bot.datasets.rules.sources import AZURE_TOOLS

FUNCTIONS_OBSOLETE = RuleSpec(
    "functions_obsolete",
    "warning",
    AZURE_TOOLS,
    ("key",),
    why="The form is obsolete: newer models are called with `tools`, and would be trained on what they never see.",
    repair="functions",
)

SPECS = (FUNCTIONS_OBSOLETE,)


def _check(example: Example, note: Note) -> None:
    value = example.value
    if "functions" in value:
        if "tools" not in value:
            note(FUNCTIONS_OBSOLETE, "functions", key="functions")
        return
    talk = example.talk
    for index, message in talk.turns:
        if message.get("function_call") is not None:
            note(FUNCTIONS_OBSOLETE, f"{talk.path}[{index}].function_call", key="function_call")
            return
        if message.get("role") == "function":
            note(FUNCTIONS_OBSOLETE, f"{talk.path}[{index}].role", key="function")
            return


FUNCTIONS = Rule(SPECS, _check)
