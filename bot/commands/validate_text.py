"""What `tunesmith validate` prints for people: findings as they come, and a summary."""

import sys
from typing import TYPE_CHECKING

from bot.commands.validate_names import shown
from bot.commands.validate_progress import Progress

if TYPE_CHECKING:  # the checker is read only when the command runs
    from bot.datasets.report import Finding, Report
    from bot.datasets.rules.base import RuleSpec

_LOCALE = "en"


class Printer:
    """Prints findings of one file: those of its lines at once, those of the file as a whole at the end.

    Of each rule the first `SHOWN_PER_RULE` are printed and the others counted. Each finding is flushed: it is read
    while the check goes on.
    """

    def __init__(self, progress: Progress, *, full: bool) -> None:
        from bot.datasets.report import SHOWN_PER_RULE

        self._limit = SHOWN_PER_RULE
        self._progress, self._full = progress, full
        self._specs = _specs() if full else {}
        self._shown: set[tuple[str, int | None, str]] = set()
        self._counts: dict[str, int] = {}

    def __call__(self, finding: "Finding") -> None:
        """A finding as the check comes upon it."""
        if finding.line is not None:
            self._print(finding)

    def rest(self, report: "Report") -> None:
        """What has not been printed: late findings, how many more there are, and the file as a whole."""
        for finding in report.findings:
            self(finding)
        for rule, total in report.totals.items():
            kept = max(self._counts.get(rule, 0), sum(one.rule == rule for one in report.findings))
            if total > kept:
                self._write(f"… and {total - kept:,} more of {rule}\n")
        for finding in report.findings:
            if finding.line is None:
                self._print(finding)

    def _print(self, finding: "Finding") -> None:
        key = (finding.rule, finding.line, finding.path)
        count = self._counts.get(finding.rule, 0)
        if key in self._shown or count >= self._limit:
            return
        self._shown.add(key)
        self._counts[finding.rule] = count + 1
        self._write(finding_line(finding) + self._reasons(finding.rule))

    def _reasons(self, rule: str) -> str:
        spec = self._specs.get(rule)
        if spec is None:
            return ""
        why = f"    why: {spec.why}\n" if spec.why else ""
        return f"{why}    source: {spec.published}\n"

    def _write(self, text: str) -> None:
        self._progress.clear()
        sys.stdout.write(text)
        sys.stdout.flush()


def finding_line(finding: "Finding") -> str:
    """`error: line 88 messages[2].content: …` with the remedy on a line below."""
    from handlers.wording.findings import finding_text

    message, remedy = finding_text(finding.rule, finding.params)
    place = " ".join(
        part for part in (f"line {finding.line:,}" if finding.line else "", finding.path) if part
    )
    first = f"{finding.severity}: {place + ': ' if place else ''}{message}\n"
    return first + (f"    {remedy}\n" if remedy else "")


def verdict(report: "Report") -> str:
    """`no errors, 2 warnings`."""
    from handlers.wording import numbers

    counts = {one: report.counts.get(one, 0) for one in ("error", "warning", "hint")}
    found = numbers.counts(counts, _LOCALE)
    return found if counts["error"] else ", ".join(part for part in ("no errors", found) if part)


def summary(report: "Report", name: str, epochs: int) -> str:
    """The verdict, then what the file is, then tokens and what training on them is billed for."""
    from handlers.wording import numbers, time

    what = " · ".join(
        (
            f"{report.profile} for {report.service}" + (f", {shown(report.model)}" if report.model else ""),
            numbers.count(report.examples, "example", _LOCALE),
            numbers.count(report.lines, "line", _LOCALE),
            numbers.size(report.bytes),
            f"checked in {time.duration(report.seconds)}" if report.seconds >= 0.1 else "checked at once",
        )
    )
    return f"{name}: {verdict(report)}\n{what}\n{_tokens(report, epochs)}"


def _tokens(report: "Report", epochs: int) -> str:
    from handlers.wording import numbers

    tokens = report.tokens
    if not tokens.total:
        return ""
    times = numbers.count(epochs, "epoch", _LOCALE)
    once, billed = (
        numbers.tokens(number, tokens.exact, _LOCALE) for number in (tokens.total, tokens.total * epochs)
    )
    text = f"{once} x {times} = {billed} billed\n"
    if tokens.over_limit:
        text += f"{numbers.count(tokens.over_limit, 'example', _LOCALE)} longer than the model takes\n"
    return text


def repairable(report: "Report", command: str) -> str:
    """What a repair would mend, and the command that does; empty where it would mend nothing."""
    from bot.datasets.repair.kinds import repairable_kinds
    from handlers.wording.repairs import repairable_text

    kinds = repairable_kinds(report.totals, _specs().values())
    count = sum(kinds.values())
    if not count:
        return ""
    return f"{count:,} of these can be repaired ({repairable_text(kinds, _LOCALE)}): {command}\n"


def _specs() -> "dict[str, RuleSpec]":
    from bot.datasets.rules.registry import SPECS

    return {spec.id: spec for spec in SPECS}
