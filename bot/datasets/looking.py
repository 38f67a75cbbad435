"""One line, looked at closely: decoded whatever it is, and held against every rule of its form."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import msgspec

from bot.datasets import tokens
from bot.datasets.exact import MAX_DEPTH, UNREADABLE, ExactReader
from bot.datasets.file_facts import FileFacts
from bot.datasets.findings import Findings, Found
from bot.datasets.gathering import Gathering
from bot.datasets.profiles import Profile
from bot.datasets.report import Param
from bot.datasets.rules import syntax
from bot.datasets.rules.base import Example, JsonValue, Note, Rule, RuleSpec
from bot.datasets.rules.shape import other_form
from bot.datasets.sampling import clipped_texts
from bot.datasets.typed import UNREADABLE as REFUSED
from bot.datasets.typed import keys_written, unnamed

Worded = Callable[[Example, Note, int], None]
"""Notes what the texts of an example hold of some families of `bot.datasets.risk.pattern`."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What a close look at a line with an example showed.

    Attributes:
        example: the example. `found`: what the rules that depend on no words found.
        regular: no key came twice, and nothing else was wrong with the JSON.
        units: hundredths of tokens, `texts` what it says: only where asked for.
    """

    example: Example
    found: tuple[Found, ...]
    regular: bool
    units: int = 0
    texts: tuple[str, ...] = ()


class CloseLook:
    """Looks at lines one after the other; findings and facts are noted where the constructor says.

    Args:
        profile: the form of the file. `rules`: what each example is held against; `worded`: looks into texts,
            for what is of some families.
        max_line_bytes: longer lines are not read.

    Attributes:
        truncated: the last line whose JSON ends in its middle; 0 = none.
    """

    def __init__(
        self,
        profile: Profile,
        rules: Sequence[Rule],
        worded: Worded,
        max_line_bytes: int,
        findings: Findings,
        facts: FileFacts,
        gathering: Gathering,
    ) -> None:
        self._profile, self._rules, self._worded = profile, rules, worded
        self._max = max_line_bytes
        self._findings, self._facts, self._gathering = findings, facts, gathering
        self._exact = ExactReader()
        self.truncated = 0
        self._decode: Callable[[bytes], JsonValue] = msgspec.json.Decoder().decode

    def too_long(self, number: int, size: int) -> None:
        """Note a line that is not read."""
        self._facts.only_blank = False
        self._findings.at(number)(syntax.LINE_TOO_LONG, bytes=size, limit=self._max)

    def look(
        self, number: int, line: bytes, offset: int, *, families: int, measure: bool = False
    ) -> Seen | None:
        """Look at line `number`; None when it holds no example.

        Args:
            number: from 1.
            line: its bytes without the line feed.
            offset: where it begins, in bytes from the start of the file.
            families: of `bot.datasets.risk.pattern`: what is looked for in its texts.
            measure: estimate its tokens and keep its texts.
        """
        if len(line) > self._max:
            self.too_long(number, len(line))
            return None
        note = self._findings.at(number)
        data = line.removesuffix(b"\r")
        if not data or data.isspace():
            note(syntax.LINE_BLANK)
            return None
        self._facts.only_blank = False
        value = self._regular(data)
        regular = value is not UNREADABLE
        if not regular:
            truncated = self._findings.total(syntax.JSON_TRUNCATED.id)
            value = self._exact.parse(data, offset, note)
            if value is UNREADABLE:
                if self._findings.total(syntax.JSON_TRUNCATED.id) > truncated:
                    self.truncated = number
                return None
        self._facts.any_json = True
        return self._judge(number, value, regular=regular, families=families, measure=measure)

    def beside(
        self, number: int, line: bytes, *, families: int, measure: bool = False
    ) -> tuple[int, tuple[str, ...]]:
        """Look into the texts of a line with an example whose shape was judged already; its units and texts as `Seen`
        has them.

        The arguments are those of `look`.
        """
        example = self._profile.example(self._decode(line), _unnoted)
        if example is None:
            return 0, ()
        if families:
            self._worded(example, self._findings.at(number), families)
        return self._measured(example) if measure else (0, ())

    def _measured(self, example: Example) -> tuple[int, tuple[str, ...]]:
        texts = [text for _, text in self._profile.texts(example)]
        return units(example, texts), clipped_texts(texts)

    def regular(self, text: bytes) -> bool:
        """Whether this is JSON in which no parser would find anything amiss."""
        return self._regular(text) is not UNREADABLE

    def _regular(self, data: bytes) -> JsonValue:
        if unnamed(data):
            return UNREADABLE
        try:
            value = self._decode(data)
        except REFUSED:
            return UNREADABLE
        return value if _keys(value) == keys_written(data) else UNREADABLE

    def _judge(
        self, number: int, value: JsonValue, *, regular: bool, families: int, measure: bool
    ) -> Seen | None:
        found: list[Found] = []

        def note(spec: RuleSpec, path: str = "", /, **params: Param) -> None:
            found.append(Found(spec, path, params))

        example = self._profile.example(value, note)
        if example is None:
            other = other_form(value, self._profile.form)
            if other:
                others = self._facts.other_forms
                others[other] = others.get(other, 0) + 1
            self._findings.take(found, number)
            return None
        for rule in self._rules:
            rule.check(example, note)
        learned = tuple(found)
        if families:
            self._worded(example, note, families)
        self._findings.take(found, number)
        self._facts.examples += 1
        self._facts.tools += uses_tools(example)
        self._facts.images += shows_images(example)
        self._gathering.add(number, example, self._profile.texts)
        if not measure:
            return Seen(example, learned, regular)
        return Seen(example, learned, regular, *self._measured(example))


def _unnoted(spec: RuleSpec, path: str = "", /, **params: Param) -> None:
    """Takes down nothing: it was said already."""


def units(example: Example, texts: Sequence[str]) -> int:
    """Hundredths of tokens of an example that says `texts`, by `bot.datasets.tokens`."""
    total = tokens.PER_EXAMPLE + sum(map(tokens.text_units, texts))
    for talk in (example.talk, *example.answers):
        total += tokens.PER_MESSAGE * len(talk.turns)
        names = (message.get("name") for _, message in talk.turns)
        total += sum(tokens.text_units(name) for name in names if isinstance(name, str))
    declared = [example.value[key] for key in ("tools", "functions") if key in example.value]
    return total + sum(map(tokens.value_units, declared))


def uses_tools(example: Example) -> bool:
    """Whether an example declares or calls tools."""
    if "tools" in example.value or "functions" in example.value:
        return True
    return any("tool_calls" in message or "function_call" in message for _, message in example.talk.turns)


def shows_images(example: Example) -> bool:
    """Whether an example holds an image."""
    for _, message in example.talk.turns:
        content = message.get("content")
        if isinstance(content, list) and any(
            isinstance(part, dict) and part.get("type") == "image_url" for part in content
        ):
            return True
    return False


def _keys(value: JsonValue) -> int:
    """Keys of all objects inside a value; -1 when it is nested deeper than `MAX_DEPTH`."""
    keys = 0
    level: list[JsonValue] = [value]
    for _ in range(MAX_DEPTH):
        below: list[JsonValue] = []
        for node in level:
            if isinstance(node, dict):
                keys += len(node)
                below += node.values()
            elif isinstance(node, list):
                below += node
        if not below:
            return keys
        level = below
    return -1
