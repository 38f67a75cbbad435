"""Calling off what is approved and not sent: by who may, without a word to the service, and never what was sent."""

from pathlib import Path

import pytest
from sqlalchemy import Connection, select

from bot.deployments import call_off, take_down
from bot.errors import WrongState
from bot.facts.deployment_notices import TakeDownFailed, TakenDown
from bot.store import requests
from bot.store.deployments import Deployment
from bot.store.requests import Request
from bot.store.tables import audit
from tests.approvals.samples import ADA, BRUNO, GUEST
from tests.deployments.rollout_bench import Rollout, person
from tests.training.bench import RIN


async def wanted(rolling: Rollout) -> Deployment:
    return await rolling.row(await rolling.wanted(model=rolling.tuned()))


def request_of(connection: Connection, found: Deployment) -> Request:
    request = requests.get(connection, found.request or 0)
    assert request is not None
    return request


async def off(rolling: Rollout, found: Deployment, who: str = RIN.user_id, click: str = "1") -> bool:
    """Press the button and confirm."""

    def plant(connection: Connection) -> bool:
        request, now = request_of(connection, found), rolling.bench.now()
        return call_off.plant(connection, request, person(who), click=click, now=now, corr="c")

    return bool(await rolling.write(plant))


@pytest.mark.parametrize("who", [RIN.user_id, BRUNO])
async def test_who_asked_or_an_approver_calls_it_off_and_nothing_is_sent(rolling: Rollout, who: str) -> None:
    found = await wanted(rolling)
    assert await off(rolling, found, who)
    assert not await off(rolling, found, who, click="2")
    gone = await rolling.until(found.id, "gone", names=("deployment.delete",))
    assert (gone.gone_why, gone.intent_at, gone.gone_at is not None) == ("called_off", None, True)
    while await rolling.step(found.id):
        pass
    assert [await rolling.sent(method) for method in ("GET", "PUT", "DELETE")] == [0, 0, 0]
    told = await rolling.said(TakenDown)
    assert {RIN.user_id, who} <= {to for _, to in told}
    assert {(one.by, one.deployment.gone_why) for one, _ in told} == {(who, "called_off")}
    assert (await rolling.actions())[-1] == "deployment.called_off"
    actors = await rolling.read(
        lambda c: c.execute(select(audit.c.actor).order_by(audit.c.id)).scalars().all()
    )
    assert actors[-1] == who
    with pytest.raises(WrongState, match="not_called_off"):
        await off(rolling, found, click="3")


async def test_nobody_else_calls_it_off(rolling: Rollout) -> None:
    found = await wanted(rolling)
    await off(rolling, found, GUEST)
    await rolling.step(found.id, "deployment.delete")
    assert (await rolling.row(found.id)).state == "approved"
    ((notice, to),) = await rolling.said(TakeDownFailed)
    assert (to, notice.problem.code) == (GUEST, "guest")


async def test_what_was_sent_before_it_came_to_that_stays(rolling: Rollout) -> None:
    found = await wanted(rolling)
    await off(rolling, found, ADA)
    await rolling.until(found.id, "creating", "starting", "live", names=("deployment.apply",))
    await rolling.step(found.id, "deployment.delete")
    assert (await rolling.row(found.id)).state in ("creating", "starting", "live")
    assert await rolling.sent("DELETE") == 0
    ((notice, to),) = await rolling.said(TakeDownFailed)
    assert (to, notice.problem.code) == (ADA, "not_called_off")
    with pytest.raises(WrongState, match="not_called_off"):
        await off(rolling, found, click="2")


async def test_undeploy_of_one_that_a_freeze_holds_calls_it_off(rolling: Rollout) -> None:
    found = await wanted(rolling)
    deps = rolling.bench.application.deps
    freeze = deps.settings.approvals.freeze_file
    assert freeze is not None
    Path(freeze).write_text("release week", encoding="utf-8")  # noqa: ASYNC240  a few bytes
    await rolling.step(found.id, "deployment.apply")
    held = await rolling.row(found.id)
    assert held.asked.get("frozen") == "release week"
    now = rolling.bench.now()
    await rolling.write(
        lambda c: take_down.plant(c, held, person(RIN.user_id), "person", click="1", now=now, corr="c")
    )
    gone = await rolling.until(found.id, "gone", names=("deployment.delete",))
    assert (gone.gone_why, await rolling.sent("PUT"), await rolling.sent("DELETE")) == ("called_off", 0, 0)
