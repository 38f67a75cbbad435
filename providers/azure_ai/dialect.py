"""Refusals of Azure Resource Manager and of the region's data plane as errors of ours (contract 8)."""

import re
from collections.abc import Mapping
from typing import Any, Final

from providers.azure_ai.access import missing, need_for, need_of, scope_of
from providers.azure_ai.envelope import read_envelope
from providers.azure_ai.workspace_id import WorkspaceId
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

CREATE: Final = "jobs.create"
READ: Final = "workspace.get"
DELETE_MODEL: Final = "models.delete"
_ACTION: Final = re.compile(
    r"does not have (?:authorization|permission) to perform action\(?s?\)? '(?P<action>[^'\s]+)' "
    r"(?:over|on the linked) scope\(?s?\)? '(?P<scope>[^'\s\"]+)'",
    re.IGNORECASE,
)
_OBJECT_ID: Final = re.compile(r"object id '(?P<who>[0-9A-Fa-f-]{8,64})'")
_POLICY: Final = re.compile(r"\"policyAssignment\"\s*:\s*\{\s*\"name\"\s*:\s*\"(?P<policy>[^\"]+)\"")
_NETWORK: Final = re.compile(
    r"virtual network|firewall|public (?:network )?access|private (?:endpoint|link)|conditional access",
    re.IGNORECASE,
)
_VERSIONS: Final = frozenset(
    {
        "missingapiversionparameter", "invalidapiversionparameter", "noregisteredproviderfound",
        "invalidresourcetype", "invalidapiversion", "unsupportedapiversion",
    }
)  # fmt: skip
# What of the workspace's id does not exist: its subscription, its resource group, or only its last part.
_NO_PARENT: Final = {
    "invalidsubscriptionid": "subscription_malformed",
    "subscriptionnotfound": "subscription_unknown",
    "resourcegroupnotfound": "group_unknown",
    "parentresourcenotfound": "workspace_unknown",
    "workspacenotfound": "workspace_unknown",
}
_OTHER_TENANT: Final = "invalidauthenticationtokentenant"
_UNREGISTERED: Final = frozenset({"missingsubscriptionregistration", "subscriptionnotregistered"})
_QUOTA: Final = re.compile(r"\bquota\b|limit .{0,40}(?:reached|exceeded)", re.IGNORECASE)
_RETIRED: Final = re.compile(r"\b(?:retired|deprecated|no longer (?:available|supported))\b", re.IGNORECASE)
_REGION: Final = re.compile(r"\bnot (?:available|supported) in (?:the )?(?:region|location)", re.IGNORECASE)
_SUBSCRIPTION: Final = re.compile(r"marketplace ?(?:model ?)?subscription", re.IGNORECASE)
_HYPER: Final = re.compile(
    r"hyper ?param|num_train_epochs|learning_rate|per_device_train_batch_size", re.IGNORECASE
)
_DATA: Final = re.compile(
    r"(?:training|validation) ?data\b.{0,120}\b(?:not found|does not exist|could not be \w+|invalid)"
    r"|\b(?:datastore|data asset)\b.{0,300}\bnot found|could not find (?:the )?(?:datastore|data|file|blob)\b"
    r"|neither a path of a datastore",
    re.IGNORECASE,
)
_NO_MODEL: Final = re.compile(
    r"\bmodel\b.{0,160}\b(?:not (?:be )?found|does not exist|unknown|not supported)", re.IGNORECASE
)
_TASK: Final = re.compile(r"not support (?:the )?task|task (?:type )?.{0,40}not supported", re.IGNORECASE)
_IN_USE: Final = re.compile(r"\b(?:deployment|endpoint|in use|being used|referenced)\b", re.IGNORECASE)
_PAYMENT: Final = re.compile(r"free (?:or |and )?trial|payment (?:method|instrument)|billing", re.IGNORECASE)


class WorkspaceDialect:
    """How the control plane and the region's data plane of a workspace say no.

    Args:
        workspace: names the scopes of commands that grant roles.
        who: client id of the bot's identity, "" when it is not configured.
    """

    def __init__(self, workspace: WorkspaceId, who: str) -> None:
        self._workspace = workspace
        self._who = who

    def read(self, body: bytes) -> tuple[str, str]:
        """Code and message, with the sentence that Machine Learning hides deeper."""
        return read_envelope(body)

    def refusal(self, answer: ServiceAnswer, call: Call) -> ProviderError:
        """The error for a 4xx answer (or a 429 without a time)."""
        params: dict[str, Any] = {"operation": call.operation, **call.what}
        status, code = answer.status or 0, answer.code.lower()
        if code in _VERSIONS:
            asked = call.params.get("api-version", "")
            return Refused("api_version_refused", {**params, "api_version": asked}, answer)
        if code == "requestdisallowedbypolicy":
            found = _POLICY.search(answer.message)
            return Unauthorised(
                "policy_denied", {**params, "policy": found["policy"] if found else ""}, answer
            )
        if status == 401:
            elsewhere = {**params, **self._named()} if code == _OTHER_TENANT else None
            return Unauthorised(
                "tenant_mismatch" if elsewhere else "token_refused", elsewhere or params, answer
            )
        if status == 403:
            return self._forbidden(answer, call, params)
        if status == 404 or code in _NO_PARENT:
            return self._not_found(answer, params)
        return self._by_code(answer, params) or _by_operation(answer, call, params)

    def _by_code(self, answer: ServiceAnswer, params: Mapping[str, Any]) -> ProviderError | None:
        status, code = answer.status, answer.code.lower()
        if code in _UNREGISTERED:
            scope = self._workspace.subscription_scope
            return Refused("provider_unregistered", {**params, "scope": scope}, answer)
        if code == "quotaexceeded" or (status == 429 and _QUOTA.search(answer.message)):
            return OverQuota("quota", params, answer)
        if status == 429:
            return Throttled("throttled", params, answer)
        if code == "scopelocked":
            return Conflict("resource_locked", params, answer)
        return Unsupported("operation_unsupported", params, answer) if status == 405 else None

    def _forbidden(self, answer: ServiceAnswer, call: Call, params: Mapping[str, Any]) -> ProviderError:
        if _NETWORK.search(answer.message):
            return Unauthorised("network_refused", params, answer)
        named, person = _ACTION.search(answer.message), _OBJECT_ID.search(answer.message)
        who = self._who or (person["who"] if person else "")
        need = need_for(named["action"], call.operation) if named else need_of(call.operation)
        told = {**params, **missing(need, scope_of(need, self._workspace), who)}
        if call.operation == READ:
            # Without any right there ARM says the same of a workspace that does not exist.
            return Unauthorised("workspace_hidden", {**told, **self._named()}, answer)
        return Unauthorised("role_missing", told, answer)

    def _not_found(self, answer: ServiceAnswer, params: Mapping[str, Any]) -> ProviderError:
        code, words = answer.code.lower(), answer.message
        whole = re.search(
            rf"workspaces/{re.escape(self._workspace.workspace)}'? (?:under|was not|not|could not)",
            words,
            re.IGNORECASE,
        )
        if code in _NO_PARENT or whole:
            return NotFound(_NO_PARENT.get(code, "workspace_unknown"), {**params, **self._named()}, answer)
        if not code and re.search(
            r"No HTTP resource was found|^resource not found\.?$|^$", words, re.IGNORECASE
        ):
            return NotFound("endpoint_not_found", params, answer)
        if params["operation"] == CREATE:
            return Refused("file_unknown" if _DATA.search(words) else "model_not_trainable", params, answer)
        return NotFound("not_found", params, answer)

    def _named(self) -> dict[str, str]:
        """The parts of `resource_id`, for words that say which of them is wrong."""
        id_ = self._workspace
        return {"subscription": id_.subscription, "group": id_.group, "workspace": id_.workspace}


def _by_operation(answer: ServiceAnswer, call: Call, params: Mapping[str, Any]) -> ProviderError:
    words = answer.message
    if call.operation == DELETE_MODEL and _IN_USE.search(words):
        return Conflict("model_in_use", params, answer)
    if answer.status == 409:
        return Conflict("conflict", params, answer)
    if call.operation != CREATE:
        return Refused("request_refused", params, answer)
    if _TASK.search(words):
        return Unsupported("method_unsupported", params, answer)
    return Refused(_creation_code(words), params, answer)


def _creation_code(words: str) -> str:
    """What a creation was refused for; the most exact words first."""
    for code, pattern in (
        ("marketplace_needed", _SUBSCRIPTION),
        ("payment_needed", _PAYMENT),
        ("region_unsupported", _REGION),
        ("hyperparameter_refused", _HYPER),
        ("model_retired", _RETIRED),
        ("file_unknown", _DATA),
        ("model_not_trainable", _NO_MODEL),
    ):
        if pattern.search(words):
            return code
    return "request_refused"
