"""What the surface is told of a job: a running one is held against its model at the same step."""

import pytest

from bot.facts.jobs import JobFacts, Progress
from bot.store import records
from bot.training.facts import job_facts
from bot.training.series import Series
from tests.training.bench import Bench


async def told(bench: Bench, number: int) -> JobFacts:
    deps, job = bench.application.deps, await bench.job(number)
    return await deps.store.read(lambda c: job_facts(c, job, deps.settings, deps.providers, now=bench.now()))


@pytest.mark.parametrize(
    ("state", "step", "loss", "here"),
    [
        ("running", 25, 1.1, True),  # the last that was measured up to there
        ("running", 30, 0.8, True),
        ("running", 5, 0.8, False),  # nothing was measured yet by then
        ("running", 31, 0.8, False),  # the other job had ended
        ("running", None, 0.8, False),
        ("succeeded", 30, 0.8, False),
    ],
)
async def test_what_it_is_compared_with(
    bench: Bench, state: str, step: int | None, loss: float, here: bool
) -> None:
    ended = Progress(step=30, valid_last=0.8).model_dump()
    model = await bench.row(1, "before", state="succeeded", progress=ended)
    curve = Series.of("loss", "valid", [10, 20, 30], [2.0, 1.1, 0.8], [None, None, None])
    write = bench.application.deps.store.write
    points = curve.to_json()
    await write(lambda c: records.put_series(c, model, "loss", "valid", points, 3, complete=True))
    number = await bench.row(
        2, "after", state=state, like_job=model, progress=Progress(step=step, valid_last=0.9).model_dump()
    )
    facts = await told(bench, number)
    assert facts.compare == ("J1", loss)
    assert facts.compare_here is here
