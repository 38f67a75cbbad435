"""How much a deployment may be called in a minute."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from sandbox.azure_calls.throttle import TOKENS_PER_UNIT, WINDOW, room
from sandbox.azure_control.deployments import CallRecord
from tests.sandbox.azure_calls.records import called

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def test_one_unit_is_one_request_a_minute() -> None:
    assert room([], 1, 50, NOON).blocked_by is None
    later = room([called(NOON)], 1, 50, NOON + timedelta(seconds=20))
    assert (later.blocked_by, later.wait) == ("call", timedelta(seconds=40))
    assert room([called(NOON)], 1, 50, NOON + WINDOW).blocked_by is None


def test_tokens_run_out_before_requests() -> None:
    calls = [called(NOON, prompt=1_500, generated=400)]
    found = room(calls, 2, 200, NOON + timedelta(seconds=10))
    assert (found.blocked_by, found.wait) == ("token", timedelta(seconds=50))
    assert found.headers()["x-ratelimit-remaining-tokens"] == "100"
    assert room(calls, 2, 100, NOON + timedelta(seconds=10)).blocked_by is None
    assert room([], 2, 2_001, NOON).wait == WINDOW, "never fits"


@given(
    st.lists(st.tuples(st.floats(0, 90), st.integers(0, 900)), max_size=60),
    st.integers(1, 6),
)
def test_no_minute_has_more_than_the_capacity(attempts: list[tuple[float, int]], capacity: int) -> None:
    taken, refused = list[CallRecord](), list[CallRecord]()
    for seconds, tokens in sorted(attempts):
        now = NOON + timedelta(seconds=seconds)
        found = room([*taken, *refused], capacity, tokens, now)
        if found.blocked_by is None:
            taken.append(called(now, prompt=tokens, generated=0))
            continue
        refused.append(called(now, status=429, prompt=0, generated=0))
        assert timedelta() < found.wait <= WINDOW
        free = room([*taken, *refused], capacity, min(tokens, capacity * TOKENS_PER_UNIT), now + found.wait)
        assert free.blocked_by is None, "who waits as told gets in"
    for call in taken:
        minute = [one for one in taken if call.at <= one.at < call.at + WINDOW]
        assert len(minute) <= capacity
        assert sum(one.prompt_tokens for one in minute) <= capacity * TOKENS_PER_UNIT
