"""The messages of all channels: threads, ephemeral messages, pages of history."""

from collections.abc import Iterator
from typing import Any

Message = dict[str, Any]


class Messages:
    """What stands in the channels. A message is Slack's own object; `metadata` is kept inside it."""

    def __init__(self) -> None:
        self._channels: dict[str, dict[str, Message]] = {}
        self._ephemeral: dict[str, dict[str, tuple[str, Message]]] = {}

    def add(self, channel: str, message: Message) -> None:
        """Put a message into a channel, and count it at its parent when it is a reply."""
        self._channels.setdefault(channel, {})[message["ts"]] = message
        thread = message.get("thread_ts")
        if thread is not None and thread != message["ts"]:
            self._count(channel, thread)

    def get(self, channel: str, ts: str) -> Message | None:
        """The message with this `ts`."""
        return self._channels.get(channel, {}).get(ts)

    def remove(self, channel: str, ts: str) -> Message | None:
        """Take a message out; a parent with replies leaves a tombstone, as in Slack."""
        message = self.get(channel, ts)
        if message is None:
            return None
        if message.get("reply_count"):
            kept = {
                key: value
                for key, value in message.items()
                if key in {"type", "ts", "thread_ts", "reply_count", "reply_users", "latest_reply"}
            }
            tombstone = {"subtype": "tombstone", "text": "This message was deleted.", "user": "USLACKBOT"}
            self._channels[channel][ts] = kept | tombstone | {"hidden": True}
            return message
        del self._channels[channel][ts]
        thread = message.get("thread_ts")
        if thread is not None and thread != ts:
            self._count(channel, thread)
        return message

    def replies(self, channel: str, thread_ts: str) -> list[Message]:
        """The replies of a thread without its parent, oldest first."""
        return [
            message
            for message in self._in_order(channel)
            if message.get("thread_ts") == thread_ts and message["ts"] != thread_ts
        ]

    def history(self, channel: str) -> list[Message]:
        """The messages that stand in the channel itself, newest first."""
        return [
            message
            for message in reversed(list(self._in_order(channel)))
            if message.get("thread_ts") in {None, message["ts"]}
            or message.get("subtype") == "thread_broadcast"
        ]

    def add_ephemeral(self, channel: str, user: str, message: Message) -> None:
        """Show a message to one person only."""
        self._ephemeral.setdefault(channel, {})[message["ts"]] = (user, message)

    def ephemeral(self, channel: str, ts: str, user: str | None = None) -> Message | None:
        """The ephemeral message with this `ts`, if it was shown to this person (None = to anybody)."""
        owner, message = self._ephemeral.get(channel, {}).get(ts, ("", {}))
        return message if message and user in {None, owner} else None

    def remove_ephemeral(self, channel: str, ts: str) -> Message | None:
        """Take an ephemeral message away."""
        _owner, message = self._ephemeral.get(channel, {}).pop(ts, ("", None))
        return message

    def ephemerals(self, channel: str, user: str) -> list[Message]:
        """What was shown to this person only, oldest first."""
        shown = self._ephemeral.get(channel, {}).values()
        return [message for owner, message in shown if owner == user]

    def everything(self) -> Iterator[tuple[str, Message]]:
        """All messages with their channel."""
        for channel, messages in self._channels.items():
            for message in messages.values():
                yield channel, message

    def _in_order(self, channel: str) -> Iterator[Message]:
        # Insertion order is the order of `ts`: each new one is greater than all before it.
        yield from self._channels.get(channel, {}).values()

    def _count(self, channel: str, thread_ts: str) -> None:
        parent = self.get(channel, thread_ts)
        if parent is None:
            return
        replies = self.replies(channel, thread_ts)
        for field in ("reply_count", "reply_users", "reply_users_count", "latest_reply", "thread_ts"):
            parent.pop(field, None)
        if replies:
            users = list(dict.fromkeys(str(reply.get("user")) for reply in replies))
            parent |= {
                "thread_ts": thread_ts,
                "reply_count": len(replies),
                "reply_users": users[:5],
                "reply_users_count": len(users),
                "latest_reply": replies[-1]["ts"],
                "is_locked": False,
                "subscribed": True,
            }


def page(
    messages: list[Message],
    *,
    oldest: str | None,
    latest: str | None,
    inclusive: bool,
    limit: int,
    offset: int,
) -> tuple[list[Message], int | None]:
    """One page of a list and the offset of the next one; `oldest` and `latest` are exclusive by default."""
    low, high = float(oldest or 0), float(latest) if latest else float("inf")
    wanted = [
        message
        for message in messages
        if (low <= float(message["ts"]) <= high if inclusive else low < float(message["ts"]) < high)
    ]
    following = offset + limit
    return wanted[offset:following], following if following < len(wanted) else None
