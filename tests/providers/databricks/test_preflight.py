"""What can be told of an order without asking. No requests."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.databricks.preflight import (
    Weights,
    checked_data,
    checked_length,
    in_volumes,
    privileges,
    volume_of,
    weights_of,
)
from providers.databricks.rights import Securable
from providers.databricks.settings import DatabricksSettings
from providers.describing import Model
from providers.requirements import Requirement
from tests.providers.databricks.hosts import BASE, CONTEXT, order

BASIS = Model(
    id=BASE, kind="base", short="b", base=BASE, lifecycle="", trainable=True, context_tokens=CONTEXT
)
TUNED = Model(id="main.ft.a/1", kind="tuned", short="a", base=BASE, lifecycle="", trainable=True)
RUN = "dbfs:/databricks/mlflow-tracking/123/0a1b2c/artifacts"


def settings(**changes: str) -> DatabricksSettings:
    given = {
        "endpoint": "https://adb-1.azuredatabricks.net",
        "key": "dapi1",
        "volume": "/Volumes/main/finetuning/data",
        "register_to": "main.finetuning",
    }
    return DatabricksSettings.model_validate(given | changes)


def test_each_privilege_is_needed_once() -> None:
    needs = privileges(settings())
    assert [(one.id, one.on.kind, one.on.name) for one in needs] == [
        ("use_catalog", "catalog", "main"),
        ("use_schema", "schema", "main.finetuning"),
        ("volume_read", "volume", "main.finetuning.data"),
        ("volume_write", "volume", "main.finetuning.data"),
        ("create_model", "schema", "main.finetuning"),
    ]


def test_data_and_models_may_live_apart() -> None:
    needs = privileges(settings(volume="/Volumes/raw/land/zone/below/it", register_to="prod.models"))
    assert {one.on.name for one in needs if one.id == "use_catalog"} == {"raw", "prod"}
    assert {one.on.name for one in needs if one.id == "use_schema"} == {"raw.land", "prod.models"}
    assert {one.on for one in needs if one.id == "volume_read"} == {Securable("volume", "raw.land.zone")}
    assert {one.on.name for one in needs if one.id == "create_model"} == {"prod.models"}


FILE = "dbfs:/Volumes/main/finetuning/data/tunesmith/x/x"


@pytest.mark.parametrize(
    ("method", "name", "state"),
    [
        ("supervised", f"{FILE}.jsonl", "met"),
        ("supervised", f"{FILE}.txt", "blocked"),
        ("instruction", f"{FILE}.jsonl", "met"),
        ("instruction", f"{FILE}.csv", "blocked"),
        ("pretraining", f"{FILE}.txt", "met"),
        ("pretraining", "dbfs:/Volumes/main/finetuning/data/corpus", "met"),
        ("pretraining", f"{FILE}.jsonl", "blocked"),
    ],
)
def test_data_has_the_form_of_its_method(method: str, name: str, state: str) -> None:
    (found,) = checked_data(order(method=method, training_file=name))
    assert (found.id, found.state, found.what) == ("data_form", state, name)


def test_validation_data_is_looked_at_too() -> None:
    spec = order(validation_file=f"{FILE}.txt")
    assert [one.state for one in checked_data(spec)] == ["met", "blocked"]
    assert list(in_volumes(spec)) == [
        "/Volumes/main/finetuning/data/tunesmith/train/train.jsonl",
        FILE.removeprefix("dbfs:") + ".txt",
    ]


def test_pretraining_reads_the_folder() -> None:
    assert list(in_volumes(order(method="pretraining", training_file=f"{FILE}.txt"))) == [
        "/Volumes/main/finetuning/data/tunesmith/x"
    ]


@pytest.mark.parametrize(
    ("chosen", "state"), [(1, "met"), (CONTEXT, "met"), (CONTEXT + 1, "blocked"), (0, "blocked")]
)
@pytest.mark.parametrize("model", [BASE, TUNED.id])
def test_a_context_is_one_that_the_base_model_has(chosen: int, state: str, model: str) -> None:
    spec = order(model=model, hyperparameters={"context_length": chosen})
    found = checked_length(spec, [BASIS, TUNED])
    assert found is not None
    assert (found.state, found.params["maximum"]) == (state, CONTEXT)


def test_nothing_is_said_of_a_context_that_nobody_chose_or_knows() -> None:
    assert checked_length(order(), [BASIS]) is None
    assert checked_length(order(hyperparameters={"context_length": 99_999_999}), []) is None


@pytest.mark.parametrize(
    "path",
    [
        "dbfs:/Volumes/main/x/ep1-ba20",
        "dbfs:/databricks/mlflow-tracking/abc/0a/artifacts/x",
        "dbfs:/databricks/mlflow-tracking/1/0A/artifacts/x",
        f"{RUN}folder",
        f"{RUN}/a/../../b",
        RUN.removeprefix("dbfs:"),
    ],
)
def test_a_path_that_is_no_checkpoint(path: str) -> None:
    found = weights_of(order(hyperparameters={"custom_weights_path": path}))
    assert isinstance(found, Requirement)
    assert (found.id, found.state, found.what) == ("custom_weights_form", "blocked", path)


def test_a_checkpoint_is_shards_or_a_file() -> None:
    folder = weights_of(order(hyperparameters={"custom_weights_path": f"{RUN}/run-1/checkpoints/ep1-ba20"}))
    assert folder == Weights("0a1b2c", "run-1/checkpoints/ep1-ba20")
    assert folder.folder == folder.path
    assert folder.is_there([f"{folder.path}/__0_0.distcp"])
    assert not folder.is_there([f"{folder.path}/README.md"])
    file = weights_of(order(hyperparameters={"custom_weights_path": f"{RUN}/run-1/latest.symlink"}))
    assert isinstance(file, Weights)
    assert file.folder == "run-1"
    assert file.is_there(["run-1/latest.symlink"])
    assert not file.is_there(["run-1/other.symlink"])
    assert weights_of(order()) is None


@given(st.text(max_size=80))
def test_any_text_is_a_path_or_none(path: str) -> None:
    found = weights_of(order(hyperparameters={"custom_weights_path": path}))
    if isinstance(found, Weights):
        assert path.strip().startswith("dbfs:/databricks/mlflow-tracking/")
        assert ".." not in found.path.split("/")


@given(st.lists(st.text(alphabet="abcXYZ09_-", min_size=1, max_size=6), min_size=3, max_size=6))
def test_a_volume_is_three_names_of_its_path(parts: list[str]) -> None:
    found = volume_of(settings(volume="/Volumes/" + "/".join(parts)))
    assert found == Securable("volume", ".".join(parts[:3]))
