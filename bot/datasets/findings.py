"""Takes findings down: all are counted, the first of each rule are kept."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import NamedTuple

from bot.datasets.report import SHOWN_PER_RULE, Finding, Param, Severity
from bot.datasets.rules.base import Note, RuleSpec

Each = Callable[[Finding], None]


class Found(NamedTuple):
    """A finding before it has a line."""

    spec: RuleSpec
    path: str
    params: Mapping[str, Param]


class Findings:
    """Findings of one check. Bounded: `SHOWN_PER_RULE` per rule, whatever the file holds.

    Args:
        each: called with every finding at once, also with those that are not kept.
    """

    def __init__(self, each: Each | None = None) -> None:
        self._each = each
        self._kept: list[Finding] = []
        self._totals: dict[str, int] = {}
        self._counts: dict[Severity, int] = {"error": 0, "warning": 0, "hint": 0}
        self._repairable = 0

    def at(self, line: int | None) -> Note:
        """What rules report to while they look at `line` (from 1; None = the file as a whole)."""

        def note(spec: RuleSpec, path: str = "", /, **params: Param) -> None:
            self._take(spec, path, params, line)

        return note

    def take(self, found: Iterable[Found], line: int | None) -> None:
        """Take down findings of one line."""
        for spec, path, params in found:
            self._take(spec, path, params, line)

    def _take(self, spec: RuleSpec, path: str, params: Mapping[str, Param], line: int | None) -> None:
        total = self._totals[spec.id] = self._totals.get(spec.id, 0) + 1
        self._counts[spec.severity] += 1
        self._repairable += bool(spec.repair) and spec.severity != "hint"
        if total <= SHOWN_PER_RULE or self._each is not None:
            finding = Finding(spec.id, spec.severity, line, path, params, spec.repair)
            if total <= SHOWN_PER_RULE:
                self._kept.append(finding)
            if self._each is not None:
                self._each(finding)

    def total(self, rule: str) -> int:
        """Findings of one rule so far."""
        return self._totals.get(rule, 0)

    def add(self, other: "Harvested", lines: int) -> None:
        """Append the findings of the next part of a file, whose lines are counted from `lines` + 1."""
        for finding in other.kept:
            shown = sum(one.rule == finding.rule for one in self._kept)
            if shown < SHOWN_PER_RULE:
                line = finding.line + lines if finding.line is not None else None
                self._kept.append(replace(finding, line=line))
        for rule, total in other.totals.items():
            self._totals[rule] = self._totals.get(rule, 0) + total
        for severity in self._counts:
            self._counts[severity] += other.counts.get(severity, 0)
        self._repairable += other.repairable

    @property
    def harvested(self) -> "Harvested":
        """As plain values, for another process."""
        return Harvested(self.kept, self.totals, self.counts, self._repairable)

    @property
    def kept(self) -> tuple[Finding, ...]:
        """The kept ones in the order of the file; those of the file as a whole come first."""
        return tuple(sorted(self._kept, key=lambda finding: finding.line or 0))

    @property
    def totals(self) -> dict[str, int]:
        """All findings per rule."""
        return dict(self._totals)

    @property
    def counts(self) -> dict[str, int]:
        """All findings per severity."""
        return {str(severity): number for severity, number in self._counts.items()}

    @property
    def repairable(self) -> int:
        """Errors and warnings that a repair mends."""
        return self._repairable


class Harvested(NamedTuple):
    """The findings of one part of a file, its lines counted from 1."""

    kept: tuple[Finding, ...]
    totals: dict[str, int]
    counts: dict[str, int]
    repairable: int
