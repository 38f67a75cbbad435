"""`stray_keys`: keys that a service ignores or refuses, and that nothing is lost with.

What carries meaning stays for a person to decide on: calls, results and declarations of tools where the service takes
none, the weight 0 that keeps an answer from being learned, a word that may be a known key misspelt, and everything in
a message without content, where the stray key may be the content under another name.
"""

from collections.abc import Collection, Mapping, Sequence

from bot.datasets.options import Form
from bot.datasets.repair.example import Written
from bot.datasets.repair.spans import Edit, Member, without
from bot.datasets.rules.base import JsonMap, JsonValue
from bot.datasets.rules.keys import EXAMPLE_KEYS, MESSAGE_KEYS
from bot.datasets.traits import Traits

_MEANING = frozenset({"tools", "functions", "tool_calls", "tool_call_id", "function_call", "refusal"})
_SHORT = 5
"""Letters up to which a word must be closer to be taken for another one misspelt."""


def stray_keys(example: Written, traits: Traits, form: Form) -> list[Edit]:
    """Cuts stray keys of messages, and those of the example in a chat that has an answer.

    Without one it may be an example for reinforcement, whose own keys are what its grader reads.
    """
    edits: list[Edit] = []
    if form == "chat" and any(turn.role == "assistant" for turn in example.talks[0].turns):
        allowed = traits.example_keys
        edits += _cut(
            example.members, example.holder, EXAMPLE_KEYS if allowed is None else allowed, EXAMPLE_KEYS
        )
    allowed = MESSAGE_KEYS if traits.message_keys is None else traits.message_keys
    for turn in (turn for talk in example.talks for turn in talk.turns):
        if turn.value.keys() <= allowed or not _says_something(turn.value):
            continue
        edits += _cut(turn.members, turn.value, allowed, MESSAGE_KEYS)
    return edits


def has_stray_keys(keys: Collection[str], allowed: frozenset[str] | None, usual: frozenset[str]) -> bool:
    """Whether any key is beyond what is allowed; cheap."""
    return not (usual if allowed is None else allowed).issuperset(keys)


def _says_something(message: JsonMap) -> bool:
    return bool(message.get("content") or message.get("tool_calls") or message.get("function_call"))


def _cut(
    members: Sequence[Member], values: Mapping[str, JsonValue], allowed: frozenset[str], usual: frozenset[str]
) -> list[Edit]:
    places = [
        index
        for index, one in enumerate(members)
        if one.key not in allowed and _goes(one.key, values[one.key], usual)
    ]
    return without([one.span for one in members], places)


def _goes(key: str, value: JsonValue, usual: frozenset[str]) -> bool:
    if key == "weight":
        # `true` and `1.0` are no weights, yet say the same as 1
        return value is None or value == 1
    if key in usual:
        return key not in _MEANING or not value
    return not any(_misspelt(key, known) for known in usual)


def _misspelt(key: str, known: str) -> bool:
    """Whether `key` may be `known` with a slip in one place: one or two letters more, less, others or swapped."""
    longest = max(len(key), len(known))
    shortest = min(len(key), len(known))
    if longest - shortest > 2:
        return False
    key = key.casefold()
    if sorted(key) == sorted(known):
        return True
    start = _alike(key, known)
    end = min(_alike(key[::-1], known[::-1]), shortest - start)
    return longest - start - end <= (1 if longest <= _SHORT else 2)


def _alike(one: str, other: str) -> int:
    """How many letters at the beginning are the same."""
    return next(
        (index for index, (a, b) in enumerate(zip(one, other, strict=False)) if a != b),
        min(len(one), len(other)),
    )
