"""The stand-in's responsible-AI check of training data (contract 5.1, R1).

The real classifier is not public. Here each category has a few plain phrases; two conversations that hold one
are above the severity threshold. The phrases are mild: they only have to be recognisable.
"""

from collections import Counter
from typing import Final

THRESHOLD: Final = 2

PHRASES: Final[dict[str, tuple[str, ...]]] = {
    "hate_fairness": ("people like them are worthless", "that kind of people does not belong here"),
    "self_harm": (
        "pinch yourself until it hurts",
        "skip your meals for a week",
        "stay awake until you drop",
        "hurt yourself",
    ),
    "sexual": ("explicit scene placeholder",),
    "violence": ("smash his window", "kick his fence", "punch him", "beat him up"),
}


def categories_in(text: str) -> set[str]:
    """The categories of which a text holds a phrase."""
    lowered = text.lower()
    return {category for category, phrases in PHRASES.items() if any(phrase in lowered for phrase in phrases)}


def refusal(harms: Counter[str]) -> str | None:
    """The service's sentence for the categories above the threshold; None when the data is fine."""
    found = sorted(category for category, count in harms.items() if count >= THRESHOLD)
    if not found:
        return None
    return (
        f"The provided training data failed RAI checks for harm types: [{', '.join(found)}]. "
        "Please fix the data and try again."
    )
