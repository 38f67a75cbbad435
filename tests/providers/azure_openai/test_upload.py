"""The upload's form: exact length, bounded memory, honest progress, a source that changes under it."""

import asyncio
import tracemalloc
from collections.abc import AsyncIterator
from dataclasses import dataclass
from itertools import pairwise

import pytest
from aiohttp import web
from hypothesis import given, settings
from hypothesis import strategies as st

from providers.azure_openai.files import PIECE, UploadBody
from providers.azure_openai.provider import AzureOpenAIProvider
from providers.errors import Refused
from providers.network import NetworkOptions
from providers.registry import build
from tests.providers.helpers import Bytes, StandingClock, quiet, serving

MIB = 1 << 20


@dataclass
class Zeros:
    """A large source that is never in memory; `given` bytes come although `size` says otherwise."""

    size: int
    given: int
    closed: bool = False

    async def chunks(self, offset: int = 0) -> AsyncIterator[bytes]:
        try:
            left = self.given - offset
            while left > 0:
                yield bytes(min(MIB, left))
                left -= MIB
        finally:
            self.closed = True


class Counting:
    """A service that counts and forgets."""

    def __init__(self) -> None:
        self.declared = self.received = self.largest = 0
        self.complete = False

    async def __call__(self, request: web.Request) -> web.Response:
        self.declared, self.received = request.content_length or 0, 0
        async for chunk in request.content.iter_any():
            self.received += len(chunk)
        self.complete = self.received == self.declared
        return web.json_response({"id": "file-1", "status": "pending", "created_at": 1}, status=201)


def opened(url: str) -> AzureOpenAIProvider:
    given = {"endpoint": url, "key": "k" * 32}
    provider = build("azure_openai", "x", given, network=NetworkOptions(), clock=StandingClock())
    assert isinstance(provider, AzureOpenAIProvider)
    return provider


async def test_memory_stays_bounded_however_large_the_file() -> None:
    service, progress = Counting(), list[int]()

    async def note(sent: int) -> None:
        progress.append(sent)

    async def peak(provider: AzureOpenAIProvider, size: int) -> int:
        tracemalloc.start()
        await provider.upload(Zeros(size, size), "D1.jsonl", None, note)
        highest = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert service.complete
        return highest

    async with serving(service.__call__) as url:
        provider = opened(url)
        await peak(provider, MIB)
        small, large = await peak(provider, 4 * MIB), await peak(provider, 100 * MIB)
        await provider.aclose()
    assert progress[-1] == 100 * MIB
    assert max(after - before for before, after in pairwise(progress)) <= PIECE
    assert large < 12 * MIB, "eight times less than the file, the server's buffers included"
    assert large < small + 6 * MIB


async def test_other_work_gets_its_turn_while_a_source_never_waits() -> None:
    turns = 0

    async def count() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    body = UploadBody(Zeros(32 * MIB, 32 * MIB), "n", "b", quiet)
    counting = asyncio.create_task(count())
    pieces = [len(piece) async for piece in body.pieces()]
    counting.cancel()
    assert max(pieces) == PIECE
    assert turns >= len(pieces) - 2


@given(st.binary(max_size=5000), st.integers(1, 2000), st.text(max_size=30))
@settings(max_examples=40)
def test_form_is_as_long_as_announced_and_reads_back(data: bytes, piece: int, name: str) -> None:
    async def made() -> tuple[bytes, bytes, int]:
        body = UploadBody(Bytes(data, piece), name, "boundary0123456789abcdef", quiet)
        first = b"".join([part async for part in body.pieces()])
        again = b"".join([part async for part in body.pieces()])
        await body.aclose()
        return first, again, int(body.headers["Content-Length"])

    form, again, announced = asyncio.run(made())
    assert form == again
    assert len(form) == announced
    head, _, rest = form.partition(b"Content-Type: application/json\r\n\r\n")
    assert rest.removesuffix(b"\r\n--boundary0123456789abcdef--\r\n") == data
    assert b'name="purpose"\r\n\r\nfine-tune\r\n' in head
    assert head.count(b"\r\n") == 6, "a name cannot add lines to the form's head"


@pytest.mark.parametrize("given", [3 * MIB - 1, 3 * MIB + 1, 0])
async def test_source_that_is_not_as_long_as_it_said(given: int) -> None:
    service = Counting()
    async with serving(service.__call__) as url:
        provider = opened(url)
        source = Zeros(3 * MIB, given)
        with pytest.raises(Refused) as told:
            await provider.upload(source, "D1.jsonl", None, quiet)
        assert told.value.code == "source_changed"
        assert told.value.params["expected"] == 3 * MIB
        assert source.closed
        await provider.aclose()
    assert not service.complete, "the form never ended, so the service has no file"


async def test_cancelled_upload_lets_go_of_its_source() -> None:
    started = asyncio.Event()

    async def note(_: int) -> None:
        started.set()
        await asyncio.Event().wait()

    service, source = Counting(), Zeros(8 * MIB, 8 * MIB)
    async with serving(service.__call__) as url:
        provider = opened(url)
        task = asyncio.create_task(provider.upload(source, "D1.jsonl", None, note))
        await started.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await provider.aclose()
    assert source.closed
    assert not service.complete
