"""Bolt, set up once: our own authorisation, our listeners, one boundary for what escapes them."""

import logging
from types import MappingProxyType
from typing import Any, Final

from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.response import BoltResponse
from slack_sdk.web.async_client import AsyncWebClient

from handlers.desk import Desk
from handlers.listeners import actions, commands, events, shortcuts, views
from handlers.listeners.action_table import TABLE
from handlers.listeners.train_views import VIEW_ACTIONS

log = logging.getLogger(__name__)
ACTIONS: Final = MappingProxyType({**TABLE, **VIEW_ACTIONS})


def build_app(desk: Desk, *, team_id: str, bot_id: str) -> AsyncApp:
    """The app with all listeners. It answers when a listener returns, so every listener acks first.

    With `process_before_response` an ack takes a tenth of a millisecond; without it Bolt looks for the ack every ten
    (contracts/perf.md section 8).
    """
    slack = desk.deps.settings.slack

    async def authorize(**_: Any) -> AuthorizeResult:
        return AuthorizeResult(
            enterprise_id=None,
            team_id=team_id,
            bot_token=slack.bot_token.get_secret_value(),
            bot_id=bot_id,
            bot_user_id=desk.bot_user,
        )

    app = AsyncApp(
        name="tunesmith",
        client=_without_token(desk.client),
        authorize=authorize,
        signing_secret=slack.signing_secret.get_secret_value() if slack.signing_secret else None,
        process_before_response=True,
        logger=logging.getLogger("slack_bolt"),  # otherwise Bolt takes the root's level for its loggers
    )
    commands.register(app, desk)
    actions.register(app, desk, ACTIONS)
    views.register(app, desk)
    shortcuts.register(app, desk)
    events.register(app, desk)

    @app.error
    async def on_error(error: Exception) -> BoltResponse:
        reference = desk.deps.new_id()
        log.error("a listener failed, reference %s", reference, exc_info=error)
        return BoltResponse(status=500, body="")

    return app


def _without_token(client: AsyncWebClient) -> AsyncWebClient:
    """The same way to Slack; Bolt puts in the token that `authorize` gives, and warns of any other."""
    bare = AsyncWebClient(
        base_url=client.base_url,
        timeout=client.timeout,
        ssl=client.ssl,
        proxy=client.proxy,
        retry_handlers=[],
    )
    bare.proxy = client.proxy
    return bare
