"""When approvers are reminded: in working hours, each time after twice as long as before. Pure."""

from datetime import datetime, timedelta

from bot.config.approvals import ApprovalsSettings
from bot.working_hours import Hours


def reminder_after(
    settings: ApprovalsSettings, at: datetime, sent: int, closes_at: datetime
) -> datetime | None:
    """When to remind next, `sent` reminders after `at` (the last one, or the opening); None = it closes before."""
    waits = timedelta(hours=settings.remind_hours * 2.0 ** min(sent, 16))
    due = Hours.of(settings.working_hours).next_open(at + waits)
    return due if due < closes_at else None
