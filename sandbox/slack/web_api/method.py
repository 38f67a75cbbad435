"""What a method of the Web API is: arguments, tier, scopes, and the state that it works on."""

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from sandbox.slack.errors import SlackError, refused_blocks, refused_view
from sandbox.slack.events import Events
from sandbox.slack.files import Files
from sandbox.slack.ids import Ids, Timestamps
from sandbox.slack.live import Live
from sandbox.slack.messages import Messages
from sandbox.slack.options import SlackOptions
from sandbox.slack.posting import Posting
from sandbox.slack.sharing import Sharing
from sandbox.slack.socket_mode import SocketMode
from sandbox.slack.triggers import Triggers
from sandbox.slack.views import Views
from sandbox.slack.web_api.pacing import Pacing
from sandbox.slack.workspace import Channel, Workspace

# Calls a minute (contract section 4); posting is paced per channel instead.
TIER_2: Final = 20
TIER_3: Final = 50
TIER_4: Final = 100


class Args:
    """The arguments of a call, whether they came as query, form or JSON."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self._values = values

    def get(self, name: str) -> Any:
        """The argument as it came; None when it is absent."""
        return self._values.get(name)

    def text(self, name: str, default: str = "") -> str:
        """A string."""
        value = self._values.get(name)
        return default if value is None else str(value)

    def needed(self, name: str, error: str = "invalid_arguments") -> str:
        """A string that must be there. Raises SlackError."""
        value = self.text(name)
        if not value:
            missing = {"messages": [f"[ERROR] missing required field: {name}"]}
            raise SlackError(error, response_metadata=missing)
        return value

    def flag(self, name: str) -> bool:
        """A boolean: `true`, `1` or JSON's."""
        value = self._values.get(name)
        return value is True or str(value).lower() in {"true", "1"}

    def number(self, name: str, default: int, maximum: int | None = None) -> int:
        """A positive whole number. Raises SlackError `invalid_arguments` or `invalid_limit`."""
        value = self._values.get(name)
        if value is None or value == "":
            return default
        try:
            number = int(str(value))
        except ValueError:
            raise SlackError("invalid_arguments") from None
        if number < 0 or (maximum is not None and number > maximum):
            raise SlackError("invalid_limit" if name == "limit" else "invalid_arguments")
        return number or default

    def json(self, name: str, error: str = "invalid_arguments") -> Any:
        """An object or a list, as JSON or as a string that holds JSON. Raises SlackError."""
        value = self._values.get(name)
        if not isinstance(value, str):
            return value
        if not value:
            return None
        try:
            return json.loads(value)
        except ValueError:
            raise SlackError(error) from None


@dataclass(frozen=True, slots=True)
class Context:
    """The state that the methods work on."""

    options: SlackOptions
    workspace: Workspace
    messages: Messages
    posting: Posting
    files: Files
    sharing: Sharing
    views: Views
    triggers: Triggers
    events: Events
    live: Live
    ids: Ids
    timestamps: Timestamps
    socket_mode: SocketMode
    pacing: Pacing
    base_url: Callable[[], str]

    def channel(self, word: str) -> Channel:
        """A conversation that the app knows. Raises SlackError `channel_not_found`."""
        channel = self.workspace.find_channel(word)
        if channel is None or (channel.kind != "channel" and not channel.bot_is_member):
            raise SlackError("channel_not_found")
        return channel

    def joined(self, word: str) -> Channel:
        """A conversation of which the app is a member. Raises SlackError."""
        channel = self.channel(word)
        if not channel.bot_is_member:
            raise SlackError("not_in_channel")
        return channel

    def need(self, scope: str) -> None:
        """Raises SlackError `missing_scope` when the app was not granted this scope."""
        if scope not in self.options.scopes:
            raise missing_scope(scope, self.options)

    def check_slack_files(self, blocks: Any, pointer: str = "/blocks") -> None:
        """Pictures in blocks must show a finished file that is shared. Raises SlackError with the pointers."""
        refused = [
            (where, "invalid slack file")
            for where, reference in _slack_files(blocks, pointer)
            if not self.files.is_shown(reference)
        ]
        if refused:
            raise refused_view(refused) if pointer.startswith("/view") else refused_blocks(refused)


def missing_scope(scope: str, options: SlackOptions) -> SlackError:
    """`missing_scope` with what was needed and what the app has."""
    return SlackError("missing_scope", needed=scope, provided=",".join(sorted(options.scopes)))


def _slack_files(value: Any, pointer: str) -> list[tuple[str, dict[str, Any]]]:
    found: list[tuple[str, dict[str, Any]]] = []
    if isinstance(value, dict):
        for name, item in value.items():
            if name == "slack_file" and isinstance(item, dict):
                found.append((f"{pointer}/slack_file", item))
            else:
                found += _slack_files(item, f"{pointer}/{name}")
    elif isinstance(value, list):
        for number, item in enumerate(value):
            found += _slack_files(item, f"{pointer}/{number}")
    return found


Handler = Callable[[Context, Args], Awaitable[dict[str, Any]]]


@dataclass(frozen=True, slots=True)
class Method:
    """One method: its handler, the scope it always needs (None = none), its calls a minute, its token."""

    run: Handler
    scope: str | None
    per_minute: int | None = TIER_3
    token: Literal["bot", "app"] = "bot"  # noqa: S105 - the kind of token, not a secret
