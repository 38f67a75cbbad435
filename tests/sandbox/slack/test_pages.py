"""Pages of history: nothing twice, nothing left out, whatever the bounds."""

from hypothesis import given
from hypothesis import strategies as st

from sandbox.clock import SystemClock
from sandbox.slack.ids import Timestamps
from sandbox.slack.messages import Messages, page
from tests.sandbox.slack.conftest import ManualClock


def ts(number: int) -> str:
    return f"1795348800.{number:06d}"


@given(
    count=st.integers(0, 30),
    limit=st.integers(1, 12),
    low=st.none() | st.integers(0, 30),
    high=st.none() | st.integers(0, 30),
    inclusive=st.booleans(),
)
def test_the_pages_together_are_the_messages_between_the_bounds(
    count: int, limit: int, low: int | None, high: int | None, inclusive: bool
) -> None:
    messages = [{"ts": ts(number)} for number in reversed(range(count))]
    seen, offset = [], 0
    while True:
        shown, following = page(
            messages,
            oldest=None if low is None else ts(low),
            latest=None if high is None else ts(high),
            inclusive=inclusive,
            limit=limit,
            offset=offset,
        )
        seen += shown
        if following is None:
            break
        assert len(shown) == limit
        offset = following
    lowest = -1 if low is None else low - inclusive
    highest = count if high is None else high + inclusive
    crossed = low is not None and high is not None and low > high
    wanted = [number for number in reversed(range(count)) if lowest < number < highest and not crossed]
    assert seen == [{"ts": ts(number)} for number in wanted]


def test_timestamps_grow_even_when_the_clock_stands_still() -> None:
    frozen = Timestamps(ManualClock())
    made = [frozen.next() for _ in range(100)]
    assert made == sorted(set(made), key=float)
    assert abs(float(Timestamps(SystemClock()).next()) - SystemClock().now().timestamp()) < 5


@given(st.lists(st.tuples(st.integers(0, 9), st.booleans()), max_size=40))
def test_parents_count_the_replies_that_are_there(steps: list[tuple[int, bool]]) -> None:
    messages, there = Messages(), set[int]()
    messages.add("C1", {"ts": ts(0), "user": "U1"})
    for number, adds in steps:
        reply = number + 1
        if adds and reply not in there:
            messages.add("C1", {"ts": ts(reply), "thread_ts": ts(0), "user": f"U{reply}"})
            there.add(reply)
        elif not adds and reply in there:
            messages.remove("C1", ts(reply))
            there.discard(reply)
    parent = messages.get("C1", ts(0))
    assert parent is not None
    assert parent.get("reply_count", 0) == len(there)
    assert parent.get("reply_users_count", 0) == len(there)
    assert [item["ts"] for item in messages.history("C1")] == [ts(0)]
