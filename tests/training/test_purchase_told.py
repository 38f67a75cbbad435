"""What the summary of an order says of a subscription, by what the catalogue remembers of it."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Connection

from bot.config.settings import Settings
from bot.facts.forms import TrainOrder
from bot.store import connections
from bot.training import order
from bot.training.checking import check
from providers.describing import SubscriptionState
from tests.training.bench import MODEL, NAME, RIN, Bench
from tests.training.test_gate import TUNED

WARNINGS = {"may_buy", "must_buy", "subscription_needed", "cannot_buy"}


def buying(settings: Settings) -> Settings:
    """The connection as one of a service that buys, where that is allowed."""
    changed = tuple(
        one.model_copy(update={"provider": "azure_ai_studio", "options": {"allow_marketplace": True}})
        if one.name == NAME
        else one
        for one in settings.connections
    )
    return settings.model_copy(update={"connections": changed})


async def warned(
    bench: Bench, standing: SubscriptionState, *, buys: bool, subscribed: bool = True
) -> set[str]:
    """Codes of the summary's warnings about buying."""
    deps = bench.application.deps
    model = replace(TUNED, subscribed=subscribed, subscription=standing)
    wanted: dict[str, Any] = {"hyperparameters": {}, "seed": None, "suffix": None, "valid": None}

    def work(connection: Connection) -> set[str]:
        connections.put_catalogue(connection, NAME, [model], now=bench.now())
        given = TrainOrder(connection=NAME, model=MODEL, training_type="GlobalStandard", train="D1", **wanted)
        found = check(connection, given, deps.providers, deps.settings, RIN.team_id, now=bench.now())
        settings = buying(deps.settings) if buys else deps.settings
        shown = order.summary(settings, found, "one")
        return {code for code, _ in shown.warnings if code in WARNINGS or code.startswith("subscription_")}

    return await deps.store.write(work)


@pytest.mark.parametrize(
    ("standing", "buys", "told"),
    [
        ("subscribed", True, set()),
        ("subscribed", False, set()),
        ("absent", True, {"must_buy"}),
        ("absent", False, {"cannot_buy"}),
        ("unsubscribed", True, {"must_buy"}),
        ("suspended", True, {"subscription_suspended"}),
        ("suspended", False, {"subscription_suspended"}),
        ("coming", True, {"subscription_coming"}),
        ("failed", False, {"subscription_failed"}),
        ("", True, {"may_buy"}),
        ("", False, {"subscription_needed"}),
    ],
)
async def test_it_says_what_is_known(
    bench: Bench, standing: SubscriptionState, buys: bool, told: set[str]
) -> None:
    assert await warned(bench, standing, buys=buys) == told


async def test_of_what_is_not_sold_nothing_is_said(bench: Bench) -> None:
    assert await warned(bench, "", buys=True, subscribed=False) == set()
