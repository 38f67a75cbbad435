"""Calls by the hour out of Azure Monitor: against the stand-in, and what it never says."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.azure_openai.usage import TOP, count
from providers.errors import ProviderError, Refused, Unauthorised
from sandbox.azure_control.deployments import CallRecord
from tests.providers.azure_openai.hosts import Hosts, deployed, hosts, wanted

__all__ = ["hosts"]

NOW = datetime(2026, 11, 22, 12, 40, tzinfo=UTC)
NO_METRIC = {
    "code": "BadRequest",
    "message": "Failed to find metric configuration for provider: Microsoft.CognitiveServices, resource Type: "
    "accounts, metric: AzureOpenAIRequests, Valid metrics: Latency",
}


async def test_calls_in_their_hours(hosts: Hosts) -> None:
    hosting = hosts.hosting()
    for number, name in enumerate(("called", "silent", "refused"), start=1):
        await deployed(hosting, wanted(hosts.tuned(number), name, capacity=1))
    now = datetime.now(UTC)
    _record(hosts, "called", now - timedelta(days=20), now - timedelta(days=9), now - timedelta(days=2))
    _record(hosts, "refused", now - timedelta(hours=2), status=429)
    usage = await hosting.usage(now - timedelta(days=16))
    assert dict(usage.uses) == {
        "called": type(usage.uses["called"])(last=_hour(now - timedelta(days=2)), calls=2, last_day=0)
    }, "silent ones have no series, and what is refused is no use"
    assert usage.since == _hour(now - timedelta(days=16))
    assert usage.bucket == timedelta(hours=1)
    _record(hosts, "called", now - timedelta(hours=3), now - timedelta(hours=2))
    usage = await hosting.usage(now - timedelta(days=16))
    assert (usage.uses["called"].calls, usage.uses["called"].last_day) == (4, 2)
    assert _questions(hosts) == 2, "one request each"


async def test_more_deployments_than_the_default_number_of_series(hosts: Hosts) -> None:
    hosting = hosts.hosting()
    now = datetime.now(UTC)
    for number in range(1, 11):
        await deployed(hosting, wanted(hosts.tuned(number), f"d{number}", capacity=1))
        _record(hosts, f"d{number}", now - timedelta(hours=5))
        _record(hosts, f"d{number}", now - timedelta(hours=4), status=429)
    assert len((await hosting.usage(now - timedelta(days=1))).uses) == 10


async def test_missing_role(hosts: Hosts) -> None:
    hosting = hosts.hosting()
    hosts.switch(metric_rights=False)
    with pytest.raises(Unauthorised) as told:
        await hosting.usage(NOW)
    assert (told.value.code, told.value.params["role"]) == ("role_missing", "Monitoring Reader")
    assert told.value.params["action"] == "Microsoft.Insights/metrics/read"


async def test_start_before_what_is_kept_is_moved(hosts: Hosts) -> None:
    usage = await hosts.hosting().usage(datetime.now(UTC) - timedelta(days=400))
    assert timedelta(days=91) < datetime.now(UTC) - usage.since < timedelta(days=93)


async def test_start_in_the_future_is_now(hosts: Hosts) -> None:
    usage = await hosts.hosting().usage(datetime.now(UTC) + timedelta(days=1))
    assert usage.since <= datetime.now(UTC)


async def test_account_without_the_split_or_the_metric_uses_what_it_has(hosts: Hosts) -> None:
    """Remembered: the question that was refused is not asked again."""
    hosting = hosts.hosting()
    await deployed(hosting, wanted(hosts.tuned(), capacity=1))
    now = datetime.now(UTC)
    _record(hosts, "support-v12", now - timedelta(hours=5), status=429)
    dimension = {
        "code": "BadRequest",
        "message": "Metric: AzureOpenAIRequests does not support dimension: StatusCode.",
    }
    hosts.azure.fail("status", "GET", "/metrics", status=400, body=dimension, times=1)
    assert (await hosting.usage(now - timedelta(days=1))).uses["support-v12"].calls == 1, (
        "then all calls count"
    )
    assert (await hosting.usage(now - timedelta(days=1))).known
    assert _questions(hosts) == 3
    hosts.azure.fail("status", "GET", "/metrics", status=400, body=NO_METRIC, times=1)
    assert (await hosting.usage(now - timedelta(days=1))).uses["support-v12"].calls == 1
    assert (await hosting.usage(now - timedelta(days=1))).known
    assert _questions(hosts) == 6


async def test_account_without_any_metric_is_told_as_not_known(hosts: Hosts) -> None:
    hosting = hosts.hosting()
    hosts.azure.fail("status", "GET", "/metrics", status=400, body=NO_METRIC, times=0)
    for _ in range(3):
        usage = await hosting.usage(NOW)
        assert (usage.known, len(usage.uses)) == (False, 0)
    assert _questions(hosts) == 3, "and not asked at every look"


async def test_other_refusals_are_not_taken_for_a_missing_metric(hosts: Hosts) -> None:
    hosting = hosts.hosting()
    body = {"code": "BadRequest", "message": "Detected invalid time interval input."}
    hosts.azure.fail("status", "GET", "/metrics", status=400, body=body, times=1)
    with pytest.raises(Refused) as told:
        await hosting.usage(NOW)
    assert (told.value.code, told.value.answer.message) == ("request_refused", body["message"])
    assert (await hosting.usage(NOW)).known


def test_error_inside_200_is_an_error() -> None:
    inside = {
        "timeseries": [],
        "errorCode": "InvalidSamplingType",
        "errorMessage": "Sampling type is not found.",
    }
    error = _unreadable({"value": [inside]})
    assert (error.params["reason"], error.answer.code) == ("error", "InvalidSamplingType")
    assert error.answer.message == "Sampling type is not found."


def test_as_many_series_as_asked_for_may_be_too_few() -> None:
    metric = {"errorCode": "Success", "timeseries": [_series(f"d{number}") for number in range(TOP)]}
    assert _unreadable({"value": [metric]}).params["reason"] == "truncated"


@pytest.mark.parametrize("answer", [None, [], {}, {"value": None}, {"value": []}, {"value": [{}, {}]}])
def test_what_is_no_answer(answer: Any) -> None:
    assert _unreadable(answer).params["reason"] == "shape"


def test_dimensions_and_points_in_every_spelling() -> None:
    points = [
        {"timeStamp": "2026-11-20T10:00:00Z", "total": 2},
        {"timeStamp": "2026-11-20T11:00:00Z"},
        {"timeStamp": "2026-11-20T12:00:00Z", "total": None},
        {"timeStamp": "2026-11-20T13:00:00+00:00", "total": 0.0},
        {"timeStamp": "nonsense", "total": 5},
        {"total": 5},
        "odd",
    ]
    series = [
        _series("My-FT", "200", points),
        _series("my-ft", "201", [{"timeStamp": "2026-11-20T10:00:00.0000000Z", "total": 1.0}]),
        _series("my-ft", "429", [{"timeStamp": "2026-11-22T10:00:00Z", "total": 9.0}]),
        _series("quiet", "200", []),
        _series("", "200", points),
        {"metadatavalues": None, "data": points},
        None,
    ]
    uses = count({"value": [{"timeseries": series}]}, NOW, by_status=True)
    assert list(uses) == ["My-FT"]
    use = uses["MY-ft"]
    assert (use.calls, use.last_day) == (3, 0)
    assert use.last == datetime(2026, 11, 20, 10, tzinfo=UTC)
    assert "quiet" not in uses


@given(
    st.dictionaries(
        st.tuples(st.sampled_from(["a", "B", "c"]), st.sampled_from(["200", "204", "404", "429", "500"])),
        st.lists(st.tuples(st.integers(0, 400), st.one_of(st.none(), st.integers(0, 9))), max_size=8),
        max_size=10,
    )
)
def test_counts_are_the_sums_of_answered_calls(
    traffic: dict[tuple[str, str], list[tuple[int, int | None]]],
) -> None:
    hour = NOW.replace(minute=0)
    timeseries = [
        _series(name, status, [_point(hour - timedelta(hours=ago), total) for ago, total in points])
        for (name, status), points in traffic.items()
    ]
    uses = count({"value": [{"timeseries": timeseries, "errorCode": "Success"}]}, NOW, by_status=True)
    for name in ("a", "B", "c"):
        calls = [
            (ago, total)
            for (one, status), points in traffic.items()
            for ago, total in points
            if one == name and status.startswith("2") and total
        ]
        assert (name in uses) == bool(calls)
        if calls:
            assert uses[name].calls == sum(total for _, total in calls)
            assert uses[name].last == hour - timedelta(hours=min(ago for ago, _ in calls))
            assert uses[name].last_day == sum(total for ago, total in calls if ago <= 24)


def _record(hosts: Hosts, name: str, *at: datetime, status: int = 200) -> None:
    found = hosts.azure.service.control.deployments.get("prod-swc", name)
    assert found is not None
    found.created_at = min(found.created_at, *at)
    found.calls += [CallRecord(moment, status, 1, 1) for moment in at]


def _questions(hosts: Hosts) -> int:
    return hosts.asked("GET", "/providers/Microsoft.Insights/metrics")


def _hour(at: datetime) -> datetime:
    return at.replace(minute=0, second=0, microsecond=0)


def _unreadable(answer: Any) -> ProviderError:
    with pytest.raises(Refused) as told:
        count(answer, NOW, by_status=True)
    assert told.value.code == "usage_unreadable"
    return told.value


def _series(name: str, status: str = "200", points: Any = ()) -> dict[str, Any]:
    named = {"modeldeploymentname": name, "statuscode": status}
    return {
        "metadatavalues": [
            {"name": {"value": key, "localizedValue": key}, "value": value} for key, value in named.items()
        ],
        "data": list(points),
    }


def _point(at: datetime, total: int | None) -> dict[str, Any]:
    stamp = {"timeStamp": at.strftime("%Y-%m-%dT%H:%M:%SZ")}
    return stamp if total is None else {**stamp, "total": float(total)}
