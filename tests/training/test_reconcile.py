"""The start: whatever the last run left, it goes on; and what is kept for how long."""

import os
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from bot import reconcile
from bot.datasets.staging import Staging
from bot.store import datasets, jobs, small
from bot.store.tables import artifact, dataset_copy
from bot.store.work_tables import task as tasks
from bot.work import outbox_rows, queue
from bot.work.outbox_rows import Target
from tests.training.bench import NAME, Bench


async def planted(bench: Bench) -> set[str]:
    found = await bench.application.deps.store.read(
        lambda c: c.execute(select(tasks.c.key).where(tasks.c.state == "queued")).scalars().all()
    )
    return set(found)


async def test_everything_that_waits_for_a_step_has_its_task_however_often_it_starts(bench: Bench) -> None:
    store = bench.application.deps.store
    waiting = await bench.row(1, "a", state="waiting")
    sent = await bench.row(2, "b", state="submitting", intent_at=bench.now())
    ended = await bench.row(3, "c", state="succeeded", remote_id="ftjob-3")
    collected = await bench.row(4, "d", state="failed", remote_id="ftjob-4", collected_at=bench.now())
    unread = await store.write(
        lambda c: datasets.add(
            c, team_id="T", owner="U", name="x", source={}, role="training", now=bench.now()
        )
    )
    copy = await store.write(lambda c: datasets.add_copy(c, unread, NAME, now=bench.now()))
    for _ in range(2):
        await bench.application.engine.prepare()
    keys = await planted(bench)
    assert keys >= {
        f"submit:{waiting}",
        f"submit:{sent}",
        f"collect:J{ended}",
        f"intake:{unread}",
        f"upload:{copy}",
        f"poll:{NAME}",
        f"catalogue:{NAME}",
    }
    assert f"collect:J{collected}" not in keys
    assert len(await store.read(lambda c: c.execute(select(tasks.c.id)).all())) == len(keys)


async def test_jobs_of_connections_that_left_are_named(bench: Bench) -> None:
    await bench.row(1, "a", connection="gone", remote_id="ftjob-1")
    await bench.row(2, "b", remote_id="ftjob-2")
    alone = await bench.application.deps.store.read(lambda c: reconcile.left_behind(c, [NAME]))
    assert alone == ["J1"]


async def test_staged_files_that_are_still_needed_are_kept(bench: Bench) -> None:
    store = bench.application.deps.store
    staging = Staging(bench.made.settings.files.staging, 10**6)
    staging.folder.mkdir(parents=True)
    needed = await store.write(
        lambda c: datasets.add(
            c, team_id="T", owner="U", name="x", source={}, role="training", now=bench.now()
        )
    )
    for number in (1, needed):
        staging.path(number).write_bytes(b"x")
        os.utime(staging.path(number), (0, 0))
    keep, _ = await store.read(reconcile.staged_still)
    assert staging.sweep(bench.now(), keep) == 1
    assert [staging.has(1), staging.has(needed)] == [False, True]
    # A copy that is under way needs them as well, whatever the state of the dataset.
    await store.write(lambda c: c.execute(update(dataset_copy).values(state="uploading")).close())
    assert await store.read(reconcile.staged_still) == ({1, needed}, set())


async def test_housekeeping_sweeps_once_an_hour(bench: Bench) -> None:
    store = bench.application.deps.store
    long_ago = bench.now() - timedelta(days=30)

    def age(connection: Any) -> None:
        small.first_time(connection, "Ev1", now=long_ago)
        queue.enqueue(connection, "k", "a", {}, now=long_ago, corr="t")
        (claimed,) = queue.claim(connection, "quick", 1, now=long_ago, owner="me")
        queue.finish(connection, claimed, now=long_ago)

    async def left() -> tuple[int, bool]:
        rows = await store.read(lambda c: c.execute(select(tasks.c.id)).all())
        fresh = await store.write(lambda c: small.first_time(c, "Ev1", now=long_ago))
        return len(rows), not fresh

    await store.write(age)
    await store.write(lambda c: reconcile.housekeeping(c, now=bench.now()))
    assert await left() == (0, False)
    await store.write(lambda c: reconcile.housekeeping(c, now=bench.now() + timedelta(minutes=50)))
    assert (await left())[1], "within the hour nothing is swept"
    await store.write(lambda c: reconcile.housekeeping(c, now=bench.now() + timedelta(minutes=61)))
    assert not (await left())[1]


async def test_an_order_is_kept_as_long_as_its_modal_may_be_open(bench: Bench) -> None:
    store, now = bench.application.deps.store, bench.now()

    def keep(connection: Any) -> list[int]:
        orders = [
            small.keep_order(connection, f"intent-{days}", b"{}", now=now - timedelta(days=days))
            for days in (15, 13)
        ]
        age = now - timedelta(days=90)
        pictures = [
            small.keep_bytes(connection, name, "image/png", b"P", now=age)
            for name in ("J1-curves.png", "order")
        ]
        return orders + pictures

    kept = await store.write(keep)

    async def left() -> list[int]:
        rows = await store.read(
            lambda c: c.execute(select(artifact.c.id).order_by(artifact.c.id)).scalars().all()
        )
        return [kept.index(one) for one in rows]

    await store.write(lambda c: reconcile.housekeeping(c, now=now))
    assert await left() == [1, 2, 3]
    assert await store.read(lambda c: small.bytes_of(c, kept[1])) == b"{}"
    await store.write(lambda c: reconcile.housekeeping(c, now=now + timedelta(hours=25)))
    assert await left() == [2, 3]
    with pytest.raises(LookupError):
        await store.read(lambda c: small.bytes_of(c, kept[1]))


async def test_pending_for_long_is_told_once(bench: Bench) -> None:
    number = await bench.row(1, "a", remote_id="ftjob-1")
    store, recorder = bench.application.deps.store, bench.application.engine.recorder
    hours = bench.made.settings.limits.pending_alert_hours
    for later in (hours - 0.1, hours + 0.1, hours + 1):
        now = bench.now() + timedelta(hours=later)
        await store.write(lambda c, at=now: recorder.alert_pending(c, now=at))  # type: ignore[misc]  # bound at once
    said = await store.read(lambda c: [row.key for row in _waiting(c, bench)])
    assert said == [f"job:J{number}:pending_long"]
    assert "pending_long" in (await bench.job(number)).asked


def _waiting(connection: Any, bench: Bench) -> list[Any]:
    loaded = [
        outbox_rows.load(connection, one.id) for one in outbox_rows.waiting(connection, now=bench.now())
    ]
    return [one for one in loaded if one is not None and one.target == Target(channel="C0FINETUNE")]


async def test_what_is_unfinished_is_found_by_an_index(bench: Bench) -> None:
    """The question is asked every few seconds: it must not read all jobs there ever were."""
    from sqlalchemy import text

    def plan(connection: Any) -> str:
        sql = "EXPLAIN QUERY PLAN SELECT id FROM job WHERE collected_at IS NULL AND state = 'pending'"
        return " ".join(row.detail for row in connection.execute(text(sql)))

    store = bench.application.deps.store
    assert "ix_job_unfinished" in await store.read(plan)
    await bench.row(1, "a", state="failed", collected_at=bench.now())
    assert await store.read(jobs.unfinished) == []
