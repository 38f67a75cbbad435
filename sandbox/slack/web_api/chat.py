"""`chat.*`: post, change and delete messages (contract section 3.2)."""

from collections.abc import Mapping
from typing import Any, Final

from sandbox.slack import ids
from sandbox.slack.blocks import check_attachments, check_blocks
from sandbox.slack.errors import SlackError, refused_blocks
from sandbox.slack.messages import Message
from sandbox.slack.web_api.method import TIER_3, TIER_4, Args, Context, Method
from sandbox.slack.workspace import Channel

SPLIT_ABOVE: Final = 4040
SPLIT_AT: Final = 4000
TRUNCATED_AT: Final = 40_000
METADATA_MAX: Final = 16_000


async def post_message(context: Context, args: Args) -> dict[str, Any]:
    """Post to a channel, a thread, or a person's direct message with the app."""
    channel = _target(context, args.needed("channel", "channel_not_found"))
    content = _content(context, args)
    thread_ts = _thread(context, channel, args.text("thread_ts"))
    context.pacing.post(channel.id)
    text, extra = content.pop("text"), {}
    if len(text) > TRUNCATED_AT:
        text = text[:TRUNCATED_AT]
        extra = {"warning": "message_truncated", "response_metadata": {"warnings": ["message_truncated"]}}
    parts = [text]
    if len(text) > SPLIT_ABOVE and not content["blocks"] and not content["attachments"]:
        parts = [text[start : start + SPLIT_AT] for start in range(0, len(text), SPLIT_AT)]
    broadcast = args.flag("reply_broadcast")
    posted = [
        context.posting.from_app(channel, part, thread_ts=thread_ts, broadcast=broadcast, **content)
        for part in parts
    ]
    first = posted[0]
    shown = context.posting.seen(first, metadata=True)
    return {"channel": channel.id, "ts": first["ts"], "message": shown, **extra}


async def post_ephemeral(context: Context, args: Args) -> dict[str, Any]:
    """Show a message to one member of a channel."""
    channel = _writable(context, args.needed("channel", "channel_not_found"))
    user = args.needed("user", "user_not_found")
    if user not in context.workspace.people:
        raise SlackError("user_not_found")
    if user not in channel.members:
        raise SlackError("user_not_in_channel")
    content = _content(context, args)
    content.pop("metadata")
    thread_ts = _thread(context, channel, args.text("thread_ts"))
    message = context.posting.app_message(content.pop("text"), thread_ts=thread_ts, **content)
    context.posting.ephemeral(channel, user, message)
    return {"message_ts": message["ts"]}


async def update(context: Context, args: Args) -> dict[str, Any]:
    """Change a message of the app; blocks and attachments that are left out stay as they are."""
    channel = context.joined(args.needed("channel", "channel_not_found"))
    message = _own(context, channel, args.needed("ts", "message_not_found"), "cant_update_message")
    content = _content(context, args, update=True)
    if len(content["text"]) > SPLIT_AT:
        raise SlackError("msg_too_long")
    given = {name: value for name, value in content.items() if args.get(name) is not None}
    context.posting.change(channel, message, given)
    shown = context.posting.seen(message, metadata=True)
    return {"channel": channel.id, "ts": message["ts"], "text": message.get("text", ""), "message": shown}


async def delete(context: Context, args: Args) -> dict[str, Any]:
    """Delete a message of the app."""
    channel = context.joined(args.needed("channel", "channel_not_found"))
    message = _own(context, channel, args.needed("ts", "message_not_found"), "cant_delete_message")
    context.posting.delete(channel, message["ts"])
    return {"channel": channel.id, "ts": message["ts"]}


def _target(context: Context, word: str) -> Channel:
    if word in context.workspace.people:
        return context.workspace.direct(word)
    return _writable(context, word)


def _writable(context: Context, word: str) -> Channel:
    channel = context.joined(word)
    if channel.is_archived:
        raise SlackError("is_archived")
    return channel


def _thread(context: Context, channel: Channel, thread_ts: str) -> str | None:
    if not thread_ts:
        return None
    parent = context.messages.get(channel.id, thread_ts)
    if parent is None:
        raise SlackError("thread_not_found")
    if parent.get("thread_ts") not in {None, thread_ts}:
        raise SlackError("cannot_reply_to_message")
    return thread_ts


def _own(context: Context, channel: Channel, ts: str, error: str) -> Message:
    message = context.messages.get(channel.id, ts)
    if message is None:
        raise SlackError("message_not_found")
    if message.get("bot_id") != ids.BOT or message.get("subtype") == "tombstone":
        raise SlackError(error)
    return message


def _content(context: Context, args: Args, *, update: bool = False) -> dict[str, Any]:
    """Text, blocks, attachments and metadata, checked as Slack does. Raises SlackError."""
    blocks = args.json("blocks", "invalid_blocks_format")
    attachments = args.json("attachments", "invalid_attachments")
    text = args.text("text")
    if blocks is not None and not isinstance(blocks, list):
        raise SlackError("invalid_blocks_format")
    if not text and not blocks and not attachments and not (update and blocks == []):
        raise SlackError("no_text")
    refused = check_blocks(blocks, "message") if blocks else []
    if refused:
        raise refused_blocks(refused)
    refused = check_attachments(attachments) if attachments else []
    if refused:
        raise refused_blocks(refused)
    context.check_slack_files(blocks)
    return {"text": text, "blocks": blocks, "attachments": attachments, "metadata": _metadata(args)}


def _metadata(args: Args) -> dict[str, Any] | None:
    given = args.json("metadata", "invalid_metadata_format")
    if given in (None, {}):
        return None
    if not isinstance(given, dict) or not set(given) <= {"event_type", "event_payload", "entities"}:
        raise SlackError("invalid_metadata_format")
    if not isinstance(given.get("event_type"), str) or not isinstance(given.get("event_payload"), dict):
        raise SlackError("invalid_metadata_format")
    if len(str(given)) > METADATA_MAX:
        raise SlackError("metadata_too_large")
    return given


METHODS: Final[Mapping[str, Method]] = {
    "chat.postMessage": Method(post_message, "chat:write", None),
    "chat.postEphemeral": Method(post_ephemeral, "chat:write", TIER_4),
    "chat.update": Method(update, "chat:write", TIER_3),
    "chat.delete": Method(delete, "chat:write", TIER_3),
}
