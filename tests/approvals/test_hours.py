"""Reminders come in working hours, each after twice as long."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.approvals.hours import reminder_after
from bot.config.approvals import DAYS, ApprovalsSettings, WorkingHours
from bot.working_hours import Hours

OFFICE = WorkingHours(time_zone="Europe/Stockholm")
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001  naive bounds are what Hypothesis takes
HOURS = st.builds(
    WorkingHours,
    days=st.lists(st.sampled_from(DAYS), min_size=1, unique=True).map(tuple),
    start=st.builds(time, st.integers(4, 12)),
    end=st.builds(time, st.integers(13, 23), st.sampled_from([0, 30])),
    time_zone=st.sampled_from(
        ["UTC", "Europe/Stockholm", "America/New_York", "Asia/Kolkata", "Pacific/Apia"]
    ),
)


@pytest.mark.parametrize(
    ("at", "opens"),
    [
        ("2026-11-23 08:00", "2026-11-23 08:00"),  # Monday, 09:00 in Stockholm
        ("2026-11-23 07:59", "2026-11-23 08:00"),
        ("2026-11-23 15:59", "2026-11-23 15:59"),
        ("2026-11-23 16:00", "2026-11-24 08:00"),
        ("2026-11-27 16:00", "2026-11-30 08:00"),  # over the weekend
        ("2026-10-24 12:00", "2026-10-26 08:00"),  # summer time ended in between
        ("2026-03-27 16:00", "2026-03-30 07:00"),  # it began
    ],
)
def test_the_next_working_moment(at: str, opens: str) -> None:
    found = Hours.of(OFFICE).next_open(datetime.fromisoformat(at).replace(tzinfo=UTC))
    assert found == datetime.fromisoformat(opens).replace(tzinfo=UTC)


@given(hours=HOURS, at=MOMENTS)
def test_it_is_the_first_one(hours: WorkingHours, at: datetime) -> None:
    found = Hours.of(hours).next_open(at)
    assert at <= found <= at + timedelta(days=8)
    assert Hours.of(hours).is_open(found)
    step, moment = timedelta(minutes=30), at
    while moment < found:
        assert not Hours.of(hours).is_open(moment)
        moment += step
    local = found.astimezone(ZoneInfo(hours.time_zone))
    assert DAYS[local.weekday()] in hours.days


def test_each_reminder_waits_twice_as_long_and_none_comes_after_the_end() -> None:
    settings = ApprovalsSettings(
        remind_hours=4, working_hours=WorkingHours(start=time(0), end=time(0), days=DAYS)
    )
    at = datetime(2026, 11, 23, 8, tzinfo=UTC)
    closes = at + timedelta(hours=72)
    waits = []
    for sent in range(5):
        due = reminder_after(settings, at, sent, closes)
        if due is None:
            break
        waits.append((due - at).total_seconds() / 3600)
        at = due
    assert waits == [4, 8, 16, 32]
    assert reminder_after(settings, at, 10_000, closes) is None
