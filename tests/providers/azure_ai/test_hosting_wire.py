"""An endpoint and a subscription out of whatever ARM sends, and the bodies that we send."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.azure_ai.endpoints import (
    CONSUMPTION,
    ENDPOINT_NAME,
    creation_body,
    read_endpoint,
    read_endpoints,
)
from providers.azure_ai.marketplace import Offers, subscription_name
from providers.azure_ai.names import BaseName
from providers.describing import NameRule
from providers.errors import Refused, Unsupported
from providers.hosting import RemoteDeployment
from tests.openapi import load_spec, validate_request
from tests.providers.azure_ai.hosts import LLAMA_33, wanted
from tests.specs import specs_root

TUNED = "azureml://locations/westus3/workspaces/aaaa/models/support/versions/1"
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


def _read(provisioning: str | None, endpoint: str | None, **more: Any) -> RemoteDeployment:
    properties = {"provisioningState": provisioning, "endpointState": endpoint, **more}
    found = read_endpoint({"name": "d", "properties": properties})
    assert found is not None
    return found


@pytest.mark.parametrize(("provisioning", "endpoint", "state", "raw"), [
    ("Succeeded", "Online", "live", "Online"),
    ("succeeded", "ONLINE", "live", "ONLINE"),
    ("Updating", "Online", "creating", "Updating"),
    ("Creating", "Creating", "creating", "Creating"),
    ("Creating", None, "creating", "Creating"),
    ("Succeeded", "Unknown", "creating", "Unknown"),
    ("Succeeded", None, "creating", ""),
    ("Succeeded", "Reinstating", "creating", "Reinstating"),
    ("Succeeded", "Suspending", "failed", "Suspending"),
    ("Succeeded", "Suspended", "failed", "Suspended"),
    ("Failed", "CreationFailed", "failed", "CreationFailed"),
    ("Failed", "Online", "failed", "Failed"),
    ("Canceled", None, "failed", "Canceled"),
    ("Succeeded", "DeletionFailed", "failed", "DeletionFailed"),
    ("Deleting", "Online", "removing", "Deleting"),
    ("Deleting", "Deleting", "removing", "Deleting"),
    ("NeverHeardOf", "NeitherThat", "creating", "NeverHeardOf"),
    (None, None, "creating", ""),
])  # fmt: skip
def test_states(provisioning: str | None, endpoint: str | None, state: str, raw: str) -> None:
    found = _read(provisioning, endpoint)
    assert (found.state, found.raw_state) == (state, raw)
    assert (found.failure is not None) == (state == "failed")
    assert found.suspended == (raw in {"Suspended", "Suspending"})


@given(st.text(max_size=16), st.text(max_size=16))
def test_only_both_words_together_mean_that_it_answers(provisioning: str, endpoint: str) -> None:
    both = (provisioning.lower(), endpoint.lower()) == ("succeeded", "online")
    assert (_read(provisioning, endpoint).state == "live") == both


@pytest.mark.parametrize(("model", "tuned", "base"), [
    (TUNED, True, ""),
    (LLAMA_33, False, LLAMA_33),
    (f"{LLAMA_33}/versions/4", False, LLAMA_33),
    ("something else", False, ""),
    ("", False, ""),
])  # fmt: skip
def test_what_is_deployed(model: str, tuned: bool, base: str) -> None:
    found = _read("Succeeded", "Online", modelSettings={"modelId": model})
    assert (found.model, found.fine_tuned, found.base) == (model, tuned, base)


@given(
    st.fixed_dictionaries(
        {"name": st.text(min_size=1, max_size=8)},
        optional={
            key: JSON | st.fixed_dictionaries({}, optional={
                "name": JSON, "createdAt": JSON, "createdBy": JSON, "provisioningState": JSON, "endpointState": JSON,
                "modelSettings": JSON | st.fixed_dictionaries({"modelId": JSON}), "inferenceEndpoint": JSON,
                "contentSafety": JSON | st.fixed_dictionaries({"contentSafetyStatus": JSON}),
            })
            for key in ("sku", "tags", "systemData", "properties")
        },
    )
)  # fmt: skip
def test_whatever_has_a_name_is_a_deployment(value: dict[str, Any]) -> None:
    found = read_endpoint(value)
    assert found is not None
    assert found.name == value["name"]
    assert found.capacity == CONSUMPTION.minimum
    assert all(isinstance(text, str) for pair in found.tags.items() for text in pair)
    assert found.created_at is None or found.created_at.tzinfo is not None


@given(st.lists(JSON, max_size=5))
def test_what_has_no_name_is_none(values: list[Any]) -> None:
    named = [
        one for one in values if isinstance(one, dict) and isinstance(one.get("name"), str) and one["name"]
    ]
    assert len(read_endpoints(values)) == len(named)


@pytest.mark.specs
@pytest.mark.parametrize("chosen", [None, "Enabled", "Disabled", "disabled"])
def test_bodies_are_those_of_the_specification(chosen: str | None) -> None:
    version = "2024-10-01-preview"
    spec = load_spec(specs_root() / f"azure_ml/derived/azureml_subset_{version}.json", version)
    path = next(one for one in spec.document["paths"] if one.endswith("/serverlessEndpoints/{name}"))
    body = creation_body(wanted(TUNED, content_filter=chosen), "westus3", version)
    assert validate_request(spec, "PUT", path, query={"api-version": version}, body=body) == []
    status = body["properties"]["contentSafety"]["contentSafetyStatus"]
    assert status == ("Disabled" if chosen and chosen.lower() == "disabled" else "Enabled")
    assert body["properties"]["modelSettings"]["modelId"] == TUNED


def test_an_older_version_has_no_content_safety() -> None:
    assert "contentSafety" not in creation_body(wanted(TUNED), "westus3", "2024-01-01-preview")["properties"]
    with pytest.raises(Unsupported):
        creation_body(wanted(TUNED, content_filter="Disabled"), "westus3", "2024-01-01-preview")
    with pytest.raises(Refused):
        creation_body(wanted(TUNED, content_filter="strict"), "westus3")


def test_the_rule_for_names_is_the_specifications() -> None:
    """`^[a-zA-Z][a-zA-Z0-9-]{0,51}$` (contract 1), in the two parts that a form needs."""
    rule = ENDPOINT_NAME
    assert (rule.minimum, rule.maximum) == (1, 52)
    assert rule == NameRule(pattern=r"^[a-zA-Z][a-zA-Z0-9-]*$", minimum=1, maximum=52)


def subscription(model: str, status: str = "Subscribed", provisioning: str = "Succeeded") -> dict[str, Any]:
    properties = {
        "modelId": model,
        "marketplaceSubscriptionStatus": status,
        "provisioningState": provisioning,
    }
    return {"name": "s", "properties": properties}


@pytest.mark.parametrize(("status", "provisioning", "standing"), [
    ("Subscribed", "Succeeded", "subscribed"),
    ("subscribed", "Updating", "subscribed"),
    ("Subscribed", "Creating", "coming"),
    ("Unsubscribed", "Creating", "coming"),
    ("PendingFulfillmentStart", "Succeeded", "coming"),
    ("NeverHeardOf", "Succeeded", "coming"),
    ("", "", "coming"),
    ("Suspended", "Succeeded", "suspended"),
    ("Unsubscribed", "Succeeded", "unsubscribed"),
    ("Subscribed", "Deleting", "unsubscribed"),
    ("Subscribed", "Failed", "failed"),
    ("Unsubscribed", "Canceled", "failed"),
])  # fmt: skip
def test_states_of_a_subscription(status: str, provisioning: str, standing: str) -> None:
    held = Offers([subscription(LLAMA_33.upper(), status, provisioning)]).of(f"{LLAMA_33}/versions/4")
    assert held.standing == standing


def test_of_several_subscriptions_the_one_that_helps_counts() -> None:
    rows = [
        subscription(LLAMA_33, one) for one in ("Unsubscribed", "Suspended", "Subscribed", "Unsubscribed")
    ]
    assert Offers(rows).of(LLAMA_33).standing == "subscribed"
    assert Offers(rows[:2]).of(LLAMA_33).standing == "suspended"
    assert Offers(rows).of("azureml://registries/azureml-meta/models/Other").standing == "absent"


@given(st.lists(JSON | st.fixed_dictionaries({"properties": JSON}), max_size=5))
def test_whatever_is_listed_is_no_subscription_of_ours(items: list[Any]) -> None:
    assert Offers(items).of(LLAMA_33).standing == "absent"


@given(st.text(min_size=1, max_size=300))
def test_names_of_subscriptions_are_names_that_the_service_takes(name: str) -> None:
    made = subscription_name(BaseName("azureml-meta", name))
    assert 1 <= len(made) <= 255
    assert made[0].isalnum()
    assert all(one.isascii() and (one.isalnum() or one in "-_") for one in made)
    assert made == subscription_name(BaseName("azureml-meta", name)), "the same for every attempt"
