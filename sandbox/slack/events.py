"""The events that the app has subscribed to, in their outer envelope (contract section 1.4)."""

import copy
from collections.abc import Mapping
from typing import Any, Final

from sandbox.clock import Clock
from sandbox.slack import ids
from sandbox.slack.delivery import Delivery
from sandbox.slack.ids import Ids
from sandbox.slack.options import SlackOptions
from sandbox.slack.workspace import Channel

_SUBSCRIPTION: Final[Mapping[str, tuple[str, str, str]]] = {
    # kind of channel: subscription, scope that it needs, `channel_type` in the event
    "channel": ("message.channels", "channels:history", "channel"),
    "group": ("message.groups", "groups:history", "group"),
    "im": ("message.im", "im:history", "im"),
    "mpim": ("message.mpim", "mpim:history", "mpim"),
}
_OTHER_SCOPES: Final[Mapping[str, str]] = {
    "app_mention": "app_mentions:read",
    "file_shared": "files:read",
    "reaction_added": "reactions:read",
}


class Events:
    """Wraps events and gives them to the delivery, if the app subscribed to them and may see them."""

    def __init__(self, options: SlackOptions, clock: Clock, made_ids: Ids, delivery: Delivery) -> None:
        self._options = options
        self._clock = clock
        self._ids = made_ids
        self._delivery = delivery

    def message(self, channel: Channel, message: Mapping[str, Any], **more: Any) -> None:
        """A message event: posted, changed or deleted in a conversation of which the bot is a member."""
        subscription, scope, channel_type = _SUBSCRIPTION[channel.kind]
        if not channel.bot_is_member or not self._wanted(subscription, scope):
            return
        event = {**message, "channel": channel.id, "channel_type": channel_type, **more}
        event.setdefault("event_ts", event["ts"])
        self._send(event, channel)

    def mention(self, channel: Channel, message: Mapping[str, Any]) -> None:
        """An `app_mention`: in conversations of which the bot is a member, never in its direct messages."""
        if channel.is_dm or not channel.bot_is_member:
            return
        if not self._wanted("app_mention", _OTHER_SCOPES["app_mention"]):
            return
        event = {name: value for name, value in message.items() if name not in {"subtype", "upload"}}
        self._send(event | {"type": "app_mention", "channel": channel.id, "event_ts": event["ts"]}, channel)

    def other(self, event: dict[str, Any], channel: Channel | None = None) -> None:
        """Any other event, by its `type`."""
        kind = str(event["type"])
        if self._wanted(kind, _OTHER_SCOPES.get(kind)) and (channel is None or channel.bot_is_member):
            self._send(event, channel)

    def _wanted(self, subscription: str, scope: str | None) -> bool:
        return subscription in self._options.events and (scope is None or scope in self._options.scopes)

    def _send(self, event: dict[str, Any], channel: Channel | None) -> None:
        self._delivery.event(
            {
                "token": ids.VERIFICATION_TOKEN,
                "team_id": ids.TEAM,
                "context_team_id": ids.TEAM,
                "context_enterprise_id": None,
                "api_app_id": ids.APP,
                "event": copy.deepcopy(event),
                "type": "event_callback",
                "event_id": self._ids.next("Ev0"),
                "event_time": int(self._clock.now().timestamp()),
                "authorizations": [
                    {
                        "enterprise_id": None,
                        "team_id": ids.TEAM,
                        "user_id": ids.BOT_USER,
                        "is_bot": True,
                        "is_enterprise_install": False,
                    }
                ],
                "is_ext_shared_channel": channel is not None and channel.is_ext_shared,
                "event_context": self._ids.next("EC"),
            }
        )
