"""Kinds of repair, and how much of what a check found they mend."""

from collections.abc import Iterable, Mapping
from typing import Literal, get_args

from bot.datasets.rules.base import RuleSpec

Kind = Literal[
    "byte_order_mark",
    "line_ends",
    "blank_lines",
    "trailing_comma",
    "smart_quotes",
    "functions",
    "trailing_turns",
    "stray_keys",
]
"""Values of `RuleSpec.repair` and `Finding.repair`, in the order in which they are told."""

KINDS: tuple[Kind, ...] = get_args(Kind)


def repairable_kinds(totals: Mapping[str, int], specs: Iterable[RuleSpec]) -> dict[Kind, int]:
    """Findings that a repair mends, per kind of repair, in the order of `KINDS`.

    Args:
        totals: all findings per rule (`Report.totals`).
        specs: what can be found (`bot.datasets.rules.registry.SPECS`). Hints are not counted.
    """
    counts: dict[Kind, int] = dict.fromkeys(KINDS, 0)
    for spec in specs:
        for kind in KINDS:
            if spec.repair == kind and spec.severity != "hint":
                counts[kind] += totals.get(spec.id, 0)
    return {kind: count for kind, count in counts.items() if count}
