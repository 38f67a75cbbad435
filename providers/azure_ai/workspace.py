"""What a workspace tells of itself that everything else is built from (contract 1)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from providers.azure_ai.workspace_id import WorkspaceId


@dataclass(frozen=True, slots=True, kw_only=True)
class Workspace:
    """Facts of one workspace or project.

    Attributes:
        region: its location in the service's spelling (`westus3`). guid: its `workspaceId`.
        kind: `Default`, `Hub`, `Project`, …; hub: ARM id of its hub, "" without one.
        discovery_url: where the addresses of the region's data plane are told.
        storage: ARM id of its storage account; key_vault: of its own vault.
    """

    id: WorkspaceId
    region: str
    guid: str
    kind: str = ""
    hub: str = ""
    discovery_url: str = ""
    storage: str = ""
    key_vault: str = ""
    public: bool = True

    @property
    def default_api(self) -> str:
        """The region's data plane where nobody tells another: that of the discovery address, or the public one."""
        parts = urlsplit(self.discovery_url)
        if parts.scheme in {"http", "https"} and parts.netloc and "@" not in parts.netloc:
            return f"{parts.scheme}://{parts.netloc}"
        return f"https://{self.region}.api.azureml.ms"

    def told_api(self, value: Any) -> str:
        """The region's data plane as the discovery address tells it; a host other than its own is not believed."""
        told = value.get("api") if isinstance(value, Mapping) else None
        base = f"{self.default_api}/"
        if isinstance(told, str) and f"{told}/".startswith(base) and ".." not in told and "?" not in told:
            return told.rstrip("/")
        return self.default_api

    def model_id(self, name: str, version: str) -> str:
        """The id of one of its models, as endpoints want it (contract 4)."""
        return f"azureml://locations/{self.region}/workspaces/{self.guid}/models/{name}/versions/{version}"


def read_workspace(id_: WorkspaceId, value: Any) -> Workspace:
    """The facts out of an answer; what is absent is empty."""
    top = value if isinstance(value, Mapping) else {}
    inner = top.get("properties")
    properties: Mapping[str, Any] = inner if isinstance(inner, Mapping) else {}

    def text(holder: Mapping[str, Any], name: str) -> str:
        found = holder.get(name)
        return found if isinstance(found, str) else ""

    return Workspace(
        id=id_,
        region=text(top, "location").replace(" ", "").lower(),
        guid=text(properties, "workspaceId"),
        kind=text(top, "kind"),
        hub=text(properties, "hubResourceId"),
        discovery_url=text(properties, "discoveryUrl"),
        storage=text(properties, "storageAccount"),
        key_vault=text(properties, "keyVault"),
        public=text(properties, "publicNetworkAccess").lower() != "disabled",
    )
