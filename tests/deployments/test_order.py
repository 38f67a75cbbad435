"""Asking to deploy: every refusal names its field and its remedy, and the approvers are told all."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.deployments import order
from bot.errors import Invalid, NotThere
from bot.facts.requests import DeployAsk
from bot.store import connections, jobs
from providers.hosting import Offer
from tests.deployments.asking_bench import (
    BASE,
    EARLIER,
    ELSEWHERE,
    GLOBAL,
    MODEL,
    OLD,
    PLACE,
    POOL,
    RIN,
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


def check(asking: Asking, **given: Any) -> DeployAsk:
    return order.check(asking.c, asking.order(**given), asking.settings, asking.providers, RIN, now=NOW)


def refused(asking: Asking, **given: Any) -> Invalid:
    with pytest.raises(Invalid) as caught:
        check(asking, **given)
    return caught.value


def codes(ask: DeployAsk) -> list[str]:
    return [code for code, _ in ask.warnings]


def test_the_approvers_are_told_all_that_they_decide_about(asking: Asking) -> None:
    replaced = asking.deployment(job=asking.job)
    jobs.change(asking.c, asking.job, now=NOW, progress={"valid_last": 0.74})
    ask = check(
        asking,
        content_filter="corp-strict",
        tags="team=ml",
        until="2027-01-31",
        replaces="support-v11",
        sku="globalstandard",
    )
    assert (ask.model, ask.base, ask.job, ask.step, ask.trained_at) == (TUNED, BASE, "J1", None, "prod-swc")
    assert (ask.sku, ask.sku_label, ask.processing) == ("GlobalStandard", "Global", "global")
    assert (ask.tokens_per_minute, ask.requests_per_minute) == (50_000, 50)
    assert ask.until == datetime(2027, 1, 31, 8, tzinfo=UTC), "the end of the day in Tokyo"
    assert (ask.replaces, ask.replaces_name, ask.grace_hours) == (f"P{replaced}", "prod-swc/support-v11", 48)
    assert ask.rate is not None
    assert ask.rate.per_hour == 1.7
    assert ask.bill is not None
    assert (ask.bill.before, ask.bill.during, ask.bill.after) == pytest.approx((1224, 2448, 1224))
    assert ask.quota is not None
    assert (ask.quota.pool, ask.quota.used, ask.quota.limit, ask.quota.wanted) == (POOL, 0, 100, 50)
    assert ask.count is not None
    assert (ask.count.used, ask.count.limit) == (1, 10)
    assert (ask.valid_loss, ask.compare, ask.reading) == (0.74, ("J1", 0.74), "falling")
    assert ask.safety_passed is True
    assert (ask.region, ask.tags, ask.content_filter) == ("Sweden Central", {"team": "ml"}, "corp-strict")
    assert codes(ask) == ["global_processing"]


def test_a_regional_order_of_a_final_model_has_nothing_to_warn_of(asking: Asking) -> None:
    ask = check(asking, sku="Standard", name=" spare ", until="2027-01-31")
    assert (ask.warnings, ask.name, ask.grace_hours, ask.free) == ((), "spare", 0, False)


def test_what_is_wanted_with_no_end_outlives_its_base_model(asking: Asking) -> None:
    told = dict(check(asking, sku="Standard").warnings)
    assert told["retires_soon"]["date"] == "2027-09-18"
    assert "retires_soon" not in codes(check(asking, sku="DeveloperTier")), "a day is no open end"


@pytest.mark.parametrize("model", ["J1", "J1:320"])
def test_without_validation_data_nobody_is_told_that_nothing_overfits(asking: Asking, model: str) -> None:
    jobs.change(
        asking.c, asking.job, now=NOW, reading={"kind": "falling", "numbers": {"first": 1.8, "last": 0.5}}
    )
    ask = check(asking, model=model, sku="Standard", until="2027-01-31")
    assert (ask.reading, codes(ask)[0]) == ("falling_alone", "no_validation")


def test_rewards_that_fall_are_no_falling_loss(asking: Asking) -> None:
    jobs.change(asking.c, asking.job, now=NOW, method="reinforcement")
    assert check(asking, sku="Standard").reading == "reward_falling"


@pytest.mark.parametrize(
    ("given", "code", "field"),
    [
        ({"model": "nothing"}, "model_unknown", "model"),
        ({"model": BASE}, "model_is_base", "model"),
        ({"model": "J1:100"}, "checkpoint_not_deployable", "model"),
        ({"model": OLD}, "model_retired_deploy", "model"),
        ({"connection": "bare"}, "no_hosting", "connection"),
        ({"name": ""}, "name_rule", "name"),
        ({"name": "a"}, "name_rule", "name"),
        ({"name": "a" * 65}, "name_rule", "name"),
        ({"name": "_begins"}, "name_rule", "name"),
        ({"name": "has blank"}, "name_rule", "name"),
        ({"name": "ünlaut"}, "name_rule", "name"),
        ({"name": "two\nlines"}, "name_rule", "name"),
        ({"sku": "Provisioned"}, "sku_unavailable", "sku"),
        ({"sku": ""}, "sku_unavailable", "sku"),
        ({"capacity": 0}, "capacity_range", "capacity"),
        ({"capacity": -5}, "capacity_range", "capacity"),
        ({"capacity": 101}, "capacity_range", "capacity"),
        ({"content_filter": "unheard"}, "filter_unknown", "content_filter"),
        ({"tags": "team"}, "tags_form", "tags"),
        ({"tags": "tunesmith-request=A1"}, "tags_reserved", "tags"),
        ({"until": "soon"}, "until_form", "until"),
        ({"until": "2026-11-01"}, "until_past", "until"),
        ({"replaces": "P99"}, "replaces_unknown", "replaces"),
        ({"replaces": "nothing"}, "replaces_unknown", "replaces"),
        ({"reason": " \n"}, "reason_empty", "reason"),
    ],
)
def test_every_refusal_names_its_field(asking: Asking, given: dict[str, Any], code: str, field: str) -> None:
    found = refused(asking, **given)
    assert (found.code, found.field) == (code, field)


def test_bounds_of_a_name_are_allowed(asking: Asking) -> None:
    for name in ("ab", "a" * 64, "A_.-z", "0-9"):
        assert check(asking, name=name).name == name


def test_a_connection_that_is_not_configured_is_not_there(asking: Asking) -> None:
    with pytest.raises(NotThere) as caught:
        check(asking, connection="gone")
    assert caught.value.code == "connection"


def test_a_used_name_is_refused_with_what_has_it_in_any_case(asking: Asking) -> None:
    number = asking.deployment("Support-V12", fine_tuned=False, model=BASE)
    found = refused(asking)
    assert (found.code, found.field) == ("name_used", "name")
    assert found.params["deployment"] == f"P{number}"
    assert found.params["where"] == "prod-swc/Support-V12"


def test_a_name_is_free_elsewhere_and_once_its_deployment_is_gone(asking: Asking) -> None:
    asking.deployment("support-v12", connection="dev-eus2")
    asking.deployment("support-v12", state="gone")
    assert check(asking).name == "support-v12"


@pytest.mark.parametrize("state", ["approved", "sending", "creating", "starting", "live", "removing"])
def test_a_model_is_deployed_once_wherever_that_is(asking: Asking, state: str) -> None:
    asking.deployment("first", connection="dev-eus2", model=TUNED, state=state)
    found = refused(asking)
    assert (found.code, found.field) == ("model_deployed", "model")
    assert (found.params["where"], found.params["state"]) == ("dev-eus2/first", state)


def test_a_model_that_is_deployed_under_its_checkpoints_id_is_deployed(asking: Asking) -> None:
    asking.deployment("first", model="ftchkpt-last")
    assert refused(asking).code == "model_deployed"
    assert check(asking, model="J1:320").model == EARLIER, "another checkpoint is another model"


def test_a_model_or_name_that_is_asked_for_already_is_refused_with_the_request(asking: Asking) -> None:
    asking.request({"model": TUNED}, "dev-eus2/other")
    found = refused(asking)
    assert (found.code, found.field, found.params["request"]) == ("model_coming", "model", "A1")
    found = refused(asking, model=ELSEWHERE, name="OTHER", connection="dev-eus2")
    assert (found.code, found.field, found.params["request"]) == ("name_coming", "name", "A1")


def test_a_request_is_not_in_its_own_way_and_a_decided_one_in_nobodys(asking: Asking) -> None:
    number = asking.request({"model": TUNED}, "prod-swc/support-v12")
    assert check(asking, request=f"A{number}").model == TUNED
    asked = order.check(
        asking.c, asking.order(), asking.settings, asking.providers, RIN, now=NOW, request=number
    )
    assert asked.model == TUNED
    asking.request({"model": ELSEWHERE}, "prod-swc/portal", state="rejected")
    asking.request({"model": ELSEWHERE}, "P4", kind="keep")
    assert check(asking, model=ELSEWHERE, name="portal").model == ELSEWHERE


@pytest.mark.parametrize(
    "offer",
    [
        Offer(base=BASE, skus=PLACE.offers[0].skus, inference_ends=NOW),
        Offer(base=BASE, skus=PLACE.offers[0].skus, inference_ends=NOW - timedelta(days=9)),
    ],
)
def test_a_base_model_that_the_region_serves_no_longer_is_refused(asking: Asking, offer: Offer) -> None:
    asking.put_place("prod-swc", replace(PLACE, offers=(offer,)))
    found = refused(asking)
    assert (found.code, found.field) == ("model_retired_deploy", "model")
    assert offer.inference_ends is not None
    assert found.params["date"] == offer.inference_ends.date().isoformat()


def test_without_a_date_the_services_word_tells_of_retirement(asking: Asking) -> None:
    gone = replace(MODEL, lifecycle="Deprecated", inference_ends=None)
    connections.put_catalogue(asking.c, "prod-swc", [gone], now=NOW)
    assert refused(asking).code == "model_retired_deploy"
    ending = replace(MODEL, lifecycle="deprecating", inference_ends=NOW + timedelta(days=40))
    connections.put_catalogue(asking.c, "prod-swc", [ending], now=NOW)
    assert "retires_soon" in codes(check(asking))


def test_another_connection_can_have_it_when_the_service_can_fetch_it(asking: Asking) -> None:
    ask = check(asking, connection="dev-eus2")
    assert (ask.connection, ask.trained_at, ask.region) == ("dev-eus2", "prod-swc", "East US 2")
    connections.put_catalogue(asking.c, "bare", [replace(MODEL, id="m.ft-1", job_id=None)], now=NOW)
    found = refused(asking, model="m.ft-1")
    assert (found.code, found.field) == ("source_unreachable", "connection")
    assert found.params["trained_at"] == "bare"


def test_a_region_without_fine_tuning_is_refused_with_those_that_have_it(asking: Asking) -> None:
    asking.put_place("dev-eus2", replace(PLACE, fine_tuned=False, offers=()))
    looked = order.examine(
        asking.c, asking.order(connection="dev-eus2"), asking.settings, asking.providers, RIN, now=NOW
    )
    assert [(one.code, one.field) for one in looked.refusals] == [
        ("region_without_fine_tuning", "connection")
    ]
    assert looked.refusals[0].params["others"] == "prod-swc"


def test_a_region_that_does_not_offer_the_base_model_is_refused(asking: Asking) -> None:
    asking.put_place("prod-swc", replace(PLACE, offers=(replace(PLACE.offers[0], base="gpt-4o"),)))
    found = refused(asking)
    assert (found.code, found.field) == ("model_not_offered", "connection")


def test_an_offered_sku_is_named_where_another_is_asked_for(asking: Asking) -> None:
    assert refused(asking, sku="Nothing").params["skus"] == "Standard (regional), Global, Developer"


@pytest.mark.parametrize(("capacity", "fits"), [(10, True), (15, False), (20, True), (35, False)])
def test_capacity_goes_in_steps(asking: Asking, capacity: int, fits: bool) -> None:
    stepped = replace(GLOBAL, minimum=10, step=10)
    asking.put_place("prod-swc", replace(PLACE, offers=(Offer(base=BASE, skus=(stepped,)),)))
    if fits:
        assert check(asking, capacity=capacity).capacity == capacity
    else:
        found = refused(asking, capacity=capacity)
        assert (found.code, found.field, found.params["step"]) == ("capacity_step", "capacity", 10)


def pool_used(asking: Asking, used: int, *, at: datetime = NOW) -> None:
    pools = tuple(replace(one, used=used) for one in PLACE.pools)
    asking.put_place("prod-swc", replace(PLACE, pools=pools), at=at)


def test_a_quota_that_has_no_room_is_refused_with_what_is_free(asking: Asking) -> None:
    pool_used(asking, 60)
    found = refused(asking)
    assert (found.code, found.field) == ("quota_exceeded", "capacity")
    assert dict(found.params) == {"pool": POOL, "free": 40, "wanted": 50, "limit": 100}
    assert check(asking, capacity=40).quota is not None


def test_the_quota_counts_what_came_and_went_since_it_was_read(asking: Asking) -> None:
    pool_used(asking, 30, at=NOW - timedelta(minutes=30))
    new = {"created_remote": NOW - timedelta(minutes=5), "capacity": 20}
    asking.deployment("approved", state="approved", capacity=10, created_remote=None)
    asking.deployment("new", **new)
    asking.deployment("known")
    asking.deployment("regional", sku="Standard", **new)
    asking.deployment("far", connection="dev-eus2", **new)
    gone = {"state": "gone", "gone_at": NOW, "state_at": NOW}
    asking.deployment("gone", capacity=15, **gone)
    asking.deployment("came and went", **{**new, **gone})
    quota = check(asking, capacity=1).quota
    assert quota is not None
    assert quota.used == 30 + 10 + 20 - 15


def test_an_account_that_is_full_is_refused(asking: Asking) -> None:
    for n in range(10):
        asking.deployment(f"d{n}")
        asking.deployment(f"b{n}", fine_tuned=False, model=BASE)
    found = refused(asking, replaces="d1")
    assert (found.code, found.field) == ("deployments_full", "connection"), "both are there for a while"
    assert (found.params["used"], found.params["maximum"]) == (10, 10)


@pytest.mark.parametrize(
    "given",
    [
        {"connection": "dev-eus2"},
        {"state": "removing"},
        {"state": "approved"},
        {"state": "gone"},
        {"fine_tuned": False},
        {"take_down_at": NOW + timedelta(hours=1)},
        {"team_id": "T1OTHER"},
    ],
)
def test_what_cannot_be_replaced_is_refused(asking: Asking, given: dict[str, Any]) -> None:
    asking.deployment("old", **given)
    found = refused(asking, replaces="old")
    assert (found.code, found.field) == ("replaces_unknown", "replaces")


def test_a_place_that_was_never_read_is_no_reason_to_refuse(asking: Asking) -> None:
    from bot.store.deployment_tables import place

    asking.c.execute(place.delete())
    ask = check(asking, sku="GlobalStandard", content_filter="whatever", capacity=5000)
    assert (ask.quota, ask.count, ask.processing) == (None, None, "global"), "the widest is assumed"
    assert "offer_unread" in codes(ask)
    found = refused(asking, sku="")
    assert (found.code, found.field) == ("place_unread", "sku")


def test_filters_and_quotas_that_could_not_be_read_are_no_reason_to_refuse(asking: Asking) -> None:
    asking.put_place("prod-swc", replace(PLACE, filters=(), pools=()))
    ask = check(asking, content_filter="corp-strict", sku="Standard", until="2027-01-31")
    assert (ask.content_filter, ask.quota, codes(ask)) == ("corp-strict", None, ["quota_unknown"])


def test_what_should_be_known_is_told(asking: Asking) -> None:
    assert codes(check(asking, sku="DeveloperTier")) == ["global_processing", "developer_24h"]
    assert check(asking, sku="DeveloperTier").free
    soon = "2027-01-31"
    assert codes(check(asking, model="J1:320", sku="Standard", until=soon)) == ["not_final_checkpoint"]
    jobs.change(
        asking.c, asking.job, now=NOW, reading={"kind": "diverging", "numbers": {"valid_best_step": 320}}
    )
    assert codes(check(asking, sku="Standard", until=soon)) == ["overfitting"]
    remedy = check(asking, model="J1:320", sku="Standard", until=soon)
    assert codes(remedy) == ["not_final_checkpoint"], "the remedy"
    pool_used(asking, 0, at=NOW - timedelta(hours=5))
    ask = check(asking, model=ELSEWHERE, sku="Standard", until="2028-01-01")
    assert ("place_old", {"connection": "prod-swc", "hours": 5}) in ask.warnings
    assert codes(ask) == ["retires_soon", "place_old"], "it is wanted for longer than the model is served"
    assert ask.safety_passed is None, "nobody has its log"


def test_a_price_that_nobody_configured_is_said_to_be_unknown(asking: Asking) -> None:
    asking.settings = asking.settings.model_copy(update={"hosting": ()})
    ask = check(asking, sku="Standard", until="2027-01-31")
    assert (ask.rate, ask.bill, codes(ask)) == (None, None, ["price_unknown"])


def test_all_that_is_wrong_is_told_at_once(asking: Asking) -> None:
    wrong = asking.order(
        model="nothing", name="", content_filter="x", tags="t", until="x", replaces="P9", reason=""
    )
    looked = order.examine(asking.c, wrong, asking.settings, asking.providers, RIN, now=NOW)
    fields = ["model", "name", "content_filter", "tags", "until", "replaces", "reason"]
    assert [one.field for one in looked.refusals] == fields
    assert looked.ask is None
