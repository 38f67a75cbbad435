"""How long an answer that never came is waited for, by the service's clock: ours may jump while a request is on its
way, and a request that comes late would make what nobody expects any more (DESIGN section 3)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bot.clock import Clock
from providers.base import Provider
from providers.errors import ProviderError, Throttled, Unavailable

LOOK_FOR = timedelta(minutes=2)
"""A request ends after that at the latest (`providers.calls.SUBMIT`): what did not arrive by then never will."""
LOOK_EVERY = timedelta(seconds=5)
LOOK = "look"
"""In `asked`: since when, by which clock."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A time, and whose it is."""

    at: datetime
    by: str

    def as_json(self) -> dict[str, str]:
        """As the store keeps it."""
        return {"since": self.at.isoformat(), "by": self.by}


async def read_clock(provider: Provider, clock: Clock) -> Reading:
    """The service's time where it tells one, else ours. Raises `Throttled` and `Unavailable`: ask later."""
    try:
        probe = await provider.probe()
    except (Throttled, Unavailable):
        raise
    except ProviderError:
        return Reading(clock.now(), "ours")
    if probe.clock_skew is None:
        return Reading(clock.now(), "ours")
    return Reading(clock.now() + timedelta(seconds=probe.clock_skew), "service")


def waited(asked: Mapping[str, Any], reading: Reading) -> timedelta | None:
    """How long it is being looked for; None = the count begins now (the first look, or a clock that went back)."""
    kept = asked.get(LOOK)
    if not kept or kept.get("by") != reading.by:
        return None
    passed = reading.at - datetime.fromisoformat(kept["since"])
    return passed if passed >= timedelta(0) else None
