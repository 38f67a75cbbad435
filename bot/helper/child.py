"""One running helper process, as a pipe that frames go through."""

import asyncio
import logging
import os
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path

import msgspec

import bot
from bot.helper import frames

_log = logging.getLogger("bot.helper")

_PIECE = 256 * 1024
_LOG_LINE = 2000
_PATIENCE = 5.0
"""Seconds for the process to end by itself when its stdin is closed."""

_INHERITED = (
    "PATH",
    "HOME",
    "LANG",
    "LC_ALL",
    "LC_CTYPE",
    "LD_LIBRARY_PATH",
    "MPLCONFIGDIR",
    "PYTHONPATH",
    "SYSTEMROOT",
    "TEMP",
    "TMP",
    "TMPDIR",
    "XDG_CACHE_HOME",
    "XDG_CONFIG_HOME",
)


_BROKEN = (asyncio.IncompleteReadError, ConnectionError, frames.BrokenFrame, msgspec.MsgspecError)


class Ended(Exception):
    """The process ended before it answered; `status` is its exit status (negative: the signal)."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class Child:
    """A process that answers frames. Make it with `start`; one call at a time."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        if process.stdin is None or process.stdout is None or process.stderr is None:
            raise ValueError("a helper process needs its three pipes")
        self._process = process
        self._stdin, self._stdout = process.stdin, process.stdout
        self._log = asyncio.create_task(_copy_to_log(process.stderr))
        self._decode: Callable[[bytes], frames.Reply] = frames.decoder(frames.Reply)

    @classmethod
    async def start(cls, command: Sequence[str]) -> "Child":
        """Start the process. It inherits no tokens and no keys. `OSError` when the system refuses."""
        pipe = asyncio.subprocess.PIPE
        process = await asyncio.create_subprocess_exec(
            *command, stdin=pipe, stdout=pipe, stderr=pipe, env=_environment()
        )
        return cls(process)

    @property
    def pid(self) -> int:
        """The process."""
        return self._process.pid

    @property
    def running(self) -> bool:
        """Whether it has not ended, as far as the event loop has heard."""
        return self._process.returncode is None

    async def exchange(
        self, head: frames.Request, blobs: Sequence[frames.Blob]
    ) -> tuple[frames.Reply, list[bytes]]:
        """Ask and wait for the answer. `Ended` when the process does not live to give one."""
        try:
            for piece in frames.encode(head, blobs):
                await self._send(piece)
            return await self._receive()
        except _BROKEN:
            raise await self._dead() from None

    async def converse(
        self,
        head: frames.Request,
        told: AsyncIterator[frames.Telling],
        heard: Callable[[frames.Interim], None],
    ) -> frames.Reply:
        """Ask, tell what comes after, and hear what is said meanwhile; the last answer.

        `Ended` when the process does not live to give one.
        """
        telling = asyncio.create_task(self._tell(head, told))
        try:
            while isinstance(reply := (await self._receive())[0], frames.Interim):
                heard(reply)
        except _BROKEN:
            raise await self._dead() from None
        finally:
            telling.cancel()
            await asyncio.gather(telling, return_exceptions=True)
        return reply

    async def _tell(self, head: frames.Request, told: AsyncIterator[frames.Telling]) -> None:
        try:
            await self._write(head)
            async for word in told:
                await self._write(word)
        except ConnectionError:
            _log.debug("helper %d does not listen any more", self.pid)  # its end is told by the other pipe

    async def _write(self, head: frames.Request) -> None:
        for piece in frames.encode(head):
            await self._send(piece)

    async def _dead(self) -> Ended:
        await self.kill()
        return Ended(self._process.returncode or 0)

    async def _send(self, piece: frames.Blob) -> None:
        view = memoryview(piece)
        for start in range(0, view.nbytes, _PIECE):
            self._stdin.write(view[start : start + _PIECE])
            await self._stdin.drain()
            # A pipe that takes everything would never give control back.
            await asyncio.sleep(0)

    async def _receive(self) -> tuple[frames.Reply, list[bytes]]:
        read = self._stdout.readexactly
        head_length, count = frames.sizes(await read(frames.HEADER.size))
        lengths = frames.blob_lengths(await read(frames.LENGTH.size * count))
        head = self._decode(await read(head_length))
        return head, [await read(length) for length in lengths]

    async def kill(self) -> None:
        """End it now."""
        if self.running:
            try:
                self._process.kill()
            except ProcessLookupError:
                _log.debug("helper %d was gone already", self.pid)
        await self._gone()

    async def end(self) -> None:
        """Close its stdin, upon which it ends; after `_PATIENCE` it is killed."""
        self._stdin.close()
        try:
            async with asyncio.timeout(_PATIENCE):
                await self._process.wait()
        except TimeoutError:
            self._process.kill()
        await self._gone()

    async def _gone(self) -> None:
        self._stdin.close()
        await self._process.wait()
        await self._log


def _environment() -> dict[str, str]:
    kept = {name: os.environ[name] for name in _INHERITED if name in os.environ}
    root = str(Path(bot.__file__).parent.parent)
    kept["PYTHONPATH"] = os.pathsep.join(filter(None, (root, kept.get("PYTHONPATH"))))
    return kept


async def _copy_to_log(stream: asyncio.StreamReader) -> None:
    while data := await stream.read(_PIECE):
        for line in data.decode(errors="replace").splitlines():
            if line.strip():
                _log.warning("helper: %s", line[:_LOG_LINE])
