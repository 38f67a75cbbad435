"""What a connection's settings may be, and what the service says of itself."""

from typing import Any

import pytest
from pydantic import ValidationError

from providers.azure_ai.settings import AzureAISettings
from providers.azure_ai.workspace_id import WorkspaceId
from providers.errors import Refused
from providers.network import NetworkOptions
from providers.registry import build, service
from tests.providers.helpers import StandingClock

ID = "/subscriptions/s1/resourceGroups/rg/providers/Microsoft.MachineLearningServices/workspaces/w"
BASE = {"endpoint": "https://management.azure.com", "resource_id": ID, "auth": "entra"}


def settings(**changes: Any) -> AzureAISettings:
    return AzureAISettings.model_validate({**BASE, **changes})


def test_versions_by_group() -> None:
    plain = settings()
    assert plain.api_version("jobs") == "2024-10-01-preview"
    other = settings(api_versions={"*": "2025-01-01-preview", "models": "2025-12-01"})
    assert [other.api_version(one) for one in ("jobs", "models", "permissions", "vault")] == [
        "2025-01-01-preview", "2025-12-01", "2022-04-01", "7.4",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "changes",
    [
        {"auth": "key"},
        {"resource_id": None},
        {"resource_id": ID.replace("MachineLearningServices", "CognitiveServices")},
        {"resource_id": ID.replace("/w", "/..")},
        {"endpoint": "management.azure.com"},
        {"storage_endpoint": "https://blob.example"},
        {"api_versions": {"batches": "2024-10-01-preview"}},
        {"key_vault": "kv-name"},
        {"allow_marketplace": "yes"},
    ],
)
def test_wrong_settings(changes: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        settings(**changes)
    described = service("azure_ai_studio")
    assert set(described.wrong({**BASE, **changes})) == {next(iter(changes))}
    with pytest.raises(Refused) as told:
        build("azure_ai_studio", "x", {**BASE, **changes}, network=NetworkOptions(), clock=StandingClock())
    assert told.value.params["settings"] == next(iter(changes))


def test_workspaces_behind_one_endpoint_are_told_apart() -> None:
    identity = service("azure_ai_studio").identity
    assert identity(BASE) == identity({**BASE, "resource_id": ID.replace("resourceGroups", "resourcegroups")})
    assert identity(BASE) != identity({**BASE, "resource_id": ID + "2"})
    assert identity({}) == ""


def test_options_are_settings() -> None:
    assert service("azure_ai_studio").keys <= set(AzureAISettings.model_fields)


def test_an_id_in_any_case() -> None:
    found = WorkspaceId.parse(ID.upper().replace("/S1/", "/s1/"))
    assert found.subscription == "s1"
    assert found.path.startswith(
        "/subscriptions/s1/resourceGroups/RG/providers/Microsoft.MachineLearningServices/"
    )


@pytest.mark.parametrize(
    ("given", "buys"), [(True, True), (False, False), ("yes", False), ("no", False), (None, False)]
)
def test_only_a_plain_true_lets_the_bot_buy(given: object, buys: bool) -> None:
    assert service("azure_ai_studio").buys({**BASE, "allow_marketplace": given}) is buys
