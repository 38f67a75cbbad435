"""What a serverless endpoint is refused with, by its words, as errors of ours (contract 3, 4, 7, 8).

Machine Learning publishes no codes for these cases, so what a refusal must be about tells it. What is common to all
calls (rights, versions, networks) is sorted out before, in the dialect of the workspace.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from providers.errors import Conflict, OverQuota, ProviderError, Refused, ServiceAnswer, Throttled

NETWORK: Final = "Microsoft.Network"
"""The resource provider that the subscription must be registered for (contract 7)."""
BUSY_SECONDS: Final = 20.0
"""When to come again while the endpoint is busy with another operation; ARM does not say."""
_OPEN: Final = frozenset({"conflict", "request_refused", "quota", "not_found"})
"""Codes of the dialect that say less than the words."""
_UNDER_WAY: Final = re.compile(
    r"another operation|not terminal|in progress|being (?:created|updated|deleted)|is (?:creating|deleting)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class _Rule:
    error: type[Refused]
    code: str
    words: re.Pattern[str]


def _rule(error: type[Refused], code: str, words: str) -> _Rule:
    return _Rule(error, code, re.compile(words, re.IGNORECASE | re.DOTALL))


# The first that holds wins.
_RULES: Final = (
    _rule(
        Conflict, "already_deployed",
        r"\balready (?:been )?(?:deployed|has (?:an?|one) (?:deployment|endpoint))"
        r"|\bonly one (?:deployment|endpoint)\b"
        r"|\bmodel\b.{0,160}\balready\b.{0,60}\b(?:endpoint|deployment|deployed)\b",
    ),
    _rule(
        OverQuota, "deployment_count",
        r"\b(?:maximum|limit|at most|no more than|quota)\b.{0,80}\b(?:endpoints|deployments)\b"
        r"|\b(?:endpoints|deployments)\b.{0,80}\b(?:maximum|limit|at most|no more than|quota)\b",
    ),
    _rule(Conflict, "marketplace_suspended", r"\bsubscription\b.{0,120}\bsuspended\b|\bcould not be billed\b"),
    _rule(
        Refused, "marketplace_unsubscribed",
        r"\bmarketplace\b.{0,160}\b(?:subscri\w+|not found|required|missing)|\bnot subscribed\b|\bunsubscribed\b",
    ),
    _rule(
        Refused, "region_without_model",
        r"\b(?:region|location)\b.{0,160}\b(?:not|only|unsupported|unavailable)\b"
        r"|\bcannot be deployed\b.{0,60}\b(?:region|location)\b"
        r"|\b(?:not|only)\b.{0,80}\b(?:supported|available)\b.{0,60}\b(?:region|location)\b",
    ),
    _rule(Refused, "model_retired", r"\b(?:retired|deprecated|no longer available)\b"),
    _rule(Refused, "filter_unknown", r"\bcontent ?safety\b"),
    _rule(
        Refused, "name_refused",
        r"\bname\b.{0,120}\b(?:invalid|not allowed|not valid|must|can only|does not match|pattern)\b",
    ),
    _rule(
        Refused, "model_unknown",
        r"\bmodel\b.{0,200}\b(?:not (?:be )?found|does not exist|invalid|could not be (?:found|resolved))\b",
    ),
    _rule(
        Refused, "model_not_deployable", r"\bmodel\b.{0,200}\b(?:not (?:be )?(?:deployed|supported)|unsupported)\b"
    ),
    _rule(Conflict, "name_taken", r"\b(?:already exists|another model|different model|cannot be changed|immutable)\b"),
)  # fmt: skip


def sharpened(error: ProviderError, params: Mapping[str, Any]) -> ProviderError:
    """What refused a creation, told by its words where the dialect knew only that it was refused."""
    more = {**error.params, **params}
    if error.code == "provider_unregistered" and NETWORK.lower() in error.answer.message.lower():
        return Refused("network_unregistered", {**more, "provider": NETWORK}, error.answer)
    if not isinstance(error, Refused) or error.code not in _OPEN:
        return error
    found = _by_words(error.answer, more)
    if found is not None:
        return found
    if error.code in {"conflict", "not_found"}:
        kind, code = (Conflict, "name_taken") if error.code == "conflict" else (Refused, "model_unknown")
        return kind(code, more, error.answer)
    return error


def failed(code: str, message: str, params: Mapping[str, Any]) -> ProviderError:
    """The error for an operation that ended without success: the same words mean the same as in a refusal."""
    answer = ServiceAnswer(code=code, message=message)
    found = _by_words(answer, params)
    return found if isinstance(found, Refused) else Refused("operation_failed", params, answer)


def _by_words(answer: ServiceAnswer, params: Mapping[str, Any]) -> ProviderError | None:
    if answer.status == 409 and _UNDER_WAY.search(answer.message):
        return Throttled("operation_under_way", params, answer, BUSY_SECONDS)
    for rule in _RULES:
        if rule.words.search(answer.message):
            return rule.error(rule.code, params, answer)
    return None
