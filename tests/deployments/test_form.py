"""The modal "Ask to deploy": what it is filled in with, and what it shows before anything is sent."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from bot.config.approvals import HostingPrice
from bot.deployments import order
from bot.deployments.form import DeployWish, deploy_form
from bot.errors import Invalid
from bot.facts.deploy_forms import DeployForm, DeployOrder
from bot.people import Actor
from bot.store import jobs
from bot.store.deployment_tables import place as places
from providers.hosting import Offer
from tests.deployments.asking_bench import (
    BASE,
    ELSEWHERE,
    GLOBAL,
    PLACE,
    RIN,
    STANDARD,
    TUNED,
    Asking,
    asking_in,
    settings_in,
)
from tests.training.jobs_of import NOW


@pytest.fixture
def asking(tmp_path: Path) -> Iterator[Asking]:
    with asking_in(settings_in(tmp_path)) as made:
        yield made


def form(asking: Asking, actor: Actor = RIN, **wish: Any) -> DeployForm:
    return deploy_form(asking.c, asking.settings, asking.providers, actor, DeployWish(**wish), NOW)


def ordered(shown: DeployForm, **given: Any) -> DeployOrder:
    """What the modal sends back when nothing is changed in it."""
    values = {
        "model": shown.model,
        "connection": shown.connection,
        "name": shown.name,
        "sku": shown.sku,
        "capacity": shown.capacity,
        "content_filter": shown.content_filter,
        "tags": shown.tags,
        "reason": shown.reason or "Because.",
        "until": shown.until,
        "replaces": shown.replaces,
        "request": shown.request,
    }
    return DeployOrder.model_validate({**values, **given})


def problems(shown: DeployForm) -> list[tuple[str, str]]:
    return [(field, code) for field, code, _ in shown.problems]


def test_without_a_choice_it_offers_what_there_is(asking: Asking) -> None:
    shown = form(asking, channel="C1")
    assert [one.value for one in shown.models] == [ELSEWHERE, "J1", "J1:320"]
    assert [one.value for one in shown.connections] == ["prod-swc", "dev-eus2"], "not the one without hosting"
    assert (shown.model, shown.sku, shown.skus, shown.name, shown.problems) == (None, None, (), "", ())
    assert shown.channel == "C1"


def test_a_model_fills_in_the_rest_and_what_it_shows_can_be_sent(asking: Asking) -> None:
    asking.deployment()
    shown = form(asking, model="J1")
    assert (shown.model, shown.connection, shown.name) == ("J1", "prod-swc", "support-v12")
    assert [one.value for one in shown.skus] == ["Standard", "GlobalStandard", "DeveloperTier"]
    assert (shown.sku, shown.capacity) == ("Standard", 10), (
        "the offer's default, in the region at equal prices"
    )
    assert (shown.tokens_per_unit, shown.requests_per_unit, shown.capacity_maximum) == (1000, 1, 100)
    assert [one.value for one in shown.filters] == ["Microsoft.Default", "corp-strict"]
    assert [(one.value, one.label) for one in shown.replaceable] == [("P1", "support-v11")]
    assert shown.rate is not None
    assert shown.bill is not None
    assert (shown.bill.before, shown.bill.after) == pytest.approx((1224, 2448))
    assert shown.quota is not None
    assert shown.quota.wanted == 10
    assert shown.count is not None
    assert [code for code, _ in shown.warnings] == ["retires_soon"], "it has no end"
    assert (shown.problems, shown.read_at) == ((), NOW)
    ask = order.check(asking.c, ordered(shown), asking.settings, asking.providers, RIN, now=NOW)
    assert (ask.model, ask.sku, ask.capacity) == (TUNED, "Standard", 10)
    assert (ask.bill, ask.quota, ask.rate) == (shown.bill, shown.quota, shown.rate), "what was shown is asked"


def test_what_is_chosen_stays_and_is_priced(asking: Asking) -> None:
    asking.deployment()
    shown = form(
        asking,
        model="J1:320",
        connection="dev-eus2",
        name="mine",
        sku="developertier",
        capacity=7,
        tags="a=b",
        reason="So.",
        until="2027-01-31",
    )
    assert (shown.model, shown.connection, shown.name) == ("J1:320", "dev-eus2", "mine")
    assert (shown.sku, shown.capacity, shown.free, shown.rate) == ("DeveloperTier", 7, True, None)
    assert (shown.tags, shown.reason, shown.until) == ("a=b", "So.", "2027-01-31")
    assert [one.value for one in shown.connections] == ["prod-swc", "dev-eus2"], (
        "where the model is comes first"
    )
    assert shown.replaceable == (), "those of the target connection"
    codes = [code for code, _ in shown.warnings]
    assert codes == ["global_processing", "developer_24h", "not_final_checkpoint"]


def test_a_replaced_one_is_taken_from_the_bill(asking: Asking) -> None:
    asking.deployment()
    shown = form(asking, model="J1", replaces="support-v11")
    assert shown.replaces == "P1"
    assert shown.bill is not None
    assert (shown.bill.before, shown.bill.during, shown.bill.after) == pytest.approx((1224, 2448, 1224))


def test_a_used_name_gets_a_number(asking: Asking) -> None:
    asking.deployment("Support-v12")
    asking.deployment("support-v12-2")
    assert form(asking, model="J1").name == "support-v12-3"
    assert form(asking, model="J1:320").name == "support-v12-step-320"
    assert form(asking, model=ELSEWHERE).name == "portal"


def test_a_name_fits_the_rule_whatever_the_suffix_is(asking: Asking) -> None:
    for suffix in ("x", "日本", "__", "a" * 100, "", None, "ends-"):
        jobs.change(asking.c, asking.job, now=NOW, suffix=suffix)
        shown = form(asking, model="J1")
        assert problems(shown) == [], (suffix, shown.name)


def test_the_cheapest_that_stays_is_proposed(asking: Asking) -> None:
    cheaper = HostingPrice(
        model="gpt*", sku="globalstandard", per_hour=Decimal(1), source="list", as_of=date(2026, 11, 22)
    )
    asking.settings = asking.settings.model_copy(update={"hosting": (*asking.settings.hosting, cheaper)})
    shown = form(asking, model="J1")
    assert shown.sku == "GlobalStandard", "not the developer tier, which is free and gone in a day"
    assert shown.rate is not None
    assert shown.rate.per_hour == 1


def test_a_price_by_capacity_follows_what_is_chosen(asking: Asking) -> None:
    by_unit = HostingPrice(
        model="gpt*",
        sku="Standard",
        per_unit_hour=Decimal(3),
        unit_size=10,
        source="list",
        as_of=date(2026, 11, 22),
    )
    asking.settings = asking.settings.model_copy(update={"hosting": (by_unit,)})
    for capacity, hourly in ((10, 3), (25, 7.5), (100, 30)):
        shown = form(asking, model="J1", sku="Standard", capacity=capacity)
        assert shown.rate is not None
        assert shown.bill is not None
        assert (shown.rate.per_hour, shown.bill.after) == (hourly, hourly * 720)


def test_what_has_quota_left_is_proposed_with_what_is_left(asking: Asking) -> None:
    pools = tuple(
        replace(one, used={STANDARD.pool: 100, GLOBAL.pool: 96}.get(one.name, 0)) for one in PLACE.pools
    )
    asking.put_place("prod-swc", replace(PLACE, pools=pools))
    shown = form(asking, model="J1")
    assert (shown.sku, shown.capacity, problems(shown)) == ("GlobalStandard", 4, [])


def test_what_speaks_against_it_is_shown_at_once_but_not_what_was_not_typed_yet(asking: Asking) -> None:
    asking.deployment("first", connection="dev-eus2", model=TUNED)
    shown = form(asking, model="J1", name="", capacity=500, until="2020-01-01")
    assert shown.model == "J1"
    assert shown.models[0].value == "J1", "the chosen one is among the options whatever speaks against it"
    assert problems(shown) == [
        ("model", "model_deployed"),
        ("name", "name_rule"),
        ("capacity", "capacity_range"),
        ("until", "until_past"),
    ]
    assert dict(shown.problems[0][2])["where"] == "dev-eus2/first"


def test_a_model_that_is_not_there_is_a_problem_at_the_model(asking: Asking) -> None:
    shown = form(asking, model="J99")
    assert (shown.model, problems(shown)) == (None, [("model", "job")])


def test_a_region_without_fine_tuning_offers_no_sku(asking: Asking) -> None:
    asking.put_place("dev-eus2", replace(PLACE, fine_tuned=False, offers=()))
    shown = form(asking, model="J1", connection="dev-eus2")
    assert (shown.skus, shown.sku) == ((), None)
    assert problems(shown) == [("connection", "region_without_fine_tuning")]


def test_a_region_that_was_never_read_offers_what_the_service_offers_elsewhere(asking: Asking) -> None:
    asking.c.execute(places.delete().where(places.c.connection == "dev-eus2"))
    shown = form(asking, model="J1", connection="dev-eus2", content_filter="corp-strict")
    assert (shown.read_at, shown.sku, shown.quota, shown.capacity_maximum) == (None, "Standard", None, None)
    assert [one.value for one in shown.filters] == ["corp-strict"], "what was chosen is not dropped"
    assert "offer_unread" in [code for code, _ in shown.warnings]
    asking.c.execute(places.delete())
    bare = form(asking, model="J1")
    assert (bare.skus, problems(bare)) == ((), [("sku", "place_unread")])


def test_a_choice_that_does_not_fit_any_more_is_made_anew(asking: Asking) -> None:
    asking.put_place("dev-eus2", replace(PLACE, offers=(Offer(base=BASE, skus=(GLOBAL,)),), filters=("f",)))
    shown = form(
        asking, model="J1", connection="dev-eus2", sku="Standard", content_filter="corp-strict", replaces="P9"
    )
    assert (shown.sku, shown.content_filter, shown.replaces) == ("GlobalStandard", None, None)
    assert form(asking, model="J1", connection="bare").connection == "prod-swc"


def asked_before(asking: Asking) -> int:
    asking.deployment()
    first = asking.order(
        tags="team=ml\ncost=1", until="2027-01-31", replaces="P1", content_filter="corp-strict"
    )
    ask = order.check(asking.c, first, asking.settings, asking.providers, RIN, now=NOW)
    return asking.request(ask.model_dump(mode="json"), "prod-swc/support-v12", reason="Refunds.")


def test_a_request_that_is_changed_fills_in_what_it_asks_for(asking: Asking) -> None:
    number = asked_before(asking)
    shown = form(asking, request=f"A{number}")
    assert (shown.model, shown.name, shown.sku, shown.capacity) == ("J1", "support-v12", "GlobalStandard", 50)
    assert (shown.tags, shown.until, shown.replaces) == ("team=ml\ncost=1", "2027-01-31", "P1")
    assert (shown.reason, shown.content_filter, shown.request) == ("Refunds.", "corp-strict", f"A{number}")
    assert shown.problems == (), "it is not in its own way"
    kept = order.check(asking.c, ordered(shown), asking.settings, asking.providers, RIN, now=NOW)
    first = order.check(
        asking.c,
        ordered(shown, tags="team=ml, cost=1"),
        asking.settings,
        asking.providers,
        RIN,
        now=NOW + timedelta(minutes=1),
    )
    assert kept == first, "sent back unchanged it asks for the same"


def test_what_is_chosen_counts_more_than_what_was_asked_for(asking: Asking) -> None:
    number = asked_before(asking)
    shown = form(asking, request=f"A{number}", until="", tags="", replaces="", capacity=20)
    assert (shown.until, shown.tags, shown.replaces, shown.capacity) == (None, "", None, 20)


def test_a_request_of_another_team_or_kind_fills_in_nothing(asking: Asking) -> None:
    number = asked_before(asking)
    other = form(asking, Actor(team_id="T1OTHER", user_id="U1"), request=f"A{number}")
    assert (other.model, other.request) == (None, None)
    training = asking.request({}, "J1", kind="training")
    for given in (f"A{training}", "A99", "nonsense"):
        shown = form(asking, request=given)
        assert (shown.model, shown.request) == (None, None)


def test_a_form_never_raises_where_the_order_would_be_refused(asking: Asking) -> None:
    asking.settings = asking.settings.model_copy(
        update={"connections": tuple(one for one in asking.settings.connections if one.name == "bare")}
    )
    shown = form(asking, model="J1")
    assert (shown.connections, shown.connection) == ((), "bare")
    assert ("connection", "no_hosting") in problems(shown)
    with pytest.raises(Invalid):
        order.check(
            asking.c, asking.order(connection="bare"), asking.settings, asking.providers, RIN, now=NOW
        )
