"""When approvers are reminded: in working hours, each time after twice as long as before. Pure."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.config.approvals import DAYS, ApprovalsSettings, WorkingHours

WEEK = 7


def within(hours: WorkingHours, at: datetime) -> bool:
    """Whether a moment lies in working hours. An end that is not after the start means the whole day."""
    local = at.astimezone(ZoneInfo(hours.time_zone))
    if hours.days and DAYS[local.weekday()] not in hours.days:
        return False
    return hours.end <= hours.start or hours.start <= local.time() < hours.end


def next_working(hours: WorkingHours, at: datetime) -> datetime:
    """The first moment of working hours that is not before `at`, in UTC."""
    if within(hours, at):
        return at
    zone = ZoneInfo(hours.time_zone)
    today = at.astimezone(zone).date()
    for days in range(WEEK + 2):
        day = today + timedelta(days=days)
        opens = datetime.combine(day, hours.start, tzinfo=zone).astimezone(UTC)
        if hours.end <= hours.start:
            opens = datetime.combine(day, datetime.min.time(), tzinfo=zone).astimezone(UTC)
        if opens >= at and (not hours.days or DAYS[day.weekday()] in hours.days):
            return opens
    return at  # only days that do not exist: better reminded at any time than never


def reminder_after(
    settings: ApprovalsSettings, at: datetime, sent: int, closes_at: datetime
) -> datetime | None:
    """When to remind next, `sent` reminders after `at` (the last one, or the opening); None = it closes before."""
    waits = timedelta(hours=settings.remind_hours * 2.0 ** min(sent, 16))
    due = next_working(settings.working_hours, at + waits)
    return due if due < closes_at else None
