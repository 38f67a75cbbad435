"""From the service's "yes" to the first answer, and what follows from it."""

from datetime import timedelta
from typing import Any

import pytest

from bot.deployments import take_down
from bot.deployments.follow import FollowDeployment
from bot.deployments.take_down import TakeDown
from bot.facts.deployment_notices import (
    DeploymentFailed,
    DeploymentGone,
    DeploymentLive,
    ReplacedSoon,
    TakeDownFailed,
    TakenDown,
    UntilReached,
)
from bot.store import deployments
from bot.work.tasks import Again, Done
from providers.errors import Throttled, Unavailable
from tests.approvals.samples import ADA
from tests.deployments.rollout_bench import Rollout
from tests.training.bench import NAME, RIN

FOLLOW, DELETE, UNTIL = "deployment.follow", "deployment.delete", "deployment.until"


async def starting(rolling: Rollout, **ask: Any) -> int:
    """One that the service has and that does not answer."""
    rolling.switch(ready_seconds=1e6)
    number = await rolling.wanted(model=rolling.tuned(), **ask)
    await rolling.until(number, "starting")
    return number


async def test_it_is_not_called_live_before_it_answers(rolling: Rollout) -> None:
    number = await starting(rolling)
    for _ in range(3):
        assert isinstance(await rolling.step(number), Again)
    found = await rolling.row(number)
    assert (found.state, found.first_ok_at, found.failure) == ("starting", None, None)
    assert await rolling.said() == []


async def test_what_does_not_answer_in_time_is_told_once_and_kept(rolling: Rollout) -> None:
    number = await starting(rolling)
    rolling.bench.clock.forward(31 * 60)
    for _ in range(3):
        outcome = await rolling.step(number)
        assert isinstance(outcome, Again)
    told = await rolling.said(DeploymentFailed)
    assert sorted(to for _, to in told) == ["C0APPROVAL", RIN.user_id]
    assert told[0][0].deployment.problem.code == "deployment_not_ready"
    assert (await rolling.row(number)).state == "starting"
    assert rolling.record("support-v12") is not None
    rolling.switch(ready_seconds=0)
    for record in rolling.bench.made.sandbox.azure.control.deployments.of(NAME):
        record.ready_at = record.succeeded_at
    found = await rolling.until(number, "live")
    assert found.failure is None
    assert len(await rolling.said(DeploymentLive)) == 1


async def test_a_missing_role_of_the_data_plane_is_told_at_once(rolling: Rollout) -> None:
    number = await starting(rolling)
    refusal = {
        "error": {"code": "PermissionDenied", "message": "Principal does not have access to API/Operation."}
    }
    await rolling.fault("status", "POST", "/chat/completions", status=403, body=refusal)
    await rolling.step(number)
    found = await rolling.row(number)
    assert (found.state, (found.failure or {})["code"]) == ("starting", "role_missing")
    assert "az role assignment create" in (found.failure or {})["params"]["grant"]


@pytest.mark.parametrize("error", [Throttled("throttled", retry_after=9.0), Unavailable("unreachable")])
async def test_a_busy_or_unreachable_service_is_waited_for(
    rolling: Rollout, error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = await starting(rolling)

    async def call(_name: str, _prompt: str) -> None:
        raise error

    monkeypatch.setattr(rolling.hosting, "call", call)
    before = rolling.bench.now()
    outcome = await rolling.step(number)
    assert isinstance(outcome, Again)
    assert not callable(outcome.due_at)
    if isinstance(error, Throttled):
        assert outcome.due_at - before >= timedelta(seconds=9)
    assert (await rolling.row(number)).failure is None


async def test_the_looks_grow_calmer(rolling: Rollout) -> None:
    number = await starting(rolling)
    waits = []
    for _ in range(4):
        before = rolling.bench.now()
        outcome = await rolling.step(number)
        assert isinstance(outcome, Again)
        assert not callable(outcome.due_at)
        waits.append((outcome.due_at - before).total_seconds())
        rolling.bench.clock.forward(120)
    assert waits == sorted(waits)
    assert waits[0] < 6 < 29 < waits[-1] < 31


@pytest.mark.parametrize("state", ["creating", "starting"])
async def test_one_that_somebody_deletes_on_its_way_is_gone(rolling: Rollout, state: str) -> None:
    rolling.switch(ready_seconds=1e6, deploy_seconds=1e6 if state == "creating" else 4)
    number = await rolling.wanted(model=rolling.tuned())
    await rolling.until(number, state)
    body = {"action": "delete", "resource": NAME, "deployment": "support-v12"}
    await rolling.bench.made.post("/panel/api/deployment", body)
    rolling.bench.clock.forward(600)
    if state == "creating":  # its operation is looked at first, and goes on for ever
        await rolling.write(lambda c: deployments.note(c, number, operation=None))
    found = await rolling.until(number, "gone")
    assert found.gone_why == "elsewhere"
    assert len(await rolling.said(DeploymentGone)) == 1


async def test_a_creation_that_takes_too_long_is_told_and_followed_further(rolling: Rollout) -> None:
    rolling.switch(deploy_seconds=1e6)
    number = await rolling.wanted(model=rolling.tuned())
    await rolling.until(number, "creating")
    rolling.bench.clock.forward(3700)
    for _ in range(2):
        await rolling.step(number)
    told = await rolling.said(DeploymentFailed)
    assert {one.deployment.problem.code for one, _ in told} == {"creation_slow"}
    assert len(told) == 2
    assert (await rolling.row(number)).state == "creating"


async def test_an_answer_that_comes_while_it_is_taken_down_changes_nothing(rolling: Rollout) -> None:
    rolling.switch(ready_seconds=0)
    number = await rolling.wanted(model=rolling.tuned())
    await rolling.until(number, "starting")
    task = await rolling.claim(number)
    assert task is not None
    outcome = await rolling.handlers[task.kind](task)
    assert isinstance(outcome, Done)
    now = rolling.bench.now()
    await rolling.write(lambda c: deployments.change(c, number, now=now, state="removing"))
    await rolling.end(task, outcome)
    assert (await rolling.row(number)).state == "removing"
    assert await rolling.said(DeploymentLive) == []


async def replaced(rolling: Rollout) -> tuple[int, int]:
    """(old, new): the new one answers."""
    old = await rolling.live(name="support-v11")
    new = await rolling.live(name="support-v12", replaces=old.label, grace_hours=48)
    return old.id, new.id


async def test_what_is_replaced_goes_after_its_grace_once_the_new_one_answers(rolling: Rollout) -> None:
    old, new = await replaced(rolling)
    found = await rolling.row(old)
    assert found.take_down_at is not None
    assert timedelta(hours=47) < found.take_down_at - rolling.bench.now() <= timedelta(hours=48)
    ((notice, to),) = await rolling.said(ReplacedSoon)
    assert (to, notice.successor.id) == (RIN.user_id, f"P{new}")
    await rolling.step(old, DELETE)  # woken too early
    assert (await rolling.row(old)).state == "live"
    rolling.bench.clock.forward(49 * 3600)
    assert (await rolling.until(old, "gone", names=(DELETE,))).gone_why == "replaced"
    assert (rolling.record("support-v11"), rolling.record("support-v12") is not None) == (None, True)
    ((taken, _),) = await rolling.said(TakenDown)
    assert taken.by is None


async def test_what_is_replaced_stays_when_the_new_one_is_gone(rolling: Rollout) -> None:
    old, _ = await replaced(rolling)
    body = {"action": "delete", "resource": NAME, "deployment": "support-v12"}
    await rolling.bench.made.post("/panel/api/deployment", body)
    rolling.bench.clock.forward(49 * 3600)
    await rolling.step(old, DELETE)
    found = await rolling.row(old)
    assert (found.state, found.take_down_at, rolling.record("support-v11") is not None) == (
        "live",
        None,
        True,
    )
    ((notice, _),) = await rolling.said(TakeDownFailed)
    assert notice.problem.code == "successor_gone"


async def test_what_is_replaced_stays_as_soon_as_the_new_one_is_taken_down(rolling: Rollout) -> None:
    old, new = await replaced(rolling)
    found = await rolling.row(new)
    now = rolling.bench.now()
    await rolling.write(lambda c: take_down.plant(c, found, RIN, "person", click="1", now=now, corr="c"))
    await rolling.until(new, "gone", names=(DELETE,))
    assert (await rolling.row(old)).take_down_at is None
    ((notice, to),) = await rolling.said(TakeDownFailed)
    assert (to, notice.deployment.id, notice.problem.code) == (RIN.user_id, f"P{old}", "successor_gone")
    assert notice.deployment.replaced_by is None, "nothing answers in its place"
    ((taken, _),) = await rolling.said(TakenDown)
    assert (taken.deployment.replaces_answers, taken.deployment.replaces) == (True, f"P{old}")


async def test_a_take_down_that_fails_leaves_the_planned_one(rolling: Rollout) -> None:
    old, _ = await replaced(rolling)
    found = await rolling.row(old)
    rolling.switch(arm_rights="reader")
    now = rolling.bench.now()
    await rolling.write(lambda c: take_down.plant(c, found, RIN, "person", click="1", now=now, corr="c"))
    while (await rolling.row(old)).state == "removing" or not await rolling.said(TakeDownFailed):
        await rolling.step(old, DELETE)
    assert (await rolling.row(old)).take_down_at == found.take_down_at
    assert f"delete:{old}:replaced" in await rolling.planned()
    rolling.switch(arm_rights="owner")
    rolling.bench.clock.forward(49 * 3600)
    assert (await rolling.until(old, "gone", names=(DELETE,))).gone_why == "replaced"


async def test_that_the_old_one_goes_is_said_after_that_the_new_one_answers(rolling: Rollout) -> None:
    await replaced(rolling)
    said = [type(notice) for notice, _ in await rolling.said()]
    assert said.index(ReplacedSoon) > [n for n, one in enumerate(said) if one is DeploymentLive][-1]


async def test_nothing_is_taken_down_while_the_new_one_does_not_answer(rolling: Rollout) -> None:
    old = await rolling.live(name="support-v11")
    await starting(rolling, replaces=old.label)
    rolling.bench.clock.forward(72 * 3600)
    assert (await rolling.row(old.id)).take_down_at is None
    assert f"delete:{old.id}:replaced" not in await rolling.planned()


async def test_the_owner_is_asked_a_day_before_and_when_the_day_has_come(rolling: Rollout) -> None:
    until = rolling.bench.now() + timedelta(days=3)
    found = await rolling.live(until=until)
    await rolling.step(found.id, UNTIL)
    assert await rolling.said(UntilReached) == []
    rolling.bench.clock.forward(2.5 * 86400)
    for _ in range(3):  # a restart asks again, and nobody hears it twice
        await rolling.step(found.id, UNTIL)
    assert len(await rolling.said(UntilReached)) == 1
    rolling.bench.clock.forward(86400)
    assert isinstance(await rolling.step(found.id, UNTIL), Done)
    told = await rolling.said(UntilReached)
    assert [to for _, to in told] == [RIN.user_id] * 2
    assert (await rolling.row(found.id)).state == "live"


async def test_the_owner_of_the_old_one_hears_of_it_too(rolling: Rollout) -> None:
    old = await rolling.live(name="support-v11")
    await rolling.write(lambda c: deployments.note(c, old.id, owner=ADA))
    await rolling.live(name="support-v12", replaces=old.label)
    assert sorted(to for _, to in await rolling.said(ReplacedSoon)) == sorted([ADA, RIN.user_id])


async def test_parked_work_is_told_and_it_stays(rolling: Rollout) -> None:
    number = await starting(rolling)
    task = await rolling.claim(number)
    follow = rolling.handlers[FOLLOW]
    assert isinstance(follow, FollowDeployment)
    assert task is not None
    await rolling.write(lambda c: follow.give_up(c, task, "KeyError"))
    assert (await rolling.row(number)).state == "starting"
    assert len(await rolling.said(DeploymentFailed)) == 2
    assert isinstance(rolling.handlers[DELETE], TakeDown)
