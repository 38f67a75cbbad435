"""Who may run: jobs wait their turn, first come first served within their pool."""

import asyncio
from collections import Counter, deque
from collections.abc import Callable, Mapping


class Turns:
    """Hands out a limited number of places per pool; none while `held()` says so."""

    def __init__(self, limits: Mapping[str, int], held: Callable[[], bool]) -> None:
        self._limits = limits
        self._held = held
        self._running: Counter[str] = Counter()
        self._waiting: dict[str, deque[asyncio.Future[None]]] = {pool: deque() for pool in limits}

    async def take(self, pool: str) -> None:
        """Wait for a place. Cancelling gives it up."""
        place: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting[pool].append(place)
        self.grant()
        try:
            await place
        except asyncio.CancelledError:
            if place.done() and not place.cancelled():
                self.leave(pool)
            elif place in self._waiting[pool]:
                self._waiting[pool].remove(place)
            raise

    def leave(self, pool: str) -> None:
        """Give a place back."""
        self._running[pool] -= 1
        self.grant()

    def grant(self) -> None:
        """Let in whoever may run now; to be called when the hold is lifted."""
        if self._held():
            return
        for pool, waiting in self._waiting.items():
            while waiting and self._running[pool] < self._limits[pool]:
                place = waiting.popleft()
                if not place.done():
                    self._running[pool] += 1
                    place.set_result(None)
