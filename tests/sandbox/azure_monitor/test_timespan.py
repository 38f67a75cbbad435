"""Spans and buckets."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.azure_monitor.errors import MonitorError
from sandbox.azure_monitor.timespan import GRAINS, Span, duration, read_span

NOW = datetime(2026, 11, 22, 15, 4, 5, 678, tzinfo=UTC)
MOMENTS = st.integers(0, 80 * 86_400).map(lambda seconds: NOW - timedelta(seconds=seconds))


def span(timespan: str | None, interval: str | None = None, *, adjust: bool = False) -> Span:
    return read_span(timespan, interval, NOW, adjust=adjust)


def test_what_is_taken_when_nothing_is_said() -> None:
    found = span(None)
    assert found.text == "2026-11-22T14:04:00Z/2026-11-22T15:04:05Z"
    assert (found.interval, len(list(found.buckets()))) == ("PT1M", 61)


def test_buckets_are_counted_from_the_start_of_the_span() -> None:
    found = span("2026-11-06T13:37:21.5Z/2026-11-08T20:00:00+01:00", "P1D")
    assert [f"{at:%d %H:%M}" for at in found.buckets()] == ["06 13:37", "07 13:37", "08 13:37"]
    assert found.end == datetime(2026, 11, 8, 19, tzinfo=UTC)


def test_full_is_one_bucket_named_by_its_length() -> None:
    found = span("2026-11-06T00:00:00Z/2026-11-22T04:30:00Z", "full")
    assert (found.interval, len(list(found.buckets()))) == ("P16DT4H30M", 1)


def test_the_closest_grain() -> None:
    day = "2026-11-06T00:00:00Z/2026-11-07T00:00:00Z"
    for sent, expected in (("PT2M", "PT1M"), ("PT4H", "PT6H"), ("P7D", "P1D"), ("PT20M", "PT15M")):
        assert span(day, sent, adjust=True).interval == expected
        with pytest.raises(MonitorError, match="time grain"):
            span(day, sent)
    with pytest.raises(MonitorError):
        span(day, "daily", adjust=True)


@pytest.mark.parametrize(
    "timespan",
    [
        "",
        "P1D",
        "2026-11-06T00:00:00Z",
        "2026-11-06/",
        "2026-11-07T00:00:00Z/2026-11-06T00:00:00Z",
        "2026-11-07T00:00:00Z/2026-11-07T00:00:00Z",
        "2026-11-06T00:00:00 00:00/2026-11-07T00:00:00 00:00",
    ],
)
def test_spans_that_are_none(timespan: str) -> None:
    with pytest.raises(MonitorError):
        span(timespan)


@given(MOMENTS, st.timedeltas(timedelta(seconds=1), timedelta(days=3)), st.sampled_from(sorted(GRAINS)))
def test_every_moment_has_one_bucket(start: datetime, length: timedelta, grain: str) -> None:
    found = span(f"{start.isoformat()}/{(start + length).isoformat()}", grain)
    buckets = list(found.buckets())
    assert buckets[0] == found.start <= start
    for moment in (found.start, start, start + length / 2, start + length - timedelta.resolution):
        number = found.bucket_of(moment)
        assert buckets[number] <= moment < buckets[number] + found.grain


@given(st.timedeltas(timedelta(minutes=1), timedelta(days=93)))
def test_lengths_are_iso_8601(length: timedelta) -> None:
    text = duration(length)
    days, _, time = text.removeprefix("P").partition("T")
    hours, _, minutes = time.rpartition("H")
    total = timedelta(
        days=int(days.removesuffix("D") or 0),
        hours=int(hours or 0),
        minutes=int(minutes.removesuffix("M") or 0),
    )
    assert timedelta() <= length - total < timedelta(minutes=1)
