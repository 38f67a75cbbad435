"""A job on data that is made of other data: it waits for its parts, and starts with the service's ids of both."""

from typing import Any

import pytest

from bot.datasets import deriving
from bot.store import datasets
from bot.store.datasets import Dataset
from bot.work.tasks import Again, Done
from sandbox import samples
from tests.journey.steps import VERSION, azure
from tests.patience import until
from tests.training.bench import NAME, RIN, Bench
from tests.training.test_gate import created
from tests.training.test_submit import step


async def dataset(bench: Bench, number: int) -> Dataset:
    found = await bench.application.deps.store.read(lambda c: datasets.get(c, number))
    assert found is not None
    return found


async def made(bench: Bench, source: dict[str, Any], role: str = "training", pair: int | None = None) -> int:
    """Make data of dataset 1; its number."""
    origin, now = await dataset(bench, 1), bench.now()

    def work(connection: Any) -> int:
        number, _ = deriving.derive(
            connection,
            origin,
            source,
            pair=pair,
            actor=RIN.user_id,
            via="modal",
            now=now,
            corr="t",
            at=NAME,
            role=role,
        )
        return number

    return await bench.application.deps.store.write(work)


async def sides(bench: Bench, share: int = 10) -> tuple[int, int]:
    """The two parts of dataset 1."""
    origin = await dataset(bench, 1)
    train = await made(bench, deriving.as_held(origin, share, "train", NAME))
    return train, await made(bench, deriving.as_held(origin, share, "valid", NAME), "validation", train)


async def change(bench: Bench, number: int, state: str) -> None:
    now = bench.now()
    await bench.application.deps.store.write(
        lambda c: datasets.change(c, number, now=now, state=state, sha256=str(number))
    )


async def there(bench: Bench, number: int) -> None:
    """The service has processed it."""
    now = bench.now()
    async with azure(bench.made) as client:
        data = {"file": (f"D{number}.jsonl", samples.read("support_train.jsonl"), "application/octet-stream")}
        answer = await client.post("openai/files", params=VERSION, data={"purpose": "fine-tune"}, files=data)
        remote = str(answer.json()["id"])

        async def processed() -> bool:
            found = await client.get(f"openai/files/{remote}", params=VERSION)
            return bool(found.json()["status"] == "processed")

        await until(processed, "the file")

    def work(connection: Any) -> None:
        copy = datasets.add_copy(connection, number, NAME, now=now)
        datasets.change_copy(connection, copy, now=now, state="processed", remote_id=remote)

    await bench.application.deps.store.write(work)


async def test_the_parts_of_one_dataset_belong_together(bench: Bench) -> None:
    train, valid = await sides(bench)
    first, second = await dataset(bench, train), await dataset(bench, valid)
    assert (first.role, second.role, second.pair) == ("training", "validation", train)
    assert {one.state for one in (first, second)} == {"received"}
    assert {one.source["connection"] for one in (first, second)} == {NAME}


async def test_the_same_share_is_the_same_parts_and_another_one_is_not(bench: Bench) -> None:
    first = await sides(bench)
    assert await sides(bench) == first
    assert set(await sides(bench, 20)).isdisjoint(first)


@pytest.mark.parametrize("state", ["received", "checking"])
@pytest.mark.parametrize("late", [0, 1])
async def test_a_part_that_is_not_ready_is_waited_for(bench: Bench, state: str, late: int) -> None:
    parts = await sides(bench)
    for at, number in enumerate(parts):
        await change(bench, number, state if at == late else "ready")
        if at != late:
            await there(bench, number)
    number = await bench.row(1, "a", state="waiting", train=parts[0], valid=parts[1])
    assert isinstance(await step(bench, number), Again)
    assert (await bench.job(number)).state == "waiting"
    assert await created(bench) == []
    await change(bench, parts[late], "ready")
    assert isinstance(await step(bench, number), Again), "it is on its way to the service"
    await there(bench, parts[late])
    assert isinstance(await step(bench, number), Done)
    assert (await bench.job(number)).state == "pending"
    assert len(await created(bench)) == 1


@pytest.mark.parametrize("state", ["refused", "unreadable"])
async def test_a_part_that_cannot_be_used_ends_the_job(bench: Bench, state: str) -> None:
    train, valid = await sides(bench)
    await change(bench, train, "ready")
    await there(bench, train)
    await change(bench, valid, state)
    number = await bench.row(1, "a", state="waiting", train=train, valid=valid)
    assert isinstance(await step(bench, number), Done)
    job = await bench.job(number)
    assert (job.state, (job.failure or {}).get("code")) == ("refused", "part_refused")
    assert await created(bench) == []


async def test_data_copied_for_another_connection_keeps_its_name_and_is_made_once(bench: Bench) -> None:
    origin = await dataset(bench, 1)
    copied = await made(bench, deriving.as_copied(origin, "dbx-eus"))
    assert (await dataset(bench, copied)).name == origin.name
    assert await made(bench, deriving.as_copied(origin, "dbx-eus")) == copied
    assert await made(bench, deriving.as_copied(origin, "phi-eus2")) != copied
