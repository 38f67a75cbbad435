"""What a check of a training file says: findings, counts and estimates, as plain values."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, cast

Severity = Literal["error", "warning", "hint"]
Param = str | int
JsonObject = dict[str, object]

SHOWN_PER_RULE = 20


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong, or worth a look.

    Attributes:
        rule: id of the rule, for example `content_empty`.
        severity: an error refuses the file.
        line: physical line from 1; None for the file as a whole.
        path: JSON path inside the line, for example `messages[2].content`; empty for the whole line.
        params: what the sentence needs; texts from the file are short and clipped, content is never in here.
        repair: the kind of repair (`bot.datasets.repair`) that mends it; empty when only a person can.
    """

    rule: str
    severity: Severity
    line: int | None
    path: str = ""
    params: Mapping[str, Param] = field(default_factory=dict)
    repair: str = ""


FindingWords = Callable[[str, Mapping[str, Param]], tuple[str, str]]
"""Turns rule and parameters into message and remedy; `handlers/wording/findings.py` has it."""


@dataclass(frozen=True, slots=True)
class Tokens:
    """Tokens of all examples for one pass.

    Attributes:
        exact: every text was counted with the model's vocabulary (`bot.datasets.study`); False for an estimate.
        over_limit: examples longer than the model takes; 0 when no limit was given.
        encoding: the vocabulary of an exact count (`o200k_base`); empty for an estimate.
        longest: tokens of the longest example; `median` of the middle one; 0 where not counted.
    """

    total: int
    exact: bool
    over_limit: int
    encoding: str = ""
    longest: int = 0
    median: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The outcome of one check.

    Attributes:
        ok: no error was found.
        profile: what kind of file it was checked as, a name of `bot.datasets.options.PROFILES`.
        service: whose rules were used; `model`: for which model, empty when none was named.
        bytes: size of the file as it is, with a byte-order mark if it has one.
        lines: physical lines, blank ones too. `examples`: lines that hold one.
        turns: messages per role.
        counts: findings per severity. `totals`: findings per rule; all are counted.
        findings: the first `SHOWN_PER_RULE` of each rule, in the order of the file.
        repairable: errors and warnings that a repair mends.
        languages: share of the examples per language (ISO 639-1), in whole per cent of a sample; empty = not looked.
        systems: different system prompts.
        studied: the second pass (exact tokens, near duplicates, overlap) is in here.
        sha256: of the file as it is, in hexadecimal.
        seconds: how long the check took.
    """

    ok: bool
    profile: str
    service: str
    bytes: int
    lines: int
    examples: int
    turns: Mapping[str, int]
    counts: Mapping[str, int]
    findings: tuple[Finding, ...]
    totals: Mapping[str, int]
    tokens: Tokens
    has_bom: bool
    sha256: str
    seconds: float
    model: str = ""
    repairable: int = 0
    languages: Mapping[str, int] = field(default_factory=dict)
    systems: int = 0
    studied: bool = False

    def to_json(self) -> JsonObject:
        """The stored form: JSON types only, findings with their parameters. `from_json` reads it."""
        return self._json([_finding_json(finding) for finding in self.findings])

    def to_public_json(self, words: FindingWords) -> JsonObject:
        """The object that `tunesmith validate --json` prints. Its keys are a promise: programs read them."""
        findings: list[JsonObject] = []
        for finding in self.findings:
            message, remedy = words(finding.rule, finding.params)
            findings.append(
                {
                    "rule": finding.rule,
                    "severity": finding.severity,
                    "line": finding.line,
                    "path": finding.path,
                    "message": message,
                    "remedy": remedy,
                }
            )
        return {
            "ok": self.ok,
            "profile": self.profile,
            "service": self.service,
            "bytes": self.bytes,
            "lines": self.lines,
            "examples": self.examples,
            "counts": dict(self.counts),
            "findings": findings,
            "totals": dict(self.totals),
            "tokens": {
                "total": self.tokens.total,
                "exact": self.tokens.exact,
                "over_limit": self.tokens.over_limit,
            },
        }

    def _json(self, findings: list[JsonObject]) -> JsonObject:
        return {
            "ok": self.ok,
            "profile": self.profile,
            "service": self.service,
            "bytes": self.bytes,
            "lines": self.lines,
            "examples": self.examples,
            "turns": dict(self.turns),
            "counts": dict(self.counts),
            "findings": findings,
            "totals": dict(self.totals),
            "tokens": {
                "total": self.tokens.total,
                "exact": self.tokens.exact,
                "over_limit": self.tokens.over_limit,
                "encoding": self.tokens.encoding,
                "longest": self.tokens.longest,
                "median": self.tokens.median,
            },
            "has_bom": self.has_bom,
            "sha256": self.sha256,
            "seconds": self.seconds,
            "model": self.model,
            "repairable": self.repairable,
            "languages": dict(self.languages),
            "systems": self.systems,
            "studied": self.studied,
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, object]) -> "Report":
        """The report that `to_json` made this of, now or in an earlier release. `KeyError` for other things."""
        tokens = cast("Mapping[str, Any]", stored["tokens"])
        return cls(
            ok=bool(stored["ok"]),
            profile=str(stored["profile"]),
            service=str(stored["service"]),
            bytes=cast("int", stored["bytes"]),
            lines=cast("int", stored["lines"]),
            examples=cast("int", stored["examples"]),
            turns=dict(cast("Mapping[str, int]", stored["turns"])),
            counts=dict(cast("Mapping[str, int]", stored["counts"])),
            findings=tuple(_finding(one) for one in cast("list[JsonObject]", stored["findings"])),
            totals=dict(cast("Mapping[str, int]", stored["totals"])),
            tokens=Tokens(
                tokens["total"],
                bool(tokens["exact"]),
                tokens["over_limit"],
                tokens.get("encoding", ""),
                tokens.get("longest", 0),
                tokens.get("median", 0),
            ),
            has_bom=bool(stored["has_bom"]),
            sha256=str(stored["sha256"]),
            seconds=cast("float", stored["seconds"]),
            model=str(stored.get("model", "")),
            repairable=cast("int", stored.get("repairable", 0)),
            languages=dict(cast("Mapping[str, int]", stored.get("languages", {}))),
            systems=cast("int", stored.get("systems", 0)),
            studied=bool(stored.get("studied", False)),
        )


def _finding_json(finding: Finding) -> JsonObject:
    return {
        "rule": finding.rule,
        "severity": finding.severity,
        "line": finding.line,
        "path": finding.path,
        "params": dict(finding.params),
        "repair": finding.repair,
    }


def _finding(stored: JsonObject) -> Finding:
    return Finding(
        rule=str(stored["rule"]),
        severity=cast("Severity", stored["severity"]),
        line=cast("int | None", stored["line"]),
        path=str(stored["path"]),
        params=dict(cast("Mapping[str, Param]", stored["params"])),
        repair=str(stored.get("repair", "")),
    )
