"""How long `tunesmith --help` takes, against a bare Python in the same run: `python -m benchmarks.startup`.

Fresh processes, in turns, so that a change of the machine's mood hits both; the median of five of each.
"""

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence

ROUNDS = 5
BARE: tuple[str, ...] = (sys.executable, "-c", "pass")
HELP: tuple[str, ...] = (sys.executable, "-m", "bot.cli", "--help")


def seconds(argv: Sequence[str]) -> float:
    """Wall time of one process, from its start to its end."""
    began = time.perf_counter()
    subprocess.run(argv, stdout=subprocess.DEVNULL, check=True, env=os.environ)
    return time.perf_counter() - began


def main() -> None:
    """Print both medians and their ratio."""
    for argv in (BARE, HELP):
        seconds(argv)  # the first run fills the disk's and Python's caches
    times: dict[tuple[str, ...], list[float]] = {BARE: [], HELP: []}
    for _ in range(ROUNDS):
        for argv, taken in times.items():
            taken.append(seconds(argv))
    bare, shown = statistics.median(times[BARE]), statistics.median(times[HELP])
    print(
        f"tunesmith --help: {shown * 1000:.0f} ms, bare python: {bare * 1000:.0f} ms, ratio {shown / bare:.1f}"
    )


if __name__ == "__main__":
    main()
