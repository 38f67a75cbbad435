"""A place for one helper process at a time."""

import asyncio
import dataclasses
import sys
from collections.abc import Awaitable, Callable
from typing import TypeVar

from bot.helper.child import Child, Ended
from bot.helper.errors import HelperError

Answer = TypeVar("Answer")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class HelperOptions:
    """How the processes are kept.

    Attributes:
        charts_before_restart: pictures after which a new process takes over, since drawing holds on to memory.
        idle_seconds: unused for so long, the process is ended; the next call starts another.
        check_seconds: after so long a check is given up and the process killed; of a file that grows, the silence.
        chart_seconds: the same for a picture and for thinning out.
        followers: further processes for files that are checked while they are fetched, which may take long.
        follower_idle_seconds: as `idle_seconds`, for these.
        command: what to start.
    """

    charts_before_restart: int = 50
    idle_seconds: float = 300.0
    check_seconds: float = 600.0
    chart_seconds: float = 120.0
    followers: int = 2
    follower_idle_seconds: float = 60.0
    command: tuple[str, ...] = (sys.executable, "-m", "bot.helper.main")


class Seat:
    """One process, started at first use, with one call at a time.

    A process that crashed, hung or was cancelled in the middle of a call is replaced at the next one.
    """

    def __init__(self, command: tuple[str, ...], idle_seconds: float) -> None:
        self._command, self._idle_seconds = command, idle_seconds
        self._turn = asyncio.Lock()
        self._child: Child | None = None
        self._idle: asyncio.TimerHandle | None = None
        self._ending: asyncio.Task[None] | None = None
        self._closed = False

    @property
    def pid(self) -> int | None:
        """The running process; None when there is none."""
        return self._child.pid if self._child is not None and self._child.running else None

    async def call(
        self,
        work: Callable[[Child, asyncio.Timeout], Awaitable[Answer]],
        seconds: float,
        *,
        last: Callable[[], bool] = lambda: False,
    ) -> Answer:
        """Do `work` with the process, for at most `seconds` unless it moves the limit. `HelperError` when it ends.

        When `last` says so after it, the process makes room for a new one.
        """
        async with self._turn:
            self._stop_idling()
            answer = await self._worked(work, seconds)
            if last():
                await self._end()
            else:
                self._idle = asyncio.get_running_loop().call_later(self._idle_seconds, self._retire)
        return answer

    async def _worked(
        self, work: Callable[[Child, asyncio.Timeout], Awaitable[Answer]], seconds: float
    ) -> Answer:
        child = await self._running()
        finished = False
        try:
            async with asyncio.timeout(seconds) as limit:
                answer = await work(child, limit)
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
        return answer

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

    async def _running(self) -> Child:
        if self._closed:
            raise HelperError("helper_closed")
        if self._child is None or not self._child.running:
            await self._end()
            try:
                self._child = await Child.start(self._command)
            except OSError as error:
                raise HelperError("helper_failed", {"error": type(error).__name__}) from None
        return self._child

    async def _end(self) -> None:
        child, self._child = self._child, None
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
