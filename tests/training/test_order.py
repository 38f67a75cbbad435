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
        models += [replace(MODEL, id="dpo", methods=("dpo",))]
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


def check(store: Connection, able: Capabilities, /, **given: Any) -> Checked:
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
    providers: Any = {"prod-swc": Provider(able)}
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


@pytest.mark.parametrize("profile", [None, "chat", "tools", "vision"])
def test_chats_of_every_kind_are_trained_with(
    connection: Connection, able: Capabilities, profile: str | None
) -> None:
    datasets.change(connection, 2, now=NOW, profile=profile)
    assert check(connection, able, train="D2").train.id == 2
