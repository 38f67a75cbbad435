"""Runs the risk rule by itself, and its expressions over raw lines."""

import functools
import json
from collections.abc import Iterable, Mapping

import hyperscan

from bot.datasets.report import Param
from bot.datasets.risk import EVERY, Pattern, note_risks, patterns
from bot.datasets.rules.base import Example, RuleSpec, Talk

Found = tuple[str, str, Mapping[str, Param]]


def noted(value: dict[str, object], families: int = EVERY) -> list[Found]:
    """Rule, path and parameters of all that is found in one line of these families."""
    found: list[Found] = []

    def note(spec: RuleSpec, path: str = "", /, **params: Param) -> None:
        assert set(params) == set(spec.params)
        found.append((spec.id, path, params))

    note_risks(Example(value, Talk()), note, families)
    return found


def in_text(text: str) -> list[tuple[str, str]]:
    """Rule and kind of all that is found in one message."""
    said: dict[str, object] = {"messages": [{"role": "user", "content": text}]}
    return [(rule, str(params.get("kind", ""))) for rule, _, params in noted(said)]


def raw(text: str, *, ascii_only: bool, slashes: bool = False) -> bytes:
    """A line with one message that says `text`."""
    line = json.dumps({"messages": [{"role": "user", "content": text}]}, ensure_ascii=ascii_only)
    line = line.replace("/", "\\/") if slashes else line
    return line.encode("utf-8", "surrogatepass")


class Marks:
    """Expressions compiled for a scan as the engine does it."""

    def __init__(self, found: Iterable[Pattern]) -> None:
        each = list(found)
        self.database = hyperscan.Database()
        self.database.compile(
            expressions=[one.expression for one in each],
            flags=[hyperscan.HS_FLAG_CASELESS if one.caseless else 0 for one in each],
        )

    def ends(self, data: bytes) -> list[int]:
        """Where matches end."""
        ends: list[int] = []

        def take(number: int, start: int, end: int, flags: int, context: object = None) -> None:
            ends.append(end)

        self.database.scan(data, match_event_handler=take)
        return ends


@functools.cache
def marks() -> Marks:
    return Marks(patterns())
