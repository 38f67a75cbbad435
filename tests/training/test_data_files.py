"""Files for a person are made only for who may have them when they are made, and a failure is told to that person."""

import pytest

from bot.datasets import repairing, reporting
from bot.datasets.repairing import Repairing
from bot.datasets.reporting import Reporting
from bot.facts.notices import DataFileFailed
from bot.store import datasets
from bot.work import outbox_rows
from bot.work.outbox_rows import Row, Target
from bot.work.tasks import QUICK, Done
from tests.training.bench import RIN, Bench
from tests.training.test_deriving import original
from tests.world import ADA, BRUNO, GIL


async def unsent(bench: Bench) -> list[Row]:
    now = bench.now()

    def look(connection: object) -> list[Row]:
        waiting = outbox_rows.waiting(connection, now=now)  # type: ignore[arg-type]
        rows = (outbox_rows.load(connection, one.id) for one in waiting)  # type: ignore[arg-type]
        return [row for row in rows if row is not None]

    return await bench.application.deps.store.read(look)


@pytest.mark.parametrize(("user", "code"), [(BRUNO, "not_owner"), (GIL, "guest")])
@pytest.mark.parametrize("kind", [reporting.KIND, repairing.KIND])
async def test_who_may_not_have_it_is_told_so(bench: Bench, user: str, code: str, kind: str) -> None:
    found = await original(bench)
    engine = bench.application.engine
    made = Reporting if kind == reporting.KIND else Repairing
    task = await bench.task(kind, f"x:{user}", {"dataset": found.id, "user": user}, QUICK)
    outcome = await made(bench.application.deps, engine.recorder, engine.staging)(task)
    assert isinstance(outcome, Done)
    await bench.end(task, outcome)
    [row] = await unsent(bench)
    assert row.target == Target(user=user)
    assert isinstance(row.notice, DataFileFailed)
    assert row.notice.code == code


async def test_parking_is_told_to_who_asked(bench: Bench) -> None:
    found = await original(bench)
    engine = bench.application.engine
    task = await bench.task(reporting.KIND, "x", {"dataset": found.id, "user": ADA}, QUICK)
    handler = Reporting(bench.application.deps, engine.recorder, engine.staging)
    await bench.application.deps.store.write(lambda c: handler.give_up(c, task, "helper_crashed"))
    [row] = await unsent(bench)
    assert (row.target, row.notice.kind) == (Target(user=ADA), "dataset.file_failed")


async def test_data_that_is_being_read_anew_has_no_report_yet(bench: Bench) -> None:
    found = await original(bench)
    now = bench.now()
    await bench.application.deps.store.write(
        lambda c: datasets.change(c, found.id, now=now, state="checking")
    )
    engine = bench.application.engine
    task = await bench.task(reporting.KIND, "x", {"dataset": found.id, "user": RIN.user_id}, QUICK)
    outcome = await Reporting(bench.application.deps, engine.recorder, engine.staging)(task)
    assert outcome == Done()
    assert not await unsent(bench)
