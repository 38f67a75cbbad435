"""One message per second and channel (contracts/slack.md section 4), shared by the outbox and the live cards."""

from datetime import datetime, timedelta

from sqlalchemy import Connection, insert, select, update

from bot.store.work_tables import pace

GAP = timedelta(seconds=1.05)


def reserve(connection: Connection, channel: str, *, now: datetime) -> datetime | None:
    """Take the channel's next place: None = now, otherwise when to come back (nothing is taken then)."""
    next_at: datetime | None = connection.execute(
        select(pace.c.next_at).where(pace.c.channel == channel)
    ).scalar()
    if next_at is None:
        connection.execute(insert(pace).values(channel=channel, next_at=now + GAP))
        return None
    if next_at > now:
        return next_at
    connection.execute(update(pace).where(pace.c.channel == channel).values(next_at=now + GAP))
    return None


def hold(connection: Connection, channel: str, *, until: datetime) -> None:
    """Slack asked to come later."""
    connection.execute(update(pace).where(pace.c.channel == channel).values(next_at=until))
