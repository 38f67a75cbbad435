"""What can be set about the Slack stand-in before it starts."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

DEFAULT_SCOPES: Final = frozenset(
    {
        "commands", "chat:write", "files:read", "files:write", "im:write", "im:history", "app_mentions:read",
        "channels:read", "channels:history", "groups:read", "groups:history", "users:read", "usergroups:read",
    }
)  # fmt: skip

DEFAULT_EVENTS: Final = frozenset(
    {"app_home_opened", "app_mention", "message.im", "message.channels", "message.groups"}
)


@dataclass(frozen=True, slots=True)
class Command:
    """A slash command of the app."""

    command: str
    description: str
    usage_hint: str = ""


@dataclass(frozen=True, slots=True)
class Shortcut:
    """A shortcut of the app; `type` is `message` or `global`."""

    name: str
    callback_id: str
    type: str
    description: str = ""


# What the manifest of the app asks for: tests/sandbox/slack/test_options.py compares it with manifest.yml.
DEFAULT_COMMANDS: Final = (
    Command(
        "/finetune",
        "Train, follow and understand fine-tuned models",
        "upload | train | jobs | job J142 | results J142 | data | help",
    ),
)
DEFAULT_SHORTCUTS: Final = (
    Shortcut("Tunesmith", "launcher", "global", "Upload data, train a model, see jobs"),
    Shortcut(
        "Use as training data",
        "use_as_training_data",
        "message",
        "Check and keep the files of this message as training data",
    ),
)


@dataclass(slots=True)
class SlackOptions:
    """Settings of the stand-in; times in seconds.

    `scopes`, `events`, `commands` and `shortcuts` are what the app's manifest asks for. With `request_url`
    everything is delivered there over signed HTTP instead of Socket Mode. `file_polls` is how many calls of
    `files.info` still see an upload without its shares, `file_seconds` when it is shared without any poll.
    `ack_seconds` and `trigger_seconds` are Slack's three seconds (contract, section 1): only tests that are not about
    them make them longer, for machines that are busy. `event_retry_seconds` are the waits before each redelivery of
    an event that was not acknowledged.
    """

    scopes: frozenset[str] = DEFAULT_SCOPES
    events: frozenset[str] = DEFAULT_EVENTS
    commands: tuple[Command, ...] = DEFAULT_COMMANDS
    shortcuts: tuple[Shortcut, ...] = DEFAULT_SHORTCUTS
    request_url: str | None = None
    ack_seconds: float = 3.0
    trigger_seconds: float = 3.0
    event_retry_seconds: tuple[float, ...] = (0.0, 60.0, 300.0)
    rate_limits: bool = True
    file_polls: int = 2
    file_seconds: float = 0.5
    file_folder: Path | None = None
    jsonl_type: tuple[str, str] = field(default=("text", "text/plain"))
