"""Checks a training file while it streams by, in bounded memory."""

import hashlib
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from bot.datasets import sniff, tokens
from bot.datasets.exact import UNREADABLE, ExactReader
from bot.datasets.findings import Findings
from bot.datasets.options import Options
from bot.datasets.profiles import profile
from bot.datasets.reader import Line, LineReader
from bot.datasets.report import Report, Tokens
from bot.datasets.rules import shape, syntax, whole
from bot.datasets.rules.base import JsonValue, Note
from bot.datasets.screen import Tally

CHUNK = 128 * 1024


class Checker:
    """One check: `feed` the bytes of a file in pieces of any size, then `finish` once.

    Args:
        options: what the file is checked against.
        timer: seconds on a clock that only moves forward.
    """

    def __init__(self, options: Options, timer: Callable[[], float] = time.perf_counter) -> None:
        self._options = options
        self._profile = profile(options.profile or "chat")
        self._screen = self._profile.screen()
        self._timer, self._began = timer, timer()
        self._findings = Findings()
        self._reader = LineReader(options.max_line_bytes)
        self._exact = ExactReader()
        self._sha256 = hashlib.sha256()
        self._bytes = 0
        self._head: bytes | None = b""
        self._has_bom = False
        self._recognised_as: str | None = None
        self._examples = 0
        self._other_formats: dict[str, int] = {}
        self._turns: dict[str, int] = {}
        self._units = 0
        self._over_limit = 0
        self._only_blank = True
        self._any_json = False

    def feed(self, chunk: bytes) -> None:
        """The next piece of the file."""
        self._sha256.update(chunk)
        self._bytes += len(chunk)
        if self._head is None:
            self._read(chunk)
            return
        self._head += chunk
        if len(self._head) >= sniff.HEAD_BYTES:
            self._judge_head()

    def finish(self) -> Report:
        """What was found."""
        if self._head is not None:
            self._judge_head()
        if self._recognised_as is None:
            self._take(self._reader.finish())
        self._look_at_whole()
        findings = self._findings
        return Report(
            ok=findings.counts["error"] == 0,
            profile=self._profile.name,
            service=self._options.service,
            bytes=self._bytes,
            lines=self._reader.lines,
            examples=self._examples,
            turns=dict(self._turns),
            counts=findings.counts,
            findings=findings.kept,
            totals=findings.totals,
            tokens=Tokens(tokens.tokens(self._units), exact=False, over_limit=self._over_limit),
            has_bom=self._has_bom,
            sha256=self._sha256.hexdigest(),
            seconds=self._timer() - self._began,
        )

    def _judge_head(self) -> None:
        head, self._head = self._head or b"", None
        note = self._findings.at(None)
        encoding = sniff.wide_encoding(head)
        if encoding is not None:
            self._recognised_as = encoding
            note(whole.ENCODING_UTF16, encoding=encoding)
            return
        self._has_bom = head.startswith(sniff.BYTE_ORDER_MARK)
        if self._has_bom:
            head = head.removeprefix(sniff.BYTE_ORDER_MARK)
        self._recognised_as = sniff.mistaken(head)
        if self._recognised_as is not None:
            note(whole.FILE_FORMAT, format=self._recognised_as)
            return
        self._read(head)

    def _read(self, chunk: bytes) -> None:
        if self._recognised_as is not None:
            return
        # Large pieces are cut: split lines beyond the allocator's threshold cost page faults.
        for start in range(0, len(chunk), CHUNK):
            self._take(self._reader.feed(chunk[start : start + CHUNK]))

    def _take(self, lines: Iterable[Line]) -> None:
        screen = self._screen
        for line in lines:
            tally = screen(line.data) if line.data else None
            if tally is None:
                self._look_closely(line)
            else:
                self._count(tally)

    def _count(self, tally: Tally) -> None:
        self._examples += 1
        turns = self._turns
        for role in tally.roles:
            turns[role] = turns.get(role, 0) + 1
        self._units += tally.units
        limit = self._options.max_example_tokens
        if limit is not None and tokens.tokens(tally.units) > limit:
            self._over_limit += 1

    def _look_closely(self, line: Line) -> None:
        note = self._findings.at(line.number)
        if line.size > self._options.max_line_bytes:
            self._only_blank = False
            note(syntax.LINE_TOO_LONG, bytes=line.size, limit=self._options.max_line_bytes)
            return
        data = line.data.removesuffix(b"\r")
        if not data or data.isspace():
            note(syntax.LINE_BLANK)
            return
        self._only_blank = False
        bom = len(sniff.BYTE_ORDER_MARK) if self._has_bom else 0
        value = self._exact.parse(data, line.offset + bom, note)
        if value is not UNREADABLE:
            self._any_json = True
            self._hold_against_rules(value, note)

    def _hold_against_rules(self, value: JsonValue, note: Note) -> None:
        example = self._profile.example(value, note)
        if example is None:
            if isinstance(value, dict) and (other := shape.other_format(value)):
                self._other_formats[other] = self._other_formats.get(other, 0) + 1
            return
        for rule in self._profile.rules:
            rule.check(example, note)
        self._count(self._profile.tally(example))

    def _look_at_whole(self) -> None:
        note, options = self._findings.at(None), self._options
        missing_mark = options.byte_order_mark and not self._has_bom
        size = self._bytes + (len(sniff.BYTE_ORDER_MARK) if missing_mark else 0)
        if size > options.max_bytes:
            note(whole.FILE_TOO_LARGE, bytes=size, limit=options.max_bytes)
        if self._recognised_as is not None:
            return
        if not self._examples and self._only_blank:
            note(whole.FILE_EMPTY)
            return
        # where no line at all is JSON, more examples are not what is missing
        if (self._examples or self._any_json) and self._examples < options.min_examples:
            note(whole.TOO_FEW_EXAMPLES, examples=self._examples, minimum=options.min_examples)
        if self._other_formats and self._examples:
            name, others = max(self._other_formats.items(), key=lambda entry: entry[1])
            note(whole.FORMAT_MIXED, examples=self._examples, others=others, format=name)


def check_path(path: Path, options: Options) -> Report:
    """Check a file on disk. `OSError` when it cannot be read."""
    checker = Checker(options)
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            checker.feed(chunk)
    return checker.finish()
