"""The data of the pictures: a week of a help desk with the usual mistakes, and one to validate with."""

import json
from typing import Final

from sandbox.samples.make import lines, support

EXAMPLES: Final = 2140
_SEED: Final = 47
_SHARED: Final = 9
_TO_VALIDATE: Final = 200
_COMMA: Final = (5, 31, 77, 123, 245, 333, 468, 531, 777, 1203, 1500, 1999)
_UNANSWERED: Final = (140, 1020, 1811)
_EMPTY: Final = 88
_CUT: Final = 412


def faulty_week() -> bytes:
    """2,140 conversations: one answer is empty, one line is cut off, twelve have a comma too many, three end with the
    customer's words.

    Three texts hold what a check looks at twice: a key, an address, a threat. None of it is real.
    """
    rows = _week()
    for at in _COMMA:
        rows[at - 1] = f"{rows[at - 1][:-1]},}}"
    for at in _UNANSWERED:
        example = json.loads(rows[at - 1])
        example["messages"].append({"role": "user", "content": "Thanks, that is all."})
        rows[at - 1] = json.dumps(example)
    _write(rows, _EMPTY, 2, "")
    rows[_CUT - 1] = rows[_CUT - 1][:90]
    for at, text in (
        (204, "Our script says AKIA" + "QX5TGHJ2LMNV7RZC" + " is unknown. What now?"),
        (610, "Please write to mara.lindholm@lampshop-kunden.se about my order."),
        (1377, "I will smash his window if the courier leaves it outside again."),
    ):
        _write(rows, at, 1, text)
    return _joined(rows)


def sound_week() -> bytes:
    """The same without mistakes."""
    return _joined(_week())


def week_to_validate() -> bytes:
    """200 other conversations, and nine of the week above."""
    week = _week(EXAMPLES + _TO_VALIDATE)
    return _joined([*week[620 : 620 + _SHARED], *week[EXAMPLES:]])


def _week(count: int = EXAMPLES) -> list[str]:
    """Lines of which no two ask the same."""
    rows: dict[str, str] = {}
    for row in lines(support(count * 3, seed=_SEED)).decode().splitlines():
        rows.setdefault(json.loads(row)["messages"][1]["content"], row)
    return list(rows.values())[:count]


def _write(rows: list[str], line: int, message: int, text: str) -> None:
    example = json.loads(rows[line - 1])
    example["messages"][message]["content"] = text
    rows[line - 1] = json.dumps(example)


def _joined(rows: list[str]) -> bytes:
    return ("\n".join(rows) + "\n").encode()
