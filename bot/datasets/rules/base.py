"""The words that every rule is written in."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.datasets.options import Form
from bot.datasets.report import Param, Severity

JsonValue = object
JsonMap = Mapping[str, JsonValue]

CLIPPED_AT = 32
_PAPERS = re.compile(r" ?\((?:anchors|contracts?)\b[^)]*\)|(?:; )?contracts/\w+\.md \d+")
_MOST_DIGITS = 5
_SHORT = 16
_HEAD = 4


@dataclass(frozen=True, slots=True)
class RuleSpec:
    """What can be found, for reports, wording and documentation.

    Attributes:
        id: stable word, stored with datasets.
        severity: of every finding of this rule. What is an error for one service and a hint for another is two rules.
        source: who says so: a document or checker that a reader can find.
        params: names of the parameters that every finding of this rule carries.
        why: what happens to somebody who leaves it as it is, in one sentence.
        repair: the kind of repair that mends it (`bot.datasets.repair`); empty when only a person can.
    """

    id: str
    severity: Severity
    source: str
    params: tuple[str, ...] = ()
    why: str = ""
    repair: str = ""

    @property
    def published(self) -> str:
        """The source without the project's own papers, which only its developers have."""
        text = _PAPERS.sub("", self.source).removeprefix("anchors B.2, data set")
        return text.strip(" ;:,") or "general practice"


class Note(Protocol):
    """Takes down a finding; the line number is added by whoever hands this out."""

    def __call__(self, spec: RuleSpec, path: str = "", /, **params: Param) -> None:
        """Report `spec` at `path`."""
        ...


@dataclass(frozen=True, slots=True)
class Talk:
    """One list of messages.

    Attributes:
        path: where it stands in the line: `messages`, `input.messages`, `preferred_output`; empty for none.
        turns: index and message for each element that is an object.
        complete: every element is an object.
    """

    path: str = ""
    turns: Sequence[tuple[int, JsonMap]] = ()
    complete: bool = True


@dataclass(frozen=True, slots=True)
class Example:
    """One line that holds an example.

    Attributes:
        value: the whole object.
        talk: its conversation; without turns in forms that have none.
        form: how it is built.
        answers: of a preference example the preferred and the other output, in this order.
    """

    value: JsonMap
    talk: Talk
    form: Form = "chat"
    answers: tuple[Talk, ...] = ()


@dataclass(frozen=True, slots=True)
class Rule:
    """A family of findings about one example: what it can report, and how it looks.

    A rule is a function of the example alone; it keeps nothing between examples.
    """

    specs: tuple[RuleSpec, ...]
    check: Callable[[Example, Note], None]


def json_type(value: JsonValue) -> str:
    """JSON's own word for the type of a decoded value."""
    words = {dict: "object", list: "list", str: "string", bool: "boolean", int: "number", float: "number"}
    for kind in type(value).__mro__:
        if kind in words:
            return words[kind]
    return "null"


def clipped(text: str) -> str:
    """A word from the file for a message, if it looks like a word: a secret may stand where a name should.

    Anything longer than `CLIPPED_AT`, with other signs than names have, with more than a few digits, or long and with
    any digit is shown by its first letters and its length alone.
    """
    digits = sum(letter.isdigit() for letter in text) if len(text) <= CLIPPED_AT else 0
    most = _MOST_DIGITS if len(text) <= _SHORT else 0
    if len(text) <= CLIPPED_AT and digits <= most and all(map(_in_a_name, text)):
        return text
    head = "".join(letter if _in_a_name(letter) else "\N{REPLACEMENT CHARACTER}" for letter in text[:_HEAD])
    return head if len(text) <= _HEAD else f"{head}… ({len(text):,} characters)"


def _in_a_name(letter: str) -> bool:
    return letter.isalnum() or letter in "_-+. $/:"
