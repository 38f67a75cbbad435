"""Channels, history, threads, people and groups with the SDK's client."""

from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.server import Sandbox
from tests.sandbox.slack.people import ADA, BRUNO, FINE, GIL, RANDOM, RIN, RIN_DM, SAM, Page, error_of


async def post(slack: AsyncWebClient, text: str, **more: Any) -> str:
    return str((await slack.chat_postMessage(channel=FINE, text=text, **more))["ts"])


async def test_history_pages_newest_first(slack: AsyncWebClient) -> None:
    posted = [await post(slack, str(number)) for number in range(7)]
    seen, cursor, pages = [], None, 0
    while True:
        answer = await slack.conversations_history(channel=FINE, limit=3, cursor=cursor)
        seen += [item["ts"] for item in answer["messages"]]
        pages += 1
        cursor = (answer.get("response_metadata") or {}).get("next_cursor")
        assert answer["has_more"] is bool(cursor)
        if not cursor:
            break
    assert seen == posted[::-1]
    assert pages == 3


async def test_history_between_two_times(slack: AsyncWebClient) -> None:
    posted = [await post(slack, str(number)) for number in range(5)]
    bounds: dict[str, Any] = {"oldest": posted[1], "latest": posted[3]}
    inner = (await slack.conversations_history(channel=FINE, **bounds))["messages"]
    assert [item["ts"] for item in inner] == [posted[2]]
    with_ends = (await slack.conversations_history(channel=FINE, inclusive=True, **bounds))["messages"]
    assert [item["ts"] for item in with_ends] == [posted[3], posted[2], posted[1]]


async def test_metadata_is_shown_on_request(slack: AsyncWebClient) -> None:
    metadata = {"event_type": "outbox", "event_payload": {"key": "k1"}}
    parent = await post(slack, "x", metadata=metadata)
    await post(slack, "y", metadata=metadata, thread_ts=parent)
    (short,) = (await slack.conversations_history(channel=FINE))["messages"]
    assert short["metadata"] == {"event_type": "outbox"}
    (full,) = (await slack.conversations_history(channel=FINE, include_all_metadata=True))["messages"]
    assert full["metadata"] == metadata
    thread = await slack.conversations_replies(channel=FINE, ts=parent, include_all_metadata=True)
    assert [item["metadata"] for item in thread["messages"]] == [metadata, metadata]


async def test_a_thread(slack: AsyncWebClient, page: Page) -> None:
    parent = await post(slack, "parent")
    first = await page.say("first", thread_ts=parent)
    second = await post(slack, "second", thread_ts=parent, reply_broadcast=True)
    (broadcast, top) = (await slack.conversations_history(channel=FINE))["messages"]
    assert broadcast["subtype"] == "thread_broadcast"
    assert (top["reply_count"], top["latest_reply"]) == (2, second)
    assert top["reply_users"] == [RIN, "U0TUNESMTH"]
    thread = (await slack.conversations_replies(channel=FINE, ts=parent))["messages"]
    assert [item["ts"] for item in thread] == [parent, first, second]
    assert (await error_of(slack.conversations_replies(channel=FINE, ts="1.0")))[
        "error"
    ] == "thread_not_found"
    assert [item["ts"] for item in await page.history(thread_ts=parent)] == [parent, first, second]


@pytest.mark.parametrize(
    ("method", "arguments", "error"),
    [
        ("conversations.history", {"channel": RANDOM}, "not_in_channel"),
        ("conversations.history", {"channel": FINE, "cursor": "nonsense"}, "invalid_cursor"),
        ("conversations.history", {"channel": FINE, "limit": 1000}, "invalid_limit"),
        ("conversations.history", {"channel": FINE, "oldest": "noon"}, "invalid_ts_oldest"),
        ("conversations.info", {"channel": "C0NOWHERE1"}, "channel_not_found"),
        ("conversations.list", {"types": "secret"}, "invalid_types"),
        ("conversations.open", {"users": "U0NOBODY01"}, "user_not_found"),
        ("conversations.open", {}, "users_list_not_supplied"),
        ("users.info", {"user": "U0NOBODY01"}, "user_not_found"),
        ("usergroups.users.list", {"usergroup": "S0NOGROUP1"}, "no_such_subteam"),
        ("bots.info", {"bot": "B0OTHER001"}, "bot_not_found"),
        ("reactions.add", {"channel": FINE, "name": "eyes", "timestamp": "1.0"}, "message_not_found"),
    ],
)
async def test_refusals(slack: AsyncWebClient, method: str, arguments: dict[str, Any], error: str) -> None:
    assert (await error_of(slack.api_call(method, json=arguments)))["error"] == error


async def test_channels(slack: AsyncWebClient) -> None:
    info = (await slack.conversations_info(channel=FINE, include_num_members=True))["channel"]
    assert (info["name"], info["is_member"], info["is_ext_shared"]) == ("fine-tuning", True, True)
    assert info["num_members"] == 6
    listed = (await slack.conversations_list(types="public_channel,im"))["channels"]
    assert {item["id"] for item in listed} >= {FINE, RANDOM, RIN_DM}
    members = (await slack.conversations_members(channel=FINE))["members"]
    assert {RIN, SAM, GIL} <= set(members)


async def test_direct_messages(slack: AsyncWebClient) -> None:
    assert (await slack.conversations_open(users=RIN))["channel"] == {"id": RIN_DM}
    full = (await slack.conversations_open(users=RIN, return_im=True))["channel"]
    assert (full["is_im"], full["user"]) == (True, RIN)
    several = (await slack.conversations_open(users=[RIN, ADA]))["channel"]["id"]
    assert (await slack.conversations_open(users=[ADA, RIN]))["channel"]["id"] == several
    assert (await slack.chat_postMessage(channel=several, text="x"))["ok"]


async def test_people(slack: AsyncWebClient) -> None:
    rin = (await slack.users_info(user=RIN, include_locale=True))["user"]
    assert (rin["locale"], rin["tz"], rin["is_restricted"]) == ("ja-JP", "Asia/Tokyo", False)
    assert "locale" not in (await slack.users_info(user=RIN))["user"]
    guest = (await slack.users_info(user=GIL))["user"]
    assert guest["is_restricted"]
    assert guest["is_ultra_restricted"]
    stranger = (await slack.users_info(user=SAM))["user"]
    assert (stranger["team_id"], stranger["is_stranger"]) == ("T0OTHERCO", True)
    bot = (await slack.users_info(user="U0TUNESMTH"))["user"]
    assert bot["is_bot"]
    first = await slack.users_list(limit=4)
    rest = await slack.users_list(limit=4, cursor=first["response_metadata"]["next_cursor"])
    assert len(first["members"]) + len(rest["members"]) == 6
    assert (await slack.bots_info(bot="B0TUNESMTH"))["bot"]["user_id"] == "U0TUNESMTH"
    assert (await slack.team_info())["team"]["id"] == "T0SANDBOX"


async def test_user_groups(slack: AsyncWebClient, sandbox: Sandbox) -> None:
    (group,) = (await slack.usergroups_list(include_users=True, include_count=True))["usergroups"]
    assert (group["handle"], group["users"], group["user_count"]) == ("ml-leads", [ADA, BRUNO], 2)
    assert (await slack.usergroups_users_list(usergroup="S0MLLEADS"))["users"] == [ADA, BRUNO]
    sandbox.slack.workspace.groups["S0MLLEADS"].disabled = True
    assert (await slack.usergroups_list())["usergroups"] == []
    refused = await error_of(slack.usergroups_users_list(usergroup="S0MLLEADS"))
    assert refused["error"] == "no_such_subteam"
