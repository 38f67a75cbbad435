"""The gate before trainings that cost much: asked for first, and started only when that is approved."""

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from functools import partial
from typing import Any

import pytest
from sqlalchemy import select

from bot.approvals import outcome, voting
from bot.approvals import requests as asking
from bot.approvals.voting import Seen
from bot.config.approvals import ApprovalsSettings, AutoApproval
from bot.facts.forms import TrainOrder
from bot.facts.jobs import DataRef
from bot.facts.requests import TrainAsk
from bot.store import connections, datasets, requests
from bot.store.jobs import Job
from bot.store.requests import Request
from bot.store.work_tables import outbox
from bot.training import gate, order
from bot.training.checking import Checked, check
from bot.training.control import Control, plant
from bot.training.facts import job_facts
from bot.training.submit import Submit
from bot.work import queue
from bot.work.tasks import QUICK, Again, Done, Outcome, Task
from providers.base import HyperParam, Model
from tests.approvals.samples import ADA, actor
from tests.training.bench import MODEL, NAME, RIN, Bench

EPOCHS = HyperParam(
    name="n_epochs", label="Epochs", kind="int", minimum=1, maximum=25, auto=-1, default=3, hint=""
)
TUNED = Model(
    id=MODEL,
    kind="base",
    short="gpt-4.1-nano",
    base=MODEL,
    lifecycle="generally-available",
    trainable=True,
    training_types=("GlobalStandard",),
    hyperparameters=(EPOCHS,),
)
COST = 1.2 * 3 * 10  # 10 M tokens, 3 epochs, at the sandbox's 1.20 a million


def limits(bench: Bench, **given: Any) -> None:
    """What may be spent without asking."""
    approvals = ApprovalsSettings(closes_hours=2, **given)
    object.__setattr__(bench.application.deps.settings, "approvals", approvals)


async def ordered(bench: Bench, intent: str = "one") -> Job:
    """Check, and start, as the modal does."""
    deps = bench.application.deps

    def work(connection: Any) -> int:
        connections.put_catalogue(connection, NAME, [TUNED], now=bench.now())
        datasets.change(connection, 1, now=bench.now(), tokens=10_000_000, sha256="x")
        return order.start(
            connection,
            checked(connection, bench),
            actor=RIN,
            channel="C0FINETUNE",
            intent=intent,
            seed=7,
            settings=deps.settings,
            now=bench.now(),
            corr="t",
        )

    return await bench.job(await deps.store.write(work))


def checked(connection: Any, bench: Bench) -> Checked:
    wanted = TrainOrder(
        connection=NAME,
        model=MODEL,
        training_type="GlobalStandard",
        train="D1",
        valid=None,
        hyperparameters={},
        seed=None,
        suffix="support",
    )
    providers = bench.application.deps.providers
    return check(connection, wanted, providers, bench.application.deps.settings, RIN.team_id, now=bench.now())


async def claimed(bench: Bench, key: str) -> Task:
    """Lease the task that was planted."""
    found = await bench.application.deps.store.write(
        lambda c: queue.claim(c, QUICK, 9, now=bench.now(), owner="test")
    )
    task = next(one for one in found if one.key == key)
    for other in found:
        if other != task:
            await bench.application.deps.store.write(partial(queue.release, leased=other))
    return task


async def step(bench: Bench, job: Job) -> Outcome:
    """One step of the job's task, written as the worker does."""
    task = await claimed(bench, f"submit:{job.id}")
    outcome = await Submit(bench.application.deps, bench.application.engine.recorder)(task)

    def work(connection: Any) -> None:
        if outcome.apply is not None:
            outcome.apply(connection)
        if isinstance(outcome, Again):
            due = outcome.due_at(connection) if callable(outcome.due_at) else outcome.due_at
            queue.again(connection, task, due_at=due, payload=None)
        else:
            queue.finish(connection, task, now=bench.now())

    await bench.application.deps.store.write(work)
    return outcome


async def decide(bench: Bench, number: int, decision: Any) -> None:
    """An approver's vote, counted."""
    store, settings = bench.application.deps.store, bench.application.deps.settings

    def work(connection: Any) -> None:
        voting.plant_vote(
            connection, number, 1, decision, "too dear", actor(ADA), click="c", now=bench.now(), corr="t"
        )

    await store.write(work)
    task = await claimed(bench, f"request:{number}:vote:1:{ADA}")
    await store.write(lambda c: voting.count_vote(c, task, Seen(denied=None), settings, now=bench.now()))
    await store.write(lambda c: queue.finish(c, task, now=bench.now()))


async def request_of(bench: Bench, job: Job) -> Request:
    found = await bench.application.deps.store.read(lambda c: gate.request_of(c, job))
    assert found is not None
    return found


async def waits(bench: Bench, job: Job) -> tuple[str, str | None]:
    deps = bench.application.deps
    fresh = await bench.job(job.id)
    facts = await deps.store.read(
        lambda c: job_facts(c, fresh, deps.settings, deps.providers, now=bench.now())
    )
    return facts.waits, facts.request


async def created(bench: Bench) -> Sequence[str]:
    return [one for one in await bench.asked("/fine_tuning/jobs") if one.endswith("/jobs")]


async def test_below_every_limit_nobody_is_asked(bench: Bench) -> None:
    limits(bench, training_above=Decimal(36), monthly_cap=Decimal(36))
    job = await ordered(bench)
    assert (job.estimate or {})["high"] == pytest.approx(COST)
    assert gate.REQUEST not in job.asked
    assert isinstance(await step(bench, job), Done)
    assert (await bench.job(job.id)).state == "pending"


@pytest.mark.parametrize("why", ["above", "cap"])
async def test_above_a_limit_nothing_is_sent_before_it_is_approved(bench: Bench, why: str) -> None:
    limits(bench, **{"training_above" if why == "above" else "monthly_cap": Decimal(30)})
    job = await ordered(bench)
    request = await request_of(bench, job)
    ask = TrainAsk.model_validate(request.spec)
    assert (str(ask.why), ask.limit, ask.job) == (why, 30.0, job.label)
    assert ask.cost is not None
    assert ask.cost.high == pytest.approx(COST)
    assert (request.kind, request.target, request.job) == ("training", job.label, job.id)
    assert await waits(bench, job) == ("approval", request.label)
    assert isinstance(await step(bench, job), Again)
    assert await created(bench) == []
    await decide(bench, request.id, "approve")
    assert await waits(bench, job) == ("", request.label)
    assert isinstance(await step(bench, job), Done), "the decision pulled the job's task forward"
    assert (await bench.job(job.id)).state == "pending"


async def test_the_same_start_asks_once(bench: Bench) -> None:
    limits(bench, training_above=Decimal(30))
    assert (await ordered(bench)).id == (await ordered(bench)).id
    waiting = await bench.application.deps.store.read(requests.undecided)
    assert len(waiting) == 1


async def test_the_month_so_far_counts_and_what_never_ran_does_not(bench: Bench) -> None:
    limits(bench, monthly_cap=Decimal(100))
    money = {"low": 1, "high": 40.0, "currency": "USD", "source": "s", "as_of": "2026-11-01"}
    await bench.row(11, "ran", estimate=money)
    await bench.row(12, "billed", estimate=money, tokens_billed=2_000_000, remote={"per_million": 10.0})
    await bench.row(13, "free", estimate=money, state="failed", tokens_billed=0, remote={"per_million": 10.0})
    await bench.row(14, "no", estimate=money, state="refused", collected_at=bench.now())
    await bench.row(15, "dropped", estimate=money, state="cancelled", collected_at=bench.now())
    await bench.row(16, "euro", estimate={**money, "currency": "EUR"})
    last = (bench.now().replace(day=1) - timedelta(days=1)).replace(hour=0)
    await bench.row(17, "last month", estimate=money, created_at=last)
    store = bench.application.deps.store
    assert await store.read(lambda c: gate.month_to_date(c, "USD", now=bench.now())) == 60.0
    assert gate.REQUEST not in (await ordered(bench)).asked, "60 + 36 stay below 100"
    second = await ordered(bench, "two")
    ask = TrainAsk.model_validate((await request_of(bench, second)).spec)
    assert ask.why == "cap"
    assert ask.spent == pytest.approx(60 + COST)


async def test_a_price_in_another_currency_cannot_be_compared_so_it_is_asked_for(bench: Bench) -> None:
    limits(bench, training_above=Decimal(10**6), currency="EUR")
    assert gate.REQUEST in (await ordered(bench)).asked


async def test_the_summary_says_that_it_will_be_asked_for(bench: Bench) -> None:
    store, settings = bench.application.deps.store, bench.application.deps.settings

    def warnings(connection: Any) -> dict[str, Any]:
        wanted = checked(connection, bench)
        ask = order.approval_needed(connection, settings, wanted, now=bench.now())
        return dict(order.summary(settings, wanted, "i", ask=ask).warnings)

    await ordered(bench)
    limits(bench, training_above=Decimal(30))
    params = (await store.read(warnings))["needs_approval"]
    assert (params["why"], params["limit"], params["cost"]) == ("above", 30.0, pytest.approx(COST))
    rule = AutoApproval(name="small", kind="training", below=Decimal(50))
    limits(bench, training_above=Decimal(30), auto=(rule,))
    assert "needs_approval" not in await store.read(warnings)
    job = await ordered(bench, "two")
    assert (await request_of(bench, job)).auto == "small"
    assert isinstance(await step(bench, job), Done)


@pytest.mark.parametrize("end", ["rejected", "expired"])
async def test_not_approved_ends_the_job_and_tells_why(bench: Bench, end: str) -> None:
    limits(bench, training_above=Decimal(30))
    job = await ordered(bench)
    assert isinstance(await step(bench, job), Again)
    request, deps = await request_of(bench, job), bench.application.deps
    if end == "rejected":
        await decide(bench, request.id, "reject")
    else:
        bench.clock.forward(7201)
        now = bench.now()
        assert await deps.store.write(
            lambda c: outcome.expire(c, request.id, deps.settings, now=now, corr="t")
        )
    assert isinstance(await step(bench, job), Done)
    job = await bench.job(job.id)
    why = "too dear" if end == "rejected" else ""
    assert (job.state, job.failure) == (
        "refused",
        {"kind": "not_approved", "code": end, "message": why},
    )
    assert await created(bench) == []


async def test_taking_the_request_back_cancels_the_job(bench: Bench) -> None:
    limits(bench, training_above=Decimal(30))
    job, deps = await ordered(bench), bench.application.deps
    request = await request_of(bench, job)
    await deps.store.write(
        lambda c: asking.withdraw(c, request.id, RIN, settings=deps.settings, now=bench.now(), corr="t")
    )
    await step(bench, job)
    assert (await bench.job(job.id)).state == "cancelled"
    keys = await deps.store.read(lambda c: c.execute(select(outbox.c.key)).scalars().all())
    assert f"job:{job.label}:ended" in keys


async def test_cancelling_the_job_takes_the_request_back(bench: Bench) -> None:
    limits(bench, training_above=Decimal(30))
    job, deps = await ordered(bench), bench.application.deps
    await deps.store.write(lambda c: plant(c, job, "cancel", RIN, click="c", now=bench.now(), corr="t"))
    # The job's own task has the same lock: it is done first.
    await step(bench, job)
    task = await claimed(bench, f"control:{job.id}:cancel")
    await bench.end(task, await Control(deps, bench.application.engine.recorder)(task))
    assert (await bench.job(job.id)).state == "cancelled"
    assert (await request_of(bench, job)).state == "withdrawn"


@pytest.mark.parametrize(
    ("given", "why"),
    [({"training_above": 20}, "hours"), ({"monthly_cap": 500}, "tokens"), ({}, None)],
)
async def test_what_costs_nobody_knows_what_is_asked_for_wherever_there_is_a_limit(
    bench: Bench, given: dict[str, Any], why: Any
) -> None:
    limits(bench, **given)
    deps = bench.application.deps
    training = gate.Training(
        name="router",
        model="o4-mini",
        connection=NAME,
        train=DataRef(id="D1", name="d"),
        cost=None,
        unknown=why or "price",
    )
    ask = await deps.store.read(lambda c: gate.needed(c, deps.settings, training, now=bench.now()))
    assert (ask.why if ask else None) == why
    assert ask is None or ask.cost is None
