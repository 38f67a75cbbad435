"""What an order is told of models that are trained elsewhere, or no more, and of values that hardly anybody means."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Connection, create_engine
from sqlalchemy.pool import StaticPool

from bot.errors import Invalid
from bot.store import connections, datasets, jobs
from bot.store.base import metadata
from bot.store.datasets import Dataset
from bot.training.submit import data_at_service, spec_of
from handlers.wording import errors, modals
from providers.azure_ai.catalogue import build
from providers.azure_ai.facts import load_facts
from providers.azure_ai.hyperparameters import described
from providers.azure_ai.workspace import Workspace
from providers.azure_ai.workspace_id import WorkspaceId
from providers.azure_openai.hyperparameters import SHARED
from providers.base import Capabilities, HyperParam, Model
from tests.training.jobs_of import NOW
from tests.training.test_order import MODEL, TEAM, check

EN = "en"
FACTS = load_facts()


@pytest.fixture
def connection() -> Iterator[Connection]:
    engine = create_engine("sqlite://", poolclass=StaticPool)
    metadata.create_all(engine)
    with engine.begin() as made:
        connections.register(made, "prod-swc", "azure_openai", "key")
        for name in ("1.jsonl", "2.jsonl"):
            added = datasets.add(
                made, team_id=TEAM, owner="U", name=name, source={}, role="training", now=NOW
            )
            datasets.change(made, added, now=NOW, state="ready", sha256=name, tokens=1000, examples=3000)
        yield made
    engine.dispose()


@pytest.fixture
def able() -> Capabilities:
    from providers.azure_ai.capabilities import capabilities

    return capabilities(None)


def studio(region: str = "eastus2") -> dict[str, Model]:
    place = Workspace(id=WorkspaceId("s", "g", "w"), region=region, guid="guid")
    return {model.short: model for model in build(FACTS, place, {}, (), NOW)}


def offer(connection: Connection, *models: Model) -> None:
    connections.put_catalogue(connection, "prod-swc", list(models), now=NOW)


def told(connection: Connection, able: Capabilities, model: Model, **given: Any) -> str:
    """The refusal of a model, in words."""
    offer(connection, model)
    with pytest.raises(Invalid) as refused:
        check(connection, able, model=model.id, training_type=None, **given)
    assert refused.value.field == "model"
    said = errors.explain(refused.value.code, refused.value.params, EN, provider="azure_ai_studio")
    return f"{said.happened} {said.meaning} {said.remedy}"


def test_a_model_of_another_region_names_the_regions(connection: Connection, able: Capabilities) -> None:
    text = told(connection, able, studio()["Llama-3.3-70B-Instruct"])
    assert "Llama-3.3-70B-Instruct is not trained in the region of prod-swc" in text
    assert "West US 3" in text


def test_what_nobody_trains_any_more_names_what_to_take_instead(
    connection: Connection, able: Capabilities
) -> None:
    text = told(connection, able, studio()["Llama-2-7b"], method="completion")
    assert "Take Llama-3.3-70B-Instruct instead." in text
    alone = told(connection, able, replace(studio()["Llama-2-7b"], replacement=""), method="completion")
    assert "Choose one from the list" in alone


def test_nobody_is_sent_to_a_successor_that_there_is_not(connection: Connection, able: Capabilities) -> None:
    gone = studio()["Phi-3-mini-4k-instruct"]
    assert "Take Phi-4-mini-instruct instead." in told(connection, able, gone)
    text = told(connection, able, replace(gone, replacement=""))
    assert "successor" not in text
    assert "Choose another model from the list." in text


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("learning_rate_multiplier", 0.0, "learns_nothing"),
        ("learning_rate_multiplier", 5.0, "unusual"),
        ("learning_rate_multiplier", 0.02, None),
        ("learning_rate_multiplier", 2.0, None),
        ("learning_rate", 0.0, "learns_nothing"),
        ("learning_rate", 99999999, "unusual"),
        ("learning_rate", 1e-13, "unusual"),
        ("learning_rate", 2e-5, None),
    ],
)
def test_learning_rates_that_hardly_anybody_means_are_warned_of(
    connection: Connection, able: Capabilities, name: str, value: float, code: str | None
) -> None:
    models = studio("westus3")
    model = models["Llama-3.3-70B-Instruct" if name.endswith("multiplier") else "Phi-4"]
    offer(connection, model)
    found = check(connection, able, model=model.id, training_type=None, hyperparameters={name: value})
    assert [one for one, _ in found.warnings if one in {"learns_nothing", "unusual"}] == [code] * bool(code)
    for one, params in found.warnings:
        text = modals.warning(one, params, EN)
        assert "e-0" not in text
        assert "Please note" not in text


def _rates() -> list[HyperParam]:
    from providers.databricks.hyperparameters import hyperparameters

    databricks = [one for one in hyperparameters(None) if one.name == "learning_rate"]
    openai = [one for one in SHARED if one.name == "learning_rate_multiplier"]
    return [*openai, *databricks, *(described(row)[2] for row in FACTS.models)]


def test_every_service_says_which_learning_rates_are_usual() -> None:
    for one in _rates():
        assert one.advised is not None
        low, high = one.advised
        assert 0 < low < high < 10


def test_a_share_that_the_service_holds_back_is_no_reason_to_warn(
    connection: Connection, able: Capabilities
) -> None:
    offer(connection, replace(MODEL, training_types=()))
    checked = check(connection, able, training_type=None)
    assert checked.holds_back
    assert "no_validation" not in {code for code, _ in checked.warnings}
    without = check(connection, replace(able, holds_back=False), training_type=None)
    assert "no_validation" in {code for code, _ in without.warnings}


def test_the_service_is_told_how_many_examples_there_are(connection: Connection) -> None:
    """A batch size of -1 is worked out of them, also where the service's copy cannot be read."""
    copy = datasets.add_copy(connection, 1, "prod-swc", now=NOW)
    datasets.change_copy(connection, copy, now=NOW, state="processed", remote_id="file-1")
    values = {
        "connection": "prod-swc", "intent_key": "i", "team_id": TEAM, "requester": "U", "channel": "C",
        "base_model": "m", "model_short": "m", "method": "supervised", "train": 1, "hyper": {}, "seed": 1,
        "state": "waiting",
    }  # fmt: skip
    number = jobs.add(connection, values, now=NOW)
    job = jobs.get(connection, number) if number else None
    train: Dataset | None = datasets.get(connection, 1)
    assert job is not None
    assert train is not None
    files = data_at_service(connection, job, now=NOW, corr="c")
    assert (files.train, spec_of(job, files).examples) == ("file-1", train.examples)
    assert train.examples == 3000
