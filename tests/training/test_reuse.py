"""The same bytes are not sent twice to a connection: what is shared, what is waited for, what is forgotten with it."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select, update

from bot.people import Actor
from bot.store import datasets
from bot.store.tables import audit, dataset
from bot.store.work_tables import task as tasks
from bot.work.tasks import Again, Done, Outcome
from providers.base import Ref
from tests.training.bench import NAME, RIN, Bench
from tests.training.test_upload import DATA, SHA, copy_of, step, there, wanted

GIL = Actor(team_id=RIN.team_id, user_id="U0GUEST001")


async def second(bench: Bench, owner: Actor = GIL, sha256: str = SHA) -> int:
    """Another dataset, on this machine and to be sent; its number."""
    store = bench.application.deps.store

    def work(connection: Any) -> int:
        now = bench.now()
        connection.execute(update(dataset).where(dataset.c.id == 1).values(sha256=SHA))
        number = datasets.add(
            connection,
            team_id=owner.team_id,
            owner=owner.user_id,
            name="again.jsonl",
            source={"file_id": "F2", "connection": NAME},
            role="training",
            now=now,
        )
        datasets.change(connection, number, now=now, state="ready", sha256=sha256, bytes=len(DATA))
        datasets.add_copy(connection, number, NAME, now=now)
        return number

    number = await store.write(work)
    staging = bench.application.engine.staging
    staging.folder.mkdir(parents=True, exist_ok=True)
    staging.path(number).write_bytes(DATA)
    return number


async def deleted_there(bench: Bench) -> None:
    await bench.application.deps.providers[NAME].delete_file(Ref(id=bench.file_id))


async def sent(bench: Bench, number: int) -> Outcome:
    return await step(bench, number)


async def test_a_file_that_is_there_is_shared_across_owners(bench: Bench) -> None:
    number = await second(bench)
    waits = await bench.row(1, "a", state="waiting", train=number)
    assert isinstance(await sent(bench, number), Again)
    copy = await copy_of(bench, number)
    assert (copy.state, copy.remote_id, copy.reused_from) == ("processed", bench.file_id, 1)
    assert await there(bench) == [], "nothing was sent"
    assert not bench.application.engine.staging.has(number)
    store = bench.application.deps.store
    keys = await store.read(lambda c: c.execute(select(tasks.c.key)).scalars().all())
    assert f"submit:{waits}" in keys
    assert isinstance(await sent(bench, number), Done)


async def test_one_that_shares_can_be_shared_again(bench: Bench) -> None:
    numbers = [await second(bench), await second(bench, RIN)]
    for number in numbers:
        await sent(bench, number)
        assert (await copy_of(bench, number)).reused_from == 1


async def test_a_file_that_was_deleted_there_is_sent(bench: Bench) -> None:
    number = await second(bench)
    await deleted_there(bench)
    await sent(bench, number)
    copy = await copy_of(bench, number)
    assert (copy.state, copy.reused_from) == ("processing", None)
    assert await there(bench) == [f"D{number}-again-{SHA[:8]}.jsonl"]


async def test_other_bytes_other_teams_and_failed_copies_are_not_shared(bench: Bench) -> None:
    for number in (
        await second(bench, sha256="f" * 64),
        await second(bench, Actor(team_id="T0OTHER", user_id="U1")),
    ):
        await sent(bench, number)
        assert (await copy_of(bench, number)).reused_from is None
    await wanted(bench, state="failed", remote_id=None)
    number = await second(bench)
    await sent(bench, number)
    assert (await copy_of(bench, number)).reused_from is None


async def test_a_copy_waits_for_an_older_one_that_is_on_its_way(bench: Bench) -> None:
    number = await second(bench)
    await wanted(bench)
    await step(bench)
    assert (await copy_of(bench, 1)).state == "processing"
    assert isinstance(await sent(bench, number), Again)
    assert (await copy_of(bench, number)).state == "waiting"
    assert len(await there(bench)) == 1


async def test_of_two_that_come_at_once_one_is_sent(bench: Bench) -> None:
    number = await second(bench)
    await wanted(bench)
    await sent(bench, number)
    assert [(await copy_of(bench, one)).state for one in (1, number)] == ["waiting"] * 2
    await step(bench)
    await sent(bench, number)
    assert len(await there(bench)) == 1


async def test_an_older_one_does_not_wait_for_a_newer_one(bench: Bench) -> None:
    number = await second(bench)
    await wanted(bench, state="failed")
    await sent(bench, number)
    await wanted(bench)
    await step(bench)
    assert [(await copy_of(bench, one)).state for one in (1, number)] == ["processing"] * 2


async def test_what_is_sent_again_on_purpose_is_sent(bench: Bench) -> None:
    """The service did not know the file when a job asked for it: asking for it once more would go round in circles."""
    number = await second(bench)
    await sent(bench, number)
    shared = await copy_of(bench, number)
    store = bench.application.deps.store
    await store.write(lambda c: datasets.send_again(c, shared, now=bench.now()))
    bench.application.engine.staging.path(number).write_bytes(DATA)
    await sent(bench, number)
    copy = await copy_of(bench, number)
    assert (copy.state, copy.reused_from) == ("processing", None)
    assert (await copy_of(bench, 1)).remote_id == bench.file_id


async def test_a_deleted_file_is_forgotten_by_all_that_share_it(bench: Bench) -> None:
    number = await second(bench)
    await sent(bench, number)
    store = bench.application.deps.store

    def known(connection: Any) -> Mapping[str, str]:
        return {
            copy.remote_id: of.label
            for copy, of in datasets.copies_at(connection, NAME)
            if copy.remote_id is not None
        }

    assert await store.read(known) == {bench.file_id: "D1"}, "the one whose file it is stands for it"
    await store.write(lambda c: datasets.forget_copy(c, NAME, bench.file_id, now=bench.now()))
    assert await store.read(lambda c: datasets.copies_at(c, NAME)) == []
    assert await store.read(lambda c: datasets.copy_at(c, number, NAME)) is None


async def test_one_that_is_deleted_in_this_moment_is_not_shared(bench: Bench) -> None:
    number = await second(bench)
    store = bench.application.deps.store
    copy, own = await copy_of(bench, number), await copy_of(bench, 1)
    await store.write(lambda c: datasets.forget_copy(c, NAME, bench.file_id, now=bench.now()))
    assert not await store.write(lambda c: datasets.share_copy(c, copy.id, own, 1, now=bench.now()))
    assert (await copy_of(bench, number)).state == "waiting"


async def test_it_is_in_the_audit(bench: Bench) -> None:
    number = await second(bench)
    await sent(bench, number)
    store = bench.application.deps.store
    rows = await store.read(
        lambda c: c.execute(select(audit.c.subject).where(audit.c.action == "dataset.reused")).scalars().all()
    )
    assert rows == [f"D{number}"]
