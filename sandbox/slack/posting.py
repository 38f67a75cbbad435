"""Posting, changing and deleting messages: the store, the pages and the events in one step."""

import re
import uuid
from collections.abc import Sequence
from typing import Any, Final

from sandbox.slack import ids
from sandbox.slack.blocks.fill import fill_ids
from sandbox.slack.events import Events
from sandbox.slack.files import File, Files, Share
from sandbox.slack.ids import Ids, Timestamps
from sandbox.slack.live import Live
from sandbox.slack.messages import Message, Messages
from sandbox.slack.workspace import Channel, Workspace

FILE_IDS: Final = "_file_ids"
BOT_PROFILE: Final = {
    "id": ids.BOT,
    "app_id": ids.APP,
    "name": ids.APP_NAME,
    "icons": {},
    "deleted": False,
    "updated": 1_760_000_000,
    "team_id": ids.TEAM,
}
_KEPT: Final = re.compile(
    r"<(@[UW][A-Z0-9]+|#[CG][A-Z0-9]+|!subteam\^S[A-Z0-9]+|!here|!channel|!everyone)(\|[^<>|]*)?>"
)
_ADDRESS: Final = re.compile(r"(?<![<|\w])https?://[^\s<>|]+")


class Posting:
    """What the app, the people and the files put into channels."""

    def __init__(
        self,
        workspace: Workspace,
        messages: Messages,
        files: Files,
        live: Live,
        events: Events,
        timestamps: Timestamps,
        made_ids: Ids,
    ) -> None:
        self._workspace = workspace
        self._messages = messages
        self._files = files
        self._live = live
        self._events = events
        self._timestamps = timestamps
        self._ids = made_ids

    def seen(self, message: Message, *, metadata: bool = False) -> Message:
        """A message as others get it: files filled in, of the metadata only the type unless asked for."""
        shown = {name: value for name, value in message.items() if name != FILE_IDS}
        if message.get(FILE_IDS):
            found = [self._files.get(file_id) for file_id in message[FILE_IDS]]
            shown["files"] = [self._files.as_file(file, in_message=True) for file in found if file]
        if "metadata" in shown and not metadata:
            shown["metadata"] = {"event_type": shown["metadata"].get("event_type", "")}
        return shown

    def from_app(
        self,
        channel: Channel,
        text: str,
        *,
        blocks: list[Any] | None = None,
        attachments: list[Any] | None = None,
        thread_ts: str | None = None,
        broadcast: bool = False,
        metadata: dict[str, Any] | None = None,
        files: Sequence[File] = (),
    ) -> Message:
        """Post as the app's bot user."""
        message = self.app_message(text, blocks=blocks, attachments=attachments, thread_ts=thread_ts)
        if broadcast and thread_ts:
            message["subtype"] = "thread_broadcast"
        if metadata:
            message["metadata"] = metadata
        self._put(channel, message, files)
        return message

    def app_message(
        self,
        text: str,
        *,
        blocks: list[Any] | None = None,
        attachments: list[Any] | None = None,
        thread_ts: str | None = None,
    ) -> Message:
        """A message of the app that is not posted anywhere yet."""
        message: Message = {
            "type": "message",
            "user": ids.BOT_USER,
            "ts": self._timestamps.next(),
            "bot_id": ids.BOT,
            "app_id": ids.APP,
            "text": text,
            "team": ids.TEAM,
            "bot_profile": dict(BOT_PROFILE),
        }
        if blocks:
            message["blocks"] = fill_ids(blocks, self._ids)
        if attachments:
            message["attachments"] = [
                {"id": number, **attachment} for number, attachment in enumerate(attachments, 1)
            ]
        if thread_ts:
            message["thread_ts"] = thread_ts
        return message

    def from_person(
        self,
        channel: Channel,
        user: str,
        text: str,
        *,
        thread_ts: str | None = None,
        files: Sequence[File] = (),
        silent: bool = False,
    ) -> Message:
        """Post as a person; `silent` posts cause no event (the echo of a slash command)."""
        person = self._workspace.people[user]
        message: Message = {
            "type": "message",
            "user": user,
            "ts": self._timestamps.next(),
            "client_msg_id": str(uuid.UUID(self._ids.secret().rjust(32, "0")[:32])),
            "text": self._typed(text),
            "team": person.team_id,
        }
        if person.is_stranger:
            message |= {"user_team": person.team_id, "source_team": person.team_id}
        if thread_ts:
            message["thread_ts"] = thread_ts
        if files:
            message |= {"subtype": "file_share", "upload": False, "display_as_bot": False}
            # The published inventory of this subtype has neither.
            for name in ("team", "client_msg_id"):
                del message[name]
        self._put(channel, message, files, silent=silent)
        return message

    def ephemeral(self, channel: Channel, user: str, message: Message) -> None:
        """Show a message of the app to one person only."""
        message["is_ephemeral"] = True
        self._messages.add_ephemeral(channel.id, user, message)
        event = {"type": "ephemeral", "channel": channel.id, "message": {**message, "ephemeral": True}}
        if "thread_ts" in message:
            event["thread_ts"] = message["thread_ts"]
        self._live.push([user], event)

    def change(self, channel: Channel, message: Message, fields: dict[str, Any]) -> None:
        """Change a message; a field that is None is taken away."""
        before = self.seen(message)
        if fields.get("blocks"):
            fields["blocks"] = fill_ids(fields["blocks"], self._ids)
        for name, value in fields.items():
            if value is None or value in ([], {}):
                message.pop(name, None)
            else:
                message[name] = value
        edited_ts = self._timestamps.next()
        message["edited"] = {"user": ids.BOT_USER, "ts": edited_ts}
        self._show(channel, "message_changed", message)
        self._events.message(
            channel,
            {
                "type": "message",
                "subtype": "message_changed",
                "hidden": True,
                "ts": edited_ts,
                "message": self.seen(message),
                "previous_message": before,
            },
        )

    def change_ephemeral(self, channel: Channel, user: str, message: Message, fields: dict[str, Any]) -> None:
        """Replace what one person was shown."""
        if fields.get("blocks"):
            fields["blocks"] = fill_ids(fields["blocks"], self._ids)
        for name, value in fields.items():
            if value:
                message[name] = value
            else:
                message.pop(name, None)
        shown = {**message, "ephemeral": True}
        self._live.push([user], {"type": "message_changed", "channel": channel.id, "message": shown})

    def delete(self, channel: Channel, ts: str) -> None:
        """Delete a message of a channel."""
        message = self._messages.remove(channel.id, ts)
        if message is None:
            return
        gone = {"type": "message_deleted", "channel": channel.id, "ts": ts}
        if "thread_ts" in message:
            gone["thread_ts"] = message["thread_ts"]
        self._live.push(channel.members, gone)
        self._events.message(
            channel,
            {
                "type": "message",
                "subtype": "message_deleted",
                "hidden": True,
                "ts": self._timestamps.next(),
                "deleted_ts": ts,
                "previous_message": self.seen(message),
            },
        )

    def delete_ephemeral(self, channel: Channel, user: str, ts: str) -> None:
        """Take away what one person was shown."""
        self._messages.remove_ephemeral(channel.id, ts)
        gone = {"type": "message_deleted", "channel": channel.id, "ts": ts, "ephemeral": True}
        self._live.push([user], gone)

    def refresh(self, channel: Channel, message: Message) -> None:
        """Show the pages a message again whose surroundings changed (reactions, finished files)."""
        self._show(channel, "message_changed", message)

    def _put(
        self, channel: Channel, message: Message, files: Sequence[File], *, silent: bool = False
    ) -> None:
        thread_ts = message.get("thread_ts")
        if files:
            message[FILE_IDS] = [file.id for file in files]
            for file in files:
                file.completed = True
                share = Share(channel.id, message["ts"], thread_ts, public=channel.kind == "channel")
                file.shares.append(share)
        self._messages.add(channel.id, message)
        self._show(channel, "message", message)
        if thread_ts and (parent := self._messages.get(channel.id, thread_ts)) is not None:
            self._show(channel, "message_changed", parent)
            message.setdefault("parent_user_id", parent.get("user"))
        if silent:
            return
        shown = self.seen(message)
        if f"<@{ids.BOT_USER}" in message["text"] and message["user"] != ids.BOT_USER:
            self._events.mention(channel, shown)
        self._events.message(channel, shown)
        for file in files:
            self._events.other(
                {
                    "type": "file_shared",
                    "file_id": file.id,
                    "user_id": message["user"],
                    "file": {"id": file.id},
                    "channel_id": channel.id,
                    "event_ts": message["ts"],
                },
                channel,
            )

    def _show(self, channel: Channel, kind: str, message: Message) -> None:
        event = {"type": kind, "channel": channel.id, "message": _for_page(self.seen(message))}
        if "thread_ts" in message:
            event["thread_ts"] = message["thread_ts"]
        self._live.push(channel.members, event)

    def _typed(self, text: str) -> str:
        """What a person typed, as the client sends it: markup characters escaped, names and addresses linked."""
        kept: list[str] = []

        def keep(link: str) -> str:
            kept.append(link)
            return f"\x00{len(kept) - 1}\x00"

        text = _KEPT.sub(lambda found: keep(found.group()), text.replace("\x00", ""))
        for person in sorted(self._workspace.people.values(), key=lambda item: -len(item.real_name)):
            names = "|".join(re.escape(name) for name in (person.real_name, person.name))
            text = re.sub(
                rf"(?<![\w@])@(?:{names})\b",
                lambda _found, user=person.id: keep(f"<@{user}>"),  # type: ignore[misc]
                text,
                flags=re.IGNORECASE,
            )
        text = _ADDRESS.sub(lambda found: keep(f"<{_escaped(found.group())}>"), text)
        return re.sub(r"\x00(\d+)\x00", lambda found: kept[int(found.group(1))], _escaped(text))


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _for_page(message: Message) -> Message:
    return {name: value for name, value in message.items() if name != "metadata"}
