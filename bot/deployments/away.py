"""Whether the bot was away: what came due meanwhile is said once, and said to be late. Pure."""

from datetime import datetime, timedelta

LOOKS = 4
"""So many looks that did not happen are an absence; one or two are a busy service."""


def was_away(before: datetime | None, now: datetime, look_minutes: float) -> bool:
    """Whether the look before this one is long ago. A first look follows no absence."""
    return before is not None and now - before > LOOKS * timedelta(minutes=look_minutes)
