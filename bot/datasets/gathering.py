"""What one pass keeps of every example, and how."""

import json
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence

from bot.datasets.gathered import KEPT_EXAMPLES, KEPT_SYSTEMS, Gathered, add_up
from bot.datasets.rules.base import Example, JsonMap

NOTHING = 1
"""Stands for what is not said. The hash of None is an address, so it differs between processes."""
NO_SYSTEM = 0
"""Key of `systems` for examples without a system message."""
OTHER_SYSTEMS = -1
"""Key of the system prompts beyond `KEPT_SYSTEMS`. No hash is -1 in Python."""
MOST_TURNS = 63
"""Longer conversations are counted as this long."""
_INSTRUCTING = ("system", "developer")
_ANSWER = "assistant"
_TALKS = ("chat", "reinforcement", "preference")
_ASKED_ALONE = ("reinforcement", "preference")
"""Forms whose conversation is the prompt, all of it."""


class Gathering:
    """Fills a `Gathered`. Its hashes are Python's, so they compare only within processes of one hash seed."""

    def __init__(self) -> None:
        self.gathered = Gathered()

    @property
    def open(self) -> bool:
        """Whether hashes of more examples are kept."""
        return len(self.gathered.lines) < KEPT_EXAMPLES

    def add(
        self, number: int, example: Example, texts: Callable[[Example], Iterable[tuple[str, str]]]
    ) -> None:
        """Keep an example. `texts` tells what it says, in forms that are no plain chat."""
        if example.form in _TALKS:
            roles, said = _talks(example)
        else:
            told = list(texts(example))
            roles, said = tuple(role for role, _ in told), tuple(text for _, text in told)
        asked = len(example.talk.turns) if example.form in _ASKED_ALONE else None
        shape = Shape(roles, asked)
        self.count(roles, 1)
        if shape.instructed:
            self.system(hash(said[0]), number)
        else:
            self.no_system(1)
            self.gathered.system_lines.setdefault(NO_SYSTEM, number)
        if self.open:
            self.hashes(number, shape, said)

    def hashes(self, number: int, shape: "Shape", said: tuple[Hashable, ...]) -> None:
        """Keep the hashes of one example."""
        gathered = self.gathered
        gathered.lines.append(number)
        gathered.wholes.append(hash(said) ^ shape.whole)
        asked = said[: shape.asked]
        gathered.prompts.append(hash(asked) ^ shape.prompt if asked else 0)

    def count(self, roles: Sequence[str], times: int) -> None:
        """Count the messages of `times` examples with these roles."""
        known = self.gathered.roles
        for role in roles:
            if role:
                known[role] = known.get(role, 0) + times
        turns = min(len(roles), MOST_TURNS)
        self.gathered.turns[turns] = self.gathered.turns.get(turns, 0) + times

    def system(self, key: int, number: int) -> None:
        """Count the example on line `number` with a system message of this hash."""
        systems = self.gathered.systems
        if key in systems:
            systems[key] += 1
            return
        if len(systems) >= KEPT_SYSTEMS:
            key = OTHER_SYSTEMS
        systems[key] = systems.get(key, 0) + 1
        self.gathered.system_lines.setdefault(key, number)

    def no_system(self, times: int) -> None:
        """Count examples without a system message. The line of the first one is kept by `add`."""
        if times:
            self.gathered.systems[NO_SYSTEM] = self.gathered.systems.get(NO_SYSTEM, 0) + times


class Shape:
    """What the hashes of examples with the same roles share.

    Args:
        roles: of all messages. `asked`: how many of them are the prompt; None = those before the last answer.

    Attributes:
        whole, prompt: hash of the roles, of all and of those of the prompt.
        asked: messages of the prompt; 0 where there is none. `instructed`: the first message is a system message.
    """

    __slots__ = ("asked", "instructed", "prompt", "whole")

    def __init__(self, roles: tuple[str, ...], asked: int | None = None) -> None:
        if asked is None:
            asked = max((place for place, role in enumerate(roles) if role == _ANSWER), default=0)
        self.asked = asked
        self.whole, self.prompt = hash(roles), hash(roles[:asked])
        self.instructed = bool(roles) and roles[0] in _INSTRUCTING


def join(first: Gathered, second: Gathered, lines: int) -> None:
    """Append what the next part of a file gave, whose lines are counted from `lines` + 1."""
    room = max(0, KEPT_EXAMPLES - len(first.lines))
    first.lines.extend(number + lines for number in second.lines[:room])
    first.wholes.extend(second.wholes[:room])
    first.prompts.extend(second.prompts[:room])
    for turns, times in second.turns.items():
        first.turns[turns] = first.turns.get(turns, 0) + times
    for key, times in second.systems.items():
        known = key if key in first.systems or len(first.systems) < KEPT_SYSTEMS else OTHER_SYSTEMS
        first.systems[known] = first.systems.get(known, 0) + times
        if key in second.system_lines:
            first.system_lines.setdefault(known, second.system_lines[key] + lines)
    add_up(first.roles, second.roles)


def _talks(example: Example) -> tuple[tuple[str, ...], tuple[Hashable, ...]]:
    roles: list[str] = []
    said: list[Hashable] = []
    for _, message in (turn for talk in (example.talk, *example.answers) for turn in talk.turns):
        role = message.get("role")
        roles.append(role if isinstance(role, str) else "")
        said.append(_said(message))
    return tuple(roles), tuple(said)


def _said(message: JsonMap) -> Hashable:
    """What one message says or calls: its text alone where there is nothing else."""
    content = message.get("content")
    told: Hashable = (
        NOTHING if content is None else content if isinstance(content, str) else _written(content)
    )
    calls = [
        message[key] for key in ("tool_calls", "function_call", "refusal") if message.get(key) is not None
    ]
    if not calls:
        return told
    return (told, functions) if (functions := _functions(message)) else (told, _written(calls))


def _functions(message: JsonMap) -> tuple[tuple[str, str], ...]:
    """Name and arguments of each call, where they are all there and there is nothing else."""
    calls = message.get("tool_calls")
    if not isinstance(calls, list) or "function_call" in message or "refusal" in message:
        return ()
    found: list[tuple[str, str]] = []
    for call in calls:
        function = call.get("function") if isinstance(call, Mapping) else None
        if not isinstance(function, Mapping):
            return ()
        name, arguments = function.get("name"), function.get("arguments")
        if not isinstance(name, str) or not isinstance(arguments, str):
            return ()
        found.append((name, arguments))
    return tuple(found)


def _written(value: object) -> str:
    return json.dumps(value, sort_keys=True)
