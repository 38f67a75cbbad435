"""When a deletion comes, and what is said about it, by tables."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.config.approvals import WatchSettings, WorkingHours
from bot.deployments import idle, retirement
from bot.deployments.away import was_away
from bot.deployments.idle import Judgement, Observed, Spell
from bot.working_hours import Hours
from providers.hosting import ExpiryRule

IDLE = ExpiryRule(id="idle", after=timedelta(days=15))
AGE = ExpiryRule(id="age", after=timedelta(hours=24), skus=frozenset({"DeveloperTier"}))
WATCH = WatchSettings()
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
OFFICE = Hours.of(WorkingHours())
ALWAYS = Hours.of(WorkingHours(days=()))
MONDAY = datetime(2026, 11, 2, 10, 20, tzinfo=UTC)


def judged(
    observed: Observed,
    now: datetime,
    spell: Spell | None = None,
    *,
    rule: ExpiryRule = IDLE,
    hours: Hours = ALWAYS,
    was_away: bool = False,
) -> Judgement:
    found = idle.judge(rule, observed, spell, WATCH, hours, now=now, was_away=was_away)
    assert found is not None
    return found


def seen(created_at: datetime = MONDAY, last_call: datetime | None = None, **more: object) -> Observed:
    return Observed(sku="GlobalStandard", created_at=created_at, last_call=last_call, **more)  # type: ignore[arg-type]  # keywords of Observed


def test_the_deletion_is_counted_from_the_latest_of_creation_call_and_keep() -> None:
    call, kept = MONDAY + DAY, MONDAY + 2 * DAY
    now = MONDAY + 2 * DAY
    assert judged(seen(), now).due == MONDAY + 15 * DAY
    assert judged(seen(last_call=call), now).due == call + 15 * DAY
    assert judged(seen(last_call=call, kept_at=kept), now).due == kept + 15 * DAY
    assert judged(seen(last_call=MONDAY - DAY), now).basis == MONDAY


def test_our_own_call_counts_until_the_metrics_show_one_at_or_after_it() -> None:
    kept = MONDAY.replace(minute=50)
    hour = MONDAY.replace(minute=0)
    assert idle.shows_keep(hour, HOUR, kept)
    assert not idle.shows_keep(hour - HOUR, HOUR, kept)
    assert not idle.shows_keep(None, HOUR, kept)


def test_rules_that_name_the_sku_go_before_those_that_name_none() -> None:
    assert idle.rules_for((IDLE, AGE), "developertier") == [AGE]
    assert idle.rules_for((IDLE, AGE), "Standard") == [IDLE]


@pytest.mark.parametrize(
    ("after", "says"),
    [(1.9, None), (2.1, "nudge"), (9.9, "nudge"), (10.1, "5d"), (13.1, "2d"), (14.1, "1d"), (16, "1d")],
)
def test_only_the_nearest_is_said_and_covers_those_before_it(after: float, says: str | None) -> None:
    found = judged(seen(), MONDAY + after * DAY)
    assert (found.say.name if found.say else None) == says
    again = judged(seen(), MONDAY + after * DAY + HOUR, found.spell)
    assert again.say is None
    assert not again.is_new


def test_what_cannot_be_read_says_nothing_of_idleness_and_all_of_age() -> None:
    unread = seen(read=False)
    assert idle.judge(IDLE, unread, None, WATCH, ALWAYS, now=MONDAY + 14 * DAY, was_away=False) is None
    found = judged(unread, MONDAY + 19 * HOUR, rule=AGE)
    assert found.say is not None
    assert (found.say.name, idle.left(found.due, MONDAY + 19 * HOUR, in_hours=True)) == ("6h", (5, "hours"))


@pytest.mark.parametrize(("hours", "says"), [(17.9, None), (18.1, "6h"), (23.1, "1h"), (24.5, "1h")])
def test_developer_tier_is_warned_about_by_the_hour(hours: float, says: str | None) -> None:
    found = judged(seen(last_call=MONDAY + 10 * HOUR), MONDAY + hours * HOUR, rule=AGE, hours=OFFICE)
    assert (found.say.name if found.say else None) == says


def test_a_basis_that_moves_back_warns_earlier_and_repeats_nothing() -> None:
    call = MONDAY + 5 * DAY
    first = judged(seen(last_call=call), call + 10.1 * DAY)
    assert first.say is not None
    assert first.say.name == "5d"
    back = judged(seen(last_call=call - DAY), call + 10.2 * DAY, first.spell)
    assert (back.say, back.due, back.is_new) == (None, call + 14 * DAY, False)
    sooner = judged(seen(last_call=call - 3 * DAY), call + 10.3 * DAY, first.spell)
    assert sooner.say is not None
    assert sooner.say.name == "2d"
    returned = judged(seen(last_call=call), call + 10.4 * DAY, sooner.spell)
    assert (returned.say, returned.is_new) == (None, False)


def test_a_call_ends_the_spell_and_everything_is_said_anew() -> None:
    first = judged(seen(), MONDAY + 14.1 * DAY)
    called = MONDAY + 14.2 * DAY
    active = judged(seen(last_call=called), called + HOUR, first.spell)
    assert (active.say, active.is_new, dict(active.spell.warned)) == (None, True, {})
    again = judged(seen(last_call=called), called + 14.1 * DAY, active.spell)
    assert again.say is not None
    assert again.say.name == "1d"


def test_a_call_after_a_warning_ends_the_spell_even_when_the_basis_had_moved_back() -> None:
    call = MONDAY + 5 * DAY
    steady = judged(seen(last_call=call), call + timedelta(minutes=5))
    lost = judged(seen(), call + timedelta(minutes=10), steady.spell)
    assert lost.say is not None
    assert lost.say.name == "nudge"
    active = judged(seen(last_call=call + HOUR / 2), call + HOUR, lost.spell)
    assert (active.is_new, dict(active.spell.warned)) == (True, {})


def test_a_bucket_of_jitter_ends_nothing_and_hourly_calls_do_not_add_up_to_nothing() -> None:
    first = judged(seen(), MONDAY + 2.1 * DAY)
    jitter = judged(seen(last_call=MONDAY + HOUR), MONDAY + 2.2 * DAY, first.spell)
    assert not jitter.is_new
    spell = jitter.spell
    for hour in range(2, 60):
        found = judged(
            seen(last_call=MONDAY + 2.2 * DAY + hour * HOUR), MONDAY + (2.3 * DAY + hour * HOUR), spell
        )
        spell = found.spell
        assert found.say is None
    assert not spell.warned


def test_what_came_due_while_nobody_looked_is_said_once_and_late_even_after_a_night() -> None:
    friday_night = MONDAY + 11 * DAY + 12 * HOUR
    held = judged(seen(), friday_night, hours=OFFICE, was_away=True)
    assert held.say is None
    morning = judged(seen(), MONDAY + 14 * DAY - HOUR, held.spell, hours=OFFICE)
    assert morning.say is not None
    assert (morning.say.name, morning.late) == ("2d", True)
    later = judged(seen(), MONDAY + 14 * DAY + HOUR, morning.spell, hours=OFFICE)
    assert later.say is not None
    assert (later.say.name, later.late) == ("1d", False)


def test_only_a_deletion_within_a_day_passes_the_night() -> None:
    night = MONDAY.replace(hour=23) + 9 * DAY
    assert judged(seen(night - 10.5 * DAY), night, hours=OFFICE).say is None
    assert judged(seen(night - 2.5 * DAY), night, hours=OFFICE).say is None
    urgent = judged(seen(night - 14.2 * DAY), night, hours=OFFICE)
    assert urgent.say is not None
    assert urgent.say.name == "1d"


def test_warnings_for_a_weekend_come_on_friday() -> None:
    created = datetime(2026, 11, 8, 14, 10, tzinfo=UTC)  # a Sunday: deleted on Monday 23rd, 14:10
    stages = {
        one.name: one.at for one in idle.stages_of(IDLE, created, seen(created), WATCH, OFFICE, now=created)
    }
    friday = datetime(2026, 11, 20, 16, 0, tzinfo=UTC)
    assert (stages["2d"], stages["1d"]) == (friday, friday)
    assert stages["5d"] == datetime(2026, 11, 18, 14, 10, tzinfo=UTC)
    assert OFFICE.is_last_working_day(friday, created + timedelta(days=14, hours=18))
    assert not OFFICE.is_last_working_day(friday - DAY, created + 15 * DAY)


def test_what_the_bot_keeps_or_takes_down_itself_is_not_announced() -> None:
    far = MONDAY + 60 * DAY
    for days, says in ((3, None), (10.5, None), (14.1, "1d")):
        found = judged(seen(keep_until=far), MONDAY + days * DAY)
        assert (found.say.name if found.say else None) == says
    ending = judged(seen(keep_until=MONDAY + 12 * DAY), MONDAY + 10.5 * DAY)
    assert ending.say is not None
    assert ending.say.name == "5d"
    assert judged(seen(take_down_at=MONDAY + 14 * DAY), MONDAY + 14.5 * DAY).say is None


def test_what_is_left_is_told_in_days_then_in_hours_and_never_less_than_nothing() -> None:
    due = MONDAY
    told = [idle.left(due, due - timedelta(hours=h), in_hours=False) for h in (120, 47.9, 24, 23, 1.6, -5)]
    assert told == [(5, "days"), (2, "days"), (1, "days"), (23, "hours"), (2, "hours"), (0, "hours")]


@pytest.mark.parametrize(("idle_days", "by_service"), [(15.1, True), (14.1, True), (10, False)])
def test_who_ended_it_is_told_by_when_it_was_due(idle_days: float, by_service: bool) -> None:
    now = MONDAY + idle_days * DAY
    assert idle.ended_by_service((IDLE, AGE), seen(), {}, now) is by_service
    unread = seen(read=False)
    assert idle.ended_by_service((IDLE, AGE), unread, {"idle": MONDAY + 15 * DAY}, now) is by_service
    assert not idle.ended_by_service((IDLE, AGE), unread, {}, now)


def test_retirement_is_announced_in_good_time_and_never_afterwards() -> None:
    ends = datetime(2027, 10, 14, tzinfo=UTC)
    spell, said = None, []
    for days in (120, 89, 88, 29, 6, 5, -1):
        now = (ends - days * DAY).replace(hour=12)
        found = retirement.judge(ends, spell, WATCH, ALWAYS, now=now, was_away=False)
        spell = found.spell
        said.append(found.say.name if found.say else None)
    assert said == [None, "90d", None, "30d", "7d", None, None]
    put_off = retirement.judge(ends + 90 * DAY, spell, WATCH, ALWAYS, now=ends - DAY, was_away=False)
    assert put_off.is_new


def test_an_absence_is_several_looks_long() -> None:
    assert not was_away(None, MONDAY, 15)
    assert not was_away(MONDAY - 0.9 * HOUR, MONDAY, 15)
    assert was_away(MONDAY - 1.1 * HOUR, MONDAY, 15)


def test_hours_are_local_and_odd_settings_mean_always() -> None:
    tokyo = Hours.of(WorkingHours(), "Asia/Tokyo")
    assert tokyo.zone == ZoneInfo("Asia/Tokyo")
    assert tokyo.is_open(datetime(2026, 11, 23, 0, 30, tzinfo=UTC))
    assert not tokyo.is_open(datetime(2026, 11, 23, 9, 0, tzinfo=UTC))
    assert tokyo.next_open(datetime(2026, 11, 27, 9, 0, tzinfo=UTC)) == datetime(2026, 11, 30, tzinfo=UTC)
    assert Hours.of(WorkingHours(), "Nowhere/At_All").zone == ZoneInfo("UTC")
    nights = Hours.of(WorkingHours(start=time(22), end=time(6)))
    assert nights.always
    assert nights.is_open(MONDAY)
