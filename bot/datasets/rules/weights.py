"""`weight`: which answers are learned from."""

from bot.datasets.rules.base import Example, Note, Rule, RuleSpec, clipped

WEIGHT_VALUE = RuleSpec("weight_value", "error", "0 or 1, as a whole number (contract 1.3)", ("value",))
WEIGHT_ROLE = RuleSpec("weight_role", "error", "only answers have a weight (contract 1.3)", ("role",))


def _shown(value: object) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return clipped(str(value))
    return f'"{clipped(value)}"' if isinstance(value, str) else "a list or object"


def _check(example: Example, note: Note) -> None:
    for index, message in example.talk.turns:
        if "weight" not in message:
            continue
        weight, role = message["weight"], message.get("role")
        path = f"messages[{index}].weight"
        if type(weight) is not int or weight not in (0, 1):
            note(WEIGHT_VALUE, path, value=_shown(weight))
        elif role != "assistant":
            note(WEIGHT_ROLE, path, role=clipped(role) if isinstance(role, str) else "no role")


WEIGHTS = Rule((WEIGHT_VALUE, WEIGHT_ROLE), _check)
