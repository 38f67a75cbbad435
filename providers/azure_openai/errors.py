"""The service's refusals as errors of ours (contract 1.4, 1.8).

The code of the dated envelope decides where there is one, then the words, then the status: gateways in front of the
service answer with codes of their own (`"401"`).
"""

import json
import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from providers.azure_openai.failures import explain
from providers.azure_openai.inference import CALL, call_refusal
from providers.azure_openai.roles import CALL_ACTION, TRAIN, WHERE, missing, need_for
from providers.base import Failure
from providers.calls import Call
from providers.errors import (
    Conflict,
    NotFound,
    OverQuota,
    ProviderError,
    Refused,
    ServiceAnswer,
    Throttled,
    Unauthorised,
    Unsupported,
)
from providers.failures import FailureKind

_NETWORK_RULE: Final = re.compile(
    r"virtual network|firewall|public (?:network )?access|private (?:endpoint|link)", re.IGNORECASE
)
_API_VERSION: Final = re.compile(r"api[- ]?version", re.IGNORECASE)
_TOO_LARGE: Final = re.compile(r"maximum allowed size|too large|exceeds the (?:maximum|limit)", re.IGNORECASE)
_RETIRED: Final = re.compile(r"\b(?:retired|deprecated)\b", re.IGNORECASE)
_IN_USE: Final = re.compile(r"\b(?:deployment|in use|referenced|being used)\b", re.IGNORECASE)
_NO_FILE: Final = re.compile(
    r"\bfile\b.{0,80}\b(?:not (?:be )?found|does not exist|unknown|purpose)|\bpurpose\b", re.IGNORECASE
)
_NO_MODEL: Final = re.compile(
    r"\bmodel\b.{0,120}\b(?:not (?:be )?found|does not exist|unknown|invalid)", re.IGNORECASE
)
_HYPERPARAMETERS: Final = (
    "n_epochs", "batch_size", "learning_rate", "hyperparameter", "beta", "l2_multiplier", "compute_multiplier",
    "eval_interval", "eval_samples", "reasoning_effort",
)  # fmt: skip
VALIDATE: Final = "graders.validate"
"""Our name of the operation that validates a grader: what it refuses is the grader."""
GRADER_REFUSED: Final = "grader_refused"
_PATH_UNKNOWN: Final = re.compile(r"^resource not found\.?$", re.IGNORECASE)

# What a creation is refused with reads like a job's failure; the same words mean the same.
_BY_KIND: Final[Mapping[FailureKind, tuple[type[Refused], str]]] = MappingProxyType(
    {
        "training_type": (Refused, "training_type_unsupported"),
        "method_required": (Refused, "method_required"),
        "model_not_trainable": (Refused, "model_not_trainable"),
        "file_not_ready": (Conflict, "file_not_ready"),
        "file_not_imported": (Refused, "import_failed"),
        "data_invalid": (Refused, "data_invalid"),
    }
)


class AzureDialect:
    """How this service says no.

    Args:
        auth_kind: decides which remedy a 401 has.
        resource_id: ARM id of the account for the command that grants a missing role, "" when it is not known.
        who: client id of the bot's identity for the same, "" when it is not known.
    """

    def __init__(self, auth_kind: str, resource_id: str = "", who: str = "") -> None:
        self._auth_kind = auth_kind
        self._resource_id = resource_id
        self._who = who

    def read(self, body: bytes) -> tuple[str, str]:
        """Code and message of an error body, wherever the service or a gateway put them."""
        return read_envelope(body)

    def refusal(self, answer: ServiceAnswer, call: Call) -> ProviderError:
        """The error for a 4xx answer (or a 429 without a time)."""
        params = {"operation": call.operation, **call.what}
        status, code = answer.status or 0, answer.code.lower()
        if call.operation == CALL:
            problem = call_refusal(answer, params)
            if problem is not None:
                return problem
        if code == "quotaexceeded":
            return OverQuota(_quota(call.operation), params, answer)
        if status in {401, 403}:
            return self._unauthorised(answer, params)
        if status == 404:
            return _not_found(answer, call, params)
        if status == 409 or code in {"conflict", "unexpectedentitystate", "itemdoesalreadyexist"}:
            return _conflict(answer, params)
        return _by_status(status, answer, params) or _invalid(answer, call, params)

    def _unauthorised(self, answer: ServiceAnswer, params: Mapping[str, Any]) -> ProviderError:
        if _NETWORK_RULE.search(answer.message):
            return Unauthorised("network_refused", params, answer)
        if answer.status == 403 and answer.code.lower() != "authenticationtypedisabled":
            need = need_for(CALL_ACTION) if params["operation"] == CALL else TRAIN
            told = missing(need, self._resource_id or WHERE, self._who)
            return Unauthorised("role_missing", {**params, **told}, answer)
        return Unauthorised("token_refused" if self._auth_kind == "entra" else "key_refused", params, answer)


def read_envelope(body: bytes) -> tuple[str, str]:
    """Code and message of an error body: wrapped in `error`, flat, or no JSON at all."""
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        return "", _plain(body)
    error = answer.get("error", answer) if isinstance(answer, dict) else answer
    if isinstance(error, str):
        return "", error
    if not isinstance(error, dict):
        return "", ""
    message = error.get("message") or error.get("detail") or ""
    return str(error.get("code") or error.get("statusCode") or ""), str(message)


def _plain(body: bytes) -> str:
    """Words of a body that is no JSON; a page of HTML has none that help."""
    text = body.decode("utf-8", "replace").strip()
    return "" if text.startswith("<") else text


def _quota(operation: str) -> str:
    group = operation.partition(".")[0]
    return {"jobs": "job_quota", "files": "file_quota"}.get(group, "quota")


def _by_status(status: int, answer: ServiceAnswer, params: Mapping[str, Any]) -> ProviderError | None:
    if status == 429:
        return Throttled("throttled", params, answer)
    if status == 405:
        return Unsupported("operation_unsupported", params, answer)
    return Refused("too_large", params, answer) if status == 413 else None


def _not_found(answer: ServiceAnswer, call: Call, params: Mapping[str, Any]) -> ProviderError:
    """A thing that is not there, or a path that is not there: a gateway says the latter for a wrong api-version."""
    if _API_VERSION.search(answer.message):
        return Refused("api_version_refused", {**params, **_version(call)}, answer)
    if _PATH_UNKNOWN.match(answer.message) and answer.code in {"404", ""}:
        return NotFound("endpoint_not_found", {**params, **_version(call)}, answer)
    if call.operation == "jobs.create":
        return Refused(
            "file_unknown" if _NO_FILE.search(answer.message) else "model_not_trainable", params, answer
        )
    return NotFound("not_found", params, answer)


def _conflict(answer: ServiceAnswer, params: Mapping[str, Any]) -> ProviderError:
    kind = explain(Failure(code=answer.code, message=answer.message)).kind
    if kind == "file_not_ready":
        return Conflict("file_not_ready", params, answer)
    return Conflict("in_use" if _IN_USE.search(answer.message) else "conflict", params, answer)


def _invalid(answer: ServiceAnswer, call: Call, params: Mapping[str, Any]) -> ProviderError:
    words = answer.message
    if _API_VERSION.search(words):
        return Refused("api_version_refused", {**params, **_version(call)}, answer)
    certain = _certain_code(answer, call)
    if certain:
        return Refused(certain, params, answer)
    meaning = explain(Failure(code=answer.code, message=words))
    known = _BY_KIND.get(meaning.kind)
    if known is not None:
        error, code = known
        if code == "model_not_trainable" and _RETIRED.search(words):
            code = "model_retired"
        return error(code, {**params, **meaning.params}, answer)
    if call.operation == "jobs.create":
        return Refused(_creation_code(words), params, answer)
    return Refused("request_refused", params, answer)


def _certain_code(answer: ServiceAnswer, call: Call) -> str:
    """What is meant whatever else the words may mean, "" = nothing is certain."""
    if _TOO_LARGE.search(answer.message) and call.operation.startswith("files."):
        return "too_large"
    if answer.code.lower() == "contentfilter":
        return "content_filtered"
    return GRADER_REFUSED if call.operation == VALIDATE else ""


def _creation_code(words: str) -> str:
    lower = words.lower()
    if "grader" in lower:
        return GRADER_REFUSED
    if "suffix" in lower:
        return "suffix_refused"
    if any(name in lower for name in _HYPERPARAMETERS):
        return "hyperparameter_refused"
    if _NO_FILE.search(words):
        return "file_unknown"
    return "model_not_trainable" if _NO_MODEL.search(words) else "request_refused"


def _version(call: Call) -> dict[str, str]:
    return {"api_version": call.params.get("api-version", "")}
