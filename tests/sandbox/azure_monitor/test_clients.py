"""The official management client, and the published specification, against the stand-in."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from azure.core.exceptions import HttpResponseError
from azure.core.pipeline import PipelineRequest
from azure.core.pipeline.policies import SansIOHTTPPolicy
from azure.identity.aio import ManagedIdentityCredential
from azure.mgmt.monitor.aio import MonitorManagementClient

from tests.openapi import Problem, validate_request, validate_response
from tests.sandbox.azure_calls.records import called
from tests.sandbox.azure_monitor.spec import PATH, metrics_spec
from tests.sandbox.azure_monitor.stand import ACCOUNT, BY_NAME, Monitored, monitored


class _Bearer(SansIOHTTPPolicy[Any, Any]):
    """Sets the token; the client's own policy refuses to over plain http."""

    def __init__(self, token: str) -> None:
        self._token = token

    def on_request(self, request: PipelineRequest[Any]) -> None:
        request.http_request.headers["Authorization"] = f"Bearer {self._token}"


@pytest.fixture
async def monitor() -> AsyncIterator[Monitored]:
    async with monitored() as started:
        yield started


async def test_the_management_client(monitor: Monitored, monkeypatch: pytest.MonkeyPatch) -> None:
    monitor.has("busy", called(monitor.now - timedelta(days=2)), called(monitor.now - timedelta(days=9)))
    monitor.has("silent")
    origin = monitor.stand.origin
    monkeypatch.setenv("IDENTITY_ENDPOINT", f"{origin}/azure/identity/token")
    monkeypatch.setenv("IDENTITY_HEADER", "sandbox-identity-header")
    async with ManagedIdentityCredential() as credential:
        token = (await credential.get_token("https://management.azure.com/.default")).token
        client = MonitorManagementClient(
            credential,
            "00000000-0000-4000-8000-000000000001",
            f"{origin}/arm",
            authentication_policy=_Bearer(token),
            retry_total=0,
        )
        async with client:
            answer = await client.metrics.list(
                resource_uri=ACCOUNT.removeprefix("/"),
                metricnames="AzureOpenAIRequests",
                timespan=monitor.last(days=16),
                interval="P1D",
                aggregation="Total",
                filter=BY_NAME,
                top=100,
            )
            (metric,) = answer.value
            (series,) = metric.timeseries
            values = {one.name.value: one.value for one in series.metadatavalues or [] if one.name}
            assert values == {"modeldeploymentname": "busy"}
            assert sum(point.total or 0 for point in series.data or []) == 2
            assert any(point.total is None for point in series.data or [])
            with pytest.raises(HttpResponseError) as caught:
                await client.metrics.list(resource_uri=ACCOUNT, metricnames="Sunshine")
    assert caught.value.status_code == 400
    assert "Failed to find metric configuration" in str(caught.value)


@pytest.mark.specs
async def test_answers_are_as_published(monitor: Monitored, tmp_path: Path) -> None:
    spec = metrics_spec(tmp_path)
    monitor.has("busy", called(monitor.now - timedelta(days=2)), called(monitor.now - timedelta(hours=1)))
    monitor.has("silent")
    problems: list[Problem] = []
    statuses = []
    queries: list[dict[str, str | None]] = [
        {"top": "100"},
        {"filter": None, "interval": "FULL", "metricnamespace": "Microsoft.CognitiveServices/accounts"},
        {"orderby": "sum asc", "rollupby": "Region", "filter": f"{BY_NAME} and Region eq '*'"},
        {"resultType": "Metadata"},
        {"aggregation": "Total,Average", "AutoAdjustTimegrain": "true", "ValidateDimensions": "false"},
        {"metricnames": "Sunshine"},
        {"filter": "wrong"},
    ]
    for query in queries:
        answer = await monitor.ask(**query)
        statuses.append(answer.status_code)
        sent = dict(answer.request.url.params)
        problems += validate_request(spec, "GET", PATH, query=sent)
        problems += validate_response(spec, "GET", PATH, answer.status_code, answer.json())
    assert statuses == [200] * 5 + [400] * 2
    assert problems == []
    wrapped = {"error": {"code": "BadRequest", "message": "as elsewhere"}}
    assert validate_response(spec, "GET", PATH, 400, wrapped), "the check can fail"
