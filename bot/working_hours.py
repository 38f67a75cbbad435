"""Working hours: when people may be told what can wait. Pure; times are aware UTC, hours are local."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.config.approvals import WorkingHours

LAST_HOUR = timedelta(hours=1)
DAY_NAMES = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True, slots=True)
class Hours:
    """The configured hours in somebody's time zone. No days, or an end before the start, means always."""

    days: frozenset[str]
    start: time
    end: time
    zone: ZoneInfo

    @classmethod
    def of(cls, settings: WorkingHours, tz: str = "") -> "Hours":
        """For a person whose time zone is `tz`; empty or unknown = the configuration's."""
        return cls(frozenset(settings.days), settings.start, settings.end, _zone(tz, settings.time_zone))

    @property
    def always(self) -> bool:
        """Whether there is no time outside of them."""
        return not self.days or self.start >= self.end

    def is_open(self, at: datetime) -> bool:
        """Whether `at` is within them."""
        local = at.astimezone(self.zone)
        return self.always or (self._works(local) and self.start <= local.time() < self.end)

    def next_open(self, at: datetime) -> datetime:
        """`at` itself when it is within them, else when they begin next."""
        if self.is_open(at):
            return at
        local = at.astimezone(self.zone)
        if self._works(local) and local.time() < self.start:
            return self._on(local, self.start)
        return self.next_morning(at)

    def next_morning(self, at: datetime) -> datetime:
        """When the first working day after the day of `at` begins."""
        local = at.astimezone(self.zone) + timedelta(days=1)
        while not (self.always or self._works(local)):
            local += timedelta(days=1)
        return self._on(local, self.start)

    def pulled(self, at: datetime) -> datetime:
        """`at`, or the moment near it in which people work.

        Before hours it becomes that morning; after hours and on free days the last hour of the working day before,
        because what is announced must not come later than it was promised by more than a night.
        """
        if self.is_open(at):
            return at
        local = at.astimezone(self.zone)
        if self._works(local) and local.time() < self.start:
            return self._on(local, self.start)
        while not self._works(local):
            local -= timedelta(days=1)
        return max(self._on(local, self.start), self._on(local, self.end) - LAST_HOUR)

    def is_last_working_day(self, at: datetime, end: datetime) -> bool:
        """Whether nobody works between the day of `at` and `end`."""
        return self.next_morning(at) >= end

    def _works(self, local: datetime) -> bool:
        return DAY_NAMES[local.weekday()] in self.days

    def _on(self, local: datetime, wall: time) -> datetime:
        return datetime.combine(local.date(), wall, self.zone).astimezone(UTC)


def _zone(wanted: str, otherwise: str) -> ZoneInfo:
    """A zone of the workspace's directory may be one that this machine's data lacks."""
    for name in (wanted, otherwise):
        try:
            return ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            continue
    return ZoneInfo("UTC")
