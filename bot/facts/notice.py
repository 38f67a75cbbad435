"""What all messages that are sent once share."""

from typing import ClassVar

from bot.facts.jobs import Facts


class Notice(Facts):
    """Something to be told once. `kind` names the class in the outbox row."""

    kind: ClassVar[str]
    v: ClassVar[int] = 1
