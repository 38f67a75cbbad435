"""HTTP mode: Slack calls us. Bolt checks the signature of every request over its raw body."""

import time
from collections.abc import Sequence

from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest

from handlers.slack.observing import AckObserver

PATH = "/slack/events"
MOST_BYTES = 4 * 1024 * 1024


class HttpTransport:
    """Listens on one address, for Slack and, with `routes`, for whoever asks how the program is."""

    def __init__(
        self,
        app: AsyncApp,
        host: str,
        port: int,
        *,
        routes: Sequence[web.RouteDef] = (),
        observer: AckObserver | None = None,
    ) -> None:
        self._app, self._host, self._port = app, host, port
        self._routes, self._observer = routes, observer
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
        server.add_routes([web.post(PATH, self._slack), *self._routes])
        self._runner = web.AppRunner(server, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, self._host, self._port).start()
        self._ready = True

    async def connected(self) -> bool:
        """Whether payloads are taken in; whether Slack finds the way here nobody can know."""
        return self._ready

    async def close(self) -> None:
        """Stop listening."""
        self._ready = False
        if self._runner is not None:
            await self._runner.cleanup()

    async def _slack(self, request: web.Request) -> web.Response:
        if not request.headers.get("X-Slack-Request-Timestamp", "0").isdigit():
            return web.json_response({"error": "invalid request"}, status=401)
        begun = time.monotonic()
        bolt_request = await to_bolt_request(request)
        answer = await self._app.async_dispatch(bolt_request)
        if self._observer is not None and answer.status == 200:
            self._observer.acked(_kind(bolt_request), time.monotonic() - begun)
        return await to_aiohttp_response(answer)


def _kind(request: AsyncBoltRequest) -> str:
    """Slack's word for the kind of payload, as Socket Mode would have it."""
    if "command" in request.body:
        return "slash_commands"
    return "events_api" if "event" in request.body else "interactive"
