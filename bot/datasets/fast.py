"""The fast path for chat files: most lines have the shape of one that was looked at before.

What a rule finds in a line without calls depends on its roles, weights and names alone (rules that look into words have
patterns in `bot.datasets.scan`). So the first line of each shape is looked at closely, and for the next ones
its findings
are repeated; lines with calls are accepted so only where nothing was found.
"""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence

from msgspec import UNSET, UnsetType

from bot.datasets.file_facts import FileFacts
from bot.datasets.findings import Findings
from bot.datasets.gathering import Gathering, Shape
from bot.datasets.line_marks import CALLS, NAMES
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

_CLOSELY = ~(CALLS | NAMES)
"""Marks that are a reason to look closely."""
_LONGEST_NAME = 64
_KEPT_PLAIN = 200_000
"""Messages in all shapes that are remembered; then the memory is emptied."""
_KEPT_CALLING = 1024
"""Shapes of lines with calls that are remembered."""


class _Verdict:
    """What is known of all lines of one shape, and how many there were since it was last asked."""

    __slots__ = ("bare", "count", "found", "named", "roles", "shape", "size", "tools", "weighted")

    def __init__(self, messages: Sequence[Message], seen: Seen) -> None:
        self.roles = tuple(role_of(message.__class__) for message in messages)
        self.found, self.tools = seen.found, uses_tools(seen.example)
        self.shape, self.size = Shape(self.roles), len(messages)
        self.weighted = sum(message.weight is not UNSET for message in messages)
        self.named = sum(message.name is not UNSET for message in messages)
        self.bare = not self.weighted and not self.named
        self.count = 0

    def names_once(self, line: bytes) -> bool:
        """Whether no key comes twice: each name stands in the bytes as often as the decoder found it.

        A text that is just `role` makes this False too, which only costs a closer look.
        """
        size = self.size
        return line.count(b'"content"') == size and line.count(b'"role"') == size and self.rare_once(line)

    def rare_once(self, line: bytes) -> bool:
        """The same of those keys alone that few messages have."""
        return (not self.weighted or line.count(b'"weight"') == self.weighted) and (
            not self.named or line.count(b'"name"') == self.named
        )


Closely = Callable[[int, bytes, int, int], Seen | None]
"""Looks at a line closely: its number, its bytes, where it begins, its mark."""


class Fast:
    """Takes lines of a chat file down; those it cannot vouch for are looked at closely.

    Args:
        closely: looks at one line. `regular`: whether bytes are JSON in which nothing is amiss.
    """

    def __init__(
        self,
        closely: Closely,
        regular: Callable[[bytes], bool],
        findings: Findings,
        facts: FileFacts,
        gathering: Gathering,
    ) -> None:
        self._closely = closely
        self._findings, self._facts, self._gathering = findings, facts, gathering
        self._decode, self._decode_lines = decoder(), lines_decoder()
        self._tool_keys = ToolKeys(regular)
        self._plain: dict[Key, _Verdict | None] = {}
        self._plain_messages = 0
        self._calling: dict[Key, _Verdict | None] = {}

    def take(
        self, lines: Sequence[bytes], first: int, starts: Sequence[int], marks: Mapping[int, int]
    ) -> None:
        """Take the next lines down one by one.

        Args:
            lines: without their line feeds.
            first: number of the first one.
            starts: where each begins in the file.
            marks: by place in `lines`; any but `CALLS` and `NAMES` is a reason to look closely.
        """
        self._take(map(self._decoded, lines), lines.__getitem__, first, starts, marks, counted=False)

    def take_block(self, data: bytes, first: int, starts: Sequence[int], marks: Mapping[int, int]) -> bool:
        """Take lines down that are decoded in one go; False, with nothing taken, when that cannot be.

        `data` are the lines, with line feeds between `}` and `{` alone; the rest as for `take`.
        """
        try:
            examples = self._decode_lines(data)
        except UNREADABLE:
            return False
        if len(examples) != len(starts) or not self._contents_once(data, examples):
            return False
        offset, end = starts[0], starts[0] + len(data) + 1

        def line_of(place: int) -> bytes:
            behind = starts[place + 1] if place + 1 < len(starts) else end
            return data[starts[place] - offset : behind - 1 - offset]

        self._take(examples, line_of, first, starts, marks, counted=True)
        return True

    def _take(
        self,
        examples: Iterable[Line | None],
        line_of: Callable[[int], bytes],
        first: int,
        starts: Sequence[int],
        marks: Mapping[int, int],
        *,
        counted: bool,
    ) -> None:
        """`counted`: no message has its content twice, and role is its first key unless `NAMES` says otherwise."""
        plain, keep, gathered = self._plain, self._gathering.open, self._gathering.gathered
        systems, system = gathered.systems, self._gathering.system
        keep_line, keep_whole, keep_prompt = (
            gathered.lines.append,
            gathered.wholes.append,
            gathered.prompts.append,
        )
        for place, example in enumerate(examples):
            mark = marks[place] if place in marks else 0  # noqa: SIM401 - the quicker way, and this is the loop
            if example is None or mark & _CLOSELY:
                self._closely(first + place, line_of(place), starts[place], mark)
                continue
            if mark & CALLS or example.tools is not UNSET or example.parallel_tool_calls is not UNSET:
                self._take_calling(first + place, line_of(place), starts[place], example)
                continue
            messages = example.messages
            key = tuple([(message.__class__, message.weight, message.name) for message in messages])
            contents = tuple([message.content for message in messages])
            verdict = plain.get(key)
            if verdict is None:
                self._take_unknown(first + place, line_of(place), starts[place], example, key)
                continue
            if (
                not all(contents)
                or any(map(str.isspace, contents))  # type: ignore[arg-type]  # all of them are texts by now
                or not (
                    (counted and not mark and (verdict.bare or verdict.rare_once(line_of(place))))
                    or verdict.names_once(line_of(place))
                )
            ):
                self._closely(first + place, line_of(place), starts[place], mark)
                continue
            verdict.count += 1
            if verdict.found:
                self._findings.take(verdict.found, first + place)
            shape = verdict.shape
            if shape.instructed:
                instruction = hash(contents[0])
                if instruction in systems:
                    systems[instruction] += 1
                else:
                    system(instruction, first + place)
            if keep:
                keep_line(first + place)
                keep_whole(hash(contents) ^ shape.whole)
                asked = contents[: shape.asked]
                keep_prompt(hash(asked) ^ shape.prompt if asked else 0)

    def _decoded(self, line: bytes) -> Line | None:
        try:
            return self._decode(line)
        except UNREADABLE:
            return None

    def _contents_once(self, data: bytes, examples: Sequence[Line]) -> bool:
        """Whether each message names its content once at most: the name stands there as often as it was found."""
        found = sum([message.content is not UNSET for example in examples for message in example.messages])
        declared = [example.tools for example in examples if example.tools is not UNSET]
        return data.count(b'"content"') == found + sum(map(self._tool_keys.contents, declared))

    def settle(self) -> None:
        """Bring the counts of all shapes into the statistics."""
        for verdict in (*self._plain.values(), *self._calling.values()):
            if verdict is None or not verdict.count:
                continue
            self._gathering.count(verdict.roles, verdict.count)
            if not verdict.shape.instructed:
                self._gathering.no_system(verdict.count)
            self._facts.examples += verdict.count
            self._facts.tools += verdict.tools * verdict.count
            verdict.count = 0

    def _take_unknown(self, number: int, line: bytes, start: int, example: Line, key: Key) -> None:
        """A line without calls, of a shape that was not seen before or is not vouched for."""
        messages = example.messages
        if any(isinstance(message, Tool) for message in messages):
            self._take_calling(number, line, start, example)
            return
        seen = self._closely(number, line, start, 0)
        contents = [message.content for message in messages]
        if (
            seen is None
            or not seen.regular
            or not all(isinstance(one, str) and one.strip() for one in contents)
        ):
            return
        if any(isinstance(one.name, str) and len(one.name) > _LONGEST_NAME for one in messages):
            return
        if self._plain_messages + len(key) > _KEPT_PLAIN:
            self.settle()
            self._plain.clear()
            self._plain_messages = 0
        self._plain_messages += len(key) + 1
        self._plain[key] = _Verdict(messages, seen)

    def _take_calling(self, number: int, line: bytes, start: int, example: Line) -> None:
        key = self._tool_keys.key(line, example)
        if key is None:
            self._closely(number, line, start, 0)
            return
        verdict = self._calling.get(key)
        if verdict is None:
            seen = self._closely(number, line, start, 0)
            if key not in self._calling and seen is not None and seen.regular:
                if len(self._calling) == _KEPT_CALLING:
                    self.settle()
                    self._calling.clear()
                # A finding about a call may quote its id, so it is not repeated but found anew.
                self._calling[key] = None if seen.found else _Verdict(example.messages, seen)
            return
        verdict.count += 1
        said = tuple(map(_said, example.messages))
        shape, gathering = verdict.shape, self._gathering
        if shape.instructed:
            gathering.system(hash(said[0]), number)
        if gathering.open:
            gathering.hashes(number, shape, said)


def _said(message: Message) -> Hashable:
    """As `bot.datasets.gathering` has it for lines that are looked at closely."""
    content = message.content
    told = None if isinstance(content, UnsetType) else content
    if not isinstance(message, Assistant) or isinstance(message.tool_calls, UnsetType):
        return told
    return told, tuple((call.function.name, call.function.arguments) for call in message.tool_calls)
