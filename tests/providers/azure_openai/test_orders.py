"""What a creation sends on either surface, and how its job is known again."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.azure_openai.jobs import to_job
from providers.azure_openai.orders import KEY, creation_body, is_made_by, objects
from providers.azure_openai.surface import Surface
from providers.azure_openai.wire import WireJob
from providers.errors import Refused
from tests.providers.azure_openai.conftest import spec
from tests.providers.azure_openai.test_graders import EXACT

V1, PREVIEW = Surface("v1"), Surface("2025-04-01-preview")
NOW = datetime(2026, 11, 22, tzinfo=UTC)
ORDER: dict[str, Any] = {"key": "j142-9c", "label": "J142", "requester": "U1"}
SHARED = {"n_epochs": -1, "batch_size": 8.0, "learning_rate_multiplier": 0.1}


def test_supervised_on_both() -> None:
    order = spec("file-1", "file-2", hyperparameters=SHARED, **ORDER)
    common = {
        "model": order.model, "training_file": "file-1", "validation_file": "file-2", "seed": 105,
        "suffix": "support-v12", "trainingType": "GlobalStandard",
    }  # fmt: skip
    inner = {"n_epochs": -1, "batch_size": 8, "learning_rate_multiplier": 0.1}
    assert creation_body(order, PREVIEW) == {**common, "hyperparameters": inner}
    body = creation_body(order, V1)
    assert body == {
        **common,
        "method": {"type": "supervised", "supervised": {"hyperparameters": {**inner, "n_epochs": "auto"}}},
        "metadata": {KEY: "j142-9c", "tunesmith_job": "J142", "tunesmith_requester": "U1"},
    }
    assert isinstance(body["method"]["supervised"]["hyperparameters"]["batch_size"], int)


def test_preferences_on_both() -> None:
    order = spec("f", method="dpo", hyperparameters={**SHARED, "beta": 0.2, "l2_multiplier": 0.1})
    inner = {"batch_size": 8, "learning_rate_multiplier": 0.1, "beta": 0.2, "l2_multiplier": 0.1}
    assert creation_body(order, PREVIEW)["method"] == {
        "type": "dpo", "dpo": {"hyperparameters": {"n_epochs": -1, **inner}},
    }  # fmt: skip
    assert creation_body(order, V1)["method"] == {
        "type": "dpo", "dpo": {"hyperparameters": {"n_epochs": "auto", **inner}},
    }  # fmt: skip
    assert "hyperparameters" not in creation_body(order, PREVIEW)
    assert "metadata" not in creation_body(order, V1), "there is nothing to say"


def test_reinforcement() -> None:
    shape = {"type": "json_schema", "json_schema": {"name": "x"}}
    order = spec(
        "f",
        method="reinforcement",
        hyperparameters={
            **SHARED,
            "grader": json.dumps(EXACT),
            "response_format": json.dumps(shape),
            "reasoning_effort": "low",
            "compute_multiplier": 1.5,
            "eval_interval": 4.0,
            "eval_samples": -1,
        },
    )
    assert creation_body(order, V1)["method"] == {
        "type": "reinforcement",
        "reinforcement": {
            "grader": EXACT,
            "response_format": shape,
            "hyperparameters": {
                "n_epochs": "auto",
                "batch_size": 8,
                "learning_rate_multiplier": 0.1,
                "reasoning_effort": "low",
                "compute_multiplier": 1.5,
                "eval_interval": 4,
                "eval_samples": "auto",
            },
        },
    }


@pytest.mark.parametrize(
    ("given_", "where", "why"),
    [
        ({}, "grader", "json"),
        ({"grader": "{"}, "grader", "json"),
        ({"grader": json.dumps({**EXACT, "operation": "is"})}, "operation", "unknown"),
        ({"grader": json.dumps(EXACT), "response_format": "[]"}, "response_format", "not_object"),
    ],
)
def test_a_grader_that_is_none_is_not_sent(given_: dict[str, str], where: str, why: str) -> None:
    with pytest.raises(Refused) as refused:
        creation_body(spec("f", method="reinforcement", hyperparameters=given_), V1)
    assert refused.value.code == "grader_invalid"
    assert (refused.value.params["where"], refused.value.params["why"]) == (where, why)


def test_what_is_typed_as_json_is_told_by_its_field_before_it_is_ordered() -> None:
    for given_, name in (
        ({"grader": "{}"}, "grader"),
        ({"grader": json.dumps(EXACT), "response_format": "3"}, "response_format"),
    ):
        with pytest.raises(Refused) as refused:
            objects(given_)
        assert refused.value.params["name"] == name


@given(
    st.sampled_from(["supervised", "dpo", "reinforcement"]),
    st.sampled_from(["-1", "3"]),
    st.floats(0.001, 5),
)
def test_a_job_tells_what_was_sent(method: str, number: str, rate: float) -> None:
    chosen: dict[str, Any] = {"n_epochs": int(number), "learning_rate_multiplier": rate}
    if method == "reinforcement":
        chosen |= {"grader": json.dumps(EXACT), "reasoning_effort": "high"}
    body = creation_body(spec("f", method=method, hyperparameters=chosen), V1)
    job = to_job(WireJob.model_validate({"id": "ftjob-1", **body}))
    assert (job.method, job.hyperparameters) == (method, chosen)


def wire(key: str | None, **changes: Any) -> WireJob:
    made: dict[str, Any] = {
        "id": "ftjob-1", "created_at": int(NOW.timestamp()), "training_file": "f", "seed": 105,
        "suffix": "support-v12", "metadata": {KEY: key} if key else None,
    }  # fmt: skip
    return WireJob.model_validate({**made, **changes})


def test_the_key_decides_where_there_is_one() -> None:
    order = spec("f", **ORDER)
    assert is_made_by(wire("j142-9c", seed=1, suffix="other"), order, NOW)
    assert not is_made_by(wire("j143-00"), order, NOW), "files, suffix and seed are the same, the key is not"
    assert not is_made_by(wire("j142-9c"), order, NOW + timedelta(seconds=1)), "it is older than the order"
    assert not is_made_by(wire("j142-9c"), spec("f"), NOW), "an order without a key has made none with one"


def test_without_a_key_the_rest_decides() -> None:
    order = spec("f", **ORDER)
    assert is_made_by(wire(None), order, NOW)
    assert is_made_by(wire(None, seed=None), order, NOW)
    others: list[dict[str, Any]] = [
        {"seed": 1}, {"training_file": "g"}, {"validation_file": "v"}, {"suffix": "x"}, {"suffix": None},
    ]  # fmt: skip
    assert not any(is_made_by(wire(None, **other), order, NOW) for other in others)
    assert not is_made_by(wire(None), order, NOW + timedelta(seconds=1))
