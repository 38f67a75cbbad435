"""Why a training failed, read out of the service's words (contract 6, 8). Pure.

No codes are published for what a training fails of; most of it are the trainer's own user errors.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from providers.base import Failure
from providers.failures import Explanation, FailureKind


@dataclass(frozen=True, slots=True)
class _Rule:
    """Words that give a kind away; `fix` is what to change in the data (`handlers/wording/error_tables/azure_ai`)."""

    kind: FailureKind
    pattern: re.Pattern[str]
    fix: str = ""


def _rule(kind: FailureKind, pattern: str, fix: str = "") -> _Rule:
    return _Rule(kind, re.compile(pattern, re.IGNORECASE), fix)


# The first that matches wins: what is said exactly stands before what is said in passing.
_RULES: Final = (
    _rule("data_refused", r"responsible ai|content (?:safety|filter)|harmful content|RAI (?:data )?check"),
    _rule("data_invalid", r"no assistant (?:tokens?|messages?)", "assistant_missing"),
    _rule(
        "data_invalid",
        r"(?:messages|prompt|completion|ground_truth)\b.{0,40}\b(?:column|key|field)|"
        r"(?:column|key|field)s?\b.{0,60}\b(?:messages|prompt|completion)\b.{0,40}\b(?:missing|not found)",
        "keys_missing",
    ),
    _rule("data_invalid", r"\broles?\b.{0,60}\b(?:alternate|invalid|unexpected|must)", "roles_order"),
    _rule(
        "data_invalid",
        r"not (?:a )?valid json|json ?decode|failed to parse.{0,40}(?:json|line)|invalid json|malformed",
        "json_lines",
    ),
    _rule(
        "data_invalid",
        r"(?:dataset|file|data)\b.{0,40}\b(?:is )?empty|no (?:valid )?(?:examples|rows|samples)",
        "no_examples",
    ),
    _rule(
        "data_invalid",
        r"(?:sequence|example|token)s?\b.{0,60}\b(?:too long|exceeds?|longer than|maximum (?:length|sequence))",
        "too_long",
    ),
    _rule("data_invalid", r"(?:training|validation) data.{0,80}\b(?:invalid|validation failed)"),
    _rule(
        "file_not_imported",
        r"identity of the workspace|managed identity.{0,80}(?:datastore|storage|blob)",
        "identity_cannot_read",
    ),
    _rule(
        "file_not_imported",
        r"(?:authoriz|permission|access|403).{0,80}(?:datastore|storage|blob)|"
        r"(?:datastore|storage|blob).{0,80}(?:authoriz|permission|denied|403)",
    ),
    _rule("file_not_imported", r"(?:file|path|uri|blob)\b.{0,60}\b(?:not found|does not exist)"),
    _rule(
        "model_not_trainable",
        r"model\b.{0,60}\b(?:retired|deprecated|not (?:supported|available))|does not support fine-?tuning",
    ),
    _rule(
        "payment_needed",
        r"free (?:or |and )?trial|\bpayment (?:method|instrument)|\b(?:cannot|could not|can't) be billed|\bbilling\b",
    ),
    _rule("quota", r"\bquota\b|limit .{0,40}\b(?:reached|exceeded)"),
    _rule("capacity", r"\b(?:insufficient|no|not enough|lack of|out of)\b.{0,20}\bcapacity\b|capacity constraint"),
    _rule("preprocessing", r"\bpre-?process\w*\b.{0,60}\b(?:fail|error)|\bfail\w* .{0,20}pre-?process"),
    _rule("system_error", r"system error|internal ?(?:server )?error|service ?error|try again later|time(?:d )?out"),
)  # fmt: skip

FIXES: Final = frozenset(rule.fix for rule in _RULES if rule.fix)
"""All codes of what to change; each has words."""

_BY_CODE: Final[Mapping[str, FailureKind]] = MappingProxyType(
    {
        "systemerror": "system_error",
        "serviceerror": "system_error",
        "internalservererror": "system_error",
        "quotaexceeded": "quota",
        "contentfilter": "data_refused",
    }
)


def explain(failure: Failure) -> Explanation:
    """Sort a failure out by its words, then by its code; the words are handed on unchanged.

    Nothing documents what a failed training costs, so `charged` stays open.
    """
    for rule in _RULES:
        if rule.pattern.search(failure.message):
            params = {"fix": rule.fix} if rule.fix else {}
            return Explanation(kind=rule.kind, text=failure.message, params=params)
    return Explanation(kind=_BY_CODE.get(failure.code.lower(), "unknown"), text=failure.message)
