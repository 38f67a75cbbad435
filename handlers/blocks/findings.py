"""The findings of a check as lines, in the order of the file: what is wrong where, what to do."""

from collections.abc import Sequence

from bot.facts.datasets import DatasetFacts, FindingLine
from handlers.wording import numbers
from handlers.wording.datasets import say
from handlers.wording.findings import finding_text, several_text
from handlers.wording.markup import inline

_ORDER = {"error": 0, "warning": 1, "hint": 2}
_RULES_SHOWN = 15
_LINES_SHOWN = 3
_ALONE = 2
_THE_FILE = "the file "


def by_rule(findings: Sequence[FindingLine]) -> list[list[FindingLine]]:
    """Findings of the same rule together: errors before warnings before hints, then in the order of the file."""
    groups: dict[str, list[FindingLine]] = {}
    for finding in findings:
        groups.setdefault(finding.rule, []).append(finding)
    return sorted(groups.values(), key=lambda group: _ORDER[group[0].severity])


def _sign(finding: FindingLine) -> str:
    return "⚠ " if finding.severity == "warning" else ""


def _remedy(text: str) -> str:
    return f": {inline(text, 400)}" if text else ""


def _single(finding: FindingLine, locale: str) -> str:
    said = finding_text(finding.rule, {**finding.params, "path": finding.path})
    if finding.line is not None:
        about = f"*{say('line', locale, line=f'{finding.line:,}')}* {written(said.message)}"
    elif said.message.startswith(_THE_FILE):
        name = _THE_FILE.strip()
        about = f"*{name[:1].upper()}{name[1:]}* {written(said.message.removeprefix(_THE_FILE))}"
    else:
        about = f"*{say('file', locale)}* {written(said.message)}"
    return f"{_sign(finding)}{about}{_remedy(said.remedy)}"


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


def _where(group: Sequence[FindingLine], total: int, locale: str) -> str:
    """`*17 lines* (1, 2, 3, …)`; places instead of lines where one line has several and not all are known."""
    lines = list(dict.fromkeys(one.line for one in group if one.line is not None))
    places = numbers.count(total, "place", locale)
    if not lines:
        return f"*{places}*"
    if len(group) == total and len(lines) == 1:
        return say("within", locale, line=f"*{say('line', locale, line=f'{lines[0]:,}')}*", places=places)
    one_each = len(lines) == len(group)
    known = len(lines) if len(group) == total else total
    counted = numbers.count(known, "line", locale) if one_each or len(group) == total else places
    shown = ", ".join(f"{line:,}" for line in lines[:_LINES_SHOWN])
    more = ", …" if max(len(lines), known) > _LINES_SHOWN else ""
    return say("lines", locale, lines=f"*{counted}*", first=f"{shown}{more}")


def _grouped(group: Sequence[FindingLine], total: int, locale: str) -> str:
    first = group[0]
    shared = len({one.path for one in group}) == 1 and len(group) == total
    said = several_text(first.rule, {**first.params, "path": first.path if shared else ""})
    own_verb = not said.message.startswith(":")
    message = written(said.message.lstrip(": "))
    varied = not own_verb and any(one.params != first.params for one in group)
    if varied:
        message = f"{message} {say('in_first', locale)}"
    return f"{_sign(first)}{_where(group, total, locale)}{' ' if own_verb else ': '}{message}{_remedy(said.remedy)}"


def lines(data: DatasetFacts, locale: str) -> list[str]:
    """What was found in the order of the file, what concerns all of it first; a rule that fired often is one line.

    When there are too many rules, the most serious are shown and the rest is counted.
    """
    groups = by_rule(data.findings)
    shown: list[tuple[int, str]] = []
    for group in groups[:_RULES_SHOWN]:
        total = max(data.totals.get(group[0].rule, 0), len(group))
        if total <= _ALONE and len(group) == total:
            shown += [(finding.line or 0, _single(finding, locale)) for finding in group]
        else:
            shown.append((min(one.line or 0 for one in group), _grouped(group, total, locale)))
    told = [text for _, text in sorted(shown, key=lambda one: one[0])]
    left = groups[_RULES_SHOWN:]
    if left:
        counted = {"error": 0, "warning": 0}
        for group in left:
            kind = "error" if group[0].severity == "error" else "warning"
            counted[kind] += max(data.totals.get(group[0].rule, 0), len(group))
        told.append(
            say(
                "more_rules",
                locale,
                errors=numbers.count(counted["error"], "error", locale),
                warnings=numbers.count(counted["warning"], "warning", locale),
            )
        )
    return told
