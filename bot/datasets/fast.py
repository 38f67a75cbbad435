"""The fast path for chat files: most lines have the shape of one that was looked at before.

What a rule finds in a line without calls depends on its roles, weights and names alone (rules that look into words have
patterns in `bot.datasets.scan`, and look into the marked lines alone). So the first line of each shape is looked at
closely, and for the next ones its findings are repeated; lines with calls are accepted so only where nothing was found.
"""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from itertools import repeat
from operator import attrgetter

from msgspec import UNSET, UnsetType

from bot.datasets.file_facts import FileFacts
from bot.datasets.findings import Findings
from bot.datasets.gathering import NOTHING, Gathering, Shape
from bot.datasets.line_marks import CALLS, CLOSE, LONG, NAMES, PICKED, RISKY
from bot.datasets.looking import Seen, uses_tools
from bot.datasets.typed import (
    UNREADABLE,
    Assistant,
    Key,
    Line,
    Message,
    Tool,
    ToolKeys,
    decoder,
    lines_decoder,
    role_of,
)

_BESIDE = RISKY | PICKED | LONG
"""Marks of lines into whose texts somebody looks, whatever their shape."""
_LONGEST_NAME = 64
_KEPT_PLAIN = 200_000
"""Messages in all shapes that are remembered; then the memory is emptied."""
_KEPT_CALLING = 1024
"""Shapes of lines with calls that are remembered."""
_messages, _content = attrgetter("messages"), attrgetter("content")


class _Verdict:
    """What is known of all lines of one shape, and how many there were since it was last asked.

    Attributes:
        odd: a line of this shape is looked at by itself: nothing is known of it, or its rare keys must be counted.
    """

    __slots__ = (
        "asked",
        "count",
        "found",
        "instructed",
        "named",
        "odd",
        "prompt",
        "roles",
        "size",
        "tools",
        "weighted",
        "whole",
    )

    def __init__(self, messages: Sequence[Message], seen: Seen | None) -> None:
        self.roles = tuple(role_of(message.__class__) for message in messages)
        self.found = seen.found if seen is not None else ()
        self.tools = seen is not None and uses_tools(seen.example)
        shape, self.size = Shape(self.roles), len(messages)
        self.asked, self.instructed = shape.asked, shape.instructed
        self.whole, self.prompt = shape.whole, shape.prompt
        self.weighted = sum(message.weight is not UNSET for message in messages)
        self.named = sum(message.name is not UNSET for message in messages)
        self.odd = seen is None or bool(self.named)
        self.count = 0

    def names_once(self, line: bytes) -> bool:
        """Whether no key comes twice: each name stands in the bytes as often as the decoder found it.

        A text that is just `role` makes this False too, which only costs a closer look.
        """
        size = self.size
        return (
            line.count(b'"content"') == size
            and line.count(b'"role"') == size
            and (not self.weighted or line.count(b'"weight"') == self.weighted)
            and self.named_once(line)
        )

    def named_once(self, line: bytes) -> bool:
        """The same of names alone, the one key of which no pattern tells that it comes twice."""
        return not self.named or line.count(b'"name"') == self.named


Closely = Callable[[int, bytes, int, int], Seen | None]
"""Looks at a line closely: its number, its bytes, where it begins, its mark."""
Beside = Callable[[int, bytes, int, int], None]
"""Looks into the texts of a line whose shape is known, as its mark asks; arguments as for `Closely`."""


class Fast:
    """Takes lines of a chat file down; those it cannot vouch for are looked at closely.

    Args:
        closely, beside: look at one line. `regular`: whether bytes are JSON in which nothing is amiss.
    """

    def __init__(
        self,
        closely: Closely,
        beside: Beside,
        regular: Callable[[bytes], bool],
        findings: Findings,
        facts: FileFacts,
        gathering: Gathering,
    ) -> None:
        self._closely, self._beside = closely, beside
        self._findings, self._facts, self._gathering = findings, facts, gathering
        self._decode, self._decode_lines = decoder(), lines_decoder()
        self._tool_keys = ToolKeys(regular)
        self._unknown = _Verdict((), None)
        self._plain: dict[Key, _Verdict] = {}
        self._weighted: dict[Key, _Verdict] = {}
        self._plain_messages = 0
        self._forgotten: list[_Verdict] = []
        self._calling: dict[Key, _Verdict | None] = {}

    def take(
        self, lines: Sequence[bytes], first: int, starts: Sequence[int], marks: Mapping[int, int]
    ) -> None:
        """Take the next lines down one by one.

        Args:
            lines: without their line feeds.
            first: number of the first one.
            starts: where each begins in the file.
            marks: by place in `lines`, from `bot.datasets.line_marks`.
        """
        examples: list[Line] = []
        known = dict(marks)
        for place, line in enumerate(lines):
            try:
                examples.append(self._decode(line))
            except UNREADABLE:
                examples.append(Line([]))
                known[place] = known.get(place, 0) | CLOSE
        self._take(examples, lines.__getitem__, first, starts, known)

    def take_block(self, data: bytes, first: int, starts: Sequence[int], marks: Mapping[int, int]) -> bool:
        """Take lines down that are decoded in one go; False, with nothing taken, when that cannot be.

        `data` are the lines, with line feeds between `}` and `{` alone; the rest as for `take`.
        """
        try:
            examples = self._decode_lines(data)
        except UNREADABLE:
            return False
        if len(examples) != len(starts):
            return False
        offset, end = starts[0], starts[0] + len(data) + 1

        def line_of(place: int) -> bytes:
            behind = starts[place + 1] if place + 1 < len(starts) else end
            return data[starts[place] - offset : behind - 1 - offset]

        self._take(examples, line_of, first, starts, marks)
        return True

    def _take(
        self,
        examples: Sequence[Line],
        line_of: Callable[[int], bytes],
        first: int,
        starts: Sequence[int],
        marks: Mapping[int, int],
    ) -> None:
        talks = list(map(_messages, examples))
        contents = [tuple(map(_content, talk)) for talk in talks]
        keys: list[Key] = [
            tuple([(message.__class__, message.weight, message.name) for message in talk]) for talk in talks
        ]
        verdicts = list(map(self._plain.get, keys, repeat(self._unknown)))
        odd = [
            place
            for place, (example, verdict, said) in enumerate(zip(examples, verdicts, contents, strict=True))
            if verdict.odd
            or not all(said)
            or any(map(str.isspace, said))
            or example.tools is not UNSET
            or example.parallel_tool_calls is not UNSET
        ]
        if marks:
            odd = sorted({*odd, *marks})
        run = _Run(self._gathering, self._findings, first, verdicts, contents)
        done = 0
        for place in odd:
            mark, example, line = marks.get(place, 0), examples[place], line_of(place)
            number, start = first + place, starts[place]
            if mark & CLOSE:
                run.keep(done, place)
                self._closely(number, line, start, mark)
                done = place + 1
                continue
            calling = mark & CALLS or example.tools is not UNSET or example.parallel_tool_calls is not UNSET
            key: Key | None = keys[place]
            said: tuple[Hashable, ...] = contents[place]
            if calling:
                key = self._tool_keys.key(line, example)
                verdict = self._calling.get(key) if key is not None else None
                said = tuple(map(_said, talks[place])) if verdict is not None else said
            else:
                verdict = self._plain_verdict(keys[place], said, line, mark)
            if verdict is None:
                run.keep(done, place)
                seen = self._closely(number, line, start, mark)
                done = place + 1
                if key is not None and seen is not None and seen.regular:
                    remember = self._remember_calling if calling else self._remember
                    remember(key, example.messages, seen)
                continue
            verdicts[place], contents[place] = verdict, said
            if mark & _BESIDE:
                run.keep(done, place + 1)
                done = place + 1
                self._beside(number, line, start, mark)
        run.keep(done, len(talks))
        self._settle(self._forgotten)
        self._forgotten.clear()

    def _plain_verdict(self, key: Key, said: tuple[Hashable, ...], line: bytes, mark: int) -> _Verdict | None:
        """What is known of a line without calls; None where it is to be looked at closely.

        Known it must be, have each key once, and something in each message.
        """
        verdict = self._plain.get(key) or self._alike(key)
        if (
            verdict is not None
            and all(said)
            and not any(map(str.isspace, said))  # type: ignore[arg-type]  # all of them are texts by now
            and (verdict.names_once(line) if mark & NAMES else verdict.named_once(line))
        ):
            return verdict
        return None

    def settle(self) -> None:
        """Bring the counts of all shapes into the statistics."""
        self._settle(self._plain.values())
        self._settle(self._calling.values())

    def _settle(self, verdicts: Iterable[_Verdict | None]) -> None:
        for verdict in verdicts:
            if verdict is None or not verdict.count:
                continue
            self._gathering.count(verdict.roles, verdict.count)
            if not verdict.instructed:
                self._gathering.no_system(verdict.count)
            self._facts.examples += verdict.count
            self._facts.tools += verdict.tools * verdict.count
            verdict.count = 0

    def _remember(self, key: Key, messages: Sequence[Message], seen: Seen) -> None:
        """Vouch for lines like this one, which has no calls, if it is sound."""
        if key in self._plain or not all(map(_is_usual, messages)):
            return
        verdict = _Verdict(messages, seen)
        self._keep(key, verdict)
        if verdict.weighted:
            self._weighted[_without_weights(key)] = verdict

    def _alike(self, key: Key) -> _Verdict | None:
        """What is known of lines that differ from this one in the values of weights alone."""
        verdict = self._weighted.get(_without_weights(key)) if self._weighted else None
        if verdict is not None:
            self._keep(key, verdict)
        return verdict

    def _keep(self, key: Key, verdict: _Verdict) -> None:
        if self._plain_messages + len(key) > _KEPT_PLAIN:
            # Lines of this block may still be counted by them.
            self._forgotten += self._plain.values()
            self._plain.clear()
            self._weighted.clear()
            self._plain_messages = 0
        self._plain_messages += len(key) + 1
        self._plain[key] = verdict

    def _remember_calling(self, key: Key, messages: Sequence[Message], seen: Seen) -> None:
        """The same of lines with calls."""
        if key in self._calling:
            return
        if len(self._calling) == _KEPT_CALLING:
            self._settle(self._calling.values())
            self._calling.clear()
        # A finding about a call may quote its id, so it is not repeated but found anew.
        self._calling[key] = None if seen.found else _Verdict(messages, seen)


def _without_weights(key: Key) -> Key:
    """What rules see of the weights that the typed decoder takes: which messages have one, and whether all are 0."""
    parts: list[tuple[object, object, object]] = key  # type: ignore[assignment]  # as `Fast` makes them
    shape = tuple([(kind, weight is not UNSET, name) for kind, weight, name in parts])
    return shape, any(weight == 1 for _, weight, _ in parts)


def _is_usual(message: Message) -> bool:
    """Whether the message says something, has no long name, and is no result of a call."""
    content, name = message.content, message.name
    return (
        isinstance(content, str)
        and bool(content.strip())
        and not (isinstance(name, str) and len(name) > _LONGEST_NAME)
        and not isinstance(message, Tool)
    )


class _Run:
    """Takes down lines of known shapes that follow each other in a block.

    Args:
        first: number of the first line of the block.
        verdicts, contents: of all its lines.
    """

    def __init__(
        self,
        gathering: Gathering,
        findings: Findings,
        first: int,
        verdicts: Sequence[_Verdict],
        contents: Sequence[tuple[Hashable, ...]],
    ) -> None:
        self._gathering, self._findings, self._first = gathering, findings, first
        self._verdicts, self._contents = verdicts, contents
        self._open = gathering.open

    def keep(self, start: int, stop: int) -> None:
        """Take the lines at these places of the block down."""
        if start == stop:
            return
        verdicts, contents = self._verdicts[start:stop], self._contents[start:stop]
        gathered, number = self._gathering.gathered, self._first + start
        systems = gathered.systems
        for verdict, said in zip(verdicts, contents, strict=True):
            verdict.count += 1
            if verdict.instructed:
                instruction = hash(said[0])
                if instruction in systems:
                    systems[instruction] += 1
                else:
                    self._gathering.system(instruction, number)
            if verdict.found:
                self._findings.take(verdict.found, number)
            number += 1
        if not self._open:
            return
        gathered.lines.extend(range(self._first + start, self._first + stop))
        gathered.wholes.extend(
            [hash(said) ^ verdict.whole for verdict, said in zip(verdicts, contents, strict=True)]
        )
        gathered.prompts.extend(
            [
                hash(said[: verdict.asked]) ^ verdict.prompt if verdict.asked else 0
                for verdict, said in zip(verdicts, contents, strict=True)
            ]
        )


def _said(message: Message) -> Hashable:
    """As `bot.datasets.gathering` has it for lines that are looked at closely."""
    content = message.content
    told = content if isinstance(content, str) else NOTHING
    if not isinstance(message, Assistant) or isinstance(message.tool_calls, UnsetType):
        return told
    return told, tuple((call.function.name, call.function.arguments) for call in message.tool_calls)
