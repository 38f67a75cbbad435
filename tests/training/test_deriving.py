"""Data made of other data can be made again at any time, and is the same or refused."""

import hashlib
from pathlib import Path
from typing import Any

import pytest

from bot.datasets import deriving
from bot.errors import FileProblem
from bot.store import datasets
from bot.store.datasets import Dataset
from tests.journey.data_steps import with_commas
from tests.training.bench import NAME, RIN, Bench

LINES = with_commas(6).splitlines(keepends=True)


async def original(bench: Bench, data: bytes = b"".join(LINES)) -> Dataset:
    """A checked dataset of which the bytes are here, and nowhere else."""
    deps, staging = bench.application.deps, bench.application.engine.staging

    def work(connection: Any) -> int:
        number = datasets.add(
            connection,
            team_id=RIN.team_id,
            owner=RIN.user_id,
            name="train.w47.jsonl",
            source={"local": "train", "copy": "x", "connection": NAME},
            role="training",
            now=bench.now(),
        )
        digest = hashlib.sha256(data).hexdigest()
        datasets.change(connection, number, now=bench.now(), state="refused", sha256=digest, profile="chat")
        return number

    number = await deps.store.write(work)
    staging.folder.mkdir(exist_ok=True, parents=True)
    staging.path(number).write_bytes(data)
    return await get(bench, number)


async def get(bench: Bench, number: int) -> Dataset:
    found = await bench.application.deps.store.read(lambda c: datasets.get(c, number))
    assert found is not None
    return found


async def derived(bench: Bench, of: Dataset, made: dict[str, Any]) -> tuple[Dataset, bool]:
    now = bench.now()

    def work(connection: Any) -> tuple[int, bool]:
        return deriving.derive(
            connection, of, made, pair=None, actor=RIN.user_id, via="button", now=now, corr="c"
        )

    number, new = await bench.application.deps.store.write(work)
    return await get(bench, number), new


async def kept(bench: Bench, lines: list[int]) -> int:
    now = bench.now()
    return await bench.application.deps.store.write(
        lambda c: deriving.keep_lines(c, "lines.json", lines, now=now)
    )


async def present(bench: Bench, found: Dataset) -> Path:
    await deriving.present(bench.application.deps, bench.application.engine.staging, found)
    return bench.application.engine.staging.path(found.id)


async def test_what_was_made_of_what_was_made(bench: Bench) -> None:
    first = await original(bench)
    shorter, _ = await derived(bench, first, deriving.as_without(first, await kept(bench, [2, 3]), 2, 7))
    repaired, _ = await derived(bench, shorter, deriving.as_repaired(shorter))
    assert (shorter.name, repaired.name) == ("train.w47-shorter.jsonl", "train.w47-shorter-repaired.jsonl")
    assert (repaired.owner, repaired.role, repaired.state) == (RIN.user_id, "training", "received")
    path = await present(bench, repaired)
    straight = b"".join(LINES[at].replace(b"},]}", b"}]}") for at in (0, 3, 4, 5))
    assert path.read_bytes() == b"\xef\xbb\xbf" + straight


async def test_the_same_is_not_made_twice_unless_it_could_not_be_read(bench: Bench) -> None:
    first = await original(bench)
    made, new = await derived(bench, first, deriving.as_repaired(first))
    assert new
    assert await derived(bench, first, deriving.as_repaired(first)) == (made, False)
    other, new = await derived(bench, first, deriving.as_without(first, await kept(bench, [1]), 1, 7))
    assert new
    assert other.id != made.id
    now = bench.now()
    await bench.application.deps.store.write(
        lambda c: datasets.change(c, made.id, now=now, state="unreadable")
    )
    again, new = await derived(bench, first, deriving.as_repaired(first))
    assert new
    assert again.id not in (made.id, other.id)


async def test_bytes_that_are_not_those_that_were_checked_are_refused(bench: Bench) -> None:
    first = await original(bench)
    made, _ = await derived(bench, first, deriving.as_repaired(first))
    now = bench.now()
    await bench.application.deps.store.write(
        lambda c: datasets.change(c, made.id, now=now, state="ready", sha256="0" * 64)
    )
    with pytest.raises(FileProblem) as problem:
        await present(bench, await get(bench, made.id))
    assert problem.value.code == "source_changed"
    assert not bench.application.engine.staging.has(made.id)


async def test_what_it_was_made_of_is_gone(bench: Bench) -> None:
    first = await original(bench)
    made, _ = await derived(bench, first, deriving.as_repaired(first))
    bench.application.engine.staging.drop(first.id)
    with pytest.raises(FileProblem) as problem:
        await present(bench, made)
    assert problem.value.code == "staged_gone"


@pytest.mark.parametrize(
    ("name", "made"),
    [
        ("a.jsonl", "a-repaired.jsonl"),
        ("data", "data-repaired.jsonl"),
        (".jsonl", ".jsonl-repaired.jsonl"),
        ("a.b c.JSON", "a.b c-repaired.JSON"),
        ("x" * 300 + ".jsonl", "x" * 180 + "-repaired.jsonl"),
    ],
)
def test_names(name: str, made: str) -> None:
    assert deriving.name_of(name, deriving.REPAIRED) == made
