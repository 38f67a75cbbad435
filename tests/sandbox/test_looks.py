"""What counts as a look at an account after its records were moved."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from sandbox.azure_control.looks import Looks
from tests.sandbox.azure_monitor.stand import ACCOUNT

DEPLOYMENTS = f"/arm{ACCOUNT}/deployments"
Client = TestClient[web.Request, web.Application]


class Arm:
    """Answers everything: with `status`, and not before `open` is set."""

    def __init__(self) -> None:
        self.looks = Looks()
        self.status = 200
        self.open = asyncio.Event()
        self.open.set()
        self.reached = asyncio.Event()

    def application(self) -> web.Application:
        app = web.Application(middlewares=[self.looks.middleware()])
        app.router.add_route("*", "/{path:.*}", self._answer)
        return app

    async def _answer(self, _request: web.Request) -> web.StreamResponse:
        self.reached.set()
        await self.open.wait()
        return web.json_response({}, status=self.status)

    async def seen(self, seconds: float = 0.5) -> bool:
        return await self.looks.wait(["prod-swc"], seconds, lambda: True)


@pytest.fixture
def arm() -> Arm:
    return Arm()


@pytest.fixture
async def client(arm: Arm) -> AsyncIterator[Client]:
    async with TestClient(TestServer(arm.application())) as made:
        yield made


@pytest.mark.parametrize(
    "path",
    [
        DEPLOYMENTS,
        DEPLOYMENTS.upper().replace("/ARM", "/arm"),
        f"/arm{ACCOUNT}/providers/Microsoft.Insights/metrics",
    ],
)
async def test_lists_and_metrics_are_looks(arm: Arm, client: Client, path: str) -> None:
    arm.looks.moved()
    assert not await arm.seen(0.05)
    await client.get(path, params={"api-version": "1"})
    assert await arm.seen()
    assert arm.looks.known("prod-swc")


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", f"{DEPLOYMENTS}/support", 200),
        ("GET", DEPLOYMENTS.replace("prod-swc", "dev-eus2"), 200),
        ("PUT", DEPLOYMENTS, 200),
        ("GET", DEPLOYMENTS, 429),
    ],
)
async def test_what_is_none(arm: Arm, client: Client, method: str, path: str, status: int) -> None:
    arm.looks.moved()
    arm.status = status
    await client.request(method, path)
    assert not await arm.seen(0.4)


async def test_a_look_that_began_before_the_move_is_none(arm: Arm, client: Client) -> None:
    arm.open.clear()
    look = asyncio.create_task(client.get(DEPLOYMENTS))
    await arm.reached.wait()
    arm.looks.moved()
    arm.open.set()
    await look
    assert not await arm.seen(0.4)
    await client.get(DEPLOYMENTS)
    assert await arm.seen()


async def test_what_follows_a_look_is_waited_for(arm: Arm, client: Client) -> None:
    arm.looks.moved()
    await client.get(DEPLOYMENTS)
    arm.open.clear()
    arm.reached.clear()
    metrics = asyncio.create_task(client.get(f"/arm{ACCOUNT}/providers/Microsoft.Insights/metrics"))
    await arm.reached.wait()
    waiting = asyncio.create_task(arm.seen(5))
    await asyncio.wait([waiting], timeout=0.5)
    assert not waiting.done()
    arm.open.set()
    await metrics
    assert await waiting


async def test_nobody_to_wait_for(arm: Arm) -> None:
    arm.looks.moved()
    assert not await arm.looks.wait(["prod-swc"], 60, lambda: False)
    assert await arm.looks.wait([], 60, lambda: True)
