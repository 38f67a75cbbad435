"""The worker process: calls, errors, and its end."""

import asyncio
import sys
from collections.abc import AsyncIterator

import pytest

from sandbox.training.data import Dataset, Turn
from sandbox.training.trainer import Settings, Trainer
from sandbox.training.worker_client import Remote, Worker, WorkerDiedError


@pytest.fixture
async def worker() -> AsyncIterator[Worker]:
    started = Worker()
    yield started
    await started.close()


def _trainer_arguments() -> tuple[Settings, Dataset]:
    dataset = Dataset()
    for number in range(10):
        dataset.add([Turn(f"Number {number}?", learnt=False), Turn(f"It is {number}.", learnt=True)])
    return Settings("gpt-4o-2024-08-06", 1, 1, 0.1, 3), dataset


async def _trainer(worker: Worker) -> Remote[Trainer]:
    return await worker.make(Trainer, *_trainer_arguments(), None, None)


async def test_it_computes_what_this_process_would(worker: Worker) -> None:
    local = Trainer(*_trainer_arguments(), None)
    remotes = [await _trainer(worker) for _ in range(2)]
    for _ in range(10):
        expected = local.step()
        one, other = await asyncio.gather(*(remote.call(Trainer.step) for remote in remotes))
        assert one == other
        # The worker runs the matrix library on one thread, which adds up in another order.
        assert one.train.loss == pytest.approx(expected.train.loss, rel=1e-3)


async def test_errors_come_back(worker: Worker) -> None:
    settings, _ = _trainer_arguments()
    with pytest.raises(ValueError, match="nothing_to_learn"):
        await worker.make(Trainer, settings, Dataset(), None, None)
    remote = await _trainer(worker)
    for _ in range(10):
        await remote.call(Trainer.step)
    with pytest.raises(ValueError, match="finished"):
        await remote.call(Trainer.step)


async def test_after_a_death_calls_fail_and_new_objects_live(worker: Worker) -> None:
    remote = await _trainer(worker)
    remote.process.kill()
    with pytest.raises(WorkerDiedError):
        await remote.call(Trainer.step)
    again = await _trainer(worker)
    assert (await again.call(Trainer.step)).number == 1
    with pytest.raises(WorkerDiedError):
        await remote.call(Trainer.step)


async def test_it_ends_when_its_stdin_closes() -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "sandbox.training.worker",
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    output, _ = await process.communicate(b"")
    assert (process.returncode, output) == (0, b"")
