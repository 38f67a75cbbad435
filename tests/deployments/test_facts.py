"""What any surface is told about a deployment."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.deployments.facts import deployment_facts
from bot.deployments.seen import Seen, last_use
from bot.facts.deployments import DeploymentFacts, Expiry
from bot.store import deployments, spells
from bot.store.deployment_tables import idle_spell
from bot.store.deployment_tables import place as places
from providers.hosting import Usage
from tests.deployments.asking_bench import BASE, RIN, Asking, asking_in, settings_in
from tests.training.jobs_of import NOW

DAY = timedelta(days=1)
CREATED = NOW - 13 * DAY


@pytest.fixture
def asking(tmp_path: Path) -> Iterator[Asking]:
    with asking_in(settings_in(tmp_path)) as made:
        yield made


def facts(asking: Asking, number: int, now: datetime = NOW) -> DeploymentFacts:
    row = deployments.get(asking.c, number)
    assert row is not None
    return deployment_facts(asking.c, row, asking.settings, asking.providers, now=now)


def use(**given: Any) -> dict[str, Any]:
    """What the watch keeps of a reading that reaches back beyond the creation."""
    values = {
        "last": None,
        "calls": 0,
        "last_day": 0,
        "since": NOW - 20 * DAY,
        "bucket_seconds": 3600,
        "read_at": NOW,
        "known": True,
        **given,
    }
    return {
        name: value.isoformat() if isinstance(value, datetime) else value for name, value in values.items()
    }


def idle(asking: Asking, **given: Any) -> int:
    return asking.deployment(last_use=use(), **given)


def test_the_message_about_a_deletion_has_all_its_numbers(asking: Asking) -> None:
    told = facts(asking, idle(asking))
    assert told.title == "prod-swc/support-v11"
    assert (told.use, told.idle_days, told.calls_day, told.read_at) == ("never", 13, 0, NOW)
    assert told.expires == Expiry(rule="idle", at=CREATED + 15 * DAY, after_hours=360)
    assert told.idle_spent is not None
    assert told.idle_spent.high == pytest.approx(13 * 24 * 1.7), "$530 spent idle"
    assert told.day is not None
    assert told.day.high == pytest.approx(40.8), "$41 more each day"
    assert told.period is not None
    assert told.period.high == pytest.approx(612), "keep 15 days"
    assert told.spent is not None
    assert told.spent.high == pytest.approx(13 * 24 * 1.7)
    assert told.rate is not None
    assert told.spent.source == told.rate.source
    assert told.can == ("keep", "take_down")


def test_a_call_is_told_as_exactly_as_the_service_measures_and_never_before_the_creation(
    asking: Asking,
) -> None:
    begin, hour = NOW.replace(minute=0), timedelta(hours=1)
    created = begin + timedelta(minutes=18)
    told = facts(
        asking, asking.deployment(created_remote=created, last_use=use(last=begin, calls=1, last_day=1))
    )
    assert (told.last_call, told.last_call_until) == (created, begin + hour)
    older = asking.deployment("b", last_use=use(last=begin - 5 * hour, calls=1, last_day=1))
    assert (facts(asking, older).last_call, facts(asking, older).last_call_until) == (
        begin - 5 * hour,
        begin - 4 * hour,
    )


def test_the_bots_own_calls_are_nobodys(asking: Asking) -> None:
    own: dict[str, Any] = {
        "first_ok_at": NOW - timedelta(hours=3),
        "asked": {"keep": {"called": (NOW - 2 * DAY).isoformat()}},
    }
    called = use(last=NOW - timedelta(hours=3), calls=4, last_day=3)
    assert facts(asking, asking.deployment(last_use=called, **own)).calls_day == 2


def test_who_made_it_is_told_of_one_made_around_the_bot(asking: Asking) -> None:
    made: dict[str, Any] = {"remote": {"created_by": "sam@example.com"}}
    assert facts(asking, asking.deployment(foreign=True, **made)).made_by == "sam@example.com"
    assert facts(asking, asking.deployment("b", **made)).made_by == ""
    assert facts(asking, asking.deployment("c")).idle_limit_days == 15


def test_a_spell_counts_more_than_what_is_computed(asking: Asking) -> None:
    number = idle(asking)
    due = NOW + 2 * DAY - timedelta(hours=1)
    spells.begin(asking.c, number, "idle", basis_at=CREATED, due_at=due, warned={})
    told = facts(asking, number)
    assert told.expires is not None
    assert told.expires.at == due
    assert told.idle_days == 13
    asking.c.execute(idle_spell.update().values(ended_at=NOW))
    told = facts(asking, number)
    assert told.expires is not None
    assert told.expires.at == CREATED + 15 * DAY, "one that has ended tells nothing"


def test_what_is_called_is_not_deleted(asking: Asking) -> None:
    last = NOW - timedelta(hours=2)
    told = facts(asking, asking.deployment(last_use=use(last=last, calls=40, last_day=12)))
    assert (told.use, told.last_call, told.calls_day, told.idle_days) == ("called", last, 12, 0)
    assert (told.expires, told.idle_spent) == (None, None)


def test_after_the_last_call_it_goes_towards_its_deletion(asking: Asking) -> None:
    last = NOW - 3 * DAY - timedelta(hours=2)
    told = facts(asking, asking.deployment(last_use=use(last=last, calls=40)))
    assert (told.use, told.idle_days) == ("called", 3)
    assert told.expires == Expiry(rule="idle", at=last + 15 * DAY, after_hours=360)
    assert told.idle_spent is not None
    assert told.idle_spent.high == pytest.approx(3 * 24 * 1.7)


def test_our_own_call_moves_the_deletion_and_is_nobodys_use(asking: Asking) -> None:
    told = facts(asking, idle(asking, kept_at=NOW - timedelta(hours=1)))
    assert (told.use, told.last_call) == ("never", None)
    assert told.expires is not None
    assert told.expires.at == NOW - timedelta(hours=1) + 15 * DAY


@pytest.mark.parametrize(
    "last_use", [None, {"known": False, "last": None, "since": None, "read_at": NOW.isoformat()}]
)
def test_unknown_use_is_unknown_and_promises_no_deletion(
    asking: Asking, last_use: dict[str, Any] | None
) -> None:
    told = facts(asking, asking.deployment(last_use=last_use))
    assert (told.use, told.last_call, told.calls_day, told.idle_days) == ("unknown", None, None, 0)
    assert told.expires is None


def test_a_window_that_begins_after_the_creation_does_not_tell_of_never(asking: Asking) -> None:
    told = facts(asking, asking.deployment(last_use=use(since=NOW - 5 * DAY)))
    assert (told.use, told.idle_days) == ("unknown", 5), "idle for as long as the window, at least"


def test_the_developer_tier_is_free_and_goes_after_a_day_whoever_calls(asking: Asking) -> None:
    begun = NOW - timedelta(hours=20)
    number = asking.deployment(
        sku="developertier", created_remote=begun, last_use=use(last=NOW - timedelta(hours=1), calls=9)
    )
    told = facts(asking, number)
    assert told.expires == Expiry(rule="age", at=begun + DAY, after_hours=24)
    assert (told.free, told.rate, told.spent, told.period) == (True, None, None, None)
    assert (told.can, told.sku_label) == (("take_down",), "Developer"), "calls do not keep it"


@pytest.mark.parametrize(
    ("given", "can"),
    [
        ({"state": "approved"}, ()),
        ({"state": "sending"}, ()),
        ({"state": "creating"}, ("take_down",)),
        ({"state": "starting"}, ("take_down",)),
        ({"state": "starting", "failure": {"code": "deployment_not_ready"}}, ("take_down", "retry")),
        ({"state": "live"}, ("keep", "take_down")),
        ({"state": "live", "foreign": True, "owner": None}, ("keep", "take_down")),
        ({"state": "removing"}, ()),
        ({"state": "gone"}, ("deploy_again",)),
        ({"state": "failed"}, ("deploy_again",)),
        ({"state": "live", "fine_tuned": False}, ()),
        ({"state": "live", "connection": "bare"}, ()),
        ({"state": "live", "connection": "left"}, ()),
    ],
)
def test_what_may_be_done_goes_by_the_state(
    asking: Asking, given: dict[str, Any], can: tuple[str, ...]
) -> None:
    assert facts(asking, asking.deployment(**given)).can == can


def test_a_failed_one_may_be_tried_again_while_it_is_approved_as_it_was(asking: Asking) -> None:
    request = asking.request({}, "prod-swc/x", state="approved", digest="d1")
    number = asking.deployment("x", state="failed", request=request, asked={"digest": "d1"})
    assert facts(asking, number).can == ("retry", "deploy_again")
    other = asking.deployment("y", state="failed", request=request, asked={"digest": "d0"})
    assert facts(asking, other).can == ("deploy_again",)


def test_a_snippet_is_there_once_the_service_has_it_and_holds_no_secret(asking: Asking) -> None:
    told = facts(asking, asking.deployment())
    assert told.snippet is not None
    assert (told.snippet.deployment, told.snippet.auth) == ("support-v11", "key")
    assert "sandbox-azure-key" not in told.model_dump_json()
    for state in ("approved", "sending", "creating", "removing", "gone", "failed"):
        assert facts(asking, asking.deployment(f"d-{state}", state=state)).snippet is None


def test_what_replaces_what_is_told_on_both_sides(asking: Asking) -> None:
    old = asking.deployment(take_down_at=NOW + 2 * DAY)
    failed = asking.deployment("failed", replaces=old, state="failed")
    assert facts(asking, old).replaced_by is None
    new = asking.deployment("support-v12", replaces=old, job=asking.job)
    told = facts(asking, new)
    assert (told.replaces, told.replaces_name, told.job) == (f"P{old}", "prod-swc/support-v11", "J1")
    assert (facts(asking, old).replaced_by, facts(asking, old).take_down_at) == (f"P{new}", NOW + 2 * DAY)
    assert facts(asking, failed).replaces == f"P{old}"


def test_one_that_is_gone_cost_until_then_and_is_not_idle(asking: Asking) -> None:
    number = idle(asking, state="gone", gone_at=NOW - 3 * DAY, gone_why="service")
    told = facts(asking, number, now=NOW + 9 * DAY)
    assert told.spent is not None
    assert told.spent.high == pytest.approx(10 * 24 * 1.7)
    assert (told.idle_days, told.idle_spent, told.expires, told.gone_why) == (0, None, None, "service")


def test_a_base_model_is_listed_without_costs_and_deletion(asking: Asking) -> None:
    told = facts(asking, idle(asking, fine_tuned=False, model=BASE))
    assert (told.rate, told.spent, told.expires) == (None, None, None)


def test_what_did_not_work_is_told_in_the_services_words(asking: Asking) -> None:
    failure = {
        "code": "deployment_quota",
        "params": {"pool": "p"},
        "text": "This operation require 50 new capacity",
        "request_id": "7f3c",
    }
    told = facts(asking, asking.deployment(state="failed", failure=failure))
    assert told.problem is not None
    assert told.problem.model_dump() == failure
    bare = facts(asking, asking.deployment("b", state="failed", failure={"code": "name_taken"}))
    assert bare.problem is not None
    assert (bare.problem.code, bare.problem.text) == ("name_taken", "")


def test_capacity_dates_and_region_come_from_the_place(asking: Asking) -> None:
    told = facts(asking, asking.deployment(capacity=50, until=NOW + DAY))
    assert (told.tokens_per_minute, told.requests_per_minute) == (50_000, 50)
    assert (told.region, told.owner, told.until) == ("Sweden Central", RIN.user_id, NOW + DAY)
    assert told.inference_ends == NOW + 300 * DAY, "of the base model in the catalogue"
    asking.c.execute(places.delete())
    told = facts(asking, asking.deployment("other", sku="Odd"))
    assert (told.sku_label, told.tokens_per_minute, told.free) == ("Odd", None, False)
    assert told.rate is not None, "a SKU that nobody knows is taken to cost"


def test_a_reading_from_before_the_first_answer_says_nothing_of_who_calls(asking: Asking) -> None:
    row = deployments.get(asking.c, asking.deployment(created_remote=NOW - DAY, first_ok_at=NOW - DAY))
    assert row is not None
    old = Usage(since=NOW - 30 * DAY, bucket=timedelta(hours=1), read_at=NOW - 2 * DAY, uses={})
    kept = last_use(row, Seen(NOW, usage=old), row.created_remote)
    assert kept is not None
    assert kept["known"] is False
    new = Usage(since=NOW - 30 * DAY, bucket=timedelta(hours=1), read_at=NOW, uses={})
    kept = last_use(row, Seen(NOW, usage=new), row.created_remote)
    assert kept is not None
    assert kept["known"] is True


@pytest.mark.parametrize(
    ("wanted", "remote", "off"),
    [
        ("Disabled", {}, True),
        ("Disabled", {"content_filter": None}, False),
        (None, {"content_filter": "Disabled"}, True),
    ],
)
def test_that_nothing_filters_is_told_as_long_as_it_is_so(
    asking: Asking, wanted: str | None, remote: dict[str, Any], off: bool
) -> None:
    asking.put_place("prod-swc")
    place, read_at = deployments.place(asking.c, "prod-swc")
    assert place is not None
    assert read_at is not None
    deployments.put_place(asking.c, "prod-swc", replace(place, filter_off="Disabled"), now=read_at)
    number = asking.deployment(spec={"content_filter": wanted}, remote=remote)
    assert facts(asking, number).filter_off is off


def test_the_last_call_of_our_own_is_the_later_of_the_first_and_the_one_that_kept_it(asking: Asking) -> None:
    first, kept = NOW - 9 * DAY, NOW - 2 * DAY
    assert facts(asking, asking.deployment("a", first_ok_at=first)).own_call == first
    both = asking.deployment("b", first_ok_at=first, asked={"keep": {"called": kept.isoformat()}})
    assert facts(asking, both).own_call == kept
    assert facts(asking, asking.deployment("c", first_ok_at=None)).own_call is None
