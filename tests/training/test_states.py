"""What an observation changes."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.facts.jobs import ENDED
from bot.training.states import SLOWEST_ANSWER, advance
from providers.base import TERMINAL, Failure
from tests.training.jobs_of import NOW, job, remote

OURS = [
    "waiting",
    "submitting",
    "uncertain",
    "refused",
    "pending",
    "running",
    "pausing",
    "paused",
    "resuming",
]
THEIRS = ["pending", "running", "pausing", "paused", "resuming", "succeeded", "failed", "cancelled"]
SECONDS = st.integers(-10_000, 10_000)


@given(state=st.sampled_from(sorted(ENDED)), seen=st.sampled_from(THEIRS), seconds=SECONDS)
def test_what_ended_stays_ended(state: str, seen: str, seconds: int) -> None:
    step = advance(job(state=state), remote(state=seen), asked_at=NOW + timedelta(seconds=seconds))
    assert (step.values, step.moved, step.ended) == ({}, None, False)


@given(seen=st.sampled_from(THEIRS), age=st.integers(1, int(SLOWEST_ANSWER.total_seconds())))
def test_what_was_asked_before_the_last_change_changes_nothing(seen: str, age: int) -> None:
    stale = NOW - timedelta(seconds=age)
    told = remote(state=seen, raw_state=seen, estimated_finish=NOW, result_model="x", trained_tokens=5)
    assert advance(job(), told, asked_at=stale).values == {}


def test_a_clock_that_was_set_back_does_not_stop_a_job() -> None:
    long_before = NOW - SLOWEST_ANSWER - timedelta(seconds=1)
    assert advance(job(), remote(state="succeeded"), asked_at=long_before).ended


@given(state=st.sampled_from(OURS[4:]), seen=st.sampled_from(THEIRS), seconds=st.integers(0, 10_000))
def test_a_fresh_observation_is_what_is_known_then(state: str, seen: str, seconds: int) -> None:
    at = NOW + timedelta(seconds=seconds)
    step = advance(job(state=state), remote(state=seen, raw_state=seen), asked_at=at)
    assert step.moved == (None if state == seen else (state, seen))
    assert step.ended == (seen in TERMINAL)
    if seen != state:
        assert (step.values["state"], step.values["state_at"]) == (seen, at)


@given(
    seen=st.sampled_from(THEIRS), values=st.fixed_dictionaries({"estimated_finish": st.none() | st.just(NOW)})
)
def test_the_same_observation_twice_changes_nothing_the_second_time(
    seen: str, values: dict[str, Any]
) -> None:
    told = remote(state=seen, raw_state=seen, hyperparameters={"n_epochs": 3}, **values)
    first = advance(job(), told, asked_at=NOW)
    known = replace(job(), **first.values)
    again = advance(known, told, asked_at=NOW + timedelta(seconds=1))
    assert again.moved is None
    assert again.values == {}


def test_an_unknown_word_counts_as_running_and_is_kept() -> None:
    step = advance(job(), remote(raw_state="defragmenting"), asked_at=NOW)
    assert (step.values["raw_state"], step.moved) == ("defragmenting", None)


def test_the_end_keeps_the_reason_as_it_was_first_seen() -> None:
    failure = Failure(code="contentFilter", message="hate: high", param="")
    step = advance(job(), remote(state="failed", failure=failure, finished_at=NOW), asked_at=NOW)
    assert step.values["failure"] == {"code": "contentFilter", "message": "hate: high", "param": ""}
    assert step.values["finished_at"] == NOW
    later = replace(job(), **step.values)
    assert (
        advance(later, remote(state="failed", failure=None), asked_at=NOW + timedelta(hours=2)).values == {}
    )


@pytest.mark.parametrize("state", sorted(TERMINAL))
def test_an_ended_job_has_no_estimate(state: str) -> None:
    known = job(eta=NOW + timedelta(hours=1))
    assert advance(known, remote(state=state, estimated_finish=NOW), asked_at=NOW).values["eta"] is None
