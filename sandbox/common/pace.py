"""Waiting that follows the panel's speed, also when it is changed in the middle."""

import asyncio
from collections.abc import Callable
from typing import Final

_SLICE: Final = 0.25


class Pace:
    """`speed` is read anew several times a second: 1 is real time, 10 ten times as fast."""

    def __init__(self, speed: Callable[[], float]) -> None:
        self._speed = speed

    @property
    def speed(self) -> float:
        """The present factor."""
        return self._speed()

    async def sleep(self, seconds: float) -> None:
        """Wait `seconds` of service time."""
        left = seconds
        while left > 0:
            speed = self._speed()
            real = min(_SLICE, left / speed)
            await asyncio.sleep(real)
            left -= real * speed
