"""Posting, changing and deleting messages with the SDK's client."""

from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.server import Sandbox
from sandbox.slack.workspace import Channel
from tests.sandbox.slack.corpus import actions, button, mrkdwn, section
from tests.sandbox.slack.people import APPROVALS, FINE, GIL, RANDOM, RIN, RIN_DM, Page, error_of

METADATA = {"event_type": "outbox", "event_payload": {"key": "job:J1:succeeded"}}


async def test_a_message_carries_what_was_sent(slack: AsyncWebClient) -> None:
    answer = await slack.chat_postMessage(
        channel=FINE, text="hello", blocks=[section()], metadata=METADATA, unfurl_links=False
    )
    message = answer["message"]
    assert answer["channel"] == FINE
    assert message["bot_id"] == "B0TUNESMTH"
    assert message["text"] == "hello"
    assert message["blocks"][0]["text"] == mrkdwn()
    assert message["blocks"][0]["block_id"]
    assert message["metadata"] == METADATA


async def test_names_and_people_are_targets_too(slack: AsyncWebClient) -> None:
    assert (await slack.chat_postMessage(channel="#fine-tuning", text="x"))["channel"] == FINE
    assert (await slack.chat_postMessage(channel=RIN, text="x"))["channel"] == RIN_DM


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"channel": FINE}, "no_text"),
        ({"channel": FINE, "text": ""}, "no_text"),
        ({"channel": "C0NOWHERE1", "text": "x"}, "channel_not_found"),
        ({"channel": RANDOM, "text": "x"}, "not_in_channel"),
        ({"channel": "C0PRIVATE1", "text": "x"}, "channel_not_found"),
        ({"channel": "C0ARCHIVED", "text": "x"}, "is_archived"),
        ({"channel": FINE, "text": "x", "thread_ts": "1.000000"}, "thread_not_found"),
        ({"channel": FINE, "text": "x", "metadata": {"event_type": 1}}, "invalid_metadata_format"),
        ({"channel": FINE, "text": "x", "blocks": "["}, "invalid_blocks_format"),
        ({"channel": FINE, "text": "x", "blocks": {"type": "divider"}}, "invalid_blocks_format"),
    ],
)
async def test_messages_that_are_refused(
    slack: AsyncWebClient, sandbox: Sandbox, arguments: dict[str, Any], error: str
) -> None:
    channels = sandbox.slack.workspace.channels
    channels["C0PRIVATE1"] = Channel("C0PRIVATE1", "secret", {RIN}, kind="group")
    channels["C0ARCHIVED"] = Channel("C0ARCHIVED", "old", {RIN, "U0TUNESMTH"}, is_archived=True)
    assert (await error_of(slack.api_call("chat.postMessage", json=arguments)))["error"] == error


async def test_invalid_blocks_come_with_pointers(slack: AsyncWebClient) -> None:
    refused = await error_of(
        slack.chat_postMessage(channel=FINE, text="x", blocks=[section(text=mrkdwn(""))])
    )
    assert refused["error"] == "invalid_blocks"
    assert refused["errors"] == ["must be more than 0 characters [json-pointer:/blocks/0/text/text]"]
    assert refused["response_metadata"]["messages"] == [f"[ERROR] {refused['errors'][0]}"]


async def test_a_reply_is_no_parent(slack: AsyncWebClient) -> None:
    parent = (await slack.chat_postMessage(channel=FINE, text="parent"))["ts"]
    reply = (await slack.chat_postMessage(channel=FINE, text="reply", thread_ts=parent))["ts"]
    refused = await error_of(slack.chat_postMessage(channel=FINE, text="x", thread_ts=reply))
    assert refused["error"] == "cannot_reply_to_message"


async def test_long_texts_are_split_and_truncated(slack: AsyncWebClient) -> None:
    await slack.chat_postMessage(channel=FINE, text="a" * 4040)
    await slack.chat_postMessage(channel=FINE, text="b" * 4041)
    long = await slack.chat_postMessage(channel=APPROVALS, text="c" * 40_001)
    assert long["warning"] == "message_truncated"
    lengths = [len(item["text"]) for item in (await slack.conversations_history(channel=FINE))["messages"]]
    assert lengths == [41, 4000, 4040]
    history = (await slack.conversations_history(channel=APPROVALS))["messages"]
    assert [len(item["text"]) for item in history] == [4000] * 10


async def test_update_keeps_what_is_left_out(slack: AsyncWebClient) -> None:
    ts = (await slack.chat_postMessage(channel=FINE, text="old", blocks=[section()], metadata=METADATA))["ts"]
    changed = (await slack.chat_update(channel=FINE, ts=ts, text="new"))["message"]
    assert changed["text"] == "new"
    assert changed["blocks"]
    assert changed["metadata"] == METADATA
    assert changed["edited"]["user"] == "U0TUNESMTH"
    changed = (await slack.chat_update(channel=FINE, ts=ts, text="new", blocks=[]))["message"]
    assert "blocks" not in changed


async def test_what_cannot_be_changed(slack: AsyncWebClient, page: Page) -> None:
    theirs = await page.say("mine")
    for method, error in (("chat.update", "cant_update_message"), ("chat.delete", "cant_delete_message")):
        refused = await error_of(slack.api_call(method, json={"channel": FINE, "ts": theirs, "text": "x"}))
        assert refused["error"] == error
        refused = await error_of(slack.api_call(method, json={"channel": FINE, "ts": "1.0", "text": "x"}))
        assert refused["error"] == "message_not_found"
    ts = (await slack.chat_postMessage(channel=FINE, text="x"))["ts"]
    refused = await error_of(slack.chat_update(channel=FINE, ts=ts, text="x" * 4001))
    assert refused["error"] == "msg_too_long"


async def test_a_deleted_parent_with_replies_leaves_a_tombstone(slack: AsyncWebClient) -> None:
    parent = (await slack.chat_postMessage(channel=FINE, text="parent"))["ts"]
    alone = (await slack.chat_postMessage(channel=FINE, text="alone"))["ts"]
    await slack.chat_postMessage(channel=FINE, text="reply", thread_ts=parent)
    await slack.chat_delete(channel=FINE, ts=parent)
    await slack.chat_delete(channel=FINE, ts=alone)
    (left,) = (await slack.conversations_history(channel=FINE))["messages"]
    assert left["subtype"] == "tombstone"
    assert (await error_of(slack.chat_delete(channel=FINE, ts=alone)))["error"] == "message_not_found"


async def test_an_ephemeral_message_reaches_one_member(slack: AsyncWebClient, page: Page) -> None:
    async with page.live(RIN) as rin:
        sent = await slack.chat_postEphemeral(
            channel=FINE, user=RIN, text="for you", blocks=[actions(button())]
        )
        pushed = await rin.next("ephemeral")
    assert pushed["channel"] == FINE
    assert pushed["message"]["ts"] == sent["message_ts"]
    assert [item["text"] for item in await page.history()] == ["for you"]
    assert await page.history(user=GIL) == []
    assert (await slack.conversations_history(channel=FINE))["messages"] == []
    refused = await error_of(slack.chat_postEphemeral(channel=APPROVALS, user=GIL, text="x"))
    assert refused["error"] == "user_not_in_channel"
    refused = await error_of(slack.chat_update(channel=FINE, ts=str(sent["message_ts"]), text="x"))
    assert refused["error"] == "message_not_found"


async def test_slow_pages_get_what_was_true_then(slack: AsyncWebClient, page: Page) -> None:
    async with page.live() as rin:
        ts = (await slack.chat_postMessage(channel=FINE, text="one"))["ts"]
        await slack.chat_update(channel=FINE, ts=ts, text="two")
        await slack.chat_delete(channel=FINE, ts=ts)
        assert (await rin.next("message"))["message"]["text"] == "one"
        assert (await rin.next("message_changed"))["message"]["text"] == "two"
        assert (await rin.next("message_deleted"))["ts"] == ts


async def test_a_reaction(slack: AsyncWebClient) -> None:
    ts = (await slack.chat_postMessage(channel=FINE, text="x"))["ts"]
    await slack.reactions_add(channel=FINE, timestamp=str(ts), name="eyes")
    refused = await error_of(slack.reactions_add(channel=FINE, timestamp=str(ts), name="eyes"))
    assert refused["error"] == "already_reacted"
