"""The HTTP policy against servers that misbehave in ways of which no stand-in has a habit."""

import asyncio
import gzip
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from aiohttp import web

from providers.auth import KeyAuth
from providers.calls import ASK, Call, Timeouts
from providers.errors import (
    NotFound,
    OutcomeUnknown,
    ProviderError,
    Refused,
    ServiceAnswer,
    Throttled,
    Unauthorised,
    Unavailable,
)
from providers.http import HttpService
from providers.network import NetworkOptions, make_client
from providers.retry import RetryPolicy
from tests.providers.authority import Authority
from tests.providers.helpers import NotedSleep, StandingClock, half, refusing_tunnels, serving

HASTY = Timeouts(read=0.2, write=0.2)


class Words:
    """A service whose refusals are its words."""

    def read(self, body: bytes) -> tuple[str, str]:
        return "code", body.decode()

    def refusal(self, answer: ServiceAnswer, call: Call) -> ProviderError:
        return (NotFound if answer.status == 404 else Refused)("request_refused", {}, answer)


@dataclass
class Renewing:
    """A credential that can be had anew."""

    forgotten: int = 0
    closed: bool = False
    renewable: bool = True

    async def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer token-{self.forgotten}-of-this-test"}

    def forget(self) -> None:
        self.forgotten += 1

    def secrets(self) -> tuple[str, ...]:
        return (f"token-{self.forgotten}-of-this-test",)

    async def aclose(self) -> None:
        self.closed = True


@dataclass
class Speaker:
    """An HttpService with what it was built from."""

    service: HttpService
    sleep: NotedSleep = field(default_factory=NotedSleep)


@asynccontextmanager
async def speaking(
    base_url: str, auth: object = None, network: NetworkOptions | None = None
) -> AsyncIterator[Speaker]:
    sleep = NotedSleep()
    credential = auth or KeyAuth(header="api-key", key="secret-key-of-this-test")
    service = HttpService(
        base_url,
        client=make_client(network or NetworkOptions()),
        auth=credential,  # type: ignore[arg-type]  # the double has the protocol's methods, not its property
        dialect=Words(),
        clock=StandingClock(),
        sleep=sleep,
        random=half,
        policy=RetryPolicy(),
    )
    try:
        yield Speaker(service, sleep)
    finally:
        await service.aclose()


def get(path: str = "/x", timeouts: Timeouts = ASK) -> Call:
    return Call(operation="things.get", method="GET", path=path, repeatable=True, timeouts=timeouts)


def post(timeouts: Timeouts = ASK) -> Call:
    return Call(
        operation="things.make", method="POST", path="/x", repeatable=False, timeouts=timeouts, json={"a": 1}
    )


async def test_nobody_listens() -> None:
    async def never(_: web.Request) -> web.Response:
        return web.Response()

    async with serving(never) as url:
        gone = url
    async with speaking(gone) as it:
        with pytest.raises(Unavailable) as told:
            await it.service.call(get())
        assert told.value.code == "unreachable"
        assert len(it.sleep.waits) == 2
        with pytest.raises(Unavailable) as told:
            await it.service.call(post())
        assert told.value.code == "unreachable", "nothing was sent, so the outcome is known"
        assert len(it.sleep.waits) == 2


async def test_scheme_that_nobody_speaks() -> None:
    async with speaking("gopher://127.0.0.1") as it:
        with pytest.raises(Unavailable) as told:
            await it.service.call(post())
        assert told.value.code == "unreachable"


async def test_silence() -> None:
    release = asyncio.Event()

    async def silent(_: web.Request) -> web.Response:
        await release.wait()
        return web.Response()

    async with serving(silent) as url, speaking(url) as it:
        with pytest.raises(Unavailable) as told:
            await it.service.call(get(timeouts=HASTY))
        assert told.value.code == "timed_out"
        with pytest.raises(OutcomeUnknown) as unknown:
            await it.service.call(post(HASTY))
        assert unknown.value.params["reason"] == "timed_out"
        release.set()


async def test_answer_that_drips_for_ever_ends_at_the_total() -> None:
    async def dripping(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        while True:
            await response.write(b" ")
            await asyncio.sleep(0.02)

    patient = Timeouts(read=10.0, total=0.3)
    async with serving(dripping) as url, speaking(url) as it:
        with pytest.raises(Unavailable) as told:
            await it.service.call(get(timeouts=patient))
        assert told.value.code == "timed_out"
        with pytest.raises(OutcomeUnknown):
            await it.service.call(post(patient))


async def read_into(pieces: list[bytes], service: HttpService) -> None:
    async with service.stream(get()) as body:
        async for piece in body:
            pieces.append(piece)  # noqa: PERF401 - what came before a break counts


async def test_answer_that_breaks_in_the_middle() -> None:
    async def breaking(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Length": "1000"})
        await response.prepare(request)
        await response.write(b"half of it")
        assert request.transport is not None
        request.transport.close()
        return response

    async with serving(breaking) as url, speaking(url) as it:
        with pytest.raises(Unavailable) as told:
            await it.service.call(get())
        assert told.value.code == "connection_lost"
        with pytest.raises(OutcomeUnknown):
            await it.service.call(post())
        pieces: list[bytes] = []
        with pytest.raises(Unavailable):
            await read_into(pieces, it.service)
        assert b"".join(pieces) == b"half of it"


async def test_redirects_are_not_followed() -> None:
    async def elsewhere(_: web.Request) -> web.Response:
        return web.Response(status=302, headers={"Location": "http://127.0.0.1:9/login"})

    async with serving(elsewhere) as url, speaking(url) as it:
        for call in (get(), post()):
            with pytest.raises(Refused) as told:
                await it.service.call(call)
            assert told.value.code == "unexpected_redirect"


async def test_proxy_that_refuses_the_tunnel() -> None:
    async with refusing_tunnels() as (proxy_url, lines):
        async with speaking("https://service.test", network=NetworkOptions(proxy=proxy_url)) as it:
            with pytest.raises(Unavailable) as told:
                await it.service.call(post())
        assert told.value.code == "proxy_refused"
        assert len(lines) == 1


async def test_certificate_that_nobody_vouches_for(tmp_path: Path) -> None:
    async def never(_: web.Request) -> web.Response:
        return web.Response()

    async with serving(never, ssl_context=Authority(tmp_path).server_context()) as url:
        async with speaking(url.replace("127.0.0.1", "localhost")) as it:
            with pytest.raises(Unavailable) as told:
                await it.service.call(post())
        assert told.value.code == "tls_failed"


async def test_proxy_that_wants_a_password() -> None:
    async def proxy(_: web.Request) -> web.Response:
        return web.Response(status=407)

    async with serving(proxy) as url, speaking(url) as it:
        with pytest.raises(Unauthorised) as told:
            await it.service.call(post())
        assert told.value.code == "proxy_auth_required"


async def test_broken_compression() -> None:
    async def broken(_: web.Request) -> web.Response:
        return web.Response(
            body=gzip.compress(b"x" * 100)[:-20] + b"garbage" * 5, headers={"Content-Encoding": "gzip"}
        )

    async with serving(broken) as url, speaking(url) as it:
        with pytest.raises(Unavailable):
            await it.service.call(get())
        with pytest.raises(OutcomeUnknown):
            await it.service.call(post())


async def test_refused_token_is_renewed_once() -> None:
    tokens: list[str] = []

    async def picky(request: web.Request) -> web.Response:
        tokens.append(request.headers["Authorization"])
        return web.Response(status=200 if tokens[-1].startswith("Bearer token-1") else 401)

    async with serving(picky) as url:
        auth = Renewing()
        async with speaking(url, auth) as it:
            await it.service.call(post())
            assert len(tokens) == 2
            assert it.sleep.waits == []
            auth.forgotten = 5
            with pytest.raises(Refused):
                await it.service.call(post())
            assert len(tokens) == 4
    assert auth.closed


async def test_body_is_made_anew_for_every_attempt() -> None:
    seen: list[bytes] = []

    async def picky(request: web.Request) -> web.Response:
        seen.append(await request.read())
        return web.Response(status=200 if len(seen) > 1 else 401)

    async def body() -> AsyncIterator[bytes]:
        yield b"first "
        yield b"second"

    async with serving(picky) as url, speaking(url, Renewing()) as it:
        call = Call(operation="x", method="POST", path="/", repeatable=False, body=body)
        await it.service.call(call)
    assert seen == [b"first second"] * 2


async def test_words_are_redacted_and_cut_and_the_request_id_kept() -> None:
    async def talkative(_: web.Request) -> web.Response:
        text = "no: api-key=abcdef123456, you sent secret-key-of-this-test " + "x" * 500_000
        return web.Response(status=400, text=text, headers={"apim-request-id": "7f3c"})

    async with serving(talkative) as url, speaking(url) as it:
        with pytest.raises(Refused) as told:
            await it.service.call(get())
        answer = told.value.answer
        assert (answer.status, answer.code, answer.request_id) == (400, "code", "7f3c")
        assert "abcdef123456" not in answer.message
        assert "secret-key-of-this-test" not in answer.message
        assert len(answer.message) == 2_000
        assert "secret" not in str(told.value)


async def test_overloaded_service_that_names_a_time() -> None:
    async def busy(_: web.Request) -> web.Response:
        return web.Response(status=503, headers={"Retry-After": "120"})

    async with serving(busy) as url, speaking(url) as it:
        with pytest.raises(Throttled) as told:
            await it.service.call(get())
        assert (told.value.code, told.value.retry_after) == ("busy", 120.0)
        with pytest.raises(OutcomeUnknown):
            await it.service.call(post())


async def test_throttling_that_lasts_is_told_with_its_last_time() -> None:
    async def throttling(_: web.Request) -> web.Response:
        return web.Response(status=429, headers={"retry-after-ms": "250"})

    async with serving(throttling) as url, speaking(url) as it:
        with pytest.raises(Throttled) as told:
            await it.service.call(get())
        assert told.value.retry_after == 0.25
        assert it.sleep.waits == [0.25, 0.25]


async def test_cancelled_call_leaves_no_connection_behind() -> None:
    arrived, release = asyncio.Event(), asyncio.Event()

    async def holding(_: web.Request) -> web.Response:
        arrived.set()
        await release.wait()
        return web.Response()

    async with serving(holding) as url, speaking(url) as it:
        task = asyncio.create_task(it.service.call(get()))
        await arrived.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        release.set()
        assert (await it.service.call(get())).status == 200
