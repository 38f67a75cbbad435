"""The closing time of a request comes while its last vote is looked up: one of them is first, and both say so."""

from pathlib import Path

import pytest

from bot.people import GROUP_TTL
from bot.store import requests
from tests.approvals.office import Office, office_in
from tests.approvals.samples import ADA, BRUNO
from tests.patience import until

HELD = {"service": "slack", "kind": "hold", "match": {"path": "/usergroups.users.list"}, "times": 0}
HOURS = 72
FORGOTTEN = 2 * GROUP_TTL.total_seconds()
"""Groups that were looked up so long ago are asked for again."""


async def last_vote_in_flight(office: Office, seconds: float) -> tuple[int, str]:
    """A request with one of two votes, and the other one taken in so many seconds before it closes; the fault."""
    number = await office.ask()
    await office.vote(number, ADA)
    closes = (await office.request(number)).closes_at
    office.clock.forward((closes - office.clock.now()).total_seconds() - seconds - FORGOTTEN)
    await office.idle()
    faults = office.sandbox.faults
    held = faults.add("slack", HELD)
    office.clock.forward(FORGOTTEN)
    assert await office.plant(number, BRUNO)
    await until(lambda: any(one["waiting"] for one in faults.list()), "the look at who that is")
    return number, held


@pytest.mark.parametrize("late", [1.0, 1.001, 3600.0])
async def test_it_closes_while_the_last_vote_is_looked_up(tmp_path: Path, late: float) -> None:
    """1.0: at the very moment."""
    async with office_in(tmp_path, count=2, closes_hours=HOURS) as office:
        number, held = await last_vote_in_flight(office, 1.0)
        office.clock.forward(late)
        office.sandbox.faults.remove(held)
        await office.idle()
        request = await office.request(number)
        assert request.state == "expired"
        assert [one.user_id for one in await office.read(lambda c: requests.votes(c, number, 1))] == [ADA]
        ((who, problem),) = await office.refusals()
        assert who == BRUNO
        assert problem.code in ("closed", "already_decided")
        assert await office.begun() == []
        told = [row.key for row in await office.said("request.decided")]
        assert len(told) == len(set(told)) == 2


async def test_the_last_vote_is_counted_right_before_it_closes(tmp_path: Path) -> None:
    async with office_in(tmp_path, count=2, closes_hours=HOURS) as office:
        number, held = await last_vote_in_flight(office, 1.0)
        office.clock.forward(0.999)
        office.sandbox.faults.remove(held)
        await until(lambda: decided(office, number), "the decision")
        office.clock.forward(1)
        await office.idle()
        assert (await office.request(number)).state == "approved"
        assert await office.refusals() == []
        assert len(await office.begun()) == 1


async def decided(office: Office, number: int) -> bool:
    """Whether nothing is open any more."""
    return (await office.request(number)).state not in ("open", "changes")
