"""The findings of a check as lines: one for each rule, the first line numbers, what to do."""

from collections.abc import Sequence

from bot.facts.datasets import DatasetFacts, FindingLine
from handlers.wording import numbers
from handlers.wording.datasets import say
from handlers.wording.findings import finding_text
from handlers.wording.markup import inline

_ORDER = {"error": 0, "warning": 1, "hint": 2}
_RULES_SHOWN = 15
_LINES_SHOWN = 3
_ALONE = 2


def by_rule(findings: Sequence[FindingLine]) -> list[list[FindingLine]]:
    """Findings of the same rule together: errors before warnings before hints, then in the order of the file."""
    groups: dict[str, list[FindingLine]] = {}
    for finding in findings:
        groups.setdefault(finding.rule, []).append(finding)
    return sorted(groups.values(), key=lambda group: _ORDER[group[0].severity])


def _sign(finding: FindingLine) -> str:
    return "" if finding.severity == "error" else "⚠ " if finding.severity == "warning" else ""


def _single(finding: FindingLine, locale: str) -> str:
    said = finding_text(finding.rule, {**finding.params, "path": finding.path})
    where = say("line", locale, line=f"{finding.line:,}") if finding.line is not None else say("file", locale)
    remedy = f": {inline(said.remedy, 400)}" if said.remedy else ""
    return f"{_sign(finding)}*{where}* {written(said.message)}{remedy}"


def written(text: str) -> str:
    """Our own sentence about text of others: escaped, its code spans kept."""
    pieces = text.split("`")
    if len(pieces) % 2 == 0:
        return inline(text, 600)
    shown = [inline(piece, 300) if piece.strip() else "" for piece in pieces]
    spaced = [
        f"{' ' if piece[:1].isspace() else ''}{one}{' ' if piece[-1:].isspace() and piece.strip() else ''}"
        for piece, one in zip(pieces, shown, strict=True)
    ]
    return "".join(f"`{one.strip() or ' '}`" if at % 2 else one for at, one in enumerate(spaced)).strip()


def _grouped(group: Sequence[FindingLine], total: int, locale: str) -> str:
    first = group[0]
    said = finding_text(first.rule, {**first.params, "path": first.path})
    lines = list(dict.fromkeys(one.line for one in group if one.line is not None))
    if lines:
        shown = ", ".join(f"{line:,}" for line in lines[:_LINES_SHOWN]) + (
            ", …" if total > _LINES_SHOWN else ""
        )
        where = say("lines", locale, lines=f"*{numbers.count(total, 'line', locale)}*", first=shown)
    else:
        where = f"*{say('times', locale, times=f'{total:,}')}*"
    remedy = f": {inline(said.remedy, 400)}" if said.remedy else ""
    return f"{_sign(first)}{where} {written(said.message)}{remedy}"


def lines(data: DatasetFacts, locale: str) -> list[str]:
    """All rules that fired, the most serious first; the rest is counted."""
    groups = by_rule(data.findings)
    shown: list[str] = []
    for group in groups[:_RULES_SHOWN]:
        total = max(data.totals.get(group[0].rule, 0), len(group))
        if total <= _ALONE and len(group) == total:
            shown += [_single(finding, locale) for finding in group]
        else:
            shown.append(_grouped(group, total, locale))
    left = groups[_RULES_SHOWN:]
    if left:
        counted = {"error": 0, "warning": 0}
        for group in left:
            kind = "error" if group[0].severity == "error" else "warning"
            counted[kind] += max(data.totals.get(group[0].rule, 0), len(group))
        shown.append(
            say(
                "more_rules",
                locale,
                errors=numbers.count(counted["error"], "error", locale),
                warnings=numbers.count(counted["warning"], "warning", locale),
            )
        )
    return shown
