"""The upload modal, which is never shown again with an error, and the summary, which carries its order."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.facts.forms import Choice, UploadForm
from handlers.views import train_summary, upload
from tests.blockkit import view_problems
from tests.handlers.samples import ORDER, SUMMARY

FORM = UploadForm(
    connections=(Choice(value="prod-swc", label="prod-swc"), Choice(value="dev", label="dev")),
    connection="dev",
    max_bytes=10_000_000,
    channel="C0FINE",
)
FILE = {"id": "F0TRAIN99", "name": "train.jsonl", "size": 1234, "url_private": "https://files.slack.com/x"}


def sent(**files: Any) -> dict[str, Any]:
    chosen = {"selected_option": {"value": "dev"}}
    return {
        "connection": {"upload_connection": chosen},
        **{name: {f"{name}_file": {"type": "file_input", "files": found}} for name, found in files.items()},
    }


def test_the_modal_asks_for_files() -> None:
    view: Any = upload.build(FORM, "en")
    inputs = {block["block_id"]: block for block in view["blocks"] if block["type"] == "input"}
    assert list(inputs) == ["connection", "training", "validation"]
    assert [inputs[name]["element"]["max_files"] for name in ("training", "validation")] == [1, 1]
    assert [inputs[name].get("optional", False) for name in ("training", "validation")] == [False, True]
    assert inputs["connection"]["element"]["initial_option"]["value"] == "dev"
    assert "10 MB" in inputs["training"]["hint"]["text"]
    assert json.loads(view["private_metadata"]) == {"channel": "C0FINE"}


def test_one_file_and_two() -> None:
    one = upload.parse(sent(training=[FILE], validation=[]), '{"channel":"C0FINE"}')
    assert one.training is not None
    assert (one.training.id, one.training.name, one.training.size) == ("F0TRAIN99", "train.jsonl", 1234)
    assert (one.validation, one.connection, one.channel) == (None, "dev", "C0FINE")
    two = upload.parse(sent(training=[FILE], validation=[{**FILE, "id": "F0VALID99"}]), "{}")
    assert two.validation is not None
    assert two.validation.id == "F0VALID99"


@pytest.mark.parametrize(
    "found", [[], [{"name": "no id"}], [{"id": "../../etc"}], [{"id": 5}], None, "x", [None]]
)
def test_what_is_no_file_is_none_and_no_error(found: Any) -> None:
    assert upload.parse(sent(training=found), "not json").training is None


@given(
    st.dictionaries(st.sampled_from(["training", "connection"]), st.text() | st.none() | st.lists(st.text()))
)
def test_upload_never_fails(given_values: dict[str, Any]) -> None:
    assert upload.parse(given_values, "[]").training is None


def test_where_there_are_accounts_an_address_stands_for_a_file() -> None:
    view: Any = upload.build(FORM.model_copy(update={"accounts": ("contosodata", "other")}), "en")
    inputs = {block["block_id"]: block for block in view["blocks"] if block["type"] == "input"}
    assert list(inputs) == ["connection", "training", "validation", "address"]
    assert [inputs[name].get("optional", False) for name in ("training", "validation", "address")] == [
        True
    ] * 3
    assert "contosodata, other" in inputs["address"]["hint"]["text"]
    assert view_problems(view) == []
    typed = {
        "address": {"upload_address": {"type": "plain_text_input", "value": " https://a/b/c?sig=secret "}}
    }
    found = upload.parse({**sent(), **typed}, "{}")
    assert (found.address, found.empty_handed) == ("https://a/b/c?sig=secret", True)
    assert "secret" not in repr(found)
    assert not upload.parse(sent(training=[FILE]), "{}").empty_handed


def test_without_a_connection_it_only_informs() -> None:
    view = upload.build(FORM.model_copy(update={"connections": ()}), "en")
    assert "submit" not in view


def test_the_summary_carries_its_order() -> None:
    view = train_summary.build(SUMMARY, "en")
    found = train_summary.parse(str(view["private_metadata"]))
    assert found == train_summary.Confirmed(intent="view:V1", order=ORDER)


def test_an_order_that_does_not_fit_is_left_to_the_bot() -> None:
    large = ORDER.model_copy(update={"hyperparameters": {f"parameter_{n}": n for n in range(300)}})
    view = train_summary.build(SUMMARY.model_copy(update={"order": large}), "en")
    assert train_summary.parse(str(view["private_metadata"])) == train_summary.Confirmed(intent="view:V1")


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", '{"intent":""}', '{"intent":"x","order":{"model":1}}', "\x00"]
)
def test_a_summary_with_something_else_in_it_is_none(text: str) -> None:
    assert train_summary.parse(text) is None


def test_the_summary_says_what_start_will_do() -> None:
    shown = json.dumps(train_summary.build(SUMMARY, "en"), ensure_ascii=False)
    for part in (
        "about $18 (price: tunesmith.toml, as of 1\u00a0Nov\u00a02026)",
        "3.63 M tokens (estimate), tokens × epochs",
        "has 21 characters; above 18",
        "train_w47.jsonl · D61 · 2,140 examples",
        "Global training",
    ):
        assert part in shown


def test_a_cost_without_a_price_is_said_to_be_unknown() -> None:
    shown = json.dumps(train_summary.build(SUMMARY.model_copy(update={"cost": None, "epochs": None}), "en"))
    assert "no price is configured" in shown
    assert "the service decides" in shown


def test_the_summary_shows_the_licence_of_a_model_that_asks_for_it() -> None:
    line = (
        "Meta Llama 3.2 is licensed under the LLAMA 3.2 Community License, Copyright © Meta Platforms, Inc."
    )
    licensed = train_summary.build(SUMMARY.model_copy(update={"licence": line}), "en")
    assert view_problems(licensed) == []
    assert line in json.dumps(licensed, ensure_ascii=False)
    assert "licensed" not in json.dumps(train_summary.build(SUMMARY, "en"))
