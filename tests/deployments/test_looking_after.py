"""What people ask about deployments that run: which is meant, what there is, until when, whose, and once more."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from bot.config.approvals import ApprovalsSettings
from bot.deployments import listing, owning
from bot.deployments.again import wish_again
from bot.deployments.keep_form import keep_form, until_of
from bot.deployments.record import DeploymentRecorder
from bot.deployments.reminders import remind
from bot.errors import Invalid, NotThere, WrongState
from bot.facts.deploy_forms import KeepForm
from bot.facts.deployments import DeploymentList
from bot.people import Actor
from bot.store import deployments, looks
from bot.store.deployments import Deployment
from bot.store.tables import audit
from bot.store.work_tables import message_ref
from providers.errors import Unavailable
from tests.deployments.asking_bench import BASE, RIN, Asking, asking_in, settings_in
from tests.deployments.test_facts import use
from tests.training.jobs_of import NOW

DAY = timedelta(days=1)
ADA = Actor(team_id=RIN.team_id, user_id="U0APPROVE1")
STRANGER = Actor(team_id="T0OTHER", user_id="U0STRANGER")


@pytest.fixture
def asking(tmp_path: Path) -> Iterator[Asking]:
    with asking_in(settings_in(tmp_path)) as made:
        yield made


def row(asking: Asking, number: int) -> Deployment:
    found = deployments.get(asking.c, number)
    assert found is not None
    return found


def page(asking: Asking, scope: Any = "all", offset: int = 0, actor: Actor = RIN) -> DeploymentList:
    return listing.page(asking.c, actor, asking.settings, asking.providers, scope, offset, now=NOW)


def names(found: DeploymentList) -> list[str]:
    return [one.name for one in found.deployments]


def idle(asking: Asking, name: str, days: int, **given: Any) -> int:
    """One that nobody has called since its creation so many days ago."""
    return asking.deployment(name, created_remote=NOW - days * DAY, last_use=use(), **given)


def test_nobody_is_reminded_of_what_is_gone(asking: Asking) -> None:
    number = asking.deployment("dead", state="gone", gone_at=NOW)
    with pytest.raises(WrongState, match="deployment_state"):
        remind(asking.c, row(asking, number), RIN, settings=asking.settings, now=NOW, corr="c")


def test_the_next_to_be_deleted_comes_first_and_what_ended_last(asking: Asking) -> None:
    idle(asking, "young", 2)
    asking.deployment("dead", state="gone", state_at=NOW - DAY, gone_at=NOW - DAY)
    idle(asking, "old", 13)
    asking.deployment("called", last_use=use(last=NOW - timedelta(hours=1), calls=3, last_day=3))
    idle(asking, "leaving", 1, take_down_at=NOW + timedelta(hours=3))
    asking.deployment("long-gone", state="gone", state_at=NOW - 20 * DAY, gone_at=NOW - 20 * DAY)
    assert names(page(asking)) == ["leaving", "old", "young", "called", "dead"]


def test_mine_are_mine_and_the_month_is_of_what_is_shown(asking: Asking) -> None:
    idle(asking, "mine", 3)
    idle(asking, "hers", 3, owner=ADA.user_id)
    idle(asking, "unpriced", 3, owner=None, base="phi-9")
    assert names(page(asking, "mine")) == ["mine"]
    assert page(asking, "mine").month is not None
    everybody = page(asking)
    assert everybody.month is not None
    assert everybody.month.high == pytest.approx(2 * 1.70 * 720)
    assert everybody.unknown == 1
    assert page(asking, actor=STRANGER).total == 0


def test_pages_end_and_a_page_that_is_not_there_is_the_first(asking: Asking) -> None:
    for number in range(listing.PAGE + 2):
        idle(asking, f"d-{number:02}", 2 + number)
    assert len(page(asking).deployments) == listing.PAGE
    last = page(asking, offset=listing.PAGE)
    assert (len(last.deployments), last.offset, last.total) == (2, listing.PAGE, listing.PAGE + 2)
    assert page(asking, offset=500).offset == 0


def test_connections_that_could_not_be_asked_are_named(asking: Asking) -> None:
    error = looks.as_json("deployments", Unavailable("server_error"), NOW)
    looks.note(asking.c, "dev-eus2", now=NOW, error=error)
    looks.note(asking.c, "prod-swc", now=NOW, error=None)
    assert page(asking).unread == ("dev-eus2",)


def test_one_name_may_mean_several_but_what_is_there_comes_before_what_is_gone(asking: Asking) -> None:
    first = asking.deployment("support")
    second = asking.deployment("support", connection="dev-eus2")
    assert {one.id for one in listing.find(asking.c, RIN, "Support")} == {first, second}
    deployments.change(asking.c, second, now=NOW, state="gone")
    assert [one.id for one in listing.find(asking.c, RIN, "support")] == [first]
    assert [one.id for one in listing.find(asking.c, RIN, "dev-eus2/support")] == [second]
    for given in ("nothing", "", "P99"):
        with pytest.raises(NotThere, match="deployment"):
            listing.find(asking.c, RIN, given)
    with pytest.raises(NotThere):
        listing.get(asking.c, STRANGER, f"P{first}")


def form(asking: Asking, number: int, chosen: str = "") -> KeepForm:
    return keep_form(
        asking.c, row(asking, number), asking.settings, asking.providers, RIN, chosen=chosen, now=NOW
    )


def test_the_dates_to_keep_it_until_begin_with_the_services_own_period(asking: Asking) -> None:
    number = idle(asking, "support", 13, until=NOW + 60 * DAY)
    found = form(asking, number)
    assert [one.value for one in found.choices] == ["15", "30", "90", (NOW + 60 * DAY).date().isoformat()]
    assert found.chosen.until == NOW + 15 * DAY
    assert found.chosen.cost is not None
    assert found.chosen.cost.high == pytest.approx(15 * 24 * 1.70)
    assert found.chosen.needs_approval  # the configuration asks for everything that costs
    other = form(asking, number, "2027-06-01")
    assert (other.chosen.value, other.chosen.days) == ("2027-06-01", None)
    assert form(asking, number, "yesterday").chosen.value == "15"


def test_what_is_cheap_enough_needs_nobody(asking: Asking) -> None:
    number = idle(asking, "support", 13)
    limit = ApprovalsSettings(keep_above=Decimal(1000))
    asking.settings = asking.settings.model_copy(update={"approvals": limit})
    found = form(asking, number)
    assert {one.value: one.needs_approval for one in found.choices} == {"15": False, "30": True, "90": True}


def test_calls_do_not_keep_what_goes_by_age_or_is_not_live(asking: Asking) -> None:
    asking.put_place("prod-swc")
    aged = asking.deployment("try", sku="DeveloperTier")
    with pytest.raises(WrongState, match="keep_useless"):
        form(asking, aged)
    with pytest.raises(WrongState, match="deployment_state"):
        form(asking, asking.deployment("gone", state="gone"))


@pytest.mark.parametrize(
    ("given", "code"),
    [("0", "until_form"), ("9999", "until_form"), ("soon", "until_form"), ("2020-01-01", "until_past")],
)
def test_a_date_that_cannot_be_is_refused_at_its_field(asking: Asking, given: str, code: str) -> None:
    with pytest.raises(Invalid, match=code) as caught:
        until_of(asking.c, asking.settings, RIN, given, NOW)
    assert caught.value.field == "until"


def own(asking: Asking, number: int, actor: Actor = RIN) -> None:
    recorder = DeploymentRecorder(asking.settings, asking.providers)
    owning.own(asking.c, number, actor, recorder=recorder, now=NOW, corr="t")


def test_who_takes_over_a_foreign_one_has_it_once(asking: Asking) -> None:
    number = asking.deployment("mystery", owner=None, foreign=True)
    own(asking, number)
    own(asking, number)
    assert row(asking, number).owner == RIN.user_id
    cards = asking.c.execute(select(message_ref.c.subject)).scalars().all()
    assert cards == [f"P{number}"]
    done = asking.c.execute(select(audit.c.action, audit.c.actor)).all()
    assert [tuple(one) for one in done] == [("deployment.owned", RIN.user_id)]
    with pytest.raises(WrongState, match="deployment_owned"):
        own(asking, number, ADA)
    with pytest.raises(NotThere):
        own(asking, number, STRANGER)
    with pytest.raises(WrongState, match="deployment_state"):
        own(asking, asking.deployment("late", owner=None, state="gone"))


def test_deploying_again_asks_for_the_same_without_our_own_tags(asking: Asking) -> None:
    spec = {"content_filter": "corp-strict", "tags": {"team": "support", "tunesmith-request": "A1"}}
    found = replace(row(asking, asking.deployment("support-v9", state="gone")), spec=spec)
    wish = wish_again(found, "C0FINETUNE")
    assert (wish.model, wish.name) == (f"{BASE}.ft-support-v9", "support-v9")
    assert (wish.sku, wish.capacity, wish.content_filter) == ("GlobalStandard", 10, "corp-strict")
    assert wish.tags == "team=support"
    assert wish.reason is None
    assert wish.request is None
