"""Endpoints as the workspace tells them, and as this program asks for them. No requests."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.databricks.serving import (
    ALWAYS,
    SLEEPS,
    creation_body,
    is_tracked,
    read_optimization,
    skus,
    split_model,
    to_deployment,
)
from providers.databricks.serving_call import body_of, read_answer
from providers.databricks.serving_wire import WireEndpoint, WireOptimization, read
from providers.hosting import DeploySpec, HostedState, RemoteDeployment

MODEL = "main.finetuning.support/3"
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=12,
)
FIELDS = (
    "name", "id", "creation_timestamp", "state", "config", "pending_config", "tags", "ai_gateway", "task",
    "served_entities", "ready", "config_update", "max_provisioned_throughput", "deployment_state_message",
    "entity_name",
)  # fmt: skip


def endpoint(**changes: Any) -> dict[str, Any]:
    """An endpoint that answers."""
    entity = {
        "name": "support-1",
        "entity_name": "main.finetuning.support",
        "entity_version": "3",
        "min_provisioned_throughput": 0,
        "max_provisioned_throughput": 20_000,
        "scale_to_zero_enabled": True,
        "state": {"deployment": "DEPLOYMENT_READY", "deployment_state_message": ""},
    }
    return {
        "name": "support",
        "id": "0a1b",
        "creator": "ada@example.com",
        "creation_timestamp": 1_763_800_000_000,
        "last_updated_timestamp": 1_763_800_060_000,
        "state": {"ready": "READY", "config_update": "NOT_UPDATING"},
        "config": {"served_entities": [entity | changes.pop("entity", {})], "config_version": 1},
        "tags": [{"key": "tunesmith-request", "value": "R7"}, {"key": "bare"}],
        **changes,
    }


def told(value: Any, bases: dict[str, str] | None = None) -> RemoteDeployment:
    found = to_deployment(read(WireEndpoint, value), bases or {})
    assert found is not None
    return found


def test_an_endpoint_of_ours() -> None:
    found = told(endpoint(), {MODEL: "meta-llama/Llama-3.2-3B"})
    assert (found.model, found.base, found.fine_tuned) == (MODEL, "meta-llama/Llama-3.2-3B", True)
    assert (found.sku, found.capacity, found.state, found.raw_state) == (SLEEPS, 20_000, "live", "READY")
    assert dict(found.tags) == {"tunesmith-request": "R7", "bare": ""}
    assert found.created_at is not None
    assert found.modified_at is not None
    assert (found.modified_at - found.created_at).total_seconds() == 60
    assert (found.created_by, found.failure) == ("ada@example.com", None)
    assert told(endpoint(entity={"scale_to_zero_enabled": False})).sku == ALWAYS
    assert told(endpoint(entity={"entity_version": 3})).model == MODEL, "a version may come as a number"


@pytest.mark.parametrize(
    "entity",
    [
        {"entity_name": "system.ai.llama_v3_3_70b_instruct"},
        {"external_model": {"name": "gpt-4o", "provider": "openai"}},
        {"foundation_model": {"name": "databricks-dbrx"}},
        {"max_provisioned_throughput": None, "workload_size": "Small"},
        {"entity_name": "a-workspace-model"},
    ],
)
def test_what_is_no_fine_tuned_model(entity: dict[str, Any]) -> None:
    assert not told(endpoint(entity=entity)).fine_tuned


FAILED = {"deployment": "DEPLOYMENT_FAILED", "deployment_state_message": "Out of memory."}
STATES: list[tuple[dict[str, Any], HostedState, str]] = [
    ({"state": {"ready": "NOT_READY", "config_update": "IN_PROGRESS"}}, "creating", "IN_PROGRESS"),
    ({"state": {"ready": "NOT_READY", "config_update": "NOT_UPDATING"}}, "creating", "NOT_READY"),
    ({"state": {"ready": "READY", "config_update": "IN_PROGRESS"}}, "live", "READY, IN_PROGRESS"),
    ({"state": {"ready": "READY", "config_update": "UPDATE_FAILED"}}, "live", "READY, UPDATE_FAILED"),
    ({"state": {"ready": "NOT_READY", "config_update": "UPDATE_FAILED"}}, "failed", "UPDATE_FAILED"),
    ({"state": {"ready": "NOT_READY", "config_update": "UPDATE_CANCELED"}}, "failed", "UPDATE_CANCELED"),
    (
        {"state": {"ready": "NOT_READY", "config_update": "NOT_UPDATING"}, "entity": {"state": FAILED}},
        "failed",
        "DEPLOYMENT_FAILED",
    ),
    (
        {"state": {"ready": "NOT_READY", "config_update": "IN_PROGRESS"}, "entity": {"state": FAILED}},
        "creating",
        "IN_PROGRESS",
    ),
    (
        {"entity": {"state": {"deployment_state_message": "Scaled to zero"}}},
        "live",
        "READY, scaled to zero",
    ),
    ({"state": {"ready": "SOMETHING_NEW"}}, "creating", "SOMETHING_NEW"),
    ({"state": None}, "creating", ""),
]


@pytest.mark.parametrize(("changes", "state", "raw"), STATES)
def test_states(changes: dict[str, Any], state: HostedState, raw: str) -> None:
    found = told(endpoint(**changes))
    assert (found.state, found.raw_state) == (state, raw)
    assert (found.failure is not None) == (state == "failed")


def test_a_creation_that_failed_says_why() -> None:
    value = endpoint(
        state={"ready": "NOT_READY", "config_update": "UPDATE_FAILED"},
        config={},
        pending_config={
            "served_entities": [
                {
                    "entity_name": "main.finetuning.support",
                    "entity_version": "3",
                    "max_provisioned_throughput": 10_000,
                    "state": FAILED,
                }
            ]
        },
    )
    found = told(value)
    assert found.failure == ("UPDATE_FAILED", "Out of memory.")
    assert (found.model, found.capacity) == (MODEL, 10_000), "nothing is served yet but what was asked for"


def test_something_without_a_name_is_no_endpoint() -> None:
    assert to_deployment(read(WireEndpoint, {"id": "1"}), {}) is None


@given(st.dictionaries(st.sampled_from(FIELDS), JSON | st.dictionaries(st.sampled_from(FIELDS), JSON)))
def test_whatever_comes_is_read(value: dict[str, Any]) -> None:
    wire = read(WireEndpoint, value)
    found = to_deployment(wire, {})
    assert (found is None) == (wire.name is None)
    if found is not None:
        assert (found.failure is not None) == (found.state == "failed")
        assert found.created_at is None or found.created_at.tzinfo is not None


def test_usage_tracking_counts_only_when_it_is_on() -> None:
    on = endpoint(ai_gateway={"usage_tracking_config": {"enabled": True}})
    assert is_tracked(read(WireEndpoint, on))
    for gateway in (None, {}, {"usage_tracking_config": {"enabled": False}}, {"usage_tracking_config": None}):
        assert not is_tracked(read(WireEndpoint, endpoint(ai_gateway=gateway)))


def spec(**changes: Any) -> DeploySpec:
    given: dict[str, Any] = {
        "name": "support",
        "model": MODEL,
        "base": "b",
        "sku": SLEEPS,
        "capacity": 19_000,
    }
    return DeploySpec(**given | changes)


def test_what_is_asked_for() -> None:
    body = creation_body(spec(tags={"requestedBy": "U1"}), "main.finetuning.support", "3")
    (entity,) = body["config"]["served_entities"]
    assert (entity["entity_name"], entity["entity_version"]) == ("main.finetuning.support", "3")
    assert (entity["min_provisioned_throughput"], entity["max_provisioned_throughput"]) == (0, 19_000)
    assert entity["scale_to_zero_enabled"] is True
    (route,) = body["config"]["traffic_config"]["routes"]
    assert route == {"served_model_name": entity["name"], "traffic_percentage": 100}
    assert body["tags"] == [{"key": "requestedBy", "value": "U1"}]
    assert body["ai_gateway"]["usage_tracking_config"]["enabled"] is True


def test_always_on_costs_what_was_approved() -> None:
    (entity,) = creation_body(spec(sku=ALWAYS), "main.finetuning.support", "3")["config"]["served_entities"]
    assert (entity["min_provisioned_throughput"], entity["max_provisioned_throughput"]) == (19_000, 19_000)
    assert entity["scale_to_zero_enabled"] is False


@given(st.text(max_size=63))
def test_names_inside_stay_within_the_documented_length(name: str) -> None:
    (entity,) = creation_body(spec(name=name), "a.b.c", "1")["config"]["served_entities"]
    assert len(entity["name"]) <= 63


@given(st.integers(min_value=1, max_value=10**6))
def test_both_ways_go_in_steps_of_the_chunk(chunk: int) -> None:
    sleeps, always = skus(chunk)
    assert (sleeps.id, sleeps.sleeps, always.id, always.sleeps) == (SLEEPS, True, ALWAYS, False)
    for sku in (sleeps, always):
        assert (sku.minimum, sku.step, sku.default, sku.unit) == (chunk, chunk, chunk, "throughput")
        assert len(sku.label) <= 75
        assert len(sku.hint) <= 75


@pytest.mark.parametrize(
    ("value", "chunk"),
    [
        ({"optimizable": True, "model_type": "llama", "throughput_chunk_size": 9500}, 9500),
        ({"throughput_chunk_size": "980"}, 980),
        ({"optimizable": False, "throughput_chunk_size": 9500}, None),
        ({"optimizable": True}, None),
        ({"optimizable": True, "throughput_chunk_size": 0}, None),
    ],
)
def test_how_a_model_can_be_served(value: dict[str, Any], chunk: int | None) -> None:
    assert read_optimization(read(WireOptimization, value)).chunk == chunk


@pytest.mark.parametrize(
    "model", ["", "a.b.c", "a.b.c/", "a.b/1", "a.b.c/x", "a.b.c.d/1", "a.b.c/1/2", "a.b.c/-1"]
)
def test_what_is_no_model(model: str) -> None:
    assert split_model(model) is None


def test_a_model_is_its_name_and_version() -> None:
    assert split_model(MODEL) == ("main.finetuning.support", "3")


def test_a_call_speaks_as_the_endpoint_does() -> None:
    assert body_of("Hi", "llm/v1/chat")["messages"] == [{"role": "user", "content": "Hi"}]
    assert body_of("Hi", "llm/v1/completions")["prompt"] == "Hi"
    chat = {
        "choices": [{"message": {"role": "assistant", "content": "Yes."}}],
        "usage": {"prompt_tokens": 3, "completion_tokens": 2},
    }
    found = read_answer(chat)
    assert found is not None
    assert (found.text, found.prompt_tokens, found.completion_tokens) == ("Yes.", 3, 2)
    bare = read_answer({"choices": [{"text": "Yes."}]})
    assert bare is not None
    assert (bare.text, bare.prompt_tokens) == ("Yes.", None)
    assert read_answer({"choices": []}) is None
    assert read_answer({}) is None
