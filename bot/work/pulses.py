"""A sign of life from each loop that must never stand still."""

import time
from collections.abc import Callable, Mapping

Pulse = Callable[[], None]


def unheard() -> None:
    """The pulse of a loop that nobody watches."""


class Pulses:
    """When each loop last came round. `monotonic` tells seconds that never go back."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._last: dict[str, float] = {}

    def of(self, loop: str) -> Pulse:
        """What a loop calls whenever it comes round. It is watched from its first call on."""

        def beat() -> None:
            self._last[loop] = self._monotonic()

        return beat

    def ages(self) -> Mapping[str, float]:
        """Seconds since each loop last came round."""
        now = self._monotonic()
        return {loop: now - last for loop, last in self._last.items()}
