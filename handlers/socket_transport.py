"""Socket Mode: the bot calls Slack, so that no address of ours needs to be open."""

import logging

from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp

from bot.config.handover import network_options
from bot.config.settings import Settings
from providers.network import proxy_for

log = logging.getLogger(__name__)
PING_SECONDS = 4  # how soon a connection that was cut without a word is noticed


class SocketTransport:
    """One connection, reconnected by slack_sdk when it is stale or Slack asks for it."""

    def __init__(self, app: AsyncApp, settings: Settings) -> None:
        self._app, self._settings = app, settings
        self._handler: AsyncSocketModeHandler | None = None

    async def open(self) -> None:
        """Connect; raises what slack_sdk raises when the app token is refused."""
        token = self._settings.slack.app_token
        proxy = proxy_for("wss://wss-primary.slack.com/", network_options(self._settings.network))
        self._handler = AsyncSocketModeHandler(
            self._app,
            app_token=token.get_secret_value() if token else None,
            ping_interval=PING_SECONDS,
            proxy=proxy,
        )
        self._handler.client.proxy = proxy
        await self._handler.connect_async()  # type: ignore[no-untyped-call]  # Bolt leaves it untyped

    async def close(self) -> None:
        """Disconnect."""
        if self._handler is not None:
            await self._handler.close_async()  # type: ignore[no-untyped-call]  # Bolt leaves it untyped
            self._handler = None
