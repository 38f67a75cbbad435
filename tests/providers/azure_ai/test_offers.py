"""Which models are subscribed to is told with the list of models: one request more, where anything is sold."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.azure_ai.marketplace import Offers
from tests.providers.azure_ai.conftest import LLAMA, Studio

STATES = ["Subscribed", "Suspended", "Unsubscribed", "PendingFulfillmentStart", "", "Odd"]
RESOURCES = ["Succeeded", "Creating", "Deleting", "Failed", "Canceled", "Updating", ""]


def row(model: str, status: str, provisioning: str, name: str = "x") -> dict[str, Any]:
    properties = {
        "modelId": model,
        "marketplaceSubscriptionStatus": status,
        "provisioningState": provisioning,
    }
    return {"name": name, "properties": properties}


async def told(studio: Studio, workspace: str = "llama") -> dict[str, str]:
    """Standing by model, of those that are sold."""
    found = await studio.provider(workspace).models()
    return {one.id: one.subscription for one in found if one.subscribed}


@pytest.mark.parametrize(
    ("state", "wanted"),
    [("Subscribed", "subscribed"), ("Suspended", "suspended"), ("Unsubscribed", "unsubscribed")],
)
async def test_each_model_that_is_sold_says_how_its_subscription_stands(
    studio: Studio, state: str, wanted: str
) -> None:
    studio.service.configure({"subscriptions": state})
    standing = await told(studio)
    assert standing[LLAMA] == wanted
    assert {one for id_, one in standing.items() if id_ != LLAMA} == {"absent"}


async def test_they_are_listed_once_and_nothing_is_changed(studio: Studio) -> None:
    await told(studio)
    assert studio.asked("GET", "/marketplaceSubscriptions") == 1
    assert not [one for one in studio.exchanges if one.method not in {"GET", "POST"}]


async def test_where_nothing_sold_is_trained_nobody_asks(studio: Studio) -> None:
    await told(studio, "nordic")
    assert studio.asked("GET", "/marketplaceSubscriptions") == 0


@pytest.mark.parametrize("status", [403, 500])
async def test_models_are_listed_also_when_the_subscriptions_cannot_be_read(
    studio: Studio, status: int
) -> None:
    studio.fail("status", "GET", "re:.*/marketplaceSubscriptions$", status=status, times=0)
    standing = await told(studio)
    assert LLAMA in standing
    assert set(standing.values()) == {""}, "not known is not the same as not subscribed"


@given(
    st.lists(st.tuples(st.sampled_from(STATES), st.sampled_from(RESOURCES)), min_size=1, max_size=5),
    st.randoms(use_true_random=False),
)
def test_of_several_the_best_counts_in_any_order(rows: list[tuple[str, str]], random: Any) -> None:
    items = [row(LLAMA, *one) for one in rows]
    shuffled = [*items, row("azureml://registries/azureml-meta/models/Other", "Subscribed", "Succeeded")]
    random.shuffle(shuffled)
    first, again = Offers(items).of(LLAMA).standing, Offers(shuffled).of(f"{LLAMA}/versions/3").standing
    assert first == again
    assert ("Subscribed", "Succeeded") not in rows or first == "subscribed"
    assert first != "absent"


@given(st.lists(st.none() | st.integers() | st.text() | st.dictionaries(st.text(), st.none() | st.text())))
def test_odd_lists_hold_nothing(items: list[Any]) -> None:
    assert Offers(items).of(LLAMA).standing == "absent"
