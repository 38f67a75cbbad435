"""What the resource provider refuses, in Azure ML's form: the sentence, and what it is made of in `additionalInfo`."""

from typing import Any, Final

from sandbox.azure_control.errors import ArmError
from sandbox.azure_ml.options import TENANT
from sandbox.common.entra import Principal

_COMPONENT: Final = "managementfrontend"


def refused(status: int, code: str, message: str, inner: str) -> ArmError:
    """A refusal of the provider; `inner` is the exact kind in `additionalInfo` (contract 8)."""
    info: list[dict[str, Any]] = [
        {"type": "ComponentName", "info": {"value": _COMPONENT}},
        {"type": "InnerError", "info": {"value": {"code": inner, "innerError": None}}},
        {"type": "MessageFormat", "info": {"value": message}},
    ]
    return ArmError(status, code, message, more={"details": [], "additionalInfo": info})


def invalid(message: str, inner: str = "InvalidRequest") -> ArmError:
    """400: the request cannot be carried out as it stands."""
    return refused(400, "UserError", message, inner)


def malformed(problems: list[str]) -> ArmError:
    """400: fields are missing, or of the wrong form."""
    return refused(400, "ValidationError", " ".join(problems), "BadArgument")


def not_found(kind: str, name: str) -> ArmError:
    """404: there is none of this name in the workspace."""
    return refused(404, "UserError", f"{kind} '{name}' was not found.", "NotFound")


def no_workspace(name: str, group: str) -> ArmError:
    """404: there is no such workspace in this resource group."""
    message = (
        f"The Resource 'Microsoft.MachineLearningServices/workspaces/{name}' under resource group '{group}' was "
        "not found. For more details please go to https://aka.ms/ARMResourceNotFoundFix"
    )
    return ArmError(404, "ResourceNotFound", message)


def wrong_tenant() -> ArmError:
    """401: the token is good, and of another tenant than the subscription."""
    message = (
        "The access token is from the wrong issuer 'https://sts.windows.net/00000000-0000-4000-8000-00000000000b/'. It "
        f"must match the tenant 'https://sts.windows.net/{TENANT}/' associated with this subscription. Please use the "
        f"authority (URL) 'https://login.windows.net/{TENANT}' to get the token."
    )
    challenge = f'Bearer authorization_uri="https://login.windows.net/{TENANT}", error="invalid_token"'
    return ArmError(401, "InvalidAuthenticationTokenTenant", message, headers={"WWW-Authenticate": challenge})


def no_such_type(resource_type: str, version: str, known: list[str]) -> ArmError:
    """404: the namespace has no such type at all."""
    message = (
        f"The resource type '{resource_type}' could not be found in the namespace "
        f"'Microsoft.MachineLearningServices' for api version '{version}'. The supported api-versions are "
        f"'{','.join(known)}'."
    )
    return ArmError(404, "InvalidResourceType", message)


def conflict(message: str, inner: str) -> ArmError:
    """409: what is there stands in the way."""
    return refused(409, "Conflict", message, inner)


def not_registered(namespace: str) -> ArmError:
    """409: the Azure subscription does not use a provider that is needed."""
    message = (
        f"The subscription is not registered to use namespace '{namespace}'. See "
        "https://aka.ms/rps-not-found for how to register subscriptions."
    )
    return ArmError(409, "MissingSubscriptionRegistration", message)


def not_subscribed(model: str, status: str | None) -> ArmError:
    """400: the model belongs to an offer of the Marketplace that the workspace has no live subscription to."""
    if status is None:
        message = f"Model '{model}' requires a Marketplace subscription, and this workspace has none."
    else:
        message = f"The Marketplace subscription of this workspace to model '{model}' is {status}."
    return invalid(message, "MarketplaceSubscriptionRequired")


def may_not_subscribe(who: Principal, subscription: str) -> ArmError:
    """403: subscribing takes rights on the Azure subscription (contract 7)."""
    message = (
        f"The client '{who.client_id}' with object id '{who.object_id}' does not have authorization to perform "
        "action 'Microsoft.MarketplaceOrdering/agreements/offers/plans/sign/action' over scope "
        f"'/subscriptions/{subscription}' or the scope is invalid. If access was recently granted, please refresh "
        "your credentials."
    )
    return ArmError(403, "AuthorizationFailed", message)
