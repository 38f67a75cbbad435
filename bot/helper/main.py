"""The helper process: `python -m bot.helper.main`. Reads requests from stdin, answers on stdout.

A request has one answer, except that a check that follows a file is a conversation (`bot.helper.frames`).

It ends when its stdin closes, at once and in the middle of whatever it does: a killed bot leaves nothing behind.
"""

import importlib
import io
import logging
import os
import queue
import sys
import threading
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

import msgspec

from bot.datasets.options import Options
from bot.helper import frames

_log = logging.getLogger("bot.helper")

Work = tuple[frames.Request, list[bytes]]
Answer = tuple[frames.Reply, list[frames.Blob]]


def read_frame(stream: BinaryIO, decode: Callable[[bytes], frames.Request]) -> Work | None:
    """The next request; None at the end of the stream."""
    header = stream.read(frames.HEADER.size)
    if len(header) < frames.HEADER.size:
        return None
    head_length, count = frames.sizes(header)
    packed = stream.read(frames.LENGTH.size * count)
    if len(packed) < frames.LENGTH.size * count:
        return None
    lengths = frames.blob_lengths(packed)
    head = stream.read(head_length)
    blobs = [stream.read(length) for length in lengths]
    if len(head) < head_length or any(
        len(blob) < length for blob, length in zip(blobs, lengths, strict=True)
    ):
        return None
    return decode(head), blobs


class Service:
    """Does the work. `work` is what comes in, `send` writes a frame."""

    def __init__(
        self, work: "queue.SimpleQueue[Work]", send: Callable[[frames.Reply, list[frames.Blob]], None]
    ) -> None:
        self._work, self._send = work, send

    def serve(self) -> None:
        """Take the next request and answer it."""
        request, blobs = self._work.get()
        if not isinstance(request, frames.Telling):  # the rest of a conversation that failed here
            self._send(*self._answer_or_fault(request, blobs))

    def _answer_or_fault(self, request: frames.Request, blobs: list[bytes]) -> Answer:
        try:
            if isinstance(request, frames.CheckFollow):
                return self._follow(request), []
            if isinstance(request, frames.Study):
                return self._study(request), []
            return answer(request, blobs)
        except frames.BrokenFrame:
            raise
        except Exception as error:  # noqa: BLE001  # the boundary of the process: the bot is told, and the process lives on
            # Where, but not the message: it could quote the file.
            where = "".join(traceback.format_tb(error.__traceback__))
            _log.error("%s in %s\n%s", type(error).__name__, type(request).__name__, where)
            return frames.Fault("helper_failed", type(error).__name__), []

    def _follow(self, request: frames.CheckFollow) -> frames.Reply:
        from bot.helper.following import follow

        try:
            return follow(request, self._hear, lambda reply: self._send(reply, []))
        except (OSError, EOFError) as error:
            return frames.Fault("helper_unreadable", type(error).__name__)

    def _study(self, request: frames.Study) -> frames.Reply:
        from bot.helper.studying import study_file

        try:
            return study_file(request, lambda reply: self._send(reply, []))
        except OSError as error:
            return frames.Fault("helper_unreadable", type(error).__name__)

    def _hear(self, seconds: float | None) -> frames.Telling | None:
        try:
            word, _ = self._work.get(block=seconds != 0, timeout=seconds or None)
        except queue.Empty:
            return None
        if not isinstance(word, frames.Telling):
            raise frames.BrokenFrame("a request in the middle of a conversation")
        return word


def answer(request: frames.Request, blobs: list[bytes]) -> Answer:
    """Do work that has one answer."""
    if isinstance(request, frames.Check):
        from bot.datasets.checker import check_path

        try:
            report = check_path(Path(request.path), Options(**request.options))
        except OSError as error:
            return frames.Fault("helper_unreadable", type(error).__name__), []
        return frames.Checked(report.to_json()), []
    if isinstance(request, frames.Repair | frames.Without | frames.HoldBack | frames.Suspect):
        from bot.helper.mending import mended

        return mended(request), []
    if isinstance(request, frames.Chart):
        from bot.training.charts import render

        return frames.Drawn(), [render(frames.chart_request(request, blobs))]
    if not isinstance(request, frames.Decimate):
        raise frames.BrokenFrame(type(request).__name__)
    from bot.training.thinning import decimate

    thin = [decimate(one, request.limit) for one in frames.series_of(request.series, blobs)]
    return frames.Decimated(frames.series_heads(thin)), frames.series_blobs(thin)


def _read_all(stream: BinaryIO, work: "queue.SimpleQueue[Work]") -> None:
    decode = frames.decoder(frames.Request)
    try:
        while (request := read_frame(stream, decode)) is not None:
            work.put(request)
    except (frames.BrokenFrame, msgspec.MsgspecError):
        _log.exception("not a request")
        os._exit(2)
    # Also while the main thread is in the middle of something: nobody waits for its answer any more.
    os._exit(0)


def main() -> None:
    """Serve until stdin closes."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(message)s", stream=sys.stderr)
    # Whatever a library prints must not get between the frames.
    out = io.FileIO(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    work: queue.SimpleQueue[Work] = queue.SimpleQueue()
    threading.Thread(target=_read_all, args=(sys.stdin.buffer, work), daemon=True).start()

    def send(reply: frames.Reply, blobs: list[frames.Blob]) -> None:
        for piece in frames.encode(reply, blobs):
            _write(out, piece)

    if sys.argv[1:] == [frames.FOLLOW]:
        _get_ready()
    service = Service(work, send)
    try:
        while True:
            service.serve()
    except BrokenPipeError:
        os._exit(0)
    except frames.BrokenFrame:
        _log.exception("not a request")
        os._exit(2)


def _get_ready() -> None:
    """Import what a check needs while the file is still on its way."""
    for name in ("bot.helper.following", "numpy"):
        importlib.import_module(name)


def _write(out: io.RawIOBase, piece: frames.Blob) -> None:
    rest = memoryview(piece)
    while rest.nbytes:
        rest = rest[out.write(rest) or 0 :]


if __name__ == "__main__":
    main()
