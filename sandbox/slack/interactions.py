"""What a person does with the app: commands, shortcuts, clicks, the Home tab (contract sections 1 and 3)."""

from collections.abc import Mapping
from typing import Any, Final

from sandbox.slack import ids
from sandbox.slack.blocks.fill import find_element
from sandbox.slack.blocks.objects import OPTION_GROUP, PLAIN_OPTION
from sandbox.slack.blocks.rules import Many
from sandbox.slack.delivery import Delivery
from sandbox.slack.errors import SlackError
from sandbox.slack.events import Events
from sandbox.slack.ids import Timestamps
from sandbox.slack.inputs import FIELDS, State, full_state
from sandbox.slack.live import Live
from sandbox.slack.messages import Message, Messages
from sandbox.slack.options import SlackOptions
from sandbox.slack.payloads import channel_name, channel_part, interaction
from sandbox.slack.posting import Posting
from sandbox.slack.responses import Place, Responses
from sandbox.slack.triggers import Triggers
from sandbox.slack.views import View, Views
from sandbox.slack.workspace import Channel, Person, Workspace

_COPIED: Final[Mapping[str, tuple[str, ...]]] = {
    "button": ("text", "value", "style", "url"),
    "icon_button": ("text", "value", "icon"),
    "workflow_button": ("text", "workflow"),
}
_OPTIONS: Final = Many(PLAIN_OPTION, 0, 100)
_GROUPS: Final = Many(OPTION_GROUP, 0, 100)


class Interactions:
    """Turns what people do into payloads, and what the app acknowledges into what people see."""

    def __init__(
        self,
        options: SlackOptions,
        workspace: Workspace,
        messages: Messages,
        posting: Posting,
        views: Views,
        triggers: Triggers,
        responses: Responses,
        events: Events,
        live: Live,
        timestamps: Timestamps,
        delivery: Delivery,
    ) -> None:
        self._options = options
        self._workspace = workspace
        self._messages = messages
        self._posting = posting
        self._views = views
        self._triggers = triggers
        self._responses = responses
        self._events = events
        self._live = live
        self._timestamps = timestamps
        self._delivery = delivery

    async def command(self, user: str, channel_id: str, text: str, *, in_thread: bool = False) -> None:
        """Run a slash command. Raises SlackError with the word that the person is shown."""
        person, channel = self._person(user), self._channel(channel_id, user)
        word, _, rest = text.strip().partition(" ")
        known = {command.command for command in self._options.commands}
        if word not in known or person.is_stranger or "commands" not in self._options.scopes:
            self._live.notice(user, f"{word} is not a valid command.")
            raise SlackError("invalid_command")
        if in_thread:
            self._live.notice(user, f"{word} is not supported in threads. Sorry!")
            raise SlackError("not_in_thread")
        place = Place(user, channel.id, command=text.strip())
        payload = {
            "token": ids.VERIFICATION_TOKEN,
            "team_id": ids.TEAM,
            "team_domain": ids.TEAM_DOMAIN,
            "channel_id": channel.id,
            "channel_name": channel_name(channel),
            "user_id": user,
            "user_name": person.name,
            "command": word,
            "text": rest.strip(),
            "api_app_id": ids.APP,
            "is_enterprise_install": "false",
            "response_url": self._responses.new_url(place),
            "trigger_id": self._triggers.new(user),
        }
        answer = await self._delivery.request("slash_commands", payload)
        if answer.error is not None:
            self._live.notice(user, f'{word} failed with the error "{answer.error}"')
            raise SlackError(answer.error)
        self._responses.acknowledged(place, answer.payload)

    async def shortcut(
        self, user: str, callback_id: str, channel_id: str | None, message_ts: str | None
    ) -> None:
        """Use a global or a message shortcut. Raises SlackError."""
        person = self._person(user)
        shortcut = next((item for item in self._options.shortcuts if item.callback_id == callback_id), None)
        if shortcut is None or person.is_stranger:
            raise SlackError("shortcut_not_found")
        payload = interaction(
            "shortcut" if shortcut.type == "global" else "message_action",
            person,
            callback_id=callback_id,
            action_ts=self._timestamps.next(),
            trigger_id=self._triggers.new(user),
        )
        if shortcut.type == "message":
            channel = self._channel(channel_id or "", user)
            message = self._messages.get(channel.id, message_ts or "")
            if message is None:
                raise SlackError("message_not_found")
            # The published inventory of this payload lacks what the others have.
            del payload["api_app_id"], payload["user"]["username"]
            payload |= {
                "channel": channel_part(channel),
                "message_ts": message["ts"],
                "message": self._posting.seen(message),
                "response_url": self._responses.new_url(Place(user, channel.id)),
            }
        await self._interact(user, shortcut.name, payload)

    async def action(
        self, user: str, container: Mapping[str, Any], action: Mapping[str, Any], state: State
    ) -> None:
        """Use an element of a message, a modal or the Home tab. Raises SlackError."""
        person = self._person(user)
        origin, blocks, view = self._origin(user, container)
        element = find_element(blocks, str(action.get("block_id")), str(action.get("action_id")))
        if element is None or element["type"] != action.get("type"):
            raise SlackError("action_not_found")
        if view is not None:
            values = full_state(view["blocks"], view["state"]["values"], state)
            self._views.set_state(view, values)
            origin["view"] = view
        else:
            origin["state"] = {"values": full_state(blocks, {}, state)}
        done = {name: element[name] for name in _COPIED.get(element["type"], ()) if name in element}
        field = FIELDS.get(element["type"], ("selected_option", "", False))[0]
        if element["type"] == "feedback_buttons":
            field = "value"
        if field in action and "text" not in done:
            done[field] = action[field]
        done |= {
            "type": element["type"],
            "action_id": element["action_id"],
            "block_id": action["block_id"],
            "action_ts": self._timestamps.next(),
        }
        payload = interaction(
            "block_actions",
            person,
            **origin,
            trigger_id=self._triggers.new(user, view["id"] if view else None),
            actions=[done],
        )
        await self._interact(user, ids.APP_NAME, payload)

    async def suggestions(self, user: str, asked: Mapping[str, Any]) -> dict[str, Any]:
        """Ask the app for the options of an external select. Raises SlackError."""
        person = self._person(user)
        kind = "view" if asked.get("view_id") else "message"
        origin, blocks, view = self._origin(user, {"type": kind, **asked})
        element = find_element(blocks, str(asked.get("block_id")), str(asked.get("action_id")))
        if element is None or not element["type"].endswith("external_select"):
            raise SlackError("action_not_found")
        if view is not None:
            origin["view"] = view
        origin.pop("response_url", None)
        payload = interaction(
            "block_suggestion",
            person,
            **origin,
            action_id=element["action_id"],
            block_id=asked["block_id"],
            value=str(asked.get("value") or ""),
        )
        answer = await self._delivery.request("interactive", payload)
        if answer.error is not None:
            raise SlackError(answer.error)
        given = answer.payload if isinstance(answer.payload, dict) else {}
        refused = list(_OPTIONS.check(given.get("options") or [], "/options"))
        refused += list(_GROUPS.check(given.get("option_groups") or [], "/option_groups"))
        if refused:
            self._live.notice(user, "The options could not be loaded.")
            raise SlackError("invalid_options", errors=[f"{text} [{where}]" for where, text in refused])
        return {name: given[name] for name in ("options", "option_groups") if name in given}

    def open_home(self, user: str, tab: str = "home") -> View | None:
        """Open a tab of the app; returns the Home tab as it is now."""
        self._person(user)
        home = self._views.home(user)
        event: dict[str, Any] = {
            "type": "app_home_opened",
            "user": user,
            "channel": self._workspace.direct(user).id,
            "tab": tab,
            "event_ts": self._timestamps.next(),
        }
        if home is not None and tab == "home":
            event["view"] = home
        self._events.other(event)
        return home

    async def _interact(self, user: str, what: str, payload: dict[str, Any]) -> None:
        answer = await self._delivery.request("interactive", payload)
        if answer.error is not None:
            self._live.notice(user, f'{what} failed with the error "{answer.error}"')
            raise SlackError(answer.error)

    def _origin(
        self, user: str, container: Mapping[str, Any]
    ) -> tuple[dict[str, Any], list[Any], View | None]:
        """The payload's fields about where an element stands, its blocks, and the view if it is in one."""
        if container.get("type") == "message":
            return self._message_origin(user, container)
        if container.get("type") == "home":
            view = self._views.home(user)
        else:
            found = self._views.find(str(container.get("view_id")))
            view = found[1] if found is not None and found[0] == user else None
        if view is None:
            raise SlackError("view_not_found")
        return {"container": {"type": "view", "view_id": view["id"]}}, view["blocks"], view

    def _message_origin(
        self, user: str, container: Mapping[str, Any]
    ) -> tuple[dict[str, Any], list[Any], View | None]:
        channel = self._channel(str(container.get("channel")), user)
        ts = str(container.get("message_ts"))
        ephemeral = self._messages.ephemeral(channel.id, ts, user)
        message: Message | None = ephemeral or self._messages.get(channel.id, ts)
        if message is None:
            raise SlackError("message_not_found")
        inner: dict[str, Any] = {
            "type": "message",
            "message_ts": ts,
            "channel_id": channel.id,
            "is_ephemeral": ephemeral is not None,
        }
        if "thread_ts" in message:
            inner["thread_ts"] = message["thread_ts"]
        place = Place(user, channel.id, ts, is_ephemeral=ephemeral is not None)
        origin: dict[str, Any] = {
            "container": inner,
            "channel": channel_part(channel),
            "response_url": self._responses.new_url(place),
        }
        if ephemeral is None:
            origin["message"] = self._posting.seen(message)
        blocks = list(message.get("blocks") or [])
        for attachment in message.get("attachments") or []:
            blocks += attachment.get("blocks") or []
        return origin, blocks, None

    def _person(self, user: str) -> Person:
        person = self._workspace.people.get(user)
        if person is None or person.is_bot:
            raise SlackError("user_not_found")
        return person

    def _channel(self, channel_id: str, user: str) -> Channel:
        channel = self._workspace.channels.get(channel_id)
        if channel is None or user not in channel.members:
            raise SlackError("channel_not_found")
        return channel
