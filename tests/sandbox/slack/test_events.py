"""Which events the app gets, and what is in them."""

from collections.abc import AsyncIterator

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.server import Sandbox
from tests.patience import until
from tests.sandbox.slack.people import FINE, RANDOM, RIN, RIN_DM, SAM, Json, Page
from tests.sandbox.slack.test_socket_mode import Received, connected


@pytest.fixture
async def app(sandbox: Sandbox) -> AsyncIterator[Received]:
    async with connected(sandbox) as received:
        yield received


def events(app: Received) -> list[Json]:
    return [request.payload["event"] for request in app.requests]


async def some(app: Received, count: int) -> list[Json]:
    """The events up to now, which must be so many: a last one, sent after them, arrives after them."""
    app.sandbox.slack.delivery.event({"type": "event_callback", "event": {"type": "the_last"}})
    await until(lambda: any(event["type"] == "the_last" for event in events(app)))
    app.requests[:] = [request for request in app.requests if request.payload["event"]["type"] != "the_last"]
    found = events(app)
    assert len(found) == count, found
    return found


async def test_a_mention_comes_twice(app: Received, page: Page) -> None:
    ts = await page.say("@Tunesmith pause & <b>")
    mention, message = sorted(await some(app, 2), key=lambda event: str(event["type"]))
    assert (mention["type"], message["type"]) == ("app_mention", "message")
    assert mention["text"] == message["text"] == "<@U0TUNESMTH> pause &amp; &lt;b&gt;"
    assert mention["ts"] == message["ts"] == ts
    assert (message["channel"], message["channel_type"], message["user"]) == (FINE, "channel", RIN)
    outer = [request.payload for request in app.requests]
    assert len({payload["event_id"] for payload in outer}) == 2
    assert outer[0]["type"] == "event_callback"
    assert outer[0]["authorizations"][0]["user_id"] == "U0TUNESMTH"
    assert outer[0]["is_ext_shared_channel"] is True


async def test_files_in_a_direct_message(app: Received, page: Page) -> None:
    file_id = await page.upload("train.jsonl", b"{}")
    await page.say("here", channel=RIN_DM, files=[file_id])
    (event,) = await some(app, 1)
    assert (event["subtype"], event["channel_type"], event["channel"]) == ("file_share", "im", RIN_DM)
    (file,) = event["files"]
    assert (file["id"], file["name"], file["user"]) == (file_id, "train.jsonl", RIN)
    assert file["url_private_download"].startswith("http://127.0.0.1")


async def test_a_mention_with_a_file(app: Received, page: Page) -> None:
    file_id = await page.upload("train.jsonl", b"{}")
    await page.say("<@U0TUNESMTH> train", files=[file_id])
    for event in await some(app, 2):
        assert event["files"][0]["id"] == file_id


async def test_a_stub_must_be_looked_up(app: Received, page: Page, slack: AsyncWebClient) -> None:
    file_id = await page.upload("train.jsonl", b"{}", user=SAM)
    await page.http.post("/panel/api/file", json={"file": file_id, "set": "check_file_info"})
    await page.say("shared", user=SAM, files=[file_id])
    (event,) = await some(app, 1)
    assert event["files"] == [{"id": file_id, "mode": "file_access", "file_access": "check_file_info"}]
    assert event["user_team"] == "T0OTHERCO"
    assert (await slack.files_info(file=file_id))["file"]["url_private"]


async def test_threads(app: Received, page: Page, slack: AsyncWebClient) -> None:
    parent = (await slack.chat_postMessage(channel=FINE, text="job"))["ts"]
    await page.say("cancel", thread_ts=parent)
    own, reply = await some(app, 2)
    assert (own["bot_id"], own["user"]) == ("B0TUNESMTH", "U0TUNESMTH")
    assert (reply["thread_ts"], reply["parent_user_id"]) == (parent, "U0TUNESMTH")


async def test_changes_and_deletions(app: Received, slack: AsyncWebClient) -> None:
    ts = (await slack.chat_postMessage(channel=FINE, text="one"))["ts"]
    await slack.chat_update(channel=FINE, ts=ts, text="two")
    await slack.chat_delete(channel=FINE, ts=ts)
    _posted, changed, deleted = await some(app, 3)
    assert (changed["subtype"], changed["message"]["text"]) == ("message_changed", "two")
    assert changed["previous_message"]["text"] == "one"
    assert (deleted["subtype"], deleted["deleted_ts"]) == ("message_deleted", ts)


async def test_where_the_bot_is_no_member_nothing_arrives(app: Received, page: Page) -> None:
    await page.say("<@U0TUNESMTH> hello", channel=RANDOM)
    await page.say("hello")
    (event,) = await some(app, 1)
    assert event["channel"] == FINE


async def test_only_what_is_subscribed_and_permitted(app: Received, page: Page, sandbox: Sandbox) -> None:
    sandbox.slack.configure({"scopes": sandbox.slack.options.scopes - {"channels:history"}})
    await page.say("<@U0TUNESMTH> hello")
    (event,) = await some(app, 1)
    assert event["type"] == "app_mention"
    sandbox.slack.configure({"events": ["message.im", "file_shared"]})
    file_id = await page.upload("train.jsonl", b"{}")
    await page.say("<@U0TUNESMTH> hello", files=[file_id])
    await page.say("dm", channel=RIN_DM)
    _mention, file_shared, direct = await some(app, 3)
    assert (file_shared["type"], file_shared["file_id"]) == ("file_shared", file_id)
    assert direct["channel_type"] == "im"


async def test_a_slash_command_shown_in_the_channel_is_no_event(
    app: Received, page: Page, sandbox: Sandbox
) -> None:
    channel = sandbox.slack.workspace.channels[FINE]
    sandbox.slack.posting.from_person(channel, RIN, "/finetune jobs", silent=True)
    await page.say("hello")
    (event,) = await some(app, 1)
    assert event["text"] == "hello"
