"""Approvers read which base model it is by its short name; what the service calls it is small print of the details."""

from typing import Any

from bot.facts.requests import DeployAsk
from handlers.blocks import request_card
from handlers.views import vote_details
from handlers.wording import requests_asks
from tests.handlers.samples_requests import ASK, NOW, REQUEST, ROUNDS, request

EN = "en"
BASE = "azureml://registries/azureml/models/Phi-4-mini-instruct"
OWN = "azureml://locations/eastus2/workspaces/1c3/models/model-tunesmith-j1/versions/1"
PHI = ASK.model_copy(
    update={
        "connection": "phi-eus2",
        "region": "East US 2",
        "trained_at": "phi-eus2",
        "job": "J1",
        "model": OWN,
        "model_short": "model-tunesmith-j1",
        "base": BASE,
        "base_short": "Phi-4-mini-instruct",
    }
)


def test_the_card_says_which_base_model_it_is() -> None:
    card = request_card.build(request(deploy=PHI), EN)
    assert "J1 final · Phi-4-mini-instruct · phi-eus2, East US 2" in card.text
    assert "azureml://" not in card.text


def test_a_base_model_that_the_name_says_already_is_not_said_twice() -> None:
    named: DeployAsk = ASK.model_copy(update={"job": None, "base_short": "gpt-4.1-mini"})
    assert requests_asks.what_line(named, EN).startswith("support-v12 · gpt-4.1-mini · prod-swc")


def test_the_details_have_short_names_first_and_ids_in_small_print() -> None:
    view: Any = vote_details.build(request(deploy=PHI), ROUNDS, EN, at=NOW)
    small = "\n".join(
        part["text"] for block in view["blocks"] if block["type"] == "context" for part in block["elements"]
    )
    large = str([block for block in view["blocks"] if block["type"] != "context"])
    assert f"`{OWN}` · `{BASE}`" in small
    assert "azureml://" not in large
    for name in ("model-tunesmith-j1", "Phi-4-mini-instruct"):
        assert name in large


def test_the_details_say_of_when_they_are() -> None:
    view: Any = vote_details.build(REQUEST, ROUNDS, EN, at=NOW)
    assert f"As of <!date^{int(NOW.timestamp())}^" in str(view["blocks"])
