"""A running sandbox with real clients at it."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.server import Sandbox, SandboxOptions, create_sandbox
from sandbox.slack.options import DEFAULT_SCOPES, SlackOptions
from tests.patience import patient
from tests.sandbox.slack.app import Bot, running
from tests.sandbox.slack.people import Page


class ManualClock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self._now = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)

    def now(self) -> datetime:
        return self._now

    def advance(self, seconds: float) -> None:
        self._now += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def slack_options() -> SlackOptions:
    """Overridden by tests that need others."""
    return patient(
        rate_limits=False,
        event_retry_seconds=(0.0, 0.05, 0.1),
        file_seconds=0.02,
        file_polls=1,
        scopes=DEFAULT_SCOPES | {"reactions:write", "team:read", "im:read", "mpim:write"},
    )


@pytest.fixture
async def sandbox(clock: ManualClock, slack_options: SlackOptions) -> AsyncIterator[Sandbox]:
    made = create_sandbox(clock=clock, options=SandboxOptions(slack=slack_options), azure=False)
    await made.start()
    yield made
    await made.stop()


@pytest.fixture
def slack(sandbox: Sandbox) -> AsyncWebClient:
    return AsyncWebClient(token="xoxb-sandbox-bot", base_url=f"{sandbox.url}/slack/api/")


@pytest.fixture
async def http(sandbox: Sandbox) -> AsyncIterator[httpx.AsyncClient]:
    headers = {"Authorization": "Bearer xoxb-sandbox-bot"}
    async with httpx.AsyncClient(base_url=sandbox.url, headers=headers) as client:
        yield client


@pytest.fixture
async def page(sandbox: Sandbox) -> AsyncIterator[Page]:
    async with httpx.AsyncClient(base_url=sandbox.url, timeout=10) as client:
        yield Page(client)


@pytest.fixture
async def bot(sandbox: Sandbox) -> AsyncIterator[Bot]:
    """A Bolt app that is connected."""
    async with running(sandbox) as running_bot:
        yield running_bot
