"""One line: what is wrong with it that can be mended, and the line afterwards."""

from collections.abc import Callable
from typing import NamedTuple

import msgspec

from bot.datasets.exact import UNREADABLE, ExactReader
from bot.datasets.options import Form
from bot.datasets.repair.example import Written, messages_of, written
from bot.datasets.repair.functions import functions
from bot.datasets.repair.kinds import Kind
from bot.datasets.repair.spans import Edit, edited
from bot.datasets.repair.stray import has_stray_keys, stray_keys
from bot.datasets.repair.syntax import proposed
from bot.datasets.repair.turns import trailing_turns
from bot.datasets.report import Param
from bot.datasets.rules.base import JsonValue, RuleSpec
from bot.datasets.rules.keys import EXAMPLE_KEYS, MESSAGE_KEYS
from bot.datasets.traits import Traits

_Step = tuple[Kind, Callable[[Written], list[Edit]]]
_NOT_JSON = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


class Mended(NamedTuple):
    """A line without its line end, and the repairs that made it so; none when it is as it was.

    It has line feeds in it where it was several lines that ended with carriage returns alone.
    """

    line: bytes
    kinds: tuple[Kind, ...] = ()


class LineRepair:
    """Mends lines one after the other; keeps nothing between them.

    A line is repaired in sound JSON only: where it cannot be read, or can be read in two ways (a key twice), it stays
    as it is. What was mended is read again, and taken only if it is sound.

    Args:
        form: how the lines of the file are built. Messages are repaired in chats and preference examples, and turns
            are cut in chats only; examples for reinforcement end with a question and have keys of their own.
        traits: what the service asks.
    """

    def __init__(self, form: Form, traits: Traits) -> None:
        self._form: Form = form
        self._traits = traits
        self._decode = msgspec.json.Decoder().decode
        self._exact = ExactReader()
        # What is cut may be what stood in the way of writing functions as tools, so that comes last.
        steps: list[_Step] = []
        if form == "chat":
            steps.append(("trailing_turns", trailing_turns))
        if form in ("chat", "preference"):
            steps.append(("stray_keys", lambda example: stray_keys(example, traits, form)))
            if traits.tools:
                steps.append(("functions", functions))
        self._steps: tuple[_Step, ...] = tuple(steps)

    def mend(self, line: bytes) -> Mended:
        """The line as it should be. `line` has no line end."""
        try:
            value = self._decode(line)
        except _NOT_JSON:
            return self._unreadable(line)
        return self._messages(line) if self._needs_a_look(value) else Mended(line)

    def _unreadable(self, line: bytes) -> Mended:
        if b"\r" in line and (parts := self._several(line)):
            mended = [self.mend(part) for part in parts]
            kinds = (kind for one in mended for kind in one.kinds)
            return Mended(b"\n".join(one.line for one in mended), tuple(dict.fromkeys(("line_ends", *kinds))))
        better = proposed(line)
        value = self._sound(better.line) if better is not None else None
        if better is None or not isinstance(value, dict):
            return Mended(line)
        after = self._messages(better.line) if self._needs_a_look(value) else Mended(better.line)
        return Mended(after.line, (*sorted(better.kinds), *after.kinds))

    def _several(self, line: bytes) -> list[bytes]:
        """The objects on a line that only carriage returns stand between; none when it is not made of these alone."""
        parts = [part for part in line.split(b"\r") if part and not part.isspace()]
        try:
            return parts if all(isinstance(self._decode(part), dict) for part in parts) else []
        except _NOT_JSON:
            return []

    def _messages(self, line: bytes) -> Mended:
        kinds: list[Kind] = []
        example = written(line, self._sound(line), self._form)
        for kind, step in self._steps:
            edits = step(example) if example is not None else []
            if edits:
                line = edited(line, edits)
                example = written(line, self._decode(line), self._form)
                kinds.append(kind)
        return Mended(line, tuple(kinds))

    def _needs_a_look(self, value: JsonValue) -> bool:
        """Whether a repair of messages may have something to do: cheap, and never false where there is."""
        if not self._steps or not isinstance(value, dict):
            return False
        if self._form == "chat":
            messages = value.get("messages")
            last = messages[-1] if isinstance(messages, list) and messages else None
            if not isinstance(last, dict) or last.get("role") != "assistant":
                return True
            if "functions" in value or has_stray_keys(value, self._traits.example_keys, EXAMPLE_KEYS):
                return True
        elif isinstance(inner := value.get("input"), dict) and "functions" in inner:
            return True
        allowed = self._traits.message_keys
        return any(
            has_stray_keys(one, allowed, MESSAGE_KEYS) or "function_call" in one
            for one in messages_of(value, self._form)
        )

    def _sound(self, line: bytes) -> JsonValue:
        """What the line says, `UNREADABLE` when a strict reader would find fault with it."""
        faults: list[RuleSpec] = []

        def note(spec: RuleSpec, _path: str = "", /, **_params: Param) -> None:
            if spec.severity == "error":
                faults.append(spec)

        value = self._exact.parse(line, 0, note)
        return UNREADABLE if faults else value
