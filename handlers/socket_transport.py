"""Socket Mode: the bot calls Slack, so that no address of ours needs to be open."""

import logging
import time
from typing import Any

from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest

from bot.config.handover import network_options
from bot.config.settings import Settings
from handlers.slack.observing import AckObserver
from providers.network import proxy_for

log = logging.getLogger(__name__)
PING_SECONDS = 4  # how soon a connection that was cut without a word is noticed


class _Handler(AsyncSocketModeHandler):
    """Tells how long acks take."""

    def __init__(self, app: AsyncApp, observer: AckObserver | None, **more: Any) -> None:
        self._observer = observer
        super().__init__(app, **more)

    async def handle(  # type: ignore[override]  # as the class above it
        self, client: SocketModeClient, req: SocketModeRequest
    ) -> None:
        """Have a payload answered."""
        begun = time.monotonic()
        await super().handle(client, req)
        if self._observer is not None:
            self._observer.acked(req.type, time.monotonic() - begun)


class SocketTransport:
    """One connection, reconnected by slack_sdk when it is stale or Slack asks for it."""

    def __init__(self, app: AsyncApp, settings: Settings, *, observer: AckObserver | None = None) -> None:
        self._app, self._settings, self._observer = app, settings, observer
        self._handler: AsyncSocketModeHandler | None = None

    async def open(self) -> None:
        """Connect; raises what slack_sdk raises when the app token is refused."""
        token = self._settings.slack.app_token
        proxy = proxy_for("wss://wss-primary.slack.com/", network_options(self._settings.network))
        self._handler = _Handler(
            self._app,
            self._observer,
            app_token=token.get_secret_value() if token else None,
            ping_interval=PING_SECONDS,
            proxy=proxy,
        )
        self._handler.client.proxy = proxy
        await self._handler.connect_async()  # type: ignore[no-untyped-call]  # Bolt leaves it untyped

    async def connected(self) -> bool:
        """Whether the connection stands; one that was cut without a word counts for some seconds more."""
        return self._handler is not None and bool(await self._handler.client.is_connected())

    async def close(self) -> None:
        """Disconnect."""
        if self._handler is not None:
            await self._handler.close_async()  # type: ignore[no-untyped-call]  # Bolt leaves it untyped
            self._handler = None
