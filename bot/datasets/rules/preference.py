"""Preference examples (DPO): one input, and two outputs of which one is better."""

from collections.abc import Collection, Sequence

from bot.datasets.report import Param
from bot.datasets.rules.base import (
    Example,
    JsonMap,
    JsonValue,
    Note,
    Rule,
    RuleSpec,
    Talk,
    clipped,
    json_type,
)
from bot.datasets.rules.shape import object_of, talk_of

_AZURE = "Azure OpenAI, direct preference optimization: dataset format (contract 1.3)"
_TOGETHER = "Together check_file, preference data (anchors B.2)"

INPUT_MISSING = RuleSpec(
    "preference_input_missing",
    "error",
    _AZURE,
    why="Without an input nobody knows which question the two outputs answer, and the job fails.",
)
INPUT_TYPE = RuleSpec(
    "preference_input_type", "error", _AZURE, ("type",), why="The service reads messages from an object only."
)
INPUT_ANSWERED = RuleSpec(
    "preference_input_answered",
    "error",
    _TOGETHER,
    why="The outputs are what the assistant says next, so its turn must still be open.",
)
OUTPUT_MISSING = RuleSpec(
    "preference_output_missing",
    "error",
    _AZURE,
    ("key",),
    why="One output alone is no comparison, and the job fails.",
)
OUTPUT_TYPE = RuleSpec(
    "preference_output_type", "error", _AZURE, ("type",), why="The service reads messages from a list only."
)
OUTPUT_UNANSWERED = RuleSpec(
    "preference_output_unanswered",
    "error",
    _AZURE,
    why="An output without an assistant message has nothing that could be preferred.",
)
OUTPUT_ROLE = RuleSpec(
    "preference_output_role",
    "error",
    _AZURE,
    ("role",),
    why="In an output only assistant and tool may speak; the service refuses others.",
)
OUTPUT_LONG = RuleSpec(
    "preference_output_long",
    "hint",
    _TOGETHER,
    ("messages",),
    why="Azure OpenAI takes more than one message, other services and trainers take exactly one.",
)
SAME = RuleSpec(
    "preference_same",
    "error",
    "the loss of DPO is a difference of the two",
    why="Two equal outputs teach nothing and are billed like any other example.",
)
UNKNOWN_KEY = RuleSpec(
    "preference_unknown_key",
    "warning",
    "Together check_file knows three keys (anchors B.2)",
    ("key",),
    why="The service ignores or refuses what it does not know; a misspelt key is often meant as one of the three.",
)

SPECS = (
    INPUT_MISSING,
    INPUT_TYPE,
    INPUT_ANSWERED,
    OUTPUT_MISSING,
    OUTPUT_TYPE,
    OUTPUT_UNANSWERED,
    OUTPUT_ROLE,
    OUTPUT_LONG,
    SAME,
    UNKNOWN_KEY,
)

OUTPUTS = ("preferred_output", "non_preferred_output")
KEYS = frozenset({"input", *OUTPUTS})
INPUT_KEYS = frozenset({"messages", "tools", "functions", "parallel_tool_calls"})
_MAY_ANSWER = ("assistant", "tool")


def preference_of(value: JsonValue, note: Note) -> Example | None:
    """The preference example in a decoded line; None, with what is wrong noted, when it has none.

    What can be read of it is there even when an output is missing, so that all that is wrong is told at once.
    """
    line = object_of(value, "preference", note)
    if line is None:
        return None
    talk = _input(line, note)
    answers = [_output(line, key, note) for key in OUTPUTS]
    if talk is None:
        return None
    return Example(
        line,
        talk,
        "preference",
        tuple(answer or Talk(key) for key, answer in zip(OUTPUTS, answers, strict=True)),
    )


def _input(line: JsonMap, note: Note) -> Talk | None:
    if "input" not in line:
        note(INPUT_MISSING, "input")
        return None
    asked = line["input"]
    if not isinstance(asked, dict):
        note(INPUT_TYPE, "input", type=json_type(asked))
        return None
    return talk_of(asked, "messages", "input.messages", note)


def _output(line: JsonMap, key: str, note: Note) -> Talk | None:
    if key not in line:
        note(OUTPUT_MISSING, key, key=key)
        return None
    if not isinstance(line[key], list):
        note(OUTPUT_TYPE, key, type=json_type(line[key]))
        return None
    return talk_of(line, key, key, note)


def _check(example: Example, note: Note) -> None:
    for key in example.value:
        if key not in KEYS:
            note(UNKNOWN_KEY, clipped(key), key=clipped(key))
    asked = example.value["input"]
    for key in asked if isinstance(asked, dict) else ():
        if key not in INPUT_KEYS:
            note(UNKNOWN_KEY, f"input.{clipped(key)}", key=clipped(key))
    _check_input(example.talk, note)
    for answer in example.answers:
        _check_output(answer, note)
    first, second = (example.value.get(key) for key in OUTPUTS)
    if isinstance(first, list) and first and _said(first) == _said(second):
        note(SAME, OUTPUTS[1])


def _check_input(talk: Talk, note: Note) -> None:
    if talk.turns and talk.complete:
        index, last = talk.turns[-1]
        if last.get("role") == "assistant":
            note(INPUT_ANSWERED, f"{talk.path}[{index}].role")


def _check_output(talk: Talk, note: Note) -> None:
    answered, sound = False, talk.complete
    for index, message in talk.turns:
        role = message.get("role")
        answered = answered or role == "assistant"
        if isinstance(role, str) and role not in _MAY_ANSWER:
            note(OUTPUT_ROLE, f"{talk.path}[{index}].role", role=clipped(role))
            sound = False
        sound = sound and isinstance(role, str)
    if talk.turns and sound and not answered:
        note(OUTPUT_UNANSWERED, talk.path)
    if len(talk.turns) > 1:
        note(OUTPUT_LONG, talk.path, messages=len(talk.turns))


def _said(output: JsonValue) -> list[tuple[JsonValue, ...]]:
    """What of an output is learned."""
    messages = output if isinstance(output, list) else []
    return [
        (one.get("role"), one.get("content"), one.get("tool_calls")) if isinstance(one, dict) else (one,)
        for one in messages
    ]


PREFERENCE = Rule(SPECS, _check)
"""What is asked beside the rules of messages."""


def rules(chats: Sequence[Rule], once: Collection[str]) -> tuple[Rule, ...]:
    """All that is asked of a preference example.

    Args:
        chats: the rules of messages, which look at one conversation and the object that declares its tools.
        once: ids of what they say about those tools; input and outputs share them.
    """

    def check(example: Example, note: Note) -> None:
        asked = example.value["input"]
        declares = asked if isinstance(asked, dict) else {}
        for talk in (example.talk, *example.answers):
            dropped = once if talk is not example.talk else ()
            told = _inside(talk, dropped, note)
            for rule in chats:
                rule.check(Example(declares, talk, "preference"), told)

    return PREFERENCE, Rule(tuple(spec for rule in chats for spec in rule.specs), check)


def _inside(talk: Talk, dropped: Collection[str], note: Note) -> Note:
    """Takes findings about a conversation of the example, and completes the paths of what stands beside it."""

    def told(spec: RuleSpec, path: str = "", /, **params: Param) -> None:
        if spec.id not in dropped:
            whole = path if path.startswith(talk.path) else f"input.{path}" if path else "input"
            note(spec, whole, **params)

    return told
