"""How the lines of a file are built, judged by the first ones that can be read."""

import json
from collections import Counter

from bot.datasets.options import Form
from bot.datasets.rules.base import JsonValue
from bot.datasets.rules.shape import form_name

LOOKED_AT = 64
"""Lines that are read at most."""
LONGEST = 256 * 1024
"""Longer lines are skipped."""

_FORM_OF: dict[str, Form] = {
    "chat": "chat",
    "preference": "preference",
    "chosen_rejected": "preference",
    "reinforcement": "reinforcement",
    "prompt_response": "prompt_response",
    "prompt_completion": "prompt_response",
    "text": "text",
}


def recognised(head: bytes) -> Form:
    """The form that most of the first readable lines have; `chat` where none has one.

    `head` is the first 64 KiB without a byte-order mark, or the whole file. Its last line may be cut.
    """
    counts: Counter[Form] = Counter()
    for line in head.split(b"\n", LOOKED_AT)[:LOOKED_AT]:
        name = form_name(_value(line))
        if name in _FORM_OF:
            counts[_FORM_OF[name]] += 1
    return max(counts, key=lambda form: counts[form]) if counts else _by_keys(head)


def _value(line: bytes) -> JsonValue:
    if len(line) > LONGEST:
        return None
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        return None


def _by_keys(head: bytes) -> Form:
    """For a head without one whole line: by the key that comes first."""
    keys: tuple[tuple[bytes, Form], ...] = (
        (b'"messages"', "chat"),
        (b'"input"', "preference"),
        (b'"preferred_output"', "preference"),
        (b'"prompt"', "prompt_response"),
        (b'"text"', "text"),
    )
    start = head[:200].lstrip()
    if not start.startswith(b"{"):
        return "chat"
    start = start[1:].lstrip()
    return next((form for key, form in keys if start.startswith(key)), "chat")
