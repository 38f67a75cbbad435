"""The bot as a child process: started, stopped, killed and watched by the panel."""

import asyncio
import os
import signal
import sys
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, TextIO

KEPT_LINES: Final = 500
STOP_SECONDS: Final = 15.0
LINE_MAX: Final = 1 << 20


class BotProcess:
    """One bot at a time. `on_change` is called whenever `state()` changes.

    The process is `starting` until `connected` was called with at least one connection. Without an argv (tests with
    a bot of their own) the state follows the connections alone.
    """

    def __init__(
        self,
        argv: Sequence[str],
        environment: Mapping[str, str],
        on_change: Callable[[], None],
        on_death: Callable[[int], None],
        echo: tuple[TextIO, TextIO] = (sys.stdout, sys.stderr),
    ) -> None:
        self._argv = tuple(argv)
        self._environment = environment
        self._on_change = on_change
        self._on_death = on_death
        self._echo = echo
        self._process: asyncio.subprocess.Process | None = None
        self._watching: asyncio.Task[None] | None = None
        self._connections = 0
        self._wanted = False
        self._starts = 0
        self._exit_code: int | None = None
        self._lines: deque[str] = deque(maxlen=KEPT_LINES)
        self._lock = asyncio.Lock()

    @property
    def alive(self) -> bool:
        """Whether the process runs."""
        return self._process is not None and self._process.returncode is None

    def state(self) -> dict[str, Any]:
        """`{state, pid, restarts, exit_code}`; `exit_code` is that of the last run."""
        if self.alive or not self._argv:
            word = "running" if self._connections else "starting" if self.alive else "stopped"
        else:
            word = "stopped"
        process = self._process if self.alive else None
        return {
            "state": word,
            "pid": process.pid if process else None,
            "restarts": max(0, self._starts - 1),
            "exit_code": self._exit_code,
            "managed": bool(self._argv),
        }

    def lines(self) -> list[str]:
        """The last lines of its output, oldest first."""
        return list(self._lines)

    def connected(self, connections: int) -> None:
        """Take note of how many connections the bot holds to Slack."""
        self._connections = connections
        self._on_change()

    async def start(self) -> None:
        """Start the bot unless it runs."""
        async with self._lock:
            if self.alive or not self._argv:
                return
            if self._watching is not None:
                await self._watching
            self._wanted, self._exit_code = True, None
            self._starts += 1
            process = await asyncio.create_subprocess_exec(
                *self._argv,
                env={**os.environ, **self._environment},
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
                limit=LINE_MAX,
                start_new_session=True,
            )
            self._process = process
            self._watching = asyncio.create_task(self._watch(process))
            self._on_change()

    async def stop(self) -> None:
        """Ask the bot to end (SIGTERM) and wait; after 15 s it is killed."""
        await self._end(signal.SIGTERM)

    async def kill(self) -> None:
        """End the bot without a word (SIGKILL)."""
        await self._end(signal.SIGKILL)

    async def restart(self) -> None:
        """Stop the bot and start it again."""
        await self.stop()
        await self.start()

    async def _end(self, how: signal.Signals) -> None:
        async with self._lock:
            self._wanted = False
            process, watching = self._process, self._watching
            if process is None or watching is None or process.returncode is not None:
                return
            process.send_signal(how)
            try:
                await asyncio.wait_for(process.wait(), STOP_SECONDS)
            except TimeoutError:
                process.kill()
            await watching

    async def _watch(self, process: asyncio.subprocess.Process) -> None:
        streams = [(process.stdout, self._echo[0]), (process.stderr, self._echo[1])]
        readers = [asyncio.create_task(self._read(stream, echo)) for stream, echo in streams if stream]
        code = await process.wait()
        # Its helpers may hold the pipes a little longer than it lives.
        _done, late = await asyncio.wait(readers, timeout=1)
        for reader in late:
            reader.cancel()
        await asyncio.gather(*readers, return_exceptions=True)
        self._exit_code = code
        self._on_change()
        if self._wanted:
            self._on_death(code)

    async def _read(self, stream: asyncio.StreamReader, echo: TextIO) -> None:
        while True:
            try:
                raw = await stream.readline()
            except ValueError:  # longer than LINE_MAX: what was read is dropped, the rest follows
                continue
            if not raw:
                return
            line = raw.decode(errors="replace").rstrip("\n")
            self._lines.append(line)
            echo.write(line + "\n")
            echo.flush()
