"""Trying again: once a role is granted or what is broken is mended, by who may, and never beside what is there."""

from datetime import timedelta

import pytest

from bot.deployments import rollout
from bot.deployments.apply import Apply
from bot.errors import WrongState
from bot.facts.deployment_notices import DeploymentFailed
from bot.store import requests
from tests.approvals.samples import BRUNO, GUEST
from tests.deployments.rollout_bench import Rollout, person
from tests.training.bench import RIN


async def retry(rolling: Rollout, number: int, who: str = RIN.user_id) -> None:
    found, now = await rolling.row(number), rolling.bench.now()
    assert await rolling.write(lambda c: rollout.retry(c, found, person(who), click="2", now=now, corr="c"))
    await rolling.step(number)


async def test_three_requests_without_an_answer_end_and_can_be_tried_again(rolling: Rollout) -> None:
    deps = rolling.bench.application.deps
    rolling.handlers["deployment.apply"] = Apply(deps, rolling.recorder, look_for=timedelta(milliseconds=1))
    number = await rolling.wanted(model=rolling.tuned())
    await rolling.fault("cut", times=3)
    found = await rolling.until(number, "failed")
    assert (await rolling.sent("PUT"), (found.failure or {})["code"]) == (3, "no_answer")
    await retry(rolling, number)
    assert (await rolling.until(number, "live")).failure is None


async def test_a_missing_role_is_told_with_its_remedy_and_tried_again_once_granted(rolling: Rollout) -> None:
    rolling.switch(arm_rights="reader")
    number = await rolling.wanted(model=rolling.tuned())
    found = await rolling.until(number, "failed")
    assert found.failure is not None
    assert found.failure["code"] == "role_missing"
    assert "az role assignment create" in found.failure["params"]["grant"]
    assert found.failure["request_id"]
    told = await rolling.said(DeploymentFailed)
    assert {to for _, to in told} == {RIN.user_id, "C0APPROVAL"}
    rolling.switch(arm_rights="owner")
    await retry(rolling, number)
    assert (await rolling.until(number, "live")).failure is None
    assert await rolling.sent("PUT") == 2


async def test_only_the_owner_or_an_approver_tries_again(rolling: Rollout) -> None:
    rolling.switch(arm_rights="reader")
    number = await rolling.wanted(model=rolling.tuned())
    await rolling.until(number, "failed")
    await retry(rolling, number, GUEST)
    found = await rolling.row(number)
    ((notice, _),) = [one for one in await rolling.said(DeploymentFailed) if one[1] == GUEST]
    assert (found.state, notice.deployment.problem.code) == ("failed", "guest")
    await retry(rolling, number, BRUNO)
    assert (await rolling.row(number)).state == "approved"


async def test_no_second_try_of_what_is_not_approved_any_more(rolling: Rollout) -> None:
    rolling.switch(arm_rights="reader")
    number = await rolling.wanted(model=rolling.tuned())
    found = await rolling.until(number, "failed")
    await rolling.write(
        lambda c: requests.change(c, found.request or 0, now=rolling.bench.now(), digest="another")
    )
    with pytest.raises(WrongState) as told:
        await retry(rolling, number)
    assert told.value.code == "deployment_not_approved"


async def test_what_failed_at_the_service_is_removed_before_the_second_try(rolling: Rollout) -> None:
    rolling.switch(fail_deployment=["InternalError", "Something broke."])
    number = await rolling.wanted(model=rolling.tuned())
    found = await rolling.until(number, "failed")
    assert found.failure is not None
    assert (found.failure["code"], found.failure["text"]) == ("operation_failed", "Something broke.")
    assert rolling.record("support-v12") is not None
    rolling.switch(fail_deployment=None)
    await retry(rolling, number)
    assert (await rolling.until(number, "live")).state == "live"
    assert (await rolling.sent("PUT"), await rolling.sent("DELETE")) == (2, 1)


async def test_what_an_earlier_request_left_failed_does_not_hold_the_name(rolling: Rollout) -> None:
    rolling.switch(fail_deployment=["InternalError", "Something broke."])
    await rolling.until(await rolling.wanted(model=rolling.tuned()), "failed")
    rolling.switch(fail_deployment=None)
    second = await rolling.wanted(model=rolling.tuned())
    assert (await rolling.until(second, "live")).incarnation == 2
    assert await rolling.sent("DELETE") == 1
