"""The program is killed while votes are in flight: each counts once, and nothing is decided or said twice."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.breaking.child import bot, start
from tests.breaking.evidence import fault, lift, told_once
from tests.breaking.hosted import (
    POST,
    UPDATE,
    Names,
    ask,
    audited,
    card_of,
    card_says,
    checking,
    decided,
    end_at,
    groups_held,
    hosted_world,
    live_once,
    nothing_twice,
    request_of,
    sent,
    settled,
    tuned,
    vote,
    votes_of,
)
from tests.journey.steps import plain
from tests.patience import until
from tests.world import ADA, BRUNO, RIN, World

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def made(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    """One program for all tests of this file: each leaves it running."""
    async with hosted_world(tmp_path_factory.mktemp("votes"), count=2) as world:
        yield world


@pytest.fixture(scope="module")
def names(made: World) -> Names:
    """What to deploy, and under which names."""
    return Names(tuned(made))


@pytest.mark.parametrize(("how", "when"), [("kill", "before"), ("kill", "after"), ("stop", "before")])
async def test_after_the_ack_of_a_vote(made: World, names: Names, how: str, when: str) -> None:
    """Slack was asked who that is, and the program ended before it knew."""
    label, name = await ask(await made.person(RIN), names)
    await card_of(made, label)
    held = await groups_held(made, when)
    await vote(made, ADA, label)
    await checking(made, label)
    assert votes_of(made, label) == []
    assert "0 of 2" in plain(await card_of(made, label))
    await end_at(made, held, how)
    await card_says(made, label, "1 of 2")
    assert votes_of(made, label) == [(1, ADA, "approve")]
    assert audited(made, label, "vote.approve") == 1
    assert await sent(made, "PUT", name) == 0


@pytest.mark.parametrize("how", ["kill", "stop"])
async def test_after_the_ack_of_the_last_vote(made: World, names: Names, how: str) -> None:
    label, name = await ask(await made.person(RIN), names)
    await vote(made, ADA, label)
    await card_says(made, label, "1 of 2")
    held = await groups_held(made)
    await vote(made, BRUNO, label)
    await checking(made, label)
    assert request_of(made, label)["state"] == "open"
    assert "Approved" not in plain(await card_of(made, label))
    await end_at(made, held, how)
    await decided(made, label, "approved")
    await live_once(made, name)
    assert await sent(made, "PUT", name) == 1
    assert votes_of(made, label) == [(1, ADA, "approve"), (1, BRUNO, "approve")]
    assert audited(made, label, "request.approved") == 1
    await told_once(made, f"request:{label}:decided:thread", f"request:{label}:decided:requester")


async def test_the_moment_after_both_acks(made: World, names: Names) -> None:
    """Nothing is held: however far the program came, both votes count."""
    label, name = await ask(await made.person(RIN), names)
    await card_of(made, label)
    await vote(made, ADA, label)
    await vote(made, BRUNO, label)
    await bot(made, "kill")
    await start(made)
    await decided(made, label, "approved")
    await live_once(made, name)
    assert await sent(made, "PUT", name) == 1
    assert audited(made, label, "request.approved") == 1


@pytest.mark.parametrize(("method", "when"), [(POST, "before"), (POST, "after"), (UPDATE, "after")])
async def test_while_the_decision_is_told(made: World, names: Names, method: str, when: str) -> None:
    label, name = await ask(await made.person(RIN), names)
    await vote(made, ADA, label)
    await card_says(made, label, "1 of 2")
    held = await fault(made, "slack", "POST", method, "hold", when=when)
    await vote(made, BRUNO, label)
    await end_at(made, held)
    await card_says(made, label, "Approved")
    await live_once(made, name)
    assert audited(made, label, "request.approved") == 1
    await told_once(made, f"request:{label}:decided:thread", f"request:{label}:decided:requester")


async def test_a_click_is_refused_when_the_program_is_not_there_and_counts_afterwards(
    made: World, names: Names
) -> None:
    label, _ = await ask(await made.person(RIN), names)
    card = await card_of(made, label)
    await bot(made, "kill")
    ada = await made.person(ADA)
    with pytest.raises(AssertionError, match="dispatch_failed"):
        await ada.click(card, "request_approve", "C0APPROVAL")
    await start(made)
    assert votes_of(made, label) == []
    await vote(made, ADA, label)
    await card_says(made, label, "1 of 2")


async def test_killed_again_and_again_while_a_vote_is_checked(made: World, names: Names) -> None:
    label, _ = await ask(await made.person(RIN), names)
    await card_of(made, label)
    held = await groups_held(made)
    await vote(made, ADA, label)
    for _ in range(3):
        await checking(made, label)
        await bot(made, "kill")
        await start(made)
    await lift(made, held)
    await card_says(made, label, "1 of 2")
    await until(lambda: settled(made, "request.vote"), "the votes to be counted")
    assert votes_of(made, label) == [(1, ADA, "approve")]


async def test_nothing_was_said_twice_in_all_this(made: World) -> None:
    await nothing_twice(made)
