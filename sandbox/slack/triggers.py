"""Trigger ids: three seconds, one use (contract section 1.2)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sandbox.clock import Clock
from sandbox.slack.errors import SlackError
from sandbox.slack.ids import Ids
from sandbox.slack.options import SlackOptions


@dataclass(slots=True)
class Trigger:
    """One trigger: whose action it came from, and the view in which it happened."""

    user: str
    view_id: str | None
    expires: datetime
    exchanged: bool = False


class Triggers:
    """All triggers given out."""

    def __init__(self, options: SlackOptions, clock: Clock, made_ids: Ids) -> None:
        self._options = options
        self._clock = clock
        self._ids = made_ids
        self._triggers: dict[str, Trigger] = {}

    def new(self, user: str, view_id: str | None = None) -> str:
        """A new trigger id for an action of this person."""
        trigger_id = f"{len(self._triggers) + 1}.{int(self._clock.now().timestamp())}.{self._ids.secret()}"
        expires = self._clock.now() + timedelta(seconds=self._options.trigger_seconds)
        self._triggers[trigger_id] = Trigger(user, view_id, expires)
        return trigger_id

    def exchange(self, trigger_id: str) -> Trigger:
        """Use a trigger up. Raises SlackError in Slack's words."""
        trigger = self._triggers.get(trigger_id)
        if trigger is None:
            raise SlackError("invalid_trigger_id")
        if trigger.exchanged:
            raise SlackError("exchanged_trigger_id")
        if self._clock.now() > trigger.expires:
            raise SlackError("expired_trigger_id")
        trigger.exchanged = True
        return trigger
