"""Any interleaving of votes, changes, time, double clicks, restarts, freezes and broken glass, by any people."""

from hypothesis import seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.approvals.machine_of import Approvals

RUNS, STEPS = 40, 40
BATCHES = 6
"""Forty runs reach every end nearly always; a seldom one is given more of them.

Each batch has its own seed: where Hypothesis repeats itself (CI), a second batch would be the first once more.
"""
ENDS = {"approved", "approved by rule", "approved by glass", "rejected", "expired", "withdrawn"}


def test_any_interleaving() -> None:
    """`benchmarks/interleavings.py` runs the same machine longer, and states how much was tried."""
    before = tried = Approvals.tally.copy()
    for batch in range(BATCHES):
        machine = seed(batch)(type(f"Approvals{batch}", (Approvals,), {}))
        run_state_machine_as_test(machine, settings=settings(max_examples=RUNS, stateful_step_count=STEPS))
        tried = Approvals.tally - before
        if set(tried) >= ENDS:
            break
    assert tried["runs"] >= RUNS
    assert tried["steps"] > RUNS * STEPS / 2
    assert set(tried) >= ENDS, "some end was never reached: the machine tries too little"
