"""What can be trained, out of the service's list and the documented facts (contract 1.9, 1.11)."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.azure_openai.capabilities import capabilities
from providers.azure_openai.catalogue import SHORT, build, read_name, short_name, with_checkpoints
from providers.azure_openai.model_facts import load_facts
from providers.azure_openai.wire import WireModel
from providers.base import Checkpoint, Model

NOW = datetime(2026, 11, 22, tzinfo=UTC)
HEX = "b044a9d3cf9c4228b5d393567f693b83"
LONG_AGO, LATER = 1_600_000_000, 1_900_000_000


def base(name: str, *, fine_tune: bool = True, **rest: Any) -> dict[str, Any]:
    return {
        "id": name,
        "capabilities": {"fine_tune": fine_tune},
        "lifecycle_status": "generally-available",
        **rest,
    }


def listed(*rows: dict[str, Any]) -> dict[str, Model]:
    return {
        model.id: model for model in build([WireModel.model_validate(row) for row in rows], load_facts(), NOW)
    }


def test_service_wins_over_the_documentation() -> None:
    documented = listed(base("gpt-4o-mini-2024-07-18"))["gpt-4o-mini-2024-07-18"]
    assert documented.training_ends == datetime(2027, 4, 1, tzinfo=UTC)
    told = listed(base("gpt-4o-mini-2024-07-18", deprecation={"fine_tune": LATER, "inference": LATER}))
    assert told["gpt-4o-mini-2024-07-18"].training_ends == datetime.fromtimestamp(LATER, UTC)
    assert not listed(base("gpt-4o-mini-2024-07-18", fine_tune=False))["gpt-4o-mini-2024-07-18"].trainable


@pytest.mark.parametrize(
    ("row", "trainable"),
    [
        (base("gpt-9"), True),
        (base("gpt-9", deprecation={"fine_tune": LONG_AGO}), False),
        (base("gpt-9", lifecycle_status="deprecated"), False),
        (base("gpt-9", lifecycle_status="deprecating"), True),
        (base("gpt-9", deprecation={"fine_tune": None, "inference": "soon"}), True),
        (base("gpt-oss-20b", fine_tune=False), True),
        (base("Ministral-3B", fine_tune=False, deprecation={"fine_tune": LONG_AGO}), False),
    ],
)
def test_when_a_base_model_can_be_trained(row: dict[str, Any], trainable: bool) -> None:
    assert listed(row)[row["id"]].trainable is trainable


def test_models_that_have_nothing_to_do_with_training_are_left_out() -> None:
    assert listed(base("text-embedding-3-small", fine_tune=False), base("dall-e-3", fine_tune=False)) == {}


def test_tuned_model_follows_its_base() -> None:
    tuned = base(
        f"gpt-4.1-mini-2025-04-14.ft-{HEX}-v12",
        fine_tune=False,
        model="gpt-4.1-mini-2025-04-14",
        created_at=1_790_000_000,
    ) | {"fine_tune": f"ftjob-{HEX}"}
    alive = listed(base("gpt-4.1-mini-2025-04-14"), tuned)[tuned["id"]]
    assert (alive.kind, alive.trainable, alive.job_id) == ("tuned", True, f"ftjob-{HEX}")
    retired = listed(base("gpt-4.1-mini-2025-04-14", deprecation={"fine_tune": LONG_AGO}), tuned)[tuned["id"]]
    assert not retired.trainable
    unfinished = {**tuned, "status": "running"}
    assert tuned["id"] not in listed(unfinished)


def test_tuned_open_model_is_not_trained_further() -> None:
    tuned = base(f"gpt-oss-20b.ft-{HEX}", model="gpt-oss-20b")
    assert not listed(base("gpt-oss-20b", fine_tune=False), tuned)[tuned["id"]].trainable


def test_base_and_job_are_read_out_of_the_name_where_the_service_is_silent() -> None:
    name = f"gpt-35-turbo-0613.ft-{HEX}"
    model = listed({"id": name})[name]
    assert (model.kind, model.base, model.job_id) == ("tuned", "gpt-35-turbo-0613", f"ftjob-{HEX}")


def test_checkpoints_stand_behind_their_model() -> None:
    name = f"gpt-4.1-mini-2025-04-14.ft-{HEX}-v12"
    models = list(listed(base("gpt-4.1-mini-2025-04-14"), {"id": name}).values())

    def checkpoint(step: int, model: str, *, deployable: bool) -> Checkpoint:
        return Checkpoint(id=f"c{step}", step=step, model=model, created_at=NOW, deployable=deployable)

    found = [
        checkpoint(100, name, deployable=True),
        checkpoint(90, f"{name}:ckpt-step-90", deployable=True),
        checkpoint(10, f"{name}:ckpt-step-10", deployable=False),
    ]
    names = [(model.kind, model.short) for model in with_checkpoints(models, {f"ftjob-{HEX}": found})]
    assert names == [
        ("base", "gpt-4.1-mini-2025-04-14"),
        ("tuned", "v12 · gpt-4.1-mini · b044a9"),
        ("checkpoint", "v12 step 90 · gpt-4.1-mini · b044a9"),
    ]


SUFFIXES = st.from_regex(r"[A-Za-z0-9_-]{1,64}", fullmatch=True)
JOBS = st.from_regex(r"[0-9a-f]{32}", fullmatch=True)
BASES = st.sampled_from(["gpt-4.1-mini-2025-04-14", "gpt-35-turbo-0613", "Llama-3.3-70B-Instruct"])


@given(BASES, JOBS, st.none() | SUFFIXES, st.none() | st.integers(1, 10**9))
def test_names_are_taken_apart_and_shortened(
    model: str, job: str, suffix: str | None, step: int | None
) -> None:
    name = f"{model}.ft-{job}" + (f"-{suffix}" if suffix else "") + (f":ckpt-step-{step}" if step else "")
    parts = read_name(name)
    assert parts is not None
    assert (parts.base, parts.job, parts.suffix, parts.step) == (model, job, suffix or "", step)
    short = short_name(name)
    assert len(short) <= SHORT
    assert job[:6] in short
    assert step is None or f"step {step}" in short


def test_a_model_without_a_suffix_is_called_by_its_base() -> None:
    assert short_name(f"gpt-4.1-nano-2025-04-14.ft-{'be48' * 8}") == "gpt-4.1-nano · be48be"


@given(st.text(min_size=1, max_size=200))
def test_any_name_fits(name: str) -> None:
    assert 0 < len(short_name(name)) <= SHORT


def test_who_tells_the_dates_is_said() -> None:
    name = "gpt-4.1-mini-2025-04-14"
    documented = listed(base(name))[name].dates_source
    assert "retirement schedule" in documented
    assert load_facts().checked in documented
    told = listed(base(name, deprecation={"inference": LATER}))[name]
    assert told.dates_source == "the service"
    assert listed(base("gpt-9"))["gpt-9"].dates_source == ""
    tuned = f"{name}.ft-{HEX}"
    assert listed(base(name), base(tuned))[tuned].dates_source == documented
    own = base(tuned, deprecation={"inference": LATER})
    assert listed(base(name), own)[tuned].dates_source == "the service"


def test_a_replacement_that_the_table_names_is_handed_on() -> None:
    facts = load_facts()
    named = replace(
        facts, models=tuple(replace(row, replacement="gpt-4.1-mini-2025-04-14") for row in facts.models)
    )
    wires = [
        WireModel.model_validate(base(name)) for name in ("gpt-35-turbo-0613", f"gpt-35-turbo-0613.ft-{HEX}")
    ]
    assert {one.replacement for one in build(wires, named, NOW)} == {"gpt-4.1-mini-2025-04-14"}
    assert {one.replacement for one in build(wires, facts, NOW)} == {""}, "our sources name none"


@pytest.mark.parametrize(
    ("name", "trainable"),
    [("gpt-4.1-2025-04-14", True), ("gpt-oss-20b", True), ("text-embedding-3-small", None), ("gpt-9", None)],
)
def test_a_bare_model_is_what_the_documentation_says(name: str, trainable: bool | None) -> None:
    found = listed({"id": name, "created": 1_744_588_800, "object": "model", "owned_by": "system"})
    assert (found[name].trainable if name in found else None) is trainable
    assert all(model.created_at is not None for model in found.values())


def test_each_method_has_its_hyperparameters() -> None:
    models = listed(base("gpt-4o-2024-08-06"), base("gpt-4o-mini-2024-07-18"), base("o4-mini-2025-04-16"))
    shared = ["n_epochs", "batch_size", "learning_rate_multiplier"]

    def names(model: str, method: str) -> list[str]:
        return [one.name for one in models[model].parameters(method)]

    assert names("gpt-4o-2024-08-06", "supervised") == shared
    assert names("gpt-4o-2024-08-06", "dpo") == [*shared, "beta", "l2_multiplier"]
    assert [one.name for one in models["gpt-4o-mini-2024-07-18"].hyperparameters] == shared
    assert set(names("o4-mini-2025-04-16", "reinforcement")) - set(shared) == {
        "grader", "response_format", "reasoning_effort", "compute_multiplier", "eval_interval", "eval_samples",
    }  # fmt: skip
    required = [one.name for one in models["o4-mini-2025-04-16"].hyperparameters if one.required]
    assert required == ["grader"]


def test_table_of_facts_is_complete() -> None:
    facts = load_facts()
    assert facts.source
    assert datetime.fromisoformat(facts.checked).year >= 2026
    known = {kind.id for kind in facts.training_types}
    assert known == {"Standard", "GlobalStandard", "Datazone", "DeveloperTier"}
    assert all(set(row.training_types) <= known for row in facts.models)
    assert all(row.match == row.match.lower() for row in facts.models)


def test_connection_offers_what_its_configuration_says() -> None:
    assert [one.id for one in capabilities(["developertier", "Standard"]).training_types] == [
        "DeveloperTier",
        "Standard",
    ]
    assert [one.id for one in capabilities(["Moonlight"]).training_types] == ["Moonlight"]
    assert len(capabilities([]).training_types) == 4
