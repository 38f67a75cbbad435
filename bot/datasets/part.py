"""A process that checks one part of a file: `python -m bot.datasets.part`, started by `bot.datasets.parts`.

It reads one job from stdin and ends when stdin closes, so that it never outlives whoever wanted its answer.
Findings and
the result go to stdout as frames: a length of four bytes, then MessagePack.
"""

import os
import signal
import sys
import threading
from array import array
from collections.abc import Callable
from typing import BinaryIO

import msgspec

from bot.datasets.concluding import Harvest
from bot.datasets.file_facts import FileFacts
from bot.datasets.findings import Findings, Harvested
from bot.datasets.gathered import Gathered
from bot.datasets.options import Form, Options
from bot.datasets.passing import Pass
from bot.datasets.reader import BLOCK
from bot.datasets.report import Finding
from bot.datasets.sampling import Picked, Sampling

LENGTH_BYTES = 4


class Job(msgspec.Struct, frozen=True):
    """What to check: bytes `start` to `stop` of the file at `path`, which are whole lines.

    Attributes:
        size: bytes of the whole file. `before`: see `bot.datasets.passing.Pass`.
        each: send every finding at once.
    """

    path: str
    start: int
    stop: int
    size: int
    before: int
    form: Form
    options: Options
    each: bool


class One(msgspec.Struct, tag=True, frozen=True):
    """A finding, its line counted from the start of the part."""

    finding: Finding


class Unreadable(msgspec.Struct, tag=True, frozen=True):
    """The file could not be read; `error` is the system's number."""

    error: int


class Done(msgspec.Struct, tag=True, frozen=True):
    """All that the part gave. Arrays travel as their bytes."""

    findings: Harvested
    facts: FileFacts
    gathered: tuple[bytes, bytes, bytes]
    systems: dict[int, int]
    system_lines: dict[int, int]
    roles: dict[str, int]
    turns: dict[int, int]
    width: int
    picked: list[Picked]
    over_limit: int

    def harvest(self) -> Harvest:
        """As the pass had it."""
        findings = Findings()
        findings.add(self.findings, 0)
        gathered = Gathered(
            systems=self.systems, system_lines=self.system_lines, roles=self.roles, turns=self.turns
        )
        targets: tuple[array[int], ...] = (gathered.lines, gathered.wholes, gathered.prompts)
        for target, data in zip(targets, self.gathered, strict=True):
            target.frombytes(data)
        return Harvest(
            findings, self.facts, gathered, Sampling.restored(self.width, self.picked), self.over_limit
        )


Message = One | Unreadable | Done


def check(job: Job, tell: Callable[[Message], None]) -> Done:
    """Check a part. `OSError` when the file cannot be read."""
    checked = Pass(
        job.options,
        job.form,
        offset=job.start,
        before=job.before,
        expected=job.size,
        each=(lambda finding: tell(One(finding))) if job.each else None,
        scan_from=0,
    )
    left = job.stop - job.start
    with open(job.path, "rb", buffering=0) as file:  # noqa: PTH123 - the path is a word from a frame
        file.seek(job.start)
        while left and (chunk := file.read(min(BLOCK, left))):
            left -= len(chunk)
            checked.feed(chunk)
    checked.finish()
    gathered = checked.gathering.gathered
    width, picked = checked.sampling.state()
    return Done(
        checked.findings.harvested,
        checked.facts,
        (gathered.lines.tobytes(), gathered.wholes.tobytes(), gathered.prompts.tobytes()),
        gathered.systems,
        gathered.system_lines,
        gathered.roles,
        gathered.turns,
        width,
        picked,
        checked.over_limit,
    )


def read_message(stream: BinaryIO, decode: Callable[[bytes], Message]) -> Message:
    """The next frame. `EOFError` when there is none."""
    head = stream.read(LENGTH_BYTES)
    body = stream.read(int.from_bytes(head, "big")) if len(head) == LENGTH_BYTES else b""
    if not body:
        raise EOFError
    return decode(body)


def _end_with(stream: BinaryIO) -> None:
    stream.read()
    os._exit(0)


def main() -> None:
    """Do the one job that stands in the first frame. A key that interrupts is for the parent, which ends this."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    stdin, out = sys.stdin.buffer, sys.stdout.buffer
    encode = msgspec.msgpack.Encoder().encode

    def tell(message: Message) -> None:
        data = encode(message)
        out.write(len(data).to_bytes(LENGTH_BYTES, "big") + data)
        out.flush()

    length = int.from_bytes(stdin.read(LENGTH_BYTES), "big")
    job = msgspec.msgpack.decode(stdin.read(length), type=Job)
    threading.Thread(target=_end_with, args=(stdin,), daemon=True).start()
    try:
        tell(check(job, tell))
    except OSError as error:
        tell(Unreadable(error.errno or 0))
    # Not by the usual way, which would wait for the lock of stdin that the other thread holds.
    os._exit(0)


if __name__ == "__main__":
    main()
