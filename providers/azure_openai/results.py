"""The results file of a finished job, read while it streams (contract section 4).

Read by header, never by position. What occurs: a byte order mark, CRLF, base64 of the whole file, blank cells
(validation is measured every few steps only), columns of reinforcement jobs, a last line cut short in the file of
a running job. A row that is not one is skipped and counted.
"""

import base64
import binascii
import codecs
import csv
import math
from dataclasses import dataclass, field
from typing import Final

from providers.azure_openai.metrics import number, series_of, step_of
from providers.base import Point, Split

BOM: Final = codecs.BOM_UTF8
LOOK_AT: Final = 512
"""Bytes that are enough to tell a table from base64: no header is that long without a comma."""
LONGEST_LINE: Final = 64 * 1024
_BASE64: Final = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=\r\n \t")


class NoTableError(ValueError):
    """The file is no table of steps; the argument is the reason.

    `header`: no header with a `step` column; `base64`: looks like base64 and is not; `line`: a line of more than
    64 KiB.
    """


@dataclass(slots=True)
class _Decoder:
    """Undoes base64 where the file is base64, and takes the byte order mark off."""

    _head: bytes = b""
    _is_base64: bool | None = None
    _rest: bytes = b""
    _mark_looked_for: bool = False

    def feed(self, data: bytes, *, last: bool) -> bytes:
        if self._is_base64 is None:
            self._head += data
            if len(self._head) < LOOK_AT and not last:
                return b""
            data, self._head = self._head.removeprefix(BOM), b""
            start = data[:LOOK_AT]
            self._is_base64 = b"," not in start and _looks_like_base64(start)
        if self._is_base64:
            data = self._undo(data, last=last)
        return self._without_mark(data)

    def _undo(self, data: bytes, *, last: bool) -> bytes:
        text = self._rest + data.translate(None, b"\r\n \t")
        whole = len(text) if last else len(text) - len(text) % 4
        self._rest = text[whole:]
        try:
            return base64.b64decode(text[:whole], validate=True)
        except binascii.Error as error:
            raise NoTableError("base64") from error

    def _without_mark(self, data: bytes) -> bytes:
        if not self._mark_looked_for and data:
            self._mark_looked_for = True
            return data.removeprefix(BOM)
        return data


def _looks_like_base64(start: bytes) -> bool:
    text = start.strip()
    return len(text) >= 8 and all(byte in _BASE64 for byte in text) and not text.lower().startswith(b"step")


@dataclass(frozen=True, slots=True)
class _Header:
    """Where in a row everything stands; a series has several positions when both its spellings occur."""

    width: int
    step: int
    epoch: int | None
    series: tuple[tuple[str, Split, tuple[int, ...]], ...]


@dataclass(slots=True)
class ResultsReader:
    """Takes bytes in, gives points out; memory does not grow with the file.

    Attributes:
        rows: rows that were read.
        skipped: rows that were not ones (wrong number of cells, step or value not a number).
    """

    rows: int = 0
    skipped: int = 0
    _decoder: _Decoder = field(default_factory=_Decoder)
    _line: bytes = b""
    _header: _Header | None = None

    def feed(self, data: bytes) -> list[Point]:
        """Points of the lines that are complete now. Raises NoTableError."""
        return self._take(self._decoder.feed(data, last=False), last=False)

    def finish(self) -> list[Point]:
        """Points of what is left. Raises NoTableError when there never was a header."""
        points = self._take(self._decoder.feed(b"", last=True), last=True)
        if self._header is None:
            raise NoTableError("header")
        return points

    def _take(self, data: bytes, *, last: bool) -> list[Point]:
        lines = (self._line + data).split(b"\n")
        self._line = b"" if last else lines.pop()
        if len(self._line) > LONGEST_LINE:
            raise NoTableError("line")
        points: list[Point] = []
        for line in lines:
            text = line.decode("utf-8", "replace").strip("\r\x00 ")
            if not text:
                continue
            cells = _cells(text)
            if self._header is None:
                self._header = _read_header(cells)
            elif _read_row(self._header, cells, points):
                self.rows += 1
            else:
                self.skipped += 1
        return points


def _cells(text: str) -> list[str]:
    """A line's cells; one whose quotes are broken is split at every comma and fails as a row."""
    if '"' not in text:
        return text.split(",")
    try:
        return next(csv.reader([text]))
    except csv.Error:
        return text.split(",")


def _read_header(cells: list[str]) -> _Header:
    names = [cell.strip().lower() for cell in cells]
    if "step" not in names:
        raise NoTableError("header")
    positions: dict[tuple[str, Split], list[int]] = {}
    for position, name in enumerate(names):
        series = series_of(name)
        if series is not None:
            positions.setdefault(series, []).append(position)
    epoch = names.index("epoch") if "epoch" in names else None
    series_list = tuple((metric, split, tuple(found)) for (metric, split), found in positions.items())
    return _Header(len(names), names.index("step"), epoch, series_list)


def _read_row(header: _Header, cells: list[str], points: list[Point]) -> bool:
    """Add the row's points; False, and nothing added, when it is not a row.

    `nan` and `inf` are numbers to the service: the cell gives no point, the row stays.
    """
    step = step_of(cells[header.step]) if len(cells) == header.width else None
    if step is None:
        return False
    start = len(points)
    epoch = number(cells[header.epoch]) if header.epoch is not None else None
    for metric, split, positions in header.series:
        raw = next((cells[position] for position in positions if cells[position].strip()), None)
        if raw is None:
            continue
        try:
            value = float(raw)
        except ValueError:
            del points[start:]
            return False
        if math.isfinite(value):
            points.append(Point(metric=metric, split=split, step=step, value=value, epoch=epoch))
    return True
