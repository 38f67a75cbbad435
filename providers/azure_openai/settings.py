"""Settings of one connection to an Azure OpenAI resource."""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Any, Final, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, model_validator

from providers.auth import Auth, EntraAuth, EntraSettings, KeyAuth
from providers.azure_openai.resource_id import ResourceId
from providers.azure_openai.surface import V1, V1_VERSIONS, Surface
from providers.clock import Clock
from providers.entra import CredentialKind
from providers.network import NetworkOptions
from providers.versions import is_dated

DEFAULT_SCOPE: Final = "https://cognitiveservices.azure.com/.default"
"""Newest pages use https://ai.azure.com/.default, sovereign clouds their own (contract 1.0)."""

# Why these (contract 1.0, 1.2): 2024-10-21 is the latest stable version; it promises `error` and `estimated_finish`
# and deletes files with an answer. Pausing exists from 2025-04-01-preview on, and only there are the states
# `pausing`, `paused` and `resuming` promised, so everything that reads or makes jobs speaks that version: a job
# must not change its look with the operation that reads it. Chat completions have not changed since 2024-10-21 in
# anything that a call of ours uses.
#
# `v1` and `preview` are the versions of the undated surface, for single groups or, as `*`, for the whole data plane.
# Only the dated list of models tells what can be trained and until when (1.9), so `*` moves that group to v1 only
# where there is no dated surface: at the address of a project.
#
# Azure Resource Manager has versions of its own (contract 2.1, 3.3). 2025-12-01 is the first stable one that tells
# whether a deployment is paused, and comes after 2025-07-01-preview, with which DeveloperTier appeared (2.2).
API_VERSIONS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "files": "2024-10-21",
        "models": "2024-10-21",
        "jobs": "2025-04-01-preview",
        "events": "2025-04-01-preview",
        "checkpoints": "2025-04-01-preview",
        "control": "2025-04-01-preview",
        "inference": "2024-10-21",
        "deployments": "2025-12-01",
        "locations": "2025-12-01",
        "filters": "2025-12-01",
        "metrics": "2024-02-01",
        "permissions": "2022-04-01",
    }
)
ARM_GROUPS: Final = frozenset({"deployments", "locations", "filters", "metrics", "permissions"})
"""Groups of the control plane: `*` does not hold for them, it is a version of the data plane."""
_PROJECT: Final = re.compile(r"/api/projects/[^/]+")

MANAGEMENT: Final = "https://management.azure.com"
MANAGEMENT_SCOPE: Final = "https://management.azure.com/.default"
"""Public cloud; sovereign clouds have their own."""


def _address(endpoint: str) -> str:
    parts = urlsplit(endpoint)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
        message = "an endpoint is https://host"
        raise ValueError(message)
    return endpoint.rstrip("/")


def _base_url(endpoint: str) -> str:
    """The address under which `/openai/…` answers; people paste it with that part, too."""
    return re.sub(r"/openai(/v1)?$", "", _address(endpoint))


def _resource_id(text: str) -> str:
    return str(ResourceId.parse(text))


def _header_value(key: SecretStr | None) -> SecretStr | None:
    """A key as it can stand in a header: a file that holds it often ends with a line break."""
    if key is None:
        return None
    text = key.get_secret_value().strip()
    if not text.isascii() or not text.isprintable():
        message = "a key is printable ASCII"
        raise ValueError(message)
    return SecretStr(text)


def _version(version: str) -> str:
    if version not in V1_VERSIONS and not is_dated(version):
        message = "a version is a date, a date with -preview, v1 or preview"
        raise ValueError(message)
    return version


def _known_groups(versions: Mapping[str, str]) -> Mapping[str, str]:
    if set(versions) - set(API_VERSIONS) - {"*"}:
        message = f"api_versions knows {', '.join(sorted(API_VERSIONS))} and *"
        raise ValueError(message)
    wrong = sorted(group for group in ARM_GROUPS & set(versions) if versions[group] in V1_VERSIONS)
    if wrong:
        message = f"api_versions: {', '.join(wrong)} take dates, v1 is a surface of the data plane"
        raise ValueError(message)
    return versions


Version = Annotated[str, AfterValidator(_version)]


class AzureOpenAISettings(BaseModel):
    """One resource and how to reach it; keys of the configuration that are not listed here are passed over.

    Attributes:
        endpoint: `https://NAME.openai.azure.com`, the address of a project (`https://NAME.services.ai.azure.com/api/
            projects/PROJECT`), or any base under which `/openai/…` answers.
        api_versions: api-version by group of operations (see `API_VERSIONS`), or `{"*": …}` for all of the data plane;
            `v1` or `preview` for the undated surface.
        resource_id: ARM id of the account; None = no deployments here.
        management, management_scope: where deployments are managed, always with Entra tokens of this scope; the
            credential's settings count for it also where the data plane takes a key.
        training_types: which training types this connection offers; empty = all that the service has.
    """

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    endpoint: Annotated[str, AfterValidator(_base_url)]
    auth: Literal["key", "entra"] = "key"
    key: Annotated[SecretStr | None, AfterValidator(_header_value)] = None
    credential: CredentialKind = "default"
    client_id: str | None = None
    tenant_id: str | None = None
    client_secret: SecretStr | None = None
    scope: str = DEFAULT_SCOPE
    authority: str | None = None
    api_versions: Annotated[Mapping[str, Version], AfterValidator(_known_groups)] = Field(
        default_factory=dict
    )
    training_types: tuple[str, ...] = ()
    resource_id: Annotated[str | None, AfterValidator(lambda text: text and _resource_id(text))] = None
    management: Annotated[str, AfterValidator(_address)] = MANAGEMENT
    management_scope: str = MANAGEMENT_SCOPE

    @model_validator(mode="before")
    @classmethod
    def _absent_means_default(cls, data: Any) -> Any:
        """A configuration hands over None for what nobody set."""
        if isinstance(data, Mapping):
            return {name: value for name, value in data.items() if value is not None}
        return data

    @model_validator(mode="after")
    def _has_a_key(self) -> "AzureOpenAISettings":
        if self.auth == "key" and not (self.key and self.key.get_secret_value()):
            message = "auth = key needs a key"
            raise ValueError(message)
        return self

    def api_version(self, group: str) -> str:
        """The api-version for a group of operations; a project has v1 only (contract 1.0)."""
        if group in self.api_versions:
            return self.api_versions[group]
        if group in ARM_GROUPS:
            return API_VERSIONS[group]
        general = self.api_versions.get("*") or (V1 if self.is_project else None)
        if group == "models" and general in V1_VERSIONS and not self.is_project:
            general = None
        return general or API_VERSIONS[group]

    @property
    def is_project(self) -> bool:
        """Whether the endpoint is that of a project, which has no dated surface."""
        return _PROJECT.search(urlsplit(self.endpoint).path) is not None

    def surface(self, group: str) -> Surface:
        """The surface that a group of operations of the data plane speaks."""
        return Surface(self.api_version(group))

    def open_auth(self, network: NetworkOptions, clock: Clock) -> Auth:
        """The credential for the data plane that these settings name."""
        if self.auth == "key":
            return KeyAuth(header="api-key", key=self.key.get_secret_value() if self.key else "")
        return self._entra(self.scope, network, clock)

    def open_management_auth(self, network: NetworkOptions, clock: Clock) -> Auth:
        """The credential for Azure Resource Manager, which takes no keys."""
        return self._entra(self.management_scope, network, clock)

    def _entra(self, scope: str, network: NetworkOptions, clock: Clock) -> Auth:
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
