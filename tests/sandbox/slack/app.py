"""A small Bolt app over Socket Mode: notes what it gets, and does what the test tells it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.server import Sandbox
from tests.patience import until
from tests.sandbox.slack.people import Json

Listener = Callable[..., Awaitable[Any]]


class Bot:
    """Notes bodies by kind; `on[name]` is called as `await on[name](ack, body)`, else there is an empty ack.

    Names: `command`, `shortcut`, `action`, `options`, `view`, `closed`, and the types of events.
    """

    def __init__(self, client: AsyncWebClient) -> None:
        self.client = client
        self.got: list[tuple[str, Json]] = []
        self.on: dict[str, Listener] = {}
        self.app = AsyncApp(client=client, signing_secret="sandbox-signing-secret")
        app: Any = self.app
        app.command("/finetune")(self._listener("command"))
        app.shortcut({"type": "message_action", "callback_id": "use_as_training_data"})(
            self._listener("shortcut")
        )
        app.shortcut("launcher")(self._listener("shortcut"))
        everything = {"action_id": _anything()}
        app.action(everything)(self._listener("action"))
        app.options(_anything())(self._listener("options"))
        app.view({"type": "view_submission", "callback_id": _anything()})(self._listener("view"))
        app.view({"type": "view_closed", "callback_id": _anything()})(self._listener("closed"))
        for event in ("app_mention", "app_home_opened", "file_shared"):
            app.event(event)(self._event())
        app.event({"type": "message", "subtype": _anything()})(self._event())
        app.event("message")(self._event())

    def bodies(self, kind: str) -> list[Json]:
        return [body for name, body in self.got if name == kind]

    async def one(self, kind: str) -> Json:
        """The newest body of this kind, awaited when there is none yet."""
        found: list[Json] = await until(lambda: self.bodies(kind))
        return found[-1]

    def _listener(self, name: str) -> Listener:
        async def listener(ack: AsyncAck, body: Json) -> None:
            self.got.append((name, body))
            if name in self.on:
                await self.on[name](ack, body)
            else:
                await ack()

        return listener

    def _event(self) -> Listener:
        async def listener(body: Json) -> None:
            event = body["event"]
            self.got.append((event["type"], body))
            if event["type"] in self.on:
                await self.on[event["type"]](body)

        return listener


def _anything() -> Any:
    import re

    return re.compile(".*")


@asynccontextmanager
async def running(sandbox: Sandbox) -> AsyncIterator[Bot]:
    """A bot that is connected."""
    bot = Bot(AsyncWebClient(token="xoxb-sandbox-bot", base_url=f"{sandbox.url}/slack/api/"))
    handler: Any = AsyncSocketModeHandler(bot.app, "xapp-sandbox-app")
    await handler.connect_async()
    await until(lambda: sandbox.slack.socket_mode.connections)
    try:
        yield bot
    finally:
        await handler.close_async()


async def silence(_ack: AsyncAck, _body: Json) -> None:
    """Never acknowledge."""
    await asyncio.sleep(0)
