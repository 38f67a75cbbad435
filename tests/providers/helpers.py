"""What the provider tests share: a clock that stands, sleeping that is only noted, sources of bytes, servers."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from aiohttp import web
from aiohttp.test_utils import TestServer

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(slots=True)
class StandingClock:
    """Shows the same moment until it is moved."""

    at: datetime = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)

    def now(self) -> datetime:
        return self.at

    def move(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


@dataclass(slots=True)
class NotedSleep:
    """Returns at once and keeps what it was asked to wait."""

    waits: list[float] = field(default_factory=list)

    async def __call__(self, seconds: float) -> None:
        self.waits.append(seconds)
        await asyncio.sleep(0)


@dataclass(slots=True)
class Bytes:
    """A ByteSource over bytes."""

    data: bytes
    piece: int = 1 << 20

    @property
    def size(self) -> int:
        return len(self.data)

    async def chunks(self, offset: int = 0) -> AsyncIterator[bytes]:
        for start in range(offset, len(self.data), self.piece):
            yield self.data[start : start + self.piece]


async def quiet(_: int) -> None:
    """Progress that nobody listens to."""


def half() -> float:
    """Randomness that does not move."""
    return 0.5


@asynccontextmanager
async def serving(handler: Handler, *, ssl_context: object = None) -> AsyncIterator[str]:
    """A server on an ephemeral port that answers everything with `handler`; gives its base URL."""
    app = web.Application(client_max_size=1 << 30)
    app.router.add_route("*", "/{path:.*}", handler)
    server = TestServer(app, scheme="https" if ssl_context else "http")
    await server.start_server(ssl=ssl_context)
    try:
        yield str(server.make_url("")).rstrip("/")
    finally:
        await server.close()


@asynccontextmanager
async def refusing_tunnels() -> AsyncIterator[tuple[str, list[str]]]:
    """A proxy that refuses every tunnel; gives its URL and the request lines it got."""
    lines: list[str] = []

    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        lines.append(head.decode().splitlines()[0])
        writer.write(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(refuse, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server:
        yield f"http://127.0.0.1:{port}", lines
