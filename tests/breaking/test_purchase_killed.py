"""The program is killed while a subscription is bought: it is bought once, or not at all, and never unapproved."""

import json
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.breaking.child import bot, start
from tests.breaking.evidence import caught, fault, lift, rows, told_once
from tests.breaking.hosted import card_of, decided, end_at, vote
from tests.breaking.others import (
    LLAMA,
    LLAMA_FILE,
    job_in,
    newest_job,
    others_world,
    place,
    sent,
    with_sample,
)
from tests.journey.azure_ai_steps import LLAMA_70B, trained
from tests.patience import until
from tests.world import ADA, RIN, World

pytestmark = pytest.mark.asyncio(loop_scope="module")
BUY = r"re:/marketplaceSubscriptions/[^/]+$"
LIST = r"re:/marketplaceSubscriptions$"
OPERATION = (
    r"re:^/ml/arm/.*/(operations|operationresults|operationStatuses|mfeOperationsStatus|mfeOperationResults)/"
)
JOB = r"re:^/ml/arm/.*/jobs/[^/]+$"
OFFER = "Llama-3.3-70B-Instruct"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def made(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    """One program for all tests of this file: each leaves it running."""
    async with others_world(tmp_path_factory.mktemp("purchase")) as world:
        yield world


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def data(made: World) -> str:
    """A dataset that is in the project."""
    return await with_sample(await made.person(RIN), LLAMA_FILE, LLAMA)


def held(made: World) -> list[str]:
    """Names of the subscriptions to the offer."""
    return [one.name for one in place(made).subscriptions.values() if one.model.name == OFFER]


async def looked_at(made: World, path: str) -> None:
    """Wait until the program has asked for this once more."""
    probe = await fault(made, "ml", "GET", path, "slow", seconds=0, times=0)
    await caught(made, probe, "caught")
    await lift(made, probe)


async def asked_for(made: World, data: str) -> str:
    """A training of a model nobody has subscribed to; the label of the request."""
    subscriptions = place(made).subscriptions
    for name in held(made):
        del subscriptions[name]
    await trained(await made.person(RIN), LLAMA, LLAMA_70B, train=data)
    job = newest_job(made)

    def request() -> str | None:
        found = rows(made, "SELECT id FROM request WHERE job = ?", job["id"])
        return f"A{found[0]['id']}" if found else None

    label: str = await until(request, "the request to buy")
    await card_of(made, label)
    assert held(made) == []
    return label


@pytest.mark.parametrize(
    ("method", "path", "when", "how"),
    [
        ("PUT", BUY, "after", "kill"),
        ("PUT", BUY, "after", "stop"),
        ("GET", LIST, "before", "kill"),
        ("PUT", JOB, "after", "kill"),
    ],
)
async def test_it_is_bought_once_and_trains(
    made: World, data: str, method: str, path: str, when: str, how: str
) -> None:
    label = await asked_for(made, data)
    before, jobs = await sent(made, "ml", "PUT", "/marketplaceSubscriptions/[^/]+$"), len(place(made).jobs)
    stop_here = await fault(made, "ml", method, path, "hold", when=when)
    await vote(made, ADA, label)
    await end_at(made, stop_here, how)
    await decided(made, label, "approved")
    job = await job_in(made, "succeeded", "failed", "refused")
    assert job["state"] == "succeeded", job["failure"]
    assert len(held(made)) == 1
    assert await sent(made, "ml", "PUT", "/marketplaceSubscriptions/[^/]+$") == before + 1
    assert len(place(made).jobs) == jobs + 1
    await told_once(made, f"job:J{job['id']}:ended")


async def test_a_purchase_that_did_not_arrive_is_not_made_by_itself(made: World, data: str) -> None:
    """Nothing was bought, but nobody can know: the list tells, and no second request is sent."""
    label = await asked_for(made, data)
    before = await sent(made, "ml", "PUT", "/marketplaceSubscriptions/[^/]+$")
    stop_here = await fault(made, "ml", "PUT", BUY, "hold", when="before")
    await vote(made, ADA, label)
    await caught(made, stop_here)
    assert "needs_sent" in json.loads(newest_job(made)["asked"]), "the intent is durable before it is sent"
    await end_at(made, stop_here)
    for _ in range(2):
        await looked_at(made, LIST)
    assert held(made) == []
    assert await sent(made, "ml", "PUT", "/marketplaceSubscriptions/[^/]+$") == before + 1
    assert newest_job(made)["state"] == "waiting"


async def test_killed_before_it_is_approved_nothing_is_bought(made: World, data: str) -> None:
    label = await asked_for(made, data)
    before = await sent(made, "ml", "PUT", "/marketplaceSubscriptions/[^/]+$")
    for _ in range(2):
        await bot(made, "kill")
        await start(made)
    await looked_at(made, r"re:^/ml/arm/.*/jobs$")
    assert await sent(made, "ml", "PUT", "/marketplaceSubscriptions/[^/]+$") == before
    assert rows(made, "SELECT 1 FROM request WHERE job = ?", newest_job(made)["id"]) == [{"1": 1}]
    await vote(made, ADA, label)
    job = await job_in(made, "succeeded", "failed", "refused")
    assert job["state"] == "succeeded", job["failure"]
    assert len(held(made)) == 1
