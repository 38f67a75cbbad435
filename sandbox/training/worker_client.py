"""Calling objects that live in the worker process (`sandbox.training.worker`) from asyncio."""

import asyncio
import os
import pickle
import sys
from asyncio.subprocess import Process
from collections.abc import Callable
from pathlib import Path
from typing import Any, Concatenate, Final, Generic, ParamSpec, TypeVar

from sandbox.training.worker import HEADER

_T = TypeVar("_T")
_R = TypeVar("_R")
_P = ParamSpec("_P")
_ROOT: Final = Path(__file__).resolve().parents[2]


class WorkerDiedError(Exception):
    """The worker process ended while calls were under way or after an object was made."""


class Worker:
    """One worker process, started by the first object and again when it died."""

    def __init__(self) -> None:
        self._process: Process | None = None
        self._reader: asyncio.Task[None] | None = None
        self._starting = asyncio.Lock()
        self._calls: dict[int, asyncio.Future[Any]] = {}
        self._number = 0

    async def make(self, factory: Callable[_P, _T], *args: _P.args, **kwargs: _P.kwargs) -> "Remote[_T]":
        """Make an object in the worker. `factory` must be importable there, the arguments picklable."""
        if kwargs:
            raise TypeError("keywords")
        process = await self.start()
        self._number += 1
        remote: Remote[_T] = Remote(self, process, self._number)
        await self.send(process, remote.key, factory, args)
        return remote

    async def start(self) -> Process:
        """Start the process unless it runs."""
        async with self._starting:
            process = self._process
            if process is None or process.returncode is not None:
                process = await self._start()
        return process

    async def send(
        self, process: Process, key: int, function: Callable[..., Any], args: tuple[Any, ...]
    ) -> Any:
        """Make one call and wait for its answer. Raises what the function raised, or WorkerDiedError."""
        if process is not self._process or process.returncode is not None:
            raise WorkerDiedError
        self._number += 1
        number = self._number
        answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._calls[number] = answer
        try:
            self._write((number, key, function, args))
            return await answer
        finally:
            self._calls.pop(number, None)

    def forget(self, process: Process, key: int) -> None:
        """Let an object go."""
        if process is self._process and process.returncode is None:
            self._write((0, key, None, ()))

    async def close(self) -> None:
        """End the process."""
        if self._process is not None and self._process.stdin is not None:
            self._process.stdin.close()
        if self._reader is not None:
            await self._reader

    async def _start(self) -> Process:
        # Small matrices are slower on several threads, and the cores belong to the servers.
        environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "sandbox.training.worker",
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, cwd=_ROOT, env=environment,
        )  # fmt: skip
        self._process = process
        self._reader = asyncio.get_running_loop().create_task(self._read(process))
        return process

    def _write(self, request: tuple[Any, ...]) -> None:
        if self._process is None or self._process.stdin is None:
            raise WorkerDiedError
        frame = pickle.dumps(request, pickle.HIGHEST_PROTOCOL)
        self._process.stdin.write(HEADER.pack(len(frame)) + frame)

    async def _read(self, process: Process) -> None:
        stream = process.stdout
        if stream is None:
            return
        try:
            while True:
                size = HEADER.unpack(await stream.readexactly(HEADER.size))[0]
                # The frames come from our own child process.
                number, fine, value = pickle.loads(await stream.readexactly(size))  # noqa: S301 - see above
                answer = self._calls.get(number)
                if answer is None or answer.done():
                    continue
                if fine:
                    answer.set_result(value)
                else:
                    answer.set_exception(value)
        except asyncio.IncompleteReadError:
            if process is self._process:
                self._process = None
            for answer in self._calls.values():
                if not answer.done():
                    answer.set_exception(WorkerDiedError())
            await process.wait()


class Remote(Generic[_T]):
    """An object in the worker."""

    def __init__(self, worker: Worker, process: Process, key: int) -> None:
        self._worker = worker
        self.process = process
        self.key = key

    async def call(
        self, method: Callable[Concatenate[_T, _P], _R], *args: _P.args, **kwargs: _P.kwargs
    ) -> _R:
        """Call one of its methods, for example `remote.call(Session.advance, 10)`. Raises what it raised."""
        if kwargs:
            raise TypeError("keywords")
        result: _R = await self._worker.send(self.process, self.key, method, args)
        return result

    def forget(self) -> None:
        """Let the object go; calls after this fail."""
        self._worker.forget(self.process, self.key)
