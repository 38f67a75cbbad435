"""Which surface a connection speaks, by its api-versions, and what it offers there."""

from typing import Any

import pytest
from pydantic import ValidationError

from providers.azure_openai.provider import AzureOpenAIProvider
from providers.azure_openai.settings import API_VERSIONS, ARM_GROUPS, AzureOpenAISettings
from providers.network import NetworkOptions
from providers.registry import build
from tests.providers.helpers import StandingClock

RESOURCE = "https://prod.openai.azure.com"
PROJECT = "https://prod.services.ai.azure.com/api/projects/mine"
DATA = sorted(set(API_VERSIONS) - ARM_GROUPS - {"models"})


def settings(endpoint: str = RESOURCE, **versions: str) -> AzureOpenAISettings:
    named = {("*" if group == "all" else group): version for group, version in versions.items()}
    return AzureOpenAISettings.model_validate(
        {"endpoint": endpoint, "key": "k" * 32, "api_versions": named or None}
    )


def test_by_default_everything_is_dated() -> None:
    assert not any(settings().surface(group).is_v1 for group in DATA)
    assert settings().surface("files").query == {"api-version": "2024-10-21"}
    assert settings().surface("files").path("/files") == "/openai/files"


@pytest.mark.parametrize(("version", "query"), [("v1", {}), ("preview", {"api-version": "preview"})])
def test_a_star_moves_the_data_plane(version: str, query: dict[str, str]) -> None:
    chosen = settings(all=version)
    assert all(chosen.surface(group).is_v1 for group in DATA)
    assert chosen.surface("jobs").query == query
    assert chosen.surface("jobs").path("/fine_tuning/jobs") == "/openai/v1/fine_tuning/jobs"
    assert [chosen.api_version(group) for group in sorted(ARM_GROUPS)] == [
        API_VERSIONS[group] for group in sorted(ARM_GROUPS)
    ]


def test_models_stay_where_they_tell_what_can_be_trained() -> None:
    assert not settings(all="v1").surface("models").is_v1
    assert settings(all="v1", models="v1").surface("models").is_v1
    assert settings(PROJECT, all="v1").surface("models").is_v1


def test_one_group_can_move_alone() -> None:
    chosen = settings(jobs="v1")
    assert [group for group in DATA if chosen.surface(group).is_v1] == ["jobs"]


def test_a_project_speaks_v1_without_being_told() -> None:
    assert all(settings(PROJECT).surface(group).is_v1 for group in (*DATA, "models"))


@pytest.mark.parametrize("end", ["", "/", "/openai", "/openai/", "/openai/v1", "/openai/v1/"])
def test_the_address_is_taken_as_it_is_pasted(end: str) -> None:
    assert settings(RESOURCE + end).endpoint == RESOURCE
    assert settings(PROJECT + end).endpoint == PROJECT


def test_a_gateway_of_ones_own_may_end_in_v1() -> None:
    assert settings("https://apim.example.com/ai/v1").endpoint == "https://apim.example.com/ai/v1"


@pytest.mark.parametrize("group", sorted(ARM_GROUPS))
def test_the_control_plane_has_no_v1(group: str) -> None:
    with pytest.raises(ValidationError):
        settings(**{group: "v1"})


@pytest.mark.parametrize(
    ("versions", "methods", "pause"),
    [
        ({}, ("supervised", "dpo"), True),
        ({"*": "v1"}, ("supervised", "dpo", "reinforcement"), True),
        ({"*": "preview"}, ("supervised", "dpo", "reinforcement"), True),
        ({"*": "2024-10-21"}, ("supervised",), False),
        ({"jobs": "2024-06-01"}, ("supervised",), True),
        ({"jobs": "v1"}, ("supervised", "dpo", "reinforcement"), True),
        ({"*": "2025-11-15-preview"}, ("supervised", "dpo"), True),
    ],
)
async def test_only_what_the_surface_has_is_offered(
    versions: dict[str, str], methods: tuple[str, ...], pause: bool
) -> None:
    given: dict[str, Any] = {"endpoint": RESOURCE, "key": "k" * 32, "api_versions": versions}
    provider = build("azure_openai", "x", given, network=NetworkOptions(), clock=StandingClock())
    assert isinstance(provider, AzureOpenAIProvider)
    assert (provider.capabilities.methods, provider.capabilities.pause) == (methods, pause)
    await provider.aclose()
