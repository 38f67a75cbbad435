"""The task that studies a dataset: what it writes, what it waits for, and when the bytes are let go."""

import hashlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, select, update

from bot.datasets import studying, taking_in
from bot.datasets.checker import check_path
from bot.datasets.facts import dataset_facts
from bot.datasets.options import Options
from bot.datasets.report import Report
from bot.datasets.retention import let_go, study_key
from bot.datasets.spool import spooled
from bot.datasets.studying import Study
from bot.helper import HelperError
from bot.store import datasets
from bot.store.datasets import Dataset
from bot.store.tables import dataset
from bot.store.work_tables import task as tasks
from bot.work import queue
from bot.work.tasks import BULK, Done
from sandbox import samples
from tests.training.bench import NAME, RIN, Bench, bench_in

TRAIN = samples.read("support_train.jsonl")
VALID = b"".join(TRAIN.splitlines(keepends=True)[:12])


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    async with bench_in(tmp_path) as made:
        yield made


async def ready(bench: Bench, number: int, data: bytes, **values: Any) -> None:
    """The dataset is checked and sound, and its bytes are here."""
    staging = bench.application.engine.staging
    staging.folder.mkdir(parents=True, exist_ok=True)
    staging.path(number).write_bytes(data)
    report = check_path(staging.path(number), Options())
    given = {
        "state": "ready",
        "sha256": hashlib.sha256(data).hexdigest(),
        "tokens": report.tokens.total,
        "report": {**report.to_json(), "same_as": None},
        "profile": report.profile,
        **values,
    }

    def work(connection: Connection) -> None:
        connection.execute(update(dataset).where(dataset.c.id == number).values(**given))

    await bench.application.deps.store.write(work)


async def pair(bench: Bench, *, state: str = "ready") -> None:
    """D1 to train with and D2 to validate with, which has twelve of its examples."""
    source = {"file_id": "F2", "connection": NAME}

    def work(connection: Connection) -> int:
        return datasets.add(
            connection,
            team_id=RIN.team_id,
            owner=RIN.user_id,
            name="valid_w47.jsonl",
            source=source,
            role="validation",
            now=bench.now(),
        )

    assert await bench.application.deps.store.write(work) == 2
    await ready(bench, 1, TRAIN, pair=2)
    await ready(bench, 2, VALID, pair=1, state=state)


async def get(bench: Bench, number: int = 1) -> Dataset:
    found = await bench.application.deps.store.read(lambda c: datasets.get(c, number))
    assert found is not None
    return found


async def report_of(bench: Bench, number: int = 1) -> Report:
    stored = (await get(bench, number)).report
    assert stored is not None
    return Report.from_json(stored)


async def planted(bench: Bench) -> list[str]:
    rows = await bench.application.deps.store.read(
        lambda c: (
            c.execute(select(tasks.c.key).where(tasks.c.kind == "dataset.study", tasks.c.state == "queued"))
            .scalars()
            .all()
        )
    )
    return sorted(rows)


async def plant(bench: Bench, number: int) -> list[str]:
    await bench.application.deps.store.write(lambda c: studying.plant(c, number, now=bench.now(), corr="t"))
    return await planted(bench)


async def studied(bench: Bench, number: int = 1, against: int | None = None) -> None:
    payload = {"dataset": number, "against": against}
    task = await bench.task("dataset.study", study_key(number, against), payload, lane=BULK)
    outcome = await Study(bench.application.deps, bench.application.engine.staging)(task)
    assert isinstance(outcome, Done)
    await bench.end(task, outcome)


def here(bench: Bench, number: int = 1) -> bool:
    return bench.application.engine.staging.has(number)


async def test_it_makes_the_tokens_exact_and_lets_the_bytes_go(bench: Bench) -> None:
    await ready(bench, 1, TRAIN)
    before = await get(bench)
    assert not before.tokens_exact
    await studied(bench)
    after, report = await get(bench), await report_of(bench)
    assert after.tokens_exact
    assert after.tokens == report.tokens.total != before.tokens
    assert after.state == "ready"
    assert (report.studied, report.tokens.encoding) == (True, "o200k_base")
    assert report.tokens.longest > report.tokens.median > 0
    assert report.languages == {"en": 100}
    assert after.report is not None
    assert "same_as" in after.report
    assert not here(bench), "the service has had it before"
    found = list(spooled(bench.application.engine.staging.studied(1)))
    assert len(found) == report.totals["near_duplicate"]


async def test_validation_data_is_compared_and_both_cards_tell(bench: Bench) -> None:
    await pair(bench)
    await studied(bench, 2, against=1)
    valid, train = await report_of(bench, 2), await report_of(bench, 1)
    assert valid.totals["validation_overlap"] == 12
    assert [one.line for one in valid.findings if one.rule == "validation_overlap"] == list(range(1, 13))
    assert "validation_overlap" not in train.totals
    row, settings = await get(bench), bench.application.deps.settings
    facts = await bench.application.deps.store.read(
        lambda c: dataset_facts(c, row, settings, bench.application.deps.providers)
    )
    assert facts.shared == 12
    assert not here(bench, 1)
    assert here(bench, 2), "it has no copy at the service yet"


async def test_studied_again_alone_it_forgets_what_was_in_the_other_file(bench: Bench) -> None:
    await pair(bench)
    await studied(bench, 2, against=1)
    first = await report_of(bench, 2)
    await bench.application.deps.store.write(
        lambda c: taking_in.swap(c, 1, 2, RIN.user_id, now=bench.now(), corr="t")
    )
    assert await planted(bench) == ["study:1:2", "study:2:0"]
    await studied(bench, 1, against=2)
    await studied(bench, 2)
    report = await report_of(bench, 2)
    assert "validation_overlap" not in report.totals
    assert report.counts["warning"] == first.counts["warning"] - 12
    assert report.tokens == first.tokens


async def test_training_data_that_is_none_any_more_is_not_compared_with(bench: Bench) -> None:
    await pair(bench)
    await bench.application.deps.store.write(
        lambda c: taking_in.swap(c, 1, 2, RIN.user_id, now=bench.now(), corr="t")
    )
    await studied(bench, 2, against=1)
    report = await report_of(bench, 2)
    assert report.studied
    assert "validation_overlap" not in report.totals


async def test_bytes_stay_while_a_study_needs_them(bench: Bench) -> None:
    await pair(bench)
    store, staging = bench.application.deps.store, bench.application.engine.staging
    assert await plant(bench, 2) == ["study:2:1"]
    assert not await store.write(lambda c: let_go(c, staging, 1)), "the other half is compared with it"
    assert here(bench, 1)
    await studied(bench, 2, against=1)
    assert not here(bench, 1)


@pytest.mark.parametrize("state", ["waiting", "uploading", "processing", "uncertain", "failed"])
async def test_bytes_stay_while_the_service_has_not_processed_them(bench: Bench, state: str) -> None:
    await ready(bench, 1, TRAIN)
    store = bench.application.deps.store
    copy = await store.read(lambda c: datasets.copy_at(c, 1, NAME))
    assert copy is not None
    await store.write(lambda c: datasets.change_copy(c, copy.id, now=bench.now(), state=state))
    await studied(bench)
    assert here(bench), "a failed copy can be sent again"


async def test_what_cannot_be_had_any_more_keeps_its_estimate(bench: Bench) -> None:
    await ready(bench, 1, TRAIN)
    bench.application.engine.staging.drop(1)
    await studied(bench)
    assert not (await report_of(bench)).studied
    assert not (await get(bench)).tokens_exact


async def test_a_failure_is_tried_again_and_at_last_lets_the_bytes_go(bench: Bench) -> None:
    await ready(bench, 1, TRAIN)
    study = Study(bench.application.deps, bench.application.engine.staging)
    task = await bench.task("dataset.study", study_key(1), {"dataset": 1, "against": None}, lane=BULK)
    await bench.application.deps.helper.aclose()
    with pytest.raises(HelperError):
        await study(task)
    assert here(bench)
    await bench.application.deps.store.write(lambda c: study.give_up(c, task, "helper_closed"))
    assert not here(bench)
    assert not (await report_of(bench)).studied


async def test_each_half_is_studied_when_it_becomes_sound(bench: Bench) -> None:
    await pair(bench, state="checking")
    assert await plant(bench, 1) == ["study:1:0"]
    await ready(bench, 2, VALID, pair=1)
    assert await plant(bench, 2) == ["study:1:0", "study:2:1"]


async def test_training_data_that_comes_second_has_its_other_half_compared(bench: Bench) -> None:
    await pair(bench)
    assert await plant(bench, 1) == ["study:1:0", "study:2:1"]


async def test_refused_data_is_studied_for_who_mends_it(bench: Bench) -> None:
    await ready(bench, 1, TRAIN, state="refused")
    assert await plant(bench, 1) == ["study:1:0"]
    await studied(bench)
    assert (await report_of(bench)).studied


async def test_what_could_not_be_read_is_not_studied(bench: Bench) -> None:
    await ready(bench, 1, TRAIN, state="unreadable")
    assert await plant(bench, 1) == []
    await studied(bench)
    assert not (await report_of(bench)).studied


async def test_one_study_at_a_time_leaves_room_for_an_upload(bench: Bench) -> None:
    await pair(bench)
    await plant(bench, 1)
    claimed = await bench.application.deps.store.write(
        lambda c: queue.claim(c, BULK, 9, now=bench.now(), owner="test")
    )
    assert [one.kind for one in claimed].count("dataset.study") == 1
