"""Rate limits: calls a minute for each method, one message a second for each channel (contract section 4)."""

import math
from collections import deque
from datetime import datetime, timedelta
from typing import Final

from sandbox.clock import Clock
from sandbox.slack.errors import SlackError

WINDOW: Final = timedelta(minutes=1)
BURST: Final = 4


class Pacing:
    """Counts calls; `enabled` is the switch."""

    def __init__(self, clock: Clock, *, enabled: bool) -> None:
        self.enabled = enabled
        self._clock = clock
        self._calls: dict[str, deque[datetime]] = {}
        self._posts: dict[str, tuple[float, datetime]] = {}

    def call(self, method: str, per_minute: int | None) -> None:
        """Count a call. Raises SlackError `ratelimited` (429 with Retry-After)."""
        if not self.enabled or per_minute is None:
            return
        now = self._clock.now()
        calls = self._calls.setdefault(method, deque())
        while calls and now - calls[0] >= WINDOW:
            calls.popleft()
        if len(calls) >= per_minute:
            raise _limited((calls[0] + WINDOW - now).total_seconds())
        calls.append(now)

    def post(self, channel: str) -> None:
        """Count a message to a channel: one a second, with short bursts. Raises SlackError `ratelimited`."""
        if not self.enabled:
            return
        now = self._clock.now()
        left, at = self._posts.get(channel, (float(BURST), now))
        left = min(float(BURST), left + (now - at).total_seconds())
        if left < 1:
            raise _limited(1 - left)
        self._posts[channel] = (left - 1, now)


def _limited(seconds: float) -> SlackError:
    wait = max(1, math.ceil(seconds))
    return SlackError("ratelimited", status=429, headers={"Retry-After": str(wait)})
