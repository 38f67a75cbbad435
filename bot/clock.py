"""Time as a parameter."""

from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Tells the time; nothing in `bot` asks the system for it."""

    def now(self) -> datetime:
        """The present moment, aware UTC."""
        ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        """The present moment, aware UTC."""
        return datetime.now(UTC)
