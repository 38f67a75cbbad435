"""Takes findings down: all are counted, the first of each rule are kept."""

from bot.datasets.report import SHOWN_PER_RULE, Finding, Param
from bot.datasets.rules.base import Note, RuleSpec


class Findings:
    """Findings of one check. Bounded: `SHOWN_PER_RULE` per rule, whatever the file holds."""

    def __init__(self) -> None:
        self._kept: list[Finding] = []
        self._totals: dict[str, int] = {}
        self._counts = {"error": 0, "warning": 0, "hint": 0}

    def at(self, line: int | None) -> Note:
        """What rules report to while they look at `line` (from 1; None = the file as a whole)."""

        def note(spec: RuleSpec, path: str = "", /, **params: Param) -> None:
            total = self._totals[spec.id] = self._totals.get(spec.id, 0) + 1
            self._counts[spec.severity] += 1
            if total <= SHOWN_PER_RULE:
                self._kept.append(Finding(spec.id, spec.severity, line, path, params, spec.repair))

        return note

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
        return dict(self._counts)
