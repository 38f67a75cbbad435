"""Creating a deployment: after approval only, once, whatever becomes of the answers."""

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from bot.deployments import rollout, take_down
from bot.deployments.apply import Apply
from bot.deployments.unclear import LOOK_FOR
from bot.facts.deployment_notices import DeploymentFailed, DeploymentLive
from bot.store import deployments, requests
from bot.store.work_tables import message_ref
from bot.work import queue
from bot.work.tasks import Again, Done
from providers.errors import OutcomeUnknown, Throttled, Unavailable
from tests.approvals.samples import ADA, BRUNO
from tests.deployments.rollout_bench import Rollout
from tests.patience import until
from tests.training.bench import NAME, RIN

APPLY, NOT_LONG = "deployment.apply", timedelta(milliseconds=1)


def hasty(rolling: Rollout) -> None:
    """A creation without an answer is not looked for long."""
    deps = rolling.bench.application.deps
    rolling.handlers[APPLY] = Apply(deps, rolling.recorder, look_for=NOT_LONG)


async def test_what_was_approved_is_created_answers_and_is_told_with_its_snippet(rolling: Rollout) -> None:
    found = await rolling.live(
        name="support-v12", tags={"team": "support"}, capacity=20, content_filter="corp-strict"
    )
    assert (found.state, found.first_ok_at is not None, found.created_remote is not None) == (
        "live",
        True,
        True,
    )
    record = rolling.record("support-v12")
    assert record is not None
    assert (record.sku, record.capacity, record.rai_policy) == ("GlobalStandard", 20, "corp-strict")
    ((notice, to),) = await rolling.said(DeploymentLive)
    assert (to, notice.deployment.title) == (RIN.user_id, "prod-swc/support-v12")
    assert notice.deployment.snippet.deployment == "support-v12"
    assert notice.answer
    assert await rolling.sent("PUT") == 1
    assert await rolling.actions() == ["deployment.rollout", "deployment.sent", "deployment.live"]


async def test_the_tags_say_who_asked_who_approved_and_what_for(rolling: Rollout) -> None:
    job = await rolling.bench.row(1, "support")
    found = await rolling.live(name="support-v12", tags={"team": "support"}, job=f"J{job}")
    record = rolling.record("support-v12")
    assert record is not None
    intent = record.tags.pop("tunesmith-intent")
    assert len(intent) == 32
    assert record.tags == {
        "team": "support",
        "tunesmith-request": f"A{found.request}",
        "tunesmith-approval": f"{ADA} {BRUNO}",
        "tunesmith-job": f"J{job}",
        "tunesmith-requester": RIN.user_id,
    }


async def test_a_model_of_another_account_is_named_with_its_source(rolling: Rollout) -> None:
    model = rolling.tuned("dev-eus2")
    await rolling.until(await rolling.wanted(model=model, trained_at="dev-eus2"), "live")
    record = rolling.record("support-v12")
    assert record is not None
    assert (record.source or "").endswith("/accounts/dev-eus2")


async def test_the_same_request_begins_once(rolling: Rollout) -> None:
    number = await rolling.wanted(model=rolling.tuned())
    found = await rolling.row(number)

    def again(connection: Any) -> int:
        request = requests.get(connection, found.request or 0)
        assert request is not None
        return rollout.begin(connection, request, now=rolling.bench.now(), corr="c")

    assert await rolling.write(again) == number
    assert await rolling.planned() == [f"apply:{number}"]


async def test_the_intent_is_committed_before_the_request_is_sent(rolling: Rollout) -> None:
    number = await rolling.wanted(model=rolling.tuned())
    fault = await rolling.fault("hold", when="before")
    stepping = asyncio.create_task(rolling.step(number))

    async def held() -> bool:
        state = await rolling.bench.made.get("/panel/api/state")
        return any(one["waiting"] for one in state["faults"])

    await until(held, "the request to wait at the door")
    found = await rolling.row(number)
    assert (found.state, found.intent_at is not None) == ("sending", True)
    assert rolling.record("support-v12") is None
    async with rolling.bench.made.http.delete(f"{rolling.bench.made.sandbox.url}/panel/api/fault/{fault}"):
        await stepping
    assert (await rolling.row(number)).state == "creating"


async def test_nothing_is_asked_or_sent_in_a_freeze(rolling: Rollout) -> None:
    freeze = rolling.bench.application.deps.settings.approvals.freeze_file
    assert freeze is not None
    Path(freeze).write_text("year end", encoding="utf-8")  # noqa: ASYNC240  a few bytes
    number = await rolling.wanted(model=rolling.tuned())
    before = len(await rolling.bench.asked())
    for _ in range(3):
        assert isinstance(await rolling.step(number), Again)
    found = await rolling.row(number)
    assert (found.state, found.asked["frozen"], len(await rolling.bench.asked())) == (
        "approved",
        "year end",
        before,
    )
    Path(freeze).unlink()  # noqa: ASYNC240  as above
    assert "frozen" not in (await rolling.until(number, "live")).asked


async def test_a_broken_glass_ends_the_wait(rolling: Rollout) -> None:
    freeze = rolling.bench.application.deps.settings.approvals.freeze_file
    assert freeze is not None
    Path(freeze).write_text("", encoding="utf-8")  # noqa: ASYNC240  no bytes
    number = await rolling.wanted(model=rolling.tuned())
    await rolling.step(number)
    found = await rolling.row(number)
    glass = {"user": ADA, "reason": "outage", "at": rolling.bench.now().isoformat()}
    await rolling.write(
        lambda c: requests.change(c, found.request or 0, now=rolling.bench.now(), glass=glass)
    )
    assert (await rolling.until(number, "live")).state == "live"


@pytest.mark.parametrize("change", [{"state": "withdrawn"}, {"digest": "another"}])
async def test_what_is_not_approved_as_it_was_is_never_sent(rolling: Rollout, change: dict[str, str]) -> None:
    number = await rolling.wanted(model=rolling.tuned())
    found = await rolling.row(number)
    await rolling.write(lambda c: requests.change(c, found.request or 0, now=rolling.bench.now(), **change))
    found = await rolling.until(number, "failed")
    assert (found.failure or {})["code"] == "deployment_not_approved"
    assert await rolling.sent("PUT") == 0


async def test_a_name_that_somebody_else_uses_is_left_alone(rolling: Rollout) -> None:
    theirs = rolling.tuned()
    body: dict[str, Any] = {
        "action": "deploy",
        "resource": NAME,
        "deployment": "support-v12",
        "model": theirs,
        "capacity": 1,
    }
    body["sku"] = "GlobalStandard"
    answer = await rolling.bench.made.post("/panel/api/deployment", body)
    assert answer["status"] == 201, answer
    number = await rolling.wanted(model=rolling.tuned())
    found = await rolling.until(number, "failed")
    record = rolling.record("support-v12")
    assert record is not None
    assert ((found.failure or {})["code"], record.model) == ("name_taken", theirs)
    assert await rolling.sent("PUT") == 0
    # Taking our wish down does not touch it either.
    await rolling.write(
        lambda c: take_down.plant(c, found, RIN, "person", click="1", now=rolling.bench.now(), corr="c")
    )
    await rolling.until(number, "gone")
    assert rolling.record("support-v12") is not None
    assert await rolling.sent("DELETE") == 0


async def test_a_model_is_deployed_once(rolling: Rollout) -> None:
    model = rolling.tuned()
    await rolling.live(name="first", model=model)
    found = await rolling.until(await rolling.wanted(name="second", model=model), "failed")
    assert found.failure is not None
    assert (found.failure["code"], found.failure["params"]["deployment"]) == (
        "already_deployed",
        "prod-swc/first",
    )


async def test_of_two_that_are_wanted_at_once_the_earlier_goes_first(rolling: Rollout) -> None:
    model = rolling.tuned()
    first = await rolling.wanted(name="first", model=model)
    second = await rolling.wanted(name="second", model=model)
    assert (await rolling.until(second, "failed")).state == "failed"
    assert (await rolling.until(first, "live")).state == "live"


async def test_a_lost_answer_makes_nothing_twice(rolling: Rollout) -> None:
    number = await rolling.wanted(model=rolling.tuned())
    await rolling.fault("lost_answer")
    await rolling.step(number)
    found = await rolling.row(number)
    assert (found.state, found.intent_at is not None, (found.failure or {})["code"]) == (
        "sending",
        True,
        "no_answer",
    )
    found = await rolling.until(number, "live")
    assert (await rolling.sent("PUT"), found.failure) == (1, None)


@pytest.mark.parametrize("kind", ["cut", "status"])
async def test_what_never_arrived_is_sent_again_once_the_service_is_sure(rolling: Rollout, kind: str) -> None:
    number = await rolling.wanted(model=rolling.tuned())
    await rolling.fault(kind, status=500)
    await rolling.step(number)
    for _ in range(4):  # two minutes have not passed: only looks
        assert isinstance(await rolling.step(number), Again)
    assert (await rolling.row(number)).state == "sending"
    assert await rolling.sent("PUT") == 1
    hasty(rolling)
    await rolling.until(number, "live")
    assert await rolling.sent("PUT") == 2


async def test_our_own_clock_cannot_shorten_the_wait(rolling: Rollout) -> None:
    """Two minutes count by the service's clock: ours may jump while a request is on its way."""
    number = await rolling.wanted(model=rolling.tuned())
    await rolling.fault("cut")
    await rolling.step(number)
    await rolling.step(number)
    rolling.bench.clock.forward(10 * LOOK_FOR.total_seconds())
    for _ in range(4):
        await rolling.step(number)
    assert await rolling.sent("PUT") == 1
    assert (await rolling.row(number)).state == "sending"


@pytest.mark.parametrize("kind", [Throttled, Unavailable])
async def test_certain_not_to_have_arrived_takes_the_intent_back(
    rolling: Rollout, kind: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    number = await rolling.wanted(model=rolling.tuned())
    if kind is Throttled:
        await rolling.fault("status", status=429, retry_after={"form": "seconds", "value": 7})
    else:

        async def unreachable(_spec: object) -> object:
            raise Unavailable("unreachable")

        monkeypatch.setattr(rolling.hosting, "apply", unreachable)
    with pytest.raises(kind):
        await rolling.step(number)
    found = await rolling.row(number)
    assert (found.state, found.intent_at) == ("approved", None)
    assert (found.asked["sends"], rolling.record("support-v12")) == (0, None)


@pytest.mark.parametrize("after", [False, True])
async def test_killed_anywhere_it_is_made_exactly_once(rolling: Rollout, after: bool) -> None:
    """The process ends before or after the nth request; the next one finds its leases and goes on."""
    hasty(rolling)
    for nth in range(6):
        number = await rolling.wanted(name=f"support-{nth}", model=rolling.tuned(), capacity=20)
        killed = await rolling.killed(number, nth, "live", after=after)
        # How often the operation is asked about depends on how quick this machine is; what comes first does not.
        assert killed or nth >= 4
        assert await rolling.sent("PUT", f"/support-{nth}") == 1
    assert len(await rolling.said(DeploymentLive)) == 6


async def test_a_late_request_does_not_revive_what_was_taken_down(
    rolling: Rollout, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The answer is lost, somebody takes it down, and only then the request arrives."""
    real, late = rolling.hosting.apply, []

    async def swallowed(spec: Any) -> Any:
        late.append(spec)
        raise OutcomeUnknown("no_answer")

    monkeypatch.setattr(rolling.hosting, "apply", swallowed)
    number = await rolling.wanted(model=rolling.tuned())
    await rolling.step(number)
    found = await rolling.row(number)
    assert found.state == "sending"
    await rolling.write(
        lambda c: take_down.plant(c, found, RIN, "person", click="1", now=rolling.bench.now(), corr="c")
    )
    for _ in range(6):
        await rolling.step(number)
    assert (await rolling.row(number)).state == "removing"  # nobody says "gone" yet
    await real(late[0])
    assert rolling.record("support-v12") is not None
    while rolling.record("support-v12") is not None:
        assert await rolling.step(number) is not None
    deps = rolling.bench.application.deps
    rolling.handlers["deployment.delete"] = take_down.TakeDown(deps, rolling.recorder, look_for=NOT_LONG)
    assert (await rolling.until(number, "gone")).gone_why == "person"
    assert await rolling.sent("PUT") == 1


async def test_an_answer_about_a_state_that_is_over_changes_nothing(rolling: Rollout) -> None:
    number = await rolling.wanted(model=rolling.tuned())
    task = await rolling.claim(number)
    assert task is not None
    outcome = await rolling.handlers[task.kind](task)
    assert isinstance(outcome, Done)
    now = rolling.bench.now()
    await rolling.write(lambda c: deployments.change(c, number, now=now, state="gone", gone_at=now))
    await rolling.end(task, outcome)
    found = await rolling.row(number)
    assert (found.state, found.operation) == ("gone", None)
    assert f"follow:{number}" not in await rolling.planned()


async def test_whoever_lost_the_lease_sends_nothing(rolling: Rollout) -> None:
    number = await rolling.wanted(model=rolling.tuned())
    task = await rolling.claim(number)
    assert task is not None
    await rolling.write(queue.clear_leases)
    assert await rolling.claim(number) is not None  # another worker has it
    with pytest.raises(queue.LeaseLost):
        await rolling.handlers[task.kind](task)
    assert await rolling.sent("PUT") == 0


async def test_a_process_that_slept_between_intent_and_request_sends_nothing(
    rolling: Rollout, monkeypatch: pytest.MonkeyPatch
) -> None:
    handler = rolling.handlers[APPLY]
    assert isinstance(handler, Apply)
    real = handler._intend

    def slept(*given: Any) -> bool:
        done = real(*given)
        rolling.bench.clock.forward(3600)
        return done

    monkeypatch.setattr(handler, "_intend", slept)
    number = await rolling.wanted(model=rolling.tuned())
    await rolling.step(number)
    assert (await rolling.row(number)).state == "approved"
    assert await rolling.sent("PUT") == 0


async def test_parked_work_is_told(rolling: Rollout) -> None:
    number = await rolling.wanted(model=rolling.tuned())
    task = await rolling.claim(number)
    handler = rolling.handlers[APPLY]
    assert isinstance(handler, Apply)
    assert task is not None
    await rolling.write(lambda c: handler.give_up(c, task, "unreachable(operation=deployments.get)"))
    assert ((await rolling.row(number)).failure or {})["code"] == "unreachable"
    assert RIN.user_id in {to for _, to in await rolling.said(DeploymentFailed)}


async def test_a_connection_without_deployments_is_said(rolling: Rollout) -> None:
    number = await rolling.wanted(model=rolling.tuned(), connection="nowhere")
    assert ((await rolling.until(number, "failed")).failure or {})["code"] == "no_hosting"


async def test_its_card_stands_in_the_bots_channel_wherever_it_was_asked_for(rolling: Rollout) -> None:
    number = await rolling.wanted(model=rolling.tuned())
    await rolling.write(lambda c: deployments.note(c, number, channel="D0SOMEBODY"))
    await rolling.until(number, "live")
    query = select(message_ref.c.purpose, message_ref.c.subject, message_ref.c.target)
    found = await rolling.read(
        lambda c: c.execute(query.where(message_ref.c.key == deployments.card_key(number))).one()
    )
    assert tuple(found) == ("deployment", f"P{number}", {"channel": "C0FINETUNE"})
