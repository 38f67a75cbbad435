"""A file is checked while it is written: what is told meanwhile, how it ends, and what goes wrong."""

import asyncio
import hashlib
import itertools
import os
import signal
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.datasets.checker import check_path
from bot.datasets.options import Options
from bot.datasets.spool import spooled
from bot.helper import Growth, HelperError, HelperProcess, frames
from bot.helper.following import follow
from tests.datasets.files import jsonl
from tests.helper.test_process import PICTURE
from tests.patience import until

BAD = jsonl(b"7", b"{")
LINES = BAD.count(b"\n")


@pytest.fixture
async def helper() -> AsyncIterator[HelperProcess]:
    async with HelperProcess() as process:
        yield process


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


async def followed(
    helper: HelperProcess,
    path: Path,
    growth: Growth,
    *,
    heard: Callable[[frames.Interim], None] = lambda _: None,
    findings: Path | None = None,
) -> object:
    return await helper.follow(
        (path.with_suffix(".part"), path), Options(), growth, heard=heard, findings=findings
    )


async def test_a_growing_file_is_reported_as_the_whole_one(helper: HelperProcess, tmp_path: Path) -> None:
    path, spool = tmp_path / "d.jsonl", tmp_path / "d.findings"
    part, growth = path.with_suffix(".part"), Growth()
    check = asyncio.create_task(followed(helper, path, growth, findings=spool))
    with part.open("wb", buffering=0) as out:
        for start in range(0, len(BAD), 97):
            out.write(BAD[start : start + 97])
            growth.grown(min(start + 97, len(BAD)))
            await asyncio.sleep(0)
    part.rename(path)
    growth.ended(len(BAD), digest(BAD))
    report = await check
    expected = check_path(path, Options())
    assert report is not None
    assert report.to_json() | {"seconds": 0} == expected.to_json() | {"seconds": 0, "sha256": digest(BAD)}  # type: ignore[attr-defined]
    assert sorted(map(str, spooled(spool))) == sorted(map(str, expected.findings))


async def test_a_process_that_was_warmed_is_the_one_that_follows(
    helper: HelperProcess, tmp_path: Path
) -> None:
    await helper.warm()
    await helper.warm()
    pids = helper.follower_pids
    assert len(pids) == 1
    path, growth = tmp_path / "d.jsonl", Growth()
    path.write_bytes(BAD)
    growth.ended(len(BAD), digest(BAD))
    await followed(helper, path, growth)
    assert helper.follower_pids == pids
    await helper.aclose()
    await helper.warm()
    assert not helper.follower_pids


async def test_a_file_that_was_renamed_before_anybody_looked(helper: HelperProcess, tmp_path: Path) -> None:
    path, growth = tmp_path / "d.jsonl", Growth()
    path.write_bytes(BAD)
    growth.grown(10)
    growth.ended(len(BAD), digest(BAD))
    report = await followed(helper, path, growth)
    assert report.lines == LINES  # type: ignore[attr-defined]


async def test_the_first_error_is_told_before_the_file_is_whole(
    helper: HelperProcess, tmp_path: Path
) -> None:
    path, growth = tmp_path / "d.jsonl", Growth()
    told: list[frames.Interim] = []
    path.write_bytes(BAD * 200)
    check = asyncio.create_task(followed(helper, path, growth, heard=told.append))
    growth.grown(len(BAD) * 100)
    await until(lambda: any(isinstance(one, frames.First) for one in told))
    assert not check.done()
    first = next(one for one in told if isinstance(one, frames.First))
    assert first.findings[0].severity == "error"
    assert first.errors >= 1
    growth.ended(len(BAD) * 200, "")
    await check


async def test_an_abandoned_file_leaves_nothing_and_the_process_lives_on(
    helper: HelperProcess, tmp_path: Path
) -> None:
    path, spool, growth = tmp_path / "d.jsonl", tmp_path / "d.findings", Growth()
    path.write_bytes(BAD)
    check = asyncio.create_task(followed(helper, path, growth, findings=spool))
    growth.grown(len(BAD))
    await until(spool.exists)
    pids = helper.follower_pids
    growth.abandoned()
    growth.ended(len(BAD), "")  # too late
    assert await check is None
    assert not spool.exists()
    again = Growth()
    again.ended(len(BAD), digest(BAD))
    report = await followed(helper, path, again)
    assert report.sha256 == digest(BAD)  # type: ignore[attr-defined]
    assert helper.follower_pids == pids


async def test_a_file_that_cannot_be_read_is_told_and_later_words_are_ignored(
    helper: HelperProcess, tmp_path: Path
) -> None:
    growth = Growth()
    growth.grown(5)
    with pytest.raises(HelperError) as caught:
        await followed(helper, tmp_path / "nowhere.jsonl", growth)
    assert (caught.value.code, caught.value.params) == ("helper_unreadable", {"error": "FileNotFoundError"})
    growth.ended(5, "")
    path, whole = tmp_path / "d.jsonl", Growth()
    path.write_bytes(BAD)
    whole.ended(len(BAD), digest(BAD))
    assert (await followed(helper, path, whole)).lines == LINES  # type: ignore[attr-defined]


async def test_a_file_shorter_than_told_is_an_error_of_ours(helper: HelperProcess, tmp_path: Path) -> None:
    path, growth = tmp_path / "d.jsonl", Growth()
    path.write_bytes(BAD)
    growth.ended(len(BAD) + 1, "")
    with pytest.raises(HelperError) as caught:
        await followed(helper, path, growth)
    assert caught.value.code == "helper_unreadable"


async def test_a_slow_file_holds_up_neither_pictures_nor_another_file(
    helper: HelperProcess, tmp_path: Path
) -> None:
    slow, path = Growth(), tmp_path / "d.jsonl"
    path.write_bytes(BAD)
    waiting = asyncio.create_task(followed(helper, tmp_path / "slow.jsonl", slow))
    await until(lambda: len(helper.follower_pids) == 1)
    quick = Growth()
    quick.ended(len(BAD), digest(BAD))
    assert (await followed(helper, path, quick)).lines == LINES  # type: ignore[attr-defined]
    assert await helper.chart(PICTURE)
    assert not waiting.done()
    slow.abandoned()
    assert await waiting is None


@pytest.mark.parametrize("how", ["crash", "cancel", "close"])
async def test_broken_off_in_the_middle(helper: HelperProcess, tmp_path: Path, how: str) -> None:
    path, growth = tmp_path / "d.jsonl", Growth()
    path.write_bytes(BAD)
    check = asyncio.create_task(followed(helper, path, growth))
    growth.grown(10)
    await until(lambda: len(helper.follower_pids) == 1)
    (pid,) = helper.follower_pids
    if how == "cancel":
        check.cancel()
        with pytest.raises(asyncio.CancelledError):
            await check
    else:
        await helper.aclose() if how == "close" else os.kill(pid, signal.SIGKILL)
        with pytest.raises(HelperError) as caught:
            await check
        assert caught.value.code == {"crash": "helper_crashed", "close": "helper_closed"}[how]
    await until(lambda: pid not in helper.follower_pids)


class Clock:
    """A clock that goes on by a tenth of a second with each look."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        self.now += 0.1
        return self.now


def spoken(words: Iterator[frames.Telling]) -> Callable[[float | None], frames.Telling | None]:
    """The bot's side: one word whenever somebody waits for it."""
    return lambda seconds: None if seconds == 0 else next(words)


def test_progress_is_told_twice_a_second_at_most(tmp_path: Path) -> None:
    path = tmp_path / "d.jsonl"
    good = jsonl()
    path.write_bytes(good * 20)
    words: list[frames.Telling] = [
        *(frames.Grown(len(good) * at) for at in range(1, 20)),
        frames.Ended(len(good) * 20, "ab"),
    ]
    told: list[tuple[float, int]] = []
    clock = Clock()

    def tell(reply: frames.Reply) -> None:
        if isinstance(reply, frames.Progress):
            told.append((clock.now, reply.bytes))

    last = follow(frames.CheckFollow([str(path)], {}), spoken(iter(words)), tell, clock)
    assert isinstance(last, frames.Checked)
    assert last.report["sha256"] == "ab"
    times, sizes = [at for at, _ in told], [size for _, size in told]
    assert sizes == sorted(set(sizes))
    assert len(told) > 2
    assert all(later - before >= 0.5 for before, later in itertools.pairwise(times))


def test_what_was_read_is_told_although_nothing_more_comes(tmp_path: Path) -> None:
    path = tmp_path / "d.jsonl"
    path.write_bytes(BAD * 40)
    told: list[frames.Reply] = []
    waits: list[float | None] = []

    def hear(seconds: float | None) -> frames.Telling | None:
        waits.append(seconds)
        if len(waits) == 1:
            return frames.Grown(len(BAD) * 39)
        return frames.Ended(len(BAD) * 40, "") if seconds is None else None

    follow(frames.CheckFollow([str(path)], {}), hear, told.append, Clock())
    before = told[: next(at for at, one in enumerate(told) if getattr(one, "bytes", 0) == len(BAD) * 39) + 1]
    assert isinstance(before[-1], frames.Progress)
    assert (
        before[-1].errors == next(one for one in reversed(told) if isinstance(one, frames.First)).errors > 1
    )
    assert waits.count(None) == 2, "it waits for a word only when it has told everything"


def test_the_first_few_are_told_at_once_and_once_more(tmp_path: Path) -> None:
    path = tmp_path / "d.jsonl"
    path.write_bytes(BAD * 40)
    words: list[frames.Telling] = [
        *(frames.Grown(len(BAD) * at) for at in range(1, 40)),
        frames.Ended(len(BAD) * 40, ""),
    ]
    told: list[frames.Reply] = []
    follow(frames.CheckFollow([str(path)], {}), spoken(iter(words)), told.append, Clock())
    first = [one for one in told if isinstance(one, frames.First)]
    assert [len(one.findings) for one in first] == [1, 5]
    assert first[1].errors > first[0].errors == 1


WORDS = st.lists(st.one_of(st.integers(1, 1000), st.sampled_from(["ended", "abandoned"])), max_size=12)


@given(WORDS)
async def test_what_is_told_of_growth_rises_and_ends_once(words: list[int | str]) -> None:
    growth, size = Growth(), 0
    last = next((word for word in words if isinstance(word, str)), "abandoned")

    async def listen() -> list[frames.Telling]:
        return [word async for word in growth.told()]

    listening = asyncio.create_task(listen())
    for word in [*words, "abandoned"]:
        if isinstance(word, int):
            size += word
            growth.grown(size)
        elif word == "ended":
            growth.ended(size, "")
        else:
            growth.abandoned()
        await asyncio.sleep(0)
    told = await listening
    assert isinstance(told[-1], frames.Ended if last == "ended" else frames.Abandoned)
    sizes = [word.bytes for word in told[:-1] if isinstance(word, frames.Grown)]
    assert len(sizes) == len(told) - 1
    assert sizes == sorted(set(sizes))
