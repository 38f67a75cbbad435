"""`conversations.*`: channels, members, history, threads."""

import base64
import binascii
from collections.abc import Mapping
from typing import Any, Final

from sandbox.slack import ids
from sandbox.slack.errors import SlackError
from sandbox.slack.messages import page
from sandbox.slack.web_api.method import TIER_2, TIER_3, TIER_4, Args, Context, Method
from sandbox.slack.workspace import Channel

_KINDS: Final[Mapping[str, str]] = {
    "public_channel": "channel",
    "private_channel": "group",
    "im": "im",
    "mpim": "mpim",
}
_SCOPES: Final[Mapping[str, str]] = {"channel": "channels", "group": "groups", "im": "im", "mpim": "mpim"}


def cursor_offset(args: Args) -> int:
    """Where a page begins. Raises SlackError `invalid_cursor`."""
    cursor = args.text("cursor")
    if not cursor:
        return 0
    try:
        kind, _, offset = base64.b64decode(cursor, validate=True).decode().partition(":")
        if kind == "next":
            return int(offset)
    except (ValueError, binascii.Error):
        pass
    raise SlackError("invalid_cursor")


def next_cursor(offset: int | None) -> str:
    """The cursor of the next page; empty when there is none."""
    return "" if offset is None else base64.b64encode(f"next:{offset}".encode()).decode()


def paged(items: list[Any], args: Args) -> tuple[list[Any], str]:
    """One page of a list and the cursor of the next one."""
    offset, limit = cursor_offset(args), args.number("limit", 100, 1000)
    following = offset + limit
    return items[offset:following], next_cursor(following if following < len(items) else None)


async def info(context: Context, args: Args) -> dict[str, Any]:
    """One conversation."""
    channel = context.channel(args.needed("channel", "channel_not_found"))
    context.need(f"{_SCOPES[channel.kind]}:read")
    return {"channel": channel.as_conversation(members=args.flag("include_num_members"))}


async def list_all(context: Context, args: Args) -> dict[str, Any]:
    """The conversations of the kinds asked for."""
    kinds = []
    for word in args.text("types", "public_channel").split(","):
        kind = _KINDS.get(word.strip())
        if kind is None:
            raise SlackError("invalid_types")
        context.need(f"{_SCOPES[kind]}:read")
        kinds.append(kind)
    found = [
        channel.as_conversation(members=True)
        for channel in context.workspace.channels.values()
        if channel.kind in kinds
        and (channel.kind == "channel" or channel.bot_is_member)
        and not (args.flag("exclude_archived") and channel.is_archived)
    ]
    channels, cursor = paged(found, args)
    return {"channels": channels, "response_metadata": {"next_cursor": cursor}}


async def members(context: Context, args: Args) -> dict[str, Any]:
    """The ids of the members of a conversation."""
    channel = context.channel(args.needed("channel", "channel_not_found"))
    context.need(f"{_SCOPES[channel.kind]}:read")
    users, cursor = paged(sorted(channel.members), args)
    return {"members": users, "response_metadata": {"next_cursor": cursor}}


async def open_direct(context: Context, args: Args) -> dict[str, Any]:
    """Open the direct message with one person (`im:write`) or several (`mpim:write`)."""
    if args.get("channel"):
        channel = context.channel(args.text("channel"))
    else:
        users = [user.strip() for user in args.needed("users", "users_list_not_supplied").split(",")]
        for user in users:
            person = context.workspace.people.get(user)
            if person is None or user == ids.BOT_USER:
                raise SlackError("user_not_found")
            if person.deleted:
                raise SlackError("user_disabled")
        context.need("im:write" if len(users) == 1 else "mpim:write")
        several = context.workspace.group_direct(users) if len(users) > 1 else None
        channel = several or context.workspace.direct(users[0])
    full = channel.as_conversation() if args.flag("return_im") else {"id": channel.id}
    return {"channel": full, "no_op": True, "already_open": True}


async def history(context: Context, args: Args) -> dict[str, Any]:
    """What stands in a conversation, newest first."""
    channel = _readable(context, args)
    found = context.messages.history(channel.id)
    return _page(context, args, found)


async def replies(context: Context, args: Args) -> dict[str, Any]:
    """A thread: its parent, then the replies, oldest first."""
    channel = _readable(context, args)
    parent = context.messages.get(channel.id, args.needed("ts", "thread_not_found"))
    if parent is None:
        raise SlackError("thread_not_found")
    if parent.get("thread_ts") not in {None, parent["ts"]}:
        return _page(context, args, [parent])
    thread = context.messages.replies(channel.id, parent["ts"])
    result = _page(context, args, thread)
    if cursor_offset(args) == 0:
        shown = context.posting.seen(parent, metadata=args.flag("include_all_metadata"))
        result["messages"].insert(0, shown)
    return result


def _readable(context: Context, args: Args) -> Channel:
    channel = context.channel(args.needed("channel", "channel_not_found"))
    context.need(f"{_SCOPES[channel.kind]}:history")
    if not channel.bot_is_member:
        raise SlackError("not_in_channel")
    return channel


def _page(context: Context, args: Args, found: list[dict[str, Any]]) -> dict[str, Any]:
    for name in ("oldest", "latest"):
        try:
            float(args.text(name) or 0)
        except ValueError:
            code = f"invalid_ts_{name}"
            raise SlackError(code) from None
    shown, following = page(
        found,
        oldest=args.text("oldest") or None,
        latest=args.text("latest") or None,
        inclusive=args.flag("inclusive"),
        limit=args.number("limit", 100, 999),
        offset=cursor_offset(args),
    )
    metadata = args.flag("include_all_metadata")
    result: dict[str, Any] = {
        "messages": [context.posting.seen(message, metadata=metadata) for message in shown],
        "has_more": following is not None,
        "pin_count": 0,
    }
    if following is not None:
        result["response_metadata"] = {"next_cursor": next_cursor(following)}
    return result


METHODS: Final[Mapping[str, Method]] = {
    "conversations.info": Method(info, None, TIER_3),
    "conversations.list": Method(list_all, None, TIER_2),
    "conversations.members": Method(members, None, TIER_4),
    "conversations.open": Method(open_direct, None, TIER_3),
    "conversations.history": Method(history, None, TIER_3),
    "conversations.replies": Method(replies, None, TIER_3),
}
