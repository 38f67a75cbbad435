"""Sending data to the service: what is looked for, and what is sent again."""

import hashlib
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from bot.datasets import upload
from bot.datasets.upload import Upload
from bot.store import datasets
from bot.store.datasets import Copy
from bot.store.tables import dataset
from bot.store.work_tables import task as tasks
from bot.work import queue
from bot.work.tasks import BULK, Again, Outcome
from providers.errors import Throttled, Unavailable
from sandbox import samples
from tests.journey.steps import VERSION, azure
from tests.training.bench import NAME, Bench

DATA = samples.read("support_train.jsonl")
SHA = hashlib.sha256(DATA).hexdigest()


async def copy_of(bench: Bench, number: int = 1) -> Copy:
    found = await bench.application.deps.store.read(lambda c: datasets.copy_at(c, number, NAME))
    assert found is not None
    return found


async def wanted(bench: Bench, **values: Any) -> Copy:
    """The bench's dataset, to be sent, with its bytes on this machine."""
    staging = bench.application.engine.staging
    staging.folder.mkdir(parents=True, exist_ok=True)
    staging.path(1).write_bytes(DATA)
    given = {"state": "waiting", "remote_id": None, **values}
    copy = await copy_of(bench)

    def work(connection: Any) -> None:
        connection.execute(update(dataset).values(sha256=SHA))
        datasets.change_copy(connection, copy.id, now=bench.now(), **given)

    await bench.application.deps.store.write(work)
    return await copy_of(bench)


async def step(bench: Bench, number: int = 1, *, part: int = 0, **more: Any) -> Outcome:
    """One step of the handler; with `part`, everything goes in parts of that many bytes."""
    copy = await copy_of(bench, number)
    deps, engine = bench.application.deps, bench.application.engine
    if part:
        limits = deps.settings.limits.model_copy(update={"upload_parts_above": 0, "upload_part_bytes": part})
        deps = replace(deps, settings=deps.settings.model_copy(update={"limits": limits}))
    task = await bench.task("dataset.upload", f"upload:{copy.id}", {"copy": copy.id}, lane=BULK)
    try:
        outcome = await Upload(deps, engine.recorder, engine.staging, **more)(task)
    except (Throttled, Unavailable):
        await deps.store.write(queue.clear_leases)
        raise
    await bench.end(task, outcome)
    return outcome


async def there(bench: Bench) -> list[str]:
    async with azure(bench.made) as client:
        answer = await client.get("openai/files", params=VERSION)
    return [one["filename"] for one in answer.json()["data"] if one["filename"] != "d.jsonl"]


async def fault(bench: Bench, method: str, kind: str, **more: Any) -> None:
    match = {"method": method, "path": "re:/openai/files$"}
    answer = await bench.made.post(
        "/panel/api/fault", {"service": "azure", "match": match, "kind": kind, **more}
    )
    assert answer["ok"]


async def test_a_file_is_sent_under_our_name(bench: Bench) -> None:
    await wanted(bench)
    assert isinstance(await step(bench), Again)
    assert (await copy_of(bench)).state == "processing"
    assert await there(bench) == [f"D1-d-{SHA[:8]}.jsonl"]


async def test_a_look_that_is_throttled_does_not_forget_that_something_was_sent(bench: Bench) -> None:
    """The file arrived and its answer was lost; then the list is refused for now: no second file."""
    await wanted(bench)
    await fault(bench, "POST", "lost_answer")
    await step(bench)
    await fault(bench, "GET", "status", status=429, retry_after={"form": "seconds", "value": 400})
    with pytest.raises(Throttled):
        await step(bench)
    assert (await copy_of(bench)).intent_at is not None
    await step(bench)
    assert (await copy_of(bench)).state == "processing"
    assert len(await there(bench)) == 1


async def test_a_throttled_upload_is_certain_not_to_have_arrived(bench: Bench) -> None:
    await wanted(bench)
    await fault(bench, "POST", "status", status=429, retry_after={"form": "seconds", "value": 400})
    with pytest.raises(Throttled):
        await step(bench)
    copy = await copy_of(bench)
    assert (copy.state, copy.intent_at) == ("waiting", None)


async def test_it_is_looked_for_from_the_moment_in_which_the_answer_was_missed(bench: Bench) -> None:
    """A large file is on its way for long: the time since it was begun says nothing."""
    began = bench.now() - timedelta(minutes=10)
    await wanted(bench, state="uploading", intent_at=began, remote_name="D1-d.jsonl")
    assert isinstance(await step(bench), Again)
    assert await there(bench) == [], "it is looked for first"
    bench.clock.forward(upload.LOOK_FOR.total_seconds() + 1)
    await step(bench)
    assert await there(bench) == ["D1-d.jsonl"]


async def test_what_failed_at_the_service_is_not_mistaken_for_the_next_try(bench: Bench) -> None:
    await wanted(bench)
    await step(bench)
    await wanted(bench, state="failed", remote_id=None)
    store = bench.application.deps.store
    assert await store.write(lambda c: upload.retry(c, 1, now=bench.now(), corr="t")) == 1
    await fault(bench, "POST", "lost_answer")
    await step(bench)
    await step(bench)
    assert (await copy_of(bench)).state == "processing"
    assert sorted(await there(bench)) == [f"D1-d-{SHA[:8]}-2.jsonl", f"D1-d-{SHA[:8]}.jsonl"]


async def test_parked_work_is_told_and_wakes_the_jobs_that_wait_for_it(bench: Bench) -> None:
    copy = await wanted(bench)
    number = await bench.row(1, "a", state="waiting")
    deps, engine = bench.application.deps, bench.application.engine
    task = await bench.task("dataset.upload", f"upload:{copy.id}", {"copy": copy.id}, lane=BULK)
    handler = Upload(deps, engine.recorder, engine.staging)
    await deps.store.write(lambda c: handler.give_up(c, task, "unreachable(operation=files.create)"))
    assert (await copy_of(bench)).state == "failed"
    keys = await deps.store.read(lambda c: c.execute(select(tasks.c.key)).scalars().all())
    assert f"submit:{number}" in keys


def test_names_are_ours_and_readable() -> None:
    def named(name: str, round_: int = 0) -> str:
        found = datasets.Dataset(
            id=57, team_id="T", owner="U", name=name, source={}, sha256=SHA, bytes=1, examples=1, tokens=1,
            tokens_exact=False, role="training", pair=None, state="ready", report=None, problem=None,
            created_at=None,  # type: ignore[arg-type]  # its name does not depend on it
        )  # fmt: skip
        return upload.remote_name(found, SHA, round_)

    assert named("support train v2.jsonl") == f"D57-support-train-v2-{SHA[:8]}.jsonl"
    assert named("顧客.jsonl") == f"D57-data-{SHA[:8]}.jsonl"
    assert named("a.jsonl", 1) == f"D57-a-{SHA[:8]}-2.jsonl"
