"""Refusals of Azure Resource Manager and Azure Monitor as errors of ours (contract 2.3, 3.3, 5.1).

ARM wraps its errors (`{"error": {…}}`), Monitor's are flat. What only a deployment is refused with stands in
`deployment_refusals`.
"""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from providers.azure_openai.deployment_refusals import APPLY, refused
from providers.azure_openai.errors import read_envelope
from providers.azure_openai.resource_id import ResourceId
from providers.azure_openai.roles import (
    ACCOUNTS,
    METRICS_ACTION,
    MODELS_ACTION,
    USAGES_ACTION,
    missing,
    need_for,
    scope_of,
)
from providers.calls import Call
from providers.errors import (
    Conflict,
    NotFound,
    ProviderError,
    Refused,
    ServiceAnswer,
    Throttled,
    Unauthorised,
)

DELETE: Final = "deployments.delete"
GET: Final = "deployments.get"
METRICS: Final = "metrics.read"
ACTIONS: Final[Mapping[str, str]] = MappingProxyType(
    {
        APPLY: f"{ACCOUNTS}/deployments/write",
        DELETE: f"{ACCOUNTS}/deployments/delete",
        GET: f"{ACCOUNTS}/deployments/read",
        "deployments.list": f"{ACCOUNTS}/deployments/read",
        "account.get": f"{ACCOUNTS}/read",
        "filters.list": f"{ACCOUNTS}/raiPolicies/read",
        "usages.list": USAGES_ACTION,
        "offers.list": MODELS_ACTION,
        METRICS: METRICS_ACTION,
    }
)
"""What an operation of ours needs, where a refusal does not name it."""
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
_NO_PARENT: Final = frozenset(
    {
        "resourcegroupnotfound",
        "subscriptionnotfound",
        "invalidsubscriptionid",
        "parentresourcenotfound",
        "accountnotfound",
    }
)
# Only these say that a thing is not there: something taken for absent is created again, or told as deleted.
_ABSENT: Final = frozenset({"resourcenotfound", "notfound", "deploymentnotfound"})
_ACCOUNT_MISSING: Final = re.compile(
    r"Resource 'Microsoft\.CognitiveServices/accounts/[^/']+'", re.IGNORECASE
)
_NO_PATH: Final = re.compile(r"No HTTP resource was found|^resource not found\.?$", re.IGNORECASE)
_VERSIONS: Final = frozenset(
    {
        "missingapiversionparameter",
        "invalidapiversionparameter",
        "noregisteredproviderfound",
        "invalidresourcetype",
        "invalidapiversion",
    }
)
_METRIC: Final = re.compile(r"\bmetrics?\b|\bdimensions?\b|\bmetadata\b", re.IGNORECASE)


def identity_of(answer: ServiceAnswer) -> str:
    """Object id of the caller as a refusal of ARM names it, "" when it does not."""
    found = _OBJECT_ID.search(answer.message)
    return found["who"] if found else ""


class ArmDialect:
    """How the control plane says no. `who` is the client id of the bot's identity, "" when not configured."""

    def __init__(self, resource: ResourceId, who: str) -> None:
        self._resource = resource
        self._who = who

    def read(self, body: bytes) -> tuple[str, str]:
        """Code and message, wrapped or flat."""
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
        if status == 403:
            return self._forbidden(answer, call, params)
        if status == 404 or code in _NO_PARENT:
            return self._not_found(answer, params)
        return self._by_status(answer, params) or _by_operation(answer, call, params)

    def _by_status(self, answer: ServiceAnswer, params: Mapping[str, Any]) -> ProviderError | None:
        code = answer.code.lower()
        if answer.status == 401:
            return Unauthorised("token_refused", params, answer)
        if answer.status == 429:
            return Throttled("throttled", params, answer)
        if code in {"missingsubscriptionregistration", "subscriptionnotregistered"}:
            scope = self._resource.subscription_scope
            return Refused("provider_unregistered", {**params, "scope": scope}, answer)
        return Conflict("resource_locked", params, answer) if code == "scopelocked" else None

    def _forbidden(self, answer: ServiceAnswer, call: Call, params: Mapping[str, Any]) -> ProviderError:
        if _NETWORK.search(answer.message):
            return Unauthorised("network_refused", params, answer)
        named = _ACTION.search(answer.message)
        who = self._who or identity_of(answer)
        if answer.code.lower() == "linkedauthorizationfailed":
            # Read on the account that has the model is what deploying it elsewhere needs there (2.3).
            need = need_for(named["action"] if named else f"{ACCOUNTS}/read")
            scope = named["scope"] if named else str(call.what.get("source", ""))
            return Unauthorised("source_role_missing", {**params, **missing(need, scope, who)}, answer)
        need = need_for(
            named["action"] if named else ACTIONS.get(call.operation, f"{ACCOUNTS}/deployments/write")
        )
        # Roles are for the account: assigned there, and not on the one deployment that ARM names.
        return Unauthorised(
            "role_missing", {**params, **missing(need, scope_of(need, self._resource), who)}, answer
        )

    def _not_found(self, answer: ServiceAnswer, params: Mapping[str, Any]) -> ProviderError:
        """The account is not there, the thing in it is not there, or this is no control plane at all."""
        code = answer.code.lower()
        if code in _NO_PARENT or _ACCOUNT_MISSING.search(answer.message):
            return NotFound("resource_unknown", {**params, "resource": str(self._resource)}, answer)
        if code in _ABSENT and not _NO_PATH.search(answer.message):
            return NotFound("not_found", params, answer)
        return NotFound("endpoint_not_found", params, answer)


def _by_operation(answer: ServiceAnswer, call: Call, params: Mapping[str, Any]) -> ProviderError:
    if call.operation == METRICS and answer.status == 400 and _METRIC.search(answer.message):
        return Refused("metric_unknown", params, answer)
    return refused(answer, call.operation, params)
