"""Injected faults as real clients see them, and the record of requests."""

import asyncio
from collections.abc import AsyncIterator
from email.utils import parsedate_to_datetime
from typing import Any

import httpx
import pytest

from sandbox.faults import FaultError, Faults
from sandbox.server import Sandbox, SandboxOptions, create_sandbox
from sandbox.slack.options import SlackOptions
from tests.patience import until
from tests.sandbox.slack.conftest import ManualClock
from tests.sandbox.slack.people import FINE

POST = "/slack/api/chat.postMessage"
MESSAGE = {"channel": FINE, "text": "x"}


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    options = SandboxOptions(slack=SlackOptions(rate_limits=False))
    made = create_sandbox(clock=ManualClock(), options=options, azure=False)
    await made.start()
    yield made
    await made.stop()


@pytest.fixture
async def http(sandbox: Sandbox) -> AsyncIterator[httpx.AsyncClient]:
    headers = {"Authorization": "Bearer xoxb-sandbox-bot"}
    async with httpx.AsyncClient(base_url=sandbox.url, headers=headers, timeout=5) as client:
        yield client


async def inject(http: httpx.AsyncClient, kind: str, **more: Any) -> str:
    match = {"method": "POST", "path": "chat.postMessage"}
    fault = {"service": "slack", "match": match, "kind": kind, "times": 1, **more}
    answer = (await http.post("/panel/api/fault", json=fault)).json()
    assert answer["ok"], answer
    return str(answer["id"])


def posted(sandbox: Sandbox) -> int:
    return len(sandbox.slack.messages.history(FINE))


async def test_a_status_is_answered_before_anything_is_done(
    sandbox: Sandbox, http: httpx.AsyncClient
) -> None:
    await inject(http, "status", status=503, headers={"X-Test": "1"}, body={"ok": False, "error": "down"})
    refused = await http.post(POST, json=MESSAGE)
    assert (refused.status_code, refused.headers["X-Test"]) == (503, "1")
    assert refused.json() == {"ok": False, "error": "down"}
    assert posted(sandbox) == 0
    assert (await http.post(POST, json=MESSAGE)).json()["ok"]


@pytest.mark.parametrize("form", ["seconds", "date", "ms"])
async def test_forms_of_retry_after(http: httpx.AsyncClient, form: str) -> None:
    await inject(http, "status", status=429, retry_after={"form": form, "value": 30})
    refused = await http.post(POST, json=MESSAGE)
    assert refused.status_code == 429
    assert refused.json()["error"] == "ratelimited"
    if form == "ms":
        assert refused.headers["retry-after-ms"] == "30"
        assert "Retry-After" not in refused.headers
    elif form == "seconds":
        assert refused.headers["Retry-After"] == "30"
    else:
        at = parsedate_to_datetime(refused.headers["Retry-After"])
        assert (at - ManualClock().now()).total_seconds() == 30


async def test_a_cut_connection_does_nothing(sandbox: Sandbox, http: httpx.AsyncClient) -> None:
    await inject(http, "cut")
    with pytest.raises(httpx.RemoteProtocolError):
        await http.post(POST, json=MESSAGE)
    assert posted(sandbox) == 0


async def test_a_lost_answer_has_done_everything(sandbox: Sandbox, http: httpx.AsyncClient) -> None:
    await inject(http, "lost_answer")
    with pytest.raises(httpx.RemoteProtocolError):
        await http.post(POST, json=MESSAGE)
    assert posted(sandbox) == 1


async def test_a_slow_answer(sandbox: Sandbox, http: httpx.AsyncClient) -> None:
    await inject(http, "slow", seconds=0.2)
    with pytest.raises(httpx.ReadTimeout):
        await http.post(POST, json=MESSAGE, timeout=0.05)
    await until(lambda: posted(sandbox) == 1)


@pytest.mark.parametrize(("when", "meanwhile"), [("before", 0), ("after", 1)])
async def test_a_held_request_waits_until_the_fault_is_removed(
    sandbox: Sandbox, http: httpx.AsyncClient, when: str, meanwhile: int
) -> None:
    fault = await inject(http, "hold", when=when)
    call = asyncio.create_task(http.post(POST, json=MESSAGE))
    await until(lambda: sandbox.faults.list()[0]["waiting"] == 1)
    assert posted(sandbox) == meanwhile
    assert (await http.delete(f"/panel/api/fault/{fault}")).json() == {"ok": True}
    assert (await call).json()["ok"]
    assert posted(sandbox) == 1


@pytest.mark.parametrize(("when", "done"), [("before", 0), ("after", 1)])
async def test_a_client_that_is_killed_while_held(
    sandbox: Sandbox, http: httpx.AsyncClient, when: str, done: int
) -> None:
    fault = await inject(http, "hold", when=when)
    with pytest.raises(httpx.ReadTimeout):
        await http.post(POST, json=MESSAGE, timeout=0.1)
    await until(lambda: sandbox.faults.list()[0]["waiting"] == 1)
    await http.delete(f"/panel/api/fault/{fault}")
    await until(lambda: sandbox.faults.list() == [])
    await http.post("/slack/api/auth.test")
    assert posted(sandbox) == done


async def test_a_fault_catches_as_often_as_it_says(sandbox: Sandbox, http: httpx.AsyncClient) -> None:
    await inject(http, "status", status=500, times=2)
    forever = await inject(http, "status", status=502, times=0, match={"path": r"re:chat\.post\w+$"})
    statuses = [(await http.post(POST, json=MESSAGE)).status_code for _ in range(4)]
    assert statuses == [500, 500, 502, 502]
    assert (await http.get("/slack/api/auth.test")).status_code == 200
    (left,) = (await http.get("/panel/api/state")).json()["faults"]
    assert (left["id"], left["caught"]) == (forever, 2)
    assert (await http.delete("/panel/api/fault")).json()["ok"]
    assert (await http.post(POST, json=MESSAGE)).status_code == 200
    assert (await http.delete(f"/panel/api/fault/{forever}")).status_code == 404


async def test_requests_are_recorded(sandbox: Sandbox, http: httpx.AsyncClient) -> None:
    await http.post(f"{POST}?secret=1", json=MESSAGE)
    await inject(http, "lost_answer")
    with pytest.raises(httpx.RemoteProtocolError):
        await http.post(POST, json=MESSAGE)
    await inject(http, "cut")
    with pytest.raises(httpx.RemoteProtocolError):
        await http.post(POST, json=MESSAGE)
    await http.get("/slack/nowhere")
    await http.get("/page/api/bootstrap", params={"user": "U0REQUEST1"})
    answer = (await http.get("/panel/api/requests", params={"service": "slack"})).json()
    seen = [(item["method"], item["path"], item["status"], item["fault"]) for item in answer["requests"]]
    assert seen == [
        ("POST", POST, 200, None),
        ("POST", POST, 200, "lost_answer"),
        ("POST", POST, 0, "cut"),
        ("GET", "/slack/nowhere", 404, None),
    ]
    assert answer["totals"][f"POST {POST}"] == 3
    assert answer["total"] == 4


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "explode"},
        {"kind": "cut", "service": "mars"},
        {"kind": "cut", "times": -1},
        {"kind": "cut", "match": {"path": "re:("}},
        {"kind": "hold", "when": "later"},
    ],
)
async def test_faults_that_make_no_sense(http: httpx.AsyncClient, fault: dict[str, Any]) -> None:
    answer = await http.post("/panel/api/fault", json={"service": "slack", **fault})
    assert answer.status_code == 400


def test_the_record_is_bounded() -> None:
    faults = Faults(ManualClock())
    with pytest.raises(FaultError):
        faults.add("azure", {})
    assert faults.requests("azure") == []
