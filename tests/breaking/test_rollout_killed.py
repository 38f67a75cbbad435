"""The program is killed at exact points of a roll-out and of a take-down: one deployment, told once, or none."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from bot.deployments.unclear import LOOK_FOR
from tests.breaking.child import bot, start
from tests.breaking.evidence import caught, fault, lift
from tests.breaking.hosted import (
    CALL,
    LIST,
    ONE,
    OPERATION,
    POST,
    Names,
    approved,
    ask,
    audited,
    card_of,
    card_says,
    decided,
    end_at,
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
from tests.journey.steps import plain, switch
from tests.patience import until
from tests.world import ADA, RIN, World

pytestmark = pytest.mark.asyncio(loop_scope="module")
TWO_MINUTES = LOOK_FOR.total_seconds() + 10


@pytest.fixture(scope="module")
def clock() -> ShiftedClock:
    """The service's clock."""
    return ShiftedClock()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def made(tmp_path_factory: pytest.TempPathFactory, clock: ShiftedClock) -> AsyncIterator[World]:
    """One program for all tests of this file: each leaves it running."""
    async with hosted_world(tmp_path_factory.mktemp("rollout"), clock=clock) as world:
        yield world


@pytest.fixture(scope="module")
def names(made: World) -> Names:
    """What to deploy, and under which names."""
    return Names(tuned(made))


async def rolling(made: World, names: Names) -> str:
    """A request that ADA approves at this moment; the name of the deployment."""
    label, name = await ask(await made.person(RIN), names)
    await vote(made, ADA, label)
    return name


@pytest.mark.parametrize(
    ("method", "path", "when", "how"),
    [
        ("GET", ONE, "before", "kill"),
        ("GET", ONE, "after", "stop"),
        ("PUT", ONE, "after", "kill"),
        ("PUT", ONE, "after", "stop"),
        ("GET", OPERATION, "before", "kill"),
        ("GET", OPERATION, "after", "kill"),
        ("POST", CALL, "before", "kill"),
        ("POST", CALL, "after", "kill"),
        ("POST", CALL, "after", "stop"),
    ],
)
async def test_on_the_way_up(made: World, names: Names, method: str, path: str, when: str, how: str) -> None:
    label, name = await ask(await made.person(RIN), names)
    await card_of(made, label)
    pattern = path.replace("[^/]+", name)
    held = await fault(made, "azure", method, pattern, "hold", when=when)
    await vote(made, ADA, label)
    await caught(made, held)
    assert said_at(made, f"deployment:P{row_of(made, name)['id']}:live") == []
    assert row_of(made, name)["state"] != "live"
    assert "it answers" not in plain(await card_of(made, label))
    await end_at(made, held, how)
    await live_once(made, name)
    await card_says(made, label, "it answers")
    assert await sent(made, "PUT", name) == 1


async def test_a_creation_that_did_not_arrive_is_sent_again_when_two_minutes_have_passed_there(
    made: World, names: Names, clock: ShiftedClock
) -> None:
    """Nothing was made, but nobody can know that before; and after it, it is made once."""
    label, name = await ask(await made.person(RIN), names)
    await card_of(made, label)
    pattern = ONE.replace("[^/]+", name)
    held = await fault(made, "azure", "PUT", pattern, "hold", when="before")
    await vote(made, ADA, label)
    await end_at(made, held)
    row = await in_state(made, name, "sending")
    probe = await fault(made, "azure", "GET", pattern, "slow", seconds=0, times=0)
    await caught(made, probe, "caught")
    assert row["intent_at"]
    assert await sent(made, "PUT", name) == 1
    assert there(made, name) is None
    await until(lambda: "look" in row_of(made, name)["asked"], "the count of the two minutes to begin")
    clock.forward(TWO_MINUTES)
    await lift(made, probe)
    await live_once(made, name)
    assert await sent(made, "PUT", name) == 2


async def test_a_creation_that_arrives_after_the_kill_is_taken_up(made: World, names: Names) -> None:
    """The request is on its way while the program dies, and while the next one looks."""
    label, name = await ask(await made.person(RIN), names)
    await card_of(made, label)
    late = await fault(made, "azure", "PUT", ONE.replace("[^/]+", name), "slow", seconds=6, times=0)
    await vote(made, ADA, label)
    await caught(made, late, "caught")
    await bot(made, "kill")
    await start(made)
    await in_state(made, name, "sending")
    assert there(made, name) is None
    await live_once(made, name)
    assert await sent(made, "PUT", name) == 1


async def late_delete(made: World, name: str) -> bool:
    """Whether the service was asked to delete it."""
    return await sent(made, "DELETE", name) > 0


async def test_a_creation_that_arrives_after_its_take_down_revives_nothing(
    made: World, names: Names, clock: ShiftedClock
) -> None:
    label, name = await ask(await made.person(RIN), names)
    await card_of(made, label)
    late = await fault(made, "azure", "PUT", ONE.replace("[^/]+", name), "slow", seconds=8, times=0)
    await vote(made, ADA, label)
    await caught(made, late, "caught")
    await bot(made, "kill")
    await start(made)
    assert (await in_state(made, name, "sending"))["created_remote"] is None
    await take_down(made, name)
    row = await in_state(made, name, "removing")
    assert there(made, name) is None  # it has not arrived yet
    assert said_at(made, f"deployment:P{row['id']}:taken_down") == []
    await until(lambda: late_delete(made, name), "what came late to be deleted")
    clock.forward(TWO_MINUTES)  # nothing more can come
    await gone_once(made, name)
    assert await sent(made, "PUT", name) == 1
    assert await sent(made, "DELETE", name) == 1
    assert said_at(made, f"deployment:P{row['id']}:live") == []


@pytest.mark.parametrize(
    ("method", "when", "how"),
    [
        ("GET", "before", "kill"),
        ("DELETE", "before", "kill"),
        ("DELETE", "after", "kill"),
        ("DELETE", "after", "stop"),
    ],
)
async def test_on_the_way_down(made: World, names: Names, method: str, when: str, how: str) -> None:
    _, name = await approved(made, names)
    await live_once(made, name)
    held = await fault(made, "azure", method, ONE.replace("[^/]+", name), "hold", when=when)
    await take_down(made, name)
    await caught(made, held)
    label = f"P{row_of(made, name)['id']}"
    assert said_at(made, f"deployment:{label}:taken_down") == []
    await end_at(made, held, how)
    if (method, when) == ("DELETE", "before"):
        # Asked for again only a minute later: who lifts the wait is not this test's business.
        assert there(made, name) is not None
        assert row_of(made, name)["state"] == "removing"
        assert said_at(made, f"deployment:{label}:taken_down") == []
        return
    await gone_once(made, name)
    assert await sent(made, "DELETE", name) == 1


async def test_while_the_service_removes_it(made: World, names: Names) -> None:
    _, name = await approved(made, names)
    await live_once(made, name)
    await switch(made, deploy_seconds=600)  # a deletion takes half of it, at speed 80
    await take_down(made, name)
    await until(lambda: (found := there(made, name)) is not None and found.state == "Deleting", "the removal")
    await bot(made, "kill")
    await start(made)
    row = await in_state(made, name, "removing")
    assert said_at(made, f"deployment:P{row['id']}:taken_down") == []
    await gone_once(made, name)
    await switch(made, deploy_seconds=4)
    assert await sent(made, "DELETE", name) == 1


async def test_while_the_service_makes_it(made: World, names: Names) -> None:
    await switch(made, deploy_seconds=600)
    name = await rolling(made, names)
    await until(
        lambda: (found := there(made, name)) is not None and found.state == "Creating", "the creation"
    )
    await in_state(made, name, "creating")
    for _ in range(2):
        await bot(made, "kill")
        await start(made)
        assert row_of(made, name)["state"] == "creating"
    await live_once(made, name)
    await switch(made, deploy_seconds=4)
    assert await sent(made, "PUT", name) == 1


@pytest.mark.parametrize("when", ["before", "after"])
async def test_while_the_end_is_told(made: World, names: Names, when: str) -> None:
    await switch(made, ready_seconds=80)
    name = await rolling(made, names)
    row = await in_state(made, name, "starting")
    await until(
        lambda: said_at(made, f"request:A{row['request']}:decided:requester"), "the decision to be told"
    )
    await until(lambda: said_at(made, f"request:A{row['request']}:decided:thread"), "the decision to be told")
    held = await fault(made, "slack", "POST", POST, "hold", when=when)
    await end_at(made, held)
    await switch(made, ready_seconds=6)
    await live_once(made, name)


async def test_killed_right_after_the_approval_again_and_again(made: World, names: Names) -> None:
    label, name = await ask(await made.person(RIN), names)
    await card_of(made, label)
    await vote(made, ADA, label)
    for _ in range(4):
        await bot(made, "kill")
        await start(made)
    await decided(made, label, "approved")
    await live_once(made, name)
    assert await sent(made, "PUT", name) == 1
    assert audited(made, label, "request.approved") == 1


async def test_in_the_list_before_anything_is_sent(made: World, names: Names) -> None:
    """Whether the model is deployed already is asked with the list; what was not sent yet is simply begun again."""
    label, name = await ask(await made.person(RIN), names)
    await card_of(made, label)
    held = await fault(made, "azure", "GET", LIST, "hold", times=0)
    await vote(made, ADA, label)
    await decided(made, label, "approved")
    await caught(made, held)
    await end_at(made, held)
    await live_once(made, name)
    assert await sent(made, "PUT", name) == 1


async def test_nothing_was_said_twice_in_all_this(made: World) -> None:
    await nothing_twice(made)
