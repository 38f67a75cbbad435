"""Socket Mode: tickets, connections, envelopes, acknowledgements, redelivery (contract section 4)."""

import asyncio
import json
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from aiohttp import WSMsgType, web

from sandbox.slack import ids
from sandbox.slack.delivery import Answer, Kind
from sandbox.slack.ids import Ids
from sandbox.slack.options import SlackOptions

MAX_CONNECTIONS: Final = 10
APPROXIMATE_CONNECTION_SECONDS: Final = 18_060
HOST: Final = "applink-sandbox"


@dataclass(eq=False, slots=True)
class Connection:
    """One open WebSocket; `leaving` once it was told to reconnect."""

    socket: web.WebSocketResponse
    transport: asyncio.Transport | None
    leaving: bool = False
    waiting: dict[str, asyncio.Future[Any]] = field(default_factory=dict)


class SocketMode:
    """The connections of the app; each payload goes to one of them, in turn."""

    def __init__(self, options: SlackOptions, made_ids: Ids, on_change: Callable[[int], None]) -> None:
        self._options = options
        self._ids = made_ids
        self._on_change = on_change
        self._tickets: set[str] = set()
        self._connections: list[Connection] = []
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def connections(self) -> int:
        """How many connections are open."""
        return len(self._connections)

    def ticket(self) -> str:
        """A ticket that opens one connection once (`apps.connections.open`)."""
        ticket = self._ids.secret()
        self._tickets.add(ticket)
        return ticket

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """`GET /slack/link/?ticket=…`: the WebSocket itself."""
        ticket = request.query.get("ticket", "")
        if ticket not in self._tickets:
            return web.Response(status=401, text="invalid ticket")
        self._tickets.discard(ticket)
        socket = web.WebSocketResponse(heartbeat=20)
        await socket.prepare(request)
        if len(self._connections) >= MAX_CONNECTIONS:
            await socket.send_json(_disconnect("too_many_websockets"))
            await socket.close()
            return socket
        connection = Connection(socket, request.transport)
        self._connections.append(connection)
        await socket.send_json(self._hello())
        self._on_change(self.connections)
        try:
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    _acknowledge(connection, message.data)
        finally:
            self._forget(connection)
        return socket

    async def request(self, kind: Kind, payload: dict[str, Any]) -> Answer:
        """Deliver a command or an interaction once; a connection lost meanwhile is a timeout to the person."""
        return await self._deliver(kind, payload, {"accepts_response_payload": True})

    def event(self, payload: dict[str, Any]) -> None:
        """Deliver an event in the background, with redeliveries."""
        task = asyncio.create_task(self._deliver_event(payload))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def drop(self) -> None:
        """Cut all connections without a word."""
        for connection in list(self._connections):
            if connection.transport is not None:
                connection.transport.abort()

    async def disconnect(self, reason: str) -> None:
        """Tell all connections to reconnect: `warning`, `refresh_requested` or `link_disabled`."""
        for connection in list(self._connections):
            connection.leaving = reason != "warning"
            await connection.socket.send_json(_disconnect(reason))
            if reason == "link_disabled":
                await connection.socket.close()

    async def close(self) -> None:
        """Stop redelivering and close the connections."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for connection in list(self._connections):
            await connection.socket.close()

    async def _deliver_event(self, payload: dict[str, Any]) -> None:
        reason = ""
        for attempt, wait in enumerate((None, *self._options.event_retry_seconds)):
            if wait is not None:
                await asyncio.sleep(wait)
            extra = {"accepts_response_payload": False, "retry_attempt": attempt, "retry_reason": reason}
            answer = await self._deliver("events_api", payload, extra)
            if answer.outcome == "acked":
                return
            reason = "timeout" if answer.outcome == "timeout" else "connection_failed"

    async def _deliver(self, kind: str, payload: dict[str, Any], extra: dict[str, Any]) -> Answer:
        """Send one envelope and wait for its acknowledgement; a connection lost meanwhile is a timeout."""
        envelope_id = str(uuid.uuid4())
        envelope = {"envelope_id": envelope_id, "type": kind, "payload": payload, **extra}
        acknowledged: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        connection = await self._send(envelope_id, envelope, acknowledged)
        if connection is None:
            return Answer("unreachable")
        try:
            return Answer("acked", await asyncio.wait_for(acknowledged, self._options.ack_seconds))
        except (TimeoutError, ConnectionResetError):
            return Answer("timeout")
        finally:
            connection.waiting.pop(envelope_id, None)

    async def _send(
        self, envelope_id: str, envelope: dict[str, Any], acknowledged: asyncio.Future[Any]
    ) -> Connection | None:
        for connection in self._in_turn():
            connection.waiting[envelope_id] = acknowledged
            try:
                await connection.socket.send_json(envelope)
            except (ConnectionError, RuntimeError):
                connection.waiting.pop(envelope_id, None)
                continue
            return connection
        return None

    def _in_turn(self) -> list[Connection]:
        """The connections to try: first those that stay; the first one goes to the end of the line."""
        order = sorted(self._connections, key=lambda connection: connection.leaving)
        if order:
            self._connections.remove(order[0])
            self._connections.append(order[0])
        return order

    def _forget(self, connection: Connection) -> None:
        if connection in self._connections:
            self._connections.remove(connection)
        for acknowledged in connection.waiting.values():
            if not acknowledged.done():
                acknowledged.set_exception(ConnectionResetError())
        self._on_change(self.connections)

    def _hello(self) -> dict[str, Any]:
        return {
            "type": "hello",
            "num_connections": self.connections,
            "debug_info": {
                "host": HOST,
                "build_number": 1,
                "approximate_connection_time": APPROXIMATE_CONNECTION_SECONDS,
            },
            "connection_info": {"app_id": ids.APP},
        }


def _disconnect(reason: str) -> dict[str, Any]:
    return {"type": "disconnect", "reason": reason, "debug_info": {"host": HOST}}


def _acknowledge(connection: Connection, text: str) -> None:
    """Take an acknowledgement; anything else that a client sends is ignored, as Slack does."""
    try:
        message = json.loads(text)
    except ValueError:
        return
    envelope_id = message.get("envelope_id") if isinstance(message, dict) else None
    waiting = connection.waiting.get(str(envelope_id))
    if waiting is not None and not waiting.done():
        waiting.set_result(message.get("payload"))
