"""Votes through the real worker, with people and groups as Slack tells of them."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from bot.approvals import requests as asking
from bot.approvals import voting
from bot.config.approvals import PolicyRule, Role
from bot.errors import Invalid, NotThere
from bot.store import requests
from bot.store.tables import audit
from tests.approvals.office import Office, office_in
from tests.approvals.samples import ADA, BRUNO, GUEST, LEADS, NOW, ODD, RIN, STRANGER, actor, keep_ask
from tests.patience import until


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    """One approver in dev, two in prod."""
    rules = (PolicyRule(connection="dev*", count=1), PolicyRule(kind="deployment", count=2))
    async with office_in(tmp_path, closes_hours=4, rules=rules, break_glass=Role(users=(BRUNO,))) as made:
        yield made


async def test_two_leads_approve_and_the_second_one_decides(office: Office) -> None:
    number = await office.ask()
    first = await office.vote(number, ADA)
    assert (first.state, await office.begun()) == ("open", [])
    second = await office.vote(number, BRUNO)
    assert (second.state, second.decision) == ("approved", {"by": [ADA, BRUNO], "reason": "why"})
    (made,) = await office.begun()
    assert (made.request, made.name, made.owner) == (number, "support-v12", RIN)
    facts = await office.facts(number)
    assert (facts.approvals, facts.decided_by, facts.deployment) == (2, (ADA, BRUNO), f"P{made.id}")
    assert [vote.groups for vote in facts.votes] == [(LEADS,), (LEADS,)], "the membership seen is kept"
    told = await office.said("request.decided")
    assert [row.target for row in told] == [{"channel": "C0APPROVAL"}, {"user": RIN}]
    assert told[0].parent_key == requests.card_key(number, 1)


async def test_two_last_votes_at_the_same_time_decide_once(office: Office) -> None:
    for n in range(8):
        number = await office.ask(connection="dev-eus2", name=f"d{n}")
        await asyncio.gather(office.plant(number, ADA), office.plant(number, BRUNO))
        await office.idle()
        row = await office.request(number)
        assert row.state == "approved"
        (refused,) = [one for one in await office.refusals() if one[1].params["request"] == row.label]
        (by,) = (row.decision or {})["by"]
        assert {by, refused[0]} == {ADA, BRUNO}
        assert (refused[1].code, refused[1].params["by"]) == ("already_decided", by)
    begun = [row.request for row in await office.begun()]
    assert len(begun) == len(set(begun)) == 8


async def test_votes_wait_for_no_other_and_meet_in_the_store(office: Office) -> None:
    """Both are held at Slack at the same time, so both have seen an open request when they are written."""
    number = await office.ask(connection="dev-eus2")
    await office.idle()
    office.clock.forward(700)  # what the look for approvers has remembered is too old by then
    await office.idle()
    path = "re:/(users.info|usergroups.users.list)$"
    held = office.sandbox.faults.add("slack", {"match": {"path": path}, "kind": "hold", "times": 0})
    await asyncio.gather(office.plant(number, ADA), office.plant(number, BRUNO))

    def both_wait() -> bool:
        return sum(task.get_name().startswith("task request:1:vote") for task in asyncio.all_tasks()) == 2

    await until(both_wait, "both votes to be under way")
    office.sandbox.faults.remove(held)
    await office.idle()
    assert (await office.request(number)).state == "approved"
    assert [one[1].code for one in await office.refusals()] == ["already_decided"]
    assert len(await office.begun()) == 1


@pytest.mark.parametrize(
    ("user", "code"),
    [(GUEST, "guest"), (STRANGER, "foreign_team"), (RIN, "own_request"), (ODD, "vote_lost")],
)
async def test_who_may_not_decide_is_told_and_does_not_count(office: Office, user: str, code: str) -> None:
    office.sandbox.slack.workspace.groups[LEADS].users.extend([GUEST, RIN, STRANGER])
    number = await office.ask(connection="dev-eus2")
    await office.plant(number, user)

    async def answered() -> bool:
        office.clock.forward(600)  # a person whom Slack does not know is asked about again and again
        await office.idle()
        return bool(await office.refusals())

    await until(answered, "the refusal")
    assert [(who, why.code) for who, why in await office.refusals()] == [(user, code)]
    assert await office.begun() == []
    assert await office.read(lambda c: requests.votes(c, number)) == []


async def test_somebody_outside_the_group_is_no_approver_until_they_are_in_it(office: Office) -> None:
    group = office.sandbox.slack.workspace.groups[LEADS]
    group.users[:] = [ADA]
    number = await office.ask(connection="dev-eus2")
    assert (await office.vote(number, BRUNO)).state == "open"
    assert [why.code for _, why in await office.refusals()] == ["not_approver"]
    group.users.append(BRUNO)
    assert (await office.vote(number, BRUNO)).state == "open", "membership is kept for a minute"
    office.clock.forward(61)
    assert (await office.vote(number, BRUNO)).state == "approved"


async def test_a_group_that_slack_does_not_list_fails_closed_and_is_named(office: Office) -> None:
    del office.sandbox.slack.workspace.groups[LEADS]
    number = await office.ask(connection="dev-eus2")
    row = await office.vote(number, ADA)
    assert (row.state, row.problem) == ("open", "approvers_unreadable")
    ((who, why),) = await office.refusals()
    assert (who, why.code, why.params["groups"]) == (ADA, "approvers_unreadable", LEADS)


async def test_without_an_answer_of_slack_a_vote_waits(office: Office) -> None:
    number = await office.ask(connection="dev-eus2")
    await office.idle()
    path = "re:/usergroups.users.list$"
    fault = {"match": {"path": path}, "kind": "status", "status": 503, "times": 0}
    office.clock.forward(61)
    broken = office.sandbox.faults.add("slack", fault)
    await office.vote(number, ADA)
    assert (await office.request(number)).state == "open"
    assert await office.refusals() == []
    office.sandbox.faults.remove(broken)
    await office.pass_time(0.01)
    assert (await office.request(number)).state == "approved"


async def test_a_rejection_ends_it_with_its_reason(office: Office) -> None:
    number = await office.ask()
    await office.vote(number, ADA)
    row = await office.vote(number, BRUNO, "reject")
    assert (row.state, row.decision) == ("rejected", {"by": [BRUNO], "reason": "why"})
    assert await office.begun() == []
    assert (await office.vote(number, ADA)).state == "rejected"
    assert [why.code for _, why in await office.refusals()] == ["already_decided"]


async def test_a_double_click_is_one_vote_and_a_later_one_is_answered(office: Office) -> None:
    number = await office.ask()
    answers = [await office.plant(number, ADA) for _ in range(2)]
    await office.idle()
    assert answers == [True, False]
    await office.vote(number, ADA, "reject")
    assert [(who, why.code) for who, why in await office.refusals()] == [(ADA, "voted")]
    assert (await office.facts(number)).approvals == 1


async def test_glass_is_broken_by_who_may_and_everybody_hears_of_it(office: Office) -> None:
    number = await office.ask()
    assert (await office.glass(number, ADA)).state == "open"
    assert [(who, why.code) for who, why in await office.refusals()] == [(ADA, "not_glass")]
    row = await office.glass(number, BRUNO)
    assert row.state == "approved"
    facts = await office.facts(number)
    assert facts.glass is not None
    assert (facts.glass.user, facts.glass.reason, facts.decided_by) == (BRUNO, "it burns", (BRUNO,))
    told = await office.said("request.glass_broken")
    assert [one.target["channel"] for one in told] == ["C0APPROVAL", "C0FINETUNE"]
    assert len(await office.begun()) == 1


async def test_everything_is_in_the_audit_with_the_membership_seen(office: Office) -> None:
    number = await office.ask()
    await office.vote(number, ADA)
    await office.vote(number, BRUNO)
    lines = await office.read(
        lambda c: c.execute(select(audit).where(audit.c.subject == f"A{number}").order_by(audit.c.id)).all()
    )
    assert [(row.actor, row.action) for row in lines] == [
        (RIN, "request.opened"),
        (ADA, "vote.approve"),
        (BRUNO, "vote.approve"),
        (BRUNO, "request.approved"),
    ]
    assert lines[1].after["groups"] == [LEADS]
    assert {row.after["digest"] for row in lines} == {(await office.request(number)).digest}


async def test_a_click_that_cannot_count_is_refused_before_it_is_taken_in(office: Office) -> None:
    number = await office.ask()
    with pytest.raises(NotThere):
        await office.plant(number + 1, ADA, n=1)
    for plant in (voting.plant_vote, voting.plant_glass):
        args = (number, 1, "reject", " ") if plant is voting.plant_vote else (number, 1, " ")
        with pytest.raises(Invalid) as refused:
            await office.write(
                lambda c, plant=plant, args=args: plant(
                    c, *args, actor(ADA), click="c", now=office.clock.now(), corr="t"
                )
            )
        assert (refused.value.code, refused.value.field) == ("reason_empty", "reason")


async def test_keeping_is_ordered_once_it_is_approved(office: Office) -> None:
    """The deployment exists already: the decision plants the task that calls it."""
    await office.vote(await office.ask(connection="dev-eus2"), ADA)
    (made,) = await office.begun()
    ask = keep_ask(deployment=f"P{made.id}", title="dev-eus2/support-v12", until=NOW.replace(month=12))

    def work(connection: Any) -> int:
        return asking.open_request(
            connection,
            kind="keep",
            target=f"P{made.id}",
            ask=ask,
            reason="The demo is on Friday.",
            actor=actor(RIN),
            channel="C0FINETUNE",
            intent="keep",
            settings=office.settings,
            now=office.clock.now(),
            corr="t",
            deployment=made.id,
        )

    number = await office.write(work)
    await office.idle()
    assert not [key for key in await office.all_keys() if key.startswith("keep")]
    assert (await office.vote(number, BRUNO)).state == "approved"
    assert (await office.facts(number)).keep == ask
    (ordered,) = [key for key in await office.all_keys() if key.startswith("keep")]
    assert ask.until.isoformat() in ordered
