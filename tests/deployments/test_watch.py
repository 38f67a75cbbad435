"""What a look writes and says: new, changed, made again, gone, idle; on real rows."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from bot.config.approvals import HostingPrice
from bot.config.settings import Settings
from bot.deployments.record import DeploymentRecorder
from bot.deployments.watch import Watch
from bot.store import deployments, spells
from providers.hosting import Offer
from tests.deployments.asking_bench import BASE, PLACE, RIN, TUNED, settings_in
from tests.deployments.watch_bench import DAY, HOUR, NAME, Watching, made_again, remote, watching_in
from tests.training.jobs_of import NOW

APPROVALS = {"channel": "C0APPROVAL"}


@pytest.fixture
def configured(tmp_path: Path) -> Settings:
    made = settings_in(tmp_path)
    slack = made.slack.model_copy(update={"approvals_channel": "C0APPROVAL"})
    return made.model_copy(update={"slack": slack})


@pytest.fixture
def watching(configured: Settings) -> Iterator[Watching]:
    with watching_in(configured) as made:
        yield made


def mine(watching: Watching, name: str = "support-v9", **given: Any) -> int:
    """A live deployment of ours, looked at until now."""
    values = {"created_remote": NOW - HOUR, "state_at": NOW - HOUR, **given}
    return watching.made.deployment(name, model=f"{BASE}.ft-{name}", **values)


def test_what_was_deployed_around_the_bot_is_told_once_and_all_together(watching: Watching) -> None:
    base = remote("chat", model=BASE, fine_tuned=False)
    assert watching.look(remote("one"), remote("two", model=TUNED), base)
    kind, params, target = watching.said()[0]
    assert (kind, target) == ("deployment.found", APPROVALS)
    assert [one["name"] for one in params["deployments"]] == ["one", "two"]
    assert watching.row("one").foreign
    assert watching.row("two").job == watching.made.job
    assert not watching.row("chat").fine_tuned
    watching.now += HOUR
    assert not watching.look(remote("one"), remote("two", model=TUNED), base)
    assert watching.kinds() == []
    assert watching.look(remote("one"), remote("two", model=TUNED), remote("three"), base)
    assert [one["name"] for one in watching.said()[0][1]["deployments"]] == ["three"]


def test_what_is_replaced_stays_once_its_successor_is_gone(watching: Watching) -> None:
    old = mine(watching, take_down_at=NOW + DAY)
    new = mine(watching, "support-v10", replaces=old)
    deployments.note(watching.c, old, asked={"successor": new})
    watching.look(remote(), gone=("support-v10",))
    assert watching.row().take_down_at is None
    told = {kind: params for kind, params, _ in watching.said()}
    assert told["deployment.take_down_failed"]["problem"]["code"] == "successor_gone"
    assert told["deployment.gone"]["deployment"]["replaces_answers"] is True


def test_one_on_its_way_up_is_nobodys_yet(watching: Watching) -> None:
    assert not watching.look(remote(state="creating", raw_state="Creating"), remote("bad", state="failed"))
    assert watching.kinds() == []
    assert deployments.current(watching.c, NAME, "support-v9") is None


def test_the_owner_is_nudged_then_warned_and_the_approvers_at_the_end(watching: Watching) -> None:
    number = mine(watching)
    created = watching.row().created_remote
    assert created is not None
    heard: list[tuple[float, str, Any, str]] = []
    for hours in range(6, 15 * 24, 6):
        watching.now = created + timedelta(hours=hours)
        watching.look(remote(created_at=created))
        heard += [
            (hours / 24, kind, params.get("left"), target.get("user") or target["channel"])
            for kind, params, target in watching.said()
        ]
    assert [(kind, left, who) for _, kind, left, who in heard] == [
        ("deployment.idle", None, RIN.user_id),
        ("deployment.deletion_ahead", 5, RIN.user_id),
        ("deployment.deletion_ahead", 2, RIN.user_id),
        ("deployment.deletion_ahead", 1, RIN.user_id),
        ("deployment.deletion_ahead", 1, "C0APPROVAL"),
    ]
    assert [round(days) for days, *_ in heard] == [2, 10, 13, 14, 14]
    spell = spells.open_of(watching.c, [number])[number]["idle"]
    assert (spell.basis_at, spell.due_at) == (created, created + 15 * DAY)
    assert watching.audited().count("deployment.warned") == 4


def test_facts_of_a_warning_show_when_and_what_it_costs(watching: Watching) -> None:
    mine(watching)
    watching.now = NOW + 10.2 * DAY
    watching.look(remote())
    shown = next(params for kind, params, _ in watching.said() if kind == "deployment.deletion_ahead")
    facts = shown["deployment"]
    assert facts["expires"]["rule"] == "idle"
    assert datetime.fromisoformat(facts["expires"]["at"]) == NOW - HOUR + 15 * DAY
    assert facts["idle_days"] == 10
    assert facts["idle_spent"]["low"] == pytest.approx(10 * 24 * 1.70)
    assert not shown["late"]


def test_one_that_nobody_owns_is_told_to_the_approvers(watching: Watching) -> None:
    watching.look(remote())
    watching.now += 3 * DAY
    watching.look(remote())
    assert [(kind, target) for kind, _, target in watching.said()] == [
        ("deployment.found", APPROVALS),
        ("deployment.idle", APPROVALS),
    ]


def test_base_models_are_listed_and_never_spoken_of(watching: Watching) -> None:
    base = remote("chat", model=BASE, fine_tuned=False)
    watching.look(base)
    watching.now += 14.5 * DAY
    watching.look(base)
    watching.look(gone=("chat",))
    assert watching.kinds() == []
    assert watching.row("chat").state == "gone"


def test_a_call_makes_it_quiet_and_begins_anew(watching: Watching) -> None:
    mine(watching)
    watching.now = NOW + 13.5 * DAY
    watching.look(remote())
    assert watching.kinds() == ["deployment.deletion_ahead"]
    watching.now += HOUR
    watching.look(remote(), calls={"support-v9": watching.now})
    called = watching.now
    for days in (1, 1.9):
        watching.now = called + days * DAY
        watching.look(remote(), calls={"support-v9": called})
    assert watching.kinds() == []
    use = watching.row().last_use
    assert use is not None
    assert (use["calls"], use["last_day"], use["known"]) == (3, 1, True)
    watching.now = called + 2.1 * DAY
    watching.look(remote(), calls={"support-v9": called})
    assert watching.kinds() == ["deployment.idle"]


def test_what_was_missed_while_away_is_said_once_the_nearest_only_and_late(watching: Watching) -> None:
    mine(watching)
    watching.look(remote())
    watching.now = NOW + 13.2 * DAY
    watching.look(remote())
    (kind, params, _) = watching.said()[0]
    assert (kind, params["left"], params["late"]) == ("deployment.deletion_ahead", 2, True)
    watching.now += HOUR
    watching.look(remote())
    assert watching.kinds() == []


def test_metrics_that_cannot_be_read_say_nothing_new_and_keep_what_was_known(watching: Watching) -> None:
    mine(watching)
    called = NOW - HOUR
    watching.look(remote(), calls={"support-v9": called})
    known = watching.row().last_use
    watching.now = NOW + 14.5 * DAY
    watching.look(remote(), unread=True)
    assert watching.kinds() == []
    assert watching.row().last_use == known
    watching.now += HOUR
    watching.look(remote(), calls={"support-v9": called})
    assert next((kind, params["late"]) for kind, params, _ in watching.said()) == (
        "deployment.deletion_ahead",
        True,
    )


def test_without_measurements_only_age_and_retirement_are_spoken_of(watching: Watching) -> None:
    mine(watching, sku="DeveloperTier")
    mine(watching, "idle")
    developer = remote(sku="DeveloperTier")
    watching.now = NOW + 17.5 * HOUR
    watching.look(developer, remote("idle"), known=False)
    assert [(kind, params["left"], params["unit"]) for kind, params, _ in watching.said()] == [
        ("deployment.deletion_ahead", 6, "hours")
    ]
    watching.now = NOW + 14.5 * DAY
    watching.look(remote("idle"), known=False, gone=("support-v9",))
    assert watching.kinds() == ["deployment.gone"]
    assert watching.row("idle").last_use == {
        **(watching.row("idle").last_use or {}),
        "known": False,
        "last": None,
    }


def test_age_is_told_even_when_the_service_does_not_answer(watching: Watching) -> None:
    mine(watching, sku="DeveloperTier")
    watching.look(remote(sku="DeveloperTier"))
    watching.now = NOW + 22.5 * HOUR
    watching.watch.unlisted(watching.c, NAME, watching.rules, now=watching.now, corr="t")
    (kind, params, _) = watching.said()[0]
    assert (kind, params["left"], params["unit"], params["late"]) == (
        "deployment.deletion_ahead",
        1,
        "hours",
        False,
    )


def test_a_keep_call_counts_until_the_metrics_show_it(watching: Watching) -> None:
    number = mine(watching)
    watching.now = NOW + 14 * DAY
    deployments.note(watching.c, number, kept_at=watching.now)
    kept = watching.now
    watching.now += HOUR
    watching.look(remote())
    assert (watching.kinds(), watching.row().kept_at) == ([], kept)
    watching.now += HOUR
    watching.look(remote(), calls={"support-v9": kept})
    assert watching.row().kept_at is None
    assert watching.kinds() == []
    watching.now = kept + 10.2 * DAY
    watching.look(remote(), calls={"support-v9": kept})
    assert watching.kinds() == ["deployment.deletion_ahead"]


def test_records_that_the_service_dates_back_take_our_notes_with_them(watching: Watching) -> None:
    number = mine(watching, kept_at=NOW)
    watching.look(remote())
    watching.now += HOUR
    watching.look(remote(created_at=NOW - HOUR - 11 * DAY))
    row = watching.row()
    assert row.kept_at == NOW - 11 * DAY
    assert spells.open_of(watching.c, [number])[number]["idle"].due_at == NOW + 4 * DAY
    (kind, params, _) = watching.said()[0]
    assert (kind, params["late"]) == ("deployment.deletion_ahead", False)
    called = watching.now
    watching.now += HOUR
    watching.look(remote(created_at=NOW - HOUR - 11 * DAY), calls={"support-v9": called})
    assert [one.rule for one in spells.every(watching.c, number)].count("idle") == 2


def test_made_again_under_the_same_name_is_another_deployment(watching: Watching) -> None:
    number = mine(watching)
    watching.now = NOW + 13.5 * DAY
    watching.look(remote())
    assert watching.kinds() == ["deployment.deletion_ahead"]
    again = made_again(remote(), watching.now)
    watching.now += HOUR
    watching.look(again, calls={"support-v9": NOW})
    old, new = deployments.get(watching.c, number), watching.row()
    assert old is not None
    assert (old.state, old.gone_why, new.state, new.incarnation) == ("gone", "elsewhere", "live", 2)
    assert (new.foreign, new.owner) == (True, RIN.user_id)
    assert new.last_use is not None
    assert new.last_use["last"] is None
    assert watching.kinds() == ["deployment.gone", "deployment.found"]
    watching.now += 2.1 * DAY
    watching.look(again)
    assert watching.kinds() == ["deployment.idle"]


@pytest.mark.parametrize(("days", "why"), [(3, "elsewhere"), (15.1, "service"), (14.3, "service")])
def test_what_is_gone_is_told_with_who_did_it(watching: Watching, days: float, why: str) -> None:
    number = mine(watching)
    watching.look(remote())
    watching.kinds()
    watching.now = NOW + days * DAY
    watching.look(gone=("support-v9",))
    (kind, params, target) = watching.said()[0]
    assert (kind, params["deployment"]["gone_why"], params["late"]) == ("deployment.gone", why, True)
    assert target == {"user": RIN.user_id}
    assert "deploy_again" in params["deployment"]["can"]
    assert spells.open_of(watching.c, [number])[number] == {}
    watching.look(gone=("support-v9",))
    assert watching.kinds() == []


def test_a_look_that_is_older_than_a_change_changes_nothing(watching: Watching) -> None:
    number = mine(watching)
    asked_at = watching.now
    watching.now += HOUR
    deployments.change(watching.c, number, now=watching.now, state="removing")
    assert not watching.look(remote(), asked_at=asked_at)
    deployments.change(watching.c, number, now=watching.now, state="gone")
    assert not watching.look(remote(), asked_at=asked_at)
    assert watching.row().state == "gone"
    deployments.change(watching.c, number, now=watching.now, state="live")
    assert not watching.look(gone=("support-v9",), asked_at=asked_at)
    assert watching.row().state == "live"
    assert watching.kinds() == []


@pytest.mark.parametrize("state", ["approved", "sending", "creating", "starting", "removing"])
def test_what_a_task_works_on_is_left_to_it(watching: Watching, state: str) -> None:
    mine(watching, state=state, state_at=NOW - HOUR / 2)
    assert not watching.look(remote())
    assert not watching.look(gone=("support-v9",))
    assert watching.row().state == state
    assert watching.kinds() == []


def test_one_that_does_not_answer_for_long_is_watched_all_the_same(watching: Watching) -> None:
    mine(watching, state="starting", state_at=NOW - 2 * HOUR)
    watching.now = NOW + 10.2 * DAY
    watching.look(remote())
    assert watching.kinds() == ["deployment.deletion_ahead"]
    watching.look(gone=("support-v9",))
    assert watching.row().state == "gone"


def test_changes_at_the_service_are_written_and_audited(watching: Watching) -> None:
    mine(watching)
    assert watching.look(replace(remote(), capacity=30))
    assert watching.row().capacity == 30
    assert "deployment.changed" in watching.audited()
    version = watching.row().version
    watching.now += timedelta(minutes=15)
    assert not watching.look(replace(remote(), capacity=30))
    assert watching.row().version == version  # nothing to show: no card is edited


def test_what_was_changed_at_the_service_is_told_once_with_what_it_costs_now(watching: Watching) -> None:
    by_unit = HostingPrice(
        model="*", sku="GlobalStandard", per_unit_hour=Decimal(1), source="list", as_of=date(2026, 11, 22)
    )
    watching.made.settings = watching.made.settings.model_copy(update={"hosting": (by_unit,)})
    watching.recorder = DeploymentRecorder(watching.made.settings, watching.made.providers)
    watching.watch = Watch(watching.recorder)
    mine(watching)
    watching.look(remote())
    watching.look(remote(sku="globalstandard"))
    watching.look(remote(capacity=0))
    watching.look(remote())
    assert watching.kinds() == [], "another case is no other SKU, and a capacity that is not told is none"
    watching.now += timedelta(minutes=15)
    watching.look(remote(capacity=30))
    watching.now += timedelta(minutes=15)
    watching.look(remote(capacity=30))
    (owner, approvers) = watching.said()
    assert [owner[0], approvers[0]] == ["deployment.altered"] * 2
    assert owner[2] != approvers[2]
    for _, told, _ in (owner, approvers):
        assert (told["was"]["rate"]["per_hour"], told["deployment"]["rate"]["per_hour"]) == (10, 30)
        assert (told["was"]["capacity"], told["deployment"]["capacity"]) == (10, 30)
    watching.now += timedelta(minutes=15)
    watching.look(remote())
    assert watching.kinds() == ["deployment.altered"] * 2, "changed back is a change, too"


def test_another_sku_is_another_rule(watching: Watching) -> None:
    number = mine(watching)
    watching.look(remote())
    watching.look(remote(sku="DeveloperTier"))
    assert {"idle", "age"} & set(spells.open_of(watching.c, [number])[number]) == {"age"}


def test_retirement_is_told_to_the_owner_in_both_phases(watching: Watching) -> None:
    mine(watching)
    ends = NOW + 20 * DAY
    offer = Offer(base=BASE, skus=(), training_ends=ends, inference_ends=ends + 60 * DAY)
    watching.made.put_place(NAME, replace(PLACE, offers=(offer,)))
    watching.look(remote(), calls={"support-v9": NOW})
    said = [(params["phase"], datetime.fromisoformat(params["at"])) for _, params, _ in watching.said()]
    assert said == [("training", ends), ("inference", ends + 60 * DAY)]
    watching.look(remote(), calls={"support-v9": NOW})
    assert watching.kinds() == []


def test_people_hear_of_what_can_wait_in_their_working_hours(configured: Settings) -> None:
    with watching_in(configured, always=False) as watching:
        mine(watching)  # the owner lives in Tokyo
        heard = []
        for hours in range(1, 15 * 24):
            watching.now = NOW + timedelta(hours=hours)
            watching.look(remote())
            heard += [(watching.now, kind) for kind in watching.kinds()]
    tokyo = [at + timedelta(hours=9) for at, _ in heard]
    assert [kind for _, kind in heard] == ["deployment.idle", *["deployment.deletion_ahead"] * 3]
    assert all(at.weekday() < 5 and 9 <= at.hour < 17 for at in tokyo)
