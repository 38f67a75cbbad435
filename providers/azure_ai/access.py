"""Which role allows what in a workspace, and the command that grants it (contract 7, 5.3)."""

from dataclasses import dataclass
from typing import Final, Literal

from providers.azure_ai.workspace_id import PROVIDER, WorkspaceId

WORKSPACES: Final = f"{PROVIDER}/workspaces"
DEVELOPER: Final = "Azure AI Developer"
BLOB_ROLE: Final = "Storage Blob Data Contributor"
VAULT_ROLE: Final = "Key Vault Secrets Officer"
WHO: Final = "<object id of the bot's identity>"


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """One action and the least built-in role that has it; `scope` is where the role is assigned."""

    action: str
    role: str = DEVELOPER
    scope: Literal["workspace", "group", "subscription"] = "workspace"


_BY_OPERATION: Final = {
    "workspace.get": Need(action=f"{WORKSPACES}/read", role="Reader"),
    "jobs.create": Need(action=f"{WORKSPACES}/jobs/write"),
    "jobs.get": Need(action=f"{WORKSPACES}/jobs/read"),
    "jobs.list": Need(action=f"{WORKSPACES}/jobs/read"),
    "jobs.cancel": Need(action=f"{WORKSPACES}/jobs/cancel/action"),
    "jobs.delete": Need(action=f"{WORKSPACES}/jobs/delete"),
    "jobs.events": Need(action=f"{WORKSPACES}/experiments/runs/read"),
    "metrics.read": Need(action=f"{WORKSPACES}/metrics/read"),
    "models.list": Need(action=f"{WORKSPACES}/models/read"),
    "models.get": Need(action=f"{WORKSPACES}/models/read"),
    "models.delete": Need(action=f"{WORKSPACES}/models/delete"),
    "datastores.list": Need(action=f"{WORKSPACES}/datastores/read"),
    "datastores.get": Need(action=f"{WORKSPACES}/datastores/read"),
    "datastores.secrets": Need(action=f"{WORKSPACES}/datastores/listSecrets/action"),
    "data.create": Need(action=f"{WORKSPACES}/data/versions/write"),
    "data.get": Need(action=f"{WORKSPACES}/data/versions/read"),
    "data.list": Need(action=f"{WORKSPACES}/data/versions/read"),
    "data.delete": Need(action=f"{WORKSPACES}/data/versions/delete"),
    "endpoints.list": Need(action=f"{WORKSPACES}/serverlessEndpoints/read"),
    "endpoints.get": Need(action=f"{WORKSPACES}/serverlessEndpoints/read"),
    "endpoints.create": Need(action=f"{WORKSPACES}/serverlessEndpoints/write"),
    "endpoints.delete": Need(action=f"{WORKSPACES}/serverlessEndpoints/delete"),
    "endpoints.keys": Need(action=f"{WORKSPACES}/serverlessEndpoints/listKeys/action"),
    "marketplace.list": Need(action=f"{WORKSPACES}/marketplaceSubscriptions/read"),
    "marketplace.get": Need(action=f"{WORKSPACES}/marketplaceSubscriptions/read"),
    "marketplace.create": Need(
        action="Microsoft.SaaS/register/action", role="Contributor", scope="subscription"
    ),
}


def need_of(operation: str) -> Need:
    """What an operation of ours needs, where a refusal does not name it."""
    return _BY_OPERATION.get(operation, Need(action=f"{WORKSPACES}/*"))


def need_for(action: str, operation: str) -> Need:
    """What an action that the service named needs; the operation tells the role where both agree."""
    known = need_of(operation)
    if known.action.lower() == action.lower():
        return known
    role = "Reader" if action.lower().endswith("/read") else known.role
    return Need(action=action, role=role, scope=known.scope)


def scope_of(need: Need, workspace: WorkspaceId) -> str:
    """Where the role is assigned."""
    if need.scope == "subscription":
        return workspace.subscription_scope
    return workspace.group_scope if need.scope == "group" else str(workspace)


def missing(need: Need, scope: str, who: str = "") -> dict[str, str]:
    """Params of `role_missing`: what is missing where, and the command that grants it."""
    grant = grant_line(need.role, scope, who)
    return {"action": need.action, "scope": scope, "role": need.role, "grant": grant}


def grant_line(role: str, scope: str, who: str = "") -> str:
    """The command that assigns a role; `who` is a client id or object id, "" when it is not known."""
    return f'az role assignment create --assignee "{who or WHO}" --role "{role}" --scope "{scope}"'
