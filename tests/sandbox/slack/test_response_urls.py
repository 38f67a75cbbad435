"""`response_url`: five uses in thirty minutes, replacing, deleting, threads."""

from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from sandbox.server import Sandbox
from sandbox.slack.responses import Place
from tests.sandbox.slack.conftest import ManualClock
from tests.sandbox.slack.corpus import section
from tests.sandbox.slack.people import FINE, GIL, RANDOM, RIN, Page


def webhook(sandbox: Sandbox, **place: Any) -> AsyncWebhookClient:
    """A response_url as a command or a click in this place gets it."""
    where = Place(**{"user": RIN, "channel": FINE, **place})
    return AsyncWebhookClient(sandbox.slack.responses.new_url(where))


async def test_five_uses(sandbox: Sandbox, page: Page) -> None:
    client = webhook(sandbox)
    for number in range(5):
        answer = await client.send(text=str(number))
        assert (answer.status_code, answer.body) == (200, "ok")
    answer = await client.send(text="six")
    assert answer.status_code == 404
    assert "used_url" in answer.body
    assert [item["text"] for item in await page.history()] == list("01234")
    assert await page.history(user=GIL) == []


async def test_thirty_minutes(sandbox: Sandbox, clock: ManualClock) -> None:
    client = webhook(sandbox)
    clock.advance(30 * 60)
    assert (await client.send(text="in time")).status_code == 200
    clock.advance(1)
    late = await client.send(text="late")
    assert late.status_code == 404
    assert "expired_url" in late.body
    nobody = AsyncWebhookClient(f"{sandbox.url}/slack/response/unknown")
    assert (await nobody.send(text="x")).status_code == 404


async def test_a_refused_answer_costs_no_use(sandbox: Sandbox) -> None:
    client = webhook(sandbox)
    for _ in range(6):
        refused = await client.send(text="x", blocks=[{"type": "sparkline"}])
        assert refused.status_code == 400
        assert "invalid_blocks" in refused.body
    assert "no_text" in (await client.send(text="")).body
    assert (await client.send(text="x", blocks=[section()])).status_code == 200


async def test_in_channel_and_in_a_thread(sandbox: Sandbox, page: Page, slack: AsyncWebClient) -> None:
    """It works even where the bot is not a member."""
    client = webhook(sandbox, channel=RANDOM)
    await client.send(text="for all", response_type="in_channel")
    (message,) = await page.history(RANDOM, user="U0APPROVE1")
    assert message["text"] == "for all"
    ts = (await slack.chat_postMessage(channel=FINE, text="job"))["ts"]
    await webhook(sandbox).send_dict(
        {"text": "reply", "response_type": "in_channel", "thread_ts": ts, "replace_original": False}
    )
    thread = (await slack.conversations_replies(channel=FINE, ts=str(ts)))["messages"]
    assert [item["text"] for item in thread] == ["job", "reply"]


@pytest.mark.parametrize("ephemeral", [False, True])
async def test_replacing_and_deleting_the_original(
    sandbox: Sandbox, page: Page, slack: AsyncWebClient, ephemeral: bool
) -> None:
    if ephemeral:
        sent = await slack.chat_postEphemeral(channel=FINE, user=RIN, text="old", blocks=[section()])
        ts = str(sent["message_ts"])
    else:
        ts = str((await slack.chat_postMessage(channel=FINE, text="old", blocks=[section()]))["ts"])
    client = webhook(sandbox, message_ts=ts, is_ephemeral=ephemeral)
    async with page.live() as rin:
        await client.send(text="new", replace_original=True)
        assert (await rin.next("message_changed"))["message"]["text"] == "new"
        (message,) = await page.history()
        assert (message["ts"], message["text"]) == (ts, "new")
        assert "blocks" not in message
        await client.send(delete_original=True)
        assert (await rin.next("message_deleted"))["ts"] == ts
    assert await page.history() == []
    assert (await client.send(delete_original=True)).status_code == 400
