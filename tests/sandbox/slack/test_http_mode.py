"""Delivery over signed HTTP: a Bolt app checks the signatures, a plain server sees the retries."""

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import parse_qs

import httpx
import pytest
from aiohttp import web
from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.signature import SignatureVerifier
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.clock import SystemClock
from sandbox.server import Sandbox, SandboxOptions, create_sandbox
from sandbox.slack.http_delivery import HttpDelivery, signed
from sandbox.slack.options import SlackOptions
from tests.patience import until
from tests.sandbox.slack.people import FINE, RIN, Json, Page


class Receiver:
    """A server at the request URL; `answers` are used up one by one, then everything gets a 200."""

    def __init__(self) -> None:
        self.requests: list[tuple[dict[str, str], str]] = []
        self.answers: list[web.Response | float] = []
        self.url = ""

    async def handle(self, request: web.Request) -> web.StreamResponse:
        self.requests.append((dict(request.headers), await request.text()))
        answer = self.answers.pop(0) if self.answers else web.Response()
        if isinstance(answer, float):
            await asyncio.sleep(answer)
            return web.Response()
        return answer


async def serving(app: web.Application) -> AsyncIterator[str]:
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events"
    await runner.cleanup()


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    made, app = Receiver(), web.Application()
    app.router.add_post("/slack/events", made.handle)
    async for url in serving(app):
        made.url = url
        yield made


async def sandbox_for(url: str) -> Sandbox:
    options = SlackOptions(
        request_url=url, rate_limits=False, ack_seconds=1.0, event_retry_seconds=(0.0, 0.02, 0.04)
    )
    made = create_sandbox(clock=SystemClock(), options=SandboxOptions(slack=options), azure=False)
    await made.start()
    return made


@pytest.fixture
async def http_sandbox(receiver: Receiver) -> AsyncIterator[Sandbox]:
    made = await sandbox_for(receiver.url)
    yield made
    await made.stop()


@pytest.fixture
async def http_page(http_sandbox: Sandbox) -> AsyncIterator[Page]:
    async with httpx.AsyncClient(base_url=http_sandbox.url) as client:
        yield Page(client)


async def test_a_command_is_a_signed_form(http_page: Page, receiver: Receiver) -> None:
    receiver.answers = [web.json_response({"text": "three jobs"})]
    assert (await http_page.post("command", user=RIN, channel=FINE, text="/finetune jobs"))["ok"]
    ((headers, body),) = receiver.requests
    assert headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert SignatureVerifier("sandbox-signing-secret").is_valid_request(body, headers)
    fields = {name: values[0] for name, values in parse_qs(body).items()}
    assert (fields["command"], fields["text"], fields["user_id"]) == ("/finetune", "jobs", RIN)
    assert (await http_page.history())[-1]["text"] == "three jobs"


async def test_a_failing_request_url(http_page: Page, receiver: Receiver) -> None:
    receiver.answers = [web.Response(status=500), 2.0]
    for error in ("dispatch_failed", "operation_timeout"):
        answer = await http_page.post("command", user=RIN, channel=FINE, text="/finetune")
        assert answer["error"] == error
    assert len(receiver.requests) == 2


async def test_events_are_retried_with_headers(http_page: Page, receiver: Receiver) -> None:
    receiver.answers = [web.Response(status=500), 2.0, web.Response(status=404)]
    await http_page.say("hello")
    await until(lambda: len(receiver.requests) == 4)
    numbers = [headers.get("X-Slack-Retry-Num") for headers, _ in receiver.requests]
    reasons = [headers.get("X-Slack-Retry-Reason") for headers, _ in receiver.requests]
    assert numbers == [None, "1", "2", "3"]
    assert reasons == [None, "http_error", "http_timeout", "http_error"]
    verifier = SignatureVerifier("sandbox-signing-secret")
    assert all(verifier.is_valid_request(body, headers) for headers, body in receiver.requests)


async def test_no_retry_is_honoured(http_page: Page, receiver: Receiver) -> None:
    receiver.answers = [web.Response(status=500, headers={"X-Slack-No-Retry": "1"})]
    await http_page.say("first")
    await until(lambda: receiver.requests)
    # Were the first event sent again, that would happen at once, before the second is posted.
    await http_page.say("second")
    await until(lambda: len(receiver.requests) == 2)
    assert ["first" in body for _, body in receiver.requests] == [True, False]


async def test_the_request_url_is_verified(http_sandbox: Sandbox, receiver: Receiver) -> None:
    delivery = http_sandbox.slack.delivery
    assert isinstance(delivery, HttpDelivery)
    receiver.answers = [
        web.json_response({"challenge": "c1"}),
        web.Response(text="c2"),
        web.Response(text="no"),
    ]
    assert await delivery.verify_url("c1")
    assert await delivery.verify_url("c2")
    assert not await delivery.verify_url("c3")


class TestBolt:
    """A Bolt app behind aiohttp, as the bot runs in HTTP mode."""

    @pytest.fixture
    async def bolt(self) -> AsyncIterator[tuple[Sandbox, Page, list[Json], str]]:
        got: list[Json] = []
        client = AsyncWebClient(token="xoxb-sandbox-bot")
        app = AsyncApp(client=client, signing_secret="sandbox-signing-secret")
        anything: Any = app

        async def command(ack: AsyncAck, body: Json) -> None:
            got.append(body)
            await ack(text="taken")

        async def message(body: Json) -> None:
            got.append(body["event"])

        anything.command("/finetune")(command)
        anything.event("message")(message)
        async for url in serving(app.web_app(path="/slack/events")):
            sandbox = await sandbox_for(url)
            client.base_url = f"{sandbox.url}/slack/api/"
            async with httpx.AsyncClient(base_url=sandbox.url) as http:
                yield sandbox, Page(http), got, url
            await sandbox.stop()

    async def test_commands_and_events(self, bolt: tuple[Sandbox, Page, list[Json], str]) -> None:
        _sandbox, page, got, _url = bolt
        assert (await page.post("command", user=RIN, channel=FINE, text="/finetune jobs"))["ok"]
        assert got[0]["text"] == "jobs"
        await page.say("hello")
        await until(lambda: len(got) == 2)
        assert got[1]["text"] == "hello"

    async def test_a_wrong_signature_and_an_old_one(
        self, bolt: tuple[Sandbox, Page, list[Json], str]
    ) -> None:
        _sandbox, page, got, url = bolt
        body = b"command=/finetune&user_id=U0REQUEST1&team_id=T0SANDBOX"
        now = int(time.time())
        tampered = signed(body, now) | {"X-Slack-Signature": "v0=00"}
        other_secret = signed(body, now, "another secret")
        for headers in (tampered, other_secret, signed(body, now - 400), {}):
            form = {"Content-Type": "application/x-www-form-urlencoded", **headers}
            assert (await page.http.post(url, content=body, headers=form)).status_code == 401
        assert got == []
