"""What Azure AI Studio says of itself to the registry."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from providers.azure_ai.settings import API_VERSIONS, OPTIONS, AzureAISettings
from providers.azure_ai.workspace_id import WorkspaceId
from providers.service import Service, Surroundings, checked, wrong_by

if TYPE_CHECKING:
    from providers.base import Provider


def _open(name: str, settings: Mapping[str, Any], around: Surroundings) -> "Provider":
    from providers.azure_ai.provider import AzureAIProvider

    return AzureAIProvider.open(name, checked(AzureAISettings, name, settings), around)


def _identity(settings: Mapping[str, Any]) -> str:
    """The workspace, because all of them share the address of Azure Resource Manager."""
    try:
        return str(WorkspaceId.parse(str(settings.get("resource_id") or ""))).lower()
    except ValueError:
        return ""


SERVICE: Final = Service(
    kind="azure_ai_studio",
    label="Azure AI Studio",
    auths=("entra",),
    open=_open,
    wrong=wrong_by(AzureAISettings),
    identity=_identity,
    keys=OPTIONS,
    groups=frozenset({*API_VERSIONS, "*"}),
    buys=lambda settings: settings.get("allow_marketplace") is True,
)
