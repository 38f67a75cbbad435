"""`files.*`: the external upload flow, information, lists, deletion (contract sections 1.5 and 2.1)."""

from collections.abc import Mapping
from typing import Any, Final

from sandbox.slack import ids
from sandbox.slack.blocks import check_blocks
from sandbox.slack.errors import SlackError, refused_blocks
from sandbox.slack.files import MAX_BYTES, File
from sandbox.slack.web_api.method import TIER_3, TIER_4, Args, Context, Method
from sandbox.slack.workspace import Channel

ALT_TEXT_MAX: Final = 1000


async def get_upload_url(context: Context, args: Args) -> dict[str, Any]:
    """A place for the bytes of a new file."""
    name = args.needed("filename")
    length = args.number("length", 0)
    if length == 0:
        raise SlackError("missing_argument")
    if length > MAX_BYTES:
        raise SlackError("file_upload_size_restricted")
    if len(args.text("alt_txt")) > ALT_TEXT_MAX:
        raise SlackError("alt_txt_too_large")
    file = context.files.new(name, name, ids.BOT_USER, ids.TEAM)
    file.never_shared = bool(args.text("alt_txt"))
    if args.text("snippet_type"):
        file.mode = "snippet"
    token = context.files.upload_token(file)
    return {"upload_url": f"{context.base_url()}/slack/upload/{token}", "file_id": file.id}


async def complete_upload(context: Context, args: Args) -> dict[str, Any]:
    """Finish uploads and share them; the share itself happens later."""
    files = _uploaded(context, args)
    channels = _channels(context, args)
    blocks = args.json("blocks", "invalid_blocks_format")
    comment = args.text("initial_comment")
    if blocks and not comment:
        if any(isinstance(block, dict) and block.get("type") == "markdown" for block in blocks):
            raise SlackError("internal_error")
        refused = check_blocks(blocks, "message")
        if refused:
            raise refused_blocks(refused)
    thread_ts = args.text("thread_ts") or None
    if thread_ts is not None:
        if not channels:
            raise SlackError("invalid_arguments")
        for channel in channels:
            parent = context.messages.get(channel.id, thread_ts)
            if parent is None or parent.get("thread_ts") not in {None, thread_ts}:
                raise SlackError("invalid_thread_ts")
    for channel in channels:
        context.pacing.post(channel.id)
    message = {"text": comment, "blocks": None if comment else blocks, "thread_ts": thread_ts}
    context.sharing.later(files, channels, message)
    return {"files": [context.files.as_file(file) for file in files]}


async def info(context: Context, args: Args) -> dict[str, Any]:
    """One file, if the app may see it."""
    file = visible(context, args.needed("file", "file_not_found"))
    if file.mode == "tombstone":
        raise SlackError("file_deleted")
    context.sharing.polled(file)
    shown = context.files.as_file(file)
    file.odd.waits = max(0, file.odd.waits - 1)
    return {"file": shown, "comments": [], "response_metadata": {"next_cursor": ""}}


async def list_all(context: Context, args: Args) -> dict[str, Any]:
    """The files that the app may see, newest first."""
    channel, user = args.text("channel"), args.text("user")
    found = [
        file
        for file in reversed(list(context.files.all()))
        if file.mode != "tombstone"
        and may_see(context, file)
        and (not channel or any(share.channel == channel for share in file.shares))
        and (not user or file.user == user)
    ]
    count, number = args.number("count", 100), args.number("page", 1)
    paging = {
        "count": count,
        "total": len(found),
        "page": number,
        "pages": max(1, -(-len(found) // count)),
    }
    shown = found[(number - 1) * count : number * count]
    return {"files": [context.files.as_file(file) for file in shown], "paging": paging}


async def delete(context: Context, args: Args) -> dict[str, Any]:
    """Delete a file of the app."""
    file = visible(context, args.needed("file", "file_not_found"))
    if file.mode == "tombstone":
        raise SlackError("file_deleted")
    if file.user != ids.BOT_USER:
        raise SlackError("cant_delete_file")
    context.files.delete(file)
    for share in file.shares:
        message = context.messages.get(share.channel, share.ts)
        if message is not None:
            context.posting.refresh(context.workspace.channels[share.channel], message)
    return {}


def may_see(context: Context, file: File) -> bool:
    """Whether the app may see a file: its own, given in a modal, or shared where the bot is a member."""
    if file.user == ids.BOT_USER or file.for_app:
        return True
    channels = context.workspace.channels
    return any(channels[share.channel].bot_is_member for share in file.shares)


def visible(context: Context, file_id: str) -> File:
    """A file that the app may see. Raises SlackError `file_not_found`."""
    file = context.files.get(file_id)
    if file is None or not file.completed or not may_see(context, file):
        raise SlackError("file_not_found")
    return file


def _uploaded(context: Context, args: Args) -> list[File]:
    given = args.json("files")
    if not isinstance(given, list) or not given:
        raise SlackError("invalid_arguments")
    files = []
    for entry in given:
        file = context.files.get(str(entry.get("id"))) if isinstance(entry, dict) else None
        if file is None or file.completed or not file.uploaded:
            raise SlackError("file_not_found")
        file.title = str(entry.get("title") or file.title)
        files.append(file)
    return files


def _channels(context: Context, args: Args) -> list[Channel]:
    words = [args.text("channel_id"), *args.text("channels").split(",")]
    channels = [context.joined(word.strip()) for word in words if word.strip()]
    for channel in channels:
        if channel.is_archived:
            raise SlackError("is_archived")
    return channels


METHODS: Final[Mapping[str, Method]] = {
    "files.getUploadURLExternal": Method(get_upload_url, "files:write", TIER_4),
    "files.completeUploadExternal": Method(complete_upload, "files:write", TIER_4),
    "files.info": Method(info, "files:read", TIER_4),
    "files.list": Method(list_all, "files:read", TIER_3),
    "files.delete": Method(delete, "files:write", TIER_3),
}
