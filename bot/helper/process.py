"""The bot's side of its helper process."""

import asyncio
import dataclasses
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Self

from bot.datasets.options import Options
from bot.datasets.report import Report
from bot.helper import frames
from bot.helper.child import Child, Ended
from bot.helper.errors import HelperError
from bot.training.charts import ChartRequest
from bot.training.series import Series
from bot.training.thinning import KEPT_POINTS


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class HelperOptions:
    """How the process is kept.

    Attributes:
        charts_before_restart: pictures after which a new process takes over, since drawing holds on to memory.
        idle_seconds: unused for so long, the process is ended; the next call starts another.
        check_seconds: after so long a check is given up and the process killed.
        chart_seconds: the same for a picture and for thinning out.
        command: what to start.
    """

    charts_before_restart: int = 50
    idle_seconds: float = 300.0
    check_seconds: float = 600.0
    chart_seconds: float = 120.0
    command: tuple[str, ...] = (sys.executable, "-m", "bot.helper.main")


class HelperProcess:
    """One process for work that would hold up the event loop; started at first use, one call at a time.

    Calls raise `HelperError` and nothing else. A process that crashed, hung or was cancelled in the middle of a call
    is replaced at the next one. Its stderr goes to the log `bot.helper`. When the bot dies, its end of the pipe
    closes, and the process ends.
    """

    def __init__(self, options: HelperOptions | None = None) -> None:
        self._options = options or HelperOptions()
        self._turn = asyncio.Lock()
        self._child: Child | None = None
        self._idle: asyncio.TimerHandle | None = None
        self._ending: asyncio.Task[None] | None = None
        self._charts = 0
        self._closed = False

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    @property
    def pid(self) -> int | None:
        """The running process; None when there is none."""
        return self._child.pid if self._child is not None and self._child.running else None

    async def check(self, path: Path, options: Options) -> Report:
        """`bot.datasets.checker.check_path` over there. `helper_unreadable` when the file cannot be read."""
        request = frames.Check(str(path), dataclasses.asdict(options))
        reply, _ = await self._call(request, (), self._options.check_seconds)
        if not isinstance(reply, frames.Checked):
            raise _unexpected(reply)
        return Report.from_json(reply.report)

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
        """End the process. A call in progress and calls that wait get `helper_closed`."""
        self._closed = True
        self._stop_idling()
        if self._child is not None:
            await self._child.end()
        async with self._turn:
            # A call that was starting the process when this began has one now.
            await self._end()
        if self._ending is not None:
            await self._ending

    async def _call(
        self, request: frames.Request, blobs: Sequence[frames.Blob], seconds: float
    ) -> tuple[frames.Reply, list[bytes]]:
        async with self._turn:
            self._stop_idling()
            reply, answered = await self._exchange(request, blobs, seconds)
            self._charts += isinstance(request, frames.Chart)
            if self._charts >= self._options.charts_before_restart:
                await self._end()
            else:
                self._idle = asyncio.get_running_loop().call_later(self._options.idle_seconds, self._retire)
        if isinstance(reply, frames.Fault):
            raise HelperError(reply.code, {"error": reply.error})
        return reply, answered

    async def _exchange(
        self, request: frames.Request, blobs: Sequence[frames.Blob], seconds: float
    ) -> tuple[frames.Reply, list[bytes]]:
        child = await self._running()
        finished = False
        try:
            async with asyncio.timeout(seconds):
                answered = await child.exchange(request, blobs)
            finished = True
        except TimeoutError:
            raise HelperError("helper_timeout", {"seconds": seconds}) from None
        except Ended as end:
            if self._closed:
                raise HelperError("helper_closed") from None
            raise HelperError("helper_crashed", {"exit": end.status}) from None
        finally:
            if not finished:
                # What it still sends belongs to nobody.
                self._child = None
                await child.kill()
        return answered

    async def _running(self) -> Child:
        if self._closed:
            raise HelperError("helper_closed")
        if self._child is None or not self._child.running:
            await self._end()
            try:
                self._child = await Child.start(self._options.command)
            except OSError as error:
                raise HelperError("helper_failed", {"error": type(error).__name__}) from None
        return self._child

    async def _end(self) -> None:
        child, self._child, self._charts = self._child, None, 0
        if child is not None:
            await child.end()

    def _stop_idling(self) -> None:
        if self._idle is not None:
            self._idle.cancel()
            self._idle = None

    def _retire(self) -> None:
        self._idle = None
        self._ending = asyncio.create_task(self._end_unless_busy())

    async def _end_unless_busy(self) -> None:
        if not self._turn.locked():
            async with self._turn:
                await self._end()


def _unexpected(reply: frames.Reply) -> HelperError:
    return HelperError("helper_failed", {"error": type(reply).__name__})
