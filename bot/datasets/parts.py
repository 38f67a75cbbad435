"""A file on disk, checked by one process or by two at once."""

import hashlib
import os
import secrets
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO, Self

import msgspec

import bot
from bot.datasets import sniff
from bot.datasets.concluding import Harvest, conclude
from bot.datasets.file_facts import FileFacts
from bot.datasets.findings import Each
from bot.datasets.gathered import add_up
from bot.datasets.gathering import join
from bot.datasets.options import Options
from bot.datasets.part import LENGTH_BYTES, Job, Message, One, Unreadable, check, read_message
from bot.datasets.reader import BLOCK, BlockReader
from bot.datasets.report import Report
from bot.datasets.sampling import ALIGNED
from bot.datasets.stream import Checker, judged

LARGE = 150_000_000
"""Bytes from which two processes are faster than one; below, their start takes what they save."""
_INHERITED = (
    "PATH",
    "LANG",
    "LC_ALL",
    "LD_LIBRARY_PATH",
    "PYTHONPATH",
    "SYSTEMROOT",
    "TEMP",
    "TMP",
    "TMPDIR",
)


def check_path(
    path: Path,
    options: Options,
    *,
    each: Each | None = None,
    processes: int | None = None,
    digest: bool = True,
) -> Report:
    """Check a file on disk. `OSError` when it cannot be read.

    Args:
        path: the file.
        options: what it is checked against.
        each: called with every finding at once, in the order of the file's parts.
        processes: 1 or 2; None = what is faster for a file of this size. A process that was started with a number in
            `PYTHONHASHSEED` is one of the two, any other starts two and waits for them.
        digest: compute the SHA-256; otherwise the report's is empty.
    """
    size = path.stat().st_size
    if processes is None:
        processes = 2 if size > LARGE and (os.cpu_count() or 1) > 1 else 1
    if processes > 1 and (middle := _middle(path, size)):
        return _in_parts(path, options, size, middle, each=each, digest=digest)
    checker = Checker(
        options,
        each=each,
        digest=digest,
        expected=size,
        reread=lambda wanted: lines_of(path, options.max_line_bytes, wanted),
    )
    with path.open("rb", buffering=0) as file:
        while chunk := file.read(BLOCK):
            checker.feed(chunk)
    return checker.finish()


def lines_of(path: Path, max_line_bytes: int, wanted: Sequence[int]) -> Mapping[int, bytes]:
    """Lines by number (from 1), without mark and line feed; those that are too long or gone are left out."""
    missing = set(wanted)
    found: dict[int, bytes] = {}
    number = 0
    reader = BlockReader(max_line_bytes)
    with path.open("rb", buffering=0) as file:
        chunk = file.read(BLOCK).removeprefix(sniff.BYTE_ORDER_MARK)
        while missing:
            for block in reader.feed(chunk) if chunk else reader.finish():
                lines = block.data.split(b"\n") if block.data is not None else [b""]
                inside = [one for one in missing if number < one <= number + len(lines)] if missing else []
                for one in inside:
                    missing.discard(one)
                    if block.data is not None:
                        found[one] = lines[one - number - 1]
                number += len(lines)
            if not chunk:
                break
            chunk = file.read(BLOCK)
    return found


def _middle(path: Path, size: int) -> int:
    """Where the second part begins: behind the first line feed after a point of the sampling's grid; 0 = nowhere."""
    point = size // 2 // ALIGNED * ALIGNED
    with path.open("rb", buffering=0) as file:
        file.seek(point)
        place = point
        while point and (chunk := file.read(BLOCK)):
            found = chunk.find(b"\n")
            if found >= 0:
                return place + found + 1 if place + found + 1 < size else 0
            place += len(chunk)
    return 0


def _in_parts(
    path: Path, options: Options, size: int, middle: int, *, each: Each | None, digest: bool
) -> Report:
    began = time.perf_counter()
    with path.open("rb", buffering=0) as file:
        facts = judged(file.read(sniff.HEAD_BYTES), options)
    if facts.encoding or facts.mistaken or facts.plain:
        return check_path(path, options, each=each, processes=1, digest=digest)
    mark = len(sniff.BYTE_ORDER_MARK) if facts.has_bom else 0
    job = Job(str(path), mark, middle, size, -1, facts.form, options, each is not None)
    second = msgspec.structs.replace(job, start=middle, stop=size, before=middle // ALIGNED * ALIGNED)
    hashing = _Hashing(path) if digest else None
    # Both parts must hash alike. A process that was told its seed can do the first part itself.
    told = os.environ.get("PYTHONHASHSEED", "")
    seed = told if told.isdigit() else str(secrets.randbelow(2**32 - 1) + 1)
    with ExitStack() as stack:
        children = [
            stack.enter_context(_Child(one, seed)) for one in ((second,) if told.isdigit() else (job, second))
        ]
        harvest = check(job, _teller(each)).harvest() if told.isdigit() else children[0].harvest(each, 0)
        more = children[-1].harvest(each, harvest.facts.lines)
    joined = _joined(harvest, more)
    joined.facts.has_bom, joined.facts.bytes = facts.has_bom, size
    return conclude(
        options,
        joined,
        reread=lambda wanted: lines_of(path, options.max_line_bytes, wanted),
        sha256=hashing.result() if hashing is not None else "",
        seconds=time.perf_counter() - began,
    )


def _teller(each: Each | None) -> Callable[[Message], None]:
    def tell(message: Message) -> None:
        if isinstance(message, One) and each is not None:
            each(message.finding)

    return tell


def _joined(first: Harvest, second: Harvest) -> Harvest:
    lines = first.facts.lines
    first.findings.add(second.findings.harvested, lines)
    join(first.gathered, second.gathered, lines)
    first.sampling.join(second.sampling, lines)
    first.sampling.finish()
    others = dict(first.facts.other_forms)
    add_up(others, second.facts.other_forms)
    facts = FileFacts(
        lines=lines + second.facts.lines,
        examples=first.facts.examples + second.facts.examples,
        form=first.facts.form,
        only_blank=first.facts.only_blank and second.facts.only_blank,
        any_json=first.facts.any_json or second.facts.any_json,
        other_forms=others,
        carriage_returns=first.facts.carriage_returns + second.facts.carriage_returns,
        ends_open=second.facts.ends_open,
        cut=second.facts.cut,
        tools=first.facts.tools + second.facts.tools,
        images=first.facts.images + second.facts.images,
    )
    return first._replace(facts=facts, over_limit=first.over_limit + second.over_limit)


class _Child:
    """One process of `bot.datasets.part`. Its stdin stays open as long as its answer is wanted."""

    def __init__(self, job: Job, seed: str) -> None:
        data = msgspec.msgpack.encode(job)
        environment = {name: os.environ[name] for name in _INHERITED if name in os.environ}
        root = str(Path(bot.__file__).parent.parent)
        environment["PYTHONPATH"] = os.pathsep.join(filter(None, (root, environment.get("PYTHONPATH"))))
        self._process = subprocess.Popen(
            [sys.executable, "-m", "bot.datasets.part"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environment | {"PYTHONHASHSEED": seed},
        )
        if self._process.stdin is None or self._process.stdout is None:
            raise ChildProcessError
        self._stdin, self._stdout = self._process.stdin, self._process.stdout
        self._stdin.write(len(data).to_bytes(LENGTH_BYTES, "big") + data)
        self._stdin.flush()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._stdin.close()
        self._stdout.close()
        self._process.wait()

    def harvest(self, each: Each | None, lines: int) -> Harvest:
        """Its result; findings are passed on meanwhile, their lines counted from `lines` + 1."""
        stream: BinaryIO = self._stdout  # type: ignore[assignment]  # a buffered reader is one
        decode = msgspec.msgpack.Decoder(Message).decode
        while True:
            try:
                message = read_message(stream, decode)
            except EOFError:
                raise ChildProcessError from None
            if isinstance(message, Unreadable):
                raise OSError(message.error, os.strerror(message.error))
            if not isinstance(message, One):
                return message.harvest()
            if each is not None:
                finding = message.finding
                each(replace(finding, line=finding.line + lines) if finding.line is not None else finding)


class _Hashing:
    """The digest of a file, computed beside other work."""

    def __init__(self, path: Path) -> None:
        self._path, self._digest = path, ""
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        with self._path.open("rb") as file:
            self._digest = hashlib.file_digest(file, "sha256").hexdigest()

    def result(self) -> str:
        """In hexadecimal. `OSError` when the file could not be read to its end."""
        self._thread.join()
        if not self._digest:
            raise OSError
        return self._digest
