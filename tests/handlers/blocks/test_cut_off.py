"""A deployment whose base model is no longer paid for is not shown as one that answers."""

import pytest

from bot.facts.datasets import CopyFacts
from handlers.blocks import deployment_card, deployment_rows
from handlers.wording import datasets, deployments
from tests.handlers.samples_deployments import deployment

EN = "en"


@pytest.mark.parametrize(
    ("offer", "mark", "line"),
    [
        (
            "suspended",
            "⚠ *Subscription suspended",
            "⚠ *The subscription to its base model is suspended: calls",
        ),
        ("ended", "⚠ *Subscription ended", "⚠ *The subscription to its base model has ended: calls fail.*"),
    ],
)
def test_the_card_and_the_lists_say_that_calls_fail(offer: str, mark: str, line: str) -> None:
    one = deployment(state="live", offer=offer)
    for text in (deployment_card.build(one, EN).text, deployment_rows.text(one, EN)):
        assert "🟢" not in text
        assert "Live" not in text
        assert "Subscription" in text
        assert "The subscription to its base model" in text
    assert deployments.headline(one, EN).startswith(mark)
    assert any(told.startswith(line) for told in deployment_card.body(one, EN))


@pytest.mark.parametrize("offer", ["", "good"])
def test_one_in_order_is_live(offer: str) -> None:
    text = deployment_card.build(deployment(state="live", offer=offer), EN).text
    assert text.startswith("🟢")
    assert "subscription" not in text.lower()


@pytest.mark.parametrize("state", ["gone", "removing", "failed"])
def test_what_is_over_says_nothing_of_it(state: str) -> None:
    one = deployment(state=state, offer="ended")
    assert not deployments.cut_off(one)
    assert "subscription" not in deployments.headline(one, EN).lower()


def test_a_failed_upload_names_what_it_is_about() -> None:
    params = {"workspace": "phi-eus2", "group": "rg-ai"}
    copy = CopyFacts(connection="phi", state="failed", code="workspace_unknown", params=dict(params))
    text = datasets.copy(copy, EN)
    assert "There is no workspace phi-eus2 in the resource group rg-ai" in text
    assert "…" not in text
