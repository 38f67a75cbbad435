"""What a training needs first: refused with whom to ask, or bought once, after it was approved, and never otherwise."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest

from bot.approvals import requests as asking
from bot.facts.requests import TrainAsk
from bot.store.jobs import Job
from bot.training import gate, needs
from bot.training.needs import LOOK_FOR
from bot.training.submit import plant
from bot.work.tasks import Again, Done, Outcome
from providers.base import JobSpec
from providers.errors import (
    OutcomeUnknown,
    ProviderError,
    ServiceAnswer,
    Throttled,
    Unauthorised,
    Unavailable,
    Unsupported,
)
from providers.hosting import Operation, OperationState
from providers.requirements import Requirement
from tests.training.bench import NAME, RIN, Bench
from tests.training.test_gate import created, decide, limits, request_of
from tests.training.test_gate import step as one_step

OFFER = Requirement(id="marketplace", state="missing", what="Llama 3.3", purchase=True, fulfillable=True)
NETWORK = Requirement(id="network_provider", state="missing", what="Microsoft.Network", fulfillable=True)
ROLE = Requirement(
    id="role", state="missing", what="AzureML Data Scientist", grants=("az role assignment …",)
)


class Shop:
    """A service that needs things: `fulfil` brings them about, at once or when its operation has ended."""

    def __init__(self, *wanted: Requirement) -> None:
        self.wanted = {one.id: one for one in wanted}
        self.of_order: tuple[Requirement, ...] = ()
        self.faults: list[tuple[ProviderError, bool]] = []
        """What the next attempts end with, and whether they arrive all the same."""
        self.at_once = True
        self.ends: OperationState | None = None
        self.bought: list[tuple[str, Mapping[str, str]]] = []
        self.attempts: list[str] = []
        self.looks = 0

    async def check(self, model: str, spec: JobSpec | None = None) -> Sequence[Requirement]:
        self.looks += 1
        return [*self.wanted.values(), *(self.of_order if spec is not None else ())]

    async def fulfil(self, requirement: Requirement, model: str, tags: Mapping[str, str]) -> Operation:
        self.attempts.append(requirement.id)
        error, arrives = self.faults.pop(0) if self.faults else (None, True)
        if arrives:
            self.bought.append((requirement.id, tags))
            if self.at_once:
                self.arrive(requirement.id)
        if error is not None:
            raise error
        return Operation(
            name=f"{requirement.id} of {model}", state=None if self.at_once else {"verb": "apply"}
        )

    async def progress(self, operation: Operation) -> OperationState:
        return self.ends or OperationState(progress="running", raw="Creating")

    def arrive(self, name: str) -> None:
        self.wanted.pop(name, None)


class WithNeeds:
    """The real provider of the connection, whose trainings need something."""

    def __init__(self, real: Any, shop: Shop) -> None:
        self._real, self.requirements = real, shop

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)


Open = Callable[..., Shop]


@pytest.fixture
def shop(bench: Bench) -> Open:
    """Put needs before the trainings of the connection."""

    def opened(*wanted: Requirement) -> Shop:
        made = Shop(*wanted)
        providers: Any = bench.application.deps.providers
        providers[NAME] = WithNeeds(providers[NAME], made)
        return made

    return opened


async def ordered(bench: Bench) -> Job:
    number = await bench.row(1, "a", state="waiting")
    await bench.application.deps.store.write(lambda c: plant(c, number, now=bench.now(), corr="t"))
    return await bench.job(number)


async def step(bench: Bench, job: Job, seconds: float = 0) -> Outcome:
    """One step of the job's task, `seconds` later."""
    bench.clock.forward(seconds)
    return await one_step(bench, job)


async def steps(bench: Bench, job: Job, most: int = 8) -> Job:
    """Step until the task ends, ten seconds apart."""
    for _ in range(most):
        if isinstance(await step(bench, job, 10), Done):
            break
    return await bench.job(job.id)


async def approved(bench: Bench, job: Job) -> None:
    assert isinstance(await step(bench, job), Again)
    await decide(bench, (await request_of(bench, await bench.job(job.id))).id, "approve")


async def test_what_needs_nothing_more_is_created(bench: Bench, shop: Open) -> None:
    there = shop(Requirement(id="region", state="met"), Requirement(id="role", state="unknown"))
    job = await steps(bench, await ordered(bench))
    assert job.state == "pending"
    assert needs.MET in job.asked
    assert there.looks == 2, "once before the data, once with it"
    assert there.attempts == []


@pytest.mark.parametrize(
    "missing",
    [
        ROLE,
        Requirement(id="marketplace_suspended", state="blocked", what="x", purchase=True, fulfillable=True),
    ],
)
async def test_what_nobody_here_can_bring_about_refuses_the_job(
    bench: Bench, shop: Open, missing: Requirement
) -> None:
    """Nothing else is bought for it first."""
    there = shop(OFFER, missing)
    job = await steps(bench, await ordered(bench))
    assert job.state == "refused"
    assert job.failure is not None
    assert (job.failure["kind"], job.failure["code"]) == ("requirement", missing.id)
    assert job.failure["grants"] == list(missing.grants)
    assert there.attempts == []
    assert await created(bench) == []


async def test_a_purchase_is_asked_for_and_made_once(bench: Bench, shop: Open) -> None:
    limits(bench)
    there, job = shop(OFFER), await ordered(bench)
    assert isinstance(await step(bench, job), Again)
    request = await request_of(bench, await bench.job(job.id))
    ask = TrainAsk.model_validate(request.spec)
    assert (str(ask.why), ask.purchase, ask.job) == ("purchase", "Llama 3.3", job.label)
    assert isinstance(await step(bench, job, 60), Again)
    assert there.attempts == []
    await decide(bench, request.id, "approve")
    assert (await steps(bench, job)).state == "pending"
    tags = {"tunesmith-job": job.label, "tunesmith-requester": RIN.user_id}
    assert there.bought == [("marketplace", tags)]
    assert len(await created(bench)) == 1


@pytest.mark.parametrize("end", ["reject", "withdraw"])
async def test_without_an_approval_nothing_is_bought(bench: Bench, shop: Open, end: str) -> None:
    limits(bench)
    there, job = shop(OFFER), await ordered(bench)
    await step(bench, job)
    request, deps = await request_of(bench, await bench.job(job.id)), bench.application.deps
    if end == "reject":
        await decide(bench, request.id, "reject")
    else:
        await deps.store.write(
            lambda c: asking.withdraw(c, request.id, RIN, settings=deps.settings, now=bench.now(), corr="t")
        )
    job = await steps(bench, job)
    assert job.state == ("refused" if end == "reject" else "cancelled")
    assert there.attempts == []


async def test_an_operation_is_followed_to_its_end(bench: Bench, shop: Open) -> None:
    limits(bench)
    there, job = shop(OFFER), await ordered(bench)
    there.at_once = False
    await approved(bench, job)
    for _ in range(3):
        assert isinstance(await step(bench, job, 11), Again)
    assert needs.UNDER_WAY in (await bench.job(job.id)).asked
    there.ends = OperationState(progress="succeeded", raw="Succeeded")
    assert isinstance(await step(bench, job, 11), Again)
    assert isinstance(await step(bench, job, 11), Again), "done, and not yet told by the check"
    there.arrive("marketplace")
    assert (await steps(bench, job)).state == "pending"
    assert there.attempts == ["marketplace"]


async def test_an_operation_that_fails_is_told_with_its_words(bench: Bench, shop: Open) -> None:
    limits(bench)
    there, job = shop(OFFER), await ordered(bench)
    there.at_once = False
    await approved(bench, job)
    await step(bench, job)
    problem = Unsupported("x", {}, ServiceAnswer(code="Payment", message="The card was declined."))
    there.ends = OperationState(progress="failed", raw="Failed", problem=problem)
    job = await steps(bench, job)
    assert job.state == "refused"
    assert job.failure is not None
    assert (job.failure["code"], job.failure["message"]) == ("marketplace", "The card was declined.")


@pytest.mark.parametrize("arrives", [True, False])
async def test_without_an_answer_only_the_check_tells(bench: Bench, shop: Open, arrives: bool) -> None:
    limits(bench)
    there, job = shop(OFFER), await ordered(bench)
    there.faults = [(OutcomeUnknown("no_answer"), arrives)]
    await approved(bench, job)
    assert isinstance(await step(bench, job), Again)
    if arrives:
        assert (await steps(bench, job)).state == "pending"
    else:
        assert isinstance(await step(bench, job, LOOK_FOR.total_seconds() / 2), Again)
        assert isinstance(await step(bench, job, LOOK_FOR.total_seconds()), Done)
        job = await bench.job(job.id)
        assert (job.state, (job.failure or {})["code"]) == ("refused", "marketplace")
        assert (job.failure or {})["params"]["tried"] == 1
    assert there.attempts == ["marketplace"]


@pytest.mark.parametrize("kind", [Throttled, Unavailable])
async def test_what_certainly_did_not_arrive_is_sent_again(
    bench: Bench, shop: Open, kind: type[ProviderError]
) -> None:
    """An intent that is left behind would keep the job waiting for what nobody sent."""
    limits(bench)
    there, job = shop(OFFER), await ordered(bench)
    there.faults = [(kind("not_now"), False)]
    await approved(bench, job)
    with pytest.raises(kind):
        await step(bench, job)
    await _released(bench)
    assert (await steps(bench, job)).state == "pending"
    assert there.attempts == ["marketplace"] * 2
    assert len(there.bought) == 1


async def test_taking_back_what_was_not_sent_approves_nothing(bench: Bench, shop: Open) -> None:
    """Somebody else was buying it: waiting for that needs no approval, buying it then does."""
    limits(bench)
    coming = Requirement(id="marketplace", state="missing", what="Llama 3.3", fulfillable=True)
    there, job = shop(coming), await ordered(bench)
    there.faults = [(Throttled("throttled"), False)]
    with pytest.raises(Throttled):
        await step(bench, job)
    await _released(bench)
    there.wanted = {OFFER.id: OFFER}
    for _ in range(2):
        assert isinstance(await step(bench, job, 61), Again)
    assert there.bought == []
    assert gate.REQUEST in (await bench.job(job.id)).asked


@pytest.mark.parametrize(
    ("kind", "grants", "words"),
    [(Unauthorised, "one\ntwo", "You may not subscribe."), (Unsupported, "", "")],
)
async def test_a_refused_purchase_is_told_with_whom_to_ask(
    bench: Bench, shop: Open, kind: type[ProviderError], grants: str, words: str
) -> None:
    limits(bench)
    there, job = shop(OFFER), await ordered(bench)
    there.faults = [(kind("no", {"grants": grants}, ServiceAnswer(message=words)), False)]
    await approved(bench, job)
    job = await steps(bench, job)
    assert (job.state, there.bought) == ("refused", [])
    assert job.failure is not None
    assert job.failure["message"] == (words or "no")
    assert job.failure["grants"] == grants.splitlines()


async def test_several_things_are_brought_about_one_after_the_other(bench: Bench, shop: Open) -> None:
    """What is free first, what costs after its approval: neither is taken for the other."""
    limits(bench)
    there, job = shop(NETWORK, OFFER), await ordered(bench)
    assert isinstance(await step(bench, job), Again)
    assert there.attempts == ["network_provider"]
    for _ in range(3):
        await step(bench, job, 11)
    assert there.attempts == ["network_provider"]
    await decide(bench, (await request_of(bench, await bench.job(job.id))).id, "approve")
    assert (await steps(bench, job)).state == "pending"
    assert there.attempts == ["network_provider", "marketplace"]


async def test_what_the_order_itself_needs_refuses_it_before_it_is_sent(bench: Bench, shop: Open) -> None:
    there = shop()
    there.of_order = (Requirement(id="volume_read", state="missing", what="/Volumes/a", grants=("GRANT …",)),)
    job = await steps(bench, await ordered(bench))
    assert (job.state, (job.failure or {})["code"]) == ("refused", "volume_read")
    assert await created(bench) == []


async def _released(bench: Bench) -> None:
    """The worker gives a task that failed back; here nobody does."""
    from bot.work import queue

    await bench.application.deps.store.write(queue.clear_leases)
