"""What a picture of a job costs, through the helper process: `python -m benchmarks.chart`.

For 10,000 and 1,000,000 steps: time of the first picture (the process starts and reads its library) and of later ones,
memory of the helper, and by how much the event loop is late meanwhile. Beside it, in turns, a peer: plain matplotlib
in a fresh process that draws every point of the same curves. Ratios are of medians from this run.
"""

import asyncio
import json
import math
import random
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from bot.helper import HelperProcess
from bot.training.charts import ChartRequest
from bot.training.series import Series

STEPS = (10_000, 1_000_000)
ROUNDS = 3
TICK = 0.001

PEER = """
import json, random, resource, sys, time
from array import array
n = int(sys.argv[1])
steps = array("q", range(n))
curves = [array("d", (random.random() for _ in range(n))) for _ in range(4)]
began = time.perf_counter()
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
def picture():
    figure = Figure(figsize=(8, 5.6), dpi=150)
    canvas = FigureCanvasAgg(figure)
    for axis, pair in zip(figure.subplots(2, 1, sharex=True), (curves[:2], curves[2:])):
        for curve in pair:
            axis.plot(steps, curve)
    canvas.print_png("/dev/null")
picture()
cold = time.perf_counter() - began
began = time.perf_counter()
picture()
warm = time.perf_counter() - began
print(json.dumps([cold, warm, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024]))
"""


@dataclass(frozen=True, slots=True)
class Cost:
    """Seconds of the first and of a later picture, MiB at the highest, milliseconds that the loop was late at most."""

    cold: float
    warm: float
    memory: float
    lag: float


def curves(steps: int) -> list[Series]:
    """Training and validation, loss and accuracy, a value at each step."""
    rng = random.Random(1)  # noqa: S311  # noise for a curve
    shape = [math.exp(-4 * step / steps) for step in range(steps)]
    at = range(1, steps + 1)
    return [
        Series.of("loss", "train", at, [0.5 + 1.6 * height + rng.gauss(0, 0.1) for height in shape]),
        Series.of("loss", "valid", at, [0.6 + 1.6 * height + rng.gauss(0, 0.1) for height in shape]),
        Series.of(
            "token_accuracy", "train", at, [0.9 - 0.4 * height + rng.gauss(0, 0.02) for height in shape]
        ),
        Series.of(
            "token_accuracy", "valid", at, [0.85 - 0.4 * height + rng.gauss(0, 0.02) for height in shape]
        ),
    ]


async def lateness(late: list[float]) -> None:
    """Note by how much each tick comes too late, until cancelled."""
    while True:
        began = time.perf_counter()
        await asyncio.sleep(TICK)
        late.append((time.perf_counter() - began - TICK) * 1000)


def peak_mib(pid: int | None) -> float:
    """The most memory that a process has held."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    return next(int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmHWM"))


async def ours(request: ChartRequest) -> Cost:
    """Through a fresh helper process: one cold picture, then the median of three."""
    late: list[float] = []
    watch = asyncio.create_task(lateness(late))
    times: list[float] = []
    async with HelperProcess() as helper:
        for _ in range(4):
            began = time.perf_counter()
            await helper.chart(request)
            times.append(time.perf_counter() - began)
        memory = await asyncio.to_thread(peak_mib, helper.pid)
    watch.cancel()
    return Cost(times[0], statistics.median(times[1:]), memory, max(late))


async def idle_lag() -> float:
    """How late the loop is with nothing to do: what the machine itself adds."""
    late: list[float] = []
    watch = asyncio.create_task(lateness(late))
    await asyncio.sleep(2)
    watch.cancel()
    return max(late)


def peer(steps: int) -> Cost:
    """Plain matplotlib, every point, in a fresh process."""
    done = subprocess.run([sys.executable, "-c", PEER, str(steps)], capture_output=True, check=True)
    cold, warm, memory = json.loads(done.stdout)
    return Cost(cold, warm, memory, 0.0)


def median(costs: list[Cost]) -> Cost:
    """Of each figure; of the lateness the worst."""
    cold, warm, memory = (
        statistics.median(getattr(one, name) for one in costs) for name in ("cold", "warm", "memory")
    )
    return Cost(cold, warm, memory, max(one.lag for one in costs))


async def main() -> None:
    """Measure and print."""
    print(f"loop late by at most {await idle_lag():.1f} ms with nothing to do")
    for steps in STEPS:
        request = ChartRequest(title=f"{steps:,} steps", series=curves(steps))
        mine: list[Cost] = []
        theirs: list[Cost] = []
        for _ in range(ROUNDS):
            mine.append(await ours(request))
            theirs.append(await asyncio.to_thread(peer, steps))
        we, they = median(mine), median(theirs)
        print(f"{steps:>9,} steps   first     later     memory    loop late by at most")
        print(f"  helper        {we.cold:6.2f} s  {we.warm:6.2f} s  {we.memory:4.0f} MiB  {we.lag:5.1f} ms")
        print(f"  plain         {they.cold:6.2f} s  {they.warm:6.2f} s  {they.memory:4.0f} MiB")
        cold, warm, memory = they.cold / we.cold, they.warm / we.warm, they.memory / we.memory
        print(f"  plain/helper  {cold:6.2f}    {warm:6.2f}    {memory:4.2f}")


if __name__ == "__main__":
    asyncio.run(main())
