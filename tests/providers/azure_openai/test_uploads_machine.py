"""Whatever is lost, refused or killed, in whatever order: in the end the service has the file once and whole."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer
from hypothesis import given, settings
from hypothesis import strategies as st

from providers.base import Provider, RemoteFile, State
from providers.errors import OutcomeUnknown, Throttled, Unavailable
from providers.network import NetworkOptions
from providers.registry import build
from providers.sending import InParts
from sandbox.azure_openai import AzureOptions, AzureService, install
from sandbox.azure_openai.options import Limits
from sandbox.clock import SystemClock
from sandbox.faults import Faults
from tests.providers.azure_openai.conftest import KEY
from tests.providers.helpers import Bytes, NotedSleep, StandingClock, half, quiet

DATA = b'{"messages":[]}\n' * 160
PART = 1_000
NAME = "D1-train.jsonl"
BEGIN, PARTS, COMPLETE, FORM, LIST = "/uploads", "/parts", "/complete", "/files", "/files"
TRIES = 60


class KilledError(Exception):
    """The program ended at this point."""


@dataclass
class Run:
    """A program that is killed at some of its points, and always starts again with what it stored."""

    provider: Provider
    clock: StandingClock
    kills: list[tuple[int, bool]]
    state: State = field(default_factory=dict)
    points: int = 0
    sent_before: bool = False

    async def keep(self, state: State) -> None:
        """Store, unless the program is killed before, or after, that."""
        self.points += 1
        after = next((after for point, after in self.kills if point == self.points), None)
        if after is False:
            raise KilledError
        self.state = state
        if after:
            raise KilledError

    async def once(self) -> RemoteFile | None:
        """What `dataset.upload` does in a step."""
        since = self.clock.now()
        if self.sent_before and not self.state:
            there = await self.provider.find_file(NAME, len(DATA), since)
            if there is not None:
                return there
        self.sent_before = True
        parts = InParts(above=0, size=PART, keep=self.keep)
        return await self.provider.upload(Bytes(DATA, 300), NAME, self.state or None, quiet, parts)

    async def through(self) -> RemoteFile:
        for _ in range(TRIES):
            try:
                made = await self.once()
            except (KilledError, OutcomeUnknown, Throttled, Unavailable):
                self.clock.move(7)
                continue
            if made is not None:
                return made
        raise AssertionError("never")


FAULTS = st.lists(
    st.tuples(
        st.sampled_from(
            [("POST", BEGIN), ("POST", PARTS), ("POST", COMPLETE), ("POST", FORM), ("GET", LIST)]
        ),
        st.sampled_from(["lost_answer", "cut", "500", "503", "429", "404", "409", "400"]),
        st.integers(1, 4),
    ),
    max_size=6,
)
KILLS = st.lists(st.tuples(st.integers(1, 12), st.booleans()), max_size=4)


@given(FAULTS, KILLS)
@settings(max_examples=60, deadline=None)
def test_one_file(faults: list[tuple[tuple[str, str], str, int]], kills: list[tuple[int, bool]]) -> None:
    asyncio.run(_one_file(faults, kills))


async def _one_file(faults: list[tuple[tuple[str, str], str, int]], kills: list[tuple[int, bool]]) -> None:
    clock = SystemClock()
    injected = Faults(clock)
    app = web.Application(middlewares=[injected.middleware({"/azure/": "azure"})])
    options = AzureOptions(speed=1000, limits=Limits(uploads_per_second=10_000))
    service = install(app, clock=clock, options=options)
    server = TestServer(app)
    await server.start_server()
    standing = StandingClock(clock.now())
    given_settings: dict[str, Any] = {"endpoint": str(server.make_url("/azure/prod")), "key": KEY}
    provider = build(
        "azure_openai", "prod", given_settings,
        network=NetworkOptions(), clock=standing, sleep=NotedSleep(), random=half,
    )  # fmt: skip
    try:
        for (method, path), kind, times in faults:
            if _may_happen(method, path, kind):
                injected.add("azure", _spec(method, path, kind, times))
        made = await Run(provider, standing, kills).through()
        there = [one for one in service.resource("prod").files if one.filename == NAME]
        assert [(one.id, one.path.read_bytes()) for one in there] == [(made.id, DATA)]
        assert _completed(service) <= 1
    finally:
        await provider.aclose()
        injected.clear()
        await server.close()


def _may_happen(method: str, path: str, kind: str) -> bool:
    """Refusals of the list and of a form mean what they say: nobody goes on after them."""
    return kind not in {"404", "409", "400"} or path in {PARTS, COMPLETE} or (path, kind) == (BEGIN, "404")


def _spec(method: str, path: str, kind: str, times: int) -> dict[str, Any]:
    match = {"method": method, "path": f"re:{path}$"}
    if not kind.isdigit():
        return {"kind": kind, "match": match, "times": times}
    answers: dict[str, Callable[[], dict[str, Any]]] = {
        "404": lambda: {"error": {"code": "notFound", "message": "The upload was not found."}},
        "409": lambda: {"error": {"code": "unexpectedEntityState", "message": "The upload is expired."}},
        "400": lambda: {"error": {"code": "invalidPayload", "message": "The data is not valid."}},
    }
    body = answers[kind]() if kind in answers else {}
    return {"kind": "status", "status": int(kind), "match": match, "times": times, "body": body}


def _completed(service: AzureService) -> int:
    return sum(one.status == "completed" for one in service.resource("prod").uploads)
