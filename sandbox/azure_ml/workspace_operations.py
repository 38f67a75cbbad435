"""The workspace itself, the provider's registration, and the caller's permissions (contract 1, 7)."""

from typing import Any

from aiohttp import web

from sandbox.azure_ml import roles
from sandbox.azure_ml.gateway import WORKSPACE, ArmCall, MlGateway
from sandbox.azure_ml.options import PROVIDER, TENANT, Switches
from sandbox.azure_ml.versions import AUTHORIZATION, RESOURCES

_KEY_VAULT = "providers/Microsoft.KeyVault/vaults"
_STORAGE = "providers/Microsoft.Storage/storageAccounts"


class WorkspaceOperations:
    """Serves what is asked about workspaces and subscriptions."""

    def __init__(self, gateway: MlGateway, switches: Switches) -> None:
        self._switches = switches
        gateway.add(
            "GET", WORKSPACE, self.get, resource_type="workspaces", action=f"{PROVIDER}/workspaces/read"
        )
        subscription = "/subscriptions/{subscription}"
        for method, path, operation, action in (
            (
                "GET",
                "/providers/{namespace}",
                self.provider,
                "Microsoft.Resources/subscriptions/providers/read",
            ),
            ("POST", "/providers/{namespace}/register", self.register, "Microsoft.Network/register/action"),
        ):
            gateway.add(
                method,
                subscription + path,
                operation,
                resource_type="providers",
                action=action,
                versions=RESOURCES,
            )
        for scope in (subscription, f"{subscription}/resourceGroups/{{group}}", WORKSPACE):
            gateway.add(
                "GET",
                f"{scope}/providers/Microsoft.Authorization/permissions",
                self.permissions,
                resource_type="permissions",
                action=None,
                versions=AUTHORIZATION,
            )

    async def get(self, call: ArmCall) -> web.Response:
        """200 with the workspace."""
        workspace = call.workspace
        facts = workspace.facts
        api = f"{call.origin}/ml/api/{facts.location}"
        body: dict[str, Any] = {
            "id": facts.id,
            "name": facts.name,
            "type": f"{PROVIDER}/workspaces",
            "kind": "Project",
            "location": facts.location,
            "systemData": workspace.created.as_json(),
            "identity": {
                "type": "SystemAssigned",
                "principalId": facts.workspace_id,
                "tenantId": TENANT,
            },
            "sku": {"name": "Basic", "tier": "Basic"},
            "tags": {},
            "properties": {
                "friendlyName": facts.name,
                "workspaceId": facts.workspace_id,
                "tenantId": TENANT,
                "provisioningState": "Succeeded",
                "publicNetworkAccess": "Enabled",
                "discoveryUrl": f"{api}/discovery",
                "mlFlowTrackingUri": f"azureml://{call.request.host}/ml/api/{facts.location}/mlflow/v1.0{facts.id}",
                "storageAccount": f"{facts.group}/{_STORAGE}/{facts.storage_account}",
                "keyVault": f"{facts.group}/{_KEY_VAULT}/{facts.key_vault}",
                "hubResourceId": f"{facts.group}/providers/{PROVIDER}/workspaces/hub-{facts.location}",
                "systemDatastoresAuthMode": "Identity" if facts.credentials == "None" else "AccessKey",
                "v1LegacyMode": False,
            },
        }
        return web.json_response(body)

    async def provider(self, call: ArmCall) -> web.Response:
        """200 with the registration of a resource provider."""
        namespace = call.parts["namespace"]
        there = namespace.lower() != "microsoft.network" or self._switches.network_registered
        return web.json_response(
            {
                "id": f"/subscriptions/{call.parts['subscription']}/providers/{namespace}",
                "namespace": namespace,
                "registrationPolicy": "RegistrationRequired",
                "registrationState": "Registered" if there else "NotRegistered",
                "resourceTypes": [],
            }
        )

    async def register(self, call: ArmCall) -> web.Response:
        """200; here it is done at once."""
        if call.parts["namespace"].lower() == "microsoft.network":
            self._switches.network_registered = True
        return await self.provider(call)

    async def permissions(self, _call: ArmCall) -> web.Response:
        """200 with what the caller may do; an empty list without any role."""
        return web.json_response({"value": roles.permissions(self._switches)})
