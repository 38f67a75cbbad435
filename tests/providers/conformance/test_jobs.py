"""A job's life: made once, found again, followed to its end, stopped where it can be."""

import math
from datetime import timedelta

import pytest

from providers.base import TERMINAL, JobSpec, Ref
from providers.errors import Conflict, NotFound, OutcomeUnknown
from sandbox.clock import SystemClock
from tests.providers.conformance.bench import SPEED, Bench, another, earlier


async def test_from_data_to_a_model(bench: Bench) -> None:
    wanted = await bench.spec()
    made = await bench.provider.submit(wanted)
    assert made.id
    job = await bench.ended(made)
    assert (job.id, job.state) == (made.id, "succeeded")
    assert job.model == wanted.model
    assert job.method == wanted.method
    assert job.training_file == wanted.training_file
    assert (job.validation_file or None) == wanted.validation_file
    assert job.result_model
    assert job.failure is None
    assert job.finished_at is not None
    assert job.created_at <= job.finished_at
    assert job.created_at.tzinfo is not None
    tuned = [one for one in await bench.provider.models() if one.id == job.result_model]
    assert [one.kind for one in tuned] == ["tuned"]
    assert tuned[0].base == (await bench.model()).base


async def test_a_job_is_found_again_by_its_order_alone(bench: Bench) -> None:
    wanted = await bench.spec()
    first = await bench.provider.submit(wanted)
    second = await bench.provider.submit(another(wanted))
    assert first.id != second.id
    for spec, made in ((wanted, first), (another(wanted), second)):
        found = await bench.provider.find_job(spec, earlier(made.created_at))
        assert made.id in {one.id for one in found}
        assert await bench.provider.find_job(spec, made.created_at + timedelta(days=1)) == []


async def test_a_lost_answer_is_unknown_and_the_job_is_found(bench: Bench) -> None:
    wanted = await bench.spec()
    before = {one.id for one in await bench.listed()}
    bench.fail("lost_answer", bench.subject.create, times=1)
    with pytest.raises(OutcomeUnknown):
        await bench.provider.submit(wanted)
    found = [
        one
        for one in await bench.provider.find_job(wanted, earlier(SystemClock().now()))
        if one.id not in before
    ]
    assert len(found) == 1
    if bench.provider.capabilities.resubmit:
        again = await bench.provider.submit(wanted)
        assert again.id == found[0].id
    assert len({one.id for one in await bench.listed()} - before) == 1


async def test_the_list_has_every_job_once_and_newest_first(bench: Bench) -> None:
    wanted = await bench.spec()
    first = await bench.provider.submit(wanted)
    second = await bench.provider.submit(another(wanted))
    listed = await bench.listed()
    ids = [one.id for one in listed]
    assert len(set(ids)) == len(ids)
    assert {first.id, second.id} <= set(ids)
    times = [one.created_at for one in listed]
    assert times == sorted(times, reverse=True)


async def test_the_log_is_told_oldest_first_and_only_once(bench: Bench) -> None:
    job = await bench.trained()
    whole = await bench.provider.events(Ref(id=job.id), None)
    ids = [one.id for one in whole.events]
    assert ids
    assert len(set(ids)) == len(ids)
    assert [one.at for one in whole.events] == sorted(one.at for one in whole.events)
    rest = await bench.provider.events(Ref(id=job.id), whole.cursor)
    assert rest.events == ()
    assert rest.cursor == whole.cursor


async def test_measurements_are_numbers_in_order(bench: Bench) -> None:
    job = await bench.trained()
    points = [one async for one in bench.provider.results(Ref(id=job.id))]
    loss = [one for one in points if (one.metric, one.split) == ("loss", "train")]
    assert loss
    assert all(math.isfinite(one.value) for one in loss)
    assert [one.step for one in loss] == sorted(one.step for one in loss)
    assert len({one.step for one in loss}) == len(loss)
    if bench.subject.valid:
        assert any(one.metric == "loss" and one.split in ("valid", "full_valid") for one in points)
    if bench.provider.capabilities.live_points:
        told = await bench.provider.events(Ref(id=job.id), None)
        live = {(p.metric, p.split, p.step) for event in told.events for p in event.points}
        assert live
        assert live <= {(one.metric, one.split, one.step) for one in points}


async def test_checkpoints_are_newest_first(bench: Bench) -> None:
    job = await bench.trained()
    steps = [one.step for one in await bench.provider.checkpoints(Ref(id=job.id))]
    assert steps == sorted(steps, reverse=True)


async def test_a_job_is_cancelled_once(bench: Bench) -> None:
    assert bench.provider.capabilities.cancel
    wanted = await _slow_spec(bench)
    made = await bench.provider.submit(wanted)
    told = await bench.provider.control(Ref(id=made.id), "cancel")
    assert told.id == made.id
    _speed(bench, SPEED)
    job = await bench.ended(made)
    assert job.state == "cancelled"
    try:
        again = await bench.provider.control(Ref(id=made.id), "cancel")
    except Conflict:
        return
    assert again.state == "cancelled"


async def test_an_ended_job_is_not_cancelled(bench: Bench) -> None:
    job = await bench.trained()
    with pytest.raises(Conflict):
        await bench.provider.control(Ref(id=job.id), "cancel")
    assert (await bench.provider.job(Ref(id=job.id))).state in TERMINAL


async def test_a_job_that_is_not_there(bench: Bench) -> None:
    for look in (bench.provider.job, bench.provider.checkpoints):
        with pytest.raises(NotFound):
            await look(Ref(id="tunesmith-none-000000"))


async def _slow_spec(bench: Bench) -> JobSpec:
    """Files are taken in at full speed, the training then takes its time."""
    wanted = await bench.spec()
    _speed(bench, 1)
    return wanted


def _speed(bench: Bench, speed: float) -> None:
    for service in (bench.sandbox.azure, bench.sandbox.ml, bench.sandbox.databricks):
        service.configure({"speed": speed})
