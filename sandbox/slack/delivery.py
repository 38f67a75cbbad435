"""What both ways of delivering to the app (Socket Mode, HTTP) have in common."""

from dataclasses import dataclass
from typing import Any, Literal, Protocol

Outcome = Literal["acked", "timeout", "unreachable", "refused"]
Kind = Literal["slash_commands", "interactive"]


@dataclass(frozen=True, slots=True)
class Answer:
    """How the app took a command or an interaction; `payload` is what its acknowledgement carried."""

    outcome: Outcome
    payload: Any = None

    @property
    def error(self) -> str | None:
        """The word that Slack shows to the person; None when the app acknowledged in time."""
        if self.outcome == "acked":
            return None
        return "operation_timeout" if self.outcome == "timeout" else "dispatch_failed"


class Delivery(Protocol):
    """A way to reach the app."""

    async def request(self, kind: Kind, payload: dict[str, Any]) -> Answer:
        """Deliver once and wait for the acknowledgement: at most `SlackOptions.ack_seconds`."""
        ...

    def event(self, payload: dict[str, Any]) -> None:
        """Deliver an event in the background, again and again by Slack's schedule until acknowledged."""
        ...

    async def close(self) -> None:
        """Stop delivering."""
        ...
