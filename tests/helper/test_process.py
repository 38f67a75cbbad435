"""The helper process: it works, it is replaced, it never outlives the bot."""

import asyncio
import contextlib
import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable
from pathlib import Path

import pytest

import bot
from bot.datasets.checker import check_path
from bot.datasets.options import Options
from bot.datasets.services import SERVICES
from bot.helper import HelperError, HelperOptions, HelperProcess
from bot.training.charts import ChartCheckpoint, ChartRequest, render
from bot.training.series import Series, decimate
from tests.datasets.files import jsonl
from tests.patience import PATIENCE, until

LINES = jsonl(b"7", b"{").count(b"\n")
ROOT = str(Path(bot.__file__).parent.parent)
PICTURE = ChartRequest(
    title="J142",
    series=[Series.of("loss", "train", [1, 2, 3], [3.0, 2.0, float("nan")], [0.5, None, 1.0])],
    checkpoints=[ChartCheckpoint(3, "final", deployable=True)],
    epoch_ends=[3],
)


@pytest.fixture
async def helper() -> AsyncIterator[HelperProcess]:
    async with HelperProcess() as process:
        yield process


@pytest.fixture
def train(tmp_path: Path) -> Path:
    path = tmp_path / "train.jsonl"
    path.write_bytes(jsonl(b"7", b"{"))
    return path


@pytest.fixture
def fifo(tmp_path: Path) -> Path:
    """A file whose reading never ends: a check of it is under way until somebody ends it."""
    path = tmp_path / "endless"
    os.mkfifo(path)
    return path


def alive(pid: int) -> bool:
    """Whether a process runs (a zombie does not)."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rsplit(") ", 1)[1][0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


async def busy(helper: HelperProcess, call: Awaitable[object]) -> "tuple[asyncio.Task[object], int]":
    """Start a call and wait until a process works on it."""
    task = asyncio.ensure_future(call)
    await until(lambda: helper.pid is not None)
    return task, helper.pid or 0


async def test_it_starts_at_first_use_and_does_what_is_done_here(helper: HelperProcess, train: Path) -> None:
    assert helper.pid is None
    report = await helper.check(train, Options())
    assert report.to_json() | {"seconds": 0} == check_path(train, Options()).to_json() | {"seconds": 0}
    pid = helper.pid
    assert await helper.chart(PICTURE) == render(PICTURE)
    many = Series.of("loss", "train", range(30_000), [float(step % 977) for step in range(30_000)])
    assert await helper.decimate([many, PICTURE.series[0]], 500) == (decimate(many, 500), PICTURE.series[0])
    assert helper.pid == pid


async def test_options_reach_the_check(helper: HelperProcess, train: Path) -> None:
    report = await helper.check(train, Options(min_examples=100, service="databricks"))
    assert report.service == "databricks"
    assert report.totals["too_few_examples"] == 1


async def test_a_file_that_cannot_be_read_is_told(helper: HelperProcess, tmp_path: Path) -> None:
    with pytest.raises(HelperError) as caught:
        await helper.check(tmp_path / "gone", Options())
    assert (caught.value.code, caught.value.params) == ("helper_unreadable", {"error": "FileNotFoundError"})


async def test_a_mistake_inside_is_told_and_the_process_lives_on(
    helper: HelperProcess, train: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING, "bot.helper"), pytest.raises(HelperError) as caught:
        await helper.check(train, Options(profile="no such profile, secret words"))
    pid = helper.pid
    assert (caught.value.code, caught.value.params) == ("helper_failed", {"error": "KeyError"})
    await helper.check(train, Options())
    assert helper.pid == pid
    await helper.aclose()
    assert "KeyError in Check" in caplog.text
    assert "secret words" not in caplog.text


async def test_a_crash_is_an_error_of_that_call_and_the_next_one_gets_a_new_process(
    helper: HelperProcess, train: Path, fifo: Path
) -> None:
    task, pid = await busy(helper, helper.check(fifo, Options()))
    os.kill(pid, signal.SIGKILL)
    with pytest.raises(HelperError) as caught:
        await task
    assert caught.value.code == "helper_crashed"
    # 255 is what asyncio says when another part of this test process was quicker to ask how the child ended.
    assert caught.value.params["exit"] in (-signal.SIGKILL, 255)
    assert (await helper.check(train, Options())).lines == LINES
    assert helper.pid != pid


async def test_a_process_that_died_between_calls_is_not_noticed(helper: HelperProcess, train: Path) -> None:
    await helper.check(train, Options())
    pid = helper.pid or 0
    os.kill(pid, signal.SIGKILL)
    await until(lambda: helper.pid is None)
    assert (await helper.check(train, Options())).lines == LINES


async def test_a_cancelled_call_leaves_nothing_behind_and_the_next_one_works(
    helper: HelperProcess, train: Path, fifo: Path
) -> None:
    task, pid = await busy(helper, helper.check(fifo, Options()))
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not alive(pid)
    assert (await helper.check(train, Options())).lines == LINES


async def test_a_call_that_hangs_is_given_up(train: Path, fifo: Path) -> None:
    async with HelperProcess(HelperOptions(check_seconds=0.5)) as helper:
        task, pid = await busy(helper, helper.check(fifo, Options()))
        with pytest.raises(HelperError) as caught:
            await task
        assert (caught.value.code, caught.value.params) == ("helper_timeout", {"seconds": 0.5})
        assert not alive(pid)


async def test_calls_at_once_wait_for_each_other(helper: HelperProcess, train: Path) -> None:
    checks = [helper.check(train, Options(service=name)) for name in SERVICES]
    reports, picture = await asyncio.gather(asyncio.gather(*checks), helper.chart(PICTURE))
    assert [report.service for report in reports] == list(SERVICES)
    assert picture == render(PICTURE)


async def test_it_is_replaced_after_some_pictures(train: Path) -> None:
    async with HelperProcess(HelperOptions(charts_before_restart=2)) as helper:
        await helper.chart(PICTURE)
        first = helper.pid or 0
        await helper.chart(PICTURE)
        assert helper.pid is None
        assert not alive(first)
        assert await helper.chart(PICTURE) == render(PICTURE)


async def test_unused_it_goes_and_comes_back(train: Path) -> None:
    async with HelperProcess(HelperOptions(idle_seconds=0.05)) as helper:
        await helper.check(train, Options())
        await until(lambda: helper.pid is None)
        assert (await helper.check(train, Options())).lines == LINES


async def test_closing_ends_the_process_the_call_under_way_and_all_later_ones(
    fifo: Path, train: Path
) -> None:
    helper = HelperProcess()
    task, pid = await busy(helper, helper.check(fifo, Options()))
    waiting = asyncio.create_task(helper.check(train, Options()))
    await helper.aclose()
    assert not alive(pid)
    for call in (task, waiting, helper.check(train, Options())):
        with pytest.raises(HelperError) as caught:
            await call
        assert caught.value.code == "helper_closed"
    await helper.aclose()


async def test_a_command_that_does_not_start_is_an_error_of_ours(train: Path) -> None:
    async with HelperProcess(HelperOptions(command=("/no/such/program",))) as helper:
        with pytest.raises(HelperError) as caught:
            await helper.check(train, Options())
    assert caught.value.code == "helper_failed"


async def test_a_process_that_speaks_another_language_is_ended(train: Path) -> None:
    noisy = (sys.executable, "-c", "print('x' * 100000, flush=True); import time; time.sleep(600)")
    async with HelperProcess(HelperOptions(command=noisy)) as helper:
        task, pid = await busy(helper, helper.check(train, Options()))
        with pytest.raises(HelperError) as caught:
            await task
        assert caught.value.code == "helper_crashed"
        assert not alive(pid)


async def test_secrets_of_the_bot_are_not_inherited(
    helper: HelperProcess, train: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TUNESMITH_SLACK_BOT_TOKEN", "xoxb-secret")
    await helper.check(train, Options())
    environment = await asyncio.to_thread(Path(f"/proc/{helper.pid}/environ").read_bytes)
    assert b"PYTHONPATH=" in environment
    assert b"xoxb-secret" not in environment


OWNER = """
import asyncio, sys
from pathlib import Path
from bot.datasets.options import Options
from bot.helper import HelperProcess

async def main(train, second):
    helper = HelperProcess()
    await helper.check(Path(train), Options())
    print(helper.pid, flush=True)
    if second:
        await helper.check(Path(second), Options())
    await asyncio.sleep(600)

asyncio.run(main(*sys.argv[1:]))
"""


@pytest.mark.parametrize("work", ["idle", "busy"])
def test_a_killed_bot_leaves_no_helper_behind(train: Path, fifo: Path, work: str) -> None:
    owner = subprocess.Popen(
        [sys.executable, "-c", OWNER, str(train), str(fifo) if work == "busy" else ""],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": ROOT},
    )
    with contextlib.ExitStack() as stack:
        stack.callback(owner.wait)
        stack.callback(owner.kill)
        assert owner.stdout is not None
        stack.callback(owner.stdout.close)
        helper = int(owner.stdout.readline())
        if work == "busy":
            # Opening for writing returns once the helper reads: then it is in the middle of its work.
            stack.enter_context(fifo.open("wb"))
        assert alive(helper)
        owner.kill()
        owner.wait()
        deadline = time.monotonic() + PATIENCE
        while alive(helper) and time.monotonic() < deadline:
            time.sleep(0.01)
        assert not alive(helper)
