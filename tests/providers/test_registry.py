"""From a connection's settings to a provider."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from providers.errors import Refused
from providers.network import NetworkOptions
from providers.registry import build, kinds
from tests.providers.helpers import StandingClock

KEY = "0123456789abcdef0123456789abcdef"


def made(kind: str = "azure_openai", **settings: Any) -> Any:
    given = {"endpoint": "https://prod.openai.azure.com", "key": KEY, **settings}
    return build(kind, "prod", given, network=NetworkOptions(), clock=StandingClock())


async def test_settings_come_as_the_configuration_has_them() -> None:
    given: list[dict[str, Any]] = [
        {"key": SecretStr(KEY)},
        {"endpoint": "https://prod.openai.azure.com/openai/"},
        {"region": "swedencentral", "resource_id": None, "portal_url": None, "name": "prod", "provider": "x"},
        {
            "auth": "entra",
            "key": None,
            "credential": "cli",
            "scope": None,
            "tenant_id": None,
            "api_versions": {},
        },
        {"api_versions": {"*": "2024-06-01", "jobs": "2024-10-21"}, "training_types": ["Standard"]},
        {"key": f"{KEY}\n"},
    ]
    for settings in given:
        provider = made(**settings)
        assert provider.name == "prod"
        await provider.aclose()
    assert set(kinds()) == {"azure_openai", "azure_ai_studio", "databricks"}


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({"key": None}, "auth"),
        ({"key": ""}, "auth"),
        ({"key": "schlüssel-mit-ü"}, "key"),
        ({"key": "two\nlines"}, "key"),
        ({"endpoint": "prod.openai.azure.com"}, "endpoint"),
        ({"endpoint": "https://x/openai?api-version=1"}, "endpoint"),
        ({"endpoint": ""}, "endpoint"),
        ({"auth": "magic"}, "auth"),
        ({"credential": "magic"}, "credential"),
        ({"api_versions": {"weather": "1"}}, "api_versions"),
        ({"resource_id": "prod-swc"}, "resource_id"),
        ({"management": "management.azure.com"}, "management"),
    ],
)
def test_wrong_settings_are_named_without_their_values(settings: dict[str, Any], named: str) -> None:
    with pytest.raises(Refused) as told:
        made(**settings)
    assert told.value.code == "settings_invalid"
    assert named in str(told.value.params["settings"])
    for value in (KEY, "schlüssel", "two"):
        assert value not in f"{told.value!r} {told.value.__cause__!r}"


def test_bundle_of_authorities_that_cannot_be_read(tmp_path: Path) -> None:
    network = NetworkOptions(ca_bundle=tmp_path / "absent.pem")
    settings = {"endpoint": "https://prod.openai.azure.com", "key": KEY}
    with pytest.raises(Refused) as told:
        build("azure_openai", "prod", settings, network=network, clock=StandingClock())
    assert told.value.params["settings"] == "network.ca_bundle"


def test_unknown_service() -> None:
    with pytest.raises(Refused) as told:
        made("clay_tablets")
    assert told.value.code == "provider_unknown"


async def test_key_is_in_no_repr() -> None:
    provider = made()
    assert KEY not in repr(vars(provider))
    await provider.aclose()


def test_nothing_heavy_is_imported_before_it_is_needed() -> None:
    script = (
        "import sys, providers.registry; "
        "heavy = {'azure.identity', 'azure.core', 'aiohttp', 'pydantic', 'providers.azure_openai.provider'}; "
        "print(sorted(heavy & set(sys.modules)))"
    )
    found = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60
    )
    assert found.stdout.strip() == "[]"
