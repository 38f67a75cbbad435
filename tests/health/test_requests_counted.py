"""Each request on the wire is counted once, under our name of it and by what became of it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st

from providers.auth import KeyAuth
from providers.azure_openai.errors import AzureDialect
from providers.calls import Call, Timeouts
from providers.errors import ProviderError
from providers.http import HttpService
from providers.network import NetworkOptions, make_client
from providers.observing import outcome_of
from providers.retry import RetryPolicy


@dataclass
class Told:
    """Everything that an observer was told."""

    seen: list[tuple[str, str]] = field(default_factory=list)

    def answered(self, operation: str, outcome: str, seconds: float) -> None:
        assert seconds >= 0
        self.seen.append((operation, outcome))


class Clock:
    def now(self) -> datetime:
        return datetime.now(UTC)


CALL = Call(operation="jobs.list", method="GET", path="/jobs/ftjob-1?after=2", repeatable=True)


@asynccontextmanager
async def serving(*statuses: int | str) -> AsyncIterator[str]:
    """A service that answers like this, one after the other: a status, `cut` or `hold`."""
    left = list(statuses)
    over = asyncio.Event()

    async def answer(request: web.Request) -> web.Response:
        now = left.pop(0)
        if isinstance(now, int):
            return web.json_response({}, status=now)
        if now == "hold":
            await over.wait()
        assert request.transport is not None
        request.transport.abort()
        return web.Response()

    app = web.Application()
    app.router.add_route("*", "/{tail:.*}", answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        over.set()
        await runner.cleanup()


async def asked(url: str, call: Call = CALL) -> list[tuple[str, str]]:
    """What is counted of one call."""
    told = Told()

    async def at_once(seconds: float) -> None:
        del seconds

    service = HttpService(
        url,
        client=make_client(NetworkOptions(observer=told)),
        auth=KeyAuth(header="api-key", key="k"),
        dialect=AzureDialect("key", "", ""),
        clock=Clock(),
        sleep=at_once,
        random=lambda: 0.0,
        policy=RetryPolicy(),
    )
    try:
        await service.call(call)
    except ProviderError:
        told.seen.append(("", "raised"))
    finally:
        await service.aclose()
    return told.seen


@pytest.mark.parametrize(
    ("statuses", "outcomes"),
    [
        ((200,), ["ok"]),
        ((503, 500, 200), ["error", "error", "ok"]),
        ((429, 200), ["throttled", "ok"]),
        (("cut", 200), ["no_answer", "ok"]),
    ],
)
async def test_a_repeated_request_is_counted_as_often_as_it_is_sent(
    statuses: tuple[int | str, ...], outcomes: list[str]
) -> None:
    async with serving(*statuses) as url:
        assert await asked(url) == [("jobs.list", one) for one in outcomes]


async def test_what_is_refused_is_counted_as_that() -> None:
    async with serving(404) as url:
        assert await asked(url) == [("jobs.list", "refused"), ("", "raised")]


async def test_what_nobody_listens_to_was_unreachable() -> None:
    async with serving() as url:
        pass
    assert await asked(url, replace(CALL, repeatable=False)) == [("jobs.list", "unreachable"), ("", "raised")]


async def test_what_takes_longer_than_the_whole_call_may_is_cut() -> None:
    async with serving("hold") as url:
        seen = await asked(url, replace(CALL, timeouts=Timeouts(read=60.0, total=0.05)))
    assert seen == [("jobs.list", "cut"), ("", "raised")]


@given(st.integers(200, 599))
def test_every_status_has_one_of_four_words(status: int) -> None:
    word = outcome_of(status)
    assert (word == "ok") == (status < 400)
    assert (word == "throttled") == (status == 429)
    assert word in {"ok", "refused", "throttled", "error"}
