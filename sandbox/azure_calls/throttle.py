"""How much a deployment may be called: `capacity` thousands of tokens and `capacity` requests a minute.

Contract 2.2: one unit of capacity is 1,000 tokens a minute, about one request a minute for chat. Refused calls (429)
do not count here, or a client that retries would never get in.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

from sandbox.azure_control.deployments import CallRecord

WINDOW: Final = timedelta(minutes=1)
TOKENS_PER_UNIT: Final = 1_000
_TOO_MANY: Final = 429


@dataclass(frozen=True, slots=True)
class Room:
    """What is left of a minute, and which limit is in the way (None: none) for how long."""

    requests_limit: int
    requests_left: int
    tokens_limit: int
    tokens_left: int
    blocked_by: Literal["call", "token"] | None
    wait: timedelta

    def headers(self) -> dict[str, str]:
        """The counters of contract 1.8."""
        return {
            "x-ratelimit-limit-requests": str(self.requests_limit),
            "x-ratelimit-remaining-requests": str(max(0, self.requests_left)),
            "x-ratelimit-limit-tokens": str(self.tokens_limit),
            "x-ratelimit-remaining-tokens": str(max(0, self.tokens_left)),
        }


def room(calls: Iterable[CallRecord], capacity: int, needed: int, now: datetime) -> Room:
    """Whether one more request of `needed` tokens fits into the minute that ends now.

    A request that is larger than the whole minute's tokens never fits: it is told to wait a full minute.
    """
    recent = sorted(
        (call for call in calls if now - WINDOW < call.at <= now and call.status != _TOO_MANY),
        key=lambda call: call.at,
    )
    used = sum(call.prompt_tokens + call.generated_tokens for call in recent)
    limit = capacity * TOKENS_PER_UNIT
    blocked: Literal["call", "token"] | None = None
    wait = timedelta()
    if len(recent) >= capacity:
        blocked, wait = "call", recent[len(recent) - capacity].at + WINDOW - now
    elif used + needed > limit:
        blocked, wait = "token", _until_free(recent, used + needed - limit, now)
    return Room(
        requests_limit=capacity,
        requests_left=capacity - len(recent) - (blocked is None),
        tokens_limit=limit,
        tokens_left=limit - used - (needed if blocked is None else 0),
        blocked_by=blocked,
        wait=wait,
    )


def _until_free(recent: list[CallRecord], excess: int, now: datetime) -> timedelta:
    """How long until calls that leave the window have freed `excess` tokens."""
    for call in recent:
        excess -= call.prompt_tokens + call.generated_tokens
        if excess <= 0:
            return call.at + WINDOW - now
    return WINDOW
