"""The full report of a check as a text file: figures, then every finding, grouped by rule."""

from collections.abc import Iterable, Mapping

from bot.datasets.report import Finding
from bot.datasets.rules.base import RuleSpec
from bot.datasets.spool import LeftOut
from bot.facts.datasets import DatasetFacts, FindingLine
from handlers.wording import datasets, jobs, numbers
from handlers.wording.findings import finding_text
from handlers.wording.language import pick
from handlers.wording.markup import unmarked, utc
from handlers.wording.repairs import promise
from handlers.wording.said import fill

_WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "title": "{name} · {id}: full report",
        "nothing": "nothing was found",
        "checked": "checked as {profile} for {service}, received {at}",
        "order": "Errors come first, then warnings, then hints; of each rule, the findings in the order of the file. "
        "Lines count from 1.",
        "rule": "{severity} · {rule} · {places}",
        "why": "why:    {text}",
        "source": "source: {text}",
        "remedy": "remedy: {text}",
        "repair": "repair: the bot can do it, {text}",
        "file": "whole file",
        "line": "line {line}",
        "more": "… and {count} more",
        "cut": "This report ends here because it would be larger than {limit}. Mend what it names and check again.",
        "left_out": "{count} more were counted and not kept.",
        "severity_error": "ERROR",
        "severity_warning": "WARNING",
        "severity_hint": "HINT",
    }
}
_RANK = {"error": 0, "warning": 1, "hint": 2}
_SHARE = 5
"""No rule takes more than this part of the file, so that one that fired for each line leaves room for the others."""


class _Rule:
    """The findings of one rule as text, up to a size."""

    def __init__(self, first: Finding | FindingLine) -> None:
        self.id, self.severity, self.repair = first.rule, first.severity, first.repair
        self.text = bytearray()
        self.count = self.shown = 0
        self.remedies: dict[str, None] = {}


def build(data: DatasetFacts, findings: Iterable[Finding | LeftOut], limit: int, locale: str) -> bytes:
    """The report in UTF-8.

    Args:
        data: the dataset; what its card shows of rules that `findings` does not have stands in the report too.
        findings: all that was found, read once; raises what reading them raises.
        limit: bytes; what would go beyond is counted.
        locale: whose words.
    """
    rules: dict[str, _Rule] = {}
    room, left_out = limit - limit // 20, 0
    for finding in findings:
        if isinstance(finding, LeftOut):
            left_out += finding.left_out
            continue
        room -= _take(rules, finding, limit // _SHARE, room, locale)
    known = frozenset(rules)
    for shown in data.findings:
        if shown.rule not in known:
            room -= _take(rules, shown, limit // _SHARE, room, locale)
    return _whole(data, rules, left_out, limit, locale)


def _take(rules: dict[str, _Rule], finding: Finding | FindingLine, share: int, room: int, locale: str) -> int:
    """Write a finding down; how many bytes that took."""
    rule = rules.get(finding.rule)
    if rule is None:
        rule = rules[finding.rule] = _Rule(finding)
    rule.count += 1
    if rule.shown < rule.count - 1:
        return 0
    said = finding_text(finding.rule, finding.params)
    words = pick(_WORDS, locale)
    place = words["file"] if finding.line is None else words["line"].format(line=f"{finding.line:,}")
    where = f"{place} {finding.path}".rstrip()
    line = f"    {where}: {said.message}\n".encode(errors="replace")
    if len(rule.text) + len(line) > share or len(line) > room:
        return 0
    if len(rule.remedies) < 3:
        rule.remedies[said.remedy] = None
    rule.text += line
    rule.shown += 1
    return len(line)


def _whole(data: DatasetFacts, rules: Mapping[str, _Rule], left_out: int, limit: int, locale: str) -> bytes:
    words = pick(_WORDS, locale)
    specs = _specs()
    out = bytearray(_head(data, locale).encode(errors="replace"))
    cut = False
    for rule in sorted(rules.values(), key=lambda one: _RANK[one.severity]):
        total = max(data.totals.get(rule.id, 0), rule.count)
        out += _title(rule, specs.get(rule.id), total, locale).encode(errors="replace")
        out += rule.text
        rule.text.clear()
        if total > rule.shown:
            cut = cut or rule.count > rule.shown
            out += f"    {words['more'].format(count=f'{total - rule.shown:,}')}\n".encode()
    if left_out:
        out += f"\n{words['left_out'].format(count=f'{left_out:,}')}\n".encode()
    if cut:
        out += f"\n{words['cut'].format(limit=numbers.size(limit))}\n".encode()
    del out[limit:]
    return bytes(out)


def _head(data: DatasetFacts, locale: str) -> str:
    words = pick(_WORDS, locale)
    counts = {"error": data.errors, "warning": data.warnings, "hint": data.hints}
    service = jobs.service(data.service) if data.service else datasets.say("the_service", locale)
    lines = [
        words["title"].format(name=data.name, id=data.id),
        numbers.counts(counts, locale) or words["nothing"],
        unmarked(datasets.figures(data, locale)),
        unmarked(fill(words["checked"], {"profile": data.profile}, service=service, at=utc(data.created_at))),
        unmarked(datasets.mixture(data, locale)),
        unmarked(datasets.turns(data, locale)),
    ]
    return "\n".join([*filter(None, lines), "", words["order"]]) + "\n"


def _title(rule: _Rule, spec: RuleSpec | None, total: int, locale: str) -> str:
    words = pick(_WORDS, locale)
    severity = words[f"severity_{rule.severity}"]
    lines = [
        "",
        words["rule"].format(severity=severity, rule=rule.id, places=numbers.count(total, "place", locale)),
    ]
    if spec is not None:
        lines += [words["why"].format(text=spec.why)] if spec.why else []
        lines += [words["source"].format(text=spec.published)]
    lines += [words["remedy"].format(text=one) for one in rule.remedies if one]
    if rule.repair:
        lines.append(words["repair"].format(text=promise(rule.repair, locale)))
    return "\n".join(lines) + "\n"


def _specs() -> dict[str, RuleSpec]:
    from bot.datasets.rules.registry import SPECS

    return {spec.id: spec for spec in SPECS}
