"""Settings of one connection to a workspace or project of Azure AI Studio."""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Any, Final, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, StrictBool, model_validator

from providers.auth import Auth, EntraAuth, EntraSettings
from providers.azure_ai.workspace_id import WorkspaceId
from providers.clock import Clock
from providers.entra import CredentialKind
from providers.network import NetworkOptions
from providers.versions import is_dated

MANAGEMENT_SCOPE: Final = "https://management.azure.com/.default"
API_SCOPE: Final = "https://ml.azure.com/.default"
STORAGE_SCOPE: Final = "https://storage.azure.com/.default"
VAULT_SCOPE: Final = "https://vault.azure.net/.default"
"""Public cloud (contract 1); sovereign clouds have their own."""

# Why these (contract 1): 2024-10-01-preview is the one version with fine-tuning jobs, serverless endpoints with content
# safety, Marketplace subscriptions and expirable secrets; fine-tuning is in no stable version. The others belong to
# other providers of ARM.
API_VERSIONS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "jobs": "2024-10-01-preview",
        "models": "2024-10-01-preview",
        "data": "2024-10-01-preview",
        "datastores": "2024-10-01-preview",
        "marketplace": "2024-10-01-preview",
        "endpoints": "2024-10-01-preview",
        "workspace": "2024-10-01-preview",
        "permissions": "2022-04-01",
        "resources": "2021-04-01",
        "vault": "7.4",
    }
)
OTHERS: Final = frozenset({"permissions", "resources", "vault"})
"""Groups of other services: `*` does not hold for them, it is a version of Machine Learning's provider."""
_VAULT: Final = re.compile(r"\d+\.\d+(-preview\.\d+)?")
"""Versions of Key Vault's data plane, such as 7.4."""
OPTIONS: Final = frozenset(
    {
        "api", "api_scope", "storage_scope", "storage_endpoint", "datastore", "data_assets", "key_vault",
        "vault_scope", "allow_marketplace", "model_versions",
    }
)  # fmt: skip


def _address(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
        message = "an address is https://host"
        raise ValueError(message)
    return text.rstrip("/")


def _pattern(text: str) -> str:
    if "{account}" not in text:
        message = "the address of storage accounts holds {account}"
        raise ValueError(message)
    _address(text.replace("{account}", "account"))
    return text.rstrip("/")


def _version(version: str) -> str:
    if not is_dated(version) and not _VAULT.fullmatch(version):
        message = "a version is a date, or a date with -preview"
        raise ValueError(message)
    return version


def _known_groups(versions: Mapping[str, str]) -> Mapping[str, str]:
    if set(versions) - set(API_VERSIONS) - {"*"}:
        message = f"api_versions knows {', '.join(sorted(API_VERSIONS))} and *"
        raise ValueError(message)
    if any(is_dated(version) is (group == "vault") for group, version in versions.items()):
        message = "api_versions are dates, and that of vault a number"
        raise ValueError(message)
    return versions


Version = Annotated[str, AfterValidator(_version)]
Address = Annotated[str, AfterValidator(_address)]


class AzureAISettings(BaseModel):
    """One workspace and how to reach it; keys of the configuration that are not listed here are passed over.

    Attributes:
        endpoint: base address of Azure Resource Manager (`https://management.azure.com`).
        resource_id: ARM id of the workspace or project.
        region: told by the workspace; here only for people.
        auth: tokens of Entra ID; nothing else is taken by ARM.
        api_versions: api-version by group of operations (see `API_VERSIONS`), `*` for all of Machine Learning's.
        api: base of the region's data plane (history, MLflow); None = told by the workspace's `discoveryUrl`.
        storage_endpoint: pattern of a storage account's address with `{account}`; None = told by the datastore.
        datastore: name of the datastore that data goes to; None = the workspace's default.
        data_assets: uploaded files get a versioned name in the workspace, too.
        key_vault: address of the vault that deployments' keys are put into; None = they are put nowhere.
        allow_marketplace: whether the bot may buy Marketplace subscriptions (after an approval).
        model_versions: versions of base models, by name, for where the registry cannot be read.
    """

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True, protected_namespaces=())

    endpoint: Address
    resource_id: Annotated[str, AfterValidator(lambda text: str(WorkspaceId.parse(text)))]
    region: str = ""
    auth: Literal["entra"] = "entra"
    credential: CredentialKind = "default"
    client_id: str | None = None
    tenant_id: str | None = None
    client_secret: SecretStr | None = None
    authority: str | None = None
    management_scope: str = MANAGEMENT_SCOPE
    api_versions: Annotated[Mapping[str, Version], AfterValidator(_known_groups)] = Field(
        default_factory=dict
    )
    portal_url: str | None = None
    api: Address | None = None
    api_scope: str = API_SCOPE
    storage_endpoint: Annotated[str, AfterValidator(_pattern)] | None = None
    storage_scope: str = STORAGE_SCOPE
    datastore: str | None = None
    data_assets: bool = False
    key_vault: Address | None = None
    vault_scope: str = VAULT_SCOPE
    allow_marketplace: StrictBool = False
    model_versions: Mapping[str, str] = Field(default_factory=dict)

    @model_validator(mode="before")
    @classmethod
    def _absent_means_default(cls, data: Any) -> Any:
        """A configuration hands over None for what nobody set."""
        if isinstance(data, Mapping):
            return {name: value for name, value in data.items() if value is not None}
        return data

    @property
    def workspace(self) -> WorkspaceId:
        """The id taken apart."""
        return WorkspaceId.parse(self.resource_id)

    def api_version(self, group: str) -> str:
        """The api-version for a group of operations."""
        general = None if group in OTHERS else self.api_versions.get("*")
        return self.api_versions.get(group) or general or API_VERSIONS[group]

    def open_auth(self, scope: str, network: NetworkOptions, clock: Clock) -> Auth:
        """The credential for one audience."""
        secret = self.client_secret.get_secret_value() if self.client_secret else None
        settings = EntraSettings(
            kind=self.credential,
            scope=scope,
            client_id=self.client_id,
            tenant_id=self.tenant_id,
            client_secret=secret,
            authority=self.authority,
        )
        return EntraAuth(settings, network=network, clock=clock)
