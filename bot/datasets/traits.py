"""What a service and a model ask of the data beyond what all ask."""

from dataclasses import dataclass
from typing import Literal

from bot.datasets.options import Form

SystemTurn = Literal["any", "first", "never"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Traits:
    """The demands of one service (and model) that rules are chosen by.

    Attributes:
        service: for words, a kind of `providers.registry`.
        forms: what it trains on.
        roles: who may speak.
        message_keys: the only keys that a message may have; None = the usual set, others are a warning.
        example_keys: the only keys that a chat example may have; None = the usual set, others are a warning.
        parts: content may be a list of parts; otherwise it is one text.
        alternate: user and assistant must take turns.
        system: where system messages may stand.
        min_messages: fewest messages of an example.
        answer_last: the last message must be the assistant's (otherwise that is a warning).
        tools: examples may call tools. `images`: they may hold images.
        weights: the assistant's messages may carry a weight.
    """

    service: str = "azure_openai"
    forms: frozenset[Form] = frozenset({"chat", "preference", "reinforcement"})
    roles: frozenset[str] = frozenset({"system", "developer", "user", "assistant", "tool", "function"})
    message_keys: frozenset[str] | None = None
    example_keys: frozenset[str] | None = None
    parts: bool = True
    alternate: bool = False
    system: SystemTurn = "any"
    min_messages: int = 1
    answer_last: bool = False
    tools: bool = True
    images: bool = True
    weights: bool = True
