"""Kinds of training file: which rules they are held against, and how a sound line is recognised fast."""

from collections.abc import Callable
from dataclasses import dataclass

from bot.datasets.rules.base import Example, JsonValue, Note, Rule
from bot.datasets.rules.registry import CHAT_RULES
from bot.datasets.rules.shape import example_of
from bot.datasets.screen import Screen, Tally
from bot.datasets.tokens import PER_EXAMPLE, PER_MESSAGE, text_units, value_units


@dataclass(frozen=True, slots=True)
class Profile:
    """One kind of file.

    Attributes:
        name: word for the report.
        screen: makes the fast path of one file; it accepts only lines in which no rule finds anything.
        example: the example in a decoded line, or None with the reason noted.
        rules: what each example is held against.
        tally: statistics of an example that the fast path did not accept.
    """

    name: str
    screen: Callable[[], Callable[[bytes], Tally | None]]
    example: Callable[[JsonValue, Note], Example | None]
    rules: tuple[Rule, ...]
    tally: Callable[[Example], Tally]


def _chat_tally(example: Example) -> Tally:
    units = PER_EXAMPLE + PER_MESSAGE * len(example.talk.turns)
    roles: list[str] = []
    for _, message in example.talk.turns:
        role, content, name = message.get("role"), message.get("content"), message.get("name")
        if isinstance(role, str):
            roles.append(role)
        if isinstance(content, str):
            units += text_units(content)
        elif isinstance(content, list):
            units += value_units(content)
        if isinstance(name, str):
            units += text_units(name)
        units += sum(value_units(message[key]) for key in ("tool_calls", "function_call") if key in message)
    units += sum(value_units(example.value[key]) for key in ("tools", "functions") if key in example.value)
    return Tally(roles, units)


CHAT = Profile("chat", lambda: Screen().accept, example_of, CHAT_RULES, _chat_tally)
PROFILES: tuple[Profile, ...] = (CHAT,)


def profile(name: str) -> Profile:
    """The profile called `name`. `KeyError` when there is none."""
    return {one.name: one for one in PROFILES}[name]
