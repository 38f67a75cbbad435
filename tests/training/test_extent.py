"""How long a training is, as it is ordered, is what it is priced by: epochs, tokens, or batches that have no price."""

from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from bot.approvals.digest import digest_of
from bot.facts.forms import TrainOrder
from bot.facts.requests import TrainAsk
from bot.store import connections, datasets
from bot.training import order
from bot.training.checking import Checked, check
from providers.base import HyperParam
from tests.training.bench import MODEL, NAME, RIN, Bench
from tests.training.test_gate import TUNED, limits

DURATION = HyperParam(
    name="training_duration",
    label="Duration",
    kind="text",
    minimum=None,
    maximum=None,
    auto=None,
    default="1ep",
    means="duration",
    hint="",
)
PRICE = 1.2


async def ordered(bench: Bench, duration: str, tokens: int | None, *, subscribed: bool = False) -> Checked:
    """An order of that duration, checked as the modal does."""
    deps = bench.application.deps
    model = replace(TUNED, hyperparameters=(DURATION,), subscribed=subscribed)
    wanted = TrainOrder(
        connection=NAME,
        model=MODEL,
        training_type="GlobalStandard",
        train="D1",
        valid=None,
        hyperparameters={"training_duration": duration},
        seed=None,
        suffix=None,
    )

    def work(connection: Any) -> Checked:
        connections.put_catalogue(connection, NAME, [model], now=bench.now())
        datasets.change(connection, 1, now=bench.now(), tokens=tokens, sha256="x")
        return check(connection, wanted, deps.providers, deps.settings, RIN.team_id, now=bench.now())

    return await deps.store.write(work)


@pytest.mark.parametrize(
    ("duration", "tokens", "wanted"),
    [
        ("3ep", 10_000_000, PRICE * 30),
        ("9_000_000_000tok", 1_000, PRICE * 9000),
        ("9_000_000_000tok", None, PRICE * 9000),
        ("3ep", None, None),
        ("100ba", 1_000, None),
    ],
)
async def test_a_duration_is_priced_as_it_is_ordered(
    bench: Bench, duration: str, tokens: int | None, wanted: float | None
) -> None:
    checked = await ordered(bench, duration, tokens)
    cost = order.estimate(bench.application.deps.settings, checked)
    if wanted is None:
        assert cost is None
    else:
        assert cost is not None
        assert cost.low == cost.high == pytest.approx(wanted)


@pytest.mark.parametrize(
    ("duration", "why"),
    [("1ep", None), ("9_000_000_000tok", "above"), ("999999ba", "batches"), ("1ba", "batches")],
)
async def test_no_duration_passes_the_gate_unasked(bench: Bench, duration: str, why: str | None) -> None:
    limits(bench, training_above=20)
    settings = bench.application.deps.settings
    checked = await ordered(bench, duration, 1_000)
    ask = await bench.application.deps.store.read(
        lambda c: order.approval_needed(c, settings, checked, now=bench.now())
    )
    assert (ask.why if ask else None) == why


async def test_batches_are_not_asked_for_without_a_limit(bench: Bench) -> None:
    limits(bench)
    settings = bench.application.deps.settings
    checked = await ordered(bench, "100ba", 1_000)
    assert (
        await bench.application.deps.store.read(
            lambda c: order.approval_needed(c, settings, checked, now=bench.now())
        )
        is None
    )


@pytest.mark.parametrize(
    ("duration", "tokens", "priced", "why"),
    [
        ("3ep", None, True, "tokens"),
        ("3ep", 1_000, True, None),
        ("3ep", 1_000, False, "price"),
        ("3ep", None, False, "price"),
        ("9_000_000_000tok", None, True, "above"),
        ("1ba", None, False, "batches"),
    ],
)
async def test_what_costs_nobody_knows_what_is_asked_for(
    bench: Bench, duration: str, tokens: int | None, priced: bool, why: str | None
) -> None:
    limits(bench, training_above=20)
    settings = bench.application.deps.settings
    if not priced:
        object.__setattr__(settings, "prices", ())
    checked = await ordered(bench, duration, tokens)
    store = bench.application.deps.store

    def asked(connection: Any) -> tuple[TrainAsk | None, dict[str, Any]]:
        ask = order.approval_needed(connection, settings, checked, now=bench.now())
        return ask, dict(order.summary(settings, checked, "one", ask=ask).warnings)

    ask, warnings = await store.read(asked)
    assert (ask.why if ask else None) == why
    assert ("needs_approval" in warnings) == (why is not None)


async def test_what_is_approved_is_bound_to_every_setting(bench: Bench) -> None:
    limits(bench, training_above=1)
    settings, store = bench.application.deps.settings, bench.application.deps.store
    digests = []

    def approval(checked: Checked, connection: Any) -> TrainAsk | None:
        return order.approval_needed(connection, settings, checked, now=bench.now())

    for duration in ("9_000_000_000tok", "9_000_000_001tok", "9_000_000_000tok"):
        checked = await ordered(bench, duration, 1_000)
        ask = await store.read(partial(approval, checked))
        assert ask is not None
        same_otherwise = ask.model_copy(update={"cost": None})
        digests.append(digest_of(same_otherwise, ""))
    assert digests[0] == digests[2] != digests[1]


@pytest.mark.parametrize(
    ("duration", "measure", "epochs", "billed"),
    [("3ep", "epochs", 3, 3_000), ("7_000tok", "tokens", None, 7_000), ("100ba", "batches", None, None)],
)
async def test_the_summary_says_what_is_ordered(
    bench: Bench, duration: str, measure: str, epochs: int | None, billed: int | None
) -> None:
    checked = await ordered(bench, duration, 1_000)
    shown = order.summary(bench.application.deps.settings, checked, "one")
    assert (shown.measure, shown.epochs, shown.billed_tokens) == (measure, epochs, billed)
    assert shown.labels == {"training_duration": "Duration"}


async def test_what_may_have_to_be_bought_first_is_said_before_start(bench: Bench) -> None:
    settings = bench.application.deps.settings
    sold = order.summary(settings, await ordered(bench, "1ep", 1_000, subscribed=True), "one")
    assert ("subscription_needed", {"model": TUNED.short}) in sold.warnings, "this service buys nothing"
    usual = order.summary(settings, await ordered(bench, "1ep", 1_000), "one")
    assert not {"subscription_needed", "may_buy"} & {code for code, _ in usual.warnings}
