"""Large data in parts: what is stored on the way, and what another run does with it."""

import pytest

from bot.datasets import upload
from bot.store import datasets
from bot.work.tasks import Again
from providers.errors import Throttled, Unavailable
from tests.training.bench import Bench
from tests.training.test_upload import DATA, SHA, copy_of, step, there, wanted

PART = len(DATA) // 4 + 1
FILE = f"D1-d-{SHA[:8]}.jsonl"


async def fault(bench: Bench, path: str, kind: str, **more: object) -> None:
    spec = {"service": "azure", "match": {"method": "POST", "path": path}, "kind": kind, **more}
    assert (await bench.made.post("/panel/api/fault", spec))["ok"]


def uploads(bench: Bench) -> list[str]:
    """The states of the uploads that were begun."""
    return [one.status for one in bench.made.sandbox.azure.resource("prod-swc").uploads]


async def parts_sent(bench: Bench) -> int:
    return len(await bench.asked("/parts"))


async def test_what_it_takes_to_go_on_is_stored_and_forgotten_at_the_end(bench: Bench) -> None:
    await wanted(bench)
    await fault(bench, "/parts", "slow", seconds=0, times=2)
    await fault(bench, "/parts", "status", status=503, times=0)
    with pytest.raises(Unavailable):
        await step(bench, part=PART)
    copy = await copy_of(bench)
    assert (copy.state, copy.intent_at) == ("waiting", None)
    assert len((copy.upload_state or {})["resume"]["parts"]) == 2
    async with bench.made.http.delete(f"{bench.made.sandbox.url}/panel/api/fault") as answer:
        assert answer.status == 200
    before = await parts_sent(bench)
    assert isinstance(await step(bench, part=PART), Again)
    copy = await copy_of(bench)
    assert (copy.state, copy.upload_state, copy.sent) == ("processing", {"round": 0}, len(DATA) + 3)
    assert await parts_sent(bench) - before == 2
    assert await there(bench) == [FILE]
    assert uploads(bench) == ["completed"]


@pytest.mark.parametrize("kind", ["lost_answer", "cut", "status"])
async def test_a_completion_without_an_answer_ends_in_one_file(bench: Bench, kind: str) -> None:
    await wanted(bench)
    await fault(bench, "/complete", kind, status=500)
    await step(bench, part=PART)
    assert (await copy_of(bench)).state == "uncertain"
    if kind != "lost_answer":
        await step(bench, part=PART)
        assert await there(bench) == []
        bench.clock.forward(upload.LOOK_FOR.total_seconds() + 1)
    await step(bench, part=PART)
    assert (await copy_of(bench)).state == "processing"
    assert await there(bench) == [FILE]
    assert uploads(bench) == ["completed"]


async def test_it_goes_on_with_bytes_that_have_to_be_fetched_again(bench: Bench) -> None:
    """Staged files are per machine: what another one sent is gone on with."""
    await wanted(bench)
    wait = {"form": "seconds", "value": 400}
    await fault(bench, "/parts", "slow", seconds=0)
    await fault(bench, "/parts", "status", status=429, retry_after=wait)
    with pytest.raises(Throttled):
        await step(bench, part=PART)
    await wanted(bench)
    await step(bench, part=PART)
    assert uploads(bench) == ["completed"]


async def test_another_try_cancels_what_the_last_one_began(bench: Bench) -> None:
    await wanted(bench)
    wait = {"form": "seconds", "value": 400}
    await fault(bench, "/parts", "status", status=429, retry_after=wait)
    with pytest.raises(Throttled):
        await step(bench, part=PART)
    store, copy = bench.application.deps.store, await copy_of(bench)
    await store.write(lambda c: datasets.change_copy(c, copy.id, now=bench.now(), state="failed"))
    assert await store.write(lambda c: upload.retry(c, 1, now=bench.now(), corr="t")) == 1
    await step(bench, part=PART)
    assert sorted(uploads(bench)) == ["cancelled", "completed"]
    assert await there(bench) == [FILE.replace(".jsonl", "-2.jsonl")]


async def test_a_surface_without_uploads_gets_one_form(bench: Bench) -> None:
    await wanted(bench)
    await bench.made.post("/panel/api/service", {"set": {"uploads": False}})
    await step(bench, part=PART)
    assert await there(bench) == [FILE]
    assert (await copy_of(bench)).upload_state == {"round": 0}


async def test_a_form_after_parts_is_looked_for_like_any_other(bench: Bench) -> None:
    """The parts were given up and the form's answer was lost: nothing may be left that says otherwise."""
    await wanted(bench)
    await fault(bench, "/parts", "status", status=404, times=0)
    await fault(bench, "re:/files$", "lost_answer")
    await step(bench, part=PART)
    copy = await copy_of(bench)
    assert copy.state == "uncertain"
    assert "resume" not in (copy.upload_state or {})
    await step(bench, part=PART)
    assert await there(bench) == [FILE]
