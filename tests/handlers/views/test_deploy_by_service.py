"""What the modal says about its fields follows what the service has."""

from typing import Any

from bot.facts.forms import Choice
from handlers.views import deploy
from tests.blockkit import view_problems
from tests.handlers.samples_requests import FORM

AWAKE = (
    Choice(value="ScaleToZero", label="Scale to zero", note="Sleeps without calls."),
    Choice(value="AlwaysOn", label="Always on", note="Answers at once."),
)
DATABRICKS: dict[str, Any] = {
    "connections": FORM.connections[:1],
    "skus": AWAKE,
    "sku": "AlwaysOn",
    "capacity": 9500,
    "capacity_minimum": 9500,
    "capacity_maximum": None,
    "capacity_step": 9500,
    "tokens_per_unit": None,
    "requests_per_unit": None,
    "quota": None,
    "count": None,
    "unit": "throughput",
    "once": False,
    "hosting": "sleep",
}


def fields(**changes: Any) -> dict[str, tuple[str, str]]:
    """Label and hint of each input."""
    view: Any = deploy.build(FORM.model_copy(update=changes), "en")
    assert view_problems(view) == []
    return {
        block["block_id"]: (block["label"]["text"], block.get("hint", {}).get("text", ""))
        for block in view["blocks"]
        if block["type"] == "input"
    }


def test_azure_openai_has_places_quotas_and_one_deployment_of_a_model() -> None:
    said = fields()
    assert said["model"][1].endswith("A model can be deployed once.")
    assert said["connection"][1].startswith("Another account or region")
    assert said["sku"] == ("SKU", "Where data may be processed, and what it costs.")
    assert said["capacity"][1].endswith(" 1 to 200. Press Enter to see what it takes of the quota.")


def test_databricks_has_sleep_and_steps_and_no_quota() -> None:
    said = fields(**DATABRICKS)
    assert said["model"] == ("Model", "A trained model or one of its checkpoints.")
    assert said["connection"] == ("Where", "")
    assert said["sku"] == ("How it is hosted", "Whether it goes to sleep without calls, and what it costs.")
    assert said["capacity"] == (
        "Throughput, tokens per second at most",
        "9,500 or more; the service names no upper limit. In steps of 9,500. Press Enter to see what it costs.",
    )


def test_a_serverless_endpoint_has_nothing_to_choose_but_where() -> None:
    only = (Choice(value="Consumption", label="Serverless", note="By tokens, and by the hour."),)
    said = fields(**{**DATABRICKS, "skus": only, "sku": "Consumption", "unit": "none", "hosting": ""})
    assert said["sku"] == ("How it is hosted", "")
    assert "capacity" not in said
