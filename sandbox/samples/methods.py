"""The sample files for the methods that learn from more than conversations: preferences, and prompts that are graded.

Each function returns the whole file, the same bytes every time.
"""

import json
import random
from collections.abc import Iterable
from typing import Any, Final

from sandbox.samples import make, phrases

_CURT: Final = (
    "No idea. Ask somebody else.",
    "That is on our site.",
    "Write again next week.",
    "We do not do that here.",
    "Look into the box, it is all in there.",
)
_ROUTES: Final = (
    ("Where is my {product}? I ordered it {days} days ago.", "delivery"),
    ("The parcel with the {product} has not come.", "delivery"),
    ("I was charged twice for the {product}.", "payment"),
    ("The invoice for the {product} names the wrong sum.", "payment"),
    ("The {product} flickers and goes out.", "repair"),
    ("The cord of my {product} is torn.", "repair"),
)
_ROUTER: Final = "Name the team that answers this mail, in one word: delivery, payment or repair."


def preferences() -> bytes:
    """80 questions to the help desk, each with the answer that is wanted and a curt one that is not."""
    rng = _rng(21)
    rows: list[dict[str, Any]] = []
    for messages in make.support(80, seed=21):
        curt = {"role": "assistant", "content": rng.choice(_CURT)}
        rows.append(
            {
                "input": {"messages": messages[:2]},
                "preferred_output": [messages[2]],
                "non_preferred_output": [curt],
            }
        )
    return _lines(rows)


def prompts() -> bytes:
    """60 mails to sort, each with the right answer for a grader to compare with."""
    return _lines(_mails()[:60])


def prompts_valid() -> bytes:
    """20 more of them, to validate with."""
    return _lines(_mails()[60:])


def _mails() -> list[dict[str, Any]]:
    """80 of them, no two alike."""
    rng = _rng(22)
    found: dict[str, str] = {}
    while len(found) < 80:
        asked, team = rng.choice(_ROUTES)
        slots = {"product": rng.choice(phrases.PRODUCTS), "days": rng.randrange(3, 90)}
        found[f"Order LO-{rng.randrange(10_000, 99_999)}. {asked.format(**slots)}"] = team
    return [
        {"messages": [{"role": "user", "content": f"{_ROUTER}\n\n{mail}"}], "answer": team}
        for mail, team in found.items()
    ]


def _lines(rows: Iterable[dict[str, Any]]) -> bytes:
    return "".join(json.dumps(row) + "\n" for row in rows).encode()


def _rng(seed: int) -> random.Random:
    return random.Random(seed)  # noqa: S311 - repeatable sample texts, not a secret
