"""How many interleavings the approval machine was tried with: `python -m benchmarks.interleavings [runs]`.

The machine of `tests/approvals/machine_of.py`: people, time, freezes and crashes in any order, over the real functions.
It stops at the first order in which something is rolled out without its approval, decided twice, or stuck.
"""

import sys
import time

from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.approvals.machine_of import Approvals

RUNS, STEPS = 500, 60
COUNTED = ("runs", "steps", "rounds")


def main() -> None:
    """Run it, and print what was tried."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else RUNS
    started = time.monotonic()
    run_state_machine_as_test(
        Approvals,
        settings=settings(
            max_examples=runs,
            stateful_step_count=STEPS,
            deadline=None,
            database=None,
            phases=(Phase.generate, Phase.shrink),
            suppress_health_check=list(HealthCheck),
        ),
    )
    tried = Approvals.tally
    ends = {name: number for name, number in sorted(tried.items()) if name not in COUNTED}
    print(
        f"{tried['runs']:,} interleavings, {tried['steps']:,} steps, {tried['rounds']:,} rounds of requests"
    )
    print("ends: " + ", ".join(f"{number:,} {name}" for name, number in ends.items()))
    print(f"in {time.monotonic() - started:.0f} s, nothing wrong found")


if __name__ == "__main__":
    main()
