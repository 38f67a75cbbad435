"""One pass over the lines of a file, or of a part of it."""

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from bot.datasets import services, tokens
from bot.datasets.fast import Fast
from bot.datasets.file_facts import FileFacts
from bot.datasets.findings import Each, Findings
from bot.datasets.gathered import Gathered
from bot.datasets.gathering import Gathering
from bot.datasets.line_marks import FAMILIES_AT, LONG, PICKED, RISKY
from bot.datasets.looking import CloseLook, Seen
from bot.datasets.options import Form, Options
from bot.datasets.profiles import profile
from bot.datasets.reader import Block, BlockReader, line_starts
from bot.datasets.sampling import Picked, Sampling

if TYPE_CHECKING:
    from bot.datasets.scan import Scanner

SCAN_FROM = 256 * 1024
"""Bytes that are looked at closely before the patterns of the scan are worth compiling."""


class Pass:
    """Reads lines, holds each against the rules, and keeps what is said about the set.

    Args:
        options: what the file is checked against.
        form: how its lines are built.
        offset: where the first of them begins in the file: behind the byte-order mark, or a part's start.
        before: the point of the sampling's grid behind which a part begins; -1 for the start of a file.
        expected: bytes of the file, 0 = not known.
        each: called with every finding at once.
        scan_from: bytes before blocks are scanned and the fast path opens; None = never.

    Attributes:
        findings, facts, gathering, sampling: what was found so far. `over_limit`: examples longer than the model takes.
    """

    def __init__(
        self,
        options: Options,
        form: Form,
        *,
        offset: int = 0,
        before: int = -1,
        expected: int = 0,
        each: Each | None = None,
        scan_from: int | None = SCAN_FROM,
    ) -> None:
        from bot.datasets.risk import note_risks

        chosen = profile(form)
        self._options = options
        self._offset = offset
        self._reader = BlockReader(options.max_line_bytes)
        self.findings, self.facts = Findings(each), FileFacts(form=form)
        self.gathering, self.sampling = Gathering(), Sampling(expected, before)
        self.over_limit = 0
        self._look = CloseLook(
            chosen,
            chosen.rules(services.traits(options.service, options.model)),
            note_risks,
            options.max_line_bytes,
            self.findings,
            self.facts,
            self.gathering,
        )
        self._scan_from = scan_from
        self._fast: Fast | None = None
        if form == "chat":
            self._fast = Fast(
                self._closely, self._beside, self._look.regular, self.findings, self.facts, self.gathering
            )
        self._scanner: Scanner | None = None
        self._picked: dict[int, int] = {}
        self._first = 1

    @property
    def gathered(self) -> Gathered:
        """What was kept of every example."""
        return self.gathering.gathered

    def feed(self, chunk: bytes) -> None:
        """The next bytes, in pieces of any size."""
        for block in self._reader.feed(chunk):
            self._take(block)

    def finish(self) -> None:
        """There is nothing more to come."""
        for block in self._reader.finish():
            self._take(block)
            self.facts.ends_open = True
        if self._fast is not None:
            self._fast.settle()
        self.facts.cut = self.facts.ends_open and self._look.truncated == self.facts.lines
        self.sampling.finish()

    def _take(self, block: Block) -> None:
        facts, first = self.facts, self.facts.lines + 1
        self._first = first
        if block.data is None:
            facts.lines += 1
            self._look.too_long(first, block.size)
            return
        starts, joined = line_starts(block.data, block.offset + self._offset)
        facts.lines += len(starts)
        if b"\r" in block.data:
            facts.carriage_returns += block.data.count(b"\r\n") + block.data.endswith(b"\r")
        marks = self._places(starts, len(block.data))
        scanned = self._scan(block, starts)
        for place, mark in (scanned or {}).items():
            marks[place] = marks.get(place, 0) | mark
        fast = self._fast if scanned is not None and block.size <= self._options.max_line_bytes else None
        if fast is not None and joined and fast.take_block(block.data, first, starts, marks):
            return
        lines = block.data.split(b"\n")
        if fast is not None:
            fast.take(lines, first, starts, marks)
            return
        unscanned = RISKY if scanned is None else 0
        for place, line in enumerate(lines):
            self._closely(first + place, line, starts[place], marks.get(place, 0) | unscanned)

    def _places(self, starts: Sequence[int], size: int) -> dict[int, int]:
        """Lines that are picked or long, of `size` bytes together with the line feeds between them."""
        marks: dict[int, int] = {}
        self._picked = self.sampling.places(starts)
        for place in self._picked:
            marks[place] = PICKED
        limit = self._options.max_example_tokens
        # No text has more tokens than bytes.
        if limit is not None and size > limit:
            for place, (start, end) in enumerate(pairwise((*starts, starts[0] + size + 1))):
                if end - start - 1 > limit:
                    marks[place] = marks.get(place, 0) | LONG
        return marks

    def _scan(self, block: Block, starts: Sequence[int]) -> dict[int, int] | None:
        """The marks of the scan; None where nothing is known of any line."""
        if block.data is None or self._scan_from is None or block.offset + block.size < self._scan_from:
            return None
        if self._scanner is None:
            from bot.datasets.scan import Scanner

            self._scanner = Scanner()
        return self._scanner.marks(block.data, starts)

    def _closely(self, number: int, line: bytes, start: int, mark: int) -> Seen | None:
        measure = bool(mark & (PICKED | LONG))
        seen = self._look.look(number, line, start, families=mark >> FAMILIES_AT, measure=measure)
        units, texts = (seen.units, seen.texts) if seen is not None else (0, ())
        self._measured(number, line, start, mark, units, texts)
        return seen

    def _beside(self, number: int, line: bytes, start: int, mark: int) -> None:
        measure = bool(mark & (PICKED | LONG))
        units, texts = self._look.beside(number, line, families=mark >> FAMILIES_AT, measure=measure)
        self._measured(number, line, start, mark, units, texts)

    def _measured(
        self, number: int, line: bytes, start: int, mark: int, units: int, texts: tuple[str, ...]
    ) -> None:
        if mark & PICKED:
            before = self._picked[number - self._first]
            self.sampling.keep(Picked(before, start, number, len(line) + 1, units, texts))
        if mark & LONG and tokens.tokens(units) > (self._options.max_example_tokens or 0):
            self.over_limit += 1
