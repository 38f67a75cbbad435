"""The examples as a set."""

from collections.abc import Iterable, Mapping

from tests.datasets.smallest.case import Case, written
from tests.datasets.smallest.sound import PAIRS, example

_ADJECTIVES = (
    "amber",
    "broad",
    "cheap",
    "dark",
    "early",
    "fancy",
    "great",
    "heavy",
    "iron",
    "jolly",
    "known",
)
_THINGS = ("ladder", "mirror", "napkin", "oven")
_NAMES = [f"{adjective} {thing}" for adjective in _ADJECTIVES for thing in _THINGS]
"""44 names of goods."""


def _chat(question: str, answer: str, system: str = "") -> dict[str, object]:
    if not system:
        return example(question, answer, "chat")
    messages = [
        {"role": "system", "content": system},
        {"role": "user", "content": question},
        {"role": "assistant", "content": answer},
    ]
    return {"messages": messages}


def _file(examples: Iterable[Mapping[str, object]]) -> Case:
    return Case(b"".join(written(one) + b"\n" for one in examples), many=0)


_SYSTEM = "You sell things for house and garden."

CASES: Mapping[str, Case] = {
    "duplicate_example": Case(
        _chat("Is it green?", "It is blue."), more=(_chat("Is it green?", "It is blue."),)
    ),
    "conflicting_answers": Case(
        _chat("Is it green?", "It is blue."), more=(_chat("Is it green?", "It is red."),)
    ),
    "system_prompt_missing": Case(_chat("Is it green?", "It is blue.", _SYSTEM)),
    "system_prompt_varies": _file(
        _chat(*pair, "Be terse." if place == 5 else _SYSTEM) for place, pair in enumerate(PAIRS[:12])
    ),
    "few_examples": Case(_chat("Is it green?", "It is blue.")),
    "one_scenario": _file(
        _chat(
            f"Tell me all about the {name}.",
            f"{name.capitalize()}: shelf {place}, in the {place % 7}th hall.",
        )
        for place, name in enumerate(_NAMES)
    ),
    "one_answer": _file(
        _chat(
            f"{name.capitalize()} or rather not, what do you say?",
            "Please ask one of our people in the shop."
            if place < 20
            else f"Take the {name}, it has {place} years.",
        )
        for place, name in enumerate(_NAMES)
    ),
}
