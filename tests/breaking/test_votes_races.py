"""Votes that meet: each other, a second click, a new round, a closing time, a Slack that does not say who it is."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.breaking.child import bot, start
from tests.breaking.evidence import fault, lift, rows, told_once
from tests.breaking.hosted import (
    GROUP,
    Names,
    ask,
    audited,
    card_of,
    card_says,
    change_form,
    checking,
    decided,
    filled_in,
    groups_held,
    hosted_world,
    in_state,
    nothing_twice,
    refusals,
    request_of,
    sent,
    settled,
    tuned,
    vote,
    votes_of,
)
from tests.journey.steps import plain, shown
from tests.patience import until
from tests.world import ADA, APPROVALS, BRUNO, RIN, World

pytestmark = pytest.mark.asyncio(loop_scope="module")
MODAL = "request_reject"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def made(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    """One program for all tests of this file; one approval decides."""
    async with hosted_world(tmp_path_factory.mktemp("races")) as world:
        yield world


@pytest.fixture(scope="module")
def names(made: World) -> Names:
    """What to deploy, and under which names."""
    return Names(tuned(made))


async def asked(made: World, names: Names) -> tuple[str, str]:
    """A request of Rin's whose card stands in the channel."""
    label, name = await ask(await made.person(RIN), names)
    await card_of(made, label)
    return label, name


async def rejecting(made: World, user: str, label: str, reason: str) -> None:
    """Reject with a reason."""
    person = await made.person(user)
    before = len(person.pushed)
    await person.click(await card_of(made, label), MODAL, APPROVALS)
    view = await shown(person, "vote", before)
    assert (await person.submit(view, filled_in(view, reason=reason)))["ok"]


async def told_of(made: World, user: str, label: str, part: str) -> None:
    """Wait until somebody heard that their click did not count; they hear it once."""

    async def look() -> list[str]:
        return [one for one in await refusals(made, user, label) if part in one]

    assert len(await until(look, f"{user} to hear {part!r} of {label}")) == 1


@pytest.mark.parametrize("turn", range(4))
async def test_two_last_votes_at_the_same_time_decide_once(made: World, names: Names, turn: int) -> None:
    label, name = await asked(made, names)
    first, second = (ADA, BRUNO) if turn % 2 else (BRUNO, ADA)
    await asyncio.gather(vote(made, first, label), vote(made, second, label))
    await decided(made, label, "approved")
    await until(lambda: settled(made, "request.vote"), "both votes to be counted")
    ((_, winner, _),) = votes_of(made, label)
    loser = ({ADA, BRUNO} - {winner}).pop()
    await told_of(made, loser, label, "already")
    assert audited(made, label, "request.approved") == 1
    assert len(rows(made, "SELECT 1 FROM deployment WHERE name = ?", name)) == 1
    await in_state(made, name, "creating", "starting", "live")
    assert await sent(made, "PUT", name) == 1


async def test_two_last_votes_that_are_looked_up_at_the_same_time(made: World, names: Names) -> None:
    label, name = await asked(made, names)
    held = await groups_held(made)
    await vote(made, ADA, label)
    await vote(made, BRUNO, label)
    await checking(made, label, 2)
    await lift(made, held)
    await decided(made, label, "approved")
    await until(lambda: settled(made, "request.vote"), "both votes to be counted")
    assert len(votes_of(made, label)) == 1
    assert sum([len(await refusals(made, one, label)) for one in (ADA, BRUNO)]) <= 1
    await in_state(made, name, "creating", "starting", "live")
    assert await sent(made, "PUT", name) == 1


async def test_yes_and_no_at_the_same_time_is_one_of_them(made: World, names: Names) -> None:
    label, name = await asked(made, names)
    bruno = await made.person(BRUNO)
    before = len(bruno.pushed)
    await bruno.click(await card_of(made, label), MODAL, APPROVALS)
    view = await shown(bruno, "vote", before)
    held = await groups_held(made, "after")
    await vote(made, ADA, label)
    await checking(made, label)
    await asyncio.gather(lift(made, held), bruno.submit(view, filled_in(view, reason="Too dear.")))
    await until(lambda: settled(made, "request.vote"), "both votes to be counted")
    state = request_of(made, label)["state"]
    assert state in ("approved", "rejected")
    assert len(votes_of(made, label)) == 1
    assert audited(made, label, f"request.{state}") == 1
    assert await sent(made, "PUT", name) <= (1 if state == "approved" else 0)


async def test_a_rejection_first_leaves_nothing_for_an_approval(made: World, names: Names) -> None:
    label, name = await asked(made, names)
    card = await card_of(made, label)
    await rejecting(made, BRUNO, label, "Too dear.")
    await (await made.person(ADA)).click(card, "request_approve", APPROVALS)
    await decided(made, label, "rejected")
    await told_of(made, ADA, label, "already")
    assert [one[1] for one in votes_of(made, label)] == [BRUNO]
    assert await sent(made, "PUT", name) == 0


async def test_the_same_click_twice_at_once_counts_once(made: World, names: Names) -> None:
    label, name = await asked(made, names)
    held = await groups_held(made)
    await asyncio.gather(*(vote(made, ADA, label) for _ in range(4)))
    await checking(made, label)
    await lift(made, held)
    await decided(made, label, "approved")
    assert votes_of(made, label) == [(1, ADA, "approve")]
    assert audited(made, label, "vote.approve") == 1
    await in_state(made, name, "creating", "starting", "live")
    assert await sent(made, "PUT", name) == 1
    assert await refusals(made, ADA, label) == []


async def test_a_click_whose_acknowledgement_was_lost_is_clicked_again(made: World, names: Names) -> None:
    """The socket is cut while Slack waits for the acknowledgement: the person sees an error and clicks again."""
    label, _ = await asked(made, names)
    held = await groups_held(made)
    card, ada = await card_of(made, label), await made.person(ADA)
    click = asyncio.create_task(ada.click(card, "request_approve", APPROVALS))
    await asyncio.sleep(0)
    await made.post("/panel/api/socket", {"action": "drop"})
    await asyncio.gather(click, return_exceptions=True)
    await until(lambda: made.sandbox.bot.state()["state"] == "running", "the program to be back")
    await vote(made, ADA, label)
    await lift(made, held)
    await decided(made, label, "approved")
    await until(lambda: settled(made, "request.vote"), "the votes to be counted")
    assert votes_of(made, label) == [(1, ADA, "approve")]
    assert audited(made, label, "request.approved") == 1


async def test_without_slack_no_vote_counts_and_it_counts_later(made: World, names: Names) -> None:
    label, name = await asked(made, names)
    await bot(made, "stop")
    down = await fault(made, "slack", "", GROUP, "status", status=500, times=0)
    await start(made)
    await vote(made, ADA, label)
    key = f"request:{label[1:]}:vote:%"
    sql = "SELECT 1 FROM task WHERE key LIKE ? AND delays >= 2"
    await until(lambda: rows(made, sql, key), "the vote to be looked up more than once")
    assert votes_of(made, label) == []
    assert request_of(made, label)["state"] == "open"
    assert "0 of 1" in plain(await card_of(made, label))
    assert await sent(made, "PUT", name) == 0
    await lift(made, down)
    await decided(made, label, "approved")
    assert votes_of(made, label) == [(1, ADA, "approve")]
    assert await refusals(made, ADA, label) == []


async def test_a_group_that_slack_refuses_to_list_lets_nobody_in(made: World, names: Names) -> None:
    label, name = await asked(made, names)
    await bot(made, "stop")
    refused = {"ok": False, "error": "missing_scope"}
    down = await fault(made, "slack", "", GROUP, "status", status=200, body=refused, times=0)
    await start(made)
    await vote(made, ADA, label)
    await until(lambda: settled(made, "request.vote"), "the vote to be looked up")
    await told_of(made, ADA, label, "cannot be read")
    assert votes_of(made, label) == []
    assert await sent(made, "PUT", name) == 0
    await lift(made, down)
    await bot(made, "stop")
    await start(made)
    await vote(made, ADA, label)
    await decided(made, label, "approved")


async def test_a_vote_in_flight_never_counts_for_a_new_round(made: World, names: Names) -> None:
    label, name = await asked(made, names)
    old, rin = await card_of(made, label), await made.person(RIN)
    form = await change_form(rin, label)
    held = await groups_held(made)
    await vote(made, ADA, label)
    await checking(made, label)
    assert await rin.submit(form, filled_in(form, capacity="6")) == {"ok": True}
    assert request_of(made, label)["round"] == 2
    await (await made.person(BRUNO)).click(old, "request_approve", APPROVALS)  # the copy on his phone is old
    await lift(made, held)
    await until(lambda: settled(made, "request.vote"), "the votes to be looked up")
    assert votes_of(made, label) == []
    assert request_of(made, label)["state"] == "open"
    for user in (ADA, BRUNO):
        await told_of(made, user, label, "was changed since")
    assert await sent(made, "PUT", name) == 0
    await vote(made, ADA, label, 2)
    await decided(made, label, "approved")
    assert votes_of(made, label) == [(2, ADA, "approve")]
    row = await in_state(made, name, "creating", "starting", "live")
    assert row["capacity"] == 6
    assert await sent(made, "PUT", name) == 1


async def test_a_request_withdrawn_while_its_last_vote_is_looked_up(made: World, names: Names) -> None:
    label, name = await asked(made, names)
    held = await groups_held(made)
    await vote(made, ADA, label)
    await checking(made, label)
    rin = await made.person(RIN)
    direct = await rin.direct()
    own = await rin.sees(direct, name)
    await rin.click(own, "request_withdraw", direct)
    assert request_of(made, label)["state"] == "withdrawn"
    await lift(made, held)
    await until(lambda: settled(made, "request.vote"), "the vote to be looked up")
    assert votes_of(made, label) == []
    await told_of(made, ADA, label, "withdrew")
    assert rows(made, "SELECT 1 FROM deployment WHERE name = ?", name) == []
    await card_says(made, label, "Withdrawn")
    await told_once(made, f"request:{label}:decided:thread")


async def test_nothing_was_said_twice_in_all_this(made: World) -> None:
    await nothing_twice(made)
