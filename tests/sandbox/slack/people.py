"""The page API as the page calls it, and waiting for conditions."""

from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import httpx
from slack_sdk.errors import SlackApiError

from tests.patience import PATIENCE

RIN, ADA, BRUNO, GIL, SAM = "U0REQUEST1", "U0APPROVE1", "U0APPROVE2", "U0GUEST001", "U0STRANGER"
FINE, APPROVALS, RANDOM = "C0FINETUNE", "C0APPROVAL", "C0RANDOM01"
RIN_DM = "D0REQUEST1"

Json = dict[str, Any]


class Page:
    """What the page of a person sends."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self.http = http

    async def post(self, call: str, **body: Any) -> Json:
        response = await self.http.post(f"/page/api/{call}", json=body)
        answer: Json = response.json()
        return answer

    async def say(self, text: str, *, user: str = RIN, channel: str = FINE, **more: Any) -> str:
        answer = await self.post("message", user=user, channel=channel, text=text, **more)
        assert answer["ok"], answer
        return str(answer["ts"])

    async def upload(self, name: str, content: bytes, user: str = RIN) -> str:
        response = await self.http.post(
            "/page/api/file", data={"user": user}, files={"file": (name, content)}
        )
        assert response.json()["ok"], response.text
        return str(response.json()["file"]["id"])

    async def history(self, channel: str = FINE, user: str = RIN, **query: str) -> list[Json]:
        response = await self.http.get(
            "/page/api/history", params={"user": user, "channel": channel, **query}
        )
        messages: list[Json] = response.json()["messages"]
        return messages

    async def click(self, message: Json, action_id: str, *, user: str = RIN, channel: str = FINE) -> Json:
        block = next(
            block
            for block in message["blocks"]
            for element in [*block.get("elements", []), block.get("accessory") or {}]
            if element.get("action_id") == action_id
        )
        container = {"type": "message", "channel": channel, "message_ts": message["ts"]}
        action = {"type": "button", "action_id": action_id, "block_id": block["block_id"]}
        return await self.post("action", user=user, container=container, action=action)

    @asynccontextmanager
    async def live(self, user: str = RIN) -> AsyncIterator["Pushed"]:
        """The pushes to the page of a person."""
        url = f"{self.http.base_url}/page/api/live"
        async with (
            aiohttp.ClientSession() as session,
            session.ws_connect(url, params={"user": user}) as socket,
        ):
            pushed = Pushed(socket)
            await pushed.next("bot")
            yield pushed


class Pushed:
    """What is pushed to a page."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket
        self._kept: list[Json] = []

    async def next(self, kind: str) -> Json:
        """The next push of this type; others are kept for later."""
        for event in self._kept:
            if event["type"] == kind:
                self._kept.remove(event)
                return event
        while True:
            received: Json = await self._socket.receive_json(timeout=PATIENCE)
            if received["type"] == kind:
                return received
            self._kept.append(received)


async def error_of(call: Awaitable[Any]) -> Json:
    """The body with which Slack refuses a call."""
    try:
        await call
    except SlackApiError as refused:
        body: Json = refused.response.data if isinstance(refused.response.data, dict) else {}
        return body
    raise AssertionError("was not refused")
