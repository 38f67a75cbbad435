"""Examples that repeat an earlier one, and prompts that are answered in several ways."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING

from bot.datasets.gathered import Gathered
from bot.datasets.options import Form
from bot.datasets.report import SHOWN_PER_RULE
from bot.datasets.rules.base import JsonValue
from bot.datasets.sets.at import At, Reread
from bot.datasets.sets.equals import repeats
from bot.datasets.sets.specs import CONFLICTING_ANSWERS, DUPLICATE_EXAMPLE

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

ANSWERED: frozenset[Form] = frozenset({"chat", "prompt_response"})
"""Forms in which one prompt has one answer. Preference files may hold several pairs for a prompt."""


_AT_ONCE = 4096


@dataclass(frozen=True, slots=True)
class _Pairs:
    """Two examples each, as indexes, and how often (or in how many ways) they occur; `wrong` ones are none."""

    laters: "NDArray[np.int64]"
    firsts: "NDArray[np.int64]"
    times: "NDArray[np.int64]"
    wrong: frozenset[int] = frozenset()

    @property
    def many(self) -> int:
        return len(self.laters) - len(self.wrong)

    def told(self, lines: "NDArray[np.uint32]") -> Iterator[tuple[int, int, int]]:
        """Line of the later, line of the first, times. A few at a time: as Python's numbers they take more memory."""
        for start in range(0, len(self.laters), _AT_ONCE):
            part = slice(start, start + _AT_ONCE)
            some = (
                lines[self.laters[part]].tolist(),
                lines[self.firsts[part]].tolist(),
                self.times[part].tolist(),
            )
            for place, told in enumerate(zip(*some, strict=True), start):
                if place not in self.wrong:
                    yield told

    def shown(self, lines: "NDArray[np.uint32]") -> list[tuple[int, int]]:
        """Lines of those that will be seen."""
        return [(line, first) for line, first, _ in islice(self.told(lines), SHOWN_PER_RULE)]


def judge(gathered: Gathered, form: Form, at: At, reread: Reread | None) -> tuple[int, int]:
    """Report duplicates at each later line, and other answers at the line where each first stands; how many of each."""
    import numpy as np

    lines = np.frombuffer(gathered.lines, dtype=np.uint32)
    found = repeats(np.frombuffer(gathered.wholes, dtype=np.int64))
    same = _Pairs(found.laters, found.firsts, found.times)
    others = _conflicts(np.frombuffer(gathered.prompts, dtype=np.int64), found.laters, form)
    if reread is not None:
        same, others = _verified(same, others, lines, reread)
    for line, first, times in same.told(lines):
        at(line)(DUPLICATE_EXAMPLE, first=first, times=times)
    for line, first, answers in others.told(lines):
        at(line)(CONFLICTING_ANSWERS, first=first, answers=answers)
    return same.many, others.many


def _conflicts(prompts: "NDArray[np.int64]", copies: "NDArray[np.int64]", form: Form) -> _Pairs:
    """Of examples that are no copies, those with the prompt of an earlier one."""
    import numpy as np

    single = prompts != 0 if form in ANSWERED else np.zeros(len(prompts), dtype=np.bool_)
    single[copies] = False
    chosen = np.flatnonzero(single)
    found = repeats(prompts[chosen])
    return _Pairs(chosen[found.laters], chosen[found.firsts], found.times)


def _verified(
    same: _Pairs, others: _Pairs, lines: "NDArray[np.uint32]", reread: Reread
) -> tuple[_Pairs, _Pairs]:
    """Without copies that differ and answers that are the same, as far as they will be seen."""
    copies, answers = same.shown(lines), others.shown(lines)
    wanted = sorted({line for pair in (*copies, *answers) for line in pair})
    texts = reread(wanted) if wanted else {}
    differing = frozenset(place for place, pair in enumerate(copies) if _equal(texts, *pair) is False)
    alike = frozenset(place for place, pair in enumerate(answers) if _equal(texts, *pair) is True)
    return replace(same, wrong=differing), replace(others, wrong=alike)


def _equal(texts: Mapping[int, bytes], line: int, first: int) -> bool | None:
    """Whether the two lines say the same; None when that cannot be told."""
    import msgspec

    if line not in texts or first not in texts:
        return None
    if texts[line] == texts[first]:
        return True
    try:
        one, other = msgspec.json.decode(texts[line]), msgspec.json.decode(texts[first])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return list(_said(one)) == list(_said(other))


_HOLDERS = (
    "messages",
    "input",
    "preferred_output",
    "non_preferred_output",
    "prompt",
    "response",
    "completion",
    "text",
)


def _said(value: JsonValue) -> Iterator[JsonValue]:
    """What an example says and calls, without roles, weights and other keys.

    All of it goes into the hash of an example: where it differs and the hashes do not, they are equal by chance.
    """
    if isinstance(value, dict):
        for key in _HOLDERS:
            yield from _said(value.get(key))
        if "content" in value:
            yield value["content"]
        if "role" in value:
            yield from _called([value.get("tool_calls"), value.get("function_call")])
    elif isinstance(value, list):
        for one in value:
            yield from _said(one)
    elif value is not None:
        yield value


def _called(value: JsonValue) -> Iterator[JsonValue]:
    """Names and arguments of calls."""
    if isinstance(value, dict):
        for key in ("function", "name", "arguments"):
            yield from _called(value.get(key))
    elif isinstance(value, list):
        for one in value:
            yield from _called(one)
    elif value is not None:
        yield value
