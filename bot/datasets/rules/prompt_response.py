"""Pairs of a prompt and a response (Databricks, Llama and Phi) or completion (babbage and davinci)."""

from bot.datasets.rules.base import (
    Example,
    JsonValue,
    Note,
    Rule,
    RuleSpec,
    Talk,
    clipped,
    json_type,
)
from bot.datasets.rules.shape import object_of
from bot.datasets.traits import Traits

_LLM_FOUNDRY = "llm-foundry, prompt and response pairs (contracts/databricks.md 6)"
_PREPARE = "OpenAI prepare_data (anchors B.2)"

MISSING = RuleSpec(
    "pair_missing",
    "error",
    _LLM_FOUNDRY,
    ("key",),
    why="Half a pair cannot be learned, and the job fails on it.",
)
TYPE = RuleSpec(
    "pair_type",
    "error",
    _LLM_FOUNDRY,
    ("type",),
    why="Only texts are trained on; the job fails on other values.",
)
EMPTY = RuleSpec(
    "pair_empty",
    "error",
    "OpenAI prepare_data and Databricks' check of data (anchors B.2)",
    why="An empty half teaches the model to say nothing, or to answer nothing.",
)
BOTH = RuleSpec(
    "pair_both",
    "error",
    _LLM_FOUNDRY,
    why="With `response` and `completion` in one line the service cannot know which one is the answer.",
)
COMPLETION_KEY = RuleSpec(
    "pair_wrong_key",
    "error",
    "Azure OpenAI and Azure AI Studio: prompt and completion (contracts/azure_ml.md 10)",
    ("key", "wanted"),
    why="Azure's models read the answer from `completion` only.",
)
UNKNOWN_KEY = RuleSpec(
    "pair_unknown_key",
    "warning",
    "Azure OpenAI: two properties on each line (contract 1.3); llm-foundry refuses others",
    ("key",),
    why="The services expect exactly two keys; some refuse the file for a third.",
)
LONG = RuleSpec(
    "pair_long",
    "hint",
    _PREPARE,
    ("characters", "most"),
    why="Very long pairs are cut off at what the model takes, often in the middle of the answer.",
)
CAPITALS = RuleSpec(
    "pair_capitals",
    "hint",
    _PREPARE,
    ("percent",),
    why="Text in capitals is split into more tokens, and models have learned less from such text.",
)

SPECS = (MISSING, TYPE, EMPTY, BOTH, COMPLETION_KEY, UNKNOWN_KEY, LONG, CAPITALS)

PROMPT = "prompt"
ANSWERS = ("response", "completion")
MOST_CHARACTERS = 10_000
_KEYS = frozenset({PROMPT, *ANSWERS})
_LETTERS = 40
"""Letters from which a share of capitals says something."""


def pair_of(value: JsonValue, note: Note) -> Example | None:
    """The pair in a decoded line; None, with what is wrong noted, when it is none."""
    line = object_of(value, "prompt_response", note)
    return Example(line, Talk(), "prompt_response") if line is not None else None


def texts(example: Example) -> list[tuple[str, str]]:
    """Prompt and answer, as (role, text)."""
    roles = ((PROMPT, "user"), *((key, "assistant") for key in ANSWERS))
    return [(role, text) for key, role in roles if isinstance(text := example.value.get(key), str)]


def _check(example: Example, note: Note) -> None:
    line = example.value
    answers = [key for key in ANSWERS if key in line]
    if PROMPT not in line:
        note(MISSING, PROMPT, key=PROMPT)
    if not answers:
        note(MISSING, "response", key="response")
    if len(answers) > 1:
        note(BOTH)
    for key in line:
        if key not in _KEYS:
            note(UNKNOWN_KEY, clipped(key), key=clipped(key))
            continue
        text = line[key]
        if not isinstance(text, str):
            note(TYPE, key, type=json_type(text))
        elif not text or text.isspace():
            note(EMPTY, key)
        else:
            _check_text(key, text, note)
    length = sum(len(text) for _, text in texts(example))
    if length > MOST_CHARACTERS:
        note(LONG, characters=length, most=MOST_CHARACTERS)


def _check_text(key: str, text: str, note: Note) -> None:
    capitals = sum(map(str.isupper, text))
    letters = capitals + sum(map(str.islower, text))
    if letters >= _LETTERS and capitals * 3 > letters:
        note(CAPITALS, key, percent=capitals * 100 // letters)


def _check_completion(example: Example, note: Note) -> None:
    if "response" in example.value and "completion" not in example.value:
        note(COMPLETION_KEY, "response", key="response", wanted="completion")


PAIRS = Rule(tuple(spec for spec in SPECS if spec is not COMPLETION_KEY), _check)
COMPLETIONS = Rule((COMPLETION_KEY,), _check_completion)


def rules(traits: Traits) -> tuple[Rule, ...]:
    """All that is asked of a pair by this service."""
    # Where pairs are not trained at all, that is told for the file, and another key would be no help.
    read = traits.service != "databricks" and "prompt_response" in traits.forms
    return (PAIRS, COMPLETIONS) if read else (PAIRS,)
