"""Who is told of calls to Slack and of acks: for counting, never for deciding."""

from typing import Protocol


class CallObserver(Protocol):
    """Is told of each call of the Web API."""

    def called(self, method: str, outcome: str, seconds: float) -> None:
        """One call is over.

        Args:
            method: Slack's name of it, `chat.postMessage`.
            outcome: `ok`, `refused`, `throttled`, `error` (5xx and what Slack calls its own trouble), `unreachable`,
                `no_answer`, or `cut` (given up by us).
            seconds: that it took.
        """
        ...


class AckObserver(Protocol):
    """Is told of each payload that was answered."""

    def acked(self, payload: str, seconds: float) -> None:
        """`payload` is Slack's word for its kind: `slash_commands`, `interactive`, `events_api`."""
        ...
