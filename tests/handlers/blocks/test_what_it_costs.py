"""What a training is told to cost, and why it waits: batches, tokens and hours have words of their own."""

from typing import Any

import pytest

from bot.facts.jobs import DataRef
from handlers.blocks import answers, job_card, request_details, summary
from handlers.blocks.primitives import Block
from handlers.wording import requests_asks
from tests.handlers.samples import JOB, SUMMARY
from tests.handlers.samples_requests import ASK, NOW, TRAINING

EN = "en"


def told(blocks: list[Block]) -> str:
    return str(blocks)


def shown(**changes: Any) -> str:
    return told(summary.blocks(SUMMARY.model_copy(update=changes), EN))


def test_batches_have_no_price_and_no_epochs() -> None:
    text = shown(measure="batches", cost=None, epochs=None, billed_tokens=None)
    assert "its length is given in batches" in text
    assert "*Epochs*" not in text
    assert "no price is configured" not in text


def test_tokens_that_are_ordered_are_what_is_billed() -> None:
    text = shown(measure="tokens", epochs=None, billed_tokens=9_000_000_000)
    assert "9 G tokens, as ordered" in text
    assert "*Epochs*" not in text


def test_a_share_that_is_held_back_is_named() -> None:
    order = SUMMARY.order.model_copy(update={"split": 10, "valid": None})
    text = shown(order=order, valid=None, train=DataRef(id="D1", name="train.jsonl", examples=20))
    assert "of D1 held back" in text
    assert "overfitting will not show" not in text


def test_settings_are_told_by_their_labels() -> None:
    order = SUMMARY.order.model_copy(update={"hyperparameters": {"n_epochs": 3}})
    assert "Epochs 3" in shown(order=order, labels={"n_epochs": "Epochs"})


@pytest.mark.parametrize(
    ("waits", "why"),
    [
        ("hours", "It is billed by the hour"),
        ("batches", "Its length is given in batches"),
        ("price", "No price is configured for it"),
        ("tokens", "The tokens of its data are not counted yet"),
        ("approval", "It costs more than may be spent"),
    ],
)
def test_the_card_says_why_it_waits_for_people(waits: str, why: str) -> None:
    changes = {"state": "waiting", "waits": waits, "request": "A1", "remote_id": None, "eta": None}
    text = job_card.build(JOB.model_copy(update=changes), EN).text
    assert why in text
    assert "the approvers decide about A1" in text
    assert ("more than may be spent" in text) == (waits == "approval")


def test_what_was_never_sent_is_not_charged() -> None:
    waiting = JOB.model_copy(update={"state": "waiting", "remote_id": None})
    assert "no training is charged" in answers.confirm("cancel", waiting, EN).text
    assert "may be charged" not in answers.confirm("cancel", waiting, EN).text
    assert "may be charged" in answers.confirm("cancel", JOB, EN).text


def test_details_show_the_grader_and_the_validation_data() -> None:
    asked = TRAINING.model_copy(
        update={"valid": DataRef(id="D7", name="valid.jsonl", examples=12), "grader": '{"type": "label`"}'}
    )
    text = told(request_details.blocks(asked, [], EN, at=NOW))
    assert "valid.jsonl · D7 · 12 examples" in text
    assert "*Grader*" in text
    assert '"type": "labelˋ"' in text
    assert "*Grader*" not in told(request_details.blocks(TRAINING, [], EN, at=NOW))


@pytest.mark.parametrize(
    ("unit", "sku", "label", "shown_as"),
    [
        ("", "GlobalStandard", "Global", "· GlobalStandard ·"),
        ("none", "Consumption", "Serverless endpoint", "· Serverless endpoint ·"),
        ("none", "Consumption", "", "· Consumption ·"),
    ],
)
def test_a_sku_is_named_by_the_service_or_where_that_name_is_ours_by_the_form(
    unit: str, sku: str, label: str, shown_as: str
) -> None:
    ask = ASK.model_copy(update={"unit": unit, "sku": sku, "sku_label": label, "content_filter": "strict"})
    assert shown_as in requests_asks.what_line(ask, EN)
