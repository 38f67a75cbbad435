"""For all journeys: all that the program sends is held against Slack's limits and holds no secret; nobody waits."""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient
from sqlalchemy import Connection

from bot.datasets import telling, upload
from bot.deployments import apply, retry
from bot.training import control, needs, record
from bot.work import cards, pace
from sandbox.azure_openai import AzureOptions
from sandbox.common import entra
from sandbox.slack import ids
from tests.blockkit import message_problems, view_problems

_MESSAGES = ("chat_postMessage", "chat_update", "chat_postEphemeral")
_VIEWS = ("views_open", "views_push", "views_update", "views_publish")
_SECRETS = (
    ids.BOT_TOKEN,
    ids.APP_TOKEN,
    ids.SIGNING_SECRET,
    AzureOptions().api_key,
    AzureOptions().identity_header,
    entra.PREFIX,
)
"""What the sandbox hands out: nothing of it may stand in a message or a view."""


class Sent:
    """What was sent, and what Slack would have said against it."""

    def __init__(self) -> None:
        self.problems: list[str] = []
        self.messages = 0
        self.views = 0

    def look(self, kind: str, sent: Mapping[str, Any]) -> None:
        """Check a message or a view among these arguments."""
        said = json.dumps([sent.get("text"), sent.get("blocks"), sent.get("view")], default=str)
        self._note(kind, [f"a secret: {one[:8]}…" for one in _SECRETS if one in said])
        if sent.get("blocks"):
            self.messages += 1
            self._note(kind, message_problems(str(sent.get("text") or ""), sent["blocks"]))
        if isinstance(sent.get("view"), Mapping):
            self.views += 1
            self._note(kind, view_problems(sent["view"]))

    def _note(self, kind: str, problems: list[str]) -> None:
        self.problems += [f"{kind}: {problem}" for problem in problems]


@pytest.fixture(autouse=True)
def sent(monkeypatch: pytest.MonkeyPatch) -> Iterator[Sent]:
    """A record of everything sent; a test fails when Slack would have refused a part of it."""
    kept = Sent()

    def watch(owner: type, name: str) -> None:
        real = getattr(owner, name)

        async def watched(self: Any, *args: Any, **sent: Any) -> Any:
            kept.look(name, sent)
            return await real(self, *args, **sent)

        monkeypatch.setattr(owner, name, watched)

    for name in (*_MESSAGES, *_VIEWS):
        watch(AsyncWebClient, name)
    watch(AsyncWebhookClient, "send")
    watch(AsyncAck, "__call__")
    yield kept
    assert not kept.problems


@pytest.fixture
def brisk(monkeypatch: pytest.MonkeyPatch) -> None:
    """The waits between two messages, edits and looks at a file, a tenth as long."""
    monkeypatch.setattr(pace, "GAP", timedelta(seconds=0.05))
    monkeypatch.setattr(cards, "CARD_GAP", timedelta(seconds=0.2))
    monkeypatch.setattr(cards, "EDIT_GAP", timedelta(seconds=0.05))
    monkeypatch.setattr(upload, "PROCESS_NEAR", 0.2)
    # On a busy machine a small file may take longer than a person would wait for it: only its result is looked for.
    for name in ("SHOW_AFTER", "SHOW_FIRST_AFTER", "SHOW_ANYWAY"):
        monkeypatch.setattr(telling, name, 60.0)

    def soon(connection: Connection, name: str, *, now: datetime, seconds: float, corr: str) -> None:
        record.poll_soon(connection, name, now=now, seconds=seconds / 10, corr=corr)

    monkeypatch.setattr(control, "poll_soon", soon)


@pytest.fixture
def swift(brisk: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Roll-outs look again in half a second where they would wait for a freeze or a deletion."""
    del brisk
    soon = timedelta(seconds=0.5)
    monkeypatch.setattr(apply, "FROZEN_EVERY", soon)
    monkeypatch.setattr(apply, "REMOVING_EVERY", soon)
    monkeypatch.setattr(retry, "CLEARED_AFTER", soon)


@pytest.fixture
def looks_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a training needs is looked at again in half a second where it would take ten."""
    monkeypatch.setattr(needs, "LOOK_EVERY", timedelta(seconds=0.5))
