"""Checking an order: every refusal names its field."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from sqlalchemy import Connection, create_engine
from sqlalchemy.pool import StaticPool

from bot.app import build_providers
from bot.clock import SystemClock
from bot.config.load import load
from bot.errors import Invalid, NotThere
from bot.facts.forms import TrainOrder
from bot.store import connections, datasets
from bot.store.base import metadata
from bot.training import checking
from bot.training.checking import Checked
from providers.base import Capabilities, HyperParam, Model, Value
from providers.errors import Refused
from sandbox.config_out import bot_config
from tests.training.jobs_of import NOW

TEAM = "T0SANDBOX"
EPOCHS = HyperParam(
    name="n_epochs", label="Epochs", kind="int", minimum=1, maximum=25, auto=-1, default=-1, hint=""
)
RATE = HyperParam(
    name="learning_rate_multiplier",
    label="Rate",
    kind="float",
    minimum=0.1,
    maximum=5,
    auto=None,
    default=1,
    hint="",
)
MODEL = Model(
    id="base",
    kind="base",
    short="base",
    base="base",
    lifecycle="generally-available",
    trainable=True,
    training_types=("Standard", "GlobalStandard"),
    hyperparameters=(EPOCHS, RATE),
)
OTHER_WAYS = (("dpo", "dpo"), ("text", "pretraining"))
"""Models with the one method by which they are trained."""


class Provider:
    """Only what `check` asks a provider for."""

    def __init__(self, capabilities: Capabilities) -> None:
        self.capabilities = capabilities

    def check_values(self, method: str, values: Mapping[str, Value]) -> None:
        if values.get("n_epochs") == 13:
            raise Refused("grader_invalid", {"name": "n_epochs", "where": "root"})


@pytest.fixture(scope="module")
def able(tmp_path_factory: pytest.TempPathFactory) -> Capabilities:
    """What the real provider says of itself."""
    folder: Path = tmp_path_factory.mktemp("order")
    path = folder / "tunesmith.toml"
    path.write_text(bot_config("http://127.0.0.1:9", folder), encoding="utf-8")
    return build_providers(load(path, {}), SystemClock())["prod-swc"].capabilities


@pytest.fixture
def connection() -> Iterator[Connection]:
    engine = create_engine("sqlite://", poolclass=StaticPool)
    metadata.create_all(engine)
    with engine.begin() as made:
        connections.register(made, "prod-swc", "azure_openai", "key")
        retired = replace(MODEL, id="old", training_ends=NOW - timedelta(days=1))
        ending = replace(MODEL, id="ending", training_ends=NOW + timedelta(days=30))
        models = [MODEL, retired, ending, replace(MODEL, id="fixed", trainable=False)]
        models += [replace(MODEL, id=one, methods=(way,)) for one, way in OTHER_WAYS]
        connections.put_catalogue(made, "prod-swc", models, now=NOW)
        for number, (state, team) in enumerate(
            [("ready", TEAM), ("ready", TEAM), ("checking", TEAM), ("ready", "T1")]
        ):
            added = datasets.add(
                made, team_id=team, owner="U", name=f"{number}.jsonl", source={}, role="training", now=NOW
            )
            datasets.change(made, added, now=NOW, state=state, sha256="same", tokens=1000)
        yield made
    engine.dispose()


def check(
    store: Connection, able: Capabilities, more: Mapping[str, Any] | None = None, /, **given: Any
) -> Checked:
    values = {
        "connection": "prod-swc",
        "model": "base",
        "training_type": "GlobalStandard",
        "train": "D1",
        "valid": None,
        "method": "supervised",
        "hyperparameters": {},
        "seed": None,
        "suffix": None,
        **given,
    }
    providers: Any = {"prod-swc": Provider(able), **(more or {})}
    with TemporaryDirectory() as folder:
        path = Path(folder) / "tunesmith.toml"
        path.write_text(bot_config("http://127.0.0.1:9", Path(folder)), encoding="utf-8")
        settings = load(path, {})
    return checking.check(store, TrainOrder(**values), providers, settings, TEAM, now=NOW)


def test_a_sound_order_passes_with_its_warnings(connection: Connection, able: Capabilities) -> None:
    assert able.suffix is not None
    checked = check(connection, able, model="ending", valid="D2", suffix="a" * (able.suffix.advised + 1))
    assert [code for code, _ in checked.warnings] == ["suffix_advised", "model_retires", "same_content"]
    assert [code for code, _ in check(connection, able).warnings] == ["no_validation"]


@pytest.mark.parametrize(
    ("given", "code", "field"),
    [
        ({"model": "nothing"}, "model_unknown", "model"),
        ({"model": "old"}, "model_retired", "model"),
        ({"model": "fixed"}, "model_not_trainable", "model"),
        ({"model": "dpo"}, "method", "model"),
        ({"training_type": None}, "training_type_missing", "training_type"),
        ({"training_type": "Cheapest"}, "training_type_missing", "training_type"),
        ({"training_type": "DeveloperTier"}, "training_type", "training_type"),
        ({"train": "D3"}, "dataset_state", "train"),
        ({"valid": "D3"}, "dataset_state", "valid"),
        ({"valid": "D1"}, "same_file", "valid"),
        ({"hyperparameters": {"warmth": 1}}, "hyperparameter_unknown", "hp:warmth"),
        ({"hyperparameters": {"n_epochs": 2.5}}, "not_whole", "hp:n_epochs"),
        ({"hyperparameters": {"n_epochs": 0}}, "value_small", "hp:n_epochs"),
        ({"hyperparameters": {"n_epochs": 26}}, "value_large", "hp:n_epochs"),
        ({"hyperparameters": {"n_epochs": 13}}, "grader_invalid", "hp:n_epochs"),
        ({"hyperparameters": {"learning_rate_multiplier": -1}}, "value_small", "hp:learning_rate_multiplier"),
        ({"seed": -1}, "seed_range", "seed"),
        ({"seed": 2**31}, "seed_range", "seed"),
        ({"suffix": "a" * 65}, "suffix_long", "suffix"),
        ({"suffix": "no blanks"}, "suffix_characters", "suffix"),
    ],
)
def test_every_refusal_names_its_field(
    connection: Connection, able: Capabilities, given: dict[str, Any], code: str, field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        check(connection, able, **given)
    assert (refused.value.code, refused.value.field) == (code, field)


def test_a_service_without_suffix_or_validation_says_so_at_the_field(
    connection: Connection, able: Capabilities
) -> None:
    bare = replace(able, suffix=None, validation=False)
    for given, code, field in [
        ({"suffix": "x"}, "no_suffix", "suffix"),
        ({"valid": "D2"}, "no_validation", "valid"),
    ]:
        with pytest.raises(Invalid) as refused:
            check(connection, bare, **given)
        assert (refused.value.code, refused.value.field) == (code, field)


@pytest.mark.parametrize(
    ("given", "code"),
    [({"connection": "gone"}, "connection"), ({"train": "D99"}, "dataset"), ({"train": "D4"}, "dataset")],
)
def test_what_is_not_there_is_said_to_be_not_there(
    connection: Connection, able: Capabilities, given: dict[str, Any], code: str
) -> None:
    with pytest.raises(NotThere) as refused:
        check(connection, able, **given)
    assert refused.value.code == code


@pytest.mark.parametrize("given", [{"n_epochs": -1}, {"n_epochs": 1}, {"learning_rate_multiplier": 0.1}, {}])
def test_bounds_and_auto_are_allowed(
    connection: Connection, able: Capabilities, given: dict[str, Any]
) -> None:
    assert check(connection, able, hyperparameters=given).order.hyperparameters == given


@pytest.mark.parametrize("profile", ["preference", "reinforcement", "prompt_response", "text"])
@pytest.mark.parametrize("field", ["train", "valid"])
def test_data_of_a_form_that_the_method_does_not_read_is_refused_at_its_field(
    connection: Connection, able: Capabilities, profile: str, field: str
) -> None:
    datasets.change(connection, 2, now=NOW, profile=profile)
    with pytest.raises(Invalid) as refusal:
        check(connection, able, **{field: "D2"})
    assert (refusal.value.code, refusal.value.field) == ("data_form", field)


def elsewhere(able: Capabilities, *methods: str) -> dict[str, Any]:
    """A second connection, with these methods."""
    return {"dev-eus2": Provider(replace(able, methods=methods))}


@pytest.mark.parametrize(
    ("there", "code", "where"),
    [
        (("supervised", "dpo"), "method_elsewhere", "dev-eus2"),
        (("supervised",), "method_nowhere", ""),
    ],
)
def test_a_method_that_is_not_here_names_where_it_is(
    connection: Connection, able: Capabilities, there: tuple[str, ...], code: str, where: str
) -> None:
    dated = replace(able, methods=("supervised",))
    with pytest.raises(Invalid) as refusal:
        check(connection, dated, elsewhere(able, *there), method="dpo", model="dpo")
    assert (refusal.value.code, refusal.value.field) == (code, "method")
    assert refusal.value.params["where"] == where


def test_a_method_of_a_service_that_trains_no_more_is_nowhere(
    connection: Connection, able: Capabilities
) -> None:
    gone = {"dbx": Provider(replace(able, methods=("dpo",), training=False, notice="training_removed"))}
    dated = replace(able, methods=("supervised",))
    with pytest.raises(Invalid, match="method_nowhere"):
        check(connection, dated, gone, method="dpo", model="dpo")


@pytest.mark.parametrize(
    ("there", "code"), [(("dpo",), "data_form_elsewhere"), (("supervised",), "data_form")]
)
def test_data_that_is_trained_with_elsewhere_names_where(
    connection: Connection, able: Capabilities, there: tuple[str, ...], code: str
) -> None:
    datasets.change(connection, 2, now=NOW, profile="preference")
    dated = replace(able, methods=("supervised",))
    with pytest.raises(Invalid) as refusal:
        check(connection, dated, elsewhere(able, *there), train="D2")
    assert (refusal.value.code, refusal.value.field) == (code, "train")
    assert refusal.value.params.get("where", "") == ("dev-eus2" if "dpo" in there else "")


@pytest.mark.parametrize(
    ("split", "examples", "left"), [(20, 12, 10), (20, 11, None), (50, 20, 10), (50, 19, None), (5, 10, None)]
)
def test_a_share_that_leaves_too_little_is_refused(
    connection: Connection, able: Capabilities, split: int, examples: int, left: int | None
) -> None:
    """10 examples are the least that this service trains on, whatever is held back."""
    datasets.change(connection, 1, now=NOW, examples=examples)
    splitting = replace(able, split_validation=True)
    if left is not None:
        assert check(connection, splitting, split=split).order.split == split
        return
    with pytest.raises(Invalid) as refusal:
        check(connection, splitting, split=split)
    assert (refusal.value.code, refusal.value.field) == ("split_small", "split")
    assert refusal.value.params["minimum"] == 10
    assert int(refusal.value.params["left"]) < 10


def test_nothing_is_held_back_of_plain_text(connection: Connection, able: Capabilities) -> None:
    datasets.change(connection, 1, now=NOW, profile="text", examples=1000)
    text = replace(able, split_validation=True, methods=("supervised", "pretraining"))
    with pytest.raises(Invalid) as refusal:
        check(connection, text, method="pretraining", model="text", split=20)
    assert (refusal.value.code, refusal.value.field) == ("split_text", "split")
    assert check(connection, text, method="pretraining", model="text").order.split is None


@pytest.mark.parametrize("split", [0, 51, 100])
def test_a_share_out_of_range_is_refused(connection: Connection, able: Capabilities, split: int) -> None:
    datasets.change(connection, 1, now=NOW, examples=1000)
    with pytest.raises(Invalid, match="split_range"):
        check(connection, replace(able, split_validation=True), split=split)


def test_a_share_and_validation_data_are_one_too_many(connection: Connection, able: Capabilities) -> None:
    with pytest.raises(Invalid, match="split_and_file"):
        check(connection, replace(able, split_validation=True), split=10, valid="D2")


@pytest.mark.parametrize("profile", [None, "chat", "tools", "vision"])
def test_chats_of_every_kind_are_trained_with(
    connection: Connection, able: Capabilities, profile: str | None
) -> None:
    datasets.change(connection, 2, now=NOW, profile=profile)
    assert check(connection, able, train="D2").train.id == 2
