"""Files of plain text: how they are told from JSON Lines, and one pass over them.

Some training goes on where the base model's stopped, and reads text as it stands. There a line is no example, so the
rules about examples and about the set do not ask anything of it.
"""

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from bot.datasets import sniff, tokens
from bot.datasets.file_facts import FileFacts
from bot.datasets.findings import Each, Findings
from bot.datasets.gathered import Gathered
from bot.datasets.line_marks import FAMILIES_AT, RISKY
from bot.datasets.malformed import note_not_utf8
from bot.datasets.options import Options
from bot.datasets.reader import BLOCK
from bot.datasets.report import Param
from bot.datasets.rules import plain, whole
from bot.datasets.rules.base import Example, Note, RuleSpec, Talk
from bot.datasets.sampling import Picked, Sampling, clipped_texts

if TYPE_CHECKING:
    from bot.datasets.scan import Scanner

SCAN_FROM = 256 * 1024
"""Bytes whose lines are all looked into before the patterns of the scan are worth compiling."""
_LOOKED_AT = 64
_WRITTEN_AS_TEXT = ("plain_text", "csv", "tsv", "xml")
"""Formats that a text may look like from its first lines."""
_JSON = re.compile(rb"\{|\[\s*[\[{\"]")


def is_plain(head: bytes, options: Options) -> bool:
    """Whether a file that may be plain text (`options.text_file`) is: nothing in its first lines is JSON.

    Args:
        head: the first `bot.datasets.sniff.HEAD_BYTES`, or the whole file, without a byte-order mark.
        options: what it is checked against.
    """
    text = head.lstrip()
    if not options.text_file or not text or _JSON.match(text):
        return False
    kind = sniff.mistaken(head)
    if kind in _WRITTEN_AS_TEXT or (kind == "json_array" and text.startswith(b"[")):
        return True
    if kind == "binary":
        return sniff.mostly_text(text)
    return kind is None and not any(
        line.lstrip().startswith(b"{") and sniff.complete(line) for line in text.split(b"\n", _LOOKED_AT)
    )


class PlainPass:
    """Reads text in bounded memory, whatever its lines are like.

    Args:
        options: what the file is checked against.
        offset: where the text begins in the file: behind the byte-order mark.
        each: called with every finding at once.

    Attributes:
        findings, facts, gathered, sampling, over_limit: as those of `bot.datasets.passing.Pass`; lines with something
            on them are counted as examples, and nothing is gathered about them as a set.
    """

    def __init__(self, options: Options, *, offset: int = 0, each: Each | None = None) -> None:
        self.findings, self.facts = Findings(each), FileFacts(form="text", plain=True)
        self.gathered, self.sampling = Gathered(), Sampling()
        self.over_limit = 0
        self._options = options
        self._held = b""
        self._offset, self._read = offset, 0
        self._line, self._counted = 1, 0
        self._units, self._begins = 0, ""
        self._scanner: Scanner | None = None

    def feed(self, chunk: bytes) -> None:
        """The next bytes, in pieces of any size."""
        data = self._held + chunk
        start = 0
        while len(data) - start > BLOCK:
            stop = _cut(data, start, start + BLOCK)
            self._take(data[start:stop])
            start = stop
        self._held = data[start:]

    def finish(self) -> None:
        """There is nothing more to come."""
        data, self._held = self._held, b""
        if data:
            self._take(data)
        facts = self.facts
        facts.ends_open = bool(self._read) and not data.endswith(b"\n")
        facts.lines = self._line - 1 + facts.ends_open
        size = self._read + facts.ends_open
        if size:
            self.sampling.keep(Picked(-1, 0, 1, size, self._units, clipped_texts([self._begins])))

    def _take(self, data: bytes) -> None:
        """Some lines; the first may have begun earlier, the last may go on later."""
        text = data.decode(errors="replace")
        self._begins = self._begins or text[:4000]
        self._units += tokens.text_units(text)
        lines = data.split(b"\n")
        self._facts_of(lines)
        sound = "\N{REPLACEMENT CHARACTER}" not in text or _decoded(data)
        if not sound or b"\x00" in data:
            self._bytes_of(lines)
        self._risks_of(data, lines)
        self._read += len(data)
        self._offset += len(data)
        self._line += len(lines) - 1

    def _facts_of(self, lines: Sequence[bytes]) -> None:
        for number, line in enumerate(lines, self._line):
            if number > self._counted and line and not line.isspace():
                self.facts.examples += 1
                self._counted = number
        if self._counted:
            self.facts.only_blank = False

    def _bytes_of(self, lines: Sequence[bytes]) -> None:
        for number, start, line in self._places(lines):
            note = self.findings.at(number)
            try:
                line.decode()
            except UnicodeDecodeError as error:
                # a text that was cut inside a character is no JSON that was
                error.reason = "invalid start byte"
                note_not_utf8(line, start, error, note)
            if b"\x00" in line:
                note(plain.ZERO_BYTE)

    def _risks_of(self, data: bytes, lines: Sequence[bytes]) -> None:
        from bot.datasets.risk import note_risks

        marks = self._scanned(data, [start for _, start, _ in self._places(lines)])
        for place, (number, _, line) in enumerate(self._places(lines)):
            families = (RISKY if marks is None else marks.get(place, 0)) >> FAMILIES_AT
            if families and line:
                example = Example({"text": line.decode(errors="replace")}, Talk(), "text")
                note_risks(example, _on_line(self.findings.at(number)), families)

    def _scanned(self, data: bytes, starts: Sequence[int]) -> dict[int, int] | None:
        if self._read < SCAN_FROM:
            return None
        if self._scanner is None:
            from bot.datasets.scan import Scanner

            self._scanner = Scanner()
        return self._scanner.marks(data, starts)

    def _places(self, lines: Sequence[bytes]) -> Iterator[tuple[int, int, bytes]]:
        """(number, where it begins in the file, bytes) of each."""
        start = self._offset
        for number, line in enumerate(lines, self._line):
            yield number, start, line
            start += len(line) + 1


def judge(facts: FileFacts, options: Options, total: int, note: Note) -> None:
    """Note what can be said of the whole text, which has about `total` tokens."""
    if facts.bytes > options.max_bytes:
        note(whole.FILE_TOO_LARGE, bytes=facts.bytes, limit=options.max_bytes)
    if options.max_example_tokens is not None and total < options.max_example_tokens:
        note(plain.UNDER_CONTEXT, tokens=total, context=options.max_example_tokens)
    elif total < plain.FEW_TOKENS:
        note(plain.LITTLE, tokens=total, advised=plain.FEW_TOKENS)
    elif not plain.SMALL_FILE <= facts.bytes <= plain.LARGE_FILE:
        note(plain.FILE_SIZE, bytes=facts.bytes)


def _cut(data: bytes, start: int, stop: int) -> int:
    """Behind the last line feed between two places; in a longer line before a character."""
    cut = data.rfind(b"\n", start, stop) + 1
    if cut > start:
        return cut
    # no character has more than four bytes
    return next((at for at in range(stop, stop - 4, -1) if data[at] & 0xC0 != 0x80), stop)


def _decoded(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def _on_line(note: Note) -> Note:
    """Takes findings down without a path: a line of text has no parts."""

    def take(spec: RuleSpec, path: str = "", /, **params: Param) -> None:
        del path
        note(spec, **params)

    return take
