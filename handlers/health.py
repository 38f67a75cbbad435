"""The health of the running program, put together: what counts, what asks, where it answers."""

import asyncio
from collections.abc import Sequence

from aiohttp import web

from bot.clock import Clock
from bot.config.settings import Settings
from bot.health import lag
from bot.health.probe import Probe
from bot.work.pulses import Pulses
from handlers.health_server import HealthPages, HealthServer
from handlers.metrics.meter import Meter


class Health:
    """Built before the other parts, so that it answers while the program still waits for Slack."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self.meter = Meter()
        self.probe = Probe(Pulses(), clock, [one.name for one in settings.connections])
        self._pages = HealthPages(self.probe, self.meter)
        self._server: HealthServer | None = None
        if settings.health.port is not None:
            self._server = HealthServer(self._pages, settings.health.host, settings.health.port)
        self._measuring: asyncio.Task[None] | None = None

    @property
    def port(self) -> int:
        """The port of its own that it answers on; 0 without one."""
        return self._server.port if self._server is not None else 0

    @property
    def routes(self) -> Sequence[web.RouteDef]:
        """For the address that Slack calls, which may be open to the world: no numbers where they have another."""
        return self._pages.routes(metrics=self._server is None)

    async def open(self) -> None:
        """Answer and measure; nothing happens when it does already. Raises `OSError` when it cannot listen."""
        if self._measuring is not None:
            return
        if self._server is not None:
            await self._server.open()
        self._measuring = asyncio.create_task(lag.measure(self.meter.lagged), name="event loop lag")

    async def close(self) -> None:
        """Answer no more."""
        if self._measuring is not None:
            self._measuring.cancel()
            await asyncio.gather(self._measuring, return_exceptions=True)
            self._measuring = None
        if self._server is not None:
            await self._server.close()
