"""Retry-After in its three forms, and backoff."""

import math
from datetime import timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.retry import RetryPolicy, http_date, retry_after
from tests.providers.helpers import StandingClock

CLOCK = StandingClock()


def at(seconds: float) -> str:
    return format_datetime(CLOCK.now() + timedelta(seconds=seconds), usegmt=True)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "7"}, 7.0),
        ({"retry-after": " 7 "}, 7.0),
        ({"retry-after": "0.5"}, 0.5),
        ({"retry-after": "-3"}, 0.0),
        ({"retry-after-ms": "1200"}, 1.2),
        ({"retry-after-ms": "1200", "retry-after": "9"}, 1.2),
        ({"retry-after-ms": "soon", "retry-after": "9"}, 9.0),
        ({"retry-after": at(30)}, 30.0),
        ({"retry-after": at(-30)}, 0.0),
        ({"retry-after": at(3630), "date": at(3600)}, 30.0),
        ({"retry-after": "when it suits"}, None),
        ({"retry-after": "inf"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "1e999"}, None),
        ({"retry-after": ""}, None),
    ],
)
def test_what_the_service_asks(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after(headers, CLOCK) == seconds


@given(st.dictionaries(st.sampled_from(["retry-after", "retry-after-ms", "date"]), st.text()))
def test_any_header_gives_a_sane_number_or_none(headers: dict[str, str]) -> None:
    wait = retry_after(headers, CLOCK)
    assert wait is None or (wait >= 0 and math.isfinite(wait))


@given(st.text())
def test_any_text_is_a_date_or_none(text: str) -> None:
    read = http_date(text)
    assert read is None or read.tzinfo is not None


@given(st.integers(1, 60), st.floats(0, 1, exclude_max=True))
def test_backoff_grows_to_its_ceiling_and_jitters_downwards(failures: int, luck: float) -> None:
    policy = RetryPolicy()
    wait = policy.backoff(failures, lambda: luck)
    full = min(policy.ceiling, policy.base * 2.0 ** (failures - 1))
    assert full * 0.75 <= wait <= full
