"""Opening a request, asking again in another form, taking it back; and how its copies show that."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from bot.approvals import requests as asking
from bot.approvals.facts import waiting_for
from bot.config.approvals import AutoApproval, Freeze, PolicyRule, Role
from bot.errors import BotError, Denied, Invalid, WrongState
from bot.facts.requests import DeployAsk, RequestFacts
from bot.store import deployments, requests
from bot.store.requests import Request
from bot.store.work_tables import message_ref
from bot.work import card_rows
from bot.work.outbox_rows import Target
from tests.approvals.office import Office, office_in
from tests.approvals.samples import ADA, BRUNO, DEV, LEADS, NOW, RIN, TEAM, actor, deploy_ask


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    """Two approvers in prod, one in dev, where the developer tier needs nobody."""
    auto = (AutoApproval(name="developer tier", sku="DeveloperTier"),)
    rules = (PolicyRule(connection="dev*", count=1),)
    async with office_in(tmp_path, count=2, rules=rules, auto=auto, break_glass=Role(users=(BRUNO,))) as made:
        yield made


def as_asked(facts: RequestFacts) -> DeployAsk:
    """Without what is looked up when it is shown."""
    assert facts.deploy is not None
    return facts.deploy.model_copy(update={"bill": None, "warnings": (), "base_short": ""})


async def change(office: Office, number: int, user: str = RIN, **given: Any) -> Request:
    """Ask for something else."""
    ask, reason = deploy_ask(**given), "Wrong refund answers in v11."

    def work(connection: Any) -> Request:
        return asking.new_round(
            connection,
            number,
            ask,
            reason,
            actor(user),
            settings=office.settings,
            now=office.clock.now(),
            corr="t",
            target=f"{ask.connection}/{ask.name}",
        )

    row: Request = await office.write(work)
    await office.idle()
    return row


async def withdraw(office: Office, number: int, user: str) -> Request:
    """Take it back."""
    row: Request = await office.write(
        lambda c: asking.withdraw(
            c, number, actor(user), settings=office.settings, now=office.clock.now(), corr="t"
        )
    )
    return row


async def refused(work: Any) -> tuple[type[BotError], str]:
    with pytest.raises(BotError) as error:
        await work
    return type(error.value), error.value.code


async def cards(office: Office) -> dict[str, tuple[str, str, dict[str, str]]]:
    rows = await office.read(lambda c: c.execute(select(message_ref)).all())
    return {row.key: (row.purpose, row.subject, row.target) for row in rows}


async def test_a_copy_for_the_approvers_and_one_for_who_asked(office: Office) -> None:
    number = await office.ask()
    shown = await cards(office)
    assert shown[f"request:A{number}:r1"] == ("request", f"A{number}:1", {"channel": "C0APPROVAL"})
    assert shown[f"request:A{number}:own"] == ("request_own", f"A{number}", {"user": RIN})
    facts = await office.facts(number)
    assert (facts.policy.count, facts.policy.groups, facts.requester) == (2, (LEADS,), RIN)
    assert as_asked(facts) == deploy_ask()
    assert len(facts.digest) == 4


async def test_one_request_waits_for_a_target(office: Office) -> None:
    await office.ask()
    with pytest.raises(Invalid) as error:
        await office.ask()
    assert (error.value.code, error.value.field) == ("request_open", "name")
    assert error.value.params["request"] == "A1"
    await withdraw(office, 1, RIN)
    assert await office.ask() == 2


async def test_any_change_asks_again_and_shows_the_difference(office: Office) -> None:
    number = await office.ask()
    before = await office.facts(number)
    await office.vote(number, ADA)
    await office.vote(number, BRUNO, "changes")
    row = await office.request(number)
    assert (row.state, row.decision) == ("changes", None)
    (told,) = await office.said("request.changes_asked")
    assert (told.target, told.params["by"], told.params["reason"]) == ({"user": RIN}, BRUNO, "why")
    row = await change(office, number, capacity=100)
    assert (row.state, row.round, row.closes_at) == ("open", 2, before.closes_at)
    facts = await office.facts(number)
    assert (facts.approvals, facts.digest == before.digest) == (0, False)
    assert [(one.field, one.before, one.after) for one in facts.changes] == [("capacity", 50, 100)]
    assert f"request:A{number}:r2" in await cards(office)
    old = await office.facts(number, 1)
    assert (old.shown_round, old.round, old.approvals, as_asked(old)) == (1, 2, 1, deploy_ask())
    (line,) = await office.said("request.new_round")
    assert line.parent_key == requests.card_key(number, 1)
    await office.vote(number, ADA, n=1)
    assert [why.code for _, why in await office.refusals()] == ["round_replaced"]
    assert (await office.vote(number, BRUNO)).state == "open", "what was said about round 1 counts nothing"
    assert (await office.vote(number, ADA)).state == "approved"
    (made,) = await office.begun()
    assert made.capacity == 100


async def test_another_connection_has_its_own_policy(office: Office) -> None:
    number = await office.ask(connection=DEV)
    row = await change(office, number)
    assert row.policy["count"] == 2, "an approval in prod needs two, whatever was asked for first"
    assert row.target == "prod-swc/support-v12"
    assert (await office.vote(number, ADA)).state == "open"


async def test_who_may_change_and_take_back(office: Office) -> None:
    number = await office.ask()
    other = await office.ask(name="sales")
    assert await refused(change(office, number, user=ADA, capacity=1)) == (Denied, "not_requester")
    assert await refused(withdraw(office, number, ADA)) == (Denied, "not_requester")
    assert await refused(change(office, number)) == (Invalid, "nothing_changed")
    assert await refused(change(office, number, name="sales")) == (Invalid, "request_open")
    assert (await withdraw(office, number, RIN)).state == "withdrawn"
    assert await refused(withdraw(office, number, RIN)) == (WrongState, "request_withdrawn")
    assert await refused(change(office, number, capacity=1)) == (WrongState, "request_withdrawn")
    told = await office.said("request.decided")
    assert [one.target for one in told] == [{"channel": "C0APPROVAL"}], "who took it back knows"
    office.clock.forward(72 * 3600)
    assert await refused(change(office, other, capacity=1)) == (WrongState, "closed")


async def test_a_rule_approves_at_once_and_is_named(office: Office) -> None:
    number = await office.ask(sku="DeveloperTier")
    facts = await office.facts(number)
    assert (facts.state, facts.auto, facts.decided_by) == ("approved", "developer tier", ())
    assert len(await office.begun()) == 1
    assert f"request:A{number}:r1" in await cards(office)
    assert not [key for key in await office.planted() if key.startswith("request:")]
    asked = await office.ask(name="sales")
    row = await change(office, asked, name="sales", sku="DeveloperTier")
    assert (row.state, row.auto, row.round) == ("approved", "developer tier", 2)


async def test_an_approval_in_a_freeze_is_held_until_the_glass_is_broken(office: Office) -> None:
    freeze = Freeze(start=NOW, end=NOW.replace(year=2027), reason="quarter end")
    approvals = office.settings.approvals.model_copy(update={"freezes": (freeze,)})
    # The office's own settings object is what the worker holds, too.
    object.__setattr__(office.application.deps.settings, "approvals", approvals)
    number = await office.ask(connection=DEV)
    assert (await office.vote(number, ADA)).state == "approved"
    facts = await office.facts(number)
    assert (facts.frozen, facts.rollout) == ("quarter end", "approved")
    assert (await office.glass(number, BRUNO)).glass is not None
    facts = await office.facts(number)
    assert (facts.frozen, facts.decided_by) == ("", (ADA,)), "who approved it stays"
    assert [row.target["channel"] for row in await office.said("request.glass_broken")] == [
        "C0APPROVAL",
        "C0FINETUNE",
    ]
    (made,) = await office.begun()
    await office.write(lambda c: deployments.change(c, made.id, now=office.clock.now(), state="sending"))
    assert (await office.facts(number)).rollout == "sending"


async def test_what_waits_for_a_person_is_what_they_can_decide_now(office: Office) -> None:
    async def waits(user: str, *groups: str) -> list[int]:
        rows = await office.read(lambda c: waiting_for(c, user, office.settings, groups))
        return [row.id for row in rows]

    first, second = await office.ask(), await office.ask(user=ADA, name="sales")
    assert await waits(ADA, LEADS) == [first], "nobody decides about their own"
    assert await waits(BRUNO, LEADS) == [second, first]
    assert await waits(BRUNO) == []
    await office.vote(first, BRUNO)
    await office.vote(second, BRUNO, "changes")
    assert await waits(BRUNO, LEADS) == []


async def test_home_tabs_of_approvers_follow(office: Office) -> None:
    await office.application.deps.people.refresh(ADA)

    def place(connection: Any) -> None:
        for user in (ADA, "U0NOBODY01"):
            card_rows.place(connection, f"home:{user}", "home", user, TEAM, Target(user=user), now=NOW)

    await office.write(place)
    number = await office.ask()

    async def dirty() -> dict[str, int]:
        rows = await office.read(
            lambda c: c.execute(select(message_ref).where(message_ref.c.purpose == "home")).all()
        )
        return {row.subject: row.dirty for row in rows}

    asked = await dirty()
    # The worker goes on meanwhile, so that it may be more than one change.
    assert asked[ADA] >= 2
    assert asked["U0NOBODY01"] == 1
    await withdraw(office, number, RIN)
    assert (await dirty())[ADA] > asked[ADA]
    home = office.application.engine.painter
    await office.ask(name="sales")
    facts, _ = await office.read(lambda c: home._home(c, ADA))
    assert [one.id for one in facts.waiting] == ["A2"]
    await office.application.deps.people.refresh(RIN)
    facts, _ = await office.read(lambda c: home._home(c, RIN))
    assert ([one.id for one in facts.asked], facts.waiting) == (["A2"], ())
