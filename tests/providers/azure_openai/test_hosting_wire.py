"""A deployment out of whatever ARM sends: states, names, and anything else."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.azure_openai.deployments import base_id, base_of, is_fine_tuned, read_deployment
from providers.hosting import RemoteDeployment
from tests.providers.azure_openai.hosts import BASE

TUNED = f"{BASE}.ft-{'ab' * 16}-support-v12"


@pytest.mark.parametrize(
    ("raw", "running", "state"),
    [
        ("Accepted", None, "creating"),
        ("Creating", None, "creating"),
        ("Succeeded", "Running", "live"),
        ("Succeeded", "Paused", "paused"),
        ("succeeded", None, "live"),
        ("Failed", None, "failed"),
        ("Canceled", None, "failed"),
        ("Disabled", "Running", "failed"),
        ("Moving", None, "live"),
        ("Deleting", "Paused", "removing"),
        ("NeverHeardOf", None, "creating"),
        (None, None, "creating"),
    ],
)
def test_states(raw: str | None, running: str | None, state: str) -> None:
    found = _read({"name": "d", "properties": {"provisioningState": raw, "deploymentState": running}})
    assert found.state == state
    assert found.raw_state == (running if state == "paused" else raw or "")


@pytest.mark.parametrize(
    ("model", "tuned", "base"),
    [
        (TUNED, True, BASE),
        (f"{TUNED}:ckpt-step-10", True, BASE),
        ("gpt-35-turbo-0613.FT-b044a9d3cf9c4228b5d393567f693b83", True, "gpt-35-turbo-0613"),
        ("ftchkpt-e559c011ecc04fc68eaa339d8227d02d", True, ""),
        ("ftjob-72a2792ef7d24ba7b82c7fe4a37e379f", True, ""),
        ("gpt-4.1-mini", False, BASE),
        ("draft-model", False, "draft-model-2025-04-14"),
    ],
)
def test_what_is_deployed(model: str, tuned: bool, base: str) -> None:
    assert is_fine_tuned(model) is tuned
    assert base_of(model, "2025-04-14", "OpenAI") == base


@pytest.mark.parametrize(
    ("name", "version", "model_format", "expected"),
    [
        ("gpt-35-turbo", "0613", "OpenAI", "gpt-35-turbo-0613"),
        ("text-embedding-ada-002", "2", "OpenAI", "text-embedding-ada-002"),
        ("Ministral-3B", "2411", "Mistral AI", "Ministral-3B"),
        ("gpt-4.1-mini-2025-04-14", "2025-04-14", "OpenAI", "gpt-4.1-mini-2025-04-14"),
        ("gpt-4.1", "", "OpenAI", "gpt-4.1"),
    ],
)
def test_base_models_by_the_name_of_the_data_plane(
    name: str, version: str, model_format: str, expected: str
) -> None:
    assert base_id(name, version, model_format) == expected


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(
    st.fixed_dictionaries(
        {"name": st.text(min_size=1, max_size=8)},
        optional={
            key: _JSON | st.fixed_dictionaries({}, optional={
                "name": _JSON, "capacity": _JSON, "model": _JSON, "createdAt": _JSON, "createdBy": _JSON,
                "provisioningState": _JSON, "deploymentState": _JSON, "raiPolicyName": _JSON,
            })
            for key in ("sku", "tags", "etag", "systemData", "properties")
        },
    )
)  # fmt: skip
def test_anything_with_a_name_reads_as_a_deployment(value: dict[str, Any]) -> None:
    assert _read(value).name == value["name"]


@given(_JSON)
def test_nothing_else_does(value: Any) -> None:
    found = read_deployment(value)
    assert found is None or found.name


def _read(value: Any) -> RemoteDeployment:
    found = read_deployment(value)
    assert found is not None
    return found
