"""Lines of plain text, for training that goes on where the base model's stopped."""

from bot.datasets.rules.base import Example, JsonValue, Note, Rule, RuleSpec, Talk, clipped, json_type
from bot.datasets.rules.shape import object_of

_SOURCE = "Databricks, continued pre-training: UTF-8 text (contracts/databricks.md 6)"

MISSING = RuleSpec("text_missing", "error", _SOURCE, why="A line without `text` adds nothing to learn from.")
TYPE = RuleSpec("text_type", "error", _SOURCE, ("type",), why="Only text is trained on.")
EMPTY = RuleSpec("text_empty", "error", _SOURCE, why="An empty text adds nothing to learn from.")
UNKNOWN_KEY = RuleSpec(
    "text_unknown_key",
    "warning",
    "llm-foundry reads the column `text` only",
    ("key",),
    why="What stands in other keys is not trained on.",
)

SPECS = (MISSING, TYPE, EMPTY, UNKNOWN_KEY)


def text_of(value: JsonValue, note: Note) -> Example | None:
    """The text in a decoded line; None, with what is wrong noted, when it has none."""
    line = object_of(value, "text", note)
    if line is None:
        return None
    if "text" not in line:
        note(MISSING, "text")
        return None
    return Example(line, Talk(), "text")


def texts(example: Example) -> list[tuple[str, str]]:
    """The text, as (role, text) with an empty role."""
    text = example.value.get("text")
    return [("", text)] if isinstance(text, str) else []


def _check(example: Example, note: Note) -> None:
    text = example.value.get("text")
    if not isinstance(text, str):
        note(TYPE, "text", type=json_type(text))
    elif not text or text.isspace():
        note(EMPTY, "text")
    for key in example.value:
        if key != "text":
            note(UNKNOWN_KEY, clipped(key), key=clipped(key))


TEXT = Rule((TYPE, EMPTY, UNKNOWN_KEY), _check)
