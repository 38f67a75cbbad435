"""What Resource Manager refuses to deploy, by its code and words, as errors of ours (contract 2.3, 5.1).

The code decides where one is published for the case, then the words: for several refusals none is.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from providers.azure_openai.failures import explain
from providers.base import Failure
from providers.errors import Conflict, OverQuota, ProviderError, Refused, ServiceAnswer, Throttled

APPLY: Final = "deployments.apply"
"""Our name of the one operation that these refusals are for."""
BUSY_SECONDS: Final = 20.0
"""When to come again while the account is busy with another operation; ARM does not say."""
_UNDER_WAY: Final = re.compile(
    r"another operation|not terminal|in progress|being (?:created|updated|deleted)", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class _Rule:
    """One refusal: `codes` in lower case, or words; named groups of the words become params."""

    error: type[Refused]
    code: str
    codes: frozenset[str]
    words: re.Pattern[str] | None = None

    def params(self, answer: ServiceAnswer) -> Mapping[str, str | int] | None:
        """What the words tell when this rule holds, None when it does not."""
        match = self.words.search(answer.message) if self.words else None
        if match is None and answer.code.lower() not in self.codes:
            return None
        found = match.groupdict() if match else {}
        return {
            name: int(value) if value.isdecimal() else value.strip(" .")
            for name, value in found.items()
            if value
        }


def _rule(error: type[Refused], code: str, codes: str = "", words: str = "") -> _Rule:
    pattern = re.compile(words, re.IGNORECASE | re.DOTALL) if words else None
    return _Rule(error, code, frozenset(codes.lower().split()), pattern)


# The first that holds wins. Both wordings of InsufficientQuota are observed (2.3); of what is marked *assumed* no words
# are public, so they are recognised by what they must be about.
_RULES: Final = (
    _rule(
        OverQuota, "deployment_quota",
        words=r"require\w* (?P<needed>\d+) new capacity in quota (?P<pool>.+?), which is bigger than the current "
        r"available capacity (?P<available>\d+)"
        r"(?:\. The current quota usage is (?P<used>\d+) and the quota limit is (?P<limit>\d+))?",
    ),
    _rule(
        OverQuota, "deployment_quota",
        words=r"capacity '(?P<needed>\d+)' of account deployment is bigger than available capacity "
        r"'(?P<available>\d+)' for UsageName '(?P<pool>[^']*)'",
    ),
    # assumed
    _rule(
        OverQuota, "deployment_count",
        words=r"\b(?:maximum|limit|at most|no more than|more than)\b[^.]{0,80}\bdeployments\b"
        r"(?:[^.\d]{0,20}(?P<limit>\d+))?"
        r"|\bdeployments\b[^.]{0,80}\b(?:maximum|limit|at most|no more than)\b",
    ),
    _rule(OverQuota, "deployment_quota", "InsufficientQuota QuotaExceeded"),
    # assumed
    _rule(
        Conflict, "already_deployed",
        words=r"\balready (?:been )?(?:deployed|has (?:a|one) deployment)|\bonly one deployment\b",
    ),
    _rule(
        Refused, "model_retired", "ServiceModelDeprecated ServiceModelDeprecating ModelDeprecated",
        r"model '?(?P<model>[^']*?)'? has been deprecated since (?P<since>[\d/.-]+)",
    ),
    _rule(
        Refused, "region_without_fine_tuning",
        words=r"\bfine-?tun\w*\b.{0,80}\bregion\b|\bregion\b.{0,80}\bfine-?tun",
    ),
    _rule(
        Refused, "filter_unknown", "RaiPolicyNotFound",
        r"\brai ?policy\b|\bcontent filter (?:policy|configuration)",
    ),
    _rule(
        Refused, "capacity_refused", "InvalidCapacity",
        r"\bcapacity\b.{0,120}\b(?:must|maximum|minimum|invalid|greater|less|between|range|multiple|exceeds)\b",
    ),
    _rule(Refused, "sku_refused", "InvalidSku SkuNotSupported SkuNotAvailable", r"\bSKU\b"),
    _rule(Refused, "model_unknown", words=r"\bmodel '[^']*' of account deployment is not supported"),
    _rule(
        Refused, "model_not_deployable", "DeploymentModelNotSupported",
        r"not supported by the model '?(?P<model>[^']+)'?",
    ),
    _rule(
        Refused, "model_unknown", "DeploymentModelNotFound ModelNotFound InvalidModel",
        r"\bmodel\b.{0,200}\b(?:not (?:be )?found|does not exist|not (?:yet )?succeeded|invalid)\b",
    ),
    _rule(
        Refused, "name_refused", "InvalidResourceName InvalidDeploymentName",
        r"\b(?:resource|deployment) name\b.{0,120}\b(?:invalid|not allowed|must|can only)\b",
    ),
    _rule(Conflict, "name_taken", words=r"\b(?:already exists|another model|different model)\b"),
)  # fmt: skip


def refused(answer: ServiceAnswer, operation: str, params: Mapping[str, Any]) -> ProviderError:
    """What a refusal means by its code and words; `request_refused` when they are not known."""
    safety = explain(Failure(code=answer.code, message=answer.message))
    if safety.kind in {"model_refused", "data_refused"}:
        return Refused("rai_blocked", {**params, "categories": ", ".join(safety.categories)}, answer)
    if answer.code.lower() == "requestconflict" or (
        answer.status == 409 and _UNDER_WAY.search(answer.message)
    ):
        return Throttled("operation_under_way", params, answer, BUSY_SECONDS)
    for rule in _RULES if operation == APPLY else ():
        found = rule.params(answer)
        if found is not None:
            return rule.error(rule.code, {**params, **found}, answer)
    if answer.status == 409:
        return Conflict("name_taken" if operation == APPLY else "conflict", params, answer)
    return Refused("request_refused", params, answer)


def failed(code: str, message: str, params: Mapping[str, Any]) -> ProviderError:
    """The error for an operation that ended without success: the same words mean the same as in a refusal."""
    answer = ServiceAnswer(code=code, message=message)
    problem = refused(answer, APPLY, params)
    return Refused("operation_failed", params, answer) if problem.code == "request_refused" else problem
