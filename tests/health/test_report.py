"""What is told of the program's health, for whatever was seen."""

import json

from hypothesis import given
from hypothesis import strategies as st

from bot.health.report import STILL, alive, ready

ages = st.dictionaries(
    st.sampled_from(("worker", "outbox", "painter", "schedule")), st.floats(0.0, 1e6, allow_nan=False)
)


@given(ages)
def test_exactly_the_loops_that_stand_still_are_failing(seen: dict[str, float]) -> None:
    told = alive(seen)
    assert set(told.failing) == {loop for loop, age in seen.items() if age >= STILL}
    assert told.ok == (not told.failing)
    assert set(told.parts) == set(seen)


@given(st.booleans(), st.booleans(), st.booleans())
def test_it_is_ready_when_every_part_is_and_says_which_is_not(
    working: bool, slack: bool, store: bool
) -> None:
    told = ready(working=working, slack=slack, store=store)
    seen = {"program": working, "slack": slack, "store": store}
    assert told.failing == tuple(sorted(name for name, ok in seen.items() if not ok))
    assert told.ok == (working and slack and store)


@given(ages)
def test_what_is_told_is_json_and_agrees_with_itself(seen: dict[str, float]) -> None:
    told = json.loads(json.dumps(alive(seen).as_json()))
    assert told["failing"] == [name for name, part in told["parts"].items() if not part["ok"]]
    assert told["ok"] == (told["failing"] == [])
    assert all(abs(part["seconds"] - seen[name]) <= 0.06 for name, part in told["parts"].items())
