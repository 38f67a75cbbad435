"""A service that refuses, stalls, loses answers and is away while something is rolled out or taken down."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from bot.deployments.unclear import LOOK_FOR
from tests.breaking.child import bot, start
from tests.breaking.evidence import fault, lift, rows
from tests.breaking.hosted import (
    CALL,
    LIST,
    ONE,
    OPERATION,
    Names,
    approved,
    ask,
    card_of,
    card_says,
    decided,
    gone_once,
    hosted_world,
    in_state,
    live_once,
    nothing_twice,
    row_of,
    said_at,
    sent,
    take_down,
    there,
    tuned,
    vote,
)
from tests.clocks import ShiftedClock
from tests.patience import until
from tests.world import ADA, RIN, World

pytestmark = pytest.mark.asyncio(loop_scope="module")
TWO_MINUTES = LOOK_FOR.total_seconds() + 10
THROTTLED: list[dict[str, Any]] = [
    {"form": "seconds", "value": 1},
    {"form": "date", "value": 2},
    {"form": "ms", "value": 300},
    {},
]


@pytest.fixture(scope="module")
def clock() -> ShiftedClock:
    """The service's clock."""
    return ShiftedClock()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def made(tmp_path_factory: pytest.TempPathFactory, clock: ShiftedClock) -> AsyncIterator[World]:
    """One program for all tests of this file."""
    async with hosted_world(tmp_path_factory.mktemp("answers"), clock=clock) as world:
        yield world


@dataclass(frozen=True)
class Freeze:
    """The file that stops roll-outs."""

    path: Path

    def begin(self, why: str) -> None:
        """From now on nothing is sent."""
        self.path.write_text(why, encoding="utf-8")

    def end(self) -> None:
        """It goes on."""
        self.path.unlink(missing_ok=True)


@pytest.fixture
def freeze(made: World) -> Iterator[Freeze]:
    """A freeze that no other test meets."""
    path = made.settings.approvals.freeze_file
    assert path is not None
    yield Freeze(path)
    Freeze(path).end()


@pytest.fixture(scope="module")
def names(made: World) -> Names:
    """What to deploy, and under which names."""
    return Names(tuned(made))


async def asked(made: World, names: Names) -> tuple[str, str, str]:
    """A request whose card stands in the channel: its label, the deployment's name, the path of it at the service."""
    label, name = await ask(await made.person(RIN), names)
    await card_of(made, label)
    return label, name, ONE.replace("[^/]+", name)


@pytest.mark.parametrize("form", THROTTLED, ids=["seconds", "date", "ms", "without"])
async def test_throttled_everywhere(made: World, names: Names, form: dict[str, Any]) -> None:
    label, name, path = await asked(made, names)
    more: dict[str, Any] = {"status": 429, "retry_after": form or None}
    for method, where in [("GET", path), ("GET", LIST), ("PUT", path), ("GET", OPERATION), ("POST", CALL)]:
        await fault(made, "azure", method, where, "status", times=1, **more)
    await vote(made, ADA, label)
    await live_once(made, name)
    assert await sent(made, "PUT", name) == 2  # the first was turned away at the door
    await fault(made, "azure", "DELETE", path, "status", times=1, **more)
    await take_down(made, name)
    await gone_once(made, name)


@pytest.mark.parametrize("kind", ["status", "cut"])
async def test_reading_fails(made: World, names: Names, kind: str) -> None:
    label, name, path = await asked(made, names)
    for where in (path, LIST, OPERATION):
        await fault(made, "azure", "GET", where, kind, times=3, status=500)
    await vote(made, ADA, label)
    await live_once(made, name)
    assert await sent(made, "PUT", name) == 1


@pytest.mark.parametrize("kind", ["status", "cut", "lost_answer", "slow"])
async def test_the_first_calls_fail(made: World, names: Names, kind: str) -> None:
    label, name, _ = await asked(made, names)
    await fault(made, "azure", "POST", f"/deployments/{name}/chat", kind, times=2, status=500, seconds=2)
    await vote(made, ADA, label)
    await live_once(made, name)
    assert await sent(made, "PUT", name) == 1


@pytest.mark.parametrize("kind", ["lost_answer", "slow"])
async def test_a_creation_whose_answer_is_lost_or_late(made: World, names: Names, kind: str) -> None:
    label, name, path = await asked(made, names)
    await fault(made, "azure", "PUT", path, kind, times=1, seconds=3)
    await vote(made, ADA, label)
    await live_once(made, name)
    assert await sent(made, "PUT", name) == 1


@pytest.mark.parametrize("kind", ["cut", "status"])
async def test_a_creation_that_never_arrived_is_made_once(
    made: World, names: Names, clock: ShiftedClock, kind: str
) -> None:
    label, name, path = await asked(made, names)
    await fault(made, "azure", "PUT", path, kind, times=1, status=500)
    await vote(made, ADA, label)
    await in_state(made, name, "sending")
    await until(lambda: "look" in row_of(made, name)["asked"], "the count of the two minutes to begin")
    assert await sent(made, "PUT", name) == 1
    clock.forward(TWO_MINUTES)
    await live_once(made, name)
    assert await sent(made, "PUT", name) == 2


async def test_a_take_down_while_its_creation_is_unclear(
    made: World, names: Names, clock: ShiftedClock
) -> None:
    label, name, path = await asked(made, names)
    await fault(made, "azure", "PUT", path, "cut", times=1)
    await vote(made, ADA, label)
    await in_state(made, name, "sending")
    await take_down(made, name)
    row = await in_state(made, name, "removing")
    await until(lambda: "look" in row_of(made, name)["asked"], "the count of the two minutes to begin")
    assert said_at(made, f"deployment:P{row['id']}:taken_down") == []
    clock.forward(TWO_MINUTES)
    await gone_once(made, name)
    assert await sent(made, "PUT", name) == 1


@pytest.mark.parametrize("kind", ["lost_answer", "cut", "status", "slow"])
async def test_a_deletion_whose_answer_is_lost(made: World, names: Names, kind: str) -> None:
    _, name = await approved(made, names)
    await live_once(made, name)
    path = ONE.replace("[^/]+", name)
    await fault(made, "azure", "DELETE", path, kind, times=1, status=500, seconds=2)
    await take_down(made, name)
    await gone_once(made, name)


async def test_azure_is_down_for_long(made: World, names: Names) -> None:
    """Through a restart, too: nothing is said of it as done or failed, and then it goes on."""
    label, name, _ = await asked(made, names)
    down = await fault(made, "azure", "", "/arm/", "status", status=503, times=0)
    await vote(made, ADA, label)
    await decided(made, label, "approved")
    key = f"apply:{row_of(made, name)['id']}"
    sql = "SELECT 1 FROM task WHERE key = ? AND delays >= 2"
    await until(lambda: rows(made, sql, key), "a second try")
    await bot(made, "kill")
    await start(made)
    row = row_of(made, name)
    assert row["state"] == "approved"
    assert said_at(made, f"deployment:P{row['id']}:") == []
    await lift(made, down)
    await live_once(made, name)
    assert await sent(made, "PUT", name) == 1


async def test_a_freeze_before_anything_is_sent(made: World, names: Names, freeze: Freeze) -> None:
    label, name, _ = await asked(made, names)
    freeze.begin("Black Friday")
    await vote(made, ADA, label)
    await decided(made, label, "approved")
    await card_says(made, label, "Black Friday")
    await bot(made, "kill")
    await start(made)
    await card_says(made, label, "Black Friday")
    assert await sent(made, "PUT", name) == 0
    assert there(made, name) is None
    assert said_at(made, f"deployment:P{row_of(made, name)['id']}:") == []
    freeze.end()
    await bot(made, "stop")
    await start(made)  # it looks at once, and otherwise once a minute
    await live_once(made, name)
    assert await sent(made, "PUT", name) == 1


async def test_a_freeze_that_begins_while_the_service_is_asked(
    made: World, names: Names, freeze: Freeze
) -> None:
    """The look for the name takes long, and meanwhile somebody stops everything."""
    label, name, path = await asked(made, names)
    held = await fault(made, "azure", "GET", path, "hold", when="after", times=0)
    await vote(made, ADA, label)
    await decided(made, label, "approved")
    await until(lambda: waiting(made, held), "the look for the name")
    freeze.begin("Stop")
    await lift(made, held)
    await card_says(made, label, "Stop")
    assert await sent(made, "PUT", name) == 0
    freeze.end()
    await bot(made, "stop")
    await start(made)
    await live_once(made, name)


async def test_a_freeze_while_the_service_makes_it_stops_nothing(
    made: World, names: Names, freeze: Freeze
) -> None:
    """What was sent cannot be called back: it is followed, and told as it is."""
    label, name, path = await asked(made, names)
    await fault(made, "azure", "PUT", path, "slow", times=1, seconds=2)
    await vote(made, ADA, label)
    await in_state(made, name, "sending")
    freeze.begin("Stop")
    await live_once(made, name)


async def waiting(made: World, held: str) -> bool:
    """Whether a fault holds a request."""
    state = await made.get("/panel/api/state")
    return any(one["id"] == held and one["waiting"] for one in state["faults"])


async def test_two_roll_outs_at_once_wait_for_each_other(made: World, names: Names) -> None:
    """The service does one operation on an account at a time, and refuses the other for now."""
    made.sandbox.azure.configure({"deploy_seconds": 240})
    first, second = await asked(made, names), await asked(made, names)
    await asyncio.gather(vote(made, ADA, first[0]), vote(made, ADA, second[0]))
    for _, name, _ in (first, second):
        await live_once(made, name)
    made.sandbox.azure.configure({"deploy_seconds": 4})


async def test_nothing_was_said_twice_in_all_this(made: World) -> None:
    await nothing_twice(made)
