"""`/healthz`, `/readyz` and `/metrics` over HTTP. Reads only; nobody is asked who they are."""

from typing import Final

from aiohttp import web

from bot.health.probe import Probe
from bot.health.report import Report
from handlers.metrics.meter import Meter
from handlers.metrics.page import CONTENT_TYPE, page

HEALTHZ: Final = "/healthz"
READYZ: Final = "/readyz"
METRICS: Final = "/metrics"


class HealthPages:
    """Answers for one running program."""

    def __init__(self, probe: Probe, meter: Meter) -> None:
        self._probe, self._meter = probe, meter

    def routes(self, *, metrics: bool) -> list[web.RouteDef]:
        """The addresses; `/metrics` only where it may be read."""
        both = [web.get(HEALTHZ, self._alive), web.get(READYZ, self._ready)]
        return [*both, web.get(METRICS, self._metrics)] if metrics else both

    async def _alive(self, request: web.Request) -> web.Response:
        del request
        return _told(self._probe.alive())

    async def _ready(self, request: web.Request) -> web.Response:
        del request
        return _told(await self._probe.ready())

    async def _metrics(self, request: web.Request) -> web.Response:
        del request
        numbers = await self._probe.numbers()
        connected = await self._probe.connected()
        body = page(self._meter, numbers, self._probe.pulses.ages(), connected=connected)
        return web.Response(body=body, headers={"Content-Type": CONTENT_TYPE})


class HealthServer:
    """The pages on an address of their own."""

    def __init__(self, pages: HealthPages, host: str, port: int) -> None:
        self._pages, self._host, self._port = pages, host, port
        self._runner: web.AppRunner | None = None

    @property
    def port(self) -> int:
        """The port that is listened on; the configured one may be 0."""
        if self._runner is None or not self._runner.addresses:
            return 0
        return int(self._runner.addresses[0][1])

    async def open(self) -> None:
        """Listen. Raises `OSError` when the address cannot be listened on."""
        server = web.Application()
        server.add_routes(self._pages.routes(metrics=True))
        self._runner = web.AppRunner(server, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, self._host, self._port).start()

    async def close(self) -> None:
        """Stop listening."""
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None


def _told(report: Report) -> web.Response:
    return web.json_response(report.as_json(), status=200 if report.ok else 503)
