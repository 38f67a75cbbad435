"""The training modal: what it asks and what comes back."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.facts.forms import Choice, TrainOrder
from handlers.views import train
from tests.handlers.samples import EPOCHS, FORM, ORDER, RATE

METADATA = train.Metadata(channel="C0FINE", like="J142").model_dump_json()


def option(value: str) -> dict[str, Any]:
    return {
        "type": "static_select",
        "selected_option": {"value": value, "text": {"type": "plain_text", "text": value}},
    }


def text(value: str | None) -> dict[str, Any]:
    return {"type": "plain_text_input", "value": value}


def values(**changes: Any) -> dict[str, Any]:
    filled = {
        "connection": {"train_connection": option("prod-swc")},
        "training_type": {"train_type": option("GlobalStandard")},
        "model": {"train_model": option("gpt-4.1-mini-2025-04-14")},
        "train": {"train_data": option("D61")},
        "valid": {"train_valid": option("D58")},
        "hp:n_epochs": {"n_epochs": text("3")},
        "hp:learning_rate_multiplier": {"learning_rate_multiplier": text(None)},
        "seed": {"seed": text("105")},
        "suffix": {"suffix": text("support-v12")},
    }
    return filled | {name.replace("__", ":"): value for name, value in changes.items()}


def blocks(view: dict[str, Any]) -> dict[str, Any]:
    return {block["block_id"]: block for block in view["blocks"] if "block_id" in block}


def test_the_modal_asks_for_everything() -> None:
    view = train.build(FORM, "en")
    assert list(blocks(view)) == [
        "connection",
        "model",
        "training_type",
        "train",
        "valid",
        "hp:n_epochs",
        "hp:learning_rate_multiplier",
        "seed",
        "suffix",
    ]
    assert view["callback_id"] == "train"
    assert json.loads(str(view["private_metadata"])) == {
        "channel": "C0FINE",
        "like": None,
        "connection": "prod-swc",
        "signs": "-_",
    }


def test_a_change_of_connection_or_model_comes_back_as_an_action() -> None:
    shown = blocks(train.build(FORM, "en"))
    assert [name for name, block in shown.items() if block.get("dispatch_action")] == ["connection", "model"]


def test_the_model_is_searched_from_the_first_letter_on() -> None:
    element = blocks(train.build(FORM, "en"))["model"]["element"]
    assert (element["type"], element["min_query_length"]) == ("external_select", 0)
    assert element["initial_option"]["value"] == "gpt-4.1-mini-2025-04-14"


def test_the_field_of_the_training_type_tells_what_it_decides_and_no_error_that_has_not_come() -> None:
    hint = blocks(train.build(FORM, "en"))["training_type"]["hint"]["text"]
    assert hint.startswith("Where the data may be processed, and at which price.")
    assert "Standard TrainingType" not in hint


def test_the_limits_of_a_suffix_are_told_at_the_field() -> None:
    block = blocks(train.build(FORM, "en"))["suffix"]
    assert block["element"]["max_length"] == 40
    for part in ("40 characters", "no dots", "Above 18"):
        assert part in block["hint"]["text"]


def test_the_service_decides_is_an_empty_field() -> None:
    shown = blocks(train.build(FORM, "en"))
    epochs, rate = shown["hp:n_epochs"], shown["hp:learning_rate_multiplier"]
    assert "initial_value" not in epochs["element"]
    assert (epochs["element"]["min_value"], epochs["element"]["is_decimal_allowed"]) == ("-1", False)
    assert rate["element"]["initial_value"] == "0.1"
    assert "From 1 to 25, or -1." in epochs["hint"]["text"]
    assert epochs["optional"]


def test_a_service_without_seed_suffix_and_types_is_not_asked_for_them() -> None:
    form = FORM.model_copy(
        update={"takes_seed": False, "suffix_maximum": 0, "training_types": (), "takes_validation": False}
    )
    assert not {"seed", "suffix", "training_type", "valid"} & set(blocks(train.build(form, "en")))


def test_without_data_there_is_a_way_to_upload_instead() -> None:
    view = train.build(FORM.model_copy(update={"datasets": ()}), "en")
    assert "submit" not in view
    assert "launch_upload" in json.dumps(view)


@pytest.mark.parametrize("datasets", [FORM.datasets, ()])
def test_where_nothing_is_trained_any_more_there_is_nothing_to_fill_in(datasets: tuple[Choice, ...]) -> None:
    others = (Choice(value="dbx-eus", label="dbx-eus"), *FORM.connections)
    gone = FORM.model_copy(
        update={
            "closed": "training_removed",
            "connections": others,
            "connection": "dbx-eus",
            "provider": "databricks",
            "datasets": datasets,
        }
    )
    view: Any = train.build(gone, "en")
    assert "submit" not in view, "nothing could be sent"
    sentence, other = view["blocks"]
    assert sentence["text"]["text"].startswith("*Nothing can be trained at dbx-eus.* Databricks has removed")
    assert (other["block_id"], other["accessory"]["action_id"]) == ("connection", train.CONNECTION_ACTION)
    assert [one["value"] for one in other["accessory"]["options"]] == [one.value for one in others]
    alone = gone.model_copy(update={"connections": others[:1]})
    assert len(train.build(alone, "en")["blocks"]) == 1, "there is no other one to go to"  # type: ignore[arg-type]


def test_an_order_comes_out_as_it_went_in() -> None:
    assert train.parse(values(), METADATA) == ORDER.model_copy(update={"like": "J142"})


def test_empty_fields_are_the_services_business() -> None:
    order = train.parse(values(seed={}, suffix={}, valid={}, hp__n_epochs={}), METADATA)
    assert isinstance(order, TrainOrder)
    assert (order.seed, order.suffix, order.valid, order.hyperparameters) == (None, None, None, {})


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"model": {}}, "model"),
        ({"train": {}}, "train"),
        ({"connection": {}}, "connection"),
        ({"valid": {"train_valid": option("D61")}}, "valid"),
        ({"hp__n_epochs": {"n_epochs": text("three")}}, "hp:n_epochs"),
        ({"hp__n_epochs": {"n_epochs": text("2.5")}}, "hp:n_epochs"),
        ({"hp__n_epochs": {"n_epochs": text("0")}}, "hp:n_epochs"),
        ({"hp__n_epochs": {"n_epochs": text("99")}}, "hp:n_epochs"),
        ({"hp__n_epochs": {"n_epochs": text("1e999")}}, "hp:n_epochs"),
        ({"hp__learning_rate_multiplier": {"x": text("nan")}}, "hp:learning_rate_multiplier"),
        ({"seed": {"seed": text("-1")}}, "seed"),
        ({"seed": {"seed": text("2147483648")}}, "seed"),
        ({"seed": {"seed": text("1.5")}}, "seed"),
        ({"suffix": {"suffix": text("support.v12")}}, "suffix"),
        ({"suffix": {"suffix": text("support v12")}}, "suffix"),
        ({"suffix": {"suffix": text("\u652f\u63f4")}}, "suffix"),
    ],
)
def test_mistakes_are_told_at_their_field(changes: dict[str, Any], field: str) -> None:
    found = train.parse(values(**changes), METADATA, (EPOCHS, RATE))
    assert isinstance(found, dict)
    assert list(found) == [field]
    assert found[field]


def test_several_mistakes_are_told_at_once() -> None:
    found = train.parse(values(model={}, seed={"seed": text("x")}), METADATA)
    assert isinstance(found, dict)
    assert set(found) == {"model", "seed"}


def test_the_value_for_the_service_decides_may_be_typed() -> None:
    order = train.parse(values(hp__n_epochs={"n_epochs": text("-1")}), METADATA, (EPOCHS, RATE))
    assert isinstance(order, TrainOrder)
    assert order.hyperparameters == {"n_epochs": -1}


@pytest.mark.parametrize(("typed", "number"), [("0.05", 0.05), ("0,05", 0.05), (" 1 ", 1.0), (".1", 0.1)])
def test_numbers_as_people_write_them(typed: str, number: float) -> None:
    changed = values(hp__learning_rate_multiplier={"x": text(typed)})
    order = train.parse(changed, METADATA, (EPOCHS, RATE))
    assert isinstance(order, TrainOrder)
    assert order.hyperparameters["learning_rate_multiplier"] == number


def test_a_draft_keeps_what_was_typed() -> None:
    draft = train.draft(values(seed={"seed": text("x")}), METADATA)
    assert draft.model is not None
    assert (draft.connection, draft.model.value, draft.seed) == ("prod-swc", "gpt-4.1-mini-2025-04-14", "x")
    assert draft.hyperparameters == {"n_epochs": "3"}
    assert (draft.like, draft.channel) == ("J142", "C0FINE")


def test_options_of_the_model_select() -> None:
    choices = [Choice(value=f"m{n}", label=f"model {n}") for n in range(150)]
    options: Any = train.model_options([Choice(value="x" * 151, label="too long"), *choices])
    assert len(options) == 100
    assert options[0]["value"] == "m0"


json_values = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=12,
)
names = st.sampled_from(
    ["connection", "model", "train", "valid", "hp:n_epochs", "seed", "suffix", "selected_option"]
)


@given(
    st.dictionaries(names, st.dictionaries(st.text(max_size=5), json_values, max_size=2)),
    st.text(max_size=40),
)
def test_whatever_comes_back_is_an_order_or_errors(given_values: dict[str, Any], metadata: str) -> None:
    found = train.parse(given_values, metadata, (EPOCHS, RATE))
    assert isinstance(found, TrainOrder | dict)
    train.draft(given_values, metadata)


@pytest.mark.parametrize(
    ("signs", "given", "told"),
    [
        ("-", "a_b", "Use letters, digits and - only; no dots, no blanks."),
        ("-_", "<!here>", "Use letters, digits, - and _ only; no dots, no blanks."),
        ("", "a-b", "Use letters and digits only; no dots, no blanks."),
    ],
)
def test_the_first_word_about_a_suffix_is_the_services(signs: str, given: str, told: str) -> None:
    metadata = train.build(FORM.model_copy(update={"suffix_signs": signs}), "en")["private_metadata"]
    found = train.parse(values(suffix={"suffix": text(given)}), str(metadata), (EPOCHS, RATE))
    assert found == {"suffix": told}


def test_models_of_other_regions_are_named_where_they_are_missed() -> None:
    away = FORM.model_copy(update={"elsewhere": (("Llama-3.3-70B-Instruct", "West US 3"),)})
    assert "Trained in other regions only: Llama-3.3-70B-Instruct (West US 3)" in str(train.build(away, "en"))
    assert "Trained in other regions" not in str(train.build(FORM, "en"))


def test_the_form_says_who_holds_back_data_for_validation() -> None:
    held = str(train.build(FORM.model_copy(update={"holds_back": True}), "en"))
    assert "the service holds back a share of the training data itself" in held
    assert "overfitting" not in held
