"""A second pass in a process of its own."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.datasets.options import Options
from bot.datasets.report import Finding
from bot.datasets.spool import spooled
from bot.datasets.study.runner import study
from bot.helper import HelperError, HelperProcess, frames
from bot.helper.studying import study_file
from sandbox import samples
from tests.datasets.files import sound
from tests.patience import PATIENCE

OPTIONS = Options(max_example_tokens=40)


@pytest.fixture
async def helper() -> AsyncIterator[HelperProcess]:
    async with HelperProcess() as process:
        yield process


@pytest.fixture
def train(tmp_path: Path) -> Path:
    path = tmp_path / "train.jsonl"
    path.write_bytes(samples.read("support_train.jsonl"))
    return path


async def begun(helper: HelperProcess) -> int:
    async with asyncio.timeout(PATIENCE):
        while helper.student_pid is None:  # noqa: ASYNC110  # another process changes it
            await asyncio.sleep(0.01)
    return helper.student_pid


async def test_it_is_what_is_done_here_and_all_findings_are_kept(
    helper: HelperProcess, train: Path, tmp_path: Path
) -> None:
    valid, spool = tmp_path / "valid.jsonl", tmp_path / "D2.studied"
    valid.write_bytes(b"".join(samples.read("support_train.jsonl").splitlines(keepends=True)[:30]))
    heard: list[Finding] = []
    expected = study(valid, OPTIONS, "chat", against=train, each=heard.append)
    found = await helper.study(valid, OPTIONS, "chat", against=train, findings=spool)
    assert found.totals == expected.totals
    assert found.findings == expected.findings
    assert (found.tokens, found.overlap) == (expected.tokens, (30, 0))
    assert found.languages == expected.languages
    assert list(spooled(spool)) == heard
    assert not helper.follower_pids
    assert helper.pid is None


async def test_a_file_that_is_gone_is_told_and_the_process_lives_on(
    helper: HelperProcess, train: Path, tmp_path: Path
) -> None:
    spool = tmp_path / "spool"
    with pytest.raises(HelperError) as caught:
        await helper.study(tmp_path / "gone.jsonl", OPTIONS, "chat", findings=spool)
    assert (caught.value.code, caught.value.params) == ("helper_unreadable", {"error": "FileNotFoundError"})
    assert not spool.exists()
    pid = helper.student_pid
    assert (await helper.study(train, OPTIONS, "chat")).tokens.exact
    assert helper.student_pid == pid


@pytest.mark.parametrize("how", ["crash", "cancel", "close"])
async def test_broken_off_in_the_middle(helper: HelperProcess, tmp_path: Path, how: str) -> None:
    endless = tmp_path / "endless"
    os.mkfifo(endless)
    call = asyncio.create_task(helper.study(endless, OPTIONS, "chat"))
    pid = await begun(helper)
    if how == "cancel":
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
    else:
        await helper.aclose() if how == "close" else os.kill(pid, signal.SIGKILL)
        with pytest.raises(HelperError) as caught:
            await call
        assert caught.value.code == {"crash": "helper_crashed", "close": "helper_closed"}[how]
    assert helper.student_pid != pid


async def test_it_holds_up_no_check(helper: HelperProcess, train: Path, tmp_path: Path) -> None:
    endless = tmp_path / "endless"
    os.mkfifo(endless)
    call = asyncio.create_task(helper.study(endless, OPTIONS, "chat"))
    await begun(helper)
    assert (await helper.check(train, Options())).examples == 120
    assert not call.done()
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call


def test_progress_is_told_twice_a_second_at_most(tmp_path: Path) -> None:
    path = tmp_path / "d.jsonl"
    path.write_bytes(b"".join(one + b"\n" for one in sound(60_000)))
    told: list[frames.Reply] = []
    clock = iter(range(10_000))
    last = study_file(frames.Study(str(path), {}, "chat"), told.append, lambda: next(clock) / 5)
    assert isinstance(last, frames.StudyDone)
    sizes = [one.bytes for one in told if isinstance(one, frames.Progress)]
    assert len(sizes) == len(told) > 1
    assert sizes == sorted(sizes)
    assert len(sizes) < path.stat().st_size >> 20
