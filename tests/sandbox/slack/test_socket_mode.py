"""Socket Mode with the SDK's own client: connections, envelopes, redelivery, disconnects."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import aiohttp
import httpx
import pytest
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.async_client import AsyncBaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.server import Sandbox
from tests.patience import until
from tests.sandbox.slack.people import FINE, RIN, Json, Page

APP = {"Authorization": "Bearer xapp-sandbox-app"}


class Received:
    """What one SDK client got; it acknowledges unless told not to."""

    def __init__(self, client: Any, sandbox: Sandbox) -> None:
        self.client = client
        self.sandbox = sandbox
        self.requests: list[SocketModeRequest] = []
        self.acknowledges = True
        client.socket_mode_request_listeners.append(self._listen)

    async def _listen(self, client: AsyncBaseSocketModeClient, request: SocketModeRequest) -> None:
        self.requests.append(request)
        if self.acknowledges:
            await client.send_socket_mode_response(SocketModeResponse(envelope_id=request.envelope_id))


@asynccontextmanager
async def connected(sandbox: Sandbox) -> AsyncIterator[Received]:
    web = AsyncWebClient(token="xoxb-sandbox-bot", base_url=f"{sandbox.url}/slack/api/")
    client: Any = SocketModeClient(app_token="xapp-sandbox-app", web_client=web, ping_interval=0.2)
    before = sandbox.slack.socket_mode.connections
    await client.connect()
    await until(lambda: sandbox.slack.socket_mode.connections > before)
    try:
        yield Received(client, sandbox)
    finally:
        await client.close()


async def address(sandbox: Sandbox) -> str:
    async with httpx.AsyncClient(base_url=sandbox.url, headers=APP) as http:
        return str((await http.post("/slack/api/apps.connections.open")).json()["url"])


async def test_hello_and_a_ticket_that_works_once(sandbox: Sandbox) -> None:
    url = await address(sandbox)
    async with aiohttp.ClientSession() as session:
        async with session.ws_connect(url) as socket:
            hello = await socket.receive_json(timeout=2)
            assert hello["type"] == "hello"
            assert hello["num_connections"] == 1
            assert hello["connection_info"] == {"app_id": "A0TUNESMTH"}
            assert hello["debug_info"]["approximate_connection_time"] > 0
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await session.ws_connect(url)
    assert refused.value.status == 401


async def test_an_event_reaches_the_sdk_client(sandbox: Sandbox, page: Page) -> None:
    async with connected(sandbox) as client:
        ts = await page.say("hello")
        (request,) = await until(lambda: client.requests)
    assert (request.type, request.retry_attempt) == ("events_api", 0)
    assert request.payload["event"]["ts"] == ts


async def test_an_unacknowledged_event_is_delivered_again(sandbox: Sandbox, page: Page) -> None:
    sandbox.slack.configure({"ack_seconds": 0.4})
    async with connected(sandbox) as client:
        client.acknowledges = False
        await page.say("hello")
        await until(lambda: len(client.requests) == 2)
        sandbox.slack.configure({"ack_seconds": 30})
        client.acknowledges = True
        await until(lambda: len(client.requests) == 3)
    assert [request.retry_attempt for request in client.requests] == [0, 1, 2]
    assert [request.retry_reason for request in client.requests] == ["", "timeout", "timeout"]
    assert len({request.payload["event_id"] for request in client.requests}) == 1
    assert len({request.envelope_id for request in client.requests}) == 3


async def test_an_event_that_nobody_took_comes_when_somebody_connects(sandbox: Sandbox, page: Page) -> None:
    sandbox.slack.configure({"event_retry_seconds": [0, 0.1, 30]})
    await page.say("while away")
    async with connected(sandbox) as client:
        (request,) = await until(lambda: client.requests)
    assert request.retry_reason == "connection_failed"


async def test_each_payload_goes_to_one_of_the_connections(sandbox: Sandbox, page: Page) -> None:
    async with AsyncExitStack() as stack:
        clients = [await stack.enter_async_context(connected(sandbox)) for _ in range(3)]
        for number in range(6):
            await page.say(str(number))
        await until(lambda: sum(len(client.requests) for client in clients) == 6)
    assert [len(client.requests) for client in clients] == [2, 2, 2]


async def test_an_eleventh_connection_is_refused(sandbox: Sandbox) -> None:
    async with aiohttp.ClientSession() as session, AsyncExitStack() as stack:
        for number in range(10):
            socket = await stack.enter_async_context(session.ws_connect(await address(sandbox)))
            assert (await socket.receive_json(timeout=2))["num_connections"] == number + 1
        async with session.ws_connect(await address(sandbox)) as socket:
            assert (await socket.receive_json(timeout=2))["reason"] == "too_many_websockets"
            assert (await socket.receive(timeout=2)).type is aiohttp.WSMsgType.CLOSE


@pytest.mark.parametrize("action", ["refresh", "drop"])
async def test_the_sdk_client_comes_back(sandbox: Sandbox, page: Page, action: str) -> None:
    async with connected(sandbox) as client:
        opened = sandbox.faults.totals("slack")
        assert opened["POST /slack/api/apps.connections.open"] == 1
        await page.http.post("/panel/api/socket", json={"action": action})

        def reconnected() -> bool:
            return sandbox.faults.totals("slack")["POST /slack/api/apps.connections.open"] == 2

        await until(reconnected)
        await until(lambda: sandbox.slack.socket_mode.connections)
        await page.say("after")
        await until(lambda: client.requests)


async def test_a_disconnect_names_its_reason(sandbox: Sandbox, page: Page) -> None:
    async with aiohttp.ClientSession() as session, session.ws_connect(await address(sandbox)) as socket:
        await socket.receive_json(timeout=2)
        for action, reason in (
            ("warning", "warning"),
            ("refresh", "refresh_requested"),
            ("link_disabled", "link_disabled"),
        ):
            await page.http.post("/panel/api/socket", json={"action": action})
            message = await socket.receive_json(timeout=2)
            assert (message["type"], message["reason"]) == ("disconnect", reason)
        assert (await socket.receive(timeout=2)).type is aiohttp.WSMsgType.CLOSE


async def test_what_is_no_acknowledgement_is_ignored(sandbox: Sandbox, page: Page) -> None:
    async with aiohttp.ClientSession() as session, session.ws_connect(await address(sandbox)) as socket:
        await socket.receive_json(timeout=2)
        for text in ("not json", "[]", '{"envelope_id": "unknown"}'):
            await socket.send_str(text)
        command = page.post("command", user=RIN, channel=FINE, text="/finetune")
        answer = asyncio.create_task(command)
        envelope: Json = await socket.receive_json(timeout=2)
        assert envelope["type"] == "slash_commands"
        assert envelope["accepts_response_payload"] is True
        await socket.send_json({"envelope_id": envelope["envelope_id"], "payload": {"text": "hi"}})
        assert (await answer)["ok"]
    assert (await page.history())[-1]["text"] == "hi"


async def test_a_connection_lost_before_the_acknowledgement(sandbox: Sandbox, page: Page) -> None:
    async with aiohttp.ClientSession() as session:
        socket = await session.ws_connect(await address(sandbox))
        await socket.receive_json(timeout=2)
        answer = asyncio.create_task(page.post("command", user=RIN, channel=FINE, text="/finetune"))
        await socket.receive_json(timeout=2)
        await socket.close()
        assert (await answer)["error"] == "operation_timeout"


async def test_presence_is_pushed(sandbox: Sandbox, page: Page) -> None:
    async with page.live() as rin:
        async with connected(sandbox):
            assert (await rin.next("presence"))["online"] is True
            assert (await rin.next("bot"))["state"] == "running"
        assert (await rin.next("presence"))["online"] is False
        assert (await rin.next("bot"))["state"] == "stopped"
