"""A clock that stands still until it is moved, and one that runs ahead of the machine's."""

from datetime import UTC, datetime, timedelta

START = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


class FixedClock:
    """Stands at `at`."""

    def __init__(self, at: datetime = START) -> None:
        self.at = at

    def now(self) -> datetime:
        """Where it stands."""
        return self.at

    def forward(self, seconds: float) -> datetime:
        """Move on; the new time."""
        self.at += timedelta(seconds=seconds)
        return self.at


class ShiftedClock:
    """The machine's clock, moved by `shift`: time jumps, and goes on."""

    def __init__(self) -> None:
        self.shift = timedelta(0)

    def now(self) -> datetime:
        """The present moment, shifted."""
        return datetime.now(UTC) + self.shift

    def forward(self, seconds: float) -> None:
        """Jump ahead."""
        self.shift += timedelta(seconds=seconds)
