"""The findings of a check as lines: errors, then warnings, in the order of the file; what is wrong where, what to do.

Hints are told apart and few; those of secrets, persons and topics are one line for each of the three.
"""

from collections.abc import Sequence

from bot.facts.datasets import DatasetFacts, FindingLine
from handlers.wording import numbers
from handlers.wording.datasets import say
from handlers.wording.findings import finding_text, several_text
from handlers.wording.markup import inline
from handlers.wording.repairs import promise

_ORDER = {"error": 0, "warning": 1, "hint": 2}
_RULES_SHOWN = 15
_HINTS_SHOWN = 4
_LINES_SHOWN = 3
_RISKS = ("secret", "personal", "topic")
"""How the ids of the rules of `bot.datasets.risk` begin."""
_NOT_FOR_VALIDATION = frozenset({"few_examples"})
"""Hints about what a model can learn from: nothing is learnt from validation data."""
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


def _remedy(finding: FindingLine, text: str, locale: str) -> str:
    if finding.repair:
        return f": _{say('repairable', locale, how=inline(promise(finding.repair, locale), 200))}_"
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
    return f"{_sign(finding)}{about}{_remedy(finding, said.remedy, locale)}"


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
    return f"{_sign(first)}{_where(group, total, locale)}{' ' if own_verb else ': '}{message}" + _remedy(
        first, said.remedy, locale
    )


def _told(group: Sequence[FindingLine], data: DatasetFacts, locale: str) -> list[tuple[int, str]]:
    """What a rule found, with the line that it is sorted by; a rule that fired often is one line."""
    total = max(data.totals.get(group[0].rule, 0), len(group))
    if total <= _ALONE and len(group) == total:
        return [(finding.line or 0, _single(finding, locale)) for finding in group]
    return [(min(one.line or 0 for one in group), _grouped(group, total, locale))]


def lines(data: DatasetFacts, locale: str) -> list[str]:
    """Errors, then warnings: what concerns the whole file first, then in its order.

    When there are too many rules, the most serious are shown and the rest is counted.
    """
    groups = [group for group in by_rule(data.findings) if group[0].severity != "hint"]
    told: list[str] = []
    for severity in ("error", "warning"):
        shown = [
            one
            for group in groups[:_RULES_SHOWN]
            if group[0].severity == severity
            for one in _told(group, data, locale)
        ]
        told += [text for _, text in sorted(shown, key=lambda one: one[0])]
    left = groups[_RULES_SHOWN:]
    if left:
        counted = {"error": 0, "warning": 0}
        for group in left:
            counted[group[0].severity] += max(data.totals.get(group[0].rule, 0), len(group))
        told.append(say("more_rules", locale, found=numbers.counts(counted, locale)))
    return told


def hints(data: DatasetFacts, locale: str) -> list[str]:
    """Hints, few: those about the examples first, then one line for each kind of risk."""
    groups = [group for group in by_rule(data.findings) if group[0].severity == "hint"]
    beside = _NOT_FOR_VALIDATION if data.role == "validation" else frozenset()
    risks = tuple(f"{one}_" for one in _RISKS)
    other = [group for group in groups if group[0].rule not in beside and not group[0].rule.startswith(risks)]
    told = [text for group in other[:_HINTS_SHOWN] for _, text in _told(group, data, locale)]
    told += [text for kind in _RISKS if (text := _risk(kind, groups, data, locale))]
    left = sum(max(data.totals.get(group[0].rule, 0), len(group)) for group in other[_HINTS_SHOWN:])
    if left:
        told.append(say("more_rules", locale, found=numbers.count(left, "hint", locale)))
    return told


def _risk(kind: str, groups: Sequence[list[FindingLine]], data: DatasetFacts, locale: str) -> str:
    """`3 texts look like secrets (lines 4, 9, 31): …`; nothing of the texts themselves."""
    found = [one for group in groups for one in group if one.rule.startswith(f"{kind}_")]
    if not found:
        return ""
    kept: dict[str, int] = {}
    for one in found:
        kept[one.rule] = kept.get(one.rule, 0) + 1
    total = sum(max(data.totals.get(rule, 0), number) for rule, number in kept.items())
    where = sorted({one.line for one in found if one.line is not None})
    more = ", …" if len(where) > _LINES_SHOWN or total > len(found) else ""
    shown = f"{', '.join(f'{line:,}' for line in where[:_LINES_SHOWN])}{more}"
    counted = numbers.count(total, "text", locale)
    number = "one" if total == 1 else "many"
    place = say("risk_line" if len(where) == 1 and not more else "risk_lines", locale, lines=shown)
    return say(f"risk_{kind}_{number}", locale, texts=counted, lines=place)
