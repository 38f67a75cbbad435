"""Durations as people read them. Moments are in `handlers.wording.markup.when`."""

from datetime import datetime


def duration(seconds: float) -> str:
    """`1.4 s`, `41 s`, `12 min`, `1 h 25 min`, `3 d 4 h`: two units at most."""
    if seconds < 10:
        return f"{max(seconds, 0):.1f} s"
    if seconds < 99.5:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    if minutes < 60:
        return f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    if hours < 48:
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    days, hours = divmod(hours, 24)
    return f"{days} d {hours} h" if hours else f"{days} d"


def between(start: datetime, end: datetime) -> str:
    """The time from `start` to `end`."""
    return duration((end - start).total_seconds())
