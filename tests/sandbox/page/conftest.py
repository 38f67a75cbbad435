"""A sandbox, a small Bolt bot connected over Socket Mode, and a browser looking at the page."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.server import Sandbox, SandboxOptions, create_sandbox
from sandbox.slack.options import Command, Shortcut, SlackOptions
from tests.browser import Complaints, browser, open_page

__all__ = ["browser"]  # a fixture

TOKEN = "xoxb-sandbox-bot"
APP_TOKEN = "xapp-sandbox-app"
PATIENCE_SECONDS = 60


class Bot:
    """A bot whose listeners the test registers on `app`; `tell` and `told` hand over what they received."""

    def __init__(self, url: str) -> None:
        self.client = AsyncWebClient(token=TOKEN, base_url=f"{url}/slack/api/")
        self.app = AsyncApp(client=self.client)
        self._received: asyncio.Queue[Any] = asyncio.Queue()

    def tell(self, what: Any) -> None:
        self._received.put_nowait(what)

    async def told(self) -> Any:
        return await asyncio.wait_for(self._received.get(), PATIENCE_SECONDS)


@pytest_asyncio.fixture(loop_scope="module")
async def sandbox() -> AsyncIterator[Sandbox]:
    slack = SlackOptions(
        rate_limits=False,
        file_seconds=0.02,
        file_polls=1,
        commands=(Command("/finetune", "Train models", "[upload | train | jobs]"),),
        shortcuts=(
            Shortcut("Use as training data", "use_as_training_data", "message"),
            Shortcut("Start a training", "start_training", "global"),
        ),
    )
    made = create_sandbox(options=SandboxOptions(slack=slack), azure=False)
    await made.start()
    yield made
    await made.stop()


@pytest_asyncio.fixture(loop_scope="module")
async def bot(sandbox: Sandbox) -> AsyncIterator[Bot]:
    made = Bot(sandbox.url)
    handler = AsyncSocketModeHandler(made.app, APP_TOKEN)
    await handler.connect_async()  # type: ignore[no-untyped-call]  # Bolt leaves it bare
    yield made
    await handler.close_async()  # type: ignore[no-untyped-call]  # Bolt leaves it bare


@pytest.fixture
def complaints() -> Complaints:
    return Complaints()


@pytest_asyncio.fixture(loop_scope="module")
async def page(sandbox: Sandbox, bot: Bot, browser: Browser, complaints: Complaints) -> AsyncIterator[Page]:
    """The page as the requester sees it, in #fine-tuning, with the bot connected."""
    made = await open_page(browser, complaints)
    await made.goto(f"{sandbox.url}/")
    await made.locator("[data-qa=composer]").wait_for()
    yield made
    await made.context.close()
