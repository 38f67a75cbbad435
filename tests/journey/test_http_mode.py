"""HTTP mode, chosen by configuration: Slack calls the bot, and only Slack."""

import hashlib
import hmac
import time
from pathlib import Path
from urllib.parse import urlencode

import aiohttp
import pytest

from handlers.http_transport import PATH, HttpTransport
from tests.world import FINETUNE, RIN, World, world

SECRET = "sandbox-signing-secret"


def signature(body: bytes, timestamp: str, secret: str = SECRET) -> str:
    """Slack's signature of a request (contracts/slack.md section 4)."""
    base = b"v0:" + timestamp.encode() + b":" + body
    return "v0=" + hmac.new(secret.encode(), base, hashlib.sha256).hexdigest()


def command(text: str) -> bytes:
    """The form of a slash command."""
    fields = {
        "command": "/finetune",
        "text": text,
        "team_id": "T0SANDBOX",
        "user_id": RIN,
        "channel_id": FINETUNE,
        "trigger_id": f"1.{time.monotonic_ns()}",
        "api_app_id": "A0TUNESMTH",
        "response_url": "",
    }
    return urlencode(fields).encode()


async def post(made: World, body: bytes, timestamp: str, signed: str) -> tuple[int, str]:
    """Send it to the bot; status and body."""
    assert made.application is not None
    transport = made.application.transport
    assert isinstance(transport, HttpTransport)
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "X-Slack-Request-Timestamp": timestamp,
        "X-Slack-Signature": signed,
    }
    async with aiohttp.ClientSession() as http:
        address = f"http://127.0.0.1:{transport.port}{PATH}"
        async with http.post(address, data=body, headers=headers) as answer:
            return answer.status, await answer.text()


async def test_a_signed_request_is_answered(tmp_path: Path) -> None:
    async with world(tmp_path, mode="http") as made:
        body, now = command("frobnicate"), str(int(time.time()))
        status, text = await post(made, body, now, signature(body, now))
        assert status == 200
        assert "frobnicate" in text


@pytest.mark.parametrize(
    ("age", "secret"),
    [pytest.param(0, "another-secret", id="forged"), pytest.param(400, SECRET, id="stale")],
)
async def test_anything_else_is_refused_and_does_nothing(tmp_path: Path, age: int, secret: str) -> None:
    async with world(tmp_path, mode="http") as made:
        body, then = command("frobnicate"), str(int(time.time()) - age)
        status, text = await post(made, body, then, signature(body, then, secret))
        assert status == 401
        assert "frobnicate" not in text
        status, _ = await post(made, body, "not-a-number", signature(body, then, secret))
        assert status == 401


async def test_health_and_readiness(tmp_path: Path) -> None:
    async with world(tmp_path, mode="http") as made:
        assert made.application is not None
        transport = made.application.transport
        assert isinstance(transport, HttpTransport)
        async with aiohttp.ClientSession() as http:
            for path in ("/healthz", "/readyz"):
                async with http.get(f"http://127.0.0.1:{transport.port}{path}") as answer:
                    assert answer.status == 200
                    assert (await answer.json())["ok"] is True
            async with http.get(f"http://127.0.0.1:{transport.port}/metrics") as answer:
                assert "tunesmith_slack_connected 1.0" in await answer.text()


async def test_only_answered_payloads_count_as_acks(tmp_path: Path) -> None:
    async with world(tmp_path, mode="http") as made:
        assert made.application is not None
        transport = made.application.transport
        assert isinstance(transport, HttpTransport)
        body, now = command("frobnicate"), str(int(time.time()))
        assert (await post(made, body, now, signature(body, now, "another-secret")))[0] == 401
        assert (await post(made, body, now, signature(body, now)))[0] == 200
        async with (
            aiohttp.ClientSession() as http,
            http.get(f"http://127.0.0.1:{transport.port}/metrics") as answer,
        ):
            told = await answer.text()
        counts = [line for line in told.splitlines() if line.startswith("tunesmith_ack_seconds_count")]
        assert counts == ['tunesmith_ack_seconds_count{payload="slash_commands"} 1.0']


async def test_numbers_with_an_address_of_their_own_are_not_told_where_slack_calls(tmp_path: Path) -> None:
    async with world(tmp_path, mode="http", config="\n[health]\nport = 0\n") as made:
        assert made.application is not None
        transport, health = made.application.transport, made.application.health
        assert isinstance(transport, HttpTransport)
        assert health is not None
        async with aiohttp.ClientSession() as http:
            for port, path, status in (
                (transport.port, "/metrics", 404),
                (transport.port, "/readyz", 200),
                (health.port, "/metrics", 200),
                (health.port, "/readyz", 200),
                (health.port, PATH, 404),
            ):
                async with http.get(f"http://127.0.0.1:{port}{path}") as answer:
                    assert (path, answer.status) == (path, status)
