"""Who has looked at an account since its records were moved: what ageing waits for.

A look is a list of deployments or a metrics query that began after the move and was answered with 200.
"""

import asyncio
import re
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable
from typing import Any, Final

from aiohttp import web

_LOOK: Final = re.compile(
    r"/arm/.*/accounts/(?P<name>[^/]+)/(deployments|providers/microsoft\.insights/metrics)/?", re.IGNORECASE
)
_PAUSE: Final = 0.02
# A list and the metrics that belong to it are to be read of the same day: so long nothing may follow.
_QUIET: Final = 0.3


class Looks:
    """Counts moves; remembers for each account the last move that somebody has seen."""

    def __init__(self) -> None:
        self._moves = 0
        self._seen: dict[str, int] = {}
        self._under_way: Counter[str] = Counter()
        self._last: dict[str, float] = {}

    def moved(self) -> None:
        """Records were moved: what was looked at before does not count any more."""
        self._moves += 1

    def known(self, account: str) -> bool:
        """Whether anybody ever looked at this account."""
        return account in self._seen

    async def wait(self, accounts: Iterable[str], seconds: float, go_on: Callable[[], bool]) -> bool:
        """Wait until every account was looked at and is quiet; False after `seconds`, or when `go_on` says no."""
        wanted = tuple(accounts)
        ends = time.monotonic() + seconds
        while not all(map(self._is_seen, wanted)):
            if time.monotonic() > ends or not go_on():
                return False
            await asyncio.sleep(_PAUSE)
        return True

    def _is_seen(self, account: str) -> bool:
        quiet = time.monotonic() - self._last.get(account, 0.0) > _QUIET and not self._under_way[account]
        return quiet and self._seen.get(account, 0) >= self._moves

    def middleware(self) -> Any:
        """An aiohttp middleware that takes note of the looks; it belongs inside that of the faults."""

        @web.middleware
        async def look(
            request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
        ) -> web.StreamResponse:
            found = _LOOK.fullmatch(request.path) if request.method == "GET" else None
            if found is None:
                return await handler(request)
            account, began = found["name"].lower(), self._moves
            self._under_way[account] += 1
            try:
                response = await handler(request)
                if response.status == web.HTTPOk.status_code:
                    self._seen[account] = max(began, self._seen.get(account, 0))
                return response
            finally:
                self._under_way[account] -= 1
                self._last[account] = time.monotonic()

        return look
