"""Reading what a service keeps, and deleting of it: each thing once, nothing that is used, everything told."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.deployments.models import deployable
from bot.errors import Invalid
from bot.looking_back.cleaning import Person
from bot.looking_back.delete import CleanDelete, CleanRead
from bot.store import connections, datasets, jobs
from providers.base import Ref
from providers.errors import Conflict, Unavailable
from sandbox.config_out import identity_environment
from tests.deployments.rollout_bench import person
from tests.looking_back.clean_bench import ADA, ALL, NAME, RIN, Cleaning
from tests.training.bench import bench_in

MINE = Person(RIN.user_id, everything=False)


@pytest.fixture
async def cleaning(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Cleaning]:
    """A service with one processed file that is D1's, and a program that does nothing by itself."""
    for name in ("MSI_ENDPOINT", "IMDS_ENDPOINT", "IDENTITY_SERVER_THUMBPRINT"):
        monkeypatch.delenv(name, raising=False)
    async with bench_in(tmp_path) as bench:
        for name, value in identity_environment(bench.made.sandbox.url).items():
            monkeypatch.setenv(name, value)
        yield Cleaning.of(bench)


async def test_what_was_never_read_says_so(cleaning: Cleaning) -> None:
    form = await cleaning.form()
    assert (form.read_at, form.items, form.models) == (None, (), True)


async def test_before_it_was_read_nothing_is_said_to_be_somebody_elses(cleaning: Cleaning) -> None:
    """The catalogue is known before the jobs, and only these tell whose a model is."""
    model, now, store = cleaning.rollout.tuned(), cleaning.bench.now(), cleaning.deps.store
    found = await cleaning.deps.providers[NAME].models()
    await store.write(lambda c: connections.put_catalogue(c, NAME, found, now=now))
    for who in (MINE, ALL):
        form = await cleaning.form(who)
        assert (form.read_at, form.items, form.more) == (None, (), 0)
    await cleaning.read()
    assert [one.id for one in (await cleaning.form()).items if one.kind == "model"] == [model]


async def test_files_jobs_and_quotas_are_read(cleaning: Cleaning) -> None:
    bench = cleaning.bench
    foreign = await cleaning.upload("notes.jsonl", b'{"messages": []}\n' * 10)
    job = await bench.create(7, "old")
    await cleaning.read()
    form = await cleaning.form()
    gauges = {one.what: (one.used, one.limit) for one in form.gauges}
    ours = await cleaning.item(bench.file_id)
    assert gauges["files"] == (2, 100)
    assert gauges["files_bytes"][0] == (ours.bytes or 0) + 170
    assert gauges["jobs"][0] == 1
    assert (ours.name, ours.label, ours.owner) == ("d.jsonl", "D1", RIN.user_id)
    assert (ours.blocked, ours.blocked_by) == ("clean_used", (job.id,))
    assert (await cleaning.item(foreign.id)).name == "notes.jsonl"


async def test_data_of_a_job_that_waits_here_stays(cleaning: Cleaning) -> None:
    await cleaning.read()
    number = await cleaning.bench.row(3, "soon", state="waiting")
    found = await cleaning.item(cleaning.bench.file_id)
    assert (found.blocked, found.blocked_by) == ("clean_used", (f"J{number}",))
    with pytest.raises(Invalid) as refused:
        await cleaning.plant(cleaning.bench.file_id)
    assert (refused.value.code, refused.value.field) == ("clean_used", "file")


async def test_nothing_chosen_and_unknown_things_are_refused(cleaning: Cleaning) -> None:
    await cleaning.read()
    with pytest.raises(Invalid) as refused:
        await cleaning.plant("file-nobody-has")
    assert refused.value.code == "clean_nothing"


async def test_a_file_goes_once_and_its_data_is_sent_anew_when_it_is_wanted(cleaning: Cleaning) -> None:
    file_id = cleaning.bench.file_id
    await cleaning.read()
    told = await cleaning.run(await cleaning.plant(file_id))
    assert [one.id for one in told.done] == [file_id]
    assert told.failed == ()
    assert file_id not in await cleaning.there()
    store = cleaning.deps.store
    assert await store.read(lambda c: datasets.copy_at(c, 1, NAME)) is None
    assert await cleaning.audited() == [("clean.file", "D1", ADA.user_id)]
    assert file_id not in {one.id for one in (await cleaning.form()).items}


async def test_what_came_into_use_after_it_was_chosen_stays(cleaning: Cleaning) -> None:
    file_id = cleaning.bench.file_id
    other = await cleaning.processed("notes.jsonl")
    await cleaning.read()
    key = await cleaning.plant(file_id, other.id)
    job = await cleaning.bench.create(9, "now")
    told = await cleaning.run(key)
    assert [one.id for one in told.done] == [other.id]
    [left] = told.failed
    assert (left.item.id, left.problem.code, left.problem.params["by"]) == (file_id, "clean_used", job.id)
    assert file_id in await cleaning.there()


async def test_trainers_delete_what_is_theirs_only(cleaning: Cleaning) -> None:
    foreign = await cleaning.processed("notes.jsonl")
    await cleaning.read()
    assert (await cleaning.item(foreign.id, MINE)).blocked == "clean_not_yours"
    assert (await cleaning.item(cleaning.bench.file_id, MINE)).blocked == ""
    # what a modal of an approver shows is no right: the task asks who it is
    told = await cleaning.run(await cleaning.plant(foreign.id, cleaning.bench.file_id, actor=RIN))
    assert [one.id for one in told.done] == [cleaning.bench.file_id]
    assert [one.problem.code for one in told.failed] == ["clean_not_yours"]
    assert foreign.id in await cleaning.there()


async def test_who_may_nothing_deletes_nothing(cleaning: Cleaning) -> None:
    await cleaning.read()
    key = await cleaning.plant(cleaning.bench.file_id, actor=person("U0GUEST001"))
    told = await cleaning.run(key)
    assert ([one.problem.code for one in told.failed], told.done) == (["guest"], ())
    assert cleaning.bench.file_id in await cleaning.there()


async def test_a_broken_off_task_goes_on_and_counts_its_own_deletion(cleaning: Cleaning) -> None:
    file_id = cleaning.bench.file_id
    await cleaning.read()
    key = await cleaning.plant(file_id)
    task = await cleaning.claim(key)
    handler = CleanDelete(cleaning.deps)

    def killed(*given: object) -> None:
        raise InterruptedError

    handler.note = killed  # type: ignore[method-assign, assignment]  # the process ends before the deletion is written
    with pytest.raises(InterruptedError):
        await handler(task)
    assert file_id not in await cleaning.there()
    await cleaning.restart()
    # somebody opens the picker before the task comes back: the file is not in the list any more
    seen = await CleanRead(cleaning.deps)(task)
    assert seen.apply is not None
    await cleaning.deps.store.write(seen.apply)
    told = await cleaning.run(key)
    assert ([one.id for one in told.done], told.failed) == ([file_id], ())
    assert await cleaning.audited() == [("clean.file", "D1", ADA.user_id)]


async def test_a_service_that_is_down_is_asked_again_for_the_rest(cleaning: Cleaning) -> None:
    other = await cleaning.processed("notes.jsonl")
    await cleaning.read()
    key = await cleaning.plant(cleaning.bench.file_id, other.id)
    await cleaning.fault("DELETE", f"/files/{other.id}", 503)
    task = await cleaning.claim(key)
    with pytest.raises(Unavailable):
        await CleanDelete(cleaning.deps)(task)
    await cleaning.mend()
    await cleaning.restart()
    told = await cleaning.run(key)
    assert {one.id for one in told.done} == {cleaning.bench.file_id, other.id}
    assert len(await cleaning.audited()) == 2


async def test_a_parked_task_tells_what_was_done_and_what_was_not(cleaning: Cleaning) -> None:
    await cleaning.read()
    task = await cleaning.claim(await cleaning.plant(cleaning.bench.file_id))
    handler = CleanDelete(cleaning.deps)
    await cleaning.deps.store.write(lambda c: handler.give_up(c, task, "server_error(operation=x)"))
    [told] = await cleaning.told()
    assert [(one.item.id, one.problem.code) for one in told.failed] == [
        (cleaning.bench.file_id, "server_error")
    ]


async def test_a_deployed_model_stays_whatever_the_last_look_saw(cleaning: Cleaning) -> None:
    model = cleaning.rollout.tuned()
    await cleaning.read()
    assert (await cleaning.item(model)).blocked == ""
    key = await cleaning.plant(model)
    cleaning.deploy("support-v9", model)
    told = await cleaning.run(key)
    [left] = told.failed
    assert (left.problem.code, left.problem.params["by"]) == ("clean_deployed", f"{NAME}/support-v9")
    assert model in await cleaning.models()


async def test_a_model_of_a_known_deployment_is_not_offered(cleaning: Cleaning) -> None:
    live = await cleaning.rollout.live()
    await cleaning.read()
    found = await cleaning.item(live.model)
    assert (found.blocked, found.blocked_by) == ("clean_deployed", (live.title,))
    assert found.used_by == (live.title,)


async def test_a_model_goes_with_its_job_and_nobody_is_offered_it(cleaning: Cleaning) -> None:
    model = cleaning.rollout.tuned()
    remote_id = cleaning.with_job(model)
    number = await cleaning.bench.row(
        5, "n1", state="succeeded", remote_id=remote_id, result_model=model, collected_at=cleaning.bench.now()
    )
    await cleaning.read()
    item = await cleaning.item(model)
    assert (item.label, item.owner, item.blocked) == (f"J{number}", RIN.user_id, "")
    told = await cleaning.run(await cleaning.plant(model, actor=RIN, who=MINE))
    assert [one.id for one in told.done] == [model]
    assert model not in await cleaning.models()
    store, deps = cleaning.deps.store, cleaning.deps
    job = await store.read(lambda c: jobs.get(c, number))
    assert job is not None
    assert (job.result_model, job.asked["model_deleted"]) == (None, model)
    assert await store.read(lambda c: connections.model(c, NAME, model)) is None
    now = cleaning.bench.now()
    assert await store.read(lambda c: deployable(c, deps.settings, deps.providers, RIN, now=now)) == []
    assert await cleaning.audited() == [("clean.model", f"J{number}", RIN.user_id)]


async def test_a_job_that_ended_without_a_model_makes_room(cleaning: Cleaning) -> None:
    job = await cleaning.bench.create(11, "stopped")
    await cleaning.cancel(job.id)
    await cleaning.read()
    item = await cleaning.item(job.id)
    assert (item.kind, item.blocked) == ("job", "")
    told = await cleaning.run(await cleaning.plant(job.id))
    assert [one.id for one in told.done] == [job.id]
    await cleaning.read()
    [jobs_kept] = [one for one in (await cleaning.form()).gauges if one.what == "jobs"]
    assert jobs_kept.used == 0


async def test_a_service_that_cannot_be_asked_is_told_in_the_picker(cleaning: Cleaning) -> None:
    await cleaning.read()
    await cleaning.fault("GET", "/openai/files", 401)
    await cleaning.read()
    form = await cleaning.form()
    assert form.error
    assert form.read_at is not None
    assert len(form.items) == 1


async def test_the_service_itself_refuses_what_is_deployed_and_a_second_deletion_is_fine(
    cleaning: Cleaning,
) -> None:
    model = cleaning.rollout.tuned()
    job = Ref(id=cleaning.with_job(model))
    provider = cleaning.deps.providers[NAME]
    made = cleaning.deploy("support-v9", model)
    with pytest.raises(Conflict) as refused:
        await provider.delete_job(job)
    assert refused.value.code == "model_in_use"
    cleaning.bench.made.sandbox.azure.control.deployments.remove(made)
    await provider.delete_job(job)
    await provider.delete_job(job)
    assert model not in await cleaning.models()
