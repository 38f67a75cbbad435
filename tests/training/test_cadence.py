"""When the next look is due."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.store.jobs import AT_SERVICE, Job
from bot.training.cadence import IDLE_FACTOR, job_interval, next_look
from tests.training.jobs_of import NOW, job

NEAR, FAR = 30.0, 300.0
JOBS = st.builds(
    lambda state, age, eta: job(
        state=state,
        state_at=NOW - timedelta(seconds=age),
        eta=None if eta is None else NOW + timedelta(seconds=eta),
    ),
    st.sampled_from(AT_SERVICE),
    st.integers(-60, 10**6),
    st.none() | st.integers(-(10**5), 10**6),
)
JITTER = st.floats(0, 1)


def seconds(*jobs: Job, jitter: float = 0.5) -> float:
    return (next_look(jobs, NOW, near=NEAR, far=FAR, jitter=jitter) - NOW).total_seconds()


@given(one=JOBS)
def test_a_look_is_never_sooner_than_near_nor_later_than_far(one: Job) -> None:
    assert NEAR <= job_interval(one, NOW, NEAR, FAR) <= FAR


@given(jobs=st.lists(JOBS, max_size=8), jitter=JITTER)
def test_jitter_spreads_over_a_fifth(jobs: list[Job], jitter: float) -> None:
    exact = seconds(*jobs)
    assert 0.9 * exact - 1e-3 <= seconds(*jobs, jitter=jitter) <= 1.1 * exact + 1e-3
    assert 0.9 * NEAR - 1e-3 <= seconds(*jobs, jitter=jitter) <= 1.1 * FAR * IDLE_FACTOR + 1e-3


@given(age=st.integers(0, 10**6), number=st.integers(1, 50))
def test_more_waiting_jobs_are_no_more_looks(age: int, number: int) -> None:
    waiting = job(state="pending", state_at=NOW - timedelta(seconds=age))
    assert seconds(*[waiting] * number) == seconds(waiting)


def test_near_a_transition_looks_come_close_and_else_far() -> None:
    young, old = NOW - timedelta(minutes=1), NOW - timedelta(hours=5)
    assert seconds(job(state="pending", state_at=young)) == NEAR
    assert seconds(job(state="pending", state_at=old)) == FAR
    assert seconds(job(state="pausing", state_at=old)) == NEAR
    assert seconds(job(state="paused", state_at=old)) == FAR
    assert seconds(job(state="running", state_at=old, eta=NOW + timedelta(seconds=60))) == NEAR
    assert seconds(job(state="running", state_at=old, eta=NOW + timedelta(days=2))) == FAR
    assert seconds() == FAR * IDLE_FACTOR
