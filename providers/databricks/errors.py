"""The workspace's refusals as errors of ours (contract 8).

Bodies come in five forms: `{error_code, message}`, API 1.2's `{error}`, SCIM's `{detail, status, scimType}`, plain
`CODE: message`, and pages of HTML with the words in `<pre>`. The code decides where there is one, then the status.
"""

import html
import json
import re
from collections.abc import Mapping
from typing import Any, Final

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

FINETUNE: Final = "finetune."
"""Begins the operations of the fine-tuning product, whose path as a whole can be gone."""
FILES: Final = "files."
GONE: Final = frozenset({"endpoint_not_found", "feature_disabled"})
"""Codes with which a fine-tuning operation tells that the product is not there."""

_PLAIN: Final = re.compile(r"\A\s*([A-Z][A-Z0-9_]{2,60}):\s*(.+)", re.DOTALL)
_PRE: Final = re.compile(r"<pre[^>]*>(.*?)</pre>", re.DOTALL | re.IGNORECASE)
_TAG: Final = re.compile(r"<[^<>]*>")
_NETWORK: Final = re.compile(
    r"\bIP (?:address|access list|ACL)\b|blocked by .{0,40}\bACL\b|private link|public (?:network )?access",
    re.IGNORECASE,
)
_TOKEN: Final = re.compile(
    r"\b(?:invalid|expired|revoked|malformed)\b.{0,30}\btoken\b|\btoken\b.{0,40}\b(?:invalid|expired|revoked)\b"
    r"|\bcredential was not sent\b",
    re.IGNORECASE,
)
_PRIVILEGE: Final = re.compile(r"\b((?:USE|CREATE|READ|WRITE|MANAGE|EXECUTE|SELECT)(?:[ _][A-Z]+){0,2})\b")
_MODEL: Final = re.compile(
    r"\bmodel\b.{0,120}\b(?:not (?:found|supported|available)|unsupported|unknown|invalid)", re.IGNORECASE
)
_DATA: Final = re.compile(
    r"\b(?:data|file|path|volume|dataset|table)\b.{0,160}\b(?:not (?:be )?found|(?:does|do) not exist|no such)"
    r"|\b(?:not|unable to) find (?:the |any )?(?:\w+ )?(?:data|files?|path|volume|dataset|table)\b"
    r"|\bno (?:\w+ )?(?:data|files?) (?:was|were) found",
    re.IGNORECASE,
)
_NUMBERS: Final = re.compile(
    r"\b(?:training[_ ]?duration|learning[_ ]?rate|context[_ ]?length|custom[_ ]?weights[_ ]?path|eval[_ ]?prompts)",
    re.IGNORECASE,
)

_CONFLICTS: Final = frozenset(
    {"ALREADY_EXISTS", "RESOURCE_ALREADY_EXISTS", "RESOURCE_CONFLICT", "INVALID_STATE", "ABORTED"}
)
_QUOTAS: Final = frozenset({"QUOTA_EXCEEDED", "RESOURCE_LIMIT_EXCEEDED"})
_FLOODS: Final = frozenset({"RESOURCE_EXHAUSTED", "REQUEST_LIMIT_EXCEEDED"})
_ABSENT: Final = frozenset({"ENDPOINT_NOT_FOUND", "API_NOT_FOUND"})
_UNKNOWN: Final = frozenset({"RESOURCE_DOES_NOT_EXIST", "NOT_FOUND"})
_UNAUTHORISED: Final = frozenset({"PERMISSION_DENIED", "UNAUTHENTICATED", "CUSTOMER_UNAUTHORIZED"})
_DISABLED: Final = frozenset({"FEATURE_DISABLED", "FEATURE_NOT_ENABLED", "NOT_IMPLEMENTED"})
_OTHERWISE: Final = _QUOTAS | _DISABLED | _CONFLICTS
"""Codes that say more than the status that they come with."""

GRAPHQL: Final = "graphql_"
"""Begins the code of an error that GraphQL told inside an answer with status 200."""


class DatabricksDialect:
    """How a workspace says no. `auth_kind` (`key`, `oauth`, `entra`) decides which remedy a refused token has."""

    def __init__(self, auth_kind: str) -> None:
        self._auth_kind = auth_kind

    def read(self, body: bytes) -> tuple[str, str]:
        """Code and message of an error body in any of its forms."""
        return read_error(body)

    def refusal(self, answer: ServiceAnswer, call: Call) -> ProviderError:
        """The error for a 4xx answer (or a 429 without a time)."""
        params: dict[str, Any] = {"operation": call.operation, **call.what}
        status, code = answer.status or 0, answer.code.upper()
        if status == 429 or code in _FLOODS:
            return Throttled("throttled", params, answer)
        if code not in _OTHERWISE:
            if status in {401, 403} or code in _UNAUTHORISED:
                return self._unauthorised(answer, params)
            if status == 404 or code in _ABSENT | _UNKNOWN:
                return _not_found(answer, call, params)
        return _otherwise(status, code, call, answer, params)

    def graphql(self, status: int, message: str, request_id: str, call: Call) -> ProviderError:
        """The error for a GraphQL answer with `errors`: the HTTP status there is 200, the true one inside.

        Here a 404 is about what was asked for, never about the product.
        """
        answer = ServiceAnswer(
            status=status, code=f"{GRAPHQL}{status}", message=message, request_id=request_id
        )
        params: dict[str, Any] = {"operation": call.operation, **call.what}
        if call.operation == "finetune.create" and status in {400, 404, 409}:
            return _creation(answer, params)
        return self.refusal(answer, call)

    def _unauthorised(self, answer: ServiceAnswer, params: dict[str, Any]) -> ProviderError:
        if _NETWORK.search(answer.message):
            return Unauthorised("network_refused", params, answer)
        # An invalid token comes as 403, too, with the code of a missing permission.
        if answer.status == 401 or _TOKEN.search(answer.message):
            codes = {"key": "key_refused", "oauth": "oauth_refused", "entra": "token_refused"}
            return Unauthorised(codes[self._auth_kind], params, answer)
        found = _PRIVILEGE.search(answer.message)
        privilege = found[1].replace("_", " ") if found else ""
        return Unauthorised("privilege_missing", {**params, "privilege": privilege}, answer)


def _otherwise(
    status: int, code: str, call: Call, answer: ServiceAnswer, params: Mapping[str, Any]
) -> ProviderError:
    if code in _QUOTAS:
        return OverQuota("job_quota" if call.operation.startswith(FINETUNE) else "quota", params, answer)
    if code in _DISABLED:
        return Unsupported("feature_disabled", params, answer)
    if status == 409 or code in _CONFLICTS:
        return Conflict("conflict", params, answer)
    if status == 405:
        return Unsupported("operation_unsupported", params, answer)
    return Refused("too_large" if status == 413 else "request_refused", params, answer)


def read_error(body: bytes) -> tuple[str, str]:
    """Code and message of an error body; empty where there are none."""
    words = body.decode("utf-8", "replace").strip()
    try:
        told = json.loads(words)
    except (ValueError, RecursionError):
        return _plain(words)
    if not isinstance(told, Mapping):
        return "", ""
    code = next((told[name] for name in ("error_code", "scimType") if isinstance(told.get(name), str)), "")
    message = next(
        (told[name] for name in ("message", "detail", "error") if isinstance(told.get(name), str)), ""
    )
    return str(code), str(message)


def _plain(words: str) -> tuple[str, str]:
    found = _PLAIN.match(words)
    if found is not None:
        return found[1], found[2].strip()
    if not words.startswith("<"):
        return "", words
    inside = _PRE.search(words)
    return "", html.unescape(_TAG.sub(" ", inside[1])).strip() if inside else ""


def _not_found(answer: ServiceAnswer, call: Call, params: Mapping[str, Any]) -> ProviderError:
    """A thing that is not there, or a path that is not there."""
    path_gone = answer.code.upper() in _ABSENT or (not answer.code and call.operation.startswith(FINETUNE))
    if path_gone:
        return NotFound("endpoint_not_found", params, answer)
    return NotFound("not_found", params, answer)


def _creation(answer: ServiceAnswer, params: Mapping[str, Any]) -> ProviderError:
    words = answer.message
    if _NUMBERS.search(words):
        return Refused("hyperparameter_refused", params, answer)
    if _DATA.search(words):
        return NotFound("file_unknown", params, answer)
    if _MODEL.search(words):
        return Refused("model_not_trainable", params, answer)
    return (
        Conflict("conflict", params, answer)
        if answer.status == 409
        else Refused("request_refused", params, answer)
    )
