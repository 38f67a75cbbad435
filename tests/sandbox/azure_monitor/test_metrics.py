"""Metrics over HTTP: what is shown, what is left out, and what is refused."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.sandbox.azure_calls.records import called
from tests.sandbox.azure_monitor.stand import ACCOUNT, Monitored, arm_token, monitored, total

TUNED = {"tuned": True, "days": 14}


@pytest.fixture
async def monitor() -> AsyncIterator[Monitored]:
    async with monitored() as started:
        yield started


def _called(monitor: Monitored, **span: float) -> Any:
    return called(monitor.now - timedelta(**span))


async def test_calls_by_deployment_and_day(monitor: Monitored) -> None:
    monitor.has("busy", _called(monitor, days=9.5), *(_called(monitor, days=1.5) for _ in range(3)), **TUNED)
    monitor.has("silent", **TUNED)
    monitor.has("elsewhere", _called(monitor, days=1), resource="dev-eus2", **TUNED)
    span = monitor.last(days=12)
    body = (await monitor.ask(timespan=span, top="100")).json()
    first, _, last = span.partition("/")
    start = datetime.fromisoformat(first).replace(second=0)
    assert body["timespan"] == f"{start:%Y-%m-%dT%H:%M:%SZ}/{last}", "whole minutes"
    assert (body["interval"], body["resourceregion"]) == ("P1D", "swedencentral")
    assert body["namespace"] == "Microsoft.CognitiveServices/accounts"
    metric = body["value"][0]
    assert metric["id"] == f"{ACCOUNT}/providers/Microsoft.Insights/metrics/AzureOpenAIRequests"
    assert (metric["unit"], metric["errorCode"]) == ("Count", "Success")
    assert len(metric["timeseries"]) == 1, "no calls, no series"
    series = metric["timeseries"][0]
    lower = "modeldeploymentname"
    assert series["metadatavalues"] == [{"name": {"value": lower, "localizedValue": lower}, "value": "busy"}]
    totals = [point.get("total") for point in series["data"]]
    # The span begins with a whole minute: what that adds at its end is a bucket of some seconds.
    assert totals[:12] == [0, 0, 1, None, None, None, None, None, None, None, 3, None]
    stamps = [datetime.fromisoformat(point["timeStamp"]) for point in series["data"]][:12]
    assert stamps == [start + timedelta(days=day) for day in range(12)], (
        "aligned to the span, not to midnight"
    )


async def test_a_call_is_shown_some_time_later(monitor: Monitored) -> None:
    monitor.stand.service.configure({"metric_lag_seconds": 180})
    monitor.has("busy", called(monitor.now), **TUNED)
    span = f"{monitor.now - timedelta(hours=1):%Y-%m-%dT%H:%M:%SZ}/2099-01-01T00:00:00Z"
    assert await monitor.series(timespan=span, interval="FULL") == {}
    monitor.stand.clock.by = timedelta(seconds=170)
    assert await monitor.series(timespan=span, interval="FULL") == {}
    monitor.stand.clock.by = timedelta(seconds=181)
    assert total((await monitor.series(timespan=span, interval="FULL"))["busy"]) == 1


async def test_series_beyond_ten_are_dropped_without_a_word(monitor: Monitored) -> None:
    for number in range(12):
        monitor.has(f"d{number}", *(_called(monitor, days=1) for _ in range(number + 1)))
    assert set(await monitor.series()) == {f"d{number}" for number in range(10)}
    assert len(await monitor.series(top="100")) == 12
    assert list(await monitor.series(top="2", orderby="sum desc")) == ["d11", "d10"]
    assert list(await monitor.series(top="2", orderby="total asc")) == ["d0", "d1"]


async def test_without_a_filter_there_is_one_series(monitor: Monitored) -> None:
    assert list(await monitor.series(filter=None)) == [""], "of nothing, if there is nothing"
    monitor.has("one", _called(monitor, days=1))
    monitor.has("two", _called(monitor, days=2))
    assert total((await monitor.series(filter=None, top="1"))[""]) == 2


async def test_filters_split_and_choose(monitor: Monitored) -> None:
    refused = called(monitor.now - timedelta(days=1), status=429)
    monitor.has("one", _called(monitor, days=1), refused)
    monitor.has("two", _called(monitor, days=2))

    async def counts(text: str, **more: str) -> dict[str, float]:
        return {name: total(points) for name, points in (await monitor.series(filter=text, **more)).items()}

    assert await counts("modeldeploymentname eq '*'") == {"one": 2, "two": 1}
    assert await counts("ModelDeploymentName eq 'ONE' or ModelDeploymentName eq 'none'") == {"one": 2}
    both = "ModelDeploymentName eq '*' and StatusCode eq '*'"
    assert await counts(both) == {"one,200": 1, "one,429": 1, "two,200": 1}
    assert await counts(both, rollupby="ModelDeploymentName") == {"200": 2, "429": 1}
    assert await counts("StatusCode eq '200' and ModelDeploymentName eq 'one'") == {"200,one": 1}
    assert await counts("Region eq '*'") == {"swedencentral": 3}


async def test_tokens_are_those_of_answered_calls(monitor: Monitored) -> None:
    at = monitor.now - timedelta(days=1)
    monitor.has("one", called(at, prompt=20, generated=7), called(at, status=429, prompt=0, generated=0))
    monitor.has("refused", called(at, status=429, prompt=0, generated=0))
    for name, expected in {
        "ProcessedPromptTokens": 20,
        "GeneratedTokens": 7,
        "TokenTransaction": 27,
        "InputTokens": 20,
        "OutputTokens": 7,
        "TotalTokens": 27,
    }.items():
        found = await monitor.series(metricnames=name)
        assert {key: total(points) for key, points in found.items()} == {"one": expected}
    assert {
        key: total(points) for key, points in (await monitor.series(metricnames="modelrequests")).items()
    } == {
        "one": 2,
        "refused": 1,
    }


async def test_what_is_gone_leaves_its_calls_behind(monitor: Monitored) -> None:
    first = monitor.has("support", _called(monitor, days=10), **TUNED)
    monitor.stand.service.control.deployments.remove(first)
    monitor.has("support", _called(monitor, days=1), tuned=True, days=2)
    assert total((await monitor.series())["support"]) == 2


async def test_metrics_are_kept_for_93_days(monitor: Monitored) -> None:
    monitor.has("old", _called(monitor, days=92), _called(monitor, days=94), days=100)
    assert total((await monitor.series(timespan=monitor.last(days=120)))["old"]) == 1


async def test_one_bucket_for_all_and_names_only(monitor: Monitored) -> None:
    monitor.has("busy", _called(monitor, hours=3), _called(monitor, hours=1))
    body = (await monitor.ask(timespan=monitor.last(hours=4), interval="FULL")).json()
    assert (body["interval"], len(body["value"][0]["timeseries"][0]["data"])) == ("PT4H", 1)
    names = (await monitor.ask(resultType="metadata")).json()
    assert "interval" not in names
    assert names["value"][0]["timeseries"][0].keys() == {"metadatavalues"}


async def test_an_aggregation_that_a_metric_lacks_is_told_inside(monitor: Monitored) -> None:
    monitor.has("busy", _called(monitor, hours=3))
    answer = await monitor.ask(
        aggregation="Total,Average", metricnames="AzureOpenAIRequests,TokenTransaction"
    )
    assert answer.status_code == 200
    for metric in answer.json()["value"]:
        assert (metric["errorCode"], metric["timeseries"]) == ("InvalidSamplingType", [])
        assert "NullableAverage" in metric["errorMessage"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"metricnames": "AzureOpenAIRequests,Sunshine"},
        {"metricnames": None},
        {"metricnamespace": "Microsoft.Storage/storageAccounts"},
        {"aggregation": "sum"},
        {"interval": "PT2M"},
        {"timespan": "yesterday"},
        {"filter": "ModelDeploymentName eq *"},
        {"filter": "Colour eq 'red'"},
        {"metricnames": "ModelRequests", "filter": "StatusCode eq '*'"},
        {"top": "0"},
        {"top": "ten"},
        {"orderby": "average desc"},
        {"resultType": "All"},
        {"ValidateDimensions": "maybe"},
    ],
    ids=str,
)
async def test_refusals_are_flat(monitor: Monitored, wrong: dict[str, Any]) -> None:
    answer = await monitor.ask(**wrong)
    assert answer.status_code == 400
    assert answer.json().keys() == {"code", "message"}


async def test_lenient_switches_of_the_query(monitor: Monitored) -> None:
    monitor.has("busy", _called(monitor, hours=3))
    ignored = {"filter": "Colour eq 'red' and ModelDeploymentName eq '*'", "ValidateDimensions": "false"}
    assert list(await monitor.series(**ignored)) == ["busy"]
    assert (await monitor.ask(interval="PT2H", AutoAdjustTimegrain="true")).json()["interval"] == "PT1H"


async def test_who_may_read(monitor: Monitored) -> None:
    service = monitor.stand.service
    data_plane = await arm_token(monitor.stand, "https://cognitiveservices.azure.com")
    refused = await monitor.ask(ACCOUNT, data_plane)
    assert refused.json()["error"]["code"] == "InvalidAuthenticationTokenAudience"
    service.configure({"arm_rights": "reader"})
    assert (await monitor.ask()).status_code == 200
    for switches in ({"metric_rights": False}, {"metric_rights": True, "arm_rights": "none"}):
        service.configure(switches)
        answer = await monitor.ask()
        assert (answer.status_code, answer.json()["error"]["code"]) == (403, "AuthorizationFailed")
        assert "Microsoft.Insights/metrics/read" in answer.json()["error"]["message"]


async def test_addresses_and_versions(monitor: Monitored) -> None:
    assert (await monitor.ask(ACCOUNT.replace("resourceGroups", "resourcegroups").upper())).status_code == 200
    assert (await monitor.ask(f"/{ACCOUNT}")).status_code == 200
    assert (await monitor.ask(ACCOUNT.replace("prod-swc", "other"))).status_code == 404
    for version in ("2018-01-01", "2021-05-01", "2023-10-01", "2024-02-01"):
        assert (await monitor.ask(api_version=version)).status_code == 200
    assert (await monitor.ask(api_version="2024-10-21")).status_code == 400
    assert (await monitor.ask(api_version=None)).json()["error"]["code"] == "MissingApiVersionParameter"


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    st.lists(st.floats(0, 20), max_size=12),
    st.floats(0.01, 20),
    st.sampled_from(["PT1H", "PT6H", "P1D", "FULL"]),
)
async def test_every_call_of_the_span_is_counted_once(
    monitor: Monitored, days_ago: list[float], length: float, grain: str
) -> None:
    deployments = monitor.stand.service.control.deployments
    for found in deployments.all():
        deployments.remove(found)
    deployments.gone.clear()
    now = monitor.now
    monitor.has("busy", *(called(now - timedelta(days=days)) for days in days_ago))
    start = (now - timedelta(days=length)).replace(second=0, microsecond=0)
    series = await monitor.series(
        timespan=f"{start:%Y-%m-%dT%H:%M:%SZ}/{now.isoformat()}Z".replace("+00:00Z", "Z"), interval=grain
    )
    expected = sum(start <= now - timedelta(days=days) < now for days in days_ago)
    assert total(series.get("busy", [])) == expected
    assert ("busy" in series) == (expected > 0)
