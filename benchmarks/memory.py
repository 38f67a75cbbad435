"""How much memory a program and all its processes take together, sampled while it runs."""

import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

EVERY = 0.04
"""Seconds between two looks. A peak that is shorter is missed."""


class Ran(NamedTuple):
    """What a program printed, how it ended, and the most that its processes took together, in KiB."""

    status: int
    out: str
    err: str
    peak: int


def run(argv: Sequence[str], environment: Mapping[str, str] | None = None) -> Ran:
    """Run a program to its end.

    Memory is the proportional set size of all its processes: a page that several share counts once.
    """
    process = subprocess.Popen(
        argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    )
    over, peak = threading.Event(), [0]

    def look() -> None:
        while not over.wait(EVERY):
            peak[0] = max(peak[0], sum(_taken(one) for one in _tree(process.pid)))

    watching = threading.Thread(target=look)
    watching.start()
    out, err = process.communicate()
    over.set()
    watching.join()
    return Ran(process.returncode, out, err, peak[0])


def idle() -> int:
    """KiB of an interpreter that does nothing."""
    return run([sys.executable, "-c", "import time; time.sleep(0.3)"]).peak


def _tree(pid: int) -> list[int]:
    """A process and all below it."""
    found = [pid]
    for one in found:
        for task in Path(f"/proc/{one}/task").glob("*/children"):
            try:
                found += map(int, task.read_text(encoding="ascii").split())
            except OSError:
                continue  # it has ended
    return found


def _taken(pid: int) -> int:
    try:
        told = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in told.splitlines() if line.startswith("Pss:")), 0)
