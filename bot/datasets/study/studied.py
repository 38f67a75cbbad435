"""What the second pass found, and how it becomes part of a report."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from bot.datasets.report import Finding, Report, Tokens
from bot.datasets.study.specs import SECOND_PASS

_RULES = {spec.id: spec for spec in SECOND_PASS}


@dataclass(frozen=True, slots=True, kw_only=True)
class Studied:
    """The outcome of the second pass over one file. Plain values: it travels between processes.

    Attributes:
        findings: the first of each rule; `totals`: all per rule.
        tokens: of all examples.
        languages: as in `Report`.
        overlap: examples that stand in the other file exactly, and nearly; None when there was no other file.
        seconds: how long it took.
    """

    findings: tuple[Finding, ...]
    totals: Mapping[str, int]
    tokens: Tokens
    languages: Mapping[str, int] = field(default_factory=dict)
    overlap: tuple[int, int] | None = None
    seconds: float = 0.0


def merged(report: Report, studied: Studied) -> Report:
    """The report with what the second pass found, in the place of what an earlier one found."""
    kept = with_findings(without(report, frozenset(_RULES)), studied.findings, studied.totals)
    return replace(
        kept,
        tokens=studied.tokens,
        languages=dict(studied.languages),
        seconds=report.seconds if report.studied else report.seconds + studied.seconds,
        studied=True,
    )


def with_findings(report: Report, findings: tuple[Finding, ...], totals: Mapping[str, int]) -> Report:
    """The report with more findings of rules of the second pass, of which it has none yet."""
    counts = dict(report.counts)
    for rule, total in totals.items():
        severity = _RULES[rule].severity
        counts[severity] = counts.get(severity, 0) + total
    return replace(
        report,
        ok=not counts.get("error", 0),
        counts=counts,
        totals={**report.totals, **totals},
        findings=tuple(sorted((*report.findings, *findings), key=lambda one: one.line or 0)),
    )


def without(report: Report, rules: frozenset[str]) -> Report:
    """The report without the findings of these rules of the second pass."""
    counts = dict(report.counts)
    for rule, total in report.totals.items():
        if rule in rules:
            counts[_RULES[rule].severity] -= total
    return replace(
        report,
        ok=not counts.get("error", 0),
        counts=counts,
        totals={rule: total for rule, total in report.totals.items() if rule not in rules},
        findings=tuple(one for one in report.findings if one.rule not in rules),
    )
