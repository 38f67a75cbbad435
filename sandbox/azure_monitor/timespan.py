"""The time of a query: its span, and the buckets that it is cut into (contract 3.3)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from sandbox.azure_monitor.errors import MonitorError

FULL: Final = "FULL"
DEFAULT_GRAIN: Final = "PT1M"
DEFAULT_SPAN: Final = timedelta(hours=1)
GRAINS: Final = {
    "PT1M": timedelta(minutes=1),
    "PT5M": timedelta(minutes=5),
    "PT15M": timedelta(minutes=15),
    "PT30M": timedelta(minutes=30),
    "PT1H": timedelta(hours=1),
    "PT6H": timedelta(hours=6),
    "PT12H": timedelta(hours=12),
    "P1D": timedelta(days=1),
}


@dataclass(frozen=True, slots=True)
class Span:
    """From `start` (a whole minute) up to, not including, `end`, in steps of `grain`; `interval` is its name."""

    start: datetime
    end: datetime
    grain: timedelta
    interval: str

    @property
    def text(self) -> str:
        """As `timespan` in the answer."""
        return f"{stamp(self.start)}/{stamp(self.end)}"

    def buckets(self) -> Iterator[datetime]:
        """When each bucket begins: counted from the start of the span, not from midnight."""
        at = self.start
        while at < self.end:
            yield at
            at += self.grain

    def bucket_of(self, at: datetime) -> int:
        """The number of the bucket that a moment inside the span falls into."""
        return (at - self.start) // self.grain


def read_span(timespan: str | None, interval: str | None, now: datetime, *, adjust: bool) -> Span:
    """Check `timespan` and `interval`. Raises MonitorError; `adjust` takes the closest grain instead."""
    start, end = (now - DEFAULT_SPAN, now) if timespan is None else _ends(timespan)
    start = start.replace(second=0, microsecond=0)
    name = (interval or DEFAULT_GRAIN).upper()
    if name == FULL:
        return Span(start, end, end - start, duration(end - start))
    if name not in GRAINS and adjust:
        name = _closest(name)
    if name not in GRAINS:
        known = ", ".join(GRAINS)
        raise MonitorError(
            "Detected invalid time grain input: {}. Supported time grains: {}.", interval, known
        )
    return Span(start, end, GRAINS[name], name)


def stamp(at: datetime) -> str:
    """A moment as Monitor writes it, in whole seconds."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def duration(length: timedelta) -> str:
    """A length in ISO 8601, such as PT4H or P15DT30M; seconds are left out."""
    minutes = max(1, length // timedelta(minutes=1))
    days, hours, rest = minutes // 1440, minutes // 60 % 24, minutes % 60
    time = (f"{hours}H" if hours else "") + (f"{rest}M" if rest else "")
    return "P" + (f"{days}D" if days else "") + (f"T{time}" if time else "")


def _ends(timespan: str) -> tuple[datetime, datetime]:
    first, _, last = timespan.partition("/")
    try:
        start, end = _moment(first), _moment(last)
    except ValueError as error:
        raise MonitorError(
            "The timespan '{}' is not two ISO 8601 moments with a '/' between.", timespan
        ) from error
    if end <= start:
        raise MonitorError("The timespan '{}' is invalid: its end must be after its start.", timespan)
    return start, end


def _moment(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


def _closest(interval: str) -> str:
    """The supported grain closest to `PT<n>M`, `PT<n>H` or `P<n>D`; anything else stays as it is."""
    units = {"M": timedelta(minutes=1), "H": timedelta(hours=1), "D": timedelta(days=1)}
    number = interval.removeprefix("PT").removeprefix("P")[:-1]
    unit = units.get(interval[-1:])
    if unit is None or not number.isascii() or not number.isdigit() or len(number) > 4:
        return interval
    return min(GRAINS, key=lambda name: abs(GRAINS[name] - int(number) * unit))
