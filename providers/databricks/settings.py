"""Settings of one connection to a Databricks workspace."""

import re
from collections.abc import Callable, Mapping
from typing import Annotated, Any, Final, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, SecretStr, model_validator

from providers.entra import CredentialKind

SCOPE: Final = "2ff814a6-3304-4ab8-85cb-cd0e6f879c1d/.default"
"""Databricks on Azure as an application of Entra ID (contract 8)."""
MANAGEMENT_SCOPE: Final = "https://management.core.windows.net//.default"
"""The resource of contract 8 ends in a slash, and a scope is the resource, a slash and `.default`."""
OPTIONS: Final = frozenset({"volume", "register_to", "experiment_folder", "warehouse_id"})

_NAME: Final = r"[^\s/.]+"
_VOLUME: Final = re.compile(rf"/Volumes/{_NAME}/{_NAME}/{_NAME}(?:/[^\s/]+)*")
_SCHEMA: Final = re.compile(rf"{_NAME}\.{_NAME}")
_FOLDER: Final = re.compile(r"(?:/[^/\n{}]+)+")
_ID: Final = re.compile(r"[A-Za-z0-9_-]+")
_RESOURCE: Final = re.compile(
    r"/subscriptions/[^/]+/resourceGroups/[^/]+/providers/Microsoft\.Databricks/workspaces/[^/]+",
    re.IGNORECASE,
)


def _host(endpoint: str) -> str:
    """A workspace is a host: its APIs stand at the root, and so do those of everything that imitates it."""
    parts = urlsplit(endpoint)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path.strip("/") or parts.fragment:
        message = "a workspace is https://host"
        raise ValueError(message)
    # A browser's address line ends in ?o=<workspace id>; it says nothing that the host does not.
    return f"{parts.scheme}://{parts.netloc}"


def _shaped(pattern: re.Pattern[str], message: str) -> Callable[[str], str]:
    def check(text: str) -> str:
        cleaned = text.strip().removeprefix("dbfs:").rstrip("/")
        if pattern.fullmatch(cleaned) is None:
            raise ValueError(message)
        return cleaned

    return check


def _header_value(key: SecretStr | None) -> SecretStr | None:
    """A token as it can stand in a header: a file that holds it often ends with a line break."""
    if key is None:
        return None
    text = key.get_secret_value().strip()
    if not text.isascii() or not text.isprintable():
        message = "a token is printable ASCII"
        raise ValueError(message)
    return SecretStr(text)


Volume = Annotated[str, AfterValidator(_shaped(_VOLUME, "a volume is /Volumes/catalog/schema/volume"))]
Schema = Annotated[str, AfterValidator(_shaped(_SCHEMA, "a schema is catalog.schema"))]
Folder = Annotated[str, AfterValidator(_shaped(_FOLDER, "a folder of the workspace starts with /"))]
Id = Annotated[str, AfterValidator(_shaped(_ID, "an id has letters, digits, - and _"))]
Resource = Annotated[str, AfterValidator(_shaped(_RESOURCE, "the ARM id of a Databricks workspace"))]


class DatabricksSettings(BaseModel):
    """One workspace and how to reach it; keys of the configuration that are not listed here are passed over.

    Attributes:
        endpoint: `https://adb-….azuredatabricks.net`, or another cloud's host.
        auth: `key` = a personal access token in `key`; `oauth` = a service principal's `client_id` and
            `client_secret` of Databricks itself; `entra` = Entra ID by `credential`.
        resource_id: with `entra`, ARM id of the workspace: needed by an application that has a role on the workspace
            in Azure and is no user in it; a second token then goes along (contract 8).
        management_scope: of that second token.
        volume: where training data goes (`/Volumes/catalog/schema/volume`, folders below it allowed).
        register_to: `catalog.schema` that trained models are registered in.
        experiment_folder: workspace folder of the MLflow experiments; None = the bot's own `/Users/…`.
        warehouse_id: SQL warehouse that reads the usage tables; None = the last use is unknown.
    """

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    endpoint: Annotated[str, AfterValidator(_host)]
    auth: Literal["key", "oauth", "entra"] = "key"
    key: Annotated[SecretStr | None, AfterValidator(_header_value)] = None
    client_id: str | None = None
    client_secret: SecretStr | None = None
    tenant_id: str | None = None
    credential: CredentialKind = "default"
    scope: str = SCOPE
    authority: str | None = None
    resource_id: Resource | None = None
    management_scope: str = MANAGEMENT_SCOPE
    volume: Volume
    register_to: Schema
    experiment_folder: Folder | None = None
    warehouse_id: Id | None = None

    @model_validator(mode="before")
    @classmethod
    def _absent_means_default(cls, data: Any) -> Any:
        """A configuration hands over None for what nobody set."""
        if isinstance(data, Mapping):
            return {name: value for name, value in data.items() if value is not None}
        return data

    @model_validator(mode="after")
    def _can_sign_in(self) -> "DatabricksSettings":
        if self.auth == "key" and not (self.key and self.key.get_secret_value()):
            message = "auth = key needs a key"
            raise ValueError(message)
        secret = self.client_secret.get_secret_value() if self.client_secret else ""
        if self.auth == "oauth" and not (self.client_id and secret):
            message = "auth = oauth needs client_id and client_secret"
            raise ValueError(message)
        return self

    @property
    def catalog(self) -> str:
        """The catalog of `register_to`."""
        return self.register_to.partition(".")[0]

    @property
    def schema_name(self) -> str:
        """The schema of `register_to`, without its catalog."""
        return self.register_to.partition(".")[2]
