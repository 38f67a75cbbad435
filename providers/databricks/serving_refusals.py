"""What Model Serving and the registry refuse, by code and words, as errors of ours (contract 3, 5, 8).

The workspace has one code, `INVALID_PARAMETER_VALUE`, for most refusals, and publishes no list of its words, so they
are recognised by what they must be about. What is not recognised stays `request_refused` with the service's own words.
"""

import re
from collections.abc import Mapping
from typing import Any, Final

from providers.databricks.rights import Need, grant_line
from providers.errors import (
    Conflict,
    NotFound,
    OutcomeUnknown,
    OverQuota,
    ProviderError,
    Refused,
    ServiceAnswer,
    Unauthorised,
    Unavailable,
)

_RULES: Final[tuple[tuple[type[Refused], str, re.Pattern[str]], ...]] = tuple(
    (error, code, re.compile(words, re.IGNORECASE | re.DOTALL))
    for error, code, words in (
        (
            OverQuota,
            "deployment_count",
            r"\b(?:maximum|limit|at most|exceed\w*)\b.{0,80}\bendpoints\b|\bendpoints\b.{0,60}\b(?:limit|maximum)\b",
        ),
        (
            Refused,
            "region_without_fine_tuning",
            r"\bprovisioned throughput\b.{0,120}\bregion\b|\bregion\b.{0,120}\bprovisioned throughput\b",
        ),
        (
            OverQuota,
            "deployment_quota",
            r"\bquota\b|\b(?:exceed\w*|insufficient)\b.{0,80}\b(?:capacity|throughput|concurrency|GPU)\b",
        ),
        (
            Refused,
            "name_refused",
            r"\b(?:endpoint )?name\b.{0,120}\b(?:alphanumeric|characters|invalid|must)\b",
        ),
        (
            Refused,
            "capacity_refused",
            r"provisioned[_ ]throughput\b.{0,160}\b(?:must|multiple|between|invalid|greater|less|increment|chunk)",
        ),
        (
            Refused,
            "model_not_deployable",
            r"\bnot (?:optimi[sz]able|supported for (?:provisioned|optimi[sz]ed))",
        ),
        (
            Refused,
            "model_unknown",
            r"\b(?:model|version|entity)\b.{0,200}\b(?:does not exist|not (?:be )?found|not ready|no such)\b",
        ),
    )
)
_NOT_READY: Final = re.compile(
    r"\bnot (?:yet )?ready\b|\bscal(?:ed|ing)\b.{0,30}\b(?:zero|0|up)\b|\bstarting\b|\bwak(?:e|ing)\b|\bloading\b",
    re.IGNORECASE,
)
_IN_USE: Final = re.compile(r"\b(?:serving endpoints?|served|deployed|in use)\b", re.IGNORECASE)
_ASLEEP: Final = frozenset({"timed_out", "connection_lost"})


def creation_refused(error: Refused, params: Mapping[str, Any]) -> ProviderError:
    """What a refused creation means; the same error where nothing more is known."""
    answer = error.answer
    if error.code == "conflict":
        return Conflict("name_taken", params, answer)
    if error.code not in {"request_refused", "not_found", "quota"}:
        return error
    for kind, code, words in _RULES:
        if words.search(answer.message):
            return kind(code, params, answer)
    if error.code == "not_found":
        return Refused("model_unknown", params, answer)
    return error


def failed(code: str, message: str, params: Mapping[str, Any]) -> ProviderError:
    """The error for an endpoint that did not come up: the same words mean the same as in a refusal."""
    answer = ServiceAnswer(code=code, message=message)
    found = creation_refused(Refused("request_refused", params, answer), params)
    return Refused("operation_failed", params, answer) if found.code == "request_refused" else found


def unanswered(error: OutcomeUnknown) -> ProviderError:
    """A call without a usable answer, as something that may be tried again.

    An endpoint that is asleep holds the first call while it wakes, for minutes: no answer in time is what that looks
    like, and so are 503 and 504.
    """
    params = {name: value for name, value in error.params.items() if name != "reason"}
    status = error.answer.status
    if status is None:
        reason = str(error.params.get("reason", ""))
        return Unavailable(
            "deployment_not_ready" if reason in _ASLEEP else "unreadable_answer", params, error.answer
        )
    asleep = status in {408, 503, 504} or _NOT_READY.search(error.answer.message) is not None
    return Unavailable("deployment_not_ready" if asleep else "server_error", params, error.answer)


def call_refused(error: Refused, params: Mapping[str, Any]) -> ProviderError:
    """What a refused call means."""
    if isinstance(error, NotFound):
        return NotFound("deployment_not_found", params, error.answer)
    if error.code in {"request_refused", "conflict"} and _NOT_READY.search(error.answer.message):
        return Unavailable("deployment_not_ready", params, error.answer)
    return error


def removal_refused(error: Refused, params: Mapping[str, Any]) -> ProviderError:
    """What it means that a model or version is not deleted."""
    if error.code == "conflict" or (error.code == "request_refused" and _IN_USE.search(error.answer.message)):
        return Conflict("model_in_use", params, error.answer)
    return error


def with_grant(error: Unauthorised, needs: tuple[Need, ...], principal: str) -> Unauthorised:
    """A missing privilege with the SQL that grants it, where the refusal names one that we know the place of."""
    wanted = str(error.params.get("privilege", "")).upper()
    need = next((one for one in needs if one.privilege == wanted), None)
    if error.code != "privilege_missing" or need is None:
        return error
    grant = grant_line(need.privilege, need.on, principal)
    return Unauthorised(error.code, {**error.params, "on": need.on.name, "grant": grant}, error.answer)
