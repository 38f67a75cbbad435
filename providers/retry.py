"""When to ask again: what the service says about it, and what we do when it says nothing."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from providers.clock import Clock, Random


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryPolicy:
    """How stubborn one call is before its caller's queue takes over.

    Attributes:
        attempts: requests in total for a call that may be repeated.
        base, ceiling: backoff is `base * 2^n` seconds, at most `ceiling`, with up to a quarter taken off at random.
        longest_wait: what a call sleeps at most between two attempts; a longer wish of the service is raised as
            `Throttled` so that the caller's task is rescheduled instead of holding a worker.
    """

    attempts: int = 3
    base: float = 0.5
    ceiling: float = 8.0
    longest_wait: float = 10.0

    def backoff(self, failures: int, random: Random) -> float:
        """Seconds to wait after that many failures (1 = the first)."""
        full = min(self.ceiling, self.base * 2.0 ** (failures - 1))
        return full * (1.0 - 0.25 * random())


def retry_after(headers: Mapping[str, str], clock: Clock) -> float | None:
    """Seconds that the service asks to wait; None when it does not say or says nonsense.

    Three forms, in this order (contracts/azure_openai.md 1.8): `retry-after-ms`, `Retry-After` in seconds,
    `Retry-After` as an HTTP date. A date is held against the service's own `Date` header where it sent one, so a
    clock that is wrong on either side does not matter. The past means now.
    """
    milliseconds = _number(headers.get("retry-after-ms"))
    if milliseconds is not None:
        return milliseconds / 1000.0
    value = headers.get("retry-after")
    seconds = _number(value)
    if seconds is not None:
        return seconds
    at = http_date(value)
    if at is None:
        return None
    reference = http_date(headers.get("date")) or clock.now()
    return max(0.0, (at - reference).total_seconds())


def http_date(value: str | None) -> datetime | None:
    """An HTTP date as aware UTC; None when it is absent or none."""
    if not value:
        return None
    try:
        at = parsedate_to_datetime(value)
    except (ValueError, OverflowError):
        return None
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


def _number(value: str | None) -> float | None:
    try:
        number = float(value) if value is not None else math.nan
    except ValueError:
        return None
    return max(0.0, number) if math.isfinite(number) else None
