"""The bot's side of its helper processes."""

import asyncio
import dataclasses
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Literal, Self

from bot.datasets.options import Form, Options
from bot.datasets.repair.kinds import KINDS
from bot.datasets.repair.record import Repairs
from bot.datasets.report import Report
from bot.datasets.risk.suspects import Suspects
from bot.datasets.study.studied import Studied
from bot.helper import frames
from bot.helper.child import Child
from bot.helper.errors import HelperError
from bot.helper.growth import Growth
from bot.helper.seat import HelperOptions, Seat
from bot.training.charts import ChartRequest
from bot.training.series import Series
from bot.training.thinning import KEPT_POINTS

Heard = Callable[[frames.Interim], None]


class HelperProcess:
    """A process for work that would hold up the event loop, and further ones for files that are still being fetched.

    Each is started at first use and does one call at a time. Calls raise `HelperError` and nothing else. A process
    that crashed, hung or was cancelled in the middle of a call is replaced at the next one. What they write to stderr
    goes to the log `bot.helper`. When the bot dies, its end of the pipes closes, and the processes end.
    """

    def __init__(self, options: HelperOptions | None = None) -> None:
        self._options = kept = options or HelperOptions()
        self._seat = Seat(kept.command, kept.idle_seconds)
        command = (*kept.command, frames.FOLLOW)
        self._followers = [Seat(command, kept.follower_idle_seconds) for _ in range(kept.followers)]
        self._student = Seat(kept.command, kept.follower_idle_seconds)
        # The one that was used last is still warm.
        self._free: asyncio.LifoQueue[Seat] = asyncio.LifoQueue()
        for seat in self._followers:
            self._free.put_nowait(seat)
        self._charts = 0

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    @property
    def pid(self) -> int | None:
        """The running process; None when there is none."""
        return self._seat.pid

    @property
    def follower_pids(self) -> tuple[int, ...]:
        """The running processes for files that grow."""
        return tuple(pid for seat in self._followers if (pid := seat.pid) is not None)

    @property
    def student_pid(self) -> int | None:
        """The running process for second passes; None when there is none."""
        return self._student.pid

    async def check(self, path: Path, options: Options) -> Report:
        """`bot.datasets.checker.check_path` over there. `helper_unreadable` when the file cannot be read."""
        request = frames.Check(str(path), dataclasses.asdict(options))
        reply, _ = await self._call(request, (), self._options.check_seconds)
        if not isinstance(reply, frames.Checked):
            raise _unexpected(reply)
        return Report.from_json(reply.report)

    async def warm(self) -> None:
        """Have a process ready for a file that is about to come. What keeps it from that is told by `follow`."""

        async def nothing(child: Child, limit: asyncio.Timeout) -> None:
            del child, limit

        with suppress(asyncio.QueueEmpty):
            seat = self._free.get_nowait()
            try:
                with suppress(HelperError):
                    await seat.call(nothing, self._options.check_seconds)
            finally:
                self._free.put_nowait(seat)

    async def follow(
        self,
        paths: Sequence[Path],
        options: Options,
        growth: Growth,
        *,
        heard: Heard,
        findings: Path | None = None,
        expected: int = 0,
    ) -> Report | None:
        """Check a file while it is written, as `growth` tells.

        Args:
            paths: where the file is looked for, in this order, once there is something of it.
            options: what it is checked against.
            growth: says how far the file is. What of it was told may not change any more.
            heard: gets what the process says meanwhile.
            findings: where all findings go (`bot.datasets.spool`); a file that was there is replaced.
            expected: the file's size in bytes by what was said of it, 0 = not known; nothing relies on it.

        Returns:
            The report; None when the file was abandoned.
        """
        request = frames.CheckFollow(
            [str(path) for path in paths], dataclasses.asdict(options), str(findings or ""), expected
        )
        seconds = self._options.check_seconds

        async def work(child: Child, limit: asyncio.Timeout) -> frames.Reply:
            loop = asyncio.get_running_loop()

            def alive() -> None:
                limit.reschedule(loop.time() + seconds)

            async def told() -> AsyncIterator[frames.Telling]:
                async for word in growth.told():
                    alive()
                    yield word

            def said(reply: frames.Interim) -> None:
                alive()
                heard(reply)

            return await child.converse(request, told(), said)

        seat = await self._free.get()
        try:
            reply = await seat.call(work, seconds)
        finally:
            self._free.put_nowait(seat)
        if isinstance(reply, frames.Left):
            return None
        if not isinstance(reply, frames.Checked):
            raise _unexpected(reply)
        return Report.from_json(reply.report)

    async def repair(self, source: Path, target: Path, options: Options, form: str = "") -> Repairs:
        """`bot.datasets.repair.file.repair` over there; `form` is a name of a profile, empty = recognised.

        `helper_unreadable` when one of the files cannot be read or written.
        """
        reply = await self._aside(frames.Repair(str(source), str(target), dataclasses.asdict(options), form))
        if not isinstance(reply, frames.Repaired):
            raise _unexpected(reply)
        lines = {kind: tuple(reply.lines.get(kind, ())) for kind in KINDS if kind in reply.counts}
        counts = {kind: reply.counts[kind] for kind in lines}
        return Repairs(counts, lines, reply.changed, reply.bytes)

    async def without(self, source: Path, target: Path, lines: Sequence[int]) -> int:
        """`bot.datasets.repair.without.without` over there."""
        reply = await self._aside(frames.Without(str(source), str(target), list(lines)))
        if not isinstance(reply, frames.LeftOut):
            raise _unexpected(reply)
        return reply.lines

    async def hold_back(self, source: Path, target: Path, share: int, side: Literal["train", "valid"]) -> int:
        """`bot.datasets.repair.holding_back.hold_back` over there."""
        reply = await self._aside(frames.HoldBack(str(source), str(target), share, side))
        if not isinstance(reply, frames.LeftOut):
            raise _unexpected(reply)
        return reply.lines

    async def suspects(self, path: Path, form: str, categories: Sequence[str]) -> Suspects:
        """`bot.datasets.risk.suspects` over there; `form` is a name of a profile."""
        reply = await self._aside(frames.Suspect(str(path), form, list(categories)))
        if not isinstance(reply, frames.Suspected):
            raise _unexpected(reply)
        return Suspects(tuple(reply.lines), reply.by_category, reply.cut, tuple(reply.unknown))

    async def _aside(self, request: frames.Request) -> frames.Reply:
        """Work that takes as long as a file is large: beside the process that draws and thins out."""

        async def work(child: Child, _: asyncio.Timeout) -> frames.Reply:
            reply, _blobs = await child.exchange(request, ())
            return reply

        seat = await self._free.get()
        try:
            return await seat.call(work, self._options.check_seconds)
        finally:
            self._free.put_nowait(seat)

    async def study(
        self,
        path: Path,
        options: Options,
        form: Form,
        *,
        against: Path | None = None,
        findings: Path | None = None,
        heard: Heard = lambda _: None,
    ) -> Studied:
        """`bot.datasets.study.runner.study` over there, in a process of its own; one file after the other.

        Args:
            path: the file, whole.
            options: what the first pass checked it against.
            form: how its lines are built.
            against: training data for this validation data.
            findings: where all findings go (`bot.datasets.spool`); a file that was there is replaced.
            heard: gets what the process says meanwhile. A silence of `check_seconds` is a failure.
        """
        request = frames.Study(
            str(path), dataclasses.asdict(options), form, str(against or ""), str(findings or "")
        )
        seconds = self._options.check_seconds

        async def work(child: Child, limit: asyncio.Timeout) -> frames.Reply:
            def said(reply: frames.Interim) -> None:
                limit.reschedule(asyncio.get_running_loop().time() + seconds)
                heard(reply)

            return await child.converse(request, _nothing_more(), said)

        reply = await self._student.call(work, seconds)
        if not isinstance(reply, frames.StudyDone):
            raise _unexpected(reply)
        return reply.studied

    async def chart(self, request: ChartRequest) -> bytes:
        """`bot.training.charts.render` over there: a PNG."""
        blobs = frames.series_blobs(request.series)
        reply, drawn = await self._call(frames.chart_head(request), blobs, self._options.chart_seconds)
        if not isinstance(reply, frames.Drawn) or len(drawn) != 1:
            raise _unexpected(reply)
        return drawn[0]

    async def decimate(self, series: Sequence[Series], limit: int = KEPT_POINTS) -> tuple[Series, ...]:
        """`bot.training.thinning.decimate` over there, for series of many thousand points."""
        request = frames.Decimate(frames.series_heads(series), limit)
        reply, blobs = await self._call(request, frames.series_blobs(series), self._options.chart_seconds)
        if not isinstance(reply, frames.Decimated):
            raise _unexpected(reply)
        return tuple(frames.series_of(reply.series, blobs))

    async def aclose(self) -> None:
        """End the processes. Calls in progress and calls that wait get `helper_closed`."""
        await asyncio.gather(*(seat.aclose() for seat in (self._seat, self._student, *self._followers)))

    async def _call(
        self, request: frames.Request, blobs: Sequence[frames.Blob], seconds: float
    ) -> tuple[frames.Reply, list[bytes]]:
        async def work(child: Child, _: asyncio.Timeout) -> tuple[frames.Reply, list[bytes]]:
            answered = await child.exchange(request, blobs)
            self._charts += isinstance(request, frames.Chart)
            return answered

        reply, answered = await self._seat.call(work, seconds, last=self._worn)
        if isinstance(reply, frames.Fault):
            raise _unexpected(reply)
        return reply, answered

    def _worn(self) -> bool:
        if self._charts < self._options.charts_before_restart:
            return False
        self._charts = 0
        return True


async def _nothing_more() -> AsyncIterator[frames.Telling]:
    """A conversation in which the bot says nothing after its request."""
    nothing: tuple[frames.Telling, ...] = ()
    for word in nothing:
        yield word


def _unexpected(reply: frames.Reply) -> HelperError:
    if isinstance(reply, frames.Fault):
        return HelperError(reply.code, {"error": reply.error})
    return HelperError("helper_failed", {"error": type(reply).__name__})
