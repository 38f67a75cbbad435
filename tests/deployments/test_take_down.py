"""Taking down: by who may, the one that was meant, once, and nobody says "gone" before it is."""

from typing import Any

import pytest

from bot.deployments import take_down
from bot.deployments.kinds import replant
from bot.errors import ChatError, WrongState
from bot.facts.deployment_notices import DeploymentGone, TakeDownFailed, TakenDown
from bot.store import deployments
from bot.store.deployments import Deployment
from bot.store.work_tables import task as tasks
from providers.hosting import RemoteDeployment
from tests.approvals.samples import ADA, BRUNO, GUEST
from tests.clocks import START
from tests.deployments.rollout_bench import Rollout, person
from tests.patience import until
from tests.training.bench import NAME, RIN

SAM = "U0REQUEST2"


async def ask(rolling: Rollout, found: Deployment, who: str = RIN.user_id, click: str = "1") -> bool:
    """Press the button and confirm."""
    now = rolling.bench.now()
    planted = await rolling.write(
        lambda c: take_down.plant(c, found, person(who), take_down.PERSON, click=click, now=now, corr="c")
    )
    return bool(planted)


@pytest.mark.parametrize("who", [RIN.user_id, BRUNO, ADA])
async def test_its_owner_an_approver_or_an_admin_takes_it_down(rolling: Rollout, who: str) -> None:
    found = await rolling.live()
    assert await ask(rolling, found, who)
    assert not await ask(rolling, found, who, click="2")
    gone = await rolling.until(found.id, "gone")
    assert (gone.gone_why, gone.gone_at is not None, rolling.record(found.name)) == ("person", True, None)
    told = await rolling.said(TakenDown)
    assert {to for _, to in told} == {RIN.user_id, who}
    assert {one.by for one, _ in told} == {who}
    assert await rolling.sent("DELETE") == 1
    assert (await rolling.actions())[-2:] == ["deployment.take_down", "deployment.gone"]


@pytest.mark.parametrize(("who", "code"), [(GUEST, "guest"), ("U0NOBODY01", "")])
async def test_nobody_else_takes_it_down(rolling: Rollout, who: str, code: str) -> None:
    found = await rolling.live()
    if not code:
        await rolling.write(lambda c: deployments.note(c, found.id, owner=ADA))
        who, code = RIN.user_id, "not_owner"
    await ask(rolling, found, who)
    await rolling.step(found.id)
    assert (await rolling.row(found.id)).state == "live"
    ((notice, to),) = await rolling.said(TakeDownFailed)
    assert (to, notice.problem.code) == (who, code)
    assert await rolling.sent("DELETE") == 0


async def test_without_slack_nobody_is_let_in(rolling: Rollout) -> None:
    found = await rolling.live()
    spec = {"service": "slack", "match": {"path": "users.info"}, "kind": "status", "status": 500, "times": 0}
    await rolling.bench.made.post("/panel/api/fault", spec)
    await ask(rolling, found, SAM)
    with pytest.raises(ChatError):
        await rolling.step(found.id)
    assert (await rolling.row(found.id)).state == "live"
    assert await rolling.sent("DELETE") == 0


async def test_what_was_never_sent_just_ends(rolling: Rollout) -> None:
    number = await rolling.wanted(model=rolling.tuned())
    await ask(rolling, await rolling.row(number))
    await rolling.until(number, "gone", names=("deployment.delete",))
    await rolling.step(number, "deployment.apply")
    assert (await rolling.sent("PUT"), await rolling.sent("DELETE")) == (0, 0)


async def test_one_that_somebody_made_anew_is_not_ours_to_take_down(rolling: Rollout) -> None:
    found = await rolling.live()
    record = rolling.record(found.name)
    assert record is not None
    await rolling.bench.made.post(
        "/panel/api/deployment", {"action": "delete", "resource": NAME, "deployment": found.name}
    )
    body = {
        "action": "deploy",
        "resource": NAME,
        "deployment": found.name,
        "model": found.model,
        "capacity": 1,
    }
    answer = await rolling.bench.made.post("/panel/api/deployment", {**body, "sku": "GlobalStandard"})
    assert answer["status"] == 201, answer
    again = rolling.record(found.name)
    assert again is not None
    # It was made long after ours.
    created = again.created_at.replace(year=again.created_at.year - 1)
    await rolling.write(lambda c: deployments.note(c, found.id, created_remote=created))
    await ask(rolling, found)
    assert (await rolling.until(found.id, "gone")).gone_why == "elsewhere"
    assert rolling.record(found.name) is not None
    assert await rolling.sent("DELETE") == 0
    assert len(await rolling.said(DeploymentGone)) == 1


def remote(**given: Any) -> RemoteDeployment:
    values: dict[str, Any] = {
        "name": "a", "model": "m", "fine_tuned": True, "base": "b", "sku": "s", "capacity": 1, "state": "live",
        "raw_state": "Succeeded", "created_at": START, **given,
    }  # fmt: skip
    return RemoteDeployment(**values)


@pytest.mark.parametrize(
    ("row", "there", "same"),
    [
        ({"created_remote": START}, {}, True),
        ({"created_remote": START}, {"created_at": START.replace(hour=13)}, False),
        ({"created_remote": START}, {"created_at": START.replace(hour=3)}, True),  # records are dated back
        ({"foreign": True}, {}, True),
        ({"foreign": True}, {"model": "other"}, False),
        ({}, {}, False),  # ours was never seen there: this may be anybody's
        ({"spec": {"tags": {"tunesmith-request": "A1", "tunesmith-intent": "x"}}}, {}, False),
        (
            {"spec": {"tags": {"tunesmith-request": "A1", "tunesmith-intent": "x"}}},
            {"tags": {"tunesmith-request": "A1", "tunesmith-intent": "x"}},
            True,
        ),
    ],
)
def test_what_stands_under_the_name_is_the_one_that_was_meant(
    row: dict[str, Any], there: dict[str, Any], same: bool
) -> None:
    values: dict[str, Any] = dict.fromkeys(Deployment.__dataclass_fields__)
    found = Deployment(**{**values, "name": "a", "model": "m", "foreign": False, **row})
    assert take_down.same(found, remote(**there)) is same


async def test_a_missing_role_is_told_and_it_goes_on(rolling: Rollout) -> None:
    found = await rolling.live()
    rolling.switch(arm_rights="reader")
    await ask(rolling, found)
    while await rolling.step(found.id):
        pass
    assert (await rolling.row(found.id)).state == "live"
    ((notice, _),) = await rolling.said(TakeDownFailed)
    assert notice.problem.code == "role_missing"
    assert "deployments/delete" in notice.problem.params["action"]
    rolling.switch(arm_rights="owner")
    assert await ask(rolling, found, click="2")
    await rolling.until(found.id, "gone")


@pytest.mark.parametrize("kind", ["lost_answer", "cut", "status"])
async def test_an_unanswered_deletion_is_asked_for_again(rolling: Rollout, kind: str) -> None:
    found = await rolling.live()
    await ask(rolling, found)
    await rolling.fault(kind, "DELETE", status=500)
    await rolling.until(found.id, "gone")
    assert rolling.record(found.name) is None
    assert len(await rolling.said(TakenDown)) == 1


@pytest.mark.parametrize("after", [False, True])
async def test_killed_anywhere_it_is_gone_once(rolling: Rollout, after: bool) -> None:
    for nth in range(3):
        found = await rolling.live(name=f"support-{nth}")
        await ask(rolling, found)
        # Nobody asks a second time before a minute has passed, unless nobody knows of the first.
        assert await rolling.killed(found.id, nth, "gone", after=after, seconds=61)
        assert rolling.record(found.name) is None
    assert len(await rolling.said(TakenDown)) == 3


async def test_a_lost_task_is_planted_anew(rolling: Rollout) -> None:
    found = await rolling.live()
    await ask(rolling, found)
    await rolling.step(found.id)
    assert (await rolling.row(found.id)).state == "removing"
    await rolling.write(lambda c: c.execute(tasks.delete()))
    await rolling.write(lambda c: replant(c, now=rolling.bench.now(), corr="r"))
    assert await rolling.planned() == [f"delete:{found.id}:person"]
    gone = await rolling.until(found.id, "gone")
    assert gone.gone_why == "person"
    ((notice, _),) = await rolling.said(TakenDown)
    assert notice.by == RIN.user_id


async def test_one_on_its_way_up_is_gone_when_the_service_says_so_after_it_had_it(rolling: Rollout) -> None:
    number = await rolling.wanted(model=rolling.tuned())
    found = await rolling.until(number, "creating")

    async def made() -> bool:
        there = await rolling.hosting.deployment(found.name)
        return there is not None and there.state == "live"

    await until(made)
    assert found.created_remote is None, "we have not looked yet"
    await ask(rolling, found)
    gone = await rolling.until(number, "gone", names=("deployment.delete",))
    assert (gone.gone_why, await rolling.sent("DELETE")) == ("person", 1)


async def test_every_state_that_waits_has_its_task_after_a_start(rolling: Rollout) -> None:
    wanted = await rolling.wanted(name="aa", model=rolling.tuned())
    rolling.switch(ready_seconds=1e6)
    starting = await rolling.wanted(name="bb", model=rolling.tuned())
    await rolling.until(starting, "starting")
    await rolling.write(lambda c: c.execute(tasks.delete()))
    assert await rolling.write(lambda c: replant(c, now=rolling.bench.now(), corr="r")) == 2
    assert sorted(await rolling.planned()) == [f"apply:{wanted}", f"follow:{starting}"]


async def test_what_is_gone_cannot_be_taken_down(rolling: Rollout) -> None:
    found = await rolling.live()
    await ask(rolling, found)
    with pytest.raises(WrongState):
        take_down.check(await rolling.until(found.id, "gone"))


async def test_parked_work_is_told_and_it_stays(rolling: Rollout) -> None:
    found = await rolling.live()
    await ask(rolling, found)
    await rolling.step(found.id)
    task = await rolling.claim(found.id)
    handler = rolling.handlers["deployment.delete"]
    assert isinstance(handler, take_down.TakeDown)
    assert task is not None
    await rolling.write(lambda c: handler.give_up(c, task, "unreachable(operation=x)"))
    assert (await rolling.row(found.id)).state == "live"
    ((notice, to),) = await rolling.said(TakeDownFailed)
    assert (notice.problem.code, to) == ("unreachable", RIN.user_id)
