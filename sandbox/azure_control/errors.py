"""What Resource Manager itself refuses, before a resource provider is asked, in its words (contract 2.3)."""

from datetime import datetime
from typing import Any, Final

from sandbox.common.entra import Principal

_AUDIENCES: Final = (
    "https://management.core.windows.net/",
    "https://management.core.windows.net",
    "https://management.azure.com/",
    "https://management.azure.com",
)


class ArmError(Exception):
    """A refusal in ARM's envelope; `more` are further fields of the error object."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        headers: dict[str, str] | None = None,
        more: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.message = message
        self.headers = headers or {}
        self.more = more or {}

    def body(self) -> dict[str, Any]:
        """`{"error": {"code", "message", "target"?, "details"?, "additionalInfo"?}}`."""
        return {"error": {"code": self.code, "message": self.message, **self.more}}


def _unauthorised(code: str, message: str) -> ArmError:
    challenge = (
        'Bearer authorization_uri="https://login.windows.net/", error="invalid_token", '
        f'error_description="{message}"'
    )
    return ArmError(401, code, message, headers={"WWW-Authenticate": challenge})


def no_credentials() -> ArmError:
    """There is no bearer token."""
    message = "Authentication failed. The 'Authorization' header is missing or not a bearer token."
    return _unauthorised("AuthenticationFailed", message)


def unknown_token() -> ArmError:
    """The token was not issued by this directory, or was revoked."""
    return _unauthorised("InvalidAuthenticationToken", "The access token is invalid.")


def expired_token(at: datetime, now: datetime) -> ArmError:
    """The token was good once."""
    message = (
        f"The access token expiry UTC time '{at:%m/%d/%Y %H:%M:%S}' is earlier than current UTC time "
        f"'{now:%m/%d/%Y %H:%M:%S}'."
    )
    return _unauthorised("ExpiredAuthenticationToken", message)


def wrong_audience(audience: str) -> ArmError:
    """The token was issued for another API."""
    allowed = ",".join(f"'{one}'" for one in _AUDIENCES)
    message = (
        f"The access token has been obtained for wrong audience or resource '{audience}'. It should exactly match "
        f"with one of the allowed audiences {allowed}."
    )
    return _unauthorised("InvalidAuthenticationTokenAudience", message)


def no_version() -> ArmError:
    """The query has no api-version."""
    message = "The api-version query parameter (?api-version=) is required for all requests."
    return ArmError(400, "MissingApiVersionParameter", message)


def not_a_version(version: str, known: list[str]) -> ArmError:
    """The api-version is not a date."""
    message = f"The api-version '{version}' is invalid. The supported versions are '{','.join(known)}'."
    return ArmError(400, "InvalidApiVersionParameter", message)


def unknown_version(version: str, resource_type: str, known: list[str], locations: list[str]) -> ArmError:
    """A date on which this type had no version (a data plane's version, for example)."""
    message = (
        f"No registered resource provider found for location '{locations[0] if locations else 'global'}' and API "
        f"version '{version}' for type '{resource_type}'. The supported api-versions are '{', '.join(known)}'. The "
        f"supported locations are '{', '.join(locations)}'."
    )
    return ArmError(400, "NoRegisteredProviderFound", message)


def malformed_subscription(subscription: str) -> ArmError:
    """The subscription id is not a GUID."""
    message = f"The provided subscription identifier '{subscription}' is malformed or invalid."
    return ArmError(400, "InvalidSubscriptionId", message)


def unknown_subscription(subscription: str) -> ArmError:
    """There is no such subscription in this directory."""
    return ArmError(404, "SubscriptionNotFound", f"The subscription '{subscription}' could not be found.")


def unknown_group(group: str) -> ArmError:
    """There is no such resource group."""
    return ArmError(404, "ResourceGroupNotFound", f"Resource group '{group}' could not be found.")


def unknown_account(name: str, group: str) -> ArmError:
    """There is no such account in this resource group."""
    message = (
        f"The Resource 'Microsoft.CognitiveServices/accounts/{name}' under resource group '{group}' was not found. "
        "For more details please go to https://aka.ms/ARMResourceNotFoundFix"
    )
    return ArmError(404, "ResourceNotFound", message)


def unknown_path(path: str) -> ArmError:
    """Nothing is served here."""
    message = f"No HTTP resource was found that matches the request URI '{path}'."
    return ArmError(404, "NotFound", message)


def wrong_method(method: str, resource_type: str) -> ArmError:
    """The address exists, but not for this verb (in this version)."""
    message = f"The HTTP method '{method}' is not supported for the resource type '{resource_type}'."
    return ArmError(405, "MethodNotAllowed", message)


def not_authorised(who: Principal, action: str, scope: str) -> ArmError:
    """No role of the caller has this action on this scope."""
    message = (
        f"The client '{who.client_id}' with object id '{who.object_id}' does not have authorization to perform "
        f"action '{action}' over scope '{scope}' or the scope is invalid. If access was recently granted, please "
        "refresh your credentials."
    )
    return ArmError(403, "AuthorizationFailed", message)


def link_not_authorised(who: Principal, action: str, scope: str, linked_action: str, linked: str) -> ArmError:
    """The action is allowed, but what the body points to is not readable."""
    message = (
        f"The client '{who.client_id}' with object id '{who.object_id}' has permission to perform action "
        f"'{action}' on scope '{scope}'; however, it does not have permission to perform action(s) "
        f"'{linked_action}' on the linked scope(s) '{linked}' (respectively) or the linked scope(s) are invalid."
    )
    return ArmError(403, "LinkedAuthorizationFailed", message)


def denied_by_policy(name: str, scope: str, resource_type: str) -> ArmError:
    """A policy assignment of the company denies the write."""
    management = "/providers/Microsoft.Management/managementGroups/corp/providers/Microsoft.Authorization"
    assignment, definition = (
        f"{management}/policyAssignments/models",
        f"{management}/policyDefinitions/models",
    )
    named = '{"name":"Allowed model deployments","id":"%s"}'
    identifiers = f'[{{"policyAssignment":{named % assignment},"policyDefinition":{named % definition}}}]'
    message = f"Resource '{name}' was disallowed by policy. Policy identifiers: '{identifiers}'."
    info = {
        "policyDefinitionId": definition,
        "policyDefinitionName": "models",
        "policyDefinitionDisplayName": "Allowed model deployments",
        "policyDefinitionEffect": "Deny",
        "policyAssignmentId": assignment,
        "policyAssignmentName": "models",
        "policyAssignmentDisplayName": "Allowed model deployments",
        "policyAssignmentScope": scope,
        "resourceType": resource_type,
    }
    more = {"target": name, "additionalInfo": [{"type": "PolicyViolation", "info": info}]}
    return ArmError(403, "RequestDisallowedByPolicy", message, more=more)


def throttled(kind: str, subscription: str, who: Principal, seconds: int) -> ArmError:
    """The bucket of reads, writes or deletes is empty; `Retry-After` in seconds."""
    message = (
        f"Number of '{kind}' requests for subscription '{subscription}' actor '{who.object_id}' exceeded. Please "
        f"try again after '{seconds}' seconds after additional tokens are available."
    )
    return ArmError(429, "SubscriptionRequestsThrottled", message, headers={"Retry-After": str(seconds)})


def unreadable_body() -> ArmError:
    """The body is not a JSON object."""
    message = "The request content was invalid and could not be deserialized: 'A JSON object is expected.'."
    return ArmError(400, "InvalidRequestContent", message)


def unknown_location(location: str, known: list[str]) -> ArmError:
    """The provider is not in this location."""
    message = (
        f"The provided location '{location}' is not available for resource type 'locations'. List of available "
        f"regions for the resource type is '{','.join(known)}'."
    )
    return ArmError(400, "LocationNotAvailableForResourceType", message)
