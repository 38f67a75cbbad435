"""HTTP mode: Slack calls us. Bolt checks the signature of every request over its raw body."""

from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.async_app import AsyncApp

PATH = "/slack/events"
MOST_BYTES = 4 * 1024 * 1024


class HttpTransport:
    """Listens on one address; `/healthz` answers while the process lives, `/readyz` once it takes payloads in."""

    def __init__(self, app: AsyncApp, host: str, port: int) -> None:
        self._app, self._host, self._port = app, host, port
        self._runner: web.AppRunner | None = None
        self._ready = False

    @property
    def port(self) -> int:
        """The port that is listened on; the configured one may be 0."""
        if self._runner is None or not self._runner.addresses:
            return 0
        return int(self._runner.addresses[0][1])

    async def open(self) -> None:
        """Listen."""
        server = web.Application(client_max_size=MOST_BYTES)
        server.add_routes(
            [
                web.post(PATH, self._slack),
                web.get("/healthz", self._health),
                web.get("/readyz", self._readiness),
            ]
        )
        self._runner = web.AppRunner(server, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, self._host, self._port).start()
        self._ready = True

    async def close(self) -> None:
        """Stop listening."""
        self._ready = False
        if self._runner is not None:
            await self._runner.cleanup()

    async def _slack(self, request: web.Request) -> web.Response:
        if not request.headers.get("X-Slack-Request-Timestamp", "0").isdigit():
            return web.json_response({"error": "invalid request"}, status=401)
        bolt_request = await to_bolt_request(request)
        return await to_aiohttp_response(await self._app.async_dispatch(bolt_request))

    async def _health(self, request: web.Request) -> web.Response:
        del request
        return web.Response(text="ok")

    async def _readiness(self, request: web.Request) -> web.Response:
        del request
        return web.Response(text="ok" if self._ready else "starting", status=200 if self._ready else 503)
