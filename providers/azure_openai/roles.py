"""Which role allows what, and the command that grants it (contract 1.0, 2.1, 3.3).

The one place for this: refusals and the check of rights both read it. For each action the least of Azure's built-in
roles that has it, with the scope that it must be assigned on: quotas and models of a region belong to the
subscription, everything else to the account.
"""

from dataclasses import dataclass
from typing import Final, Literal

from providers.azure_openai.resource_id import ResourceId

ACCOUNTS: Final = "Microsoft.CognitiveServices/accounts"
LOCATIONS: Final = "Microsoft.CognitiveServices/locations"
CALL_ACTION: Final = f"{ACCOUNTS}/OpenAI/deployments/chat/completions/action"
USAGES_ACTION: Final = f"{LOCATIONS}/usages/read"
MODELS_ACTION: Final = f"{LOCATIONS}/models/read"
METRICS_ACTION: Final = "Microsoft.Insights/metrics/read"
WHO: Final = "<object id of the bot's identity>"
WHERE: Final = "<resource id of the account>"


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """One action: what it is for (`Right.needed_for`), the role that has it, and where that is assigned.

    `data` marks actions of the data plane, which Owner and Contributor do not have. `vital` is False where the bot
    only knows less without it.
    """

    action: str
    needed_for: str
    role: str
    scope: Literal["account", "subscription"] = "account"
    data: bool = False
    vital: bool = True


NEEDS: Final = (
    Need(action=f"{ACCOUNTS}/deployments/read", needed_for="read", role="Reader"),
    Need(action=f"{ACCOUNTS}/deployments/write", needed_for="deploy", role="Cognitive Services Contributor"),
    Need(action=f"{ACCOUNTS}/deployments/delete", needed_for="remove", role="Cognitive Services Contributor"),
    Need(action=METRICS_ACTION, needed_for="usage", role="Monitoring Reader"),
    Need(
        action=USAGES_ACTION,
        needed_for="read",
        role="Cognitive Services Usages Reader",
        scope="subscription",
        vital=False,
    ),
    Need(action=MODELS_ACTION, needed_for="read", role="Reader", scope="subscription"),
    Need(action=CALL_ACTION, needed_for="call", role="Cognitive Services OpenAI User", data=True),
)
TRAIN: Final = Need(
    action=f"{ACCOUNTS}/OpenAI/*",
    needed_for="train",
    role="Cognitive Services OpenAI Contributor",
    data=True,
)
"""Files and jobs of the data plane (1.0)."""
_OTHERS: Final = (
    Need(action=f"{ACCOUNTS}/read", needed_for="read", role="Reader"),
    Need(action=f"{ACCOUNTS}/raiPolicies/read", needed_for="read", role="Reader"),
)


def need_for(action: str) -> Need:
    """What is needed for an action in any case; an unknown one is taken for something that changes deployments."""
    wanted = action.lower()
    found = next((need for need in NEEDS + _OTHERS if need.action.lower() == wanted), None)
    if found is not None:
        return found
    role = "Reader" if wanted.endswith("/read") else "Cognitive Services Contributor"
    return Need(action=action, needed_for="read" if role == "Reader" else "deploy", role=role)


def scope_of(need: Need, resource: ResourceId) -> str:
    """The scope to assign the role on."""
    return str(resource) if need.scope == "account" else resource.subscription_scope


def missing(need: Need, scope: str, who: str = "") -> dict[str, str]:
    """Params of `role_missing`: what is missing where, and the command that grants it."""
    grant = grant_line(need.role, scope, who)
    return {"action": need.action, "scope": scope, "role": need.role, "grant": grant}


def grant_line(role: str, scope: str, who: str = "") -> str:
    """The command that assigns a role; `who` is a client id or object id, "" when it is not known."""
    return f'az role assignment create --assignee "{who or WHO}" --role "{role}" --scope "{scope}"'
