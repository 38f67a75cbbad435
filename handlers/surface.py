"""Everything of Slack that the code uses: the manifest must grant exactly this (a test compares them)."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

USE_AS_TRAINING_DATA: Final = "use_as_training_data"
LAUNCHER: Final = "launcher"


@dataclass(frozen=True, slots=True, kw_only=True)
class Surface:
    """Commands, shortcuts (callback id to type), events and scopes (with what each is for)."""

    command: str
    shortcuts: Mapping[str, str]
    events: frozenset[str]
    scopes: Mapping[str, str]
    app_scopes: frozenset[str]


SURFACE: Final = Surface(
    command="/finetune",
    shortcuts=MappingProxyType({USE_AS_TRAINING_DATA: "message", LAUNCHER: "global"}),
    events=frozenset({"app_home_opened", "app_mention", "message.im", "message.channels", "message.groups"}),
    scopes=MappingProxyType(
        {
            "commands": "the slash command and the shortcuts",
            "chat:write": "cards, messages, ephemeral answers",
            "files:read": "reading attached files",
            "files:write": "charts and reports",
            "im:write": "findings and questions in direct messages",
            "im:history": "files and commands in direct messages; recognising messages after a lost answer",
            "app_mentions:read": "mentions with files or commands",
            "channels:read": "checking the configured channels",
            "channels:history": "mentions that arrive as messages; recognising messages after a lost answer",
            "groups:read": "the same in private channels",
            "groups:history": "the same in private channels",
            "users:read": "guests, teams, language and time zone",
            "usergroups:read": "roles by user group",
        }
    ),
    app_scopes=frozenset({"connections:write"}),
)
