"""Why a job failed, read out of the service's words (contract section 5, 1.4, 1.6, 1.8).

The service publishes no codes for its responsible-AI refusals, so the text decides. Pure.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from providers.base import Failure
from providers.failures import Explanation, FailureKind

_WORD: Final = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True)
class _Rule:
    """Words that give a kind away. Named groups become params, `categories` the list of categories."""

    kind: FailureKind
    pattern: re.Pattern[str]
    charged: bool | None = None


def _rule(kind: FailureKind, pattern: str, charged: bool | None = None) -> _Rule:
    return _Rule(kind, re.compile(pattern, re.IGNORECASE), charged)


# The first that matches wins: what is said exactly stands before what is said in passing. `charged` False where the
# documentation says so: failed jobs and the safety checks cost nothing (contract 5.1 and 6); None where it is silent.
_RULES: Final = (
    _rule("data_refused", r"failed RAI checks for harm types: \[(?P<categories>[^\]]*)\]", charged=False),
    _rule("data_refused", r"\bfailed RAI checks\b|RAI (?:data )?(?:check|validation) failed", charged=False),
    _rule(
        "model_refused", r"scores above acceptable thresholds for \[(?P<categories>[^\]]*)\]", charged=False
    ),
    _rule(
        "model_refused", r"scores above acceptable thresholds|model is unable to be deployed", charged=False
    ),
    _rule(
        "training_type",
        r"base model (?P<model>\S+ )?does not support fine-?tuning with (?P<training_type>\w+) TrainingType",
        charged=False,
    ),
    _rule(
        "training_type", r"\btraining ?type\b.{0,80}\b(?:not supported|not available|invalid)", charged=False
    ),
    _rule(
        "method_required",
        r"Fine-?tuning with (?P<model>\S+) requires the (?P<method>\w+) method",
        charged=False,
    ),
    _rule(
        "model_not_trainable",
        r"base model (?P<model>\S+ )?does not support fine-?tuning|model (?:is|has been) (?:retired|deprecated)"
        r"|not (?:available|supported) for fine-?tuning",
        charged=False,
    ),
    _rule(
        "file_not_ready",
        r"file import (?:is |was |has )?not (?:been )?completed|file is (?:still|not yet)",
        charged=False,
    ),
    _rule(
        "file_not_imported",
        r"import of (?:the )?file.{0,40}failed|file import failed|could not be imported|fileImportFailed",
        charged=False,
    ),
    _rule(
        "data_invalid",
        r"training data validation failed|validation data validation failed|validation of (?:the )?jsonl.{0,20}failed"
        r"|no valid json line|jsonlValidationFailed|invalid (?:training|validation) (?:file|data)"
        r"|(?:training|validation) (?:file|data) (?:has|contains) (?:only )?\d+ (?:valid )?(?:example|line)s?",
        charged=False,
    ),
    _rule(
        "preprocessing",
        r"\bpre-?processing\b.{0,60}\b(?:fail|error)|\bfail\w* (?:at|during|in) pre-?processing",
        charged=False,
    ),
    _rule(
        "quota",
        r"quotaExceeded|\bquota\b|\blimit (?:of|has been) .{0,40}\b(?:reached|exceeded)",
        charged=False,
    ),
    _rule(
        "capacity",
        r"\b(?:insufficient|no|not enough|lack of|out of)\b.{0,20}\bcapacity\b|capacity constraint",
        charged=False,
    ),
    _rule(
        "system_error",
        r"system error|internal ?(?:server )?(?:error|failure)|internalFailure|try again later",
        charged=False,
    ),
)

# Codes of the dated envelope, for failures whose words say nothing (contract 1.8).
_BY_CODE: Final[Mapping[str, FailureKind]] = MappingProxyType(
    {
        "jsonlvalidationfailed": "data_invalid",
        "fileimportfailed": "file_not_imported",
        "quotaexceeded": "quota",
        "internalfailure": "system_error",
        "serviceunavailable": "system_error",
    }
)


def explain(failure: Failure) -> Explanation:
    """Sort a failure out by its words, then by its code; the words are handed on unchanged."""
    for rule in _RULES:
        match = rule.pattern.search(failure.message)
        if match is not None:
            found = {name: value.strip(" .") for name, value in match.groupdict().items() if value}
            categories = _categories(found.pop("categories", ""))
            return Explanation(
                kind=rule.kind,
                categories=categories,
                charged=rule.charged,
                text=failure.message,
                params=found,
            )
    kind = _BY_CODE.get(failure.code.lower())
    if kind is not None:
        return Explanation(kind=kind, charged=False, text=failure.message)
    return Explanation(kind="unknown", text=failure.message)


def _categories(listed: str) -> tuple[str, ...]:
    """`hate_fairness, self_harm` and `Hate/Fairness, Self Harm` alike, without repetition, in their order."""
    names = (_WORD.sub("_", name.strip().lower()).strip("_") for name in listed.split(","))
    return tuple(dict.fromkeys(name for name in names if name))
