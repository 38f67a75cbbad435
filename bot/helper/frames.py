"""The language between the bot and its helper process: frames over a pipe.

A frame is a header of eight bytes (length of the head, number of blobs, both unsigned 32 bits), the length of each blob
(unsigned 64 bits), the head as JSON, then the blobs. Numbers of a series travel as blobs, because turning a million of
them into text would hold up the event loop.

A request is answered by one frame. `CheckFollow` is a conversation instead: `Grown` follows it as the file grows, then
`Ended` or `Abandoned`; the helper sends `Progress` and `First` as it likes, and one last frame that is neither. `Study`
is one in which only the helper speaks.
"""

import struct
from array import array
from collections.abc import Callable, Sequence
from typing import Any, Literal

import msgspec

from bot.datasets.options import Form
from bot.datasets.report import Finding
from bot.datasets.study.studied import Studied
from bot.training.charts import ChartCheckpoint, ChartRequest
from bot.training.series import Series
from providers.base import Split

HEADER = struct.Struct(">II")
LENGTH = struct.Struct(">Q")
MAX_HEAD = 16 * 1024 * 1024
MAX_BLOB = 1024 * 1024 * 1024

FOLLOW = "follow"
"""The argument of a process that will follow files, so that it gets ready for that before it is asked."""

Blob = bytes | memoryview


class Check(msgspec.Struct, tag=True, frozen=True):
    """Check the file at `path`; `options` are the fields of `bot.datasets.options.Options`."""

    path: str
    options: dict[str, Any]


class CheckFollow(msgspec.Struct, tag=True, frozen=True):
    """Check a file while it is written. What it holds so far is told by `Grown`.

    `paths` are where it is looked for, in this order: a whole file has another name than a part. All findings go as
    JSON lines to `findings`, if it is not empty. `expected` is its size in bytes as far as anybody knows, 0 = unknown.
    """

    paths: list[str]
    options: dict[str, Any]
    findings: str = ""
    expected: int = 0


class Study(msgspec.Struct, tag=True, frozen=True):
    """Study the whole file at `path`, whose lines are built as `form`; `options` as in `Check`.

    `against` is the training file that its examples shall not be in, empty = none. All findings go as JSON lines to
    `findings`, if it is not empty.
    """

    path: str
    options: dict[str, Any]
    form: Form
    against: str = ""
    findings: str = ""


class Grown(msgspec.Struct, tag=True, frozen=True):
    """The file holds `bytes` so far; they will not change."""

    bytes: int


class Ended(msgspec.Struct, tag=True, frozen=True):
    """The file is whole: its size, and its SHA-256 in hexadecimal."""

    bytes: int
    sha256: str


class Abandoned(msgspec.Struct, tag=True, frozen=True):
    """The file will not be whole: forget it."""


class Repair(msgspec.Struct, tag=True, frozen=True):
    """Write the file at `source` to `target` with everything repaired; `options` as in `Check`, `form` "" = look."""

    source: str
    target: str
    options: dict[str, Any]
    form: str = ""


class Without(msgspec.Struct, tag=True, frozen=True):
    """Write the file at `source` to `target` without these lines (from 1)."""

    source: str
    target: str
    lines: list[int]


class HoldBack(msgspec.Struct, tag=True, frozen=True):
    """Write one side (`train` or `valid`) of the file at `source` to `target`; `share` percent are held back."""

    source: str
    target: str
    share: int
    side: Literal["train", "valid"]


class Suspect(msgspec.Struct, tag=True, frozen=True):
    """Guess which lines of the file at `path` a safety check with these categories was about."""

    path: str
    form: str
    categories: list[str]


class SeriesHead(msgspec.Struct, frozen=True):
    """A series without its numbers: those are three blobs (steps, values, epochs)."""

    metric: str
    split: Split


class Chart(msgspec.Struct, tag=True, frozen=True):
    """Draw a picture."""

    title: str
    subtitle: str
    series: list[SeriesHead]
    checkpoints: list[tuple[int, str, bool]]
    epoch_ends: list[int]
    sparse: bool = False


class Decimate(msgspec.Struct, tag=True, frozen=True):
    """Thin series out."""

    series: list[SeriesHead]
    limit: int


class Checked(msgspec.Struct, tag=True, frozen=True):
    """Answer to `Check`: the stored form of the report."""

    report: dict[str, Any]


class Progress(msgspec.Struct, tag=True, frozen=True):
    """How much of the file has been checked, and what was found in it so far."""

    bytes: int
    errors: int
    warnings: int


class First(msgspec.Struct, tag=True, frozen=True):
    """The first few errors, while the rest is still being read. Sent anew when there are more of them."""

    findings: list[Finding]
    errors: int
    warnings: int


class Left(msgspec.Struct, tag=True, frozen=True):
    """Answer to a conversation that was abandoned."""


class Repaired(msgspec.Struct, tag=True, frozen=True):
    """Answer to `Repair`: `bot.datasets.repair.record.Repairs`."""

    counts: dict[str, int]
    lines: dict[str, list[int]]
    changed: bool
    bytes: int


class LeftOut(msgspec.Struct, tag=True, frozen=True):
    """Answer to `Without`: how many lines."""

    lines: int


class Suspected(msgspec.Struct, tag=True, frozen=True):
    """Answer to `Suspect`: `bot.datasets.risk.Suspects`."""

    lines: list[int]
    by_category: dict[str, int]
    cut: bool
    unknown: list[str]


class StudyDone(msgspec.Struct, tag=True, frozen=True):
    """Answer to `Study`."""

    studied: Studied


class Drawn(msgspec.Struct, tag=True, frozen=True):
    """Answer to `Chart`: the PNG is the one blob."""


class Decimated(msgspec.Struct, tag=True, frozen=True):
    """Answer to `Decimate`."""

    series: list[SeriesHead]


class Fault(msgspec.Struct, tag=True, frozen=True):
    """It went wrong; `code` is one of `HelperError`'s."""

    code: str
    error: str


Telling = Grown | Ended | Abandoned
"""What continues a conversation; outside one it comes too late and means nothing."""
Interim = Progress | First
Request = Check | CheckFollow | Study | Repair | Without | HoldBack | Suspect | Chart | Decimate | Telling
Reply = Checked | Left | StudyDone | Repaired | LeftOut | Suspected | Drawn | Decimated | Fault | Interim


class BrokenFrame(ValueError):
    """The other side did not speak this language."""


def encode(head: Request | Reply, blobs: Sequence[Blob] = ()) -> list[Blob]:
    """The pieces of a frame, to be written in this order."""
    body = msgspec.json.encode(head)
    lengths = b"".join(LENGTH.pack(memoryview(blob).nbytes) for blob in blobs)
    return [HEADER.pack(len(body), len(blobs)) + lengths + body, *blobs]


def sizes(header: bytes) -> tuple[int, int]:
    """Length of the head and number of blobs. `BrokenFrame` when they are absurd."""
    head, blobs = HEADER.unpack(header)
    if head > MAX_HEAD or blobs > MAX_HEAD // LENGTH.size:
        raise BrokenFrame("frame too large")
    return head, blobs


def blob_lengths(packed: bytes) -> list[int]:
    """The length of each blob. `BrokenFrame` when one is absurd."""
    lengths = [length for (length,) in LENGTH.iter_unpack(packed)]
    if any(length > MAX_BLOB for length in lengths):
        raise BrokenFrame("blob too large")
    return lengths


def decoder(kind: Any) -> Callable[[bytes], Any]:
    """Reads heads of this union of types; `msgspec.MsgspecError` for others."""
    return msgspec.json.Decoder(kind).decode


def series_heads(series: Sequence[Series]) -> list[SeriesHead]:
    """What `series_blobs` leaves out."""
    return [SeriesHead(one.metric, one.split) for one in series]


def series_blobs(series: Sequence[Series]) -> list[Blob]:
    """The numbers of the series, without a copy."""
    return [
        memoryview(numbers).cast("B") for one in series for numbers in (one.steps, one.values, one.epochs)
    ]


def series_of(heads: Sequence[SeriesHead], blobs: list[bytes]) -> list[Series]:
    """The series that heads and blobs were made of. Takes the blobs out of the list, so that nothing is held twice."""
    if len(blobs) != 3 * len(heads):
        raise BrokenFrame("three blobs for each series")
    blobs.reverse()
    made: list[Series] = []
    for head in heads:
        steps, values, epochs = array("q"), array("d"), array("d")
        steps.frombytes(blobs.pop())
        values.frombytes(blobs.pop())
        epochs.frombytes(blobs.pop())
        made.append(Series(head.metric, head.split, steps, values, epochs))
    return made


def chart_head(request: ChartRequest) -> Chart:
    """A request for the pipe."""
    return Chart(
        title=request.title,
        subtitle=request.subtitle,
        series=series_heads(request.series),
        checkpoints=[(mark.step, mark.label, mark.deployable) for mark in request.checkpoints],
        epoch_ends=list(request.epoch_ends),
        sparse=request.sparse,
    )


def chart_request(head: Chart, blobs: list[bytes]) -> ChartRequest:
    """The request that `chart_head` made this of. Takes the blobs out of the list."""
    return ChartRequest(
        title=head.title,
        subtitle=head.subtitle,
        series=series_of(head.series, blobs),
        checkpoints=[ChartCheckpoint(*mark) for mark in head.checkpoints],
        epoch_ends=head.epoch_ends,
        sparse=head.sparse,
    )
