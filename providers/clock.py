"""Time as a parameter of every provider."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Protocol

Sleep = Callable[[float], Awaitable[None]]
"""Waits that many seconds; tests inject one that only notes them."""

Random = Callable[[], float]
"""A number in [0, 1); tests inject a fixed one."""


class Clock(Protocol):
    """Anything that tells the present moment."""

    def now(self) -> datetime:
        """The present moment, aware UTC."""
        ...


def from_unix(seconds: float) -> datetime:
    """Aware UTC time of a unix time in seconds."""
    return datetime.fromtimestamp(seconds, UTC)
