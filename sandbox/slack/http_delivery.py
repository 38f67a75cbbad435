"""Delivery over signed HTTP to the app's request URL (contract section 4, "HTTP verification")."""

import asyncio
import hashlib
import hmac
import json
from typing import Any, Final
from urllib.parse import urlencode

import aiohttp

from sandbox.clock import Clock
from sandbox.slack import ids
from sandbox.slack.delivery import Answer, Kind
from sandbox.slack.options import SlackOptions

FORM: Final = "application/x-www-form-urlencoded"


def signed(body: bytes, timestamp: int, secret: str = ids.SIGNING_SECRET) -> dict[str, str]:
    """The two headers that prove that a body comes from Slack."""
    base = b"v0:" + str(timestamp).encode() + b":" + body
    digest = hmac.new(secret.encode(), base, hashlib.sha256).hexdigest()
    return {"X-Slack-Request-Timestamp": str(timestamp), "X-Slack-Signature": f"v0={digest}"}


class HttpDelivery:
    """Posts commands, interactions and events to one request URL, as Bolt serves them."""

    def __init__(self, options: SlackOptions, url: str, clock: Clock) -> None:
        self._options = options
        self._url = url
        self._clock = clock
        self._tasks: set[asyncio.Task[None]] = set()

    async def request(self, kind: Kind, payload: dict[str, Any]) -> Answer:
        """Post a command as form fields, an interaction as the form field `payload`."""
        if kind == "slash_commands":
            fields = {name: _field(value) for name, value in payload.items() if value is not None}
            body = urlencode(fields)
        else:
            body = urlencode({"payload": json.dumps(payload)})
        answer, _headers = await self._post(body.encode(), FORM, {})
        return answer

    def event(self, payload: dict[str, Any]) -> None:
        """Post an event in the background, with retries and their headers."""
        task = asyncio.create_task(self._deliver_event(payload))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def verify_url(self, challenge: str) -> bool:
        """Ask the request URL to echo a challenge, as Slack does when it is entered."""
        body = {"type": "url_verification", "token": ids.VERIFICATION_TOKEN, "challenge": challenge}
        answer, _headers = await self._post(json.dumps(body).encode(), "application/json", {})
        echoed = answer.payload.get("challenge") if isinstance(answer.payload, dict) else answer.payload
        return answer.outcome == "acked" and echoed == challenge

    async def close(self) -> None:
        """Stop redelivering."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _deliver_event(self, payload: dict[str, Any]) -> None:
        body = json.dumps(payload).encode()
        extra: dict[str, str] = {}
        for attempt, wait in enumerate((None, *self._options.event_retry_seconds)):
            if wait is not None:
                await asyncio.sleep(wait)
            answer, headers = await self._post(body, "application/json", extra)
            if answer.outcome == "acked" or headers.get("x-slack-no-retry") == "1":
                return
            reasons = {"timeout": "http_timeout", "unreachable": "connection_failed"}
            reason = reasons.get(answer.outcome, "http_error")
            extra = {"X-Slack-Retry-Num": str(attempt + 1), "X-Slack-Retry-Reason": reason}

    async def _post(
        self, body: bytes, content_type: str, extra: dict[str, str]
    ) -> tuple[Answer, dict[str, str]]:
        timestamp = int(self._clock.now().timestamp())
        headers = {"Content-Type": content_type, **signed(body, timestamp), **extra}
        timeout = aiohttp.ClientTimeout(total=self._options.ack_seconds)
        try:
            async with (
                aiohttp.ClientSession(timeout=timeout) as session,
                session.post(self._url, data=body, headers=headers) as response,
            ):
                text = await response.text()
                answered = {name.lower(): value for name, value in response.headers.items()}
        except TimeoutError:
            return Answer("timeout"), {}
        except aiohttp.ClientError:
            return Answer("unreachable"), {}
        if not 200 <= response.status < 300:
            return Answer("refused"), answered
        return Answer("acked", _parsed(text, answered.get("content-type", ""))), answered


def _field(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _parsed(text: str, content_type: str) -> Any:
    if not text:
        return None
    return json.loads(text) if "json" in content_type else text
